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

/** Where tokens come from. */
export interface TokenEndpoint {
  readonly url: string;
  /** The option that says the address, and the advice for a refused client: what its credentials are called. */
  readonly option: string;
  readonly clientAdvice: string;
}

// Renewed while it is still good, so that no request meets its end.
const RENEW_AT_SHARE = 0.85;
/** How long a token is good when its server does not say. */
export const DEFAULT_LIFE_SECONDS = 3600;

const DPOP_ADVICE = 'set dpop to "auto" or true: this client has to use DPoP';

function adviceFor(error: string | undefined, { option, clientAdvice }: TokenEndpoint): string | undefined {
  switch (error) {
    case "invalid_client":
    case "invalid_grant":
      return clientAdvice;
    case "invalid_scope":
      return "grant the requested scopes to this client, or ask for fewer";
    case "unauthorized_client":
      return "allow this client the grant that it uses";
    case "unsupported_grant_type":
      return `check ${option}; the server must offer the grant that is used`;
    case "access_denied":
      return "ask the administrator: a policy or network rule refuses this client";
    case "invalid_dpop_proof":
    case "use_dpop_nonce":
      return DPOP_ADVICE;
  }
  return undefined;
}

/** Holds one token and renews it for everybody at once. */
export class TokenCache {
  #token: AccessToken | undefined;
  #pending: Promise<AccessToken> | undefined;

  /** `preset` is used until it is refused. */
  constructor(preset?: AccessToken) {
    this.#token = preset;
  }

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

/** What a token is read with. */
export interface TokenTerms {
  readonly endpoint: TokenEndpoint;
  /** Scopes that must have been granted. */
  readonly scopes: readonly string[];
  /** Local time, epoch milliseconds. */
  readonly now: number;
  /** How long it is good when the server does not say. */
  readonly lifeSeconds?: number;
}

/**
 * Reads a token from a successful answer.
 *
 * @throws {ExtractError} "token-refused" when there is none
 * @throws {ConfigError} "missing-scopes" when the server granted less than was asked for
 */
export function readToken(body: JsonObject, { endpoint, scopes, now, lifeSeconds }: TokenTerms): AccessToken {
  const value = body.access_token;
  if (typeof value !== "string" || value === "") throw tokenRefused({}, { status: 200, endpoint });
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
        at: { request: describeRequest({ method: "POST", url: endpoint.url }) },
        next: "grant the missing scopes to this client, or ask for fewer",
      },
    );
  }
  const told = Number(body.expires_in);
  // A life of nothing would mean a new token for each request; a refusal will tell soon enough.
  const life = told > 0 ? told : lifeSeconds ?? DEFAULT_LIFE_SECONDS;
  const isDpop = typeof body.token_type === "string" && body.token_type.toLowerCase() === "dpop";
  return { value, isDpop, renewAt: now + life * 1000 * RENEW_AT_SHARE };
}

/** The error of a token endpoint that gives no token, with the OAuth error code. */
export function tokenRefused(
  body: JsonObject,
  { status, endpoint }: { status: number; endpoint: TokenEndpoint },
): SluiceError {
  const error = shortSentence(body.error);
  const sentence = shortSentence(body.error_description);
  const message = `Cannot get an access token: server answered ${status}${error ? ` (${error})` : ""}` +
    (sentence ? `, it says "${sentence}"` : "") + (status === 200 ? " without a token" : "");
  const isTransient = status === 429 || status >= 500;
  const details = {
    code: "token-refused",
    at: { request: describeRequest({ method: "POST", url: endpoint.url }) },
    next: adviceFor(error, endpoint) ?? (isTransient ? "rerun later" : `check ${endpoint.option}`),
    recovery: isTransient ? "retry" : "abort",
  } as const;
  const isOurs = error !== undefined && error !== "access_denied" && !isTransient;
  return isOurs ? new ConfigError(message, details) : new ExtractError(message, { ...details, status });
}
