/**
 * A schema as DBML, the language of database diagrams.
 * @module
 */
import type { Schema } from "../schema.ts";
import type { Column, Table } from "../schema_types.ts";
import {
  type FormatOptions,
  oneLine,
  references,
  shownTables,
  Spellings,
  typedColumns,
  typeText,
} from "./parts.ts";

/** One `Table` per table with its keys and notes, and a `Ref` from each child to its parent. */
export function schemaToDbml(schema: Schema, options: FormatOptions = {}): string {
  const tables = shownTables(schema, options).filter((table) => typedColumns(table).length);
  const names = new Spellings(plainName);
  const columns = new Map(tables.map(({ name }) => [name, new Spellings(plainName)]));
  const column = (table: string, name: string) => `"${columns.get(table)!.of(name)}"`;
  const blocks = tables.map((table) =>
    tableBlock(table, `"${names.of(table.name)}"`, (name) => column(table.name, name))
  );
  const refs = references(tables).map(({ table, column: from, toTable, toColumn }) =>
    `Ref: "${names.of(table)}".${column(table, from)} > "${names.of(toTable)}".${column(toTable, toColumn)}`
  );
  return [...blocks, ...(refs.length ? [refs.join("\n")] : [])].map((block) => `${block}\n`).join("\n");
}

function tableBlock(table: Table, name: string, spell: (column: string) => string): string {
  const columns = typedColumns(table);
  const key = columns.filter(({ primary_key }) => primary_key);
  const lines = columns.map((column) => {
    const settings = columnSettings(column, key.length === 1);
    return `  ${spell(column.name)} ${typeText(column)}${settings.length ? ` [${settings.join(", ")}]` : ""}`;
  });
  if (key.length > 1) {
    lines.push("", "  indexes {", `    (${key.map((column) => spell(column.name)).join(", ")}) [pk]`, "  }");
  }
  const { description } = table as { description?: string };
  if (description) lines.push("", `  Note: ${text(description)}`);
  return [`Table ${name} {`, ...lines, "}"].join("\n");
}

function columnSettings(column: Column, isOnlyKey: boolean): string[] {
  const settings: string[] = [];
  if (column.primary_key && isOnlyKey) settings.push("pk");
  if (column.nullable === false) settings.push("not null");
  if (column.unique) settings.push("unique");
  if (column.description) settings.push(`note: ${text(column.description)}`);
  return settings;
}

/** Quoted names have no escapes that all readers of DBML know. */
function plainName(name: string): string {
  return oneLine(name).replaceAll('"', "'").replaceAll("\\", "/") || "_";
}

function text(value: string): string {
  return `'${oneLine(String(value)).replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}
