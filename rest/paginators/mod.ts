/**
 * The paginator kinds by type name. A new one is a file here and a line below.
 * @module
 */
import { createKind, type Options, type Registry } from "../options.ts";
import type { Paginator, PaginatorConfig } from "../types.ts";
import { headerLink } from "./header_link.ts";
import { singlePage } from "./single_page.ts";

const PAGINATORS: Registry<Paginator> = {
  header_link: headerLink,
  single_page: singlePage,
};

/**
 * Makes a paginator from a type name, from an object with a `type`, or takes a ready one. Without a config
 * there is a single page.
 *
 * @throws {ConfigError} when the type is not known or an option is wrong
 */
export function createPaginator(config: PaginatorConfig | undefined): Paginator {
  if (config === undefined) return singlePage();
  if (typeof config === "string") return createKind("paginator", PAGINATORS, config, {});
  if (isPaginator(config)) return config;
  const { type, ...options } = config;
  return createKind("paginator", PAGINATORS, type, options as Options);
}

function isPaginator(config: Exclude<PaginatorConfig, string>): config is Paginator {
  return typeof (config as { next?: unknown }).next === "function";
}
