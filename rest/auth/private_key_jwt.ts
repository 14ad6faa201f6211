/**
 * OAuth 2.0 client credentials, where the client proves itself by a signed JWT (RFC 7523) in place of a
 * secret. Tokens may be bound to a key by DPoP; `auto` finds out whether the server wants that.
 * @module
 */
import type { ConfigError } from "../../pipeline/errors.ts";
import { challengeParam } from "../challenge.ts";
import { OptionReader, type Options } from "../options.ts";
import { isSecure } from "../origin.ts";
import type { Auth, AuthContext, RequestSpec } from "../types.ts";
import { DpopProver } from "./_dpop.ts";
import { importSigningKey, type KeySource, readKeySource, type SigningKey } from "./_signing_key.ts";
import { type AccessToken, readToken, readTokenBody, TokenCache, tokenRefused } from "./_token.ts";

const ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
const ASSERTION_LIFE_SECONDS = 300;
// Servers refuse an assertion from the future, and `Date` headers round down.
const ISSUED_EARLIER_SECONDS = 5;
const MAX_NONCE_TRIES = 2;

interface Settings {
  readonly tokenUrl: string;
  readonly clientId: string;
  readonly keySource: KeySource;
  readonly keyId: string | undefined;
  readonly scopes: readonly string[];
  readonly dpop: "auto" | boolean;
  readonly read: OptionReader;
}

/**
 * Options: `token_url`, `client_id`, `private_key` (PEM in PKCS#8, or a JWK as text or object), `key_id`
 * (default: the JWK's), `scopes` (list or text), `dpop` (`auto`, true or false; default `auto`).
 */
export function privateKeyJwt(options: Options): Auth {
  const known = ["token_url", "client_id", "private_key", "key_id", "scopes", "dpop"];
  const read = new OptionReader('auth "private_key_jwt"', options, known);
  const tokenUrl = read.text("token_url");
  const url = URL.parse(tokenUrl);
  if (!url || !isSecure(url) || url.username) throw insecureTokenUrl(read);
  const dpop = read.raw("dpop") === "auto"
    ? "auto"
    : read.raw("dpop") === undefined
    ? "auto"
    : read.flag("dpop", true);
  return new PrivateKeyJwt({
    tokenUrl,
    clientId: read.text("client_id"),
    keySource: readKeySource(read),
    keyId: read.optionalText("key_id"),
    scopes: readScopes(read),
    dpop,
    read,
  });
}

function insecureTokenUrl(read: OptionReader): ConfigError {
  return read.problem('option "token_url" is not an https URL', "set it to the token address of the API");
}

function readScopes(read: OptionReader): string[] {
  const raw = read.raw("scopes");
  const texts = Array.isArray(raw) ? raw : [read.optionalText("scopes") ?? ""];
  if (!texts.every((text) => typeof text === "string")) {
    throw read.problem('option "scopes" is not a list of texts');
  }
  return texts.flatMap((text) => text.split(/[\s,]+/)).filter(Boolean);
}

class PrivateKeyJwt implements Auth {
  readonly type = "private_key_jwt";
  readonly #settings: Settings;
  readonly #prover = new DpopProver();
  readonly #cache = new TokenCache();
  readonly #tokenOf = new WeakMap<RequestSpec, string>();
  #key: Promise<SigningKey> | undefined;
  #usesDpop: boolean;
  /** Nonces of the token endpoint and of the API. */
  #tokenNonce: string | undefined;
  #apiNonce: string | undefined;

  constructor(settings: Settings) {
    this.#settings = settings;
    this.#usesDpop = settings.dpop === true;
  }

