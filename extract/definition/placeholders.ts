/**
 * Texts with placeholders: `{resources.<parent>.<field>}`, `{incremental.<name>}` and, in paths, `{<param>}`,
 * with Python's conversions and formats; doubled braces stand for single ones. A text is read once and filled
 * in for each request. Pure.
 * @module
 */
import { ConfigError, ExtractError } from "../../pipeline/errors.ts";
import { type JsonPath, jsonPath } from "../../pipeline/json_path.ts";
import type { JsonObject, JsonValue } from "../../pipeline/json.ts";
import { type Conversion, convert, type Format, formatValue, parseFormat, textOf } from "./python_format.ts";

/** One placeholder. */
export interface Placeholder {
  /** What stands between the braces, without conversion and format. */
  readonly expression: string;
  readonly reference: Reference;
  readonly conversion?: Conversion;
  readonly format?: Format;
  /** It alone makes up the text, so that its value can keep its type. */
  readonly isWhole: boolean;
}

/** A text in parts. */
export type Template = readonly (string | Placeholder)[];

/** A value that is not there: what holds it is left out of the request. */
export const ABSENT = Symbol("absent");

/** What placeholders can refer to. */
export interface Values {
  readonly parent?: { readonly name: string; readonly record: JsonObject };
  readonly incremental?: Readonly<Record<string, JsonValue | undefined>>;
}

/** Looks a placeholder's value up; undefined and null are no value. */
export type LookUp = (placeholder: Placeholder) => JsonValue | undefined;

/** What a placeholder's expression names. */
export type Reference =
  | { readonly kind: "resource"; readonly resource: string; readonly field: string }
  | { readonly kind: "incremental"; readonly attribute: string }
  | { readonly kind: "param"; readonly name: string };

const RESOURCE_REGEXP = /^resources\.([^.[\]]+)\.(.+)$/s;
const INCREMENTAL_REGEXP = /^incremental\.(\w+)$/;

/** Attributes of a cursor that placeholders can name. */
export const INCREMENTAL_ATTRIBUTES = ["start_value", "last_value", "initial_value", "end_value", "lag"];

/**
 * Takes a text apart.
 *
 * @throws {SyntaxError} what is wrong with its braces or formats, as the tail of a sentence
 */
export function parseTemplate(text: string): Template {
  const parts: (string | Placeholder)[] = [];
  let literal = "";
  for (let at = 0; at < text.length; at++) {
    const character = text[at]!;
    if (character !== "{" && character !== "}") literal += character;
    else if (text[at + 1] === character) {
      literal += character;
      at++;
    } else if (character === "}") {
      throw new SyntaxError('has a single "}"; write "}}" for the character itself');
    } else {
      const end = endOfPlaceholder(text, at + 1);
      if (literal) parts.push(literal);
      literal = "";
      parts.push(readPlaceholder(text.slice(at + 1, end), at === 0 && end === text.length - 1));
      at = end;
    }
  }
  if (literal) parts.push(literal);
  return parts;
}

/** Where the brace stands that ends a placeholder; braces and colons between brackets belong to the path there. */
function endOfPlaceholder(text: string, start: number): number {
  for (let at = start; at < text.length; at++) {
    if (text[at] === "[") at = endOfBrackets(text, at);
    if (text[at] === "}") return at;
    if (text[at] === "{") {
      throw new SyntaxError('has a "{" within {…}; double the braces that belong to the text: "{{" and "}}"');
    }
  }
  throw new SyntaxError('has a "{" without "}"; write "{{" for the character itself');
}

/** Where brackets end that begin here; at themselves when they never do. */
function endOfBrackets(text: string, start: number): number {
  let depth = 0;
  let quote = "";
  for (let at = start; at < text.length; at++) {
    const character = text[at]!;
    if (quote) {
      if (character === "\\") at++;
      else if (character === quote) quote = "";
    } else if (character === "'" || character === '"') quote = character;
    else if (character === "[") depth++;
    else if (character === "]" && --depth === 0) return at;
  }
  return start;
}

