/**
 * A token that is sent as it is: `Authorization: Bearer <token>`.
 * @module
 */
import { register } from "../../pipeline/secret.ts";
import { OptionReader, type Options } from "../options.ts";
import type { Auth } from "../types.ts";

/** Option: `token`. */
export function bearer(options: Options): Auth {
  const token = new OptionReader('auth "bearer"', options, ["token"]).credential("token");
  register(token);
  return { type: "bearer", headers: () => Promise.resolve({ authorization: `Bearer ${token}` }) };
}
