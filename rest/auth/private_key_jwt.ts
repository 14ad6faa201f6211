/**
 * OAuth 2.0 client credentials, where the client proves itself by a signed JWT (RFC 7523) in place of a
 * secret. Tokens may be bound to a key by DPoP; `auto` finds out whether the server wants that.
 * @module
 */
import type { ParameterSpecs } from "../../pipeline/parameters.ts";
import { challengeParam } from "../challenge.ts";
import { OptionReader } from "../options.ts";
import type { Auth, AuthContext, RequestSpec, Text } from "../types.ts";
import { DpopProver } from "./_dpop.ts";
import type { AuthKind } from "./_kind.ts";
import { type PrivateKey, SigningKeyOption } from "./_signing_key.ts";
import {
  type AccessToken,
  readToken,
  readTokenBody,
  TokenCache,
  type TokenEndpoint,
  tokenRefused,
} from "./_token.ts";
import { CLOCK_TOLERANCE_SECONDS, readScopes, readTokenUrl, wasClockWrong } from "./_token_auth.ts";

const ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
const ASSERTION_LIFE_SECONDS = 300;
const MAX_NONCE_TRIES = 2;

/** Options of {@link privateKeyJwt}. */
export type PrivateKeyJwtOptions = {
  readonly token_url: string;
  readonly client_id: Text;
  /** PEM, or a JWK as text or object. */
  readonly private_key: PrivateKey;
  readonly private_key_passphrase?: Text;
  /** Default: the JWK's own. */
  readonly key_id?: string;
  /** A list, or a text with spaces between. */
  readonly scopes?: string | readonly string[];
  /** Default `auto`: the server says whether it wants it. */
  readonly dpop?: "auto" | boolean;
};

interface Settings {
  readonly endpoint: TokenEndpoint;
  readonly clientId: string;
  readonly signingKey: SigningKeyOption;
  readonly keyId: string | undefined;
  readonly scopes: readonly string[];
  readonly dpop: "auto" | boolean;
}

const parameters: ParameterSpecs = {
  token_url: { type: "text", required: true, help: "Address of the token endpoint." },
  client_id: { type: "text", required: true, help: "The client's id." },
  private_key: { type: "text", secret: true, required: true, help: "Its private key, PEM or JWK." },
  private_key_passphrase: { type: "text", secret: true, help: "What the private key is encrypted with." },
  key_id: { type: "text", help: "The key's id, when the client has several." },
  scopes: { type: "list", help: "OAuth scopes to ask for." },
  dpop: {
    type: "text",
    default: "auto",
    oneOf: ["auto", "true", "false"],
    help: "Whether tokens are bound to a key; auto finds it out.",
  },
};

/** Fetches tokens with signed assertions. @throws {ConfigError} when an option is wrong */
export function privateKeyJwt(options: PrivateKeyJwtOptions): Auth {
  const read = new OptionReader('auth "private_key_jwt"', options, Object.keys(parameters));
  return new PrivateKeyJwt({
    endpoint: {
      url: readTokenUrl(read, "token_url"),
      option: "token_url",
      clientAdvice:
        "check client_id, private_key and key_id; the client must be active and know the public key",
    },
    clientId: read.text("client_id"),
    signingKey: new SigningKeyOption(read),
    keyId: read.optionalText("key_id"),
    scopes: readScopes(read),
    dpop: readDpop(read),
  });
}

function readDpop(read: OptionReader): "auto" | boolean {
  const raw = read.raw("dpop") ?? "auto";
  // In the configuration it is text.
  if (raw === "true" || raw === "false") return raw === "true";
  return raw === "auto" ? "auto" : read.flag("dpop", true);
}

/** `private_key_jwt` for the registry. */
export const privateKeyJwtKind: AuthKind = { create: privateKeyJwt, parameters };

class PrivateKeyJwt implements Auth {
  readonly type = "private_key_jwt";
  readonly #settings: Settings;
  readonly #prover = new DpopProver();
  readonly #cache = new TokenCache();
  readonly #tokenOf = new WeakMap<RequestSpec, string>();
  #usesDpop: boolean;
  /** Nonces of the token endpoint and of the API. */
  #tokenNonce: string | undefined;
  #apiNonce: string | undefined;

  constructor(settings: Settings) {
    this.#settings = settings;
    this.#usesDpop = settings.dpop === true;
  }

  prepare(context: AuthContext): Promise<AccessToken> {
    return this.#token(context);
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
    const { endpoint, scopes, dpop } = this.#settings;
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
      if (response.ok) return readToken(body, { endpoint, scopes, now: context.now() });
      const wantsDpop = body.error === "invalid_dpop_proof" || body.error === "use_dpop_nonce";
      if (wantsDpop && dpop !== false && !this.#usesDpop) {
        this.#usesDpop = true;
        continue;
      }
      if (body.error === "use_dpop_nonce" && nonce && nonceTries++ < MAX_NONCE_TRIES) continue;
      if (response.status < 429 && !isClockSet && wasClockWrong(context, skewMs)) {
        isClockSet = true;
        continue;
      }
      throw tokenRefused(body, { status: response.status, endpoint });
    }
  }

  async #tokenRequest(context: AuthContext): Promise<Request> {
    const { endpoint: { url }, scopes } = this.#settings;
    const serverTime = context.now() + context.clockSkewMs;
    const body = new URLSearchParams({
      grant_type: "client_credentials",
      client_assertion_type: ASSERTION_TYPE,
      client_assertion: await this.#assertion(serverTime),
    });
    if (scopes.length) body.set("scope", scopes.join(" "));
    const headers = new Headers({ accept: "application/json" });
    if (this.#usesDpop) {
      const target = { method: "POST", url, serverTime, nonce: this.#tokenNonce };
      headers.set("dpop", await this.#prover.prove(target));
    }
    return new Request(url, { method: "POST", headers, body });
  }

  async #assertion(serverTime: number): Promise<string> {
    const { SignJWT } = await import("jose");
    const { clientId, keyId, signingKey, endpoint } = this.#settings;
    const { key, algorithm, ...own } = await signingKey.get();
    const now = Math.floor(serverTime / 1000);
    return await new SignJWT()
      .setProtectedHeader({ alg: algorithm, kid: keyId ?? own.keyId, typ: "JWT" })
      .setIssuer(clientId)
      .setSubject(clientId)
      .setAudience(endpoint.url)
      .setIssuedAt(now - CLOCK_TOLERANCE_SECONDS)
      .setExpirationTime(now + ASSERTION_LIFE_SECONDS)
      .setJti(crypto.randomUUID())
      .sign(key);
  }
}