  async headers(request: RequestSpec, context: AuthContext): Promise<Record<string, string>> {
    const token = await this.#token(context);
    this.#tokenOf.set(request, token.value);
    if (!token.isDpop) return { authorization: `Bearer ${token.value}` };
    const dpop = await this.#prover.prove({
      method: request.method,
      url: request.url,
      serverTime: context.now() + context.clockSkewMs,
      nonce: this.#apiNonce,
      accessToken: token.value,
    });
    return { authorization: `DPoP ${token.value}`, dpop };
  }

  observe(headers: Headers): void {
    this.#apiNonce = headers.get("dpop-nonce") ?? this.#apiNonce;
  }

  async renew(
    { request, headers }: { request: RequestSpec; headers: Headers },
    context: AuthContext,
  ): Promise<boolean> {
    // The token is good, only the proof lacked the nonce that `observe` has just seen.
    if (challengeParam(headers.get("www-authenticate") ?? "", "error") === "use_dpop_nonce") return true;
    this.#cache.forget(this.#tokenOf.get(request));
    await this.#token(context);
    return true;
  }

  #token(context: AuthContext): Promise<AccessToken> {
    return this.#cache.get(context.now(), () => this.#issue(context));
  }

  /** Asks for a token until there is one or a reason why not. */
  async #issue(context: AuthContext): Promise<AccessToken> {
    const { tokenUrl, scopes, dpop } = this.#settings;
    let nonceTries = 0;
    let isClockSet = false;
    for (;;) {
      let skewMs = 0;
      const response = await context.fetch(() => {
        skewMs = context.clockSkewMs;
        return this.#tokenRequest(context);
      });
      const body = await readTokenBody(response);
      const nonce = response.headers.get("dpop-nonce");
      this.#tokenNonce = nonce ?? this.#tokenNonce;
      if (response.ok) return readToken(body, { scopes, tokenUrl, now: context.now() });
      const wantsDpop = body.error === "invalid_dpop_proof" || body.error === "use_dpop_nonce";
      if (wantsDpop && dpop !== false && !this.#usesDpop) {
        this.#usesDpop = true;
        continue;
      }
      if (body.error === "use_dpop_nonce" && nonce && nonceTries++ < MAX_NONCE_TRIES) continue;
      // Signed by a clock that this very answer proved wrong: the refusal may be about that.
      const isClockWrong = Math.abs(context.clockSkewMs - skewMs) > ISSUED_EARLIER_SECONDS * 1000;
      if (response.status < 429 && isClockWrong && !isClockSet) {
        isClockSet = true;
        continue;
      }
      throw tokenRefused(body, { status: response.status, tokenUrl });
    }
  }

  async #tokenRequest(context: AuthContext): Promise<Request> {
    const { tokenUrl, scopes } = this.#settings;
    const serverTime = context.now() + context.clockSkewMs;
    const body = new URLSearchParams({
      grant_type: "client_credentials",
      client_assertion_type: ASSERTION_TYPE,
      client_assertion: await this.#assertion(serverTime),
    });
    if (scopes.length) body.set("scope", scopes.join(" "));
    const headers = new Headers({ accept: "application/json" });
    if (this.#usesDpop) {
      const target = { method: "POST", url: tokenUrl, serverTime, nonce: this.#tokenNonce };
      headers.set("dpop", await this.#prover.prove(target));
    }
    return new Request(tokenUrl, { method: "POST", headers, body });
  }

  async #assertion(serverTime: number): Promise<string> {
    const { SignJWT } = await import("jose");
    const { clientId, keyId, keySource, read, tokenUrl } = this.#settings;
    const { key, algorithm, ...own } = await (this.#key ??= importSigningKey(keySource, read));
    const now = Math.floor(serverTime / 1000);
    return await new SignJWT()
      .setProtectedHeader({ alg: algorithm, kid: keyId ?? own.keyId, typ: "JWT" })
      .setIssuer(clientId)
      .setSubject(clientId)
      .setAudience(tokenUrl)
      .setIssuedAt(now - ISSUED_EARLIER_SECONDS)
      .setExpirationTime(now + ASSERTION_LIFE_SECONDS)
      .setJti(crypto.randomUUID())
      .sign(key);
  }
}
