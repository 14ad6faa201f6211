/**
 * The kinds of authentication by type name. A new one is a file here and a line below.
 * @module
 */
import { createKind, type Options, type Registry } from "../options.ts";
import type { Auth, AuthConfig } from "../types.ts";
import { apiKey } from "./api_key.ts";
import { bearer } from "./bearer.ts";
import { httpBasic } from "./http_basic.ts";
import { privateKeyJwt } from "./private_key_jwt.ts";

const AUTHS: Registry<Auth> = {
  api_key: apiKey,
  bearer,
  http_basic: httpBasic,
  private_key_jwt: privateKeyJwt,
};

/**
 * Makes authentication from a type name, from an object with a `type` (default "bearer"), or takes a ready
 * one. Without a config there is none.
 *
 * @throws {ConfigError} when the type is not known or an option is wrong
 */
export function createAuth(config: AuthConfig | undefined | null): Auth | undefined {
  if (config === undefined || config === null) return undefined;
  if (typeof config === "string") return createKind("auth", AUTHS, config, {});
  if (isAuth(config)) return config;
  const { type = "bearer", ...options } = config;
  return createKind("auth", AUTHS, type, options as Options);
}

function isAuth(config: Exclude<AuthConfig, string>): config is Auth {
  return typeof (config as { headers?: unknown }).headers === "function";
}
