/**
 * Texts with placeholders: `{resources.<parent>.<field>}`, `{incremental.<name>}` and, in paths, `{<param>}`,
 * with Python's conversions and formats; doubled braces stand for single ones. A text is read once and filled
 * in for each request. Pure.
 * @module
 */
import { ConfigError, ExtractError } from "../pipeline/errors.ts";
import { jsonPath } from "../pipeline/json_path.ts";
import type { JsonObject, JsonValue } from "../pipeline/json.ts";
import { formatValue, isFormat, textOf } from "./python_format.ts";

/** One placeholder. */
export interface Placeholder {
  /** What stands between the braces, without conversion and format. */
  readonly expression: string;
  readonly format: string;
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

const RESOURCE_REGEXP = /^resources\.([^.[\]]+)[.](.+)$/s;
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
    if ((character === "{" || character === "}") && text[at + 1] === character) {
      literal += character;
      at++;
      continue;
    }
    if (character === "}") throw new SyntaxError('has a single "}"; write "}}" for the character itself');
    if (character !== "{") {
      literal += character;
      continue;
    }
    const end = text.indexOf("}", at);
    if (end < 0) throw new SyntaxError('has a "{" without "}"; write "{{" for the character itself');
    if (literal) parts.push(literal);
    literal = "";
    parts.push(readPlaceholder(text.slice(at + 1, end), at === 0 && end === text.length - 1));
    at = end;
  }
  if (literal) parts.push(literal);
  return parts;
}

function readPlaceholder(inner: string, isAlone: boolean): Placeholder {
  const [, expression, conversion, format = ""] = /^(.*?)(?:!([a-z]))?(?::([^:]*))?$/s.exec(inner)!;
  if (conversion !== undefined && !"sra".includes(conversion)) {
    throw new SyntaxError(`has an unknown conversion "!${conversion}"`);
  }
  if (!isFormat(format)) throw new SyntaxError(`has an unknown format ":${format}"`);
  const trimmed = expression!.trim();
  if (!trimmed) {
    throw new SyntaxError("has an empty placeholder {}; write {{}} for the characters themselves");
  }
  return { expression: trimmed, format, isWhole: isAlone && format === "" && conversion === undefined };
}

/** What a placeholder's expression names. */
export type Reference =
  | { readonly kind: "resource"; readonly resource: string; readonly field: string }
  | { readonly kind: "incremental"; readonly attribute: string }
  | { readonly kind: "param"; readonly name: string };

/** Reads an expression. Whatever is neither a parent's field nor a cursor counts as the name of a parameter. */
export function reference(expression: string): Reference {
  const resource = RESOURCE_REGEXP.exec(expression);
  if (resource) return { kind: "resource", resource: resource[1]!, field: resource[2]! };
  const incremental = INCREMENTAL_REGEXP.exec(expression);
  if (incremental) return { kind: "incremental", attribute: incremental[1]! };
  return { kind: "param", name: expression };
}

/** A look-up in a parent's record and a cursor. */
export function lookUpIn(values: Values): LookUp {
  return ({ expression }) => {
    const found = reference(expression);
    if (found.kind === "resource" && found.resource === values.parent?.name) {
      return parentValue(values.parent.record, found, expression);
    }
    if (found.kind === "incremental") return values.incremental?.[found.attribute];
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
  const value = jsonPath(field).first(record);
  if (value !== undefined) return value;
  throw new ExtractError(
    `Cannot fill in {${expression}}: a record of "${resource}" has no field "${field}"`,
    {
      code: "placeholder-missing",
      next: `use one of its fields: ${Object.keys(record).slice(0, 20).join(", ")}`,
    },
  );
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
    text += encode(part.format ? formatValue(value, part.format) : textOf(value), at);
  }
  return text;
}

/** Fills in a text of a JSON body: one placeholder alone keeps the type of its value, also null. */
export function fillJson(template: Template, lookUp: LookUp): JsonValue | typeof ABSENT {
  const [only] = template;
  if (template.length === 1 && typeof only === "object" && only.isWhole) return lookUp(only) ?? null;
  return fill(template, lookUp);
}
