/**
 * Proof of possession: the proofs a client sends to the token endpoint and with every call, the nonces the
 * token endpoint asks for, and the memory of identifiers already used.
 *
 * @module
 */

import {
  calculateJwkThumbprint,
  decodeProtectedHeader,
  EmbeddedJWK,
  errors,
  type JWK,
  type JWTPayload,
  jwtVerify,
} from "jose";
import { ApiError } from "./api_error.ts";
import type { Credentials } from "./auth.ts";
import { opaqueText } from "./identifiers.ts";
import { hashText } from "./random.ts";
import type { Switches } from "./switches.ts";

/** A refusal in the shape of OAuth. */
export class OAuthError extends Error {
  override readonly name = "OAuthError";
  readonly code: string;
  readonly status: number;

  constructor(code: string, description: string, status = 400) {
    super(description);
    this.code = code;
    this.status = status;
  }
}

/** Identifiers that may be used once. */
export class Replays {
  readonly #seen = new Map<string, number>();

  /** Whether an identifier is new; it is remembered either way. */
  isFirst(id: string, until: number): boolean {
    if (this.#seen.has(id)) return false;
    this.#seen.set(id, until);
    return true;
  }
}

/** The nonces of the token endpoint: a new one after a while, old ones accepted for some time. */
export class Nonces {
  readonly #seed: number;
  readonly #now: () => number;
  readonly #switches: Switches;
  readonly #issuedAt = new Map<string, number>();
  #latest = "";

  constructor(seed: number, now: () => number, switches: Switches) {
    this.#seed = seed;
    this.#now = now;
    this.#switches = switches;
  }

  /** The nonce clients are to use now. */
  current(): string {
    const now = this.#now();
    const issuedAt = this.#issuedAt.get(this.#latest);
    if (issuedAt === undefined || now - issuedAt >= this.#switches.dpopNonceRotationMs) {
      this.#latest = opaqueText(hashText(`nonce ${this.#issuedAt.size}`, this.#seed), 16);
      this.#issuedAt.set(this.#latest, now);
    }
    return this.#latest;
  }

  /** Whether a nonce was issued here and is not too old. */
  isAccepted(nonce: unknown): boolean {
    const issuedAt = this.#issuedAt.get(String(nonce));
    return issuedAt !== undefined && this.#now() - issuedAt < this.#switches.dpopNonceAcceptedMs;
  }
}

const PROOF_AGE_S = 300;

/** Checks the proof of a token request and gives the thumbprint of its key. */
export async function verifyTokenProof(
  proof: string | undefined,
  context: { endpoint: string; nonces: Nonces; replays: Replays; now: number },
): Promise<string> {
  if (proof === undefined) {
    throw new OAuthError("invalid_dpop_proof", "The DPoP proof JWT header is missing.");
  }
  const { claims, thumbprint } = await openProof(proof, {
    method: "POST",
    target: context.endpoint,
    now: context.now,
  });
  if (!context.nonces.isAccepted(claims.nonce)) {
    throw new OAuthError("use_dpop_nonce", "Authorization server requires nonce in DPoP proof.");
  }
  useOnce(claims, context.replays);
  return thumbprint;
}

/** Checks the proof of an API call against the key and the token it comes with. */
export async function verifyApiProof(
  credentials: Credentials,
  context: { token: string; thumbprint: string; replays: Replays; now: number },
): Promise<void> {
  try {
    if (credentials.proof === undefined) {
      throw new OAuthError("invalid_dpop_proof", "The DPoP proof JWT header is missing.");
    }
    const { method, target } = credentials;
    const { claims, thumbprint } = await openProof(credentials.proof, { method, target, now: context.now });
    if (claims.ath !== await accessTokenHash(context.token)) {
      throw new OAuthError(
        "invalid_dpop_proof",
        "The DPoP proof JWT 'ath' claim does not match the access token.",
      );
    }
    if (thumbprint !== context.thumbprint) {
      throw new OAuthError(
        "invalid_dpop_proof",
        "The DPoP proof JWT is signed by another key than the token's.",
      );
    }
    useOnce(claims, context.replays);
  } catch (error) {
    if (!(error instanceof OAuthError)) throw error;
    const challenge = `DPoP error="${error.code}", error_description="${error.message}"`;
    throw new ApiError("E0000011", { isBodyEmpty: true, headers: { "www-authenticate": challenge } }, 401);
  }
}

async function openProof(proof: string, expected: { method: string; target: string; now: number }) {
  const refuse = (reason: string) => new OAuthError("invalid_dpop_proof", `The DPoP proof JWT ${reason}.`);
  let claims: JWTPayload;
  try {
    // Times are checked against the simulated clock below, so the library's own check is put out of reach.
    const options = { typ: "dpop+jwt", clockTolerance: Number.MAX_SAFE_INTEGER };
    claims = (await jwtVerify(proof, EmbeddedJWK, options)).payload;
  } catch (error) {
    if (!(error instanceof errors.JOSEError || error instanceof TypeError)) throw error;
    throw refuse("is not valid");
  }
  if (claims.htm !== expected.method) throw refuse("'htm' claim does not match the method");
  if (claims.htu !== expected.target) throw refuse("'htu' claim does not match the URL");
  const age = expected.now / 1000 - (claims.iat ?? 0);
  if (age > PROOF_AGE_S) throw refuse("is too old");
  if (age < -1) throw refuse("is issued in the future");
  if (typeof claims.jti !== "string") throw refuse("has no 'jti' claim");
  const key = decodeProtectedHeader(proof).jwk as JWK;
  return { claims, thumbprint: await calculateJwkThumbprint(key) };
}

function useOnce(claims: JWTPayload, replays: Replays): void {
  if (!replays.isFirst(`proof ${claims.jti}`, (claims.iat ?? 0) * 1000 + PROOF_AGE_S * 1000)) {
    throw new OAuthError("invalid_dpop_proof", "The DPoP proof JWT has already been used.");
  }
}

async function accessTokenHash(token: string): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(token)));
  return btoa(String.fromCharCode(...digest)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
