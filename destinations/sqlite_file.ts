/**
 * Whether the file of an open database is still the one at its path.
 * @module
 */
import { LoadError } from "../pipeline/errors.ts";

/** What tells a file from another one at the same path; undefined where there is none. */
export function fileId(path: string): string | undefined {
  try {
    const { dev, ino } = Deno.statSync(path);
    return `${dev} ${ino}`;
  } catch {
    return undefined;
  }
}

/**
 * Makes sure that a file is still where it was opened: what is committed into one that nobody can reach any more
 * would seem to be loaded.
 *
 * @throws {LoadError} "dataset-gone"
 */
export function checkThere(path: string, opened: string | undefined): void {
  const found = fileId(path);
  if (found !== undefined && found === opened) return;
  throw new LoadError("Cannot load into the database: its file was removed or replaced meanwhile", {
    code: "dataset-gone",
    at: { file: path },
    next: "run again; a new database is made, and what belongs into it is read again",
  });
}
