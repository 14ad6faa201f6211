/**
 * OAuth 2.0 client credentials with a client secret in the form body (RFC 6749, 4.4).
 * @module
 */
import type { ParameterSpecs } from "../../pipeline/parameters.ts";
import { register, revealText, Secret } from "../../pipeline/secret.ts";
import { OptionReader } from "../options.ts";
import { formPairs, type FormValue } from "../request_body.ts";
import type { Auth, Text } from "../types.ts";
import type { AuthKind } from "./_kind.ts";
import { readLife, readTokenUrl, requestToken, tokenAuth } from "./_token_auth.ts";

const SECRET_NAME_REGEXP = /secret|password|token|assertion|key/i;

/** Options of {@link oauth2ClientCredentials}. */
export type ClientCredentialsOptions = {
  readonly access_token_url: string;
  readonly client_id: Text;
  readonly client_secret: Text;
  /** A token to begin with; it is used until the API refuses it. */
  readonly access_token?: Text;
  /** More form fields, e.g. `scope`; they win over the usual ones, and null leaves one out. */
  readonly access_token_request_data?: Readonly<Record<string, FormValue | Secret>>;
  /** Seconds that a token is good when the server does not say. Default 3600. */
  readonly default_token_expiration?: number;
};

const parameters: ParameterSpecs = {
  access_token_url: { type: "text", required: true, help: "Address of the token endpoint." },
  client_id: { type: "text", required: true, help: "The client's id." },
  client_secret: { type: "text", secret: true, required: true, help: "The client's secret." },
  access_token: { type: "text", secret: true, help: "A token to begin with." },
  access_token_request_data: { type: "object", help: "More fields for the token request, e.g. scope." },
  default_token_expiration: {
    type: "integer",
    default: 3600,
    range: { min: 1 },
    help: "Seconds that a token is good when the server does not say.",
  },
};

/** Fetches tokens with a client secret. @throws {ConfigError} when an option is wrong */
export function oauth2ClientCredentials(options: ClientCredentialsOptions): Auth {
  const read = new OptionReader('auth "oauth2_client_credentials"', options, Object.keys(parameters));
  const endpoint = {
    url: readTokenUrl(read, "access_token_url"),
    option: "access_token_url",
    clientAdvice: "check client_id and client_secret; the client must be active",
  };
  const secret = read.text("client_secret").trim();
  register(secret);
  const fields = {
    client_id: read.text("client_id").trim(),
    client_secret: secret,
    grant_type: "client_credentials",
    ...readFields(read),
  };
  const body = new URLSearchParams(formPairs(fields)).toString();
  const preset = read.optionalText("access_token") ? read.credential("access_token") : undefined;
  if (preset !== undefined) register(preset);
  const lifeSeconds = readLife(read);
  const headers = { accept: "application/json", "content-type": "application/x-www-form-urlencoded" };
  const make = () => new Request(endpoint.url, { method: "POST", headers, body });
  return tokenAuth({
    type: "oauth2_client_credentials",
    preset,
    issue: (context) => requestToken(context, { endpoint, lifeSeconds, make }),
  });
}

function readFields(read: OptionReader): Record<string, FormValue> {
  const given = read.raw("access_token_request_data") ?? {};
  if (typeof given !== "object" || Array.isArray(given) || given instanceof Secret) {
    throw read.problem('option "access_token_request_data" is not an object of form fields');
  }
  const fields = Object.entries(given).map(([name, value]): [string, FormValue] => {
    const revealed = value instanceof Secret ? revealText(value) : value;
    // Servers like to quote what they refuse.
    if (typeof revealed === "string" && SECRET_NAME_REGEXP.test(name)) register(revealed);
    return [name, revealed];
  });
  return Object.fromEntries(fields);
}

/** `oauth2_client_credentials` for the registry. */
export const oauth2ClientCredentialsKind: AuthKind = { create: oauth2ClientCredentials, parameters };
