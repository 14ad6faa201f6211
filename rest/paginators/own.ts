/**
 * A paginator written as a function of the page.
 * @module
 */
import { ExtractError } from "../../pipeline/errors.ts";
import { followLink } from "../request_url.ts";
import type { Paginator, PaginatorFunction, RequestSpec } from "../types.ts";

/** Goes on with what the function returns: a request, a link to follow, or nothing at the end. */
export function ownPaginator(next: PaginatorFunction): Paginator {
  return {
    type: next.name || "function",
    first: (request) => request,
    next: (page) => {
      const given: unknown = next(page);
      if (given === undefined || given === null || given === "") return undefined;
      if (typeof given === "string") return followLink(page.request, given);
      if (typeof (given as Partial<RequestSpec>).url === "string") {
        return { ...page.request, ...given as RequestSpec };
      }
      throw new ExtractError(
        `Cannot continue paging: paginator "${
          next.name || "function"
        }" returned neither a request nor a link`,
        { code: "pagination-field", next: "return a request, the text of a link, or undefined at the end" },
      );
    },
  };
}
