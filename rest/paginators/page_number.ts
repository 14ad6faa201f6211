/**
 * Paging by the number of the page.
 * @module
 */
import type { ParameterSpecs } from "../../pipeline/parameters.ts";
import type { Options } from "../options.ts";
import type { Paginator } from "../types.ts";
import { Arguments } from "./arguments.ts";
import type { PaginatorKind } from "./kind.ts";
import { placeParameters } from "./place.ts";
import { endOptions, endParameters, rangePaginator, readEnds } from "./range.ts";

/** The arguments of {@link pageNumber}. */
export interface PageNumberOptions extends Options {
  /** The number of the API's first page. Default 0. */
  readonly base_page?: number;
  /** The page to start with. Default: the first one. */
  readonly page?: number;
  readonly page_param?: string | null;
  readonly page_body_path?: string | null;
  /** Where the number of pages is. Default "total", which may be missing; null looks for none. */
  readonly total_path?: string | null;
  /** Exclusive. */
  readonly maximum_page?: number | null;
  readonly stop_after_empty_page?: boolean;
  readonly has_more_path?: string | null;
}

const parameters: ParameterSpecs = {
  base_page: { type: "integer", default: 0, range: { min: 0 }, help: "Number of the API's first page." },
  page: { type: "integer", range: { min: 0 }, help: "The page to start with; the first one by default." },
  ...placeParameters("page", "the page's number"),
  ...endParameters("pages", "maximum_page"),
};

/** Sends the page's number, one more each time. @throws {ConfigError} "invalid-options" */
export function pageNumber(options: PageNumberOptions | Options = {}): Paginator {
  const read = new Arguments("page_number", options, parameters);
  const base = read.wholeNumber("base_page");
  const start = read.optionalWholeNumber("page") ?? base;
  const place = read.place("page");
  const ends = readEnds(read, "maximum_page");
  read.check();
  return rangePaginator({
    ...ends,
    type: "page_number",
    options: {
      base_page: base,
      page: start,
      page_param: place.param,
      page_body_path: place.bodyPath,
      ...endOptions(ends, "maximum_page"),
    },
    place,
    start,
    base,
    step: () => 1,
    at: place.write,
    first: (request) => place.write(request, start),
  });
}

/** `page_number` for the registry. */
export const pageNumberKind: PaginatorKind = { create: pageNumber, parameters };
