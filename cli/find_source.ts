/**
 * From the name on the command line to a source: a built-in one, or a module of the user's own.
 * @module
 */
import { loadConfined } from "../confine/mod.ts";
import type { Allowed } from "../confine/permissions.ts";
import type { AnySource } from "../extract/definition/source_module.ts";
import { ConfigError } from "../pipeline/errors.ts";
import { nearest } from "../pipeline/nearest.ts";
import { builtInSources } from "../sources/mod.ts";
import { note } from "./print.ts";

/**
 * Finds a source by its name, or loads it from a file such as `./pets.ts`, which is confined to its own origins and
 * what is `allowed` besides.
 *
 * @throws {ConfigError} `unknown-source` naming the nearest one, and what loading a module throws
 */
export async function findSource(name: string, allowed?: Allowed): Promise<AnySource> {
  if (Object.hasOwn(builtInSources, name)) return await builtInSources[name]();
  if (/[\\/]|\.[cm]?[jt]s$/.test(name)) return await loadConfined(name, { allowed, say: note });
  const names = Object.keys(builtInSources);
  throw new ConfigError(`Cannot load "${name}": there is no such source`, {
    code: "unknown-source",
    next: `did you mean "${nearest(name, names)}"? The sources are ${
      names.join(", ")
    }; a file is given as ./${name}.ts`,
  });
}
