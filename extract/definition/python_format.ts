/**
 * The part of Python's format language that placeholders use: `{value:>8}`, `{value:05d}`, `{value:.2f}`,
 * `{value!r}`. Numbers come out digit for digit as Python writes them. Pure.
 * @module
 */
import { Double, type JsonValue, stringifyJson } from "../../pipeline/json.ts";
import { fixedDigits, generalDigits, scientificDigits } from "./number_digits.ts";

/** How a value is made text before its format is applied: `!s`, `!r` and `!a`. */
export type Conversion = "s" | "r" | "a";

/** What follows the colon, taken apart. */
export interface Format {
  readonly fill?: string;
  readonly align?: string;
  readonly sign: string;
  /** `#`: prefixes of bases; a decimal point always, and trailing zeros. */
  readonly isAlternate: boolean;
  /** A zero before the width. */
  readonly zero: boolean;
  readonly width: number;
  readonly grouping?: string;
  readonly precision?: number;
  readonly type?: string;
}

const FORMAT_REGEXP = /^(?:(.)?([<>=^]))?([+\- ])?(#)?(0)?(\d+)?([,_])?(?:\.(\d+))?([a-zA-Z%])?$/su;
// More is a slip of the pen, and would cost memory for each record.
const LONGEST = 1000;
const INTEGER_TYPES = "bcdoxX";
const FLOAT_TYPES = "eEfFgG%";
const BASES: Readonly<Record<string, number>> = { b: 2, o: 8, x: 16, X: 16 };

/** A value as text: texts as they are, `true` and `false` in lower case as APIs want them, the rest as JSON. */
export function textOf(value: JsonValue): string {
  return typeof value === "string" ? value : stringifyJson(value);
}

/** Takes a format apart; undefined when no value could be written by it. */
export function parseFormat(text: string): Format | undefined {
  const match = FORMAT_REGEXP.exec(text);
  if (!match) return undefined;
  const [, fill, align, sign, hash, zero, width = "0", grouping, precision, type] = match;
  const format = {
    fill,
    align,
    sign: sign ?? "-",
    isAlternate: hash !== undefined,
    zero: zero !== undefined,
    width: Number(width),
    grouping,
    precision: precision === undefined ? undefined : Number(precision),
    type,
  };
  if (format.width > LONGEST || (format.precision ?? 0) > LONGEST) return undefined;
  if (type !== undefined && !`ns${INTEGER_TYPES}${FLOAT_TYPES}`.includes(type)) return undefined;
  const isForText = type === "s";
  if (isForText && (sign !== undefined || hash !== undefined || align === "=" || grouping)) return undefined;
  if (type !== undefined && INTEGER_TYPES.includes(type) && precision !== undefined) return undefined;
  if (grouping === "," && type !== undefined && "nbcoxX".includes(type)) return undefined;
  if (grouping === "_" && type !== undefined && "nc".includes(type)) return undefined;
  if (type === "c" && (sign !== undefined || hash !== undefined)) return undefined;
  return format;
}

/** A value after its conversion. Only texts look different: the rest is JSON in any case. */
export function convert(value: JsonValue, conversion: Conversion): string {
  if (typeof value !== "string" || conversion === "s") return textOf(value);
  return quoted(value, conversion === "a");
}

/** A text between quotes, with escapes, as Python's `repr` and `ascii` write it. */
function quoted(text: string, isAscii: boolean): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  let inner = "";
  for (const character of text) {
    if (character === quote || character === "\\") inner += `\\${character}`;
    else inner += NAMED_ESCAPES[character] ?? (isShown(character, isAscii) ? character : escaped(character));
  }
  return quote + inner + quote;
}

const NAMED_ESCAPES: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

function isShown(character: string, isAscii: boolean): boolean {
  if (character === " ") return true;
  return !/[\p{C}\p{Z}]/u.test(character) && !(isAscii && character > "\x7e");
}

function escaped(character: string): string {
  const code = character.codePointAt(0)!;
  const hex = code.toString(16);
  if (code <= 0xff) return `\\x${hex.padStart(2, "0")}`;
  return code <= 0xffff ? `\\u${hex.padStart(4, "0")}` : `\\U${hex.padStart(8, "0")}`;
}

/**
 * A value written by a format.
 *
 * @throws {RangeError} when the value is none that the format can write, e.g. a text by one for numbers
 */
export function formatValue(value: JsonValue, format: Format): string {
  const { type } = format;
  if (typeof value === "boolean" && type !== undefined && type !== "s") {
    return formatNumber(value ? 1 : 0, format);
  }
  if (typeof value === "string" || typeof value === "boolean" || type === "s") {
    return formatText(textOf(value), format);
  }
  if (typeof value === "number" || typeof value === "bigint" || value instanceof Double) {
    return formatNumber(value, format);
  }
  throw new RangeError(`the value is ${Array.isArray(value) ? "a list" : "an object"}`);
}

