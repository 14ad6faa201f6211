/**
 * The paginator kinds by type name. A new one is a file here and a line below.
 * @module
 */
import { ConfigError } from "../../pipeline/errors.ts";
import { createKind, type Options } from "../options.ts";
import type { Paginator, PaginatorConfig } from "../types.ts";
import { auto } from "./auto.ts";
import { cursor } from "./cursor.ts";
import { headerCursor } from "./header_cursor.ts";
import { headerLink } from "./header_link.ts";
import { jsonLink } from "./json_link.ts";
import { offset } from "./offset.ts";
import { ownPaginator } from "./own.ts";
import { pageNumber } from "./page_number.ts";
import { singlePage } from "./single_page.ts";

export { auto, cursor, headerCursor, headerLink, jsonLink, offset, pageNumber, singlePage };

/** Makes a paginator from its arguments. */
export type PaginatorFactory = (options: Options) => Paginator;

const PAGINATORS: Record<string, PaginatorFactory> = {
  // A name that is registered may be any text, also one that every object inherits.
  __proto__: null as never,
  auto,
  cursor,
  header_cursor: headerCursor,
  header_link: headerLink,
  json_link: jsonLink,
  json_response: jsonLink,
  offset,
  page_number: pageNumber,
  single_page: singlePage,
};

/** The names of all kinds. */
export function paginatorKinds(): string[] {
  return Object.keys(PAGINATORS);
}

/**
 * Makes another `type` of paginator known, for configurations that name it.
 *
 * @throws {ConfigError} "paginator-taken" when the name means something already
 */
export function registerPaginator(type: string, factory: PaginatorFactory): void {
  if (type !== "" && !Object.hasOwn(PAGINATORS, type)) return void (PAGINATORS[type] = factory);
  throw new ConfigError(
    `Cannot register paginator "${type}": ${type ? "there is one of that name" : "it has no name"}`,
    {
      code: "paginator-taken",
      next: "choose another name",
    },
  );
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
