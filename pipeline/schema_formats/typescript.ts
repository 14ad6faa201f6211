/**
 * A schema as TypeScript types: an interface for the rows of each table, as a query returns them.
 * @module
 */
import type { Schema } from "../schema.ts";
import type { Column, DataType, Table } from "../schema_types.ts";
import {
  escaped,
  type FormatOptions,
  oneLine,
  shownTables,
  Spellings,
  typedColumns,
  typeText,
} from "./parts.ts";

const TYPES: Readonly<Record<DataType, string>> = {
  text: "string",
  bigint: "number | bigint",
  double: "number",
  bool: "0 | 1",
  timestamp: "string",
  date: "string",
  time: "string",
  decimal: "string",
  wei: "string",
  binary: "Uint8Array",
  json: "string",
};

/** One interface per table, and `Tables` with the row type of each table by its name. */
export function schemaToTypescript(schema: Schema, options: FormatOptions = {}): string {
  const tables = shownTables(schema, options).filter((table) => typedColumns(table).length);
  const names = new Spellings(interfaceName, ["tables", "uint8array"]);
  const interfaces = tables.map((table) => rowInterface(table, names.of(table.name)));
  const index = tables.map(({ name }) => `  ${propertyKey(name)}: ${names.of(name)};`);
  const all = ["/** The rows of each table. */", "export interface Tables {", ...index, "}"].join("\n");
  const head = `// Rows of the schema ${
    comment(schema.name)
  }, version ${schema.version}, as a query returns them.`;
  return [head, ...interfaces, all].map((part) => `${part}\n`).join("\n");
}

function rowInterface(table: Table, name: string): string {
  const { description } = table as { description?: string };
  const about = `The table ${table.name}${description ? `: ${description}` : ""}`;
  return [
    `/** ${comment(about)} */`,
    `export interface ${name} {`,
    ...typedColumns(table).flatMap(property),
    "}",
  ]
    .join("\n");
}

function property(column: Column): string[] {
  const isKey = column.primary_key ? ", primary key" : "";
  const about = `${typeText(column)}${isKey}${column.description ? `: ${column.description}` : ""}`;
  const type = TYPES[column.data_type!] ?? "unknown";
  const orNull = column.nullable === false ? "" : " | null";
  return [`  /** ${comment(about)} */`, `  ${propertyKey(column.name)}: ${type}${orNull};`];
}

function interfaceName(table: string): string {
  const words = table.split(/[^A-Za-z0-9]+/u).filter(Boolean);
  const name = words.map((word) => word[0].toUpperCase() + word.slice(1)).join("");
  return /^[A-Za-z]/.test(name) ? name : `_${name}`;
}

function propertyKey(name: string): string {
  return /^[A-Za-z_]\w*$/.test(name) ? name : escaped(JSON.stringify(name));
}

function comment(text: string): string {
  return oneLine(text).replaceAll("*/", "*\\/");
}
