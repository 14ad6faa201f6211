/**
 * OAuth 2.0 for service accounts: a signed JWT is the grant (RFC 7523, 2.1).
 * @module
 */
import type { ParameterSpecs } from "../../pipeline/parameters.ts";
import { revealText, Secret } from "../../pipeline/secret.ts";
import { OptionReader } from "../options.ts";
import type { Auth, AuthContext, Text } from "../types.ts";
import type { AuthKind } from "./_kind.ts";
import { type PrivateKey, SigningKeyOption } from "./_signing_key.ts";
import {
  CLOCK_TOLERANCE_SECONDS,
  readLife,
  readScopes,
  readTokenUrl,
  requestToken,
  tokenAuth,
} from "./_token_auth.ts";

const GRANT_TYPE = "urn:ietf:params:oauth:grant-type:jwt-bearer";
const ASSERTION_LIFE_SECONDS = 3600;

/** Options of {@link oauth2Jwt}. */
export type OAuth2JwtOptions = {
  readonly client_id: Text;
  readonly private_key: PrivateKey;
  /** Where tokens are asked for; also the assertion's audience. */
  readonly auth_endpoint: string;
  /** A list, or a text with spaces between. */
  readonly scopes?: string | readonly string[];
  /** More headers for the token request. */
  readonly headers?: Readonly<Record<string, Text>>;
  readonly private_key_passphrase?: Text;
  /** Seconds that a token is good when the server does not say. Default 3600. */
  readonly default_token_expiration?: number;
};

const parameters: ParameterSpecs = {
  client_id: { type: "text", required: true, help: "The service account, e.g. its e-mail address." },
  private_key: { type: "text", secret: true, required: true, help: "Its private key, PEM or JWK." },
  auth_endpoint: { type: "text", required: true, help: "Address of the token endpoint." },
  scopes: { type: "list", help: "OAuth scopes to ask for." },
  headers: { type: "object", help: "More headers for the token request." },
  private_key_passphrase: { type: "text", secret: true, help: "What the private key is encrypted with." },
  default_token_expiration: {
    type: "integer",
    default: 3600,
    range: { min: 1 },
    help: "Seconds that a token is good when the server does not say.",
  },
};

/** Fetches tokens with signed assertions. @throws {ConfigError} when an option is wrong */
export function oauth2Jwt(options: OAuth2JwtOptions): Auth {
  const read = new OptionReader('auth "oauth2_jwt"', options, Object.keys(parameters));
  const endpoint = {
    url: readTokenUrl(read, "auth_endpoint"),
    option: "auth_endpoint",
    clientAdvice:
      "check client_id, private_key and scopes; the account must be active and know the public key",
  };
  const clientId = read.text("client_id").trim();
  const signingKey = new SigningKeyOption(read);
  const scopes = readScopes(read);
  const headers = readHeaders(read);
  const lifeSeconds = readLife(read);

  async function assertion(context: AuthContext): Promise<string> {
    const { SignJWT } = await import("jose");
    const { key, algorithm, keyId } = await signingKey.get();
    // Servers refuse an assertion from the future, and `Date` headers round down.
    const issuedAt = Math.floor((context.now() + context.clockSkewMs) / 1000) - CLOCK_TOLERANCE_SECONDS;
    return await new SignJWT(scopes.length ? { scope: scopes.join(" ") } : {})
      .setProtectedHeader({ alg: algorithm, kid: keyId, typ: "JWT" })
      .setIssuer(clientId)
      .setSubject(clientId)
      .setAudience(endpoint.url)
      .setIssuedAt(issuedAt)
      .setExpirationTime(issuedAt + ASSERTION_LIFE_SECONDS)
      .setJti(crypto.randomUUID())
      .sign(key);
  }

  return tokenAuth({
    type: "oauth2_jwt",
    issue: (context) =>
      requestToken(context, {
        endpoint,
        lifeSeconds,
        isSigned: true,
        make: async () => {
          const body = new URLSearchParams({ grant_type: GRANT_TYPE, assertion: await assertion(context) });
          return new Request(endpoint.url, { method: "POST", headers, body });
        },
      }),
  });
}

function readHeaders(read: OptionReader): Headers {
  const given = read.raw("headers") ?? {};
  if (typeof given !== "object" || Array.isArray(given)) {
    throw read.problem('option "headers" is not an object of texts');
  }
  const headers = new Headers({ accept: "application/json" });
  for (const [name, value] of Object.entries(given)) {
    if (typeof value !== "string" && !(value instanceof Secret)) {
      throw read.problem(`option "headers" has a "${name}" that is no text`);
    }
    try {
      headers.set(name, revealText(value));
    } catch {
      throw read.problem(`option "headers" has a "${name}" that cannot be sent`);
    }
  }
  return headers;
}

/** `oauth2_jwt` for the registry. */
export const oauth2JwtKind: AuthKind = { create: oauth2Jwt, parameters };
