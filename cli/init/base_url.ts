/**
 * Base URLs as a person types them.
 * @module
 */
import { ConfigError } from "../../pipeline/errors.ts";

/** The URL without what is no part of it, or what is wrong with it. */
export function readBaseUrl(text: string): { url: string } | { problem: string } {
  const trimmed = text.trim();
  // A host alone is what people type.
  const written = /^[a-z0-9-]+(?:\.[a-z0-9-]+)+(?::\d+)?(?:\/|$)/i.test(trimmed)
    ? `https://${trimmed}`
    : trimmed;
  if (!/^https?:\/\//i.test(written)) {
    return { problem: "it must start with https:// (or http:// on this machine)" };
  }
  if (/[{}<>\s]/.test(written)) return { problem: "it must hold no braces or spaces: put real values in" };
  let url: URL;
  try {
    url = new URL(written);
  } catch {
    return { problem: "it is no URL" };
  }
  if (url.username || url.password) return { problem: "it must hold no user name or password" };
  if (url.search || url.hash) return { problem: 'it must hold no "?" or "#"' };
  return { url: `${url.origin}${url.pathname}`.replace(/\/+$/, "") };
}

/** @throws {ConfigError} `invalid-base-url`; the message holds nothing of the URL, which may hold credentials */
export function checkedBaseUrl(text: string): string {
  const read = readBaseUrl(text);
  if ("url" in read) return read.url;
  throw new ConfigError(`Cannot use the base URL: ${read.problem}`, {
    code: "invalid-base-url",
    next: "give what all paths are below, such as https://api.example.com/v1",
  });
}
