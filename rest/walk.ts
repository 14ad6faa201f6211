/**
 * Walks the pages of a list. The paginator only says what comes next; that no page is asked for twice, that
 * no walk goes on for ever, that nothing leaves the origin and that a lowered page size is kept is looked
 * after here.
 * @module
 */
import { crc32 } from "node:zlib";
import { ExtractError, SluiceError } from "../pipeline/errors.ts";
import { stringifyJson } from "../pipeline/json.ts";
import { jsonPath } from "../pipeline/json_path.ts";
import { shapeError } from "./answer_shape.ts";
import { checkOrigin, describeRequest } from "./origin.ts";
import { capPageSize, pageSize } from "./retry.ts";
import { detectSelector, selectRecords } from "./select.ts";
import type { Sent } from "./sender.ts";
import type { PageView, Paginator, RequestSpec, RestPage } from "./types.ts";
import { identity, type LinkedRequest, PagesAhead, type SendPage } from "./walk_ahead.ts";

/** What a walk is made of. */
export interface WalkParts {
  readonly origin: string;
  readonly resource?: string;
  readonly paginator: Paginator;
  /** Where the records are; detected on the first page with a body when not given. */
  readonly dataSelector?: string;
  /** Name of the page-size parameter that retries may lower. */
  readonly sizeParam?: string;
  /** Pages that may be asked for before the present one is used. */
  readonly aheadPages: number;
  readonly maxPages: number;
  readonly send: SendPage;
  readonly linked: LinkedRequest;
}

const MOST_EMPTY_PAGES = 1000;
const MOST_REPEATS = 10;

/**
 * Yields the pages from `start` on. The next request is settled before a page is yielded, so a page that
 * arrives without `next` is the last one for certain.
 *
 * @throws {ExtractError} "pagination-loop", "pagination-endless", "foreign-origin", what the paginator throws,
 * or what sending throws
 * @throws {ConfigError} "invalid-json-path"
 */
export async function* walk(start: RequestSpec, parts: WalkParts): AsyncGenerator<RestPage> {
  if (parts.dataSelector !== undefined) jsonPath(parts.dataSelector);
  const taken = new Set<string>();
  const progress = new Progress(parts, taken);
  const ahead = new PagesAhead(parts, taken);
  try {
    let request: RequestSpec | undefined = progress.first(start);
    for (let index = 0; request; index++) {
      if (index >= parts.maxPages) throw progress.within(tooManyPages(index), { index, request });
      const sent: Sent = await ahead.take(request, index);
      const page = progress.take(sent, { asked: request, index });
      ahead.expect(page, progress.expected(page), { mayPeek: !progress.isShrunk });
      yield page;
      request = page.next;
    }
  } finally {
    await ahead.close();
  }
}

/** What a walk remembers from page to page. */
class Progress {
  readonly #parts: WalkParts;
  readonly #taken: ReadonlySet<string>;
  #paginator: Paginator;
  #selector: string | undefined;
  /** The body of a page was a list itself. */
  #wasList = false;
  /** The page size that was lowered last; undefined while the first one works. */
  #size: number | undefined;
  #bodyPrint = "";
  #recordsPrint: number | undefined;
  #repeats = 0;
  #emptyPages = 0;

  constructor(parts: WalkParts, taken: ReadonlySet<string>) {
    this.#parts = parts;
    this.#taken = taken;
    this.#paginator = parts.paginator;
    this.#selector = parts.dataSelector;
  }

  /** Whether links may name a page size that does not work. */
  get isShrunk(): boolean {
    return this.#size !== undefined;
  }

  /** The first request. */
  first(start: RequestSpec): RequestSpec {
    try {
      return this.#paginator.first(start);
    } catch (error) {
      throw this.within(error, { index: 0, request: start });
    }
  }

