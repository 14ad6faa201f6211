/**
 * Paging by `Link` response headers: the server says the whole next URL and it is taken as it is.
 * @module
 */
import { linkTarget } from "../link_header.ts";
import { OptionReader, type Options } from "../options.ts";
import { followLink } from "../request_url.ts";
import type { Paginator, RequestSpec } from "../types.ts";

/**
 * Follows the link whose relation is `links_next_key` (default "next") until there is none. `polls` (default
 * false) is for feeds that always give a next link: one that equals the present request ends the walk.
 */
export function headerLink(options: Options = {}): Paginator {
  const read = new OptionReader('paginator "header_link"', options, ["links_next_key", "polls"]);
  const rel = read.optionalText("links_next_key") ?? "next";
  const peek = (request: RequestSpec, headers: Headers) => {
    const target = linkTarget(headers, rel);
    return target === undefined ? undefined : followLink(request, target);
  };
  return {
    type: "header_link",
    polls: read.flag("polls", false),
    first: (request) => request,
    next: ({ request, response }) => peek(request, response.headers),
    peek,
  };
}
