/**
 * The token endpoint: client credentials of service apps, proven by a signed assertion, checked point by point
 * so that every mistake gets the answer the real server gives.
 *
 * @module
 */

import { createLocalJWKSet, decodeJwt, decodeProtectedHeader, errors, jwtVerify } from "jose";
import type { Role } from "./auth.ts";
import { Nonces, OAuthError, Replays, verifyTokenProof } from "./dpop.ts";
import { opaqueText } from "./identifiers.ts";
import { hashText } from "./random.ts";
import { SERVICE_APP_KEY, SERVICE_APP_PUBLIC_KEY, serviceAppKeyPem } from "./service_app_key.ts";
import type { Switches } from "./switches.ts";

/** A service app, with what a client needs to sign in as it. */
export interface ServiceApp {
  readonly clientId: string;
  readonly kid: string;
  readonly privateKeyPem: string;
  readonly privateKeyJwk: JsonWebKey;
  /** The scopes granted to it. */
  readonly scopes: readonly string[];
  readonly role: Role;
  readonly requiresDpop: boolean;
}

/** What an access token stands for. */
export interface Grant {
  readonly clientId: string;
  readonly role: Role;
  readonly scopes: ReadonlySet<string>;
  readonly expiresAt: number;
  /** The key the token is bound to, when it is. */
  readonly thumbprint?: string;
}

/** A token request as it arrived. */
export interface TokenRequest {
  readonly contentType: string;
  readonly body: string;
  readonly proof: string | undefined;
  /** The URL the assertion must name. */
  readonly endpoint: string;
}

/** An answer of the token endpoint. */
export interface TokenReply {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
  readonly nonce?: string;
}

const READ_SCOPES = [
  "okta.users.read",
  "okta.groups.read",
  "okta.apps.read",
  "okta.logs.read",
  "okta.sessions.read",
];
const ALGORITHMS = ["RS256", "RS384", "RS512", "ES256", "ES384", "ES512"];
const ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
const MS = 1000;

/** The authorization server of one organisation. */
export class OAuthServer {
  readonly apps: Readonly<Record<"ordinary" | "dpop" | "roleless", ServiceApp>>;
  readonly replays = new Replays();
  readonly now: () => number;
  readonly #grants = new Map<string, Grant>();
  readonly #nonces: Nonces;
  readonly #switches: Switches;
  readonly #seed: number;
  #issued = 0;

  constructor(seed: number, now: () => number, switches: Switches) {
    this.now = now;
    this.#switches = switches;
    this.#seed = seed;
    this.#nonces = new Nonces(seed, now, switches);
    const pem = serviceAppKeyPem();
    const app = (name: string, role: Role, requiresDpop: boolean): ServiceApp => {
      const kid = `sluice-${name}`;
      const privateKeyJwk = { ...SERVICE_APP_KEY, kid } as JsonWebKey;
      const clientId = `0oa${opaqueText(hashText(name, seed), 9).slice(0, 17)}`;
      return { clientId, kid, privateKeyPem: pem, privateKeyJwk, scopes: READ_SCOPES, role, requiresDpop };
    };
    this.apps = {
      ordinary: app("ordinary", "readonly", false),
      dpop: app("dpop", "readonly", true),
      roleless: app("roleless", "none", false),
    };
  }

  /** What a token stands for, unless it is unknown, revoked or expired. */
  grantOf(token: string): Grant | undefined {
    const grant = this.#grants.get(token);
    return grant && grant.expiresAt > this.now() ? grant : undefined;
  }

  /** Makes an access token invalid from now on. */
  revoke(token: string): void {
    this.#grants.delete(token);
  }

  /** Answers a token request. */
  async answer(request: TokenRequest): Promise<TokenReply> {
    try {
      return await this.#grant(request);
    } catch (error) {
      if (!(error instanceof OAuthError)) throw error;
      const nonce = error.code === "use_dpop_nonce" ? this.#nonces.current() : undefined;
      const body = { error: error.code, error_description: error.message };
      return { status: error.status, body, ...(nonce && { nonce }) };
    }
  }

