/**
 * No paging: one request, one page.
 * @module
 */
import { OptionReader, type Options } from "../options.ts";
import type { Paginator } from "../types.ts";

/** Ends every walk after its first page. */
export function singlePage(options: Options = {}): Paginator {
  new OptionReader('paginator "single_page"', options, []);
  return { type: "single_page", first: (request) => request, next: () => undefined };
}