function readPlaceholder(inner: string, isAlone: boolean): Placeholder {
  const end = endOfExpression(inner);
  const expression = inner.slice(0, end).trim();
  if (!expression) {
    throw new SyntaxError("has an empty placeholder {}; write {{}} for the characters themselves");
  }
  const [whole, conversion, text] = /^(?:!(.?))?(?::(.*))?/s.exec(inner.slice(end))!;
  if (whole.length !== inner.length - end || (conversion !== undefined && !/^[sra]$/.test(conversion))) {
    throw new SyntaxError("has an unknown conversion in a placeholder; there are !s, !r and !a");
  }
  const format = text ? parseFormat(text) : undefined;
  if (text && !format) {
    throw new SyntaxError(
      "has an unknown format in a placeholder, needed one like :05d or :.2f; double braces that belong to the text",
    );
  }
  if (conversion !== undefined && format && !isForText(format)) {
    throw new SyntaxError("has a format for numbers behind a conversion; leave one of them out");
  }
  return {
    expression,
    reference: reference(expression),
    conversion: conversion as Conversion | undefined,
    format,
    isWhole: isAlone && !format && conversion === undefined,
  };
}

function endOfExpression(inner: string): number {
  for (let at = 0; at < inner.length; at++) {
    if (inner[at] === "[") at = endOfBrackets(inner, at);
    else if (inner[at] === "!" || inner[at] === ":") return at;
  }
  return inner.length;
}

function isForText({ type, sign, isAlternate, grouping, align }: Format): boolean {
  return (type === undefined || type === "s") && sign === "-" && !isAlternate && !grouping && align !== "=";
}

/** Reads an expression. Whatever is neither a parent's field nor a cursor counts as the name of a parameter. */
function reference(expression: string): Reference {
  const resource = RESOURCE_REGEXP.exec(expression);
  if (resource) return { kind: "resource", resource: resource[1]!, field: resource[2]! };
  const incremental = INCREMENTAL_REGEXP.exec(expression);
  if (incremental) return { kind: "incremental", attribute: incremental[1]! };
  return { kind: "param", name: expression };
}

/** The placeholder of a parent's field, as if it stood in a text alone. */
export function fieldPlaceholder(resource: string, field: string): Placeholder {
  const expression = `resources.${resource}.${field}`;
  return { expression, reference: { kind: "resource", resource, field }, isWhole: true };
}

/** A look-up in a parent's record and a cursor. */
export function lookUpIn({ parent, incremental }: Values): LookUp {
  return ({ expression, reference }) => {
    if (reference.kind === "resource" && reference.resource === parent?.name) {
      return parentValue(parent.record, reference, expression);
    }
    if (reference.kind === "incremental") return incremental?.[reference.attribute];
    throw new ConfigError(`Cannot fill in {${expression}}: it is neither a parent's field nor a cursor`, {
      code: "placeholder-unknown",
      next: "use {resources.<parent>.<field>} or {incremental.start_value}, or double the braces",
    });
  };
}

function parentValue(
  record: JsonObject,
  { resource, field }: { resource: string; field: string },
  expression: string,
): JsonValue {
  const value = fieldPath(field).first(record);
  if (value !== undefined) return value;
  const fields = Object.keys(record).slice(0, 20).join(", ");
  throw new ExtractError(
    `Cannot fill in {${expression}}: a record of "${resource}" has no field "${field}"`,
    {
      code: "placeholder-missing",
      next: `use one of its fields${fields ? `: ${fields}` : ", of which it has none"}`,
    },
  );
}

/**
 * The JSON path of a parent's field.
 *
 * @throws {ConfigError} "invalid-json-path"
 */
export function fieldPath(field: string): JsonPath {
  return jsonPath(field);
}

/** Fills a text in; {@link ABSENT} when a placeholder has no value. */
export function fill(
  template: Template,
  lookUp: LookUp,
  encode: (text: string, at: number) => string = (text) => text,
): string | typeof ABSENT {
  let text = "";
  for (const [at, part] of template.entries()) {
    if (typeof part === "string") {
      text += part;
      continue;
    }
    const value = lookUp(part);
    if (value === undefined || value === null) return ABSENT;
    text += encode(valueText(value, part), at);
  }
  return text;
}

/**
 * A value as its placeholder writes it.
 *
 * @throws {ExtractError} "placeholder-invalid" when the format cannot write it
 */
export function valueText(value: JsonValue, { expression, conversion, format }: Placeholder): string {
  const converted = conversion === undefined ? value : convert(value, conversion);
  if (!format) return textOf(converted);
  try {
    return formatValue(converted, format);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new ExtractError(`Cannot fill in {${expression}}: its format cannot write it, ${error.message}`, {
      code: "placeholder-invalid",
      next: "leave the format out, or change the value by a map in the parent's processing_steps",
    });
  }
}

/** Fills in a text of a JSON body: one placeholder alone keeps the type of its value, also null. */
export function fillJson(template: Template, lookUp: LookUp): JsonValue | typeof ABSENT {
  const [only] = template;
  if (template.length === 1 && typeof only === "object" && only.isWhole) return lookUp(only) ?? null;
  return fill(template, lookUp);
}
