/**
 * Reads a private key for signing client assertions: PEM (PKCS#8) or JWK, as text or object, also as they
 * look after a trip through environment variables.
 * @module
 */
import type { JWK } from "jose";
import type { ConfigError } from "../../pipeline/errors.ts";
import { register, revealText, Secret } from "../../pipeline/secret.ts";
import type { OptionReader } from "../options.ts";

/** A key that was recognised but not imported yet. */
export type KeySource = { readonly pem: string } | { readonly jwk: JWK };

/** A key ready to sign with. */
export interface SigningKey {
  readonly key: CryptoKey;
  readonly algorithm: string;
  /** The key's own id, when it is a JWK that has one. */
  readonly keyId?: string;
}

const ALGORITHMS = ["RS256", "RS384", "RS512", "ES256", "ES384", "ES512"];
const BY_CURVE: Readonly<Record<string, string>> = { "P-256": "ES256", "P-384": "ES384", "P-521": "ES512" };
const CONVERT = "convert it: openssl pkcs8 -topk8 -nocrypt -in key.pem -out key.pkcs8.pem";

/**
 * Recognises the option `private_key` without importing it.
 *
 * @throws {ConfigError} when it is in no usable form; the message says how to convert it
 */
export function readKeySource(read: OptionReader): KeySource {
  const raw = read.raw("private_key");
  if (typeof raw === "object" && raw !== null && !(raw instanceof Secret)) {
    return { jwk: checkJwk(raw as JWK, read) };
  }
  read.text("private_key");
  const text = revealText(raw as string | Secret).trim();
  if (text.startsWith("{")) return { jwk: checkJwk(parseJwk(text, read), read) };
  // Environment variables and TOML turn line breaks into a backslash and a letter.
  const pem = text.replace(/\\r/g, "").replace(/\\n/g, "\n");
  const label = pem.match(/^-----BEGIN ([A-Z0-9 ]+)-----/)?.[1];
  if (label === "PRIVATE KEY") return { pem };
  throw notPkcs8(label, read);
}

function notPkcs8(label: string | undefined, read: OptionReader): ConfigError {
  const needed = 'PKCS#8 ("BEGIN PRIVATE KEY") or a JWK is required';
  switch (label) {
    case undefined:
      return read.problem(
        `option "private_key" is neither PEM nor a JWK, ${needed}`,
        "paste the whole key, not its path",
      );
    case "RSA PRIVATE KEY":
      return read.problem(`option "private_key" is PKCS#1 ("BEGIN RSA PRIVATE KEY"), ${needed}`, CONVERT);
    case "EC PRIVATE KEY":
      return read.problem(`option "private_key" is SEC1 ("BEGIN EC PRIVATE KEY"), ${needed}`, CONVERT);
    case "ENCRYPTED PRIVATE KEY":
      return read.problem(`option "private_key" is protected by a passphrase, ${needed}`, CONVERT);
    default:
      return read.problem(`option "private_key" is a ${label.toLowerCase()}, ${needed}`);
  }
}

function parseJwk(text: string, read: OptionReader): JWK {
  try {
    return JSON.parse(text);
  } catch {
    throw read.problem('option "private_key" looks like a JWK and is not valid JSON');
  }
}

function checkJwk(jwk: JWK, read: OptionReader): JWK {
  if (typeof jwk.d !== "string") {
    throw read.problem(
      'option "private_key" is a JWK without its private part "d"',
      "use the key pair that was shown when the key was made, not the public key",
    );
  }
  if (algorithmOf(jwk) === undefined) {
    throw read.problem(
      `option "private_key" is a JWK of no usable kind, one for ${ALGORITHMS.join(", ")} is required`,
    );
  }
  register(jwk.d);
  return jwk;
}

function algorithmOf({ alg, kty, crv }: JWK): string | undefined {
  if (alg !== undefined) return ALGORITHMS.find((each) => each === alg);
  return kty === "RSA" ? "RS256" : kty === "EC" ? BY_CURVE[crv ?? ""] : undefined;
}

/**
 * Imports a recognised key.
 *
 * @throws {ConfigError} when the key material is damaged
 */
export async function importSigningKey(source: KeySource, read: OptionReader): Promise<SigningKey> {
  const { importJWK, importPKCS8 } = await import("jose");
  if ("jwk" in source) {
    const algorithm = algorithmOf(source.jwk)!;
    // `use` and `key_ops` are often wrong for the pair as a whole and would stop the import.
    const { use: _use, key_ops: _operations, ...jwk } = source.jwk;
    const key = await importJWK(jwk, algorithm).catch(() => undefined);
    if (key && !(key instanceof Uint8Array)) return { key, algorithm, keyId: jwk.kid };
  } else {
    // PEM does not say which algorithm it is for; only the fitting one imports.
    for (const algorithm of ["RS256", "ES256", "ES384", "ES512"]) {
      const key = await importPKCS8(source.pem, algorithm).catch(() => undefined);
      if (key) return { key, algorithm };
    }
  }
  throw read.problem(
    'option "private_key" cannot be imported, an RSA or EC key is required',
    "paste it again, whole",
  );
}
