/**
 * What a route is given and what it gives back.
 *
 * @module
 */

import { type Area, type Caller, canSee } from "./auth.ts";
import type { Organisation } from "./organisation.ts";
import type { RowSource } from "./paging.ts";

/** One authenticated request to a known path. */
export interface Call {
  readonly organisation: Organisation;
  readonly caller: Caller;
  readonly query: URLSearchParams;
  /** The identifiers in the path, decoded. */
  readonly ids: readonly string[];
  readonly path: string;
  /** The origin links are written with. */
  readonly origin: string;
  /** When this pass over the list began. */
  readonly startedAt: number;
  readonly contentType: string;
  /** The limit in force, for routes that build their own pages. */
  readonly limit: number;
}

/** A list to be paged. */
export interface ListAnswer {
  readonly list: RowSource;
  /** Lists answering `q` are not continued. */
  readonly isPaged?: boolean;
}

/** A page the route has cut itself, with the query of its links. */
export interface PageAnswer {
  readonly items: readonly string[];
  readonly selfQuery: string;
  readonly nextQuery: string | undefined;
}

/** A single record. */
export interface RecordAnswer {
  readonly record: string;
  readonly hasEtag?: boolean;
}

/** What a route gives back. */
export type Answer = ListAnswer | PageAnswer | RecordAnswer;

/** Keeps of some positions those the caller may see. */
export function* visible(call: Pick<Call, "caller">, area: Area, keys: Iterable<number>): Iterable<number> {
  for (const key of keys) if (canSee(call.caller, area, key)) yield key;
}
