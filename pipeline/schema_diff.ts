/**
 * What changed between two versions of a schema: tables and columns that came or went, types and hints.
 * @module
 */
import { canonicalJson } from "./json.ts";
import { isSystemTable, oneLine, typeText } from "./schema_formats/parts.ts";
import type { Schema } from "./schema.ts";
import type { Column, Table } from "./schema_types.ts";

/** One change. `hint` and its values are there where a table or column was there before and after. */
export interface SchemaChange {
  readonly change: "added" | "removed" | "changed";
  readonly table: string;
  /** Absent where the change is the table's own. */
  readonly column?: string;
  readonly hint?: string;
  /** Undefined where there was none. */
  readonly from?: unknown;
  readonly to?: unknown;
  /** Hints of a column that was added; a table that was added lists its columns as changes of their own. */
  readonly hints?: Readonly<Record<string, unknown>>;
}

/** All changes, in the order of the newer schema's tables and columns; bookkeeping tables are left out. */
export function schemaChanges(from: Schema | undefined, to: Schema): SchemaChange[] {
  const before = dataTables(from);
  const after = dataTables(to);
  return [
    ...[...after.values()].flatMap((table) => tableChanges(before.get(table.name), table)),
    ...[...before.keys()].filter((name) => !after.has(name)).map((table) => ({
      change: "removed" as const,
      table,
    })),
  ];
}

function dataTables(schema: Schema | undefined): Map<string, Table> {
  return new Map([...schema?.tables ?? []].filter(([name]) => !isSystemTable(name)));
}

function tableChanges(from: Table | undefined, to: Table): SchemaChange[] {
  const table = to.name;
  const own: SchemaChange[] = from
    ? hintChanges(tableHints(from), tableHints(to)).map((each) => ({ ...each, table }))
    : [{ change: "added", table, hints: tableHints(to) }];
  const columns = [...to.columns.values()].flatMap((column) =>
    columnChanges(table, from?.columns.get(column.name), column)
  );
  const gone = [...from?.columns.keys() ?? []].filter((name) => !to.columns.has(name));
  return [...own, ...columns, ...gone.map((column) => ({ change: "removed" as const, table, column }))];
}

function columnChanges(table: string, from: Column | undefined, to: Column): SchemaChange[] {
  const place = { table, column: to.name };
  const { name: _name, ...hints } = to;
  if (!from) return [{ change: "added", ...place, hints }];
  const { name: _old, ...before } = from;
  return hintChanges(before, hints).map((each) => ({ ...each, ...place }));
}

function tableHints({ name: _name, columns: _columns, ...hints }: Table): Record<string, unknown> {
  return hints;
}

function hintChanges(
  from: Readonly<Record<string, unknown>>,
  to: Readonly<Record<string, unknown>>,
): { change: "changed"; hint: string; from?: unknown; to?: unknown }[] {
  const names = [...new Set([...Object.keys(to), ...Object.keys(from)])];
  return names.filter((hint) => canonicalJson(from[hint] ?? null) !== canonicalJson(to[hint] ?? null))
    .map((hint) => ({ change: "changed", hint, from: from[hint], to: to[hint] }));
}

const SIGNS = { added: "+", removed: "-", changed: "~" } as const;

/** The changes for a person, a line for each, columns below their table. */
export function formatChanges(changes: readonly SchemaChange[]): string {
  const lines: string[] = [];
  for (const [table, ofTable] of Map.groupBy(changes, (each) => each.table)) {
    const own = ofTable.find(({ column, change }) => column === undefined && change !== "changed");
    lines.push(`${SIGNS[own?.change ?? "changed"]} table ${oneLine(table)}`);
    for (const each of ofTable) if (each !== own) lines.push(`  ${changeLine(each)}`);
  }
  return lines.join("\n");
}

function changeLine({ change, column, hint, from, to, hints }: SchemaChange): string {
  const what = column === undefined ? "" : `column ${oneLine(column)}`;
  const start = `${SIGNS[change]} ${what}`;
  if (hint !== undefined) return `${start}${what && ": "}${hint} ${valueText(from)} → ${valueText(to)}`;
  return hints ? `${start} ${columnText(hints as Omit<Column, "name">)}` : start;
}

/** The type and what is said besides. */
function columnText(hints: Omit<Column, "name">): string {
  const { data_type, precision: _precision, scale: _scale, nullable, ...rest } = hints;
  const said = Object.entries(rest).filter(([, value]) => value !== undefined && value !== false);
  const parts = [
    data_type ? typeText({ name: "", ...hints }) : "without type, no value yet",
    ...(nullable === false ? ["not null"] : []),
    ...said.map(([hint, value]) => value === true ? hint : `${hint} ${valueText(value)}`),
  ];
  return parts.join(", ");
}

function valueText(value: unknown): string {
  if (value === undefined || value === null) return "absent";
  return oneLine(typeof value === "string" ? value : canonicalJson(value));
}
