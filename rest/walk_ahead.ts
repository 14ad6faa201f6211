/**
 * Asks for pages before they are needed: the next one as soon as headers name it, several where the
 * paginator foretells them. A prediction that turns out wrong is dropped; none is ever handed on unasked.
 * @module
 */
import { crc32 } from "node:zlib";
import { canonicalJson } from "../pipeline/json.ts";
import type { Sent } from "./sender.ts";
import type { Paginator, RequestSpec, RestPage } from "./types.ts";

/** Sends the request of a page, counted from 1. */
export type SendPage = (
  request: RequestSpec,
  page: number,
  options: {
    /** Hears of a good status before the body is there. */
    readonly onAnswer: (request: RequestSpec, headers: Headers) => void;
    /** Ends a request whose answer is not wanted any more. */
    readonly signal: AbortSignal;
  },
) => Promise<Sent>;

/** The request that a paginator made of an answer to `from`, as it may be kept. */
export type LinkedRequest = (next: RequestSpec, from: RequestSpec) => RequestSpec;

/** What {@link PagesAhead} must know of the walk. */
export interface AheadParts {
  readonly origin: string;
  readonly paginator: Paginator;
  /** Pages that may be asked for before the present one is used; they are what is held at most. */
  readonly aheadPages: number;
  readonly maxPages: number;
  readonly send: SendPage;
  readonly linked: LinkedRequest;
}

/** A page that was asked for. */
interface Asked {
  readonly key: string;
  readonly index: number;
  readonly controller: AbortController;
  sent?: Promise<Sent>;
  /** Known as soon as the headers are there. */
  answer?: { request: RequestSpec; headers: Headers };
}

/** Tells requests apart: two of one identity would get the same answer. */
export function identity({ method, url, json, body }: RequestSpec): string {
  const head = `${method} ${url}`;
  if (json !== undefined) return `${head} ${canonicalJson(json)}`;
  if (body === undefined) return head;
  return typeof body === "string" ? `${head} ${body}` : `${head} ${body.length} bytes, ${crc32(body)}`;
}

/** Said to requests nobody waits for. One for all: making an error costs more than all else of a short walk's end. */
const NOT_WANTED = new DOMException("The page is not wanted any more", "AbortError");

/** The pages of one walk that are under way. */
export class PagesAhead {
  readonly #parts: AheadParts;
  readonly #taken: Set<string>;
  readonly #running = new Set<Promise<unknown>>();
  /** Asked for and not taken yet, in the order of the walk. */
  #pending: Asked[] = [];
  #current: Asked | undefined;
  #mayPeek = true;

  /** @param taken receives the identity of every request that the walk takes */
  constructor(parts: AheadParts, taken: Set<string>) {
    this.#parts = parts;
    this.#taken = taken;
  }

  /** The answer to a request, which may be under way already. */
  take(request: RequestSpec, index: number): Promise<Sent> {
    const key = identity(request);
    this.#taken.add(key);
    if (this.#pending[0]?.key !== key) this.#dropFrom(0);
    this.#current = this.#pending.shift() ?? this.#ask(request, index);
    this.#peek(this.#current);
    return this.#current.sent!;
  }

  /**
   * Says what follows a page, the certain first, and asks for as much of it as may be. `mayPeek` tells whether
   * headers still say the whole truth.
   */
  expect({ index }: RestPage, expected: Iterable<RequestSpec>, { mayPeek }: { mayPeek: boolean }): void {
    this.#mayPeek = mayPeek;
    const most = Math.min(this.#parts.aheadPages, this.#parts.maxPages - index - 1);
    let count = 0;
    if (most > 0) {
      for (const each of expected) {
        const key = identity(each);
        if (this.#pending[count]?.key !== key) {
          this.#dropFrom(count);
          if (this.#taken.has(key) || !this.#isOurs(each)) break;
          if (this.#pending.some((asked) => asked.key === key)) break;
          this.#pending.push(this.#ask(each, index + 1 + count));
        }
        if (++count >= most) break;
      }
    }
    this.#dropFrom(count);
  }

  /** Drops what is under way; resolves when all of it is quiet. */
  async close(): Promise<void> {
    this.#dropFrom(0);
    this.#current?.controller.abort(NOT_WANTED);
    await Promise.allSettled(this.#running);
  }

  #dropFrom(count: number): void {
    for (const { controller } of this.#pending.splice(count)) controller.abort(NOT_WANTED);
  }

  #ask(request: RequestSpec, index: number): Asked {
    const controller = new AbortController();
    const asked: Asked = { key: identity(request), index, controller };
    const sent = asked.sent = this.#parts.send(request, index + 1, {
      signal: controller.signal,
      onAnswer: (request, headers) => {
        asked.answer = { request, headers };
        if (this.#current === asked) this.#peek(asked);
      },
    });
    this.#running.add(sent);
    // A failure is met when the page is; until then it must not count as unhandled.
    sent.catch(() => {}).finally(() => this.#running.delete(sent));
    return asked;
  }

  #peek({ key, index, answer }: Asked): void {
    const { aheadPages, maxPages, paginator, linked } = this.#parts;
    if (!answer || !this.#mayPeek || this.#pending.length || Math.min(aheadPages, maxPages - index - 1) < 1) {
      return;
    }
    const given = paginator.peek?.(answer.request, answer.headers);
    if (!given || !this.#isOurs(given)) return;
    const next = linked(given, answer.request);
    const nextKey = identity(next);
    if (nextKey !== key && !this.#taken.has(nextKey)) this.#pending.push(this.#ask(next, index + 1));
  }

  #isOurs({ url }: RequestSpec): boolean {
    return URL.parse(url)?.origin === this.#parts.origin;
  }
}
