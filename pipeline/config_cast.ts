/**
 * From what was found to the type a parameter has. Texts follow dlt's rules; values of TOML files and
 * arguments have types already and are only checked.
 * @module
 */
import { isTomlTable } from "./toml_file.ts";
import type { ParameterSpec, ParameterType } from "./parameters.ts";

/** A value of the right type, or what was expected instead. */
export type Cast = { value: unknown } | { problem: string };

const BOOLEANS = new Map([
  ...["yes", "true", "t", "y", "1"].map((word) => [word, true] as const),
  ...["no", "false", "f", "n", "0"].map((word) => [word, false] as const),
]);
const INTEGER_REGEXP = /^[+-]?(?:0[xX][0-9a-fA-F]+|\d+(?:_\d+)*)$/;
const NUMBER_REGEXP = /^[+-]?(?:(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|inf|infinity|nan)$/i;

/** Casts a value to the type of its parameter. */
export function cast(value: unknown, spec: ParameterSpec): Cast {
  const result = CASTS[spec.type](value);
  if ("value" in result && spec.range && !isWithin(result.value as number, spec.range)) {
    return { problem: rangeText(spec.range) };
  }
  if ("problem" in result || !spec.oneOf || spec.oneOf.includes(result.value as string)) return result;
  return { problem: `one of ${spec.oneOf.map((member) => `"${member}"`).join(", ")}` };
}

type Range = NonNullable<ParameterSpec["range"]>;

function isWithin(value: number, { min = -Infinity, above = -Infinity, max = Infinity }: Range): boolean {
  return value >= min && (value > above || above === -Infinity) && value <= max;
}

function rangeText({ min, above, max }: Range): string {
  const bounds = [
    min !== undefined && `at least ${min}`,
    above !== undefined && `above ${above}`,
    max !== undefined && `at most ${max}`,
  ];
  return `a number ${bounds.filter(Boolean).join(" and ")}`;
}

const CASTS: Record<ParameterType, (value: unknown) => Cast> = {
  text(value) {
    if (typeof value === "string") return { value };
    if (value instanceof Date) return { value: value.toISOString() };
    if (typeof value === "number" || typeof value === "bigint") return { value: String(value) };
    return { problem: "text in quotes" };
  },
  integer(value) {
    const number = typeof value === "string" ? integerOf(value.trim()) : value;
    return Number.isSafeInteger(number)
      ? { value: number }
      : { problem: "an integer up to 9007199254740991" };
  },
  number(value) {
    const number = typeof value === "string" ? numberOf(value.trim()) : value;
    return typeof number === "number" ? { value: number } : { problem: "a number" };
  },
  boolean(value) {
    if (typeof value === "boolean") return { value };
    const word = typeof value === "string" || typeof value === "number" ? String(value).toLowerCase() : "";
    const boolean = BOOLEANS.get(word);
    return boolean === undefined ? { problem: "true or false" } : { value: boolean };
  },
  list(value) {
    const list = typeof value === "string" ? jsonOf(value) : value;
    const problem = 'a list of texts, in the environment as JSON: ["one", "two"]';
    if (!Array.isArray(list)) return { problem };
    const isPlain = list.every((item) => ["string", "number", "bigint"].includes(typeof item));
    return isPlain ? { value: list.map(String) } : { problem };
  },
  object(value) {
    const object = typeof value === "string" ? jsonOf(value) : value;
    return isTomlTable(object)
      ? { value: object }
      : { problem: 'a table, in the environment as JSON: {"key": "value"}' };
  },
  json(value) {
    if (typeof value !== "string") return { value };
    const parsed = jsonOf(value);
    return parsed === undefined ? { problem: "JSON" } : { value: parsed };
  },
};

function integerOf(text: string): number | undefined {
  if (!INTEGER_REGEXP.test(text)) return undefined;
  const digits = text.replaceAll("_", "").replace(/^[+-]/, "");
  return Number(digits) * (text.startsWith("-") ? -1 : 1);
}

function numberOf(text: string): number | undefined {
  if (!NUMBER_REGEXP.test(text)) return undefined;
  return Number(text.replace(/inf(inity)?$/i, "Infinity").replace(/[+-]?nan$/i, "NaN"));
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
