/**
 * Values of a configuration as they may be kept in a file: secrets are stars, also where a user hid one in a
 * URL or below a key with a telling name.
 * @module
 */
import { redact, Secret } from "./secret.ts";

const MASK = "***";
const TELLING_NAME_REGEXP =
  /secret|passw|passphrase|token|api[_-]?key|private|authorization|cookie|signature/i;
const URL_REGEXP = /^([a-z][a-z0-9+.-]*:\/\/)([^/?#]*@)?([^?#]*)(\?[^#]*)?(#.*)?$/is;

/** The value of a parameter without what must not be seen. What is no data is left out. */
export function maskedValue(name: string, value: unknown): unknown {
  if (value instanceof Secret) return MASK;
  if (TELLING_NAME_REGEXP.test(name) && value !== null && typeof value !== "boolean") return MASK;
  if (typeof value === "string") return maskedUrl(redact(value));
  if (typeof value === "bigint") return String(value);
  if (typeof value === "function" || typeof value === "symbol") return `(${typeof value})`;
  if (typeof value !== "object" || value === null) return value;
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.map((each) => maskedValue("", each));
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, maskedValue(key, each)]));
}

/** A URL may carry credentials before its host, and anything behind the question mark. */
function maskedUrl(text: string): string {
  const [, scheme, user, rest, query, fragment] = URL_REGEXP.exec(text) ?? [];
  if (scheme === undefined) return text;
  const parameters = query?.slice(1).split("&").map((part) => part.replace(/=.*$/s, `=${MASK}`)).join("&");
  return [
    scheme,
    user === undefined ? "" : `${MASK}@`,
    rest,
    parameters === undefined ? "" : `?${parameters}`,
    fragment === undefined ? "" : `#${MASK}`,
  ].join("");
}

/** The same data with every known secret removed from its texts and keys. */
export function redactAll<T>(data: T): T {
  return redactEach(data) as T;
}

function redactEach(value: unknown): unknown {
  if (typeof value === "string") return redact(value);
  if (Array.isArray(value)) return value.map(redactEach);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).filter(([, each]) => each !== undefined)
      .map(([key, each]) => [redact(key), redactEach(each)]),
  );
}
