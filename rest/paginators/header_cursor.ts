/**
 * Paging by a cursor in a response header.
 * @module
 */
import type { ParameterSpecs } from "../../pipeline/parameters.ts";
import type { Options } from "../options.ts";
import type { Paginator, RequestSpec } from "../types.ts";
import { Arguments } from "./arguments.ts";
import type { PaginatorKind } from "./kind.ts";
import { queryPlace } from "./place.ts";

/** The arguments of {@link headerCursor}. */
export interface HeaderCursorOptions extends Options {
  /** The header's name. Default "next". */
  readonly cursor_key?: string;
  /** The query parameter that takes it. Default "cursor". */
  readonly cursor_param?: string;
}

const parameters: ParameterSpecs = {
  cursor_key: { type: "text", default: "next", help: "Name of the response header that holds the cursor." },
  cursor_param: { type: "text", default: "cursor", help: "Query parameter that takes the cursor." },
};

/** Sends the header of the last answer until there is none. @throws {ConfigError} "invalid-options" */
export function headerCursor(options: HeaderCursorOptions | Options = {}): Paginator {
  const read = new Arguments("header_cursor", options, parameters);
  const key = read.text("cursor_key");
  const param = read.text("cursor_param");
  if (!/^[!#$%&'*+.^`|~\w-]*$/.test(key)) read.problem('option "cursor_key" is no name of a header');
  read.check();
  const place = queryPlace(param);
  const peek = (request: RequestSpec, headers: Headers) => {
    const value = headers.get(key);
    return value ? place.write(request, value) : undefined;
  };
  return {
    type: "header_cursor",
    options: { cursor_key: key, cursor_param: param },
    first: (request) => request,
    next: ({ request, response }) => peek(request, response.headers),
    peek,
  };
}

/** `header_cursor` for the registry. */
export const headerCursorKind: PaginatorKind = { create: headerCursor, parameters };
