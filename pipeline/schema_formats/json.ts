/**
 * A schema as JSON, with the structure of dlt's files.
 * @module
 */
import { stringifyJson } from "../json.ts";
import type { Schema } from "../schema.ts";
import { escaped, type FormatOptions, schemaDocument } from "./parts.ts";

/** The schema's document as indented JSON. */
export function schemaToJson(schema: Schema, options: FormatOptions = {}): string {
  // Indenting what was serialised digit for digit keeps the digits: it goes through text only.
  return `${escaped(indented(stringifyJson(schemaDocument(schema, options))), "\n")}\n`;
}

/** Compact JSON with a line for each key and item. */
function indented(json: string): string {
  let depth = 0;
  const line = () => `\n${"  ".repeat(depth)}`;
  return json.replace(/"(?:[^"\\]|\\.)*"|\{\}|\[\]|[{}[\],:]/g, (token) => {
    switch (token) {
      case "{":
      case "[":
        depth++;
        return token + line();
      case "}":
      case "]":
        depth--;
        return line() + token;
      case ",":
        return token + line();
      case ":":
        return ": ";
      default:
        return token;
    }
  });
}
