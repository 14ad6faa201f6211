/**
 * A schema as the SQL statements that make its tables in SQLite, as the destination makes them.
 * @module
 */
import { createTable, storedColumns } from "../../destinations/sqlite_sql.ts";
import type { Schema } from "../schema.ts";
import type { Column, Table } from "../schema_types.ts";
import { type FormatOptions, oneLine, shownTables } from "./parts.ts";

/** One `CREATE TABLE` per table that has columns; descriptions are comments before it. */
export function schemaToSql(schema: Schema, options: FormatOptions = {}): string {
  return shownTables(schema, options).map((table) => `${statement(table)}\n`).join("\n");
}

function statement(table: Table): string {
  const columns = storedColumns(table);
  if (!columns.length) return comment(`table ${table.name} has no column that had a value`);
  const remarks = [
    ...describe("", table as { description?: string }),
    ...columns.flatMap((column) => describe(`${column.name}: `, column)),
  ];
  return [...remarks.map(comment), `${createTable(speakable(table))};`].join("\n");
}

function describe(prefix: string, { description }: { description?: string }): string[] {
  return description ? [`${prefix}${description}`] : [];
}

function comment(text: string): string {
  return `-- ${oneLine(text)}`;
}

/** SQLite reads a statement up to the first zero character, so no name can hold one, nor half a character. */
function speakable(table: Table): Table {
  const columns = [...table.columns.values()].map((column): Column => ({
    ...column,
    name: speak(column.name),
  }));
  return {
    ...table,
    name: speak(table.name),
    columns: new Map(columns.map((column) => [column.name, column])),
  };
}

function speak(name: string): string {
  return name.toWellFormed().replaceAll("\0", "\ufffd");
}
