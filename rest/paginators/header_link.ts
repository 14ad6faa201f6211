/**
 * Paging by `Link` response headers: the server says the whole next URL and it is taken as it is.
 * @module
 */
import { linkTarget } from "../link_header.ts";
import type { Options } from "../options.ts";
import { followLink } from "../request_url.ts";
import type { Paginator, RequestSpec } from "../types.ts";
import { Arguments } from "./arguments.ts";

/** The arguments of {@link headerLink}. */
export interface HeaderLinkOptions extends Options {
  /** The relation to follow. Default "next". */
  readonly links_next_key?: string;
  /** For feeds that always give a next link: one that equals the present request ends the walk. */
  readonly polls?: boolean;
}

/** Follows the link of a relation until there is none. @throws {ConfigError} "invalid-options" */
export function headerLink(options: HeaderLinkOptions | Options = {}): Paginator {
  const read = new Arguments("header_link", options);
  const rel = read.text("links_next_key", "next");
  const polls = read.flag("polls", false);
  read.check();
  const peek = (request: RequestSpec, headers: Headers) => {
    const target = linkTarget(headers, rel);
    return target === undefined ? undefined : followLink(request, target);
  };
  return {
    type: "header_link",
    options: { links_next_key: rel, polls },
    polls,
    first: (request) => request,
    next: ({ request, response }) => peek(request, response.headers),
    peek,
  };
}
