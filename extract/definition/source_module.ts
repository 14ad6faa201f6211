/**
 * From a user's module to a source: whatever its default export is of the forms that a source can have.
 * @module
 */
import { basename, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { ConfigError, SluiceError } from "../../pipeline/errors.ts";
import { isJsonObject } from "../../pipeline/json.ts";
import { Naming } from "../../pipeline/naming.ts";
import { moduleFailed } from "./module_failure.ts";
import type { ResourceEntry, RestApiConfig } from "./rest_api_config.ts";
import {
  type Built,
  defineSource,
  restApiDefinition,
  type Source,
  type SourceDefinition,
  type SourceFactory,
  type SourceParts,
} from "./source.ts";

// deno-lint-ignore no-explicit-any -- each source has parameters of its own
export type AnySource = SourceFactory<any>;

const FORMS = "export default defineSource(…), a configuration { client, resources }, or a list of resources";

/**
 * Loads a source from a file such as `./pets.ts`. A configuration or a list of resources is named after the
 * file.
 *
 * @throws {ConfigError} "unknown-source" without such a file, "module-failed" when it cannot be loaded,
 *   "invalid-source" when its default export is no source
 */
export async function loadSourceModule(path: string): Promise<AnySource> {
  const file = resolve(path);
  const found = await Deno.stat(file).catch(() => undefined);
  if (!found?.isFile) {
    throw new ConfigError(
      `Cannot load "${path}": ${found?.isDirectory ? "it is a folder" : "there is no such file"}`,
      {
        code: "unknown-source",
        next: found?.isDirectory
          ? "name the file in it that holds the source"
          : "check the path; a built-in source has no slash and no extension",
      },
    );
  }
  let loaded: { readonly default?: unknown };
  try {
    loaded = await import(pathToFileURL(file).href);
  } catch (error) {
    throw error instanceof SluiceError ? error.within({ file: path }) : moduleFailed(path, error);
  }
  return sourceOf(loaded, { name: nameOf(file), path });
}

/** The name of a source that has none: its file's. */
function nameOf(file: string): string {
  return new Naming().identifier(basename(file).replace(/(\.config)?\.[^.]+$/, "") || "source");
}

/** A source in any form as a factory. */
function sourceOf(
  loaded: { readonly default?: unknown },
  { name, path }: { name: string; path: string },
): AnySource {
  const exported = loaded.default;
  if (isDefined(exported)) {
    const { definition } = exported;
    refuseDefinition(definition, path);
    return typeof exported === "function" ? exported as AnySource : called(exported as unknown as Source);
  }
  if (Array.isArray(exported)) return listOf(exported, name);
  if (isJsonObject(exported)) {
    if ("records" in exported) return listOf([exported as unknown as ResourceEntry], name);
    if ("client" in exported || "resources" in exported || "resource_defaults" in exported) {
      return restApiDefinition(exported as unknown as RestApiConfig, { name });
    }
  }
  throw new ConfigError(`Cannot load "${path}": ${wrongExport(loaded)}`, {
    code: "invalid-source",
    at: { file: path },
    next: FORMS,
  });
}

function isDefined(exported: unknown): exported is { readonly definition: SourceDefinition } {
  return (typeof exported === "function" || isJsonObject(exported)) && "definition" in exported;
}

/** A source that was called already can be told more, and keeps what it was told. */
function called(source: Source): AnySource {
  const { definition } = source;
  const again = defineSource(definition);
  const factory = (more: Source["given"] = {}) => {
    const told = again({ ...source.given, ...more });
    return source.resources ? told.withResources(...source.resources) : told;
  };
  return Object.assign(factory, { definition });
}

function listOf(built: Built, name: string): AnySource {
  return defineSource(name, {}, () => built as SourceParts);
}

function wrongExport(loaded: { readonly default?: unknown }): string {
  const exported = loaded.default;
  if (exported === undefined) {
    const names = Object.keys(loaded).filter((name) => name !== "default");
    return `it has no default export${names.length ? `, only ${names.slice(0, 5).join(", ")}` : ""}`;
  }
  if (typeof exported === "function") {
    return "its default export is a function that defineSource did not make";
  }
  if (exported instanceof Promise) return "its default export is a promise; await it in the module";
  return "its default export is not a source";
}

/** What defineSource was given in a module that no compiler has looked at. */
function refuseDefinition({ name, parameters, build }: SourceDefinition, path: string): void {
  const wrong = typeof name !== "string" || !name.trim()
    ? '"name" is missing, a text is needed'
    : !isJsonObject(parameters)
    ? '"parameters" is missing, an object is needed, which may be empty'
    : typeof build !== "function"
    ? '"build" is missing, a function is needed that returns a configuration or resources'
    : undefined;
  if (wrong === undefined) return;
  throw new ConfigError(`Cannot load "${path}": ${wrong}`, {
    code: "invalid-source",
    at: { file: path },
    next: "write defineSource({ name, parameters, build }), or defineSource(name, parameters, build)",
  });
}
