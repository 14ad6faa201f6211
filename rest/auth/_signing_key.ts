/**
 * Reads a private key for signing assertions: PEM (PKCS#8, PKCS#1, SEC1, also encrypted) or JWK, as text or
 * object, also as they look after a trip through environment variables.
 * @module
 */
import type { JWK } from "jose";
import { register, revealText, Secret } from "../../pipeline/secret.ts";
import type { OptionReader } from "../options.ts";
import type { Text } from "../types.ts";

/** A private key as it may be given. */
export type PrivateKey = Text | Readonly<Record<string, unknown>>;

/** A key ready to sign with. */
export interface SigningKey {
  readonly key: CryptoKey;
  readonly algorithm: string;
  /** The key's own id, when it is a JWK that has one. */
  readonly keyId?: string;
}

/** A key that was recognised but not imported yet. */
type KeySource = { readonly pem: string; readonly passphrase?: string } | { readonly jwk: JWK };

const ALGORITHMS = ["RS256", "RS384", "RS512", "ES256", "ES384", "ES512"];
const BY_CURVE: Readonly<Record<string, string>> = { "P-256": "ES256", "P-384": "ES384", "P-521": "ES512" };
const LABELS = ["PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY", "ENCRYPTED PRIVATE KEY"];
// The passphrase-protected form of the older formats announces itself inside.
const LEGACY_ENCRYPTION_REGEXP = /^Proc-Type:.*ENCRYPTED/m;

/** The options `private_key` and `private_key_passphrase`: recognised at once, imported when first used. */
export class SigningKeyOption {
  readonly #read: OptionReader;
  readonly #source: KeySource;
  #key: Promise<SigningKey> | undefined;

  /** @throws {ConfigError} when the key is in no usable form; the message says what it is */
  constructor(read: OptionReader) {
    this.#read = read;
    this.#source = readKeySource(read);
  }

  /** The key. @throws {ConfigError} when the key material is damaged or the passphrase is wrong */
  get(): Promise<SigningKey> {
    return this.#key ??= importKey(this.#source, this.#read);
  }
}

function readKeySource(read: OptionReader): KeySource {
  const raw = read.raw("private_key");
  if (typeof raw === "object" && raw !== null && !(raw instanceof Secret)) {
    return { jwk: checkJwk(raw as JWK, read) };
  }
  read.text("private_key");
  const text = revealText(raw as Text).trim();
  if (text.startsWith("{")) return { jwk: checkJwk(parseJwk(text, read), read) };
  // Environment variables and TOML turn line breaks into a backslash and a letter.
  const pem = text.replace(/\\r/g, "").replace(/\\n/g, "\n");
  const label = pem.match(/-----BEGIN ([A-Z0-9 ]+)-----/g)?.map((line) => line.slice(11, -5))
    // Some tools write the curve before the key.
    .find((label) => label !== "EC PARAMETERS");
  if (label === undefined) {
    throw read.problem(
      'option "private_key" is neither PEM nor a JWK, one of them is required',
      "paste the whole key, not its path",
    );
  }
  if (!LABELS.includes(label)) {
    throw read.problem(`option "private_key" is a ${label.toLowerCase()}, a private key is required`);
  }
  const passphrase = read.optionalText("private_key_passphrase");
  if (passphrase !== undefined) register(passphrase);
  const isEncrypted = label === "ENCRYPTED PRIVATE KEY" || LEGACY_ENCRYPTION_REGEXP.test(pem);
  if (isEncrypted && !passphrase) {
    throw read.problem(
      'option "private_key" is protected by a passphrase and option "private_key_passphrase" is missing',
      'set "private_key_passphrase", e.g. in .dlt/secrets.toml',
    );
  }
  return { pem: tidyPem(pem, label), passphrase: isEncrypted ? passphrase : undefined };
}

/** PEM with the line breaks that its readers insist on, however it was pasted. */
function tidyPem(pem: string, label: string): string {
  const start = pem.indexOf(`-----BEGIN ${label}-----`) + label.length + 16;
  const end = pem.indexOf("-----END", start);
  const inner = pem.slice(start, end < 0 ? undefined : end);
  const headers = inner.match(/^[ \t]*[\w-]+:.*$/gm) ?? [];
  const base64 = inner.replace(/^[ \t]*[\w-]+:.*$/gm, "").replace(/\s+/g, "");
  const lines = [
    ...headers.map((line) => line.trim()),
    ...(headers.length ? [""] : []),
    ...(base64.match(/.{1,64}/g) ?? []),
  ];
  return `-----BEGIN ${label}-----\n${lines.join("\n")}\n-----END ${label}-----\n`;
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

async function importKey(source: KeySource, read: OptionReader): Promise<SigningKey> {
  const { importJWK, importPKCS8 } = await import("jose");
  if ("jwk" in source) {
    const algorithm = algorithmOf(source.jwk)!;
    // `use` and `key_ops` are often wrong for the pair as a whole and would stop the import.
    const { use: _use, key_ops: _operations, ...jwk } = source.jwk;
    const key = await importJWK(jwk, algorithm).catch(() => undefined);
    if (key && !(key instanceof Uint8Array)) return { key, algorithm, keyId: jwk.kid };
  } else {
    const pem = await toPkcs8(source, read);
    // PEM does not say which algorithm it is for; only the fitting one imports.
    for (const algorithm of ["RS256", "ES256", "ES384", "ES512"]) {
      const key = pem && await importPKCS8(pem, algorithm).catch(() => undefined);
      if (key) return { key, algorithm };
    }
  }
  throw read.problem(
    'option "private_key" cannot be imported, an RSA or EC key is required',
    "paste it again, whole",
  );
}

async function toPkcs8(
  { pem, passphrase }: { pem: string; passphrase?: string },
  read: OptionReader,
): Promise<string | undefined> {
  const { createPrivateKey } = await import("node:crypto");
  try {
    return String(createPrivateKey({ key: pem, passphrase }).export({ type: "pkcs8", format: "pem" }));
  } catch {
    if (passphrase === undefined) return undefined;
    throw read.problem(
      'option "private_key" cannot be decrypted with option "private_key_passphrase"',
      "check the passphrase, and that the key was pasted whole",
    );
  }
}
