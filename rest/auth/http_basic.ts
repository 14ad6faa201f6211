/**
 * User name and password: `Authorization: Basic <base64>`.
 * @module
 */
import { register } from "../../pipeline/secret.ts";
import { OptionReader, type Options } from "../options.ts";
import type { Auth } from "../types.ts";

/** Options: `username`, `password` (may be empty, as APIs that put a key into the name want it). */
export function httpBasic(options: Options): Auth {
  const read = new OptionReader('auth "http_basic"', options, ["username", "password"]);
  const username = read.text("username");
  const password = read.optionalText("password") ?? "";
  if (username.includes(":")) throw read.problem('option "username" holds a colon, which ends the name');
  const credentials = btoa(String.fromCharCode(...new TextEncoder().encode(`${username}:${password}`)));
  for (const secret of [password, credentials]) register(secret);
  return { type: "http_basic", headers: () => Promise.resolve({ authorization: `Basic ${credentials}` }) };
}
