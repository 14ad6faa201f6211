/**
 * From a user's module to a source: whatever its default export is of the forms that a source can have.
 * @module
 */
import { basename, relative, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { ConfigError, SluiceError } from "../pipeline/errors.ts";
import { isJsonObject } from "../pipeline/json.ts";
import { Naming } from "../pipeline/naming.ts";
import type { RestApiConfig } from "./rest_api_config.ts";
import {
  type Built,
  defineSource,
  restApiDefinition,
  type Source,
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
  const isFile = await Deno.stat(file).then((found) => found.isFile, () => false);
  if (!isFile) {
    throw new ConfigError(`Cannot load "${path}": there is no such file`, {
      code: "unknown-source",
      next: "check the path; a built-in source has no slash and no extension",
    });
  }
  let loaded: { readonly default?: unknown };
  try {
    loaded = await import(pathToFileURL(file).href);
  } catch (error) {
    throw moduleFailed(path, file, error);
  }
  return sourceOf(loaded.default, { name: nameOf(file), path });
}

/** The name of a source that has none: its file's. */
function nameOf(file: string): string {
  return new Naming().identifier(basename(file).replace(/(\.config)?\.[^.]+$/, "") || "source");
}

/** A source in any form as a factory. */
function sourceOf(exported: unknown, { name, path }: { name: string; path: string }): AnySource {
  if (typeof exported === "function" && "definition" in exported) return exported as AnySource;
  if (isJsonObject(exported)) {
    const given = exported as unknown as Source | RestApiConfig | { records?: unknown };
    if ("definition" in given) return Object.assign(() => given, { definition: given.definition });
    if ("records" in given) return listOf([exported as never], name);
    if ("client" in given || "resources" in given || "resource_defaults" in given) {
      return restApiDefinition(given as RestApiConfig, { name });
    }
  }
  if (Array.isArray(exported)) return listOf(exported as Built, name);
  const found = exported === undefined ? "it has no default export" : "its default export is not a source";
  throw new ConfigError(`Cannot load "${path}": ${found}`, {
    code: "invalid-source",
    at: { file: path },
    next: FORMS,
  });
}

function listOf(built: Built, name: string): AnySource {
  return defineSource(name, {}, () => built as SourceParts);
}

/** What went wrong while a module was loaded: the reason and the place in it, without a stack. */
function moduleFailed(path: string, file: string, error: unknown): SluiceError {
  if (error instanceof SluiceError) return error.within({ file: path });
  const text = error instanceof Error ? error.message : String(error);
  const place = placeIn(file, error);
  const missing = /"([^"]+)"[^"]*not (?:a dependency|in import map|found)|Import "([^"]+)"/.exec(text);
  const name = missing?.[1] ?? missing?.[2];
  return new ConfigError(`Cannot load "${path}": ${firstLine(text)}`, {
    code: "module-failed",
    at: { file: place ?? path },
    next: name?.startsWith("@sluice/sluice")
      ? "run it with the configuration of a clone of Sluice: deno run --config <clone>/deno.json …"
      : "correct the module; only files beside it, built-in modules and @sluice/sluice can be imported",
    cause: error,
  });
}

function firstLine(text: string): string {
  return text.replaceAll(/file:\/\/\S*\/([^/\s]+)/g, "$1").split("\n")[0]!.replace(/\.$/, "");
}

/** `pets.ts:12:5` from the stack or the message. */
function placeIn(file: string, error: unknown): string | undefined {
  const text = error instanceof Error ? `${error.message}\n${error.stack ?? ""}` : "";
  for (const [, url, line, column] of text.matchAll(/(file:\/\/[^\s)]+?):(\d+):(\d+)/g)) {
    const at = fileURLToPath(url!);
    if (at === file) return `${relative(Deno.cwd(), at)}:${line}:${column}`;
  }
  return undefined;
}
