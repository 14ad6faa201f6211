/**
 * A schema as text in several languages. A new format is a file beside this one and a line in this table.
 * @module
 */
import type { Schema } from "../schema.ts";
import { schemaToDbml } from "./dbml.ts";
import { schemaToJson } from "./json.ts";
import { schemaToMermaid } from "./mermaid.ts";
import type { FormatOptions } from "./parts.ts";
import { schemaToSql } from "./sql.ts";
import { schemaToTypescript } from "./typescript.ts";
import { schemaToYaml } from "./yaml.ts";

/** All formats by name. */
export const SCHEMA_FORMATS = {
  yaml: schemaToYaml,
  json: schemaToJson,
  dbml: schemaToDbml,
  mermaid: schemaToMermaid,
  sql: schemaToSql,
  typescript: schemaToTypescript,
} satisfies Record<string, (schema: Schema, options?: FormatOptions) => string>;

/** The name of a format. */
export type SchemaFormat = keyof typeof SCHEMA_FORMATS;
