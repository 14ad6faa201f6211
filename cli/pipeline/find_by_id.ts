/**
 * Finding a run or a package by its id, or by as much of it as is unambiguous.
 * @module
 */
import { ConfigError } from "../../pipeline/errors.ts";
import { nearest } from "../../pipeline/nearest.ts";

/** The one that has this id or begins with it. @throws {ConfigError} naming the nearest id */
export function findById<T>(
  id: string,
  found: readonly T[],
  { idOf, what, code }: { idOf: (each: T) => string; what: string; code: string },
): T {
  const exact = found.find((each) => idOf(each) === id);
  const beginning = found.filter((each) => idOf(each).startsWith(id));
  const only = exact ?? (beginning.length === 1 ? beginning[0] : undefined);
  if (only !== undefined) return only;
  throw new ConfigError(
    `Cannot find ${what} "${id}": ${
      beginning.length ? "several begin like this" : "there is none of this id"
    }`,
    {
      code,
      next: found.length
        ? `did you mean "${nearest(id, found.map(idOf))}"?`
        : `no ${what} is remembered here`,
    },
  );
}
