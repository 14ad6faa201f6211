/**
 * Answers before they are written: status, headers and body, and how each kind of answer becomes one.
 *
 * @module
 */

import type { ApiError } from "./api_error.ts";
import type { Delivery } from "./delivery.ts";
import { opaqueText } from "./identifiers.ts";
import type { Admission } from "./limits.ts";
import { hashText } from "./random.ts";

/** Headers as they go on the wire; a list is several lines. */
export type ReplyHeaders = Record<string, string | string[]>;

/** An answer. */
export interface Reply {
  readonly status: number;
  readonly headers: ReplyHeaders;
  readonly body: string;
  /** Sent in place of the body's own. */
  readonly bytes?: Uint8Array;
  /** Default: as it should. */
  readonly delivery?: Delivery;
  /** Lines written one by one after the body, for answers too large to hold. */
  readonly lines?: Iterable<string>;
  /** Records in the body, which latency grows with. */
  readonly items: number;
}

const JSON_HEADERS = { "content-type": "application/json" };
const NO_CACHE = {
  "cache-control": "no-cache, no-store",
  pragma: "no-cache",
  expires: "0",
  vary: "Accept-Encoding",
};

/** A good answer. */
export function jsonReply(
  body: string,
  { headers = {}, items = 1 }: { headers?: ReplyHeaders; items?: number } = {},
): Reply {
  return { status: 200, headers: { ...JSON_HEADERS, ...NO_CACHE, ...headers }, body, items };
}

/** A refusal. */
export function errorReply(error: ApiError, isLog: boolean): Reply {
  if (error.status === 400 && error.code === "invalid_request") {
    const body = JSON.stringify({ error: error.code, error_description: error.message });
    return { status: 400, headers: { ...JSON_HEADERS, ...error.details.headers }, body, items: 0 };
  }
  // A 429 is answered before the usual headers are put on, so it has no cache headers.
  const usual = error.status === 429 ? JSON_HEADERS : { ...JSON_HEADERS, ...NO_CACHE };
  const headers = error.details.isBodyEmpty ? { ...NO_CACHE } : { ...usual };
  const body = isLog && error.status !== 429 ? error.logBody() : error.body();
  return { status: error.status, headers: { ...headers, ...error.details.headers }, body, items: 0 };
}

/** The rate headers of an admission. */
export function rateHeaders({ limit, remaining, reset }: Omit<Admission, "isAdmitted">): ReplyHeaders {
  return {
    "x-rate-limit-limit": String(limit),
    "x-rate-limit-remaining": String(remaining),
    "x-rate-limit-reset": String(reset),
  };
}

/** A weak entity tag for a record. */
export function etagOf(body: string): string {
  return `W/"${hashText(body).toString(16)}"`;
}

/** A request id for the nth request. */
export function requestIdOf(count: number): string {
  return opaqueText(hashText("request", count), 12);
}
