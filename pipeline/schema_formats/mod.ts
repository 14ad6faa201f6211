/**
 * A schema as text in several languages. A new format is a file beside this one and a line in this table.
 * @module
 */
import type { Schema } from "../schema.ts";
import type { FormatOptions } from "./parts.ts";

type Format = (schema: Schema, options?: FormatOptions) => string;

/** The name of a format. */
export type SchemaFormat = "yaml" | "json" | "dbml" | "mermaid" | "sql" | "typescript";

/** Loaded when they are needed: some bring libraries that a run has no use for. */
const FORMATS: Readonly<Record<SchemaFormat, () => Promise<Format>>> = {
  yaml: async () => (await import("./yaml.ts")).schemaToYaml,
  json: async () => (await import("./json.ts")).schemaToJson,
  dbml: async () => (await import("./dbml.ts")).schemaToDbml,
  mermaid: async () => (await import("./mermaid.ts")).schemaToMermaid,
  sql: async () => (await import("./sql.ts")).schemaToSql,
  typescript: async () => (await import("./typescript.ts")).schemaToTypescript,
};

/** The names of all formats. */
export const SCHEMA_FORMATS: readonly SchemaFormat[] = Object.keys(FORMATS) as SchemaFormat[];

/** A schema as text. */
export async function formatSchema(
  schema: Schema,
  format: SchemaFormat,
  options?: FormatOptions,
): Promise<string> {
  return (await FORMATS[format]())(schema, options);
}
