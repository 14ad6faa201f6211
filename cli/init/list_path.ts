/**
 * Paths of lists as a person types them.
 * @module
 */
import { ConfigError } from "../../pipeline/errors.ts";

/** The path below the base URL, or what is wrong with it. */
export function readListPath(text: string): { path: string } | { problem: string } {
  const path = text.trim().replace(/^\/+/, "");
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(path)) {
    return { problem: "it must be below the base URL, without a host" };
  }
  // deno-lint-ignore no-control-regex
  if (path === "" || /[\s\u0000-\u001f]/.test(path)) {
    return { problem: "it must be a path without spaces, such as v2/users" };
  }
  return { path };
}

/** @throws {ConfigError} `invalid-path` */
export function checkedListPath(text: string): string {
  const read = readListPath(text);
  if ("path" in read) return read.path;
  throw new ConfigError(`Cannot use the path of a list: ${read.problem}`, {
    code: "invalid-path",
    next: "give it as it stands in the API's manual, e.g. --path v2/users",
  });
}
