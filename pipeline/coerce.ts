/**
 * Values into columns: which type a new column gets from its first value, and what a value becomes in a
 * column that already has a type. The rules are dlt's; `undefined` means that the value does not fit.
 * @module
 */
import { Double, type JsonValue, parseJson, stringifyJson } from "./json.ts";
import { readDecimal, readFloat, readInteger } from "./python_text.ts";
import type { DataType, SqlValue } from "./schema_types.ts";
import {
  dateOfTimestamp,
  fromEpochSeconds,
  parseDateOrTimestamp,
  parseTime,
  parseTimestamp,
} from "./timestamps.ts";

/** A value that stands in a column: anything of JSON but null. */
export type Cell = Exclude<JsonValue, null>;

const INT64_MAX = 2n ** 63n - 1n;
const INT64_MIN = -(2n ** 63n);
const TRUE_TEXTS = new Set(["yes", "true", "t", "y", "1"]);
const FALSE_TEXTS = new Set(["no", "false", "f", "n", "0"]);
const BASE64_REGEXP = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** The type a column gets when this is the first value it sees. */
export function inferType(value: Cell): DataType {
  switch (typeof value) {
    case "string":
      return parseTimestamp(value) === undefined ? "text" : "timestamp";
    case "boolean":
      return "bool";
    case "number":
      return Number.isInteger(value) ? "bigint" : "double";
    case "bigint":
      return fitsInt64(value) ? "bigint" : "wei";
    default:
      return value instanceof Double ? "double" : "json";
  }
}

/** The type of a value without looking for dates in text: the tail of a variant column's name. */
export function plainType(value: Cell): DataType {
  return typeof value === "string" ? "text" : inferType(value);
}

function fitsInt64(value: bigint): boolean {
  return value >= INT64_MIN && value <= INT64_MAX;
}

/** A value as it is stored in a column of this type, or undefined when it does not fit. */
export function coerce(value: Cell, type: DataType): SqlValue | undefined {
  return COERCIONS[type](value);
}

const COERCIONS: Readonly<Record<DataType, (value: Cell) => SqlValue | undefined>> = {
  text: toText,
  bigint: toBigint,
  double: toDouble,
  bool: toBool,
  timestamp: toTimestamp,
  date: (value) => dateOfTimestamp(toTimestamp(value)),
  time: (value) => typeof value === "string" ? parseTime(value) : undefined,
  decimal: toDigits,
  wei: toDigits,
  binary: toBinary,
  json: toJson,
};

function isFloat(value: Cell): value is number | Double {
  return typeof value === "number" || value instanceof Double;
}

function toText(value: Cell): string {
  switch (typeof value) {
    case "string":
      return value;
    case "boolean":
      return value ? "True" : "False";
    case "number":
      return Number.isInteger(value) ? String(value) : pythonFloat(value);
    case "bigint":
      return value.toString();
    default:
      return value instanceof Double ? pythonFloat(value.valueOf()) : stringifyJson(value);
  }
}

/** A float as Python writes it, since dlt's texts come from there. */
function pythonFloat(value: number): string {
  const size = Math.abs(value);
  if (size !== 0 && (size >= 1e16 || size < 1e-4)) {
    return value.toExponential().replace(/e([+-])(\d)$/, "e$10$2");
  }
  if (!Number.isInteger(value)) return String(value);
  return `${Object.is(value, -0) ? "-0" : value}.0`;
}

function narrow(value: bigint): number | bigint | undefined {
  if (!fitsInt64(value)) return undefined;
  return value >= -9007199254740991n && value <= 9007199254740991n ? Number(value) : value;
}

function toBigint(value: Cell): number | bigint | undefined {
  if (typeof value === "number") return Number.isInteger(value) ? value : undefined;
  if (typeof value === "bigint") return fitsInt64(value) ? value : undefined;
  if (value instanceof Double) return Number.isFinite(+value) ? narrow(BigInt(+value)) : undefined;
  if (typeof value !== "string") return undefined;
  const integer = readInteger(value);
  return integer === undefined ? undefined : narrow(integer);
}

function toDouble(value: Cell): number | undefined {
  if (isFloat(value) || typeof value === "bigint") return Number(value);
  if (typeof value !== "string") return undefined;
  const float = readFloat(value);
  if (float !== undefined) return float;
  const integer = readInteger(value);
  return integer === undefined ? undefined : Number(integer);
}

function toBool(value: Cell): boolean | undefined {
  if (typeof value === "boolean") return value;
  if (isFloat(value) || typeof value === "bigint") return Number(value) !== 0;
  if (typeof value !== "string") return undefined;
  const word = value.toLowerCase();
  return TRUE_TEXTS.has(word) ? true : FALSE_TEXTS.has(word) ? false : undefined;
}

function toTimestamp(value: Cell): string | undefined {
  if (isFloat(value)) return fromEpochSeconds(Number(value));
  if (typeof value !== "string") return undefined;
  const timestamp = parseDateOrTimestamp(value);
  if (timestamp !== undefined) return timestamp;
  const seconds = readFloat(value);
  return seconds === undefined ? undefined : fromEpochSeconds(seconds);
}

/** Plain digits, never an exponent and never rounded. */
function toDigits(value: Cell): string | undefined {
  if (typeof value === "bigint") return value.toString();
  if (isFloat(value)) return Number.isFinite(+value) ? readDecimal(String(+value)) : undefined;
  return typeof value === "string" ? readDecimal(value) : undefined;
}

function toBinary(value: Cell): Uint8Array | undefined {
  if (typeof value === "bigint" || (typeof value === "number" && Number.isInteger(value))) {
    return littleEndian(BigInt(value));
  }
  if (typeof value !== "string") return undefined;
  if (value.startsWith("0x")) return bytesOfHex(value.slice(2));
  return BASE64_REGEXP.test(value) ? Uint8Array.fromBase64(value) : undefined;
}

/** The bytes of a whole number, the least first, and none for zero; a negative one has none. */
function littleEndian(value: bigint): Uint8Array | undefined {
  if (value < 0n) return undefined;
  const bytes: number[] = [];
  for (let rest = value; rest > 0n; rest >>= 8n) bytes.push(Number(rest & 255n));
  return new Uint8Array(bytes);
}

/** Spaces may stand between bytes. */
function bytesOfHex(text: string): Uint8Array | undefined {
  return /^[\t-\r ]*(?:[0-9a-fA-F]{2}[\t-\r ]*)*$/.test(text)
    ? Uint8Array.fromHex(text.replace(/[\t-\r ]/g, ""))
    : undefined;
}

/** Objects and lists, and text that is JSON; `null` as text is no value. */
function toJson(value: Cell): string | null | undefined {
  if (typeof value === "object" && !(value instanceof Double)) return stringifyJson(value);
  if (typeof value !== "string") return undefined;
  try {
    const parsed = parseJson(value);
    if (parsed === null) return null;
    // `1e400` is JSON, but no number that could be written again.
    return /[eE]\+?\d{3}/.test(value) && holdsInfinity(parsed) ? undefined : stringifyJson(parsed);
  } catch {
    return undefined;
  }
}

function holdsInfinity(value: JsonValue): boolean {
  if (typeof value === "number") return !Number.isFinite(value);
  return value !== null && typeof value === "object" && !(value instanceof Double) &&
    Object.values(value).some(holdsInfinity);
}
