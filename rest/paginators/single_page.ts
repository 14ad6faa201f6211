/**
 * No paging: one request, one page.
 * @module
 */
import type { Options } from "../options.ts";
import type { Paginator } from "../types.ts";
import { Arguments } from "./arguments.ts";
import type { PaginatorKind } from "./kind.ts";

const parameters = {};

/** Ends every walk after its first page. @throws {ConfigError} "invalid-options" */
export function singlePage(options: Options = {}): Paginator {
  new Arguments("single_page", options, parameters).check();
  return { type: "single_page", options: {}, first: (request) => request, next: () => undefined };
}

/** `single_page` for the registry. */
export const singlePageKind: PaginatorKind = { create: singlePage, parameters };
