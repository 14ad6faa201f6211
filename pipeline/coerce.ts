/**
 * Values into columns: which type a new column gets from its first value, and what a value becomes in a
 * column that already has a type. The rules are dlt's; `undefined` means that the value does not fit.
 * @module
 */
import { Double, doubleText, type JsonValue, parseJson, stringifyJson } from "./json.ts";
import type { DataType, SqlValue } from "./schema_types.ts";
import {
  fromEpochSeconds,
  parseDate,
  parseDateAsTimestamp,
  parseTime,
  parseTimestamp,
} from "./timestamps.ts";

/** A value that stands in a column: anything of JSON but null. */
export type Cell = Exclude<JsonValue, null>;

const INT64_MAX = 2n ** 63n - 1n;
const INT64_MIN = -(2n ** 63n);
const INTEGER_TEXT_REGEXP = /^\s*([+-]?)(0[xX][0-9a-fA-F]+|\d+(?:_\d+)*)\s*$/;
const NUMBER_TEXT_REGEXP = /^\s*[+-]?(?:(?:\d+(?:_\d+)*)(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?\s*$/;
const TRUE_TEXTS = new Set(["yes", "true", "t", "y", "1"]);
const FALSE_TEXTS = new Set(["no", "false", "f", "n", "0"]);

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
  date: (value) =>
    typeof value === "string" ? parseDate(value) ?? epoch(value)?.slice(0, 10) : epoch(value)?.slice(0, 10),
  time: (value) => typeof value === "string" ? parseTime(value) : undefined,
  decimal: toDigits,
  wei: toDigits,
  binary: toBinary,
  json: toJson,
};

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
  return doubleText(value);
}

function narrow(value: bigint): number | bigint {
  return value >= -9007199254740991n && value <= 9007199254740991n ? Number(value) : value;
}

function toBigint(value: Cell): number | bigint | undefined {
  if (typeof value === "number") return Number.isInteger(value) ? value : undefined;
  if (typeof value === "bigint") return fitsInt64(value) ? value : undefined;
  if (value instanceof Double) {
    const integer = BigInt(value.valueOf());
    return fitsInt64(integer) ? narrow(integer) : undefined;
  }
  if (typeof value !== "string") return undefined;
  const match = INTEGER_TEXT_REGEXP.exec(value);
  if (!match) return undefined;
  const size = BigInt(match[2].replaceAll("_", ""));
  const integer = match[1] === "-" ? -size : size;
  return fitsInt64(integer) ? narrow(integer) : undefined;
}

function toDouble(value: Cell): number | undefined {
  if (typeof value === "number") return value;
  if (typeof value === "bigint" || value instanceof Double) return Number(value);
  if (typeof value !== "string") return undefined;
  if (NUMBER_TEXT_REGEXP.test(value)) return Number(value.replaceAll("_", ""));
  const word = /^\s*([+-]?)(nan|inf|infinity)\s*$/i.exec(value);
  if (!word) return undefined;
  return word[2].toLowerCase() === "nan" ? NaN : word[1] === "-" ? -Infinity : Infinity;
}

function toBool(value: Cell): boolean | undefined {
  if (typeof value === "boolean") return value;
  if (typeof value === "number" || typeof value === "bigint" || value instanceof Double) {
    return Number(value) !== 0;
  }
  if (typeof value !== "string") return undefined;
  const word = value.trim().toLowerCase();
  return TRUE_TEXTS.has(word) ? true : FALSE_TEXTS.has(word) ? false : undefined;
}

function epoch(value: Cell): string | undefined {
  if (typeof value === "string") {
    return NUMBER_TEXT_REGEXP.test(value) ? fromEpochSeconds(Number(value)) : undefined;
  }
  return typeof value === "number" || value instanceof Double ? fromEpochSeconds(Number(value)) : undefined;
}

function toTimestamp(value: Cell): string | undefined {
  if (typeof value === "string") {
    const timestamp = parseTimestamp(value);
    if (timestamp !== undefined) return timestamp;
    return parseDateAsTimestamp(value) ?? epoch(value);
  }
  return epoch(value);
}

/** Plain digits, never an exponent and never rounded. */
function toDigits(value: Cell): string | undefined {
  if (typeof value === "bigint") return value.toString();
  if (typeof value === "number") {
    return Number.isSafeInteger(value) ? String(value) : plainDigits(String(value));
  }
  if (value instanceof Double) return BigInt(value.valueOf()).toString();
  return typeof value === "string" && NUMBER_TEXT_REGEXP.test(value)
    ? plainDigits(value.trim().replaceAll("_", ""))
    : undefined;
}

function plainDigits(text: string): string {
  const match = /^([+-]?)(\d*)\.?(\d*)(?:[eE]([+-]?\d+))?$/.exec(text)!;
  const [, sign, whole, fraction, exponent = "0"] = match;
  const digits = whole + fraction;
  const point = whole.length + Number(exponent);
  if (Math.abs(point) > 10_000) return text;
  const padded = point <= 0 ? "0".repeat(1 - point) + digits : digits.padEnd(point, "0");
  const at = Math.max(point, 1);
  const integer = padded.slice(0, at).replace(/^0+(?=\d)/, "");
  const rest = padded.slice(at);
  return (sign === "-" ? "-" : "") + integer + (rest ? `.${rest}` : "");
}

function toBinary(value: Cell): Uint8Array | undefined {
  if (typeof value !== "string") return undefined;
  try {
    return /^0[xX]/.test(value) ? Uint8Array.fromHex(value.slice(2)) : Uint8Array.fromBase64(value);
  } catch {
    return undefined;
  }
}

function toJson(value: Cell): string | undefined {
  if (typeof value !== "string") return stringifyJson(value);
  try {
    return stringifyJson(parseJson(value));
  } catch {
    return undefined;
  }
}
