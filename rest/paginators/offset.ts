/**
 * Paging by the number of records to leave out.
 * @module
 */
import type { ParameterSpecs } from "../../pipeline/parameters.ts";
import type { Options } from "../options.ts";
import type { Paginator, RequestSpec } from "../types.ts";
import { Arguments } from "./arguments.ts";
import type { PaginatorKind } from "./kind.ts";
import { placeParameters, wholeNumber, wholeNumberAt } from "./place.ts";
import { endOptions, endParameters, rangePaginator, readEnds } from "./range.ts";
import { withShortPages } from "./short_pages.ts";

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

const parameters: ParameterSpecs = {
  limit: { type: "integer", required: true, range: { min: 1 }, help: "Records per page." },
  offset: { type: "integer", default: 0, range: { min: 0 }, help: "Records to leave out at the start." },
  ...placeParameters("offset", "the offset"),
  ...placeParameters("limit", "the limit"),
  ...endParameters("records", "maximum_offset"),
};

/** Sends offset and limit, and adds the limit to the offset each time. @throws {ConfigError} "invalid-options" */
export function offset(options: OffsetOptions | Options): Paginator {
  const read = new Arguments("offset", options, parameters);
  const limit = read.wholeNumber("limit");
  const start = read.wholeNumber("offset");
  const place = read.place("offset");
  const limitPlace = read.place("limit");
  const ends = readEnds(read, "maximum_offset");
  read.check();
  // Not the limit of the configuration: a page size that was lowered on the way counts.
  const step = (request: RequestSpec) => Math.max(1, wholeNumberAt(limitPlace, request) ?? limit);
  const paginator = rangePaginator({
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
    step,
    // A redirect may have dropped the limit.
    at: (request, count) => {
      const isLimited = limitPlace.read(request) !== undefined;
      return place.write(isLimited ? request : limitPlace.write(request, limit), count);
    },
    first: (request) => limitPlace.write(place.write(request, start), limit),
  });
  return withShortPages(paginator, {
    limit: step,
    offset: (request) => wholeNumberAt(place, request) ?? start,
    total: ({ response }) => wholeNumber(ends.totalPath?.first(response.body)),
    totalPath: ends.totalPath?.text,
  });
}

/** `offset` for the registry. */
export const offsetKind: PaginatorKind = { create: offset, parameters };