function formatText(text: string, { type, sign, precision, align, ...format }: Format): string {
  if (type !== undefined && type !== "s") throw new RangeError("the value is a text");
  if (sign !== "-" || format.isAlternate || format.grouping || align === "=") {
    throw new RangeError("the value is a text");
  }
  const body = precision === undefined ? text : [...text].slice(0, precision).join("");
  return padded(body, { ...format, align: align ?? "<" });
}

function padded(
  body: string,
  { fill, zero, width, align }: Pick<Format, "fill" | "zero" | "width" | "align">,
) {
  const missing = Math.max(0, width - [...body].length);
  const mark = fill ?? (zero ? "0" : " ");
  const left = align === "<" ? 0 : align === "^" ? Math.floor(missing / 2) : missing;
  return mark.repeat(left) + body + mark.repeat(missing - left);
}

function formatNumber(value: number | bigint | Double, format: Format): string {
  const { sign, width, grouping, fill, zero } = format;
  const number = Number(value);
  const isNegative = number < 0 || Object.is(number, -0);
  const { prefix = "", digits, tail = "" } = unsigned(value, format);
  if (format.type === "c") return padded(digits, { ...format, align: format.align ?? "<" });
  const lead = (isNegative ? "-" : sign === "-" ? "" : sign) + prefix;
  const size = format.type !== undefined && format.type in BASES ? 4 : 3;
  const align = format.align ?? (zero && fill === undefined ? "=" : ">");
  if (align !== "=") return padded(lead + grouped(digits, grouping, size) + tail, { ...format, align });
  const mark = fill ?? (zero ? "0" : " ");
  let body = digits;
  // Zeros are digits: they are grouped with the others.
  while (mark === "0" && lead.length + grouped(body, grouping, size).length + tail.length < width) {
    body = `0${body}`;
  }
  const text = grouped(body, grouping, size) + tail;
  return lead + mark.repeat(Math.max(0, width - lead.length - text.length)) + text;
}

function grouped(digits: string, grouping: string | undefined, size: number): string {
  if (!grouping) return digits;
  const first = digits.length % size || size;
  const groups = [digits.slice(0, first)];
  for (let at = first; at < digits.length; at += size) groups.push(digits.slice(at, at + size));
  return groups.join(grouping);
}

/** A number without its sign: what stands before its whole digits, these, and the rest. */
interface Unsigned {
  readonly prefix?: string;
  readonly digits: string;
  readonly tail?: string;
}

function unsigned(value: number | bigint | Double, { type, precision, isAlternate }: Format): Unsigned {
  const isWhole = typeof value === "bigint" || (typeof value === "number" && Number.isInteger(value));
  const asInteger = type === undefined || type === "n"
    ? isWhole
    : type !== "n" && INTEGER_TYPES.includes(type);
  if (asInteger) return unsignedInteger(value, { type, precision, isAlternate });
  const size = Math.abs(Number(value));
  const plain = { digits: precision ?? 6, isAlternate };
  switch (type) {
    case "f":
    case "F":
      return parts(fixedDigits(size, plain));
    case "%":
      return parts(`${fixedDigits(size * 100, plain)}%`);
    case "e":
      return parts(scientificDigits(size, plain));
    case "E":
      return parts(scientificDigits(size, plain).toUpperCase());
    case "G":
      return parts(generalDigits(size, plain).toUpperCase());
    case "g":
    case "n":
      return parts(generalDigits(size, plain));
    default:
      if (precision !== undefined) return parts(generalDigits(size, { ...plain, keepsPoint: true }));
      return parts(textOf(value instanceof Double ? new Double(size) : size));
  }
}

function unsignedInteger(
  value: number | bigint | Double,
  { type, precision, isAlternate }: Pick<Format, "type" | "precision" | "isAlternate">,
): Unsigned {
  if (precision !== undefined) throw new RangeError("the value is a whole number, which has no precision");
  if (!Number.isInteger(Number(value))) throw new RangeError("the value is no whole number");
  const whole = BigInt(value instanceof Double ? value.valueOf() : value);
  const size = whole < 0n ? -whole : whole;
  if (type === "c") {
    if (whole < 0n || whole > 0x10ffffn) throw new RangeError("the value is no character");
    return { digits: String.fromCodePoint(Number(whole)) };
  }
  const text = size.toString(BASES[type ?? "d"] ?? 10);
  const prefix = isAlternate && type !== undefined && type in BASES ? `0${type}` : "";
  return { prefix, digits: type === "X" ? text.toUpperCase() : text };
}

function parts(text: string): Unsigned {
  const digits = /^\d*/.exec(text)![0];
  return { digits, tail: text.slice(digits.length) };
}
