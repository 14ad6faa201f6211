/**
 * Walks the pages of a list. The paginator only says what comes next; that no page is asked for twice, that
 * nothing leaves the origin and that a lowered page size is kept is looked after here.
 * @module
 */
import { ExtractError, SluiceError } from "../pipeline/errors.ts";
import { canonicalJson, isJsonObject, type JsonObject, type JsonValue } from "../pipeline/json.ts";
import { checkOrigin, describeRequest } from "./origin.ts";
import { capPageSize, pageSize } from "./retry.ts";
import type { Sent } from "./sender.ts";
import type { PageView, Paginator, RequestSpec, RestPage } from "./types.ts";

/** What a walk is made of. */
export interface WalkParts {
  readonly origin: string;
  readonly resource?: string;
  readonly paginator: Paginator;
  readonly select: (body: JsonValue | undefined) => JsonObject[];
  /** Name of the page-size parameter that retries may lower. */
  readonly sizeParam?: string;
  /** Sends for the next page before the present one is used. */
  readonly prefetch?: boolean;
  /** Sends the request of a page, counted from 1. */
  readonly send: (request: RequestSpec, page: number, onAnswer: OnAnswer) => Promise<Sent>;
}

type OnAnswer = (request: RequestSpec, headers: Headers) => void;

/**
 * Yields the pages from `start` on. The next request is settled before a page is yielded, so a page that
 * arrives without `next` is the last one for certain.
 *
 * @throws {ExtractError} "pagination-loop", "foreign-origin", or what sending throws
 */
export async function* walk(start: RequestSpec, parts: WalkParts): AsyncGenerator<RestPage> {
  const progress: Progress = { seen: new Set() };
  const ahead = new Ahead(parts, progress);
  let request: RequestSpec | undefined = parts.paginator.first(start);
  for (let index = 0; request; index++) {
    const sent: Sent = await ahead.take(request, index);
    if (parts.sizeParam !== undefined && sent.request.url !== request.url) {
      progress.size = pageSize(sent.request, parts.sizeParam);
    }
    const page: RestPage = settle({ index, ...sent }, { asked: request, progress, parts });
    if (page.next) ahead.announce(page.next, index + 1);
    yield page;
    request = page.next;
  }
}

/** A page that was asked for. */
interface Asked {
  readonly key: string;
  readonly index: number;
  sent?: Promise<Sent>;
  /** Known as soon as the headers are there. */
  answer?: { request: RequestSpec; headers: Headers };
}

/** Asks for the page after the one in hand: as early as its headers tell which it is, never two pages ahead. */
class Ahead {
  readonly #parts: WalkParts;
  readonly #progress: Progress;
  #current: Asked | undefined;
  #next: Asked | undefined;

  constructor(parts: WalkParts, progress: Progress) {
    this.#parts = parts;
    this.#progress = progress;
  }

  /** The answer to a request, which may be under way already. */
  take(request: RequestSpec, index: number): Promise<Sent> {
    const key = identity(request);
    this.#progress.seen.add(key);
    const current = this.#next?.key === key ? this.#next : this.#ask(request, index);
    this.#current = current;
    this.#next = undefined;
    if (current.answer) this.#peek(current);
    return current.sent!;
  }

  /** Says for certain what comes next. */
  announce(request: RequestSpec, index: number): void {
    if (this.#parts.prefetch && this.#next?.key !== identity(request)) this.#next = this.#ask(request, index);
  }

  #ask(request: RequestSpec, index: number): Asked {
    const asked: Asked = { key: identity(request), index };
    asked.sent = this.#parts.send(request, index + 1, (request, headers) => {
      asked.answer = { request, headers };
      if (this.#current === asked) this.#peek(asked);
    });
    // A failure is met when the page is; until then it must not count as unhandled.
    asked.sent.catch(() => {});
    return asked;
  }

  #peek({ key, index, answer }: Asked): void {
    const { prefetch, paginator, origin } = this.#parts;
    if (!prefetch || this.#next || this.#progress.size !== undefined) return;
    const next = paginator.peek?.(answer!.request, answer!.headers);
    if (!next || URL.parse(next.url)?.origin !== origin) return;
    const nextKey = identity(next);
    if (nextKey !== key && !this.#progress.seen.has(nextKey)) this.#next = this.#ask(next, index + 1);
  }
}

/** What a walk remembers from page to page. */
interface Progress {
  readonly seen: Set<string>;
  /** The page size that was lowered last; undefined while the first one works. */
  size?: number;
}

/** Reads the records of a page and decides what follows. */
function settle(
  { index, request, response }: Sent & { index: number },
  { asked, progress, parts }: { asked: RequestSpec; progress: Progress; parts: WalkParts },
): RestPage {
  // An error status got here because the caller accepts it: it has no records and ends the walk.
  if (response.status >= 400) return { index, request, response, records: [] };
  try {
    const view: PageView = { index, request, response, records: parts.select(response.body) };
    const given = parts.paginator.next(view);
    if (!given) return view;
    checkOrigin(given.url, parts.origin, "continue paging");
    const next = keepPageSize(given, progress, parts);
    const key = identity(next);
    const isSame = key === identity(asked) || key === identity(request);
    if (isSame && parts.paginator.polls) return view;
    if (isSame || progress.seen.has(key)) throw loopError(parts.paginator, isSame);
    return { ...view, next };
  } catch (error) {
    if (error instanceof SluiceError) {
      error.within({ resource: parts.resource, page: index + 1, request: describeRequest(request) });
    }
    throw error;
  }
}

/**
 * A page size that had to be lowered stays low for the rest of the walk, even if the server's link goes
 * back: the next page would most likely fail the same way. Otherwise the link is kept as given.
 */
function keepPageSize(next: RequestSpec, { size }: Progress, { sizeParam }: WalkParts): RequestSpec {
  return size === undefined || sizeParam === undefined ? next : capPageSize(next, sizeParam, size);
}

function identity({ method, url, json }: RequestSpec): string {
  return json === undefined ? `${method} ${url}` : `${method} ${url} ${canonicalJson(json)}`;
}

function loopError({ type }: Paginator, isSame: boolean): ExtractError {
  const what = isSame ? "next request equals the present one" : "next request was made before in this walk";
  return new ExtractError(`Cannot continue paging: ${what}, paginator "${type}"`, {
    code: "pagination-loop",
    next: "check the paginator of this resource; a server fault needs a smaller page size or a filter",
  });
}

/**
 * The records of a body that is a list of objects or one object; an empty body has none.
 *
 * @throws {ExtractError} "unexpected-body" for anything else
 */
export function selectBody(body: JsonValue | undefined): JsonObject[] {
  if (body === undefined) return [];
  if (isJsonObject(body)) return [body];
  if (Array.isArray(body) && body.every(isJsonObject)) return body;
  const found = Array.isArray(body) ? "a list that holds other values" : body === null ? "null" : typeof body;
  throw new ExtractError(
    `Cannot read records: body is ${found}, a list of objects or one object is required`,
    {
      code: "unexpected-body",
      next: "set data_selector to the path of the records",
    },
  );
}