  async #grant({ contentType, body, proof, endpoint }: TokenRequest): Promise<TokenReply> {
    if (!contentType.startsWith("application/x-www-form-urlencoded")) {
      throw new OAuthError("invalid_request", "The request must be form encoded.");
    }
    const form = new URLSearchParams(body);
    if (form.get("grant_type") !== "client_credentials") {
      throw new OAuthError("unsupported_grant_type", "The authorization grant type is not supported.");
    }
    const app = await this.#client(form, endpoint);
    const scopes = this.#scopes(app, form.get("scope") ?? "");
    // An app that need not prove gets an ordinary token even with a proof, which official SDKs always send.
    const context = { endpoint, nonces: this.#nonces, replays: this.replays, now: this.now() };
    const thumbprint = app.requiresDpop ? await verifyTokenProof(proof, context) : undefined;
    const token = this.#issue(app, scopes, thumbprint);
    const lifetime = this.#switches.tokenLifetimeS;
    const type = thumbprint === undefined ? "Bearer" : "DPoP";
    const answer = { token_type: type, expires_in: lifetime, access_token: token, scope: scopes.join(" ") };
    return { status: 200, body: answer, ...(thumbprint !== undefined && { nonce: this.#nonces.current() }) };
  }

  async #client(form: URLSearchParams, endpoint: string): Promise<ServiceApp> {
    const assertion = form.get("client_assertion");
    if (form.get("client_assertion_type") !== ASSERTION_TYPE || !assertion) {
      throw new OAuthError(
        "invalid_client",
        "Client Credentials requests must use the private_key_jwt method.",
        401,
      );
    }
    const app = this.#claimedClient(assertion);
    await verifySignature(assertion, app);
    this.#checkClaims(decodeJwt(assertion), app, endpoint);
    return app;
  }

  #claimedClient(assertion: string): ServiceApp {
    let issuer: unknown;
    let header: { alg?: string; kid?: string };
    try {
      header = decodeProtectedHeader(assertion);
      issuer = decodeJwt(assertion).iss;
    } catch {
      throw refused("The client_assertion is not a readable JWT.");
    }
    const app = Object.values(this.apps).find(({ clientId }) => clientId === issuer);
    if (!app) throw refused("Invalid value for 'client_id' parameter.");
    if (!ALGORITHMS.includes(header.alg ?? "")) {
      throw refused(`The client_assertion algorithm '${header.alg}' is not allowed.`);
    }
    if (header.kid !== undefined && header.kid !== app.kid) {
      throw refused("The client_assertion token has an invalid 'kid': no such key is registered.");
    }
    return app;
  }

  #checkClaims(claims: ReturnType<typeof decodeJwt>, app: ServiceApp, endpoint: string): void {
    const now = this.now() / MS;
    if (claims.sub !== app.clientId) throw refused("The 'sub' and 'iss' claims must both be the client_id.");
    const audiences = [claims.aud ?? []].flat();
    if (!audiences.includes(endpoint)) {
      throw refused(`The audience claim for client_assertion must be the endpoint invoked: '${endpoint}'.`);
    }
    if (typeof claims.exp !== "number") throw refused("The client_assertion must have an 'exp' claim.");
    if (claims.exp <= now) throw refused("The client_assertion token is expired.");
    if (claims.exp > now + 3600) {
      throw refused("The client_assertion token has an expiration too far into the future.");
    }
    if (claims.iat !== undefined && claims.iat > now + 1) {
      throw refused("The client_assertion token has an issued time in the future.");
    }
    const isFresh = claims.jti === undefined || this.replays.isFirst(`client ${claims.jti}`, claims.exp * MS);
    if (!isFresh) throw refused("The client_assertion token has already been used.");
  }

  #scopes(app: ServiceApp, requested: string): string[] {
    const wanted = requested.split(" ").filter((scope) => scope !== "");
    if (wanted.length === 0) throw new OAuthError("invalid_scope", "No scopes were requested.");
    const granted = wanted.filter((scope) => app.scopes.includes(scope));
    const canReduce = this.#switches.mixedScopes === "reduce" && granted.length > 0;
    if (granted.length < wanted.length && !canReduce) {
      throw new OAuthError(
        "invalid_scope",
        "One or more scopes are not configured for the authorization server resource.",
      );
    }
    return granted;
  }

  #issue(app: ServiceApp, scopes: readonly string[], thumbprint: string | undefined): string {
    const expiresAt = this.now() + this.#switches.tokenLifetimeS * MS;
    const header = btoa(JSON.stringify({ alg: "RS256", typ: "application/okta-internal-at+jwt" }));
    const payload = btoa(JSON.stringify({ cid: app.clientId, scp: scopes, exp: Math.floor(expiresAt / MS) }));
    const unique = opaqueText(hashText(`access token ${this.#issued++}`, this.#seed), 16);
    const token = `${header}.${payload}.${unique}`.replaceAll("=", "");
    const grant = { clientId: app.clientId, role: app.role, scopes: new Set(scopes), expiresAt };
    this.#grants.set(token, thumbprint === undefined ? grant : { ...grant, thumbprint });
    return token;
  }
}

function refused(description: string): OAuthError {
  return new OAuthError("invalid_client", description, 401);
}

async function verifySignature(assertion: string, app: ServiceApp): Promise<void> {
  const keys = createLocalJWKSet({
    keys: [{ ...SERVICE_APP_PUBLIC_KEY, alg: undefined, kid: app.kid } as never],
  });
  try {
    // Times are checked against the simulated clock afterwards, so the library's own check is put out of reach.
    await jwtVerify(assertion, keys, { clockTolerance: Number.MAX_SAFE_INTEGER });
  } catch (error) {
    if (!(error instanceof errors.JOSEError)) throw error;
    throw refused("The client_assertion signature is invalid.");
  }
}
