/**
 * A key in a header, a query parameter or a cookie.
 * @module
 */
import type { ParameterSpecs } from "../../pipeline/parameters.ts";
import { register } from "../../pipeline/secret.ts";
import { OptionReader } from "../options.ts";
import { withQueryParam } from "../request_url.ts";
import type { Auth, Text } from "../types.ts";
import type { AuthKind } from "./_kind.ts";

const LOCATIONS = ["header", "query", "cookie", "param"] as const;

/** Options of {@link apiKey}. */
export type ApiKeyOptions = {
  /** Name of the header, parameter or cookie. Default `Authorization`. */
  readonly name?: string;
  readonly api_key: Text;
  /** Default `header`; `param` is another name of `query`. */
  readonly location?: typeof LOCATIONS[number];
  /** A scheme that goes before the key, e.g. `SSWS`, so that a secret need not be revealed to build the header. */
  readonly prefix?: string;
};

const parameters: ParameterSpecs = {
  api_key: { type: "text", secret: true, required: true, help: "The key, with its scheme if it has one." },
  name: { type: "text", default: "Authorization", help: "Name of the header, parameter or cookie." },
  location: { type: "text", default: "header", oneOf: LOCATIONS, help: "Where the key is sent." },
  prefix: { type: "text", help: "A scheme that goes before the key, e.g. SSWS." },
};

/** Sends a key. @throws {ConfigError} when the name or the key cannot be sent there */
export function apiKey(options: ApiKeyOptions): Auth {
  const read = new OptionReader('auth "api_key"', options, Object.keys(parameters));
  const name = read.optionalText("name") ?? "Authorization";
  const key = read.credential("api_key");
  const prefix = read.optionalText("prefix")?.trim();
  const location = read.choice("location", LOCATIONS, "header");
  const isInQuery = location === "query" || location === "param";
  if (isInQuery ? name === "" : !/^[\w!#$%&'*+.^`|~-]+$/.test(name)) {
    throw read.problem('option "name" is not a parameter or header name');
  }
  const value = prefix ? `${prefix} ${key}` : key;
  // A key written together with its scheme must be recognised without it, too.
  for (const text of [key, key.split(/\s+/).at(-1)!]) register(text);
  const headers: Record<string, string> = {};
  if (location === "header") headers[name] = value;
  if (location === "cookie") headers.cookie = `${name}=${value}`;
  return {
    type: "api_key",
    headers: () => Promise.resolve(headers),
    ...(isInQuery ? { url: ({ url }) => withQueryParam(url, name, value) } : {}),
  };
}

/** `api_key` for the registry. */
export const apiKeyKind: AuthKind = { create: apiKey, parameters };
