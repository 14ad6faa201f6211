/**
 * Access tokens: reading the answer of a token endpoint, and sharing one token between requests until it
 * has to be renewed.
 * @module
 */
import { ConfigError, ExtractError, type SluiceError } from "../../pipeline/errors.ts";
import { isJsonObject, type JsonObject, parseJson } from "../../pipeline/json.ts";
import { register } from "../../pipeline/secret.ts";
import { describeRequest } from "../origin.ts";
import { shortSentence } from "../verdict.ts";

/** A token that a server issued. */
export interface AccessToken {
  readonly value: string;
  /** Whether it is bound to a DPoP key. */
  readonly isDpop: boolean;
  /** Local time from which a new one should be had, epoch milliseconds. */
  readonly renewAt: number;
}

// Renewed while it is still good, so that no request meets its end.
const RENEW_AT_SHARE = 0.85;
const DEFAULT_LIFE_SECONDS = 3600;

const ADVICE: Readonly<Record<string, string>> = {
  invalid_client:
    "check client_id, private_key and key_id; the client must be active and know the public key",
  invalid_scope: "grant the requested scopes to this client, or ask for fewer",
  unauthorized_client: "allow this client the client credentials grant",
  unsupported_grant_type: "check token_url; the server must offer the client credentials grant",
  access_denied: "ask the administrator: a policy or network rule refuses this client",
  invalid_dpop_proof: 'set dpop to "auto" or true: this client has to use DPoP',
  use_dpop_nonce: 'set dpop to "auto" or true: this client has to use DPoP',
};

/** Holds one token and renews it for everybody at once. */
export class TokenCache {
  #token: AccessToken | undefined;
  #pending: Promise<AccessToken> | undefined;

  /** A token that is good at `now`; `issue` gets a new one. */
  async get(now: number, issue: () => Promise<AccessToken>): Promise<AccessToken> {
    if (this.#token && now < this.#token.renewAt) return this.#token;
    this.#pending ??= issue().finally(() => this.#pending = undefined);
    return this.#token = await this.#pending;
  }

  /** Forgets a token that was refused, unless a newer one has taken its place. */
  forget(value: string | undefined): void {
    if (this.#token?.value === value) this.#token = undefined;
  }
}

/** The JSON body of a token endpoint's answer; an empty object when it is none. */
export async function readTokenBody(response: Response): Promise<JsonObject> {
  try {
    const body = parseJson(await response.text());
    return isJsonObject(body) ? body : {};
  } catch {
    return {};
  }
}

/**
 * Reads a token from a successful answer.
 *
 * @throws {ExtractError} "token-refused" when there is none
 * @throws {ConfigError} "missing-scopes" when the server granted less than was asked for
 */
export function readToken(
  body: JsonObject,
  { scopes, tokenUrl, now }: { scopes: readonly string[]; tokenUrl: string; now: number },
): AccessToken {
  const value = body.access_token;
  if (typeof value !== "string" || value === "") return fail(tokenRefused({}, { status: 200, tokenUrl }));
  register(value);
  const granted = typeof body.scope === "string" ? body.scope.split(/\s+/) : scopes;
  const missing = scopes.filter((scope) => !granted.includes(scope));
  if (missing.length > 0) {
    throw new ConfigError(
      `Cannot use access token: server granted ${
        scopes.length - missing.length
      } of ${scopes.length} scopes, ` +
        `missing ${missing.join(", ")}`,
      {
        code: "missing-scopes",
        at: { request: describeRequest({ method: "POST", url: tokenUrl }) },
        next: "grant the missing scopes to this client, or ask for fewer",
      },
    );
  }
  const life = Number(body.expires_in ?? DEFAULT_LIFE_SECONDS) || DEFAULT_LIFE_SECONDS;
  const isDpop = typeof body.token_type === "string" && body.token_type.toLowerCase() === "dpop";
  return { value, isDpop, renewAt: now + life * 1000 * RENEW_AT_SHARE };
}

/** The error of a token endpoint that gives no token, with the OAuth error code. */
export function tokenRefused(
  body: JsonObject,
  { status, tokenUrl }: { status: number; tokenUrl: string },
): SluiceError {
  const error = shortSentence(body.error);
  const sentence = shortSentence(body.error_description);
  const message = `Cannot get an access token: server answered ${status}${error ? ` (${error})` : ""}` +
    (sentence ? `, it says "${sentence}"` : "") + (status === 200 ? " without a token" : "");
  const isTransient = status === 429 || status >= 500;
  const details = {
    code: "token-refused",
    at: { request: describeRequest({ method: "POST", url: tokenUrl }) },
    next: ADVICE[error ?? ""] ?? (isTransient ? "rerun later" : "check token_url"),
    recovery: isTransient ? "retry" : "abort",
  } as const;
  const isOurs = error !== undefined && error !== "access_denied" && !isTransient;
  return isOurs ? new ConfigError(message, details) : new ExtractError(message, { ...details, status });
}

function fail(error: Error): never {
  throw error;
}
