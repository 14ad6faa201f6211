/**
 * The worker that a user's module runs in: it loads the module, builds the source, and reads what is asked for. It
 * has the network to the source's origins and nothing else; whatever it makes is handed to the main thread.
 * @module
 */
// A module finds @sluice/sluice here, without a permission to read it.
import "../mod.ts";
import { buildFailure } from "../extract/own_code.ts";
import { extract } from "../extract/mod.ts";
import type { ExtractOptions } from "../extract/extract_options.ts";
import type { AnySource } from "../extract/definition/source_module.ts";
import { loadSourceModule } from "../extract/definition/source_module.ts";
import type { SourceParts } from "../extract/definition/source.ts";
import { partsOf, type ResolvedSource, resolveSource } from "../extract/definition/validate.ts";
import { probe, type ProbeOptions } from "../extract/probe.ts";
import type { JsonObject } from "../pipeline/json.ts";
import { onSecret } from "../pipeline/secret.ts";
import { authParameters, builtInAuths } from "../rest/auth/mod.ts";
import { builtInPaginators, paginatorParameters } from "../rest/paginators/mod.ts";
import type { AnswerBook } from "../rest/answers.ts";
import { Crossing } from "./portable.ts";
import type { Asked, Described } from "./protocol.ts";
import { type Port, portableError, Wire } from "./wire.ts";

let factory: AnySource | undefined;
let abort = new AbortController();

const wire: Wire = new Wire(globalThis as unknown as Port, new Crossing(), {
  describe,
  build: async (values: unknown) => {
    const { definition } = factory!;
    try {
      return partsOf(await definition.build(values as never));
    } catch (error) {
      throw buildFailure(error, definition.name);
    }
  },
  extract: async (
    asked: Asked & Pick<ExtractOptions, "sourceName" | "limit" | "fullRefresh" | "since"> & {
      state: JsonObject;
      hasAnswers: boolean;
    },
  ) => {
    const { parts: _parts, owner: _owner, hasAnswers, ...rest } = asked;
    const options = {
      ...rest,
      source: sourceOf(asked),
      answers: hasAnswers ? answers : undefined,
      signal: signal(),
      emit,
    };
    const summaries = await extract(options, {
      append: async (resource, page) => void await wire.call("append", { resource, page }),
      addKey: async (resource, key, walked) => void await wire.call("addKey", { resource, key, walked }),
    });
    return { summaries, state: asked.state };
  },
  probe: async (asked: Asked & Pick<ProbeOptions, "state" | "sourceName">) => {
    const { parts: _parts, owner: _owner, ...rest } = asked;
    for await (
      const { node, error, problem, ...facts } of probe(sourceOf(asked), { ...rest, signal: signal(), emit })
    ) {
      await wire.call("probed", {
        ...facts,
        resource: node.name,
        error: error && portableError(error),
        problem: problem && portableError(problem),
      });
    }
  },
  abort: () => abort.abort(),
});

/** Tells without waiting; whoever does not listen any more is gone. */
const tell = (name: string, argument: unknown) => void wire.call(name, argument).catch(() => {});
const emit = (event: unknown) => tell("emit", event);
onSecret((value) => tell("secret", value));
// What a module prints is for a person; results of a command stand alone on standard output.
for (const kind of ["log", "info", "debug", "warn", "error"] as const) {
  console[kind] = (...values: unknown[]) =>
    void wire.call(
      "say",
      values.map((each) => typeof each === "string" ? each : Deno.inspect(each)).join(" "),
    );
}
const answers: AnswerBook = {
  recall: async (owner, key) =>
    await wire.call("recall", { owner, key }) as Awaited<ReturnType<AnswerBook["recall"]>>,
  keep: async (owner, key, answer) =>
    await wire.call("keep", { owner, key, answer }) as Awaited<ReturnType<AnswerBook["keep"]>>,
};

async function describe(path: string): Promise<Described> {
  factory = await loadSourceModule(path);
  const { definition: { build: _build, ...definition } } = factory;
  const { given, resources } = factory();
  const added = (specs: Readonly<Record<string, unknown>>, known: readonly string[]) =>
    Object.fromEntries(Object.entries(specs).filter(([type]) => !known.includes(type)));
  return {
    definition,
    given,
    resources,
    kinds: {
      auth: added(authParameters, builtInAuths),
      paginator: added(paginatorParameters, builtInPaginators),
    },
  } as Described;
}

/** The source as the main thread has settled it, with the functions that are here. */
function sourceOf({ parts, owner, settled }: Asked): ResolvedSource {
  const resolved = resolveSource(parts as SourceParts, owner);
  const resources = resolved.resources.map((resource) => ({
    ...resource,
    ...settled.find(({ name }) => name === resource.name),
  }));
  return { ...resolved, resources };
}

function signal(): AbortSignal {
  abort = new AbortController();
  return abort.signal;
}
