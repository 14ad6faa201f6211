/**
 * A source in a module that somebody wrote, confined: its code is loaded and runs in a worker that may talk to the
 * source's own origins and do nothing else. What comes out is a source like any other.
 * @module
 */
import { resolve } from "node:path";
import { ConfigError, SluiceError } from "../pipeline/errors.ts";
import { authParameters, registerAuth } from "../rest/auth/mod.ts";
import { paginatorParameters, registerPaginator } from "../rest/paginators/mod.ts";
import { defineSource, type Source, type SourceDefinition } from "../extract/definition/source.ts";
import type { AnySource } from "../extract/definition/source_module.ts";
import { isCodeOf } from "./code_files.ts";
import { type Allowed, checkOrigins, permissionsFor } from "./permissions.ts";
import { Crossing } from "./portable.ts";
import type { Described } from "./protocol.ts";
import { readElsewhere } from "./read_elsewhere.ts";
import { SourceWorker } from "./source_worker.ts";
import type { Served } from "./wire.ts";

/** How a module is confined. */
export interface ConfineOptions {
  /** What it may do besides. */
  readonly allowed?: Allowed;
  /** Hears what the module prints. */
  readonly say: (text: string) => void;
}

/** A module of which is known what it is made of. */
export interface ConfinedModule {
  readonly path: string;
  readonly crossing: Crossing;
  /** Environment variables that its parameters may come from whatever their names. */
  readonly variables: readonly string[];
  /** Starts a worker that may talk to these origins. */
  start(origins: readonly string[], served?: Served): SourceWorker;
}

// More files than that are no source.
const MOST_FILES = 500;

/**
 * Loads a source from a file, as `loadSourceModule` does, into a worker.
 *
 * @throws {ConfigError} what that throws, and "confined-import" where the module imports what is no code of its own
 */
export async function loadConfined(path: string, { allowed = {}, say }: ConfineOptions): Promise<AnySource> {
  const crossing = new Crossing();
  const reads = [resolve(path)];
  const module: ConfinedModule = {
    path,
    crossing,
    variables: allowed.env ?? [],
    start: (origins, served) =>
      new SourceWorker({
        path,
        permissions: permissionsFor({ reads, origins, allowed }),
        crossing,
        say,
        served,
      }),
  };
  for (;;) {
    const worker = module.start([]);
    try {
      return factoryOf(module, worker, await worker.call("describe", path) as Described);
    } catch (error) {
      worker.end(error);
      // Each import that is refused is looked at, and followed when it is code of the module's own.
      const file = refusedFile(error);
      if (file === undefined || reads.includes(file) || reads.length >= MOST_FILES) throw error;
      if (!await isCodeOf(reads[0]!, file)) throw refusedImport(path, file);
      reads.push(file);
    }
  }
}

/** The file that the runtime did not read for want of a permission. */
function refusedFile(error: unknown): string | undefined {
  if (!(error instanceof SluiceError) || error.code !== "module-failed") return undefined;
  return /Requires read access to "(.+?)"/.exec(error.message)?.[1];
}

function refusedImport(path: string, file: string): ConfigError {
  return new ConfigError(`Cannot load "${path}": it imports "${file}", which is no code below its folder`, {
    code: "confined-import",
    at: { file: path },
    next: `if the module may read it, run with --allow read=${file}`,
  });
}

/** The source as the main thread sees it: built in the worker, read elsewhere. */
function factoryOf(module: ConfinedModule, describing: SourceWorker, described: Described): AnySource {
  const { definition: said, given: told, resources, kinds } = described;
  refuseName(module.path, said);
  checkOrigins([said.origins ?? []].flat(), module.path);
  standIn(kinds);
  let values: unknown;
  const definition: SourceDefinition = {
    ...said,
    async build(resolved) {
      values = resolved;
      using worker = describing;
      return await worker.call("build", values) as never;
    },
    confinement: {
      variables: module.variables,
      elsewhere: (parts, owner) =>
        readElsewhere(module, { parts, owner, origins: said.origins, values: () => values }),
    },
  };
  const make = defineSource(definition);
  const factory = (given: Source["given"] = {}) => {
    const source = make({ ...told, ...given });
    return resources ? source.withResources(...resources) : source;
  };
  return Object.assign(factory, { definition });
}

/** A source is told what stands below its name: another's would be the key to what is not for it. */
function refuseName(
  path: string,
  { name, section, pipelineName, parameters }: Described["definition"],
): void {
  const reserved = [name, section, pipelineName].find((each) => each === "destination" || each === "sources");
  const keys = Object.entries(parameters);
  const wide = keys.find(([key]) => /\.|__/.test(key))?.[0];
  if (reserved === undefined && wide === undefined) return;
  const what = reserved === undefined ? `parameter "${wide}"` : `name "${reserved}"`;
  throw new ConfigError(`Cannot load "${path}": the ${what} could reach values that are for others`, {
    code: "invalid-source",
    at: { file: path },
    next: reserved === undefined ? "name it without dots and double underscores" : "choose another name",
  });
}

/** Kinds that the module has registered in its worker stand here by their names, so that they are known. */
function standIn({ auth, paginator }: Described["kinds"]): void {
  for (const [type, specs] of Object.entries(auth)) {
    if (Object.hasOwn(authParameters, type)) continue;
    registerAuth(type, () => ({ type, headers: () => Promise.resolve({}) }), specs);
  }
  for (const [type, specs] of Object.entries(paginator)) {
    if (Object.hasOwn(paginatorParameters, type)) continue;
    registerPaginator(
      type,
      () => ({ type, first: (request: unknown) => request, next: () => undefined }) as never,
      specs,
    );
  }
}
