/**
 * Building and editing request URLs as text. An API's own links are opaque: a URL that is edited here keeps
 * every byte that the edit is not about.
 * @module
 */
import { ConfigError, ExtractError } from "../pipeline/errors.ts";
import { Secret } from "../pipeline/secret.ts";
import type { RequestSpec } from "./types.ts";

/** A value of a query parameter; null and undefined leave the parameter out. */
export type ParamValue = string | number | bigint | boolean | Secret | null | undefined;
/** Query parameters; a list repeats its key. */
export type Params = Readonly<Record<string, ParamValue | readonly ParamValue[]>>;

/** Joins a path to a base URL without trailing slashes; an absolute http(s) path is kept. */
export function joinUrl(baseUrl: string, path: string): string {
  if (isAbsolute(path)) return path;
  const below = path.replace(/^\/+/, "");
  if (below === "") return baseUrl;
  return below.startsWith("?") ? baseUrl + below : `${baseUrl}/${below}`;
}

/** Appends parameters to a URL, percent-encoded. */
export function appendParams(url: string, params: Params): string {
  const pairs: string[] = [];
  for (const [name, given] of Object.entries(params)) {
    for (const value of Array.isArray(given) ? given : [given]) {
      if (value === null || value === undefined) continue;
      pairs.push(`${encode(name)}=${encode(valueText(value, `parameter "${name}"`))}`);
    }
  }
  if (pairs.length === 0) return url;
  const { path, query, fragment } = split(url);
  return `${path}?${query ? `${query}&` : ""}${pairs.join("&")}${fragment}`;
}

/** The decoded value of a query parameter, the first if it is repeated. */
export function queryParam(url: string, name: string): string | undefined {
  for (const pair of split(url).query.split("&")) {
    if (nameOf(pair) === name) return decode(pair.slice(pair.indexOf("=") + 1 || pair.length));
  }
  return undefined;
}

/** The URL with one parameter set in place, or appended; all other bytes stay as they are. */
export function withQueryParam(url: string, name: string, value: ParamValue): string {
  if (queryParam(url, name) === undefined) return appendParams(url, { [name]: value });
  const { path, query, fragment } = split(url);
  const edited = query.split("&").map((pair) => {
    if (nameOf(pair) !== name) return pair;
    const end = pair.indexOf("=");
    return `${end < 0 ? pair : pair.slice(0, end)}=${encode(valueText(value, `parameter "${name}"`))}`;
  });
  return `${path}?${edited.join("&")}${fragment}`;
}

/** The URL without a parameter; all other bytes stay as they are. */
export function withoutQueryParam(url: string, name: string): string {
  const { path, query, fragment } = split(url);
  const kept = query.split("&").filter((pair) => pair !== "" && nameOf(pair) !== name);
  return path + (kept.length ? `?${kept.join("&")}` : "") + fragment;
}

/**
 * A value as it is written into a query or a form. `what` names its place for the error.
 *
 * @throws {ConfigError} "invalid-request" when it is no plain value
 */
export function valueText(value: ParamValue, what: string): string {
  if (value instanceof Secret) return value.reveal();
  // A `Double` is an object, and a number.
  if (typeof value !== "object" || value === null || (value as unknown) instanceof Number) {
    return String(value);
  }
  throw new ConfigError(`Cannot build request: ${what} is an object, a plain value is required`, {
    code: "invalid-request",
    next: "write its fields as values of their own, or as text",
  });
}

/** Names of the query parameters, each once, in order. */
export function queryNames(url: string): string[] {
  return [...new Set(split(url).query.split("&").filter(Boolean).map(nameOf))];
}

/**
 * The same request for a link that the server gave. An absolute link is kept byte for byte; a relative one
 * is resolved against the present URL.
 *
 * @throws {ExtractError} "invalid-next-link" when the link is no URL
 */
export function followLink(request: RequestSpec, link: string): RequestSpec {
  if (isAbsolute(link) && URL.canParse(link)) return { ...request, url: link };
  const resolved = URL.parse(link, request.url);
  if (!resolved) {
    throw new ExtractError("Cannot continue paging: the next link is not a URL", {
      code: "invalid-next-link",
      next: "check that the paginator reads the right link",
    });
  }
  return { ...request, url: resolved.href };
}

/** Whether a path is a whole http(s) URL. */
export function isAbsolute(url: string): boolean {
  return /^https?:\/\//i.test(url);
}

function split(url: string): { path: string; query: string; fragment: string } {
  const hash = url.indexOf("#");
  const end = hash < 0 ? url.length : hash;
  const mark = url.slice(0, end).indexOf("?");
  const fragment = url.slice(end);
  if (mark < 0) return { path: url.slice(0, end), query: "", fragment };
  return { path: url.slice(0, mark), query: url.slice(mark + 1, end), fragment };
}

function encode(text: string): string {
  return encodeURIComponent(text.toWellFormed());
}

function nameOf(pair: string): string {
  const end = pair.indexOf("=");
  return decode(end < 0 ? pair : pair.slice(0, end));
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    return text;
  }
}
