/**
 * The kinds of authentication by type name. A new one is a file here and a line below.
 * @module
 */
import { ConfigError } from "../../pipeline/errors.ts";
import type { ParameterSpecs } from "../../pipeline/parameters.ts";
import { createKind, type Options } from "../options.ts";
import type { Auth, AuthConfig } from "../types.ts";
import { functionAuth } from "./_function.ts";
import type { AuthKind } from "./_kind.ts";
import { apiKeyKind } from "./api_key.ts";
import { bearerKind } from "./bearer.ts";
import { httpBasicKind } from "./http_basic.ts";
import { oauth2ClientCredentialsKind } from "./oauth2_client_credentials.ts";
import { oauth2JwtKind } from "./oauth2_jwt.ts";
import { privateKeyJwtKind } from "./private_key_jwt.ts";

export { apiKey, type ApiKeyOptions } from "./api_key.ts";
export { bearer, type BearerOptions } from "./bearer.ts";
export { httpBasic, type HttpBasicOptions } from "./http_basic.ts";
export { type ClientCredentialsOptions, oauth2ClientCredentials } from "./oauth2_client_credentials.ts";
export { oauth2Jwt, type OAuth2JwtOptions } from "./oauth2_jwt.ts";
export { privateKeyJwt, type PrivateKeyJwtOptions } from "./private_key_jwt.ts";
export type { AuthKind };

const AUTHS: Record<string, AuthKind> = {
  api_key: apiKeyKind,
  bearer: bearerKind,
  http_basic: httpBasicKind,
  oauth2_client_credentials: oauth2ClientCredentialsKind,
  oauth2_jwt: oauth2JwtKind,
  private_key_jwt: privateKeyJwtKind,
};

/** The names of the kinds that come with Sluice. */
export const builtInAuths: readonly string[] = Object.keys(AUTHS);

const parameters = Object.fromEntries(Object.entries(AUTHS).map(([type, kind]) => [type, kind.parameters]));

/** What each kind takes from the configuration when its data does not say it; by type name. */
export const authParameters: Readonly<Record<string, ParameterSpecs>> = parameters;

/**
 * Makes authentication from a type name, from an object with a `type` (default "bearer"), from a function, or
 * takes a ready one. Without a config there is none.
 *
 * @throws {ConfigError} when the type is not known or an option is wrong
 */
export function createAuth(config: AuthConfig | undefined | null): Auth | undefined {
  if (config === undefined || config === null) return undefined;
  if (typeof config === "string") return create(config, {});
  if (typeof config === "function") return functionAuth(config);
  if (isAuth(config)) return config;
  const { type = "bearer", ...options } = config;
  return create(type, options);
}

/**
 * Makes a kind of authentication of your own usable as a `type`. `parameters` are what it takes from the
 * configuration under `credentials` when its data does not say it.
 *
 * @throws {ConfigError} "taken-auth" when there is one of that name
 */
export function registerAuth(
  type: string,
  factory: AuthKind["create"],
  specs: ParameterSpecs = {},
): void {
  if (Object.hasOwn(AUTHS, type)) {
    throw new ConfigError(`Cannot register auth type "${type}": the name is taken`, {
      code: "taken-auth",
      next: "choose another name",
    });
  }
  AUTHS[type] = { create: factory, parameters: specs };
  parameters[type] = specs;
}

function create(type: string, options: Options): Auth {
  if (Object.hasOwn(AUTHS, type) && "session" in options) {
    throw new ConfigError(`Cannot use auth "${type}": option "session" is an object of Python`, {
      code: "invalid-options",
      next: 'remove "session"; retry, timeout and rate_limit of the client take its place',
    });
  }
  const made = createKind("auth", AUTHS, type, options);
  return typeof made === "function" ? functionAuth(made) : made;
}

function isAuth(config: Exclude<AuthConfig, string>): config is Auth {
  return typeof (config as { headers?: unknown }).headers === "function";
}
