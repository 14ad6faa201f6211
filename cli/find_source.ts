/**
 * From the name on the command line to a source: a built-in one, or a module of the user's own.
 * @module
 */
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { ConfigError } from "../pipeline/errors.ts";
import { nearest } from "../pipeline/nearest.ts";
import type { SourceFactory } from "../pipeline/source.ts";
import { builtInSources } from "../sources/mod.ts";

// deno-lint-ignore no-explicit-any -- each source has parameters of its own
type AnySource = SourceFactory<any>;

/**
 * Finds a source by its name, or loads it from a file such as `./pets.ts`.
 *
 * @throws {ConfigError} `unknown-source` naming the nearest one, `invalid-source` for a module without one
 */
export async function findSource(name: string): Promise<AnySource> {
  if (Object.hasOwn(builtInSources, name)) return await builtInSources[name]();
  if (/[\\/]|\.[cm]?[jt]s$/.test(name)) return await loadSource(name);
  const names = Object.keys(builtInSources);
  throw new ConfigError(`Cannot load "${name}": there is no such source`, {
    code: "unknown-source",
    next: `did you mean "${nearest(name, names)}"? The sources are ${
      names.join(", ")
    }; a file is given as ./${name}.ts`,
  });
}

async function loadSource(path: string): Promise<AnySource> {
  const file = resolve(path);
  try {
    if (!(await Deno.stat(file)).isFile) throw new Deno.errors.NotFound();
  } catch (cause) {
    throw new ConfigError(`Cannot load "${path}": there is no such file`, {
      code: "unknown-source",
      next: "check the path; a built-in source has no slash and no extension",
      cause,
    });
  }
  const loaded: { default?: AnySource } = await import(pathToFileURL(file).href);
  if (typeof loaded.default === "function" && loaded.default.definition) return loaded.default;
  throw new ConfigError(`Cannot load "${path}": its default export is not a source`, {
    code: "invalid-source",
    at: { file: path },
    next: "export default defineSource({ … })",
  });
}
