/**
 * Paging that finds out from the first page how the API does it.
 * @module
 */
import { detectPaginator } from "../detect.ts";
import type { Options } from "../options.ts";
import type { Paginator } from "../types.ts";
import { Arguments } from "./arguments.ts";
import { headerLink } from "./header_link.ts";
import type { PaginatorKind } from "./kind.ts";

const parameters = {};

/** Decides on the first page, and says what it found. @throws {ConfigError} "invalid-options" */
export function auto(options: Options = {}): Paginator {
  new Arguments("auto", options, parameters).check();
  return {
    type: "auto",
    options: {},
    first: (request) => request,
    settle: detectPaginator,
    next: (page) => detectPaginator(page).next(page),
    // A Link header is what detection looks at first, so what it says is certain before the body is there.
    peek: headerLink().peek,
  };
}

/** `auto` for the registry. */
export const autoKind: PaginatorKind = { create: auto, parameters };
