/**
 * A schema as a Mermaid entity-relationship diagram, which code forges draw inside Markdown.
 * @module
 */
import type { Schema } from "../schema.ts";
import type { Column, Table } from "../schema_types.ts";
import { type FormatOptions, oneLine, references, shownTables, Spellings, typedColumns } from "./parts.ts";

/** An `erDiagram` of the tables; names that Mermaid cannot write are spelt otherwise, with the name as comment. */
export function schemaToMermaid(schema: Schema, options: FormatOptions = {}): string {
  const tables = shownTables(schema, options);
  const links = references(tables);
  const names = new Spellings(entityName);
  const lines = ["erDiagram"];
  for (const table of tables) {
    const foreign = new Set(links.filter((link) => link.table === table.name).map(({ column }) => column));
    lines.push(...entity(table, names.of(table.name), foreign));
  }
  for (const { table, column, toTable } of links) {
    // Many rows of the one, none included, belong to exactly one row of the other.
    lines.push(`  "${names.of(toTable)}" ||--o{ "${names.of(table)}" : "${quotable(column)}"`);
  }
  return `${lines.join("\n")}\n`;
}

function entity(table: Table, name: string, foreign: ReadonlySet<string>): string[] {
  const columns = typedColumns(table);
  if (!columns.length) return [`  "${name}"`];
  const spell = new Spellings(attributeName);
  return [`  "${name}" {`, ...columns.map((column) => `    ${attribute(column, spell, foreign)}`), "  }"];
}

function attribute(column: Column, spell: Spellings, foreign: ReadonlySet<string>): string {
  const keys = [
    ...(column.primary_key ? ["PK"] : []),
    ...(foreign.has(column.name) ? ["FK"] : []),
    ...(column.unique ? ["UK"] : []),
  ];
  const name = spell.of(column.name);
  const remarks = [
    ...(name === column.name ? [] : [`named ${column.name}`]),
    ...(column.nullable === false ? ["not null"] : []),
    ...(column.description ? [column.description] : []),
  ].map((remark) => quotable(String(remark)));
  return [`${column.data_type}`, name, keys.join(", "), remarks.length ? `"${remarks.join("; ")}"` : ""]
    .filter(Boolean).join(" ");
}

/** The language has no escape for these inside quotes. */
function quotable(text: string): string {
  return oneLine(text).replaceAll('"', "'").replaceAll("\\", "/").replaceAll("%", "_");
}

function entityName(name: string): string {
  return quotable(name) || "_";
}

function attributeName(name: string): string {
  const plain = name.replace(/[^A-Za-z0-9_]/gu, "_").replace(/^(?=\d)|^$/, "_");
  return /^(?:pk|fk|uk)$/i.test(plain) ? `${plain}_` : plain;
}