  /** Reads the records of a page and decides what follows. */
  take({ request, response }: Sent, { asked, index }: { asked: RequestSpec; index: number }): RestPage {
    const place = { index, request };
    const head = { ...place, response, paginator: this.#paginator };
    if (response.ended !== undefined) {
      return { ...head, records: [], selector: this.#selector ?? "$", repeated: false };
    }
    try {
      this.#noteSize(asked, place);
      if (response.body !== undefined) this.#selector ??= detectSelector(response.body);
      const selector = this.#selector ?? "$";
      const isDetected = this.#parts.dataSelector === undefined;
      const wrong = shapeError(response.body, { selector, isDetected, wasList: this.#wasList });
      if (wrong) throw wrong;
      this.#wasList ||= Array.isArray(response.body);
      const records = selectRecords(response.body, selector);
      const view: PageView = {
        ...place,
        response,
        records,
        selector,
        repeated: this.#isRepeated(response, records),
      };
      const isDropped = view.repeated && this.#paginator.dropsRepeated;
      this.#settle(view);
      const page: RestPage = { ...view, paginator: this.#paginator, next: this.#next(view, asked) };
      this.#checkEmpty(page);
      return isDropped ? withoutRecords(page) : page;
    } catch (error) {
      throw this.within(error, place);
    }
  }

  /** The requests that will follow a page as far as the paginator tells: `next` first. */
  *expected({ next, ...page }: RestPage): Generator<RequestSpec> {
    if (!next) return;
    yield next;
    const key = identity(next);
    let isFirst = true;
    for (const request of this.#paginator.ahead?.(page) ?? []) {
      const capped = this.#keepPageSize(request);
      if (isFirst && identity(capped) !== key) return;
      if (!isFirst) yield capped;
      isFirst = false;
    }
  }

  /** The error with its place, to be thrown. */
  within(error: unknown, { index, request }: { index: number; request: RequestSpec }): unknown {
    const { resource } = this.#parts;
    if (!(error instanceof SluiceError)) return error;
    return error.within({ resource, page: index + 1, request: describeRequest(request) });
  }

  #noteSize(asked: RequestSpec, { index, request }: { index: number; request: RequestSpec }): void {
    const { sizeParam } = this.#parts;
    if (sizeParam === undefined || request.url === asked.url) return;
    const [size, before] = [pageSize(request, sizeParam), pageSize(asked, sizeParam)];
    // A redirect changes the URL too.
    if (size === undefined || before === undefined || size >= before) return;
    this.#size = size;
    // Pages are numbered by their size: with another one the same number is another place in the list.
    if (index > 0 && this.#paginator.type === "page_number") throw sizeLowered(sizeParam);
  }

  #isRepeated({ bytes }: RestPage["response"], records: RestPage["records"]): boolean {
    const bodyPrint = `${bytes.length} ${crc32(bytes)}`;
    // A body may carry the time; where the answer decides about the walk, its records are what is compared.
    const recordsPrint = this.#paginator.dropsRepeated ? recordsPrintOf(records) : undefined;
    const isSame = bodyPrint === this.#bodyPrint ||
      (recordsPrint !== undefined && recordsPrint === this.#recordsPrint);
    this.#bodyPrint = bodyPrint;
    this.#recordsPrint = recordsPrint;
    return isSame && records.length > 0;
  }

  #settle(view: PageView): void {
    this.#paginator = this.#paginator.settle?.(view) ?? this.#paginator;
    if (this.#paginator.dropsRepeated) this.#recordsPrint ??= recordsPrintOf(view.records);
    this.#repeats = view.repeated ? this.#repeats + 1 : 0;
    if (this.#repeats >= MOST_REPEATS) throw repeatedPage(this.#paginator, this.#repeats);
  }

  #next(view: PageView, asked: RequestSpec): RequestSpec | undefined {
    const given = this.#paginator.next(view);
    if (!given) return undefined;
    checkOrigin(given.url, this.#parts.origin, "continue paging");
    const next = this.#keepPageSize(this.#parts.linked(given, view.request));
    const key = identity(next);
    const isSame = key === identity(asked) || key === identity(view.request);
    if (isSame && this.#paginator.polls) return undefined;
    if (isSame || this.#taken.has(key)) throw loopError(this.#paginator, isSame);
    return next;
  }

  #checkEmpty({ records, next }: RestPage): void {
    this.#emptyPages = records.length || !next ? 0 : this.#emptyPages + 1;
    if (this.#emptyPages >= MOST_EMPTY_PAGES) throw emptyPages(this.#paginator, this.#emptyPages);
  }

  /**
   * A page size that had to be lowered stays low for the rest of the walk, even if the server's link goes
   * back: the next page would most likely fail the same way. Otherwise the link is kept as given.
   */
  #keepPageSize(next: RequestSpec): RequestSpec {
    const { sizeParam } = this.#parts;
    return this.#size === undefined || sizeParam === undefined
      ? next
      : capPageSize(next, sizeParam, this.#size);
  }
}

/** The page as if it had been empty, so that nothing of it is stored either. */
function withoutRecords(page: RestPage): RestPage {
  return {
    ...page,
    records: [],
    response: { ...page.response, bytes: new Uint8Array(), body: undefined, kept: undefined },
  };
}

function recordsPrintOf(records: RestPage["records"]): number {
  return crc32(stringifyJson(records));
}

function loopError({ type }: Paginator, isSame: boolean): ExtractError {
  const what = isSame ? "next request equals the present one" : "next request was made before in this walk";
  return new ExtractError(`Cannot continue paging: ${what}, paginator "${type}"`, {
    code: "pagination-loop",
    next: "check the paginator of this resource; a server fault needs a smaller page size or a filter",
  });
}

function repeatedPage({ type }: Paginator, repeats: number): ExtractError {
  return new ExtractError(
    `Cannot continue paging: the same page came ${repeats + 1} times in a row, paginator "${type}"`,
    {
      code: "pagination-loop",
      next: "check the paginator of this resource: the API seems to ignore the parameter it sends",
    },
  );
}

function emptyPages({ type }: Paginator, count: number): ExtractError {
  return new ExtractError(
    `Cannot continue paging: ${count} pages in a row were empty and there is still a next one, paginator "${type}"`,
    {
      code: "pagination-endless",
      next: "check the paginator and data_selector of this resource, or narrow the request",
    },
  );
}

function tooManyPages(count: number): ExtractError {
  return new ExtractError(`Cannot continue paging: ${count} pages were read and there is still a next one`, {
    code: "pagination-endless",
    next:
      "check the paginator of this resource; raise max_pages of the client if the list is really that long",
  });
}

function sizeLowered(param: string): ExtractError {
  return new ExtractError(
    `Cannot continue paging: "${param}" had to be lowered, but pages are numbered by their size`,
    { code: "pagination-loop", next: `set a smaller "${param}" from the start` },
  );
}
