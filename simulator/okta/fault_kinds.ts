/**
 * What every kind of fault has: its parameters, where it bites, and how it makes or spoils an answer. The kinds
 * themselves are in `fault_catalogue.ts`.
 *
 * @module
 */

import type { Reply } from "./reply.ts";

type RateHeaders = "missing" | "not-a-number" | "duplicate";
// deno-lint-ignore ban-types -- a kind without parameters
type None = {};

/** The parameters of each kind. */
export interface FaultParameters {
  // The connection.
  "reset-before-headers": None;
  "reset-in-headers": None;
  "reset-mid-body": None;
  "reset-after-body": None;
  "not-http": None;
  /** No answer until the client gives up, or for `ms`. */
  hang: { ms?: number };
  "hang-mid-body": { ms?: number };
  delay: { ms: number };
  drip: { pieces: number; pauseMs: number };
  // Statuses.
  /** An API error by its code, for example `E0000009` (500), `E0000010` (503) or `E0000239` (423). */
  error: { code: string; summary?: string };
  unauthorized: None;
  forbidden: None;
  html: { status: number };
  "edge-404": None;
  "odd-status": { status: number };
  "no-content": None;
  redirect: None;
  "redirect-loop": None;
  "redirect-back": { status: number };
  "redirect-away": { location: string };
  // Limits and clocks.
  /** Without rate headers when `headers` is `missing`, with a useless reset when it is `not-a-number`. */
  throttle: { headers?: RateHeaders | "retry-after" | "retry-date" | "retry-nonsense" | "past" | "far" };
  "rate-headers": { headers: RateHeaders };
  "spent-budget": { seconds: number };
  "wrong-clock": { ms: number };
  "bad-date": { date: string };
  // Headers.
  "wrong-type": { type: string };
  "wrong-charset": { charset: string };
  "wrong-length": { by: number };
  "wrong-encoding": { encoding: string };
  "huge-headers": { bytes: number };
  "odd-headers": None;
  // Bodies.
  "html-page": None;
  "empty-body": None;
  "truncated-json": None;
  "invalid-json": { how: "comma" | "quotes" | "nan" | "two" | "garbage" | "comment" | "control" };
  "invalid-utf8": None;
  bom: None;
  "utf-16": None;
  padding: { bytes: number };
  "error-body": None;
  "scalar-body": { text: string };
  "null-records": { text: string };
  "truncated-gzip": None;
  // Pages.
  /** To the same page, or to one that leads back to it. */
  "endless-next": { isCycle?: boolean };
  "foreign-next": { origin: string };
  "odd-next": { url: string };
  "broken-next": { how: "unclosed" | "empty" };
  "empty-page": None;
  "shuffled-page": None;
  "repeated-record": None;
  "moved-record": None;
  "repeated-page": None;
  "lost-record": None;
  "lost-next": None;
  "no-records": None;
}

/** The name of a kind. */
export type FaultName = keyof FaultParameters;

/** A kind with its parameters. */
export type FaultAction<K extends FaultName = FaultName> = {
  [N in K]: { readonly kind: N } & Readonly<FaultParameters[N]>;
}[K];

/** A list as it pages: what a fault may do to a page of it. */
export interface PagedList {
  /** The texts of the records on a page; undefined where the answer is no page. */
  records(reply: Reply): string[] | undefined;
  withRecords(reply: Reply, records: readonly string[]): Reply;
  /** Where a page leads to, where pages say so. */
  next?(reply: Reply): string | undefined;
  /** The page with a link that is as given; undefined takes it away. */
  withNext?(reply: Reply, url: string | undefined): Reply;
}

/** What faults remember from answer to answer. */
export interface FaultMemory {
  /** The records of the page that was answered last, by the path of the list. */
  readonly pages: Map<string, readonly string[]>;
  /** Records that were held back, by the page that they come with. */
  readonly held: Map<string, string>;
}

/** Names a page of a list, however large it is asked for. */
export function placeOf(address: string | URL): string {
  const url = new URL(address);
  for (const name of ["limit", "turn"]) url.searchParams.delete(name);
  url.searchParams.sort();
  return url.pathname + url.search;
}

/** Where a fault bites. */
export interface FaultSite {
  readonly url: URL;
  /** The origin links are written with. */
  readonly origin: string;
  /** The clock of the server, epoch milliseconds. */
  readonly now: number;
  readonly list: PagedList;
  readonly memory: FaultMemory;
  /** An answer of the API that refuses. */
  refuse(code: string, summary?: string): Reply;
  /** Rate headers that say these. */
  budget(values: { limit: number; remaining: number; reset: number }): Reply["headers"];
}

/** Whom a kind can fool: nobody, only one who keeps every record that comes, or everybody. */
export type Deceives = "nobody" | "appending" | "everybody";

/** A kind of fault. `instead` answers in place of the API, `spoil` changes the answer it made. */
export interface FaultKind<K extends FaultName = FaultName> {
  readonly group: "connection" | "status" | "limits" | "headers" | "body" | "pages";
  /** What happens, for a person. */
  readonly help: string;
  /** Ways to throw it at a reader. @default one without parameters */
  readonly samples?: readonly Readonly<FaultParameters[K]>[];
  /** Whether tables can be wrong without anybody being able to tell. @default nobody */
  readonly deceives?: Deceives;
  instead?(action: FaultAction<K>, site: FaultSite): Reply;
  spoil?(reply: Reply, action: FaultAction<K>, site: FaultSite): Reply;
}

/** Several kinds by name. */
export type FaultKinds<K extends FaultName = FaultName> = { readonly [N in K]: FaultKind<N> };
