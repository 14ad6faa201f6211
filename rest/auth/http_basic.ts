/**
 * User name and password: `Authorization: Basic <base64>`.
 * @module
 */
import type { ParameterSpecs } from "../../pipeline/parameters.ts";
import { register } from "../../pipeline/secret.ts";
import { OptionReader } from "../options.ts";
import type { Auth, Text } from "../types.ts";
import type { AuthKind } from "./_kind.ts";

/** Options of {@link httpBasic}; the password may be empty, as APIs that put a key into the name want it. */
export type HttpBasicOptions = { readonly username: Text; readonly password?: Text };

const parameters: ParameterSpecs = {
  username: { type: "text", required: true, help: "The user name." },
  password: { type: "text", secret: true, required: true, help: "The password." },
};

/** Sends a user name and password. @throws {ConfigError} when the name holds a colon */
export function httpBasic(options: HttpBasicOptions): Auth {
  const read = new OptionReader('auth "http_basic"', options, Object.keys(parameters));
  const username = read.text("username");
  const password = read.optionalText("password") ?? "";
  if (username.includes(":")) throw read.problem('option "username" holds a colon, which ends the name');
  const credentials = btoa(String.fromCharCode(...new TextEncoder().encode(`${username}:${password}`)));
  // Without a password the name is the key.
  for (const secret of [password || username, credentials]) register(secret);
  return { type: "http_basic", headers: () => Promise.resolve({ authorization: `Basic ${credentials}` }) };
}

/** `http_basic` for the registry. */
export const httpBasicKind: AuthKind = { create: httpBasic, parameters };
