/**
 * The paginator kinds by type name. A new one is a file here and a line below.
 * @module
 */
import { ConfigError } from "../../pipeline/errors.ts";
import type { ParameterSpecs } from "../../pipeline/parameters.ts";
import { createKind } from "../options.ts";
import type { Paginator, PaginatorConfig } from "../types.ts";
import { auto, autoKind } from "./auto.ts";
import { cursor, cursorKind } from "./cursor.ts";
import { headerCursor, headerCursorKind } from "./header_cursor.ts";
import { headerLink, headerLinkKind } from "./header_link.ts";
import { jsonLink, jsonLinkKind } from "./json_link.ts";
import type { PaginatorKind } from "./kind.ts";
import { offset, offsetKind } from "./offset.ts";
import { ownPaginator } from "./own.ts";
import { pageNumber, pageNumberKind } from "./page_number.ts";
import { singlePage, singlePageKind } from "./single_page.ts";

export { auto, cursor, headerCursor, headerLink, jsonLink, offset, pageNumber, singlePage };
export type { PaginatorKind };

/** Makes a paginator from its arguments. */
export type PaginatorFactory = PaginatorKind["create"];

const PAGINATORS: Record<string, PaginatorKind> = {
  // A name that is registered may be any text, also one that every object inherits.
  __proto__: null as never,
  auto: autoKind,
  cursor: cursorKind,
  header_cursor: headerCursorKind,
  header_link: headerLinkKind,
  json_link: jsonLinkKind,
  json_response: jsonLinkKind,
  offset: offsetKind,
  page_number: pageNumberKind,
  single_page: singlePageKind,
};

const parameters: Record<string, ParameterSpecs> = { __proto__: null as never };
for (const [type, kind] of Object.entries(PAGINATORS)) parameters[type] = kind.parameters;

/** The arguments of each kind, by type name. */
export const paginatorParameters: Readonly<Record<string, ParameterSpecs>> = parameters;

/** The names of the kinds that come with Sluice. */
export const builtInPaginators: readonly string[] = Object.keys(PAGINATORS);

/**
 * Makes another `type` of paginator known, for configurations that name it. `specs` describe its arguments;
 * others are passed on to it all the same.
 *
 * @throws {ConfigError} "paginator-taken" when the name means something already
 */
export function registerPaginator(type: string, factory: PaginatorFactory, specs: ParameterSpecs = {}): void {
  if (type === "" || Object.hasOwn(PAGINATORS, type)) {
    throw new ConfigError(
      `Cannot register paginator "${type}": ${type ? "there is one of that name" : "it has no name"}`,
      {
        code: "paginator-taken",
        next: "choose another name",
      },
    );
  }
  PAGINATORS[type] = { create: factory, parameters: specs };
  parameters[type] = specs;
}

/**
 * Makes a paginator from a type name, from an object with a `type`, or from a function, or takes a ready one.
 * Nothing, null and `auto` say that nothing is set here: `fallback` then, which finds out by itself unless
 * given.
 *
 * @throws {ConfigError} when the type is not known or an option is wrong
 */
export function createPaginator(
  config: PaginatorConfig | null | undefined,
  fallback: Paginator = auto(),
): Paginator {
  if (config === undefined || config === null || config === "auto") return fallback;
  if (typeof config === "string") return createKind("paginator", PAGINATORS, config, {});
  if (typeof config === "function") return ownPaginator(config);
  if (isPaginator(config)) return config;
  const { type, ...options } = config;
  if (type === "auto" && Object.keys(options).length === 0) return fallback;
  if (typeof type !== "string") {
    throw new ConfigError('Cannot use paginator: "type" is missing, a name is required', {
      code: "unknown-paginator",
      next: `set "type" to one of ${Object.keys(PAGINATORS).join(", ")}`,
    });
  }
  return createKind("paginator", PAGINATORS, type, options);
}

function isPaginator(config: Exclude<PaginatorConfig, string>): config is Paginator {
  return typeof (config as { next?: unknown }).next === "function";
}
