/**
 * JSON without loss. `JSON.parse` rounds integers beyond 2^53 and forgets whether `1.0` was written with
 * a point; the text decides which column type a value gets, so both are kept here, at full speed for the
 * ordinary document that holds neither.
 * @module
 */

/** A value that {@link parseJson} can return. */
export type JsonValue = null | boolean | number | string | bigint | Double | JsonValue[] | JsonObject;
/** An object that {@link parseJson} can return. */
export interface JsonObject {
  [key: string]: JsonValue;
}

/** A whole number written as a floating-point literal (`1.0`, `1E3`): a double to dlt, not an integer. */
export class Double extends Number {}

const INTEGER_REGEXP = /^-?\d+$/;

type Reviver = (this: unknown, key: string, value: unknown, context: { source?: string }) => unknown;

const reviveNumber: Reviver = (_key, value, context) => {
  if (typeof value !== "number" || context.source === undefined) return value;
  if (INTEGER_REGEXP.test(context.source)) {
    return Number.isSafeInteger(value) ? (Object.is(value, -0) ? 0 : value) : BigInt(context.source);
  }
  return Number.isInteger(value) ? new Double(value) : value;
};

const QUOTE = 0x22;
const MINUS = 0x2d;
const POINT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;
const BACKSLASH = 0x5c;
/** Integers of so many digits are below 2^53. */
const SAFE_DIGITS = 15;
/** Fractions of so many characters are never rounded to a whole number. */
const EXACT_LENGTH = 16;

const isDigit = (unit: number) => unit >= ZERO && unit <= NINE;

/** Whether `JSON.parse` alone loses nothing of this text. May say no for a text of which it would not. */
export function isPlainJson(text: string): boolean {
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit === QUOTE) at = endOfString(text, at);
    else if (unit === MINUS || isDigit(unit)) {
      at = endOfPlainNumber(text, at);
      if (at < 0) return false;
    }
  }
  return true;
}

/** Where the closing quote is. */
function endOfString(text: string, start: number): number {
  let at = start + 1;
  for (; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit === QUOTE) break;
    if (unit === BACKSLASH) at++;
  }
  return at;
}

/**
 * Where the last character of a number is; -1 for one that may exceed 2^53, or whose point or exponent may make a
 * whole number: a fraction that begins with 0 or 9 may, when its digits are more than a double holds.
 */
function endOfPlainNumber(text: string, start: number): number {
  const first = text.charCodeAt(start) === MINUS ? start + 1 : start;
  let at = first;
  while (isDigit(text.charCodeAt(at))) at++;
  if (at - first > SAFE_DIGITS) return -1;
  if (text.charCodeAt(at) === POINT) {
    const fraction = text.charCodeAt(at + 1);
    while (text.charCodeAt(++at) === ZERO);
    if (!isDigit(text.charCodeAt(at))) return -1;
    while (isDigit(text.charCodeAt(at))) at++;
    if (at - first > EXACT_LENGTH && (fraction === ZERO || fraction === NINE)) return -1;
  } else if (first > start && text.charCodeAt(first) === ZERO) return -1;
  return (text.charCodeAt(at) | 0x20) === 0x65 ? -1 : at - 1;
}

/**
 * Parses JSON text. Integers outside ±(2^53−1) become `bigint`, whole numbers written with a point or an
 * exponent become {@link Double}; everything else is what `JSON.parse` returns.
 *
 * @param isPlain what {@link isPlainJson} said of the text, when it is known already
 * @throws {SyntaxError} when the text is not JSON
 */
export function parseJson(text: string, isPlain: boolean = isPlainJson(text)): JsonValue {
  return isPlain
    ? JSON.parse(text)
    : JSON.parse(text, reviveNumber as (key: string, value: unknown) => unknown);
}

// `JSON.rawJSON` is in V8 but not yet in TypeScript's library.
const { rawJSON } = JSON as unknown as { rawJSON(text: string): unknown };

function replaceNumber(this: unknown, _key: string, value: unknown): unknown {
  if (typeof value === "bigint") return rawJSON(value.toString());
  if (value instanceof Double) return rawJSON(doubleText(value.valueOf()));
  if (typeof value === "number" && isWrittenDifferently(value)) return rawJSON(doubleText(value));
  return value;
}

/** JavaScript would write it in another way than dlt does: `0.0000015` as `0.0000015`, not `1.5e-6`. */
function isWrittenDifferently(value: number): boolean {
  return value !== 0 && Math.abs(value) < 1e-5 && Math.abs(value) >= 1e-7;
}

/**
 * The text of a double as dlt writes it into JSON: it reads back as a double, and is the same in every hash.
 * Whole numbers keep a point; exponents begin at 1e+16 and 1e-6.
 */
export function doubleText(value: number): string {
  const size = Math.abs(value);
  if (size !== 0 && (size >= 1e16 || size < 1e-5)) return value.toExponential();
  if (!Number.isInteger(value)) return String(value);
  return `${Object.is(value, -0) ? "-0" : value}.0`;
}

/** Serialises what {@link parseJson} returned, digit for digit. */
export function stringifyJson(value: unknown): string {
  return JSON.stringify(value, replaceNumber);
}

/** Compact JSON with keys in the order of their code points, as hashes need it. */
export function canonicalJson(value: unknown): string {
  return stringifyJson(sortKeys(value));
}

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (value === null || typeof value !== "object" || value instanceof Double) return value;
  const sorted: Record<string, unknown> = Object.create(null);
  for (const key of Object.keys(value).sort(byCodePoint)) {
    sorted[key] = sortKeys((value as Record<string, unknown>)[key]);
  }
  return sorted;
}

/** Code units put characters beyond the first plane before the last ones of it. */
function byCodePoint(left: string, right: string): number {
  let at = 0;
  while (at < left.length && left.charCodeAt(at) === right.charCodeAt(at)) at++;
  const [a, b] = [left.charCodeAt(at), right.charCodeAt(at)];
  if (Number.isNaN(a) || Number.isNaN(b)) return left.length - right.length;
  const isSurrogate = (unit: number) => unit >= 0xd800 && unit <= 0xdfff;
  return isSurrogate(a) === isSurrogate(b) ? a - b : isSurrogate(a) ? 1 : -1;
}

/** Whether a value is a JSON object (not null, not a list, not a {@link Double}). */
export function isJsonObject(value: unknown): value is JsonObject {
  return value !== null && typeof value === "object" && !Array.isArray(value) && !(value instanceof Double);
}
