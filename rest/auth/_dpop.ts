/**
 * DPoP (RFC 9449): proofs that whoever uses a token holds the key it was issued to. The key pair is made in
 * memory and lives as long as this object; nonces are kept per server, as each has its own.
 * @module
 */
import type { JWK } from "jose";

/** What a proof is for. */
export interface ProofTarget {
  readonly method: string;
  readonly url: string;
  /** Server time, epoch milliseconds. */
  readonly serverTime: number;
  readonly nonce?: string;
  /** Present on requests to the API. */
  readonly accessToken?: string;
}

/** Makes proofs with one key pair. */
export class DpopProver {
  #keys: Promise<{ privateKey: CryptoKey; jwk: JWK }> | undefined;

  /** A new proof; each may be used for one request only. */
  async prove({ method, url, serverTime, nonce, accessToken }: ProofTarget): Promise<string> {
    const { SignJWT } = await import("jose");
    const { privateKey, jwk } = await (this.#keys ??= makeKeys());
    const { origin, pathname } = new URL(url);
    const claims = {
      htm: method,
      htu: origin + pathname,
      nonce,
      ath: accessToken && await hash(accessToken),
    };
    return await new SignJWT(claims)
      .setProtectedHeader({ typ: "dpop+jwt", alg: "ES256", jwk })
      .setIssuedAt(Math.floor(serverTime / 1000))
      .setJti(crypto.randomUUID())
      .sign(privateKey);
  }
}

async function makeKeys(): Promise<{ privateKey: CryptoKey; jwk: JWK }> {
  const { exportJWK, generateKeyPair } = await import("jose");
  const { privateKey, publicKey } = await generateKeyPair("ES256");
  return { privateKey, jwk: await exportJWK(publicKey) };
}

async function hash(text: string): Promise<string> {
  const { base64url } = await import("jose");
  return base64url.encode(
    new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text))),
  );
}
