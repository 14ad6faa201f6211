/**
 * Paging by `Link` response headers: the server says the whole next URL and it is taken as it is.
 * @module
 */
import { ExtractError } from "../../pipeline/errors.ts";
import type { ParameterSpecs } from "../../pipeline/parameters.ts";
import { isLinkBroken, linkTarget } from "../link_header.ts";
import type { Options } from "../options.ts";
import { followLink } from "../request_url.ts";
import type { Paginator, RequestSpec } from "../types.ts";
import { Arguments } from "./arguments.ts";
import type { PaginatorKind } from "./kind.ts";

/** The arguments of {@link headerLink}. */
export interface HeaderLinkOptions extends Options {
  /** The relation to follow. Default "next". */
  readonly links_next_key?: string;
  /** For feeds that always give a next link: one that equals the present request ends the walk. */
  readonly polls?: boolean;
}

const parameters: ParameterSpecs = {
  links_next_key: { type: "text", default: "next", help: "Relation of the Link header to follow." },
  polls: {
    type: "boolean",
    default: false,
    help: "Whether a next link that equals the request ends the walk, as in feeds.",
  },
};

/** Follows the link of a relation until there is none. @throws {ConfigError} "invalid-options" */
export function headerLink(options: HeaderLinkOptions | Options = {}): Paginator {
  const read = new Arguments("header_link", options, parameters);
  const rel = read.text("links_next_key");
  const polls = read.flag("polls");
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
    next({ request, response: { headers } }) {
      if (isLinkBroken(headers, rel)) throw brokenLink(rel);
      return peek(request, headers);
    },
    peek,
  };
}

/** To take it for the end of the list would lose what follows. */
function brokenLink(rel: string): ExtractError {
  return new ExtractError(
    `Cannot continue paging: the Link header names "${rel}" and holds no readable link`,
    {
      code: "invalid-next-link",
      next: "run again later; where it stays so, set another paginator",
    },
  );
}

/** `header_link` for the registry. */
export const headerLinkKind: PaginatorKind = { create: headerLink, parameters };
