/**
 * Which server a client may talk to. Credentials are added only to requests for the client's own origin, so
 * every URL, whoever made it, passes {@link checkOrigin} before anything is sent.
 * @module
 */
import { ConfigError, ExtractError } from "../pipeline/errors.ts";
import { redact } from "../pipeline/secret.ts";
import { queryNames } from "./request_url.ts";
import type { RequestSpec } from "./types.ts";

const LOOPBACK_REGEXP = /^(?:localhost|.+\.localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

/** Whether a URL may carry credentials: https, or http that does not leave the machine. */
export function isSecure(url: URL): boolean {
  return url.protocol === "https:" || (url.protocol === "http:" && LOOPBACK_REGEXP.test(url.hostname));
}

/**
 * Checks a base URL and returns it without trailing slashes.
 *
 * @throws {ConfigError} "invalid-base-url" or "insecure-base-url"
 */
export function checkBaseUrl(baseUrl: string): string {
  const url = URL.parse(baseUrl);
  const next = 'set base_url to the address of the API, e.g. "https://api.example.com/v1"';
  const invalid = (state: string) =>
    new ConfigError(`Cannot use base_url: ${state}`, { code: "invalid-base-url", next });
  if (!url || !/^https?:$/.test(url.protocol)) {
    throw invalid("it is not an absolute URL, it must begin with https://");
  }
  if (url.username || url.password) {
    throw invalid("it holds a user name or password, these belong into auth");
  }
  if (url.search || url.hash) throw invalid('it has a "?" or "#" part, it must end with the path');
  if (!isSecure(url)) throw insecureAddress("use base_url", url.origin);
  return baseUrl.trim().replace(/\/+$/, "");
}

/** The error for an address that is neither https nor on this machine. */
export function insecureAddress(verb: string, origin: string): ConfigError {
  return new ConfigError(
    `Cannot ${verb} "${origin}": http sends credentials in the clear, only https is allowed`,
    {
      code: "insecure-base-url",
      next: "use https; http works for localhost only",
    },
  );
}

/** Whether a URL is one of `origin`, without a user name that would make another visitor of us. */
export function isAtOrigin(url: URL, origin: string): boolean {
  return url.origin === origin && !url.username && !url.password;
}

/**
 * Checks that a request goes to `origin`.
 *
 * @throws {ExtractError} "foreign-origin"; the message names the origins only
 */
export function checkOrigin(url: string, origin: string, verb = "send request"): void {
  const parsed = URL.parse(url);
  if (parsed && isAtOrigin(parsed, origin)) return;
  const where = parsed?.origin === origin ? "an address with a user name" : originText(parsed);
  throw new ExtractError(`Cannot ${verb}: it goes to ${where}, credentials are for ${origin} only`, {
    code: "foreign-origin",
    next: "check base_url; some APIs answer under several host names, use the one their links show",
  });
}

/** The origin of a URL for a message. */
export function originText(url: URL | null): string {
  if (!url) return "an address that is not a URL";
  return url.origin === "null" ? `a "${url.protocol}" address` : url.origin;
}

/** Method, origin, path and parameter names of a request: what errors and events may show. */
export function describeRequest(request: Pick<RequestSpec, "method" | "url">): string {
  const url = URL.parse(request.url);
  if (!url) return request.method;
  const names = queryNames(request.url);
  const params = names.length ? ` (params: ${names.join(", ")})` : "";
  return redact(
    `${request.method} ${url.origin === "null" ? url.protocol : url.origin}${url.pathname}${params}`,
  );
}
