/**
 * Authentication by a bearer token that is fetched when it is needed, shared by all requests, and renewed
 * before its end and after a refusal.
 * @module
 */
import type { OptionReader } from "../options.ts";
import { isSecure } from "../origin.ts";
import type { Auth, AuthContext, RequestSpec } from "../types.ts";
import {
  type AccessToken,
  DEFAULT_LIFE_SECONDS,
  readToken,
  readTokenBody,
  TokenCache,
  type TokenEndpoint,
  tokenRefused,
} from "./_token.ts";

/** By how much our clock may differ from the server's in a signed request, either way. */
export const CLOCK_TOLERANCE_SECONDS = 5;

/** What a {@link tokenAuth} is made of. */
export interface TokenAuthParts {
  readonly type: string;
  /** A token to begin with. */
  readonly preset?: string;
  readonly issue: (context: AuthContext) => Promise<AccessToken>;
}

/** Sends a token as `Authorization: Bearer <token>`. */
export function tokenAuth({ type, preset, issue }: TokenAuthParts): Auth {
  const cache = new TokenCache(
    preset === undefined ? undefined : { value: preset, isDpop: false, renewAt: Infinity },
  );
  const tokenOf = new WeakMap<RequestSpec, string>();
  const token = (context: AuthContext) => cache.get(context.now(), () => issue(context));
  return {
    type,
    prepare: token,
    async headers(request, context) {
      const { value } = await token(context);
      tokenOf.set(request, value);
      return { authorization: `Bearer ${value}` };
    },
    async renew({ request }, context) {
      cache.forget(tokenOf.get(request));
      await token(context);
      return true;
    },
  };
}

/** How a token is asked for. */
export interface TokenRequest {
  readonly endpoint: TokenEndpoint;
  readonly lifeSeconds: number;
  readonly make: () => Request | Promise<Request>;
  /** The request carries a time that the server checks against its own. */
  readonly isSigned?: boolean;
}

/**
 * Asks a token endpoint for a token.
 *
 * @throws {SluiceError} "token-refused", or what the network throws
 */
export async function requestToken(
  context: AuthContext,
  { endpoint, lifeSeconds, make, isSigned = false }: TokenRequest,
): Promise<AccessToken> {
  for (let isClockSet = !isSigned;;) {
    let skewMs = 0;
    const response = await context.fetch(() => {
      skewMs = context.clockSkewMs;
      return make();
    });
    const body = await readTokenBody(response);
    if (response.ok) return readToken(body, { endpoint, scopes: [], now: context.now(), lifeSeconds });
    if (isClockSet || response.status >= 429 || !wasClockWrong(context, skewMs)) {
      throw tokenRefused(body, { status: response.status, endpoint });
    }
    isClockSet = true;
  }
}

/** Whether a request was signed by a clock that its very answer proved wrong: a refusal may be about that. */
export function wasClockWrong(context: AuthContext, skewMs: number): boolean {
  return Math.abs(context.clockSkewMs - skewMs) > CLOCK_TOLERANCE_SECONDS * 1000;
}

/** An option that holds the address of a token endpoint. @throws {ConfigError} when it is not secure */
export function readTokenUrl(read: OptionReader, option: string): string {
  const text = read.text(option);
  const url = URL.parse(text);
  if (url && isSecure(url) && !url.username && !url.password) return text;
  throw read.problem(`option "${option}" is not an https URL`, "set it to the token address of the API");
}

/** The option `scopes`, a list or a text. */
export function readScopes(read: OptionReader): string[] {
  const raw = read.raw("scopes");
  const texts = Array.isArray(raw) ? raw : [read.optionalText("scopes") ?? ""];
  if (!texts.every((text) => typeof text === "string")) {
    throw read.problem('option "scopes" is not a list of texts');
  }
  return texts.flatMap((text) => text.split(/[\s,]+/)).filter(Boolean);
}

/** The option `default_token_expiration` in seconds. */
export function readLife(read: OptionReader): number {
  const value = read.raw("default_token_expiration") ?? DEFAULT_LIFE_SECONDS;
  if (typeof value === "number" && Number.isFinite(value) && value > 0) return value;
  throw read.problem(
    'option "default_token_expiration" is no number of seconds above 0',
    "leave it out for an hour",
  );
}
