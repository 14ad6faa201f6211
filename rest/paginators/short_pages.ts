/**
 * The doubt about pages that hold fewer records than were asked for: where an API allows no more at once, a count
 * that goes on by the limit never asks for what lies between.
 * @module
 */
import type { Doubt, PageView, Paginator, RequestSpec, RestPage } from "../types.ts";

/** How to read a page of a count. */
export interface Counted {
  limit(request: RequestSpec): number;
  offset(request: RequestSpec): number;
  total(page: PageView): number | undefined;
  /** Where the total is. */
  readonly totalPath?: string;
}

/** The first page of a walk that was short. */
interface ShortPage {
  readonly index: number;
  readonly count: number;
  readonly limit: number;
}

/** The same paginator, which says so when records are left out. */
export function withShortPages(paginator: Paginator, counted: Counted, first?: ShortPage): Paginator {
  const watching: Paginator = {
    ...paginator,
    settle(page) {
      const { index, records: { length: count }, request } = page;
      const limit = counted.limit(request);
      return first || count === 0 || count >= limit
        ? watching
        : withShortPages(paginator, counted, { index, count, limit });
    },
    doubt: (page) => doubtOf(page, counted, first),
  };
  return watching;
}

function doubtOf(page: RestPage, counted: Counted, first: ShortPage | undefined): Doubt | undefined {
  const { index, next, records: { length: count }, request } = page;
  const limit = counted.limit(request);
  const total = counted.total(page);
  const left = total === undefined ? 0 : total - counted.offset(request) - count;
  if (first?.index === 0 && index === 0 && left > 0) {
    const missing = Math.min(left, limit - count);
    return capped(first, `although "${counted.totalPath}" is ${total}`, `${missing} after the first page`);
  }
  if (!next && count < limit && left > 0) {
    return doubt(
      `the list ended ${left} records before "${counted.totalPath}" says; they were not listed, or the API allows ` +
        "smaller pages than limit; lower limit and compare",
    );
  }
  if (first && index > first.index && count > 0 && total === undefined) {
    return capped(first, "and another page followed", "those between");
  }
  return undefined;
}

function capped({ count, limit }: ShortPage, state: string, missing: string): Doubt {
  return doubt(
    `a page has ${count} of the ${limit} records asked for ${state}: the API seems to allow no more at once, ` +
      `and ${missing} are left out; set limit to ${count}`,
  );
}

function doubt(message: string): Doubt {
  return { code: "page-capped", message };
}
