/**
 * Placeholders in paths, parameters and headers: `{resources.<parent>.<path>}` and `{incremental.<name>}`.
 * Doubled braces stand for single ones.
 * @module
 */
import { ConfigError } from "../pipeline/errors.ts";
import { fieldAt } from "../pipeline/field_path.ts";
import type { JsonObject, JsonValue } from "../pipeline/json.ts";

const PLACEHOLDER_REGEXP = /\{\{|\}\}|\{([^{}]*)\}/g;
const PARENT_REGEXP = /^resources\.([^.]+)\.(.+)$/;

/** What placeholders can refer to. */
export interface Values {
  readonly parent?: { readonly name: string; readonly record: JsonObject };
  readonly incremental?: Readonly<Record<string, JsonValue | undefined>>;
}

/** The resource that a text's placeholders make its parent, if any. */
export function parentOf(texts: Iterable<string>): string | undefined {
  for (const text of texts) {
    for (const [, expression] of text.matchAll(PLACEHOLDER_REGEXP)) {
      const match = expression && PARENT_REGEXP.exec(expression);
      if (match) return match[1];
    }
  }
  return undefined;
}

/** Replaces all placeholders; `encode` is applied to each value, e.g. for use in a path. */
export function expand(
  text: string,
  values: Values,
  encode: (value: string) => string = (value) => value,
): string {
  return text.replace(PLACEHOLDER_REGEXP, (match, expression?: string) => {
    if (match === "{{") return "{";
    if (match === "}}") return "}";
    const value = lookUp(expression ?? "", values);
    return encode(typeof value === "string" ? value : JSON.stringify(value));
  });
}

function lookUp(expression: string, values: Values): JsonValue {
  const parent = PARENT_REGEXP.exec(expression);
  if (parent && values.parent?.name === parent[1]) {
    const value = fieldAt(values.parent.record, parent[2]);
    if (value !== undefined) return value;
    throw new ConfigError(
      `Cannot fill in {${expression}}: records of "${parent[1]}" have no field "${parent[2]}"`,
      {
        code: "placeholder-missing",
        next: `the fields are ${Object.keys(values.parent.record).slice(0, 20).join(", ")}`,
      },
    );
  }
  const name = /^incremental\.(\w+)$/.exec(expression)?.[1];
  if (name && values.incremental && values.incremental[name] !== undefined) return values.incremental[name];
  throw new ConfigError(`Cannot fill in {${expression}}: it is neither a parent's field nor a cursor`, {
    code: "placeholder-unknown",
    next: "use {resources.<parent>.<field>} or {incremental.start_value}, or double the braces",
  });
}
