/**
 * Paging by a cursor in the body of each page.
 * @module
 */
import type { ParameterSpecs } from "../../pipeline/parameters.ts";
import type { Options } from "../options.ts";
import type { Paginator } from "../types.ts";
import { Arguments } from "./arguments.ts";
import { isFalsy, saysMore } from "./fields.ts";
import type { PaginatorKind } from "./kind.ts";
import { placeParameters } from "./place.ts";

/** The arguments of {@link cursor}. */
export interface CursorOptions extends Options {
  /** Where the cursor is in the body. Default "cursors.next". */
  readonly cursor_path?: string;
  readonly cursor_param?: string | null;
  readonly cursor_body_path?: string | null;
  readonly stop_after_empty_page?: boolean;
  readonly has_more_path?: string | null;
}

const parameters: ParameterSpecs = {
  cursor_path: { type: "text", default: "cursors.next", help: "JSON path of the cursor in the body." },
  ...placeParameters("cursor", "the cursor"),
  stop_after_empty_page: { type: "boolean", default: false, help: "Whether an empty page is the last one." },
  has_more_path: { type: "text", help: "JSON path of a yes or no that says whether there is more." },
};

/** Sends the cursor of the last page until there is none. @throws {ConfigError} "invalid-options" */
export function cursor(options: CursorOptions | Options = {}): Paginator {
  const read = new Arguments("cursor", options, parameters);
  const path = read.path("cursor_path");
  const place = read.place("cursor");
  const stopsAfterEmptyPage = read.flag("stop_after_empty_page");
  const hasMore = read.optionalPath("has_more_path");
  read.check();
  return {
    type: "cursor",
    options: {
      cursor_path: path.text,
      cursor_param: place.param,
      cursor_body_path: place.bodyPath,
      stop_after_empty_page: stopsAfterEmptyPage,
      has_more_path: hasMore?.text ?? null,
    },
    first: (request) => request,
    next: (page) => {
      if (page.records.length === 0 && stopsAfterEmptyPage) return undefined;
      const value = path.first(page.response.body);
      if (isFalsy(value) || (hasMore && !saysMore(hasMore, page))) return undefined;
      return place.write(page.request, value);
    },
  };
}

/** `cursor` for the registry. */
export const cursorKind: PaginatorKind = { create: cursor, parameters };
