/**
 * The pages of a function that an author wrote: whatever it returns or yields is handed on page by page, until
 * it ends, nobody wants more, or the run is stopped.
 * @module
 */
import { ExtractError } from "../pipeline/errors.ts";
import { isRestPage } from "./page_records.ts";
import { isPromise, type OwnCode, ownFailure } from "./own_code.ts";
import type { ExtractedPage } from "./definition/source.ts";

/** Takes a page; false ends the reading. */
export type UsePage = (page: ExtractedPage) => Promise<boolean>;

interface OwnPages extends OwnCode {
  readonly signal: AbortSignal;
}

type Pages = Iterator<unknown, unknown> | AsyncIterator<unknown, unknown>;

// A function that yields empty lists without ever waiting would keep timers and signals from being heard.
const PAGES_BETWEEN_BREATHS = 64;

/**
 * Calls the function and hands its pages to `use`. A generator is always closed, also when something fails.
 *
 * @throws {ExtractError} "source-failed" when it throws, or returns nothing that could be pages
 * @throws the signal's reason once that aborts, even when the function does not end
 */
export async function readOwnPages(call: () => unknown, owner: OwnPages, use: UsePage): Promise<void> {
  const { signal } = owner;
  signal.throwIfAborted();
  const returned = await attempt(owner, call);
  if (returned === undefined || returned === null) throw noPages(owner);
  const pages = pagesOf(returned);
  if (pages) await walk(pages, owner, use);
  else await use(listOf(returned));
}

/** Returns false when `use` wants no more. */
async function walk(pages: Pages, owner: OwnPages, use: UsePage): Promise<boolean> {
  const { signal } = owner;
  let wantsMore = true;
  try {
    for (let count = 1; wantsMore; count++) {
      const { done, value } = await attempt(owner, () => pages.next());
      if (done) return true;
      const page = await attempt(owner, () => value);
      wantsMore = await take(page, owner, use);
      if (count % PAGES_BETWEEN_BREATHS === 0) await new Promise((resolve) => setTimeout(resolve, 0));
      signal.throwIfAborted();
    }
  } catch (error) {
    // What went wrong first is what counts, and a generator that is stuck would never be closed.
    const closing = attempt(owner, () => pages.return?.()).catch(() => {});
    if (!signal.aborted) await closing;
    throw error;
  }
  await attempt(owner, () => pages.return?.());
  return false;
}

function take(page: unknown, owner: OwnPages, use: UsePage): Promise<boolean> {
  // Nothing is no page, as it is to dlt.
  if (page === undefined || page === null) return Promise.resolve(true);
  const inner = pagesOf(page);
  return inner ? walk(inner, owner, use) : use(listOf(page));
}

/** What the author's code gives, or the reason of the signal when that comes first. */
async function attempt<T>(owner: OwnPages, action: () => T | PromiseLike<T>): Promise<T> {
  const { signal } = owner;
  try {
    const given = action();
    return isPromise(given) ? await orAborted(given, signal) as T : given;
  } catch (error) {
    signal.throwIfAborted();
    throw ownFailure(error, owner);
  }
}

async function orAborted<T>(promise: PromiseLike<T>, signal: AbortSignal): Promise<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const abort = () => reject(signal.reason);
  signal.addEventListener("abort", abort, { once: true });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}

/** The iterator of what yields pages; undefined for what is a page itself. */
function pagesOf(value: unknown): Pages | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  if (Symbol.asyncIterator in value) return (value as AsyncIterable<unknown>)[Symbol.asyncIterator]();
  if (Symbol.iterator in value && "next" in value) return (value as Generator)[Symbol.iterator]();
  return undefined;
}

/** A page in one of its forms: sets and the like are lists, and what is no object is a list of one. */
function listOf(value: unknown): ExtractedPage {
  if (Array.isArray(value) || isRestPage(value)) return value;
  if (typeof value !== "object" || value === null || value instanceof Date) return [value];
  return Symbol.iterator in value ? [...value as Iterable<unknown>] : value as ExtractedPage;
}

function noPages({ what, resource }: OwnCode): ExtractError {
  return new ExtractError(
    `Cannot read "${resource}": ${what} returned nothing, pages of records are needed`,
    {
      code: "source-failed",
      at: { resource },
      next: "write it as async function* and yield lists of records",
    },
  );
}
