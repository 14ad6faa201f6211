/**
 * A token that is sent as it is: `Authorization: Bearer <token>`.
 * @module
 */
import type { ParameterSpecs } from "../../pipeline/parameters.ts";
import { register } from "../../pipeline/secret.ts";
import { OptionReader } from "../options.ts";
import type { Auth, Text } from "../types.ts";
import type { AuthKind } from "./_kind.ts";

/** Options of {@link bearer}. */
export type BearerOptions = { readonly token: Text };

const parameters: ParameterSpecs = {
  token: { type: "text", secret: true, required: true, help: "The token to send." },
};

/** Sends a token as it is. @throws {ConfigError} when it cannot stand in a header */
export function bearer(options: BearerOptions): Auth {
  const token = new OptionReader('auth "bearer"', options, Object.keys(parameters)).credential("token");
  register(token);
  return { type: "bearer", headers: () => Promise.resolve({ authorization: `Bearer ${token}` }) };
}

/** `bearer` for the registry. */
export const bearerKind: AuthKind = { create: bearer, parameters };
