/**
 * A schema as YAML: the file that dlt and Sluice exchange. Written so that readers of YAML 1.1, which dlt has,
 * and of YAML 1.2 read the same.
 * @module
 */
import { Document, type Pair, Scalar, visit } from "yaml";
import type { Schema } from "../schema.ts";
import { escaped, type FormatOptions, isUnprintable, schemaDocument } from "./parts.ts";

/** The schema's document as YAML. */
export function schemaToYaml(schema: Schema, options: FormatOptions = {}): string {
  const document = new Document(schemaDocument(schema, options), {
    version: "1.1",
    // A column may be called "<<", and is then no instruction to merge.
    merge: false,
    aliasDuplicateObjects: false,
  });
  visit(document, {
    Pair(_key, pair: Pair) {
      if (typeof pair.key === "string") pair.key = new Scalar(pair.key);
    },
    Scalar(_key, scalar) {
      if (typeof scalar.value === "string" && needsQuotes(scalar.value)) scalar.type = Scalar.QUOTE_DOUBLE;
    },
  });
  const text = document.toString(
    {
      indentSeq: false,
      lineWidth: 0,
      doubleQuotedAsJSON: true,
      directives: false,
      simpleKeys: false,
    } as Parameters<Document["toString"]>[0],
  );
  return escaped(text, "\n");
}

/** Whether a reader of any version might take it for something else than this text. */
function needsQuotes(text: string): boolean {
  return isUnprintable(text) || /^[<=]|^[-+.]?[\d_:.,]+$/.test(text) || text.length > 1000;
}
