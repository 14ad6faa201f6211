/**
 * Paging by the number of records to leave out.
 * @module
 */
import type { Options } from "../options.ts";
import type { Paginator } from "../types.ts";
import { Arguments } from "./arguments.ts";
import { wholeNumberAt } from "./place.ts";
import { endOptions, rangePaginator, readEnds } from "./range.ts";

/** The arguments of {@link offset}. */
export interface OffsetOptions extends Options {
  /** Records per page. */
  readonly limit: number;
  readonly offset?: number;
  readonly offset_param?: string | null;
  readonly offset_body_path?: string | null;
  readonly limit_param?: string | null;
  readonly limit_body_path?: string | null;
  /** Where the number of all records is. Default "total", which may be missing; null looks for none. */
  readonly total_path?: string | null;
  /** Exclusive. */
  readonly maximum_offset?: number | null;
  readonly stop_after_empty_page?: boolean;
  readonly has_more_path?: string | null;
}

/** Sends offset and limit, and adds the limit to the offset each time. @throws {ConfigError} "invalid-options" */
export function offset(options: OffsetOptions | Options): Paginator {
  const read = new Arguments("offset", options);
  const limit = read.wholeNumber("limit", { least: 1 });
  const start = read.wholeNumber("offset", { preset: 0, least: 0 });
  const place = read.place("offset", "offset");
  const limitPlace = read.place("limit", "limit");
  const ends = readEnds(read, "maximum_offset");
  read.check();
  return rangePaginator({
    ...ends,
    type: "offset",
    options: {
      limit,
      offset: start,
      offset_param: place.param,
      offset_body_path: place.bodyPath,
      limit_param: limitPlace.param,
      limit_body_path: limitPlace.bodyPath,
      ...endOptions(ends, "maximum_offset"),
    },
    place,
    start,
    base: 0,
    // Not the limit of the configuration: a page size that was lowered on the way counts.
    step: (request) => Math.max(1, wholeNumberAt(limitPlace, request) ?? limit),
    // A redirect may have dropped the limit.
    at: (request, count) => {
      const isLimited = limitPlace.read(request) !== undefined;
      return place.write(isLimited ? request : limitPlace.write(request, limit), count);
    },
    first: (request) => limitPlace.write(place.write(request, start), limit),
  });
}
