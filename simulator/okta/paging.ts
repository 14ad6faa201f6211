/**
 * Pages: cutting one out of a list of keys, the cursor that remembers where it ended, and the `Link` headers.
 *
 * @module
 */

import { ApiError } from "./api_error.ts";
import { hashText } from "./random.ts";
import type { Switches } from "./switches.ts";

/** Where a list can be continued; anything JSON can write. */
export type Position = number | readonly (number | string)[];

/** A list whose records are known by keys and written one by one. */
export interface RowSource<K extends Position = Position> {
  /** The keys strictly after one, in the order of the list. */
  keys(after: K | undefined): Iterable<K>;
  text(key: K): string;
}

/** What a cursor remembers. */
export interface Cursor {
  readonly position: Position | undefined;
  /** When the first page of this pass was asked for. */
  readonly startedAt: number;
  readonly issuedAt: number;
  /** Set on the link out of an empty page, so that two never follow each other. */
  readonly wasEmpty?: boolean;
}

/** Writes a cursor so that it only works for the list it came from; `binding` names that list. */
export function writeCursor(cursor: Cursor, binding: string): string {
  const { position = null, startedAt, issuedAt, wasEmpty } = cursor;
  const payload = btoa(JSON.stringify([position, startedAt, issuedAt, wasEmpty ? 1 : 0]));
  const text = payload.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  return `200u${text}${signature(text, binding)}`;
}

/** Reads a cursor; `undefined` when it is not one of this list's. */
export function readCursor(text: string, binding: string): Cursor | undefined {
  const payload = text.slice(4, -8);
  if (!text.startsWith("200u") || text.slice(-8) !== signature(payload, binding)) return undefined;
  const [position, startedAt, issuedAt, wasEmpty] = JSON.parse(
    atob(payload.replaceAll("-", "+").replaceAll("_", "/")),
  );
  return { position: position ?? undefined, startedAt, issuedAt, wasEmpty: wasEmpty === 1 };
}

function signature(payload: string, binding: string): string {
  return hashText(payload, hashText(binding)).toString(16).padStart(8, "0");
}

/** A page, and the position after its last record when the list goes on. */
export interface Page {
  readonly items: string[];
  readonly last: Position | undefined;
  readonly isEnd: boolean;
}

/** Cuts a page of at most `limit` records. */
export function cutPage(source: RowSource, after: Position | undefined, limit: number): Page {
  const items: string[] = [];
  let last: Position | undefined = after;
  for (const key of source.keys(after)) {
    if (items.length === limit) return { items, last, isEnd: false };
    items.push(source.text(key));
    last = key;
  }
  return { items, last, isEnd: true };
}

/** The rule for `limit` of one endpoint. */
export interface LimitRule {
  readonly default: number;
  readonly max: number;
  readonly min?: number;
}

/** The limit that holds for a request. */
export function effectiveLimit(query: URLSearchParams, rule: LimitRule, switches: Switches): number {
  const given = query.get("limit");
  if (given === null) return query.has("q") ? Math.min(10, rule.default) : rule.default;
  const limit = /^-?\d+$/.test(given) ? Number(given) : NaN;
  if (Number.isNaN(limit) || limit < (rule.min ?? 1)) {
    throw new ApiError("E0000001", {
      summary: "Api validation failed: limit",
      causes: [`limit: must be a whole number of at least ${rule.min ?? 1}`],
    });
  }
  if (limit <= rule.max) return limit;
  if (switches.overMaxLimit === "clamp") return rule.max;
  throw new ApiError("E0000001", {
    summary: "Api validation failed: limit",
    causes: [`limit: must not be greater than ${rule.max}`],
  });
}

/** The query a link shows: the cursor first, then the parameters the endpoint knows, in its own order. */
export function normalizedQuery(
  query: URLSearchParams,
  parameters: readonly string[],
  limit?: number,
): string {
  const kept = new URLSearchParams();
  for (const name of ["after", ...parameters]) {
    const value = name === "limit" && limit !== undefined ? String(limit) : query.get(name);
    if (value !== null) kept.set(name, value);
  }
  // The server leaves these as they are, which is why links must not be split at commas.
  return kept.toString().replaceAll("%28", "(").replaceAll("%29", ")").replaceAll("%2C", ",");
}

/** What `Link` says, as one line or two. */
export function linkHeader(
  self: string,
  next: string | undefined,
  style: Switches["link"],
): string | string[] {
  const quote = style === "unquoted-rel" ? "" : '"';
  const lines = [`<${self}>; rel=${quote}self${quote}`];
  if (next !== undefined) lines.push(`<${next}>; rel=${quote}next${quote}`);
  if (style === "next-first") lines.reverse();
  return style === "joined" ? lines.join(", ") : lines;
}
