/**
 * Reading a confined source: a worker with the network to the source's origins extracts, and what it makes is put
 * into the load package here. Who wrote the code in there may send anything, so what arrives is checked.
 * @module
 */
import type { Elsewhere } from "../extract/elsewhere.ts";
import type { ExtractOptions, ExtractSink } from "../extract/extract_options.ts";
import { resourceGraph } from "../extract/graph.ts";
import type { ProbeResult } from "../extract/probe.ts";
import type { SourceParts } from "../extract/definition/source.ts";
import type { ResolvedSource } from "../extract/definition/validate.ts";
import { ExtractError, type SluiceError } from "../pipeline/errors.ts";
import type { Emit, RunEvent } from "../pipeline/events.ts";
import { isJsonObject, type JsonObject } from "../pipeline/json.ts";
import type { NewPage, ResourceSummary } from "../pipeline/load_package.ts";
import type { StoredAnswer } from "../rest/answers.ts";
import type { ConfinedModule } from "./mod.ts";
import { declaredOrigins } from "./permissions.ts";
import type { Asked } from "./protocol.ts";
import { errorOf, type Served } from "./wire.ts";

/** A source that was built. */
interface BuiltElsewhere {
  readonly parts: SourceParts;
  readonly owner: string;
  readonly origins?: readonly string[];
  /** What it was built of, to be built again. */
  values(): unknown;
}

// As long may the code of a source take to stop when it is asked to.
const GRACE_MS = 2000;
/** What a walk tells of; steps and loads are the main thread's. */
const EVENTS: readonly string[] = ["resource", "page", "request", "budget", "wait", "warning"];

/** Does in a worker what `extract` and `probe` do here. */
export function readElsewhere(module: ConfinedModule, built: BuiltElsewhere): Elsewhere {
  async function inWorker(
    source: ResolvedSource,
    options: Pick<ExtractOptions, "signal" | "resources">,
    { name, served, ask }: { name: string; served: Served; ask: object },
  ): Promise<unknown> {
    const { signal, resources } = options;
    signal.throwIfAborted();
    using worker = module.start(declaredOrigins(source, built.origins), served);
    let timer: ReturnType<typeof setTimeout> | undefined;
    const stop = () => {
      worker.call("abort").catch(() => {});
      timer = setTimeout(() => worker.end(signal.reason), GRACE_MS);
    };
    signal.addEventListener("abort", stop);
    try {
      await worker.call("describe", module.path);
      await worker.call("build", built.values());
      const settled = source.resources.map(({ name, settings, incremental }) => ({
        name,
        settings,
        incremental,
      }));
      const asked: Asked = { parts: built.parts, owner: built.owner, settled, resources };
      const result = await worker.call(name, { ...ask, ...asked });
      signal.throwIfAborted();
      return result;
    } catch (error) {
      signal.throwIfAborted();
      throw error;
    } finally {
      clearTimeout(timer);
      signal.removeEventListener("abort", stop);
    }
  }

  return {
    async extract(options, sink) {
      const { source, resources, sourceName, limit, fullRefresh, since, state, answers } = options;
      const nodes = resourceGraph(source.resources, resources);
      const names = new Set(nodes.map(({ name }) => name));
      const result = await inWorker(source, options, {
        name: "extract",
        served: {
          emit: (event: unknown) => tell(options.emit, event),
          recall: ({ owner, key }: Kept) => answers?.recall(String(owner), String(key)),
          keep: ({ owner, key, answer }: Kept) => answers!.keep(String(owner), String(key), answer!),
          ...storing(sink, names),
        },
        ask: {
          sourceName,
          limit,
          fullRefresh,
          since,
          state: stateOf(state, sourceName),
          hasAnswers: answers !== undefined,
        },
      }) as { summaries: Record<string, ResourceSummary>; state: JsonObject };
      // What remembers nothing leaves nothing in the state.
      const { sources: { [sourceName]: own } } = stateOf(result.state, sourceName);
      const sources = isJsonObject(state.sources) ? state.sources : {};
      const { [sourceName]: _, ...others } = sources;
      const kept = Object.keys(own!).length ? { ...others, [sourceName]: own! } : others;
      if (Object.keys(kept).length || state.sources) state.sources = kept;
      const loading = nodes.filter(({ loads, name }) => loads && Object.hasOwn(result.summaries, name));
      return Object.fromEntries(loading.map(({ name }) => [name, result.summaries[name]!]));
    },

    async *probe(source, { resources, signal, emit, state, sourceName }) {
      const nodes = new Map(resourceGraph(source.resources, resources).map((node) => [node.name, node]));
      const results: ProbeResult[] = [];
      let wake = Promise.withResolvers<void>();
      const done = inWorker(source, { signal, resources }, {
        name: "probe",
        served: {
          emit: (event: unknown) => emit && tell(emit, event),
          probed: ({ resource, error, problem, ...facts }: JsonObject) => {
            const node = nodes.get(String(resource));
            if (!node) throw strange(resource);
            results.push({ ...facts, node, error: revived(error), problem: revived(problem) } as never);
            wake.resolve();
          },
        },
        ask: { state: state && stateOf(state, sourceName ?? ""), sourceName },
      }).then(() => true);
      done.catch(() => {});
      for (;;) {
        const isOver = await Promise.race([done, wake.promise]);
        wake = Promise.withResolvers();
        yield* results.splice(0);
        if (isOver) return;
      }
    },
  };
}

/** The part of a state that is the source's own; other sources may keep theirs in the same pipeline. */
function stateOf({ sources }: JsonObject, sourceName: string): { sources: Record<string, JsonObject> } {
  const own = isJsonObject(sources) && Object.hasOwn(sources, sourceName) ? sources[sourceName] : undefined;
  return { sources: { [sourceName]: isJsonObject(own) ? own : {} } };
}

interface Kept {
  readonly owner: unknown;
  readonly key: unknown;
  readonly answer?: StoredAnswer;
}

/** The sink for the resources of the source; what names another is refused. */
function storing(sink: ExtractSink, names: ReadonlySet<string>): Served {
  const known = (resource: unknown) => {
    if (typeof resource === "string" && names.has(resource)) return resource;
    throw strange(resource);
  };
  return {
    append: ({ resource, page }: { resource: unknown; page: NewPage }) => sink.append(known(resource), page),
    addKey: ({ resource, key, walked }: { resource: unknown; key: readonly unknown[]; walked: unknown }) =>
      sink.addKey(known(resource), key.map(String), walked === true),
  };
}

function tell(emit: Emit, event: unknown): void {
  if (isJsonObject(event) && EVENTS.includes(String(event.type))) emit(event as unknown as RunEvent);
}

function revived(error: unknown): SluiceError | undefined {
  return error === undefined ? undefined : errorOf(error as never) as SluiceError;
}

function strange(resource: unknown): ExtractError {
  return new ExtractError(
    "Cannot take what the source's worker sends: it names a resource that is not read",
    {
      code: "confined-message",
      at: { resource: typeof resource === "string" ? resource : undefined },
      next: "do not post messages in the module",
    },
  );
}
