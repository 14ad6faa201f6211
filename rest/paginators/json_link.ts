/**
 * Paging by a link in the body of each page. The link is taken as it is: parameters of the first request
 * that it leaves out are not sent again.
 * @module
 */
import type { ParameterSpecs } from "../../pipeline/parameters.ts";
import type { Options } from "../options.ts";
import { followLink } from "../request_url.ts";
import type { Paginator } from "../types.ts";
import { Arguments } from "./arguments.ts";
import { fieldError, isFalsy } from "./fields.ts";
import type { PaginatorKind } from "./kind.ts";

/** The arguments of {@link jsonLink}. */
export interface JsonLinkOptions extends Options {
  /** Where the link is in the body. Default "next". */
  readonly next_url_path?: string;
}

const parameters: ParameterSpecs = {
  next_url_path: { type: "text", default: "next", help: "JSON path of the next link in the body." },
};

/** Follows the link in the body until there is none. @throws {ConfigError} "invalid-options" */
export function jsonLink(options: JsonLinkOptions | Options = {}): Paginator {
  const read = new Arguments("json_link", options, parameters);
  const path = read.path("next_url_path");
  read.check();
  return {
    type: "json_link",
    options: { next_url_path: path.text },
    first: (request) => request,
    next: ({ request, response }) => {
      const link = path.first(response.body);
      if (isFalsy(link)) return undefined;
      if (typeof link !== "string") {
        throw fieldError("next_url_path", path.text, { value: link, required: "a link" });
      }
      return link.trim() === "" ? undefined : followLink(request, link.trim());
    },
  };
}

/** `json_link` for the registry. */
export const jsonLinkKind: PaginatorKind = { create: jsonLink, parameters };
