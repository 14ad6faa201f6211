/**
 * Counting up until an end is known: what `offset` and `page_number` have in common. The order in which the
 * ends are asked for is dlt's.
 * @module
 */
import type { JsonPath } from "../../pipeline/json_path.ts";
import type { ParameterSpecs } from "../../pipeline/parameters.ts";
import type { PageView, Paginator, RequestSpec } from "../types.ts";
import type { Arguments } from "./arguments.ts";
import { fieldError, saysMore } from "./fields.ts";
import { type Place, wholeNumber, wholeNumberAt } from "./place.ts";

/** What ends a count. */
export interface RangeEnds {
  readonly totalPath?: JsonPath;
  /** The total is where it usually is, not where somebody said: it may be missing. */
  readonly isTotalGuessed: boolean;
  /** Exclusive. */
  readonly maximum?: number;
  readonly hasMore?: JsonPath;
  readonly stopAfterEmptyPage: boolean;
}

/** One way of counting. */
export interface Range extends RangeEnds {
  readonly type: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly place: Place;
  /** The count of a request that holds none. */
  readonly start: number;
  /** The first count there can be; it is added to the total. */
  readonly base: number;
  step(request: RequestSpec): number;
  /** The request with another count. */
  at(request: RequestSpec, count: number): RequestSpec;
  first(request: RequestSpec): RequestSpec;
}

/** The arguments about the end of a count of `what`. */
export function endParameters(what: "records" | "pages", maximumName: string): ParameterSpecs {
  return {
    total_path: {
      type: "text",
      default: "total",
      help: `JSON path of the number of all ${what}; null looks for none.`,
    },
    [maximumName]: { type: "integer", range: { min: 0 }, help: "Where to end at the latest, exclusive." },
    has_more_path: {
      type: "text",
      help: "JSON path of a yes or no that says whether there is more.",
    },
    stop_after_empty_page: { type: "boolean", default: true, help: "Whether an empty page is the last one." },
  };
}

/** Reads the arguments about the end: `total_path`, the maximum, `has_more_path` and `stop_after_empty_page`. */
export function readEnds(read: Arguments, maximumName: string): RangeEnds {
  const ends: RangeEnds = {
    totalPath: read.isOff("total_path") ? undefined : read.path("total_path"),
    isTotalGuessed: !read.has("total_path"),
    maximum: read.optionalWholeNumber(maximumName),
    hasMore: read.optionalPath("has_more_path"),
    stopAfterEmptyPage: read.flag("stop_after_empty_page"),
  };
  if (!ends.totalPath && !endsWithoutTotal(ends)) {
    read.problem(
      "nothing ends it",
      `set "total_path", "${maximumName}", "has_more_path" or "stop_after_empty_page"`,
    );
  }
  return ends;
}

/** The same arguments as a person reads them. */
export function endOptions(
  { totalPath, maximum, hasMore, stopAfterEmptyPage }: RangeEnds,
  maximumName: string,
) {
  return {
    total_path: totalPath?.text ?? null,
    [maximumName]: maximum ?? null,
    has_more_path: hasMore?.text ?? null,
    stop_after_empty_page: stopAfterEmptyPage,
  };
}

/** The paginator that counts so. */
export function rangePaginator(range: Range): Paginator {
  const { type, options, place, at, first } = range;
  const follows = (request: RequestSpec) =>
    (wholeNumberAt(place, request) ?? range.start) + range.step(request);
  const isPastMaximum = (count: number) => range.maximum !== undefined && count >= range.maximum;
  return {
    type,
    options,
    first,
    next: (page) => {
      if (page.records.length === 0 && range.stopAfterEmptyPage) return undefined;
      const count = follows(page.request);
      const total = totalOf(page, range);
      if (isPastMaximum(count)) return undefined;
      const isDone = range.hasMore
        ? !saysMore(range.hasMore, page)
        : total !== undefined && count >= total + range.base;
      return isDone ? undefined : at(page.request, count);
    },
    *ahead(page) {
      const total = page.records.length ? wholeNumber(range.totalPath?.first(page.response.body)) : undefined;
      if (total === undefined) return;
      let { request } = page;
      for (let count = follows(request); count < total + range.base && !isPastMaximum(count);) {
        yield request = at(request, count);
        count += range.step(request);
      }
    },
  };
}

function endsWithoutTotal({ maximum, hasMore, stopAfterEmptyPage }: RangeEnds): boolean {
  return maximum !== undefined || hasMore !== undefined || stopAfterEmptyPage;
}

function totalOf({ response }: PageView, range: Range): number | undefined {
  const { totalPath, isTotalGuessed } = range;
  if (!totalPath) return undefined;
  const value = totalPath.first(response.body);
  const total = typeof value === "boolean" ? undefined : wholeNumber(value);
  if (total !== undefined || (isTotalGuessed && endsWithoutTotal(range))) return total;
  throw fieldError("total_path", totalPath.text, {
    value,
    required: "a whole number",
    next: "set total_path to the field that holds it, or to null to read on until a page is empty",
  });
}
