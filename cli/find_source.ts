/**
 * From the name on the command line to a source: a built-in one, or a module of the user's own.
 * @module
 */
import { type AnySource, loadSourceModule } from "../extract/definition/source_module.ts";
import { ConfigError } from "../pipeline/errors.ts";
import { nearest } from "../pipeline/nearest.ts";
import { builtInSources } from "../sources/mod.ts";

/**
 * Finds a source by its name, or loads it from a file such as `./pets.ts`.
 *
 * @throws {ConfigError} `unknown-source` naming the nearest one, and what loading a module throws
 */
export async function findSource(name: string): Promise<AnySource> {
  if (Object.hasOwn(builtInSources, name)) return await builtInSources[name]();
  if (/[\\/]|\.[cm]?[jt]s$/.test(name)) return await loadSourceModule(name);
  const names = Object.keys(builtInSources);
  throw new ConfigError(`Cannot load "${name}": there is no such source`, {
    code: "unknown-source",
    next: `did you mean "${nearest(name, names)}"? The sources are ${
      names.join(", ")
    }; a file is given as ./${name}.ts`,
  });
}
