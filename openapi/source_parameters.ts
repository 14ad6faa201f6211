/**
 * Values that a document leaves open become parameters of the source, one for each name however many
 * endpoints need it; values that it gives become literals.
 * @module
 */
import { type Literal, type ParameterDescription, ParameterUse, type Value } from "./description.ts";
import { parameterName, pathWords, singular, snakeName, unusedName } from "./names.ts";
import type { Parameter } from "./operations.ts";
import { escapeBraces } from "./paths.ts";

/** Parameters of one source, collected while its endpoints are read. */
export interface SourceParameters {
  /** All so far. */
  all(): ParameterDescription[];
  /** The value of a query parameter or header: what the document gives, else a source parameter. */
  valueFor(parameter: Parameter): Value;
  /** The value of a path parameter that no parent gives, and the name it is bound by. */
  pathValueFor(
    parameter: Parameter | undefined,
    name: string,
    before: string,
  ): { name: string; value: Value };
}

/** Names that say nothing without what they belong to. */
const BARE_NAMES = new Set(["id", "uuid", "guid", "key", "name", "slug", "code", "number", "type", "value"]);
const MAX_TEXT = 500;
/** What a header can carry. */
const HEADER_TEXT_REGEXP = /^[\t\x20-\x7e\x80-\xff]*$/;

/** Starts a collection; `taken` are names that mean something else. */
export function sourceParameters(taken: readonly string[]): SourceParameters {
  const known = new Map<string, ParameterDescription>();
  const use = (wanted: string, parameter: Parameter | undefined, isText: boolean): ParameterUse => {
    const name = parameterName(
      taken.includes(wanted) ? unusedName([wanted, `${wanted}_value`], new Set(taken)) : wanted,
    );
    const type = isText ? "text" : typeOf(parameter);
    const before = known.get(name);
    // Endpoints that disagree on the type are both served by text.
    if (!before) known.set(name, describe(name, type, parameter));
    else if (before.type !== type) known.set(name, describe(name, "text", parameter));
    return new ParameterUse(name);
  };
  return {
    all: () => [...known.values()],
    valueFor(parameter) {
      const given = givenValue(parameter, ["default", "enum", "example", "examples"]);
      if (given !== undefined && parameter.place !== "header") return given;
      // What no header can carry is no example of one.
      if (given !== undefined && HEADER_TEXT_REGEXP.test(String(given))) return String(given);
      return use(snakeName(parameter.name) || "value", parameter, parameter.place === "header");
    },
    pathValueFor(parameter, raw, before) {
      const word = snakeName(raw) || "value";
      const owner = singular(pathWords(before).at(-1) ?? "");
      const name = parameterName(owner && BARE_NAMES.has(word) ? `${owner}_${word}` : word);
      const given = parameter && givenValue(parameter, ["default"]);
      if (given !== undefined && !Array.isArray(given)) return { name, value: given };
      const value = use(name, parameter, false);
      return { name: value.parameter, value };
    },
  };
}

function describe(
  name: string,
  type: ParameterDescription["type"],
  parameter: Parameter | undefined,
): ParameterDescription {
  const choices = textChoices(parameter);
  return {
    name,
    type,
    // The first of several choices lets a first run go through.
    ...(choices && type === "text" ? { default: choices[0], oneOf: choices } : { isRequired: true }),
    help: parameter?.description.trim() || `Value of ${name.replaceAll("_", " ")}.`,
    ...(type === "text" && !choices ? { placeholder: `your_${name}` } : {}),
  };
}

function textChoices(parameter: Parameter | undefined): string[] | undefined {
  const choices = parameter?.fact("enum");
  const isPlain = Array.isArray(choices) && choices.length > 0 && choices.length <= 20 &&
    choices.every((each) => typeof each === "string" && each.length <= 100);
  const isSendable = parameter?.place !== "header" ||
    (isPlain && choices.every((each) => HEADER_TEXT_REGEXP.test(each)));
  return isPlain && isSendable ? choices : undefined;
}

function typeOf(parameter: Parameter | undefined): ParameterDescription["type"] {
  const type = parameter?.shape.type;
  return type === "integer" || type === "number" || type === "boolean" ? type : "text";
}

/** The first usable value among some facts of a parameter. */
function givenValue(
  parameter: Parameter,
  facts: readonly string[],
): string | number | boolean | Literal[] | undefined {
  for (const key of facts) {
    const fact = parameter.fact(key);
    const value = usable(
      key === "enum" && Array.isArray(fact) ? fact[0] : key === "examples" ? firstExample(fact) : fact,
    );
    if (value !== undefined) return value;
  }
}

function firstExample(examples: unknown): unknown {
  if (Array.isArray(examples)) return examples[0];
  const [first] = Object.values(examples ?? {});
  return typeof first === "object" && first !== null && Object.hasOwn(first, "value")
    ? first.value
    : undefined;
}

/** Values of query parameters may hold placeholders, so braces that are none are doubled. */
function usable(value: unknown): string | number | boolean | Literal[] | undefined {
  if (typeof value === "string" && value !== "" && value.length <= MAX_TEXT) return escapeBraces(value);
  if (typeof value === "boolean" || Number.isFinite(value)) return value as boolean | number;
  if (!Array.isArray(value) || value.length === 0 || value.length > 20) return undefined;
  const items = value.map((each) => (Array.isArray(each) ? undefined : usable(each)));
  return items.every((each) => each !== undefined) ? items as Literal[] : undefined;
}
