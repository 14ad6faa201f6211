/**
 * A schema as YAML: the file that dlt and Sluice exchange. Written so that readers of YAML 1.1, which dlt has,
 * and of YAML 1.2 read the same.
 * @module
 */
import { Document, Scalar, visit } from "yaml";
import type { Schema } from "../schema.ts";
import { escaped, type FormatOptions, isUnprintable, schemaDocument } from "./parts.ts";

/** The schema's document as YAML. */
export function schemaToYaml(schema: Schema, options: FormatOptions = {}): string {
  const document = new Document(schemaDocument(schema, options), {
    version: "1.1",
    // A column may be called "<<", and is then no instruction to merge.
    customTags: (tags) =>
      tags.filter((tag) => typeof tag === "string" || tag.tag !== "tag:yaml.org,2002:merge"),
    aliasDuplicateObjects: false,
  });
  visit(document, {
    Scalar(_key, scalar) {
      if (typeof scalar.value === "string" && needsQuotes(scalar.value)) scalar.type = Scalar.QUOTE_DOUBLE;
    },
  });
  const text = document.toString({ indentSeq: false, lineWidth: 0, doubleQuotedAsJSON: true });
  return escaped(text, "\n");
}

/** Whether a reader of any version might take it for something else than this text. */
function needsQuotes(text: string): boolean {
  return isUnprintable(text) || /^[<=]|^[-+.]?[\d_:.,]+$/.test(text) || text.length > 1000;
}
