/**
 * Functions that an author wrote: called so that what goes wrong in them is told as the source's own fault,
 * with its place, and never as a fault of Sluice.
 * @module
 */
import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import { type At, ConfigError, ExtractError, SluiceError } from "../pipeline/errors.ts";
import { redact } from "../pipeline/secret.ts";

/** Which function is called, and for what. */
export interface OwnCode {
  /** What the function is, as a reader knows it, e.g. `"map" of processing_steps`. */
  readonly what: string;
  readonly resource: string;
}

/**
 * Calls a function whose result is needed at once.
 *
 * @throws {ExtractError} "source-failed" when it throws
 * @throws {ConfigError} "async-function" when it returns a promise, which would count as true and as a record
 */
export function callOwn<T>(owner: OwnCode, call: () => T): T {
  let result: T;
  try {
    result = call();
  } catch (error) {
    throw ownFailure(error, owner);
  }
  if (!isPromise(result)) return result;
  result.then(undefined, () => {});
  throw new ConfigError(`Cannot read "${owner.resource}": ${owner.what} returned a promise`, {
    code: "async-function",
    at: { resource: owner.resource },
    next: "make the function synchronous; for requests of its own write a resource with data_from",
  });
}

/** Whether a value has to be waited for. */
export function isPromise(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null && "then" in value && typeof value.then === "function";
}

/** The error for what an author's function threw; one of ours only learns its resource. */
export function ownFailure(error: unknown, { what, resource }: OwnCode): SluiceError {
  if (error instanceof SluiceError) return error.within({ resource });
  return new ExtractError(`Cannot read "${resource}": ${what} threw ${describeError(error)}`, {
    code: "source-failed",
    at: { resource, ...placeOf(error) },
    next: adviceFor(error),
    cause: error,
  });
}

function adviceFor(error: unknown): string {
  const wanted = error instanceof Error && /^Requires (\w+) access to "(.+?)"/.exec(error.message);
  if (!wanted) return "correct the function; it is the source's own";
  return `a module may talk to its own API only; if you want it to, run with --allow ${wanted[1]}=${
    wanted[2]
  }`;
}

/** The error for what the function that builds a source threw. */
export function buildFailure(error: unknown, source: string): SluiceError {
  if (error instanceof SluiceError) return error;
  return new ExtractError(
    `Cannot build source "${source}": its build function threw ${describeError(error)}`,
    {
      code: "source-failed",
      at: { source, ...placeOf(error) },
      next: adviceFor(error),
      cause: error,
    },
  );
}

const LONGEST_TEXT = 200;

/** Kind and first line of an error, without what could be a secret or data. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return error === null ? "null" : `a value of type ${typeof error}`;
  // A parser quotes what it was given.
  if (error instanceof SyntaxError) return error.name;
  const line = redact(error.message).split("\n")[0]!.trim().replace(/\.$/, "");
  const text = withoutQueries(line).slice(0, LONGEST_TEXT);
  return text ? `${error.name}: ${text}` : error.name;
}

/** Queries and user names of URLs can hold credentials. */
function withoutQueries(text: string): string {
  return text.replace(/([a-z][a-z0-9+.-]*:\/\/)(?:[^\s/@]*@)?([^\s?#'")]*)(?:[?#][^\s'")]*)?/gi, "$1$2");
}

const HOME = new URL("../", import.meta.url).href;
const OURS_REGEXP = /^(?:cli|confine|destinations|extract|openapi|pipeline|rest|main\.ts|mod\.ts)\b/;

/** The place in the author's own file that an error, or a text, names: the first that is not in a file of Sluice. */
export function placeOf(error: unknown): Pick<At, "file" | "line" | "columnNumber"> {
  const stack = typeof error === "string" ? error : error instanceof Error ? error.stack ?? "" : "";
  for (const [, url, line, column] of stack.matchAll(/(file:\/\/[^\s()]+?):(\d+):(\d+)/g)) {
    if (url!.startsWith(HOME) && OURS_REGEXP.test(url!.slice(HOME.length))) continue;
    return { file: fileText(url!), line: Number(line), columnNumber: Number(column) };
  }
  return {};
}

function fileText(url: string): string {
  const path = fileURLToPath(url);
  const below = relative(Deno.cwd(), path);
  return below.startsWith("..") ? path : below;
}
