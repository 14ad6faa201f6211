/**
 * A key in a header, a query parameter or a cookie.
 * @module
 */
import { register } from "../../pipeline/secret.ts";
import { OptionReader, type Options } from "../options.ts";
import { withQueryParam } from "../request_url.ts";
import type { Auth } from "../types.ts";

/**
 * Options: `name` (default `Authorization`), `api_key`, `location` (`header`, `query`, `cookie`, or
 * `param`, another name of `query`; default `header`), and `prefix`, a scheme that goes before the key, e.g. `SSWS`, so that a secret need not be
 * revealed to build the header.
 */
export function apiKey(options: Options): Auth {
  const read = new OptionReader('auth "api_key"', options, ["name", "api_key", "location", "prefix"]);
  const name = read.optionalText("name") ?? "Authorization";
  const key = read.credential("api_key");
  const prefix = read.optionalText("prefix")?.trim();
  const location = read.choice("location", ["header", "query", "cookie", "param"], "header");
  if (!/^[\w!#$%&'*+.^`|~-]+$/.test(name)) {
    throw read.problem('option "name" is not a parameter or header name');
  }
  const value = prefix ? `${prefix} ${key}` : key;
  // A key written together with its scheme must be recognised without it, too.
  for (const text of [key, key.split(/\s+/).at(-1)!]) register(text);
  const none = () => Promise.resolve({});
  switch (location) {
    case "header":
      return { type: "api_key", headers: () => Promise.resolve({ [name]: value }) };
    case "cookie":
      return { type: "api_key", headers: () => Promise.resolve({ cookie: `${name}=${value}` }) };
    default:
      return { type: "api_key", headers: none, url: ({ url }) => withQueryParam(url, name, value) };
  }
}
