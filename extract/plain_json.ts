/**
 * What an author's code makes, as the JSON that will be stored: dates become text, what JSON has no word for is
 * left out. Always a copy, so that what the author keeps of it does not matter. Pure.
 * @module
 */
import { Double, isJsonObject, type JsonObject, type JsonValue } from "../pipeline/json.ts";

/** The value as JSON; undefined for what JSON cannot hold, such as a function. */
export function plainJson(value: unknown): JsonValue | undefined {
  switch (typeof value) {
    case "string":
    case "boolean":
      return value;
    case "number":
      return Number.isFinite(value) ? value : null;
    case "bigint":
      return Number.isSafeInteger(Number(value)) ? Number(value) : value;
    case "object":
      return value === null ? null : plainObject(value);
    default:
      return undefined;
  }
}

function plainObject(value: object): JsonValue | undefined {
  if (value instanceof Double) return value;
  if (value instanceof Number || value instanceof String || value instanceof Boolean) {
    return plainJson(value.valueOf());
  }
  if ("toJSON" in value && typeof value.toJSON === "function") return plainJson(value.toJSON());
  if (value instanceof Uint8Array) return value.toBase64();
  if (value instanceof Map) return plainObject(Object.fromEntries(value));
  if (Symbol.iterator in value) {
    return [...value as Iterable<unknown>].map((item) => plainJson(item) ?? null);
  }
  const copy: JsonObject = {};
  for (const [key, item] of Object.entries(value)) {
    const plain = plainJson(item);
    if (plain === undefined) continue;
    if (key !== "__proto__") copy[key] = plain;
    else {Object.defineProperty(copy, key, {
        value: plain,
        enumerable: true,
        writable: true,
        configurable: true,
      });}
  }
  return copy;
}

/** What is no object becomes one, in the field `value`. */
export function asRecord(item: JsonValue | undefined): JsonObject {
  return isJsonObject(item) ? item : { value: item ?? null };
}
