/**
 * The part of Python's format language that placeholders use: `{value:>8}`, `{value:05d}`, `{value:.2f}`,
 * `{value!r}`. Pure.
 * @module
 */
import { Double, type JsonValue, stringifyJson } from "../pipeline/json.ts";

/** A value as text: texts as they are, `true` and `false` in lower case as APIs want them, the rest as JSON. */
export function textOf(value: JsonValue): string {
  if (typeof value === "string") return value;
  return stringifyJson(value);
}

const SPEC_REGEXP = /^(?:(.)?([<>=^]))?([+\- ])?(#)?(0)?(\d+)?([,_])?(?:\.(\d+))?([a-zA-Z%])?$/su;

/** Whether {@link formatValue} understands a format. */
export function isFormat(spec: string): boolean {
  const type = SPEC_REGEXP.exec(spec)?.[9];
  return SPEC_REGEXP.test(spec) && (type === undefined || "sdfFeEgGxXobcn%".includes(type));
}

/** A value written by a format. Texts ignore what only numbers have. */
export function formatValue(value: JsonValue, spec: string): string {
  const match = SPEC_REGEXP.exec(spec);
  if (!match || spec === "") return textOf(value);
  const [, fill, align, sign = "-", , zero, width = "0", grouping, precision, type] = match;
  const isNumber = typeof value === "number" || typeof value === "bigint" || value instanceof Double;
  const digits = precision === undefined ? undefined : Number(precision);
  let body = isNumber && type !== "s"
    ? numberText(value, { type, digits, sign, grouping })
    : textOf(value).slice(0, digits);
  const missing = Math.max(0, Number(width) - [...body].length);
  const padding = (fill ?? (zero ? "0" : " ")).repeat(missing);
  const where = align ?? (zero && isNumber ? "=" : isNumber ? ">" : "<");
  if (where === "<") return body + padding;
  if (where === ">") return padding + body;
  if (where === "^") {
    const left = Math.floor(missing / 2);
    const mark = fill ?? (zero ? "0" : " ");
    return mark.repeat(left) + body + mark.repeat(missing - left);
  }
  const lead = /^[+\- ]/.test(body) ? body[0] : "";
  body = body.slice(lead.length);
  return lead + padding + body;
}

interface NumberFormat {
  readonly type?: string;
  readonly digits?: number;
  readonly sign: string;
  readonly grouping?: string;
}

function numberText(value: number | bigint | Double, { type, digits, sign, grouping }: NumberFormat): string {
  const number = Number(value);
  const isNegative = number < 0 || Object.is(number, -0);
  const size = typeof value === "bigint" ? (value < 0n ? -value : value) : Math.abs(number);
  let text = unsignedText(size, type, digits);
  if (grouping) text = text.replace(/^\d+/, (whole) => whole.replace(/\B(?=(\d{3})+$)/g, grouping));
  return (isNegative ? "-" : sign === "-" ? "" : sign) + text;
}

function unsignedText(size: number | bigint, type: string | undefined, digits: number | undefined): string {
  const number = Number(size);
  switch (type) {
    case "f":
    case "F":
      return number.toFixed(digits ?? 6);
    case "e":
    case "E": {
      const text = number.toExponential(digits ?? 6).replace(/e([+-])(\d)$/, "e$10$2");
      return type === "E" ? text.toUpperCase() : text;
    }
    case "g":
    case "G":
      return String(Number(number.toPrecision(digits || 6)));
    case "%":
      return `${(number * 100).toFixed(digits ?? 6)}%`;
    case "x":
      return size.toString(16);
    case "X":
      return size.toString(16).toUpperCase();
    case "o":
      return size.toString(8);
    case "b":
      return size.toString(2);
    case "c":
      return String.fromCodePoint(number);
    default:
      return digits === undefined ? String(size) : String(Number(number.toPrecision(Math.max(1, digits))));
  }
}
