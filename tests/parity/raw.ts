/**
 * What stands in a database, without any judgement: tables, declared columns and rows. Both sides are read
 * into this form before they are compared.
 * @module
 */
import { DatabaseSync } from "sqlite";
import { Double, type JsonValue } from "../../pipeline/json.ts";

/** One table: columns as name, declared type and whether null is refused; rows in the order of columns. */
export interface RawTable {
  readonly columns: readonly (readonly [name: string, type: string, notNull: number])[];
  readonly rows: readonly (readonly JsonValue[])[];
}

/** A database by table. */
export type RawTables = Readonly<Record<string, RawTable>>;

/** What one run left behind, and the error it ended with. */
export interface RawRun {
  readonly error?: { readonly kind: string; readonly text: string };
  readonly tables: RawTables;
}

function quote(identifier: string): string {
  return `"${identifier.replaceAll('"', '""')}"`;
}

/** A cell as JSON that tells integers, doubles, texts and bytes apart. */
function cell(value: unknown): JsonValue {
  if (typeof value === "bigint") {
    return value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER ? Number(value) : value;
  }
  if (typeof value === "number") {
    if (!Number.isFinite(value)) return { float: Number.isNaN(value) ? "nan" : value > 0 ? "inf" : "-inf" };
    return Number.isInteger(value) ? new Double(value) : value;
  }
  if (value instanceof Uint8Array) return { blob: value.toBase64() };
  return value as JsonValue;
}

/** Reads a whole SQLite file; none has no tables. */
export function readSqlite(file: string): RawTables {
  try {
    Deno.statSync(file);
  } catch {
    return {};
  }
  const tables: Record<string, RawTable> = {};
  const database = new DatabaseSync(file, { readOnly: true });
  try {
    const names = database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY rowid")
      .all();
    for (const { name } of names) {
      const columns: Record<string, unknown>[] = database.prepare(`PRAGMA table_info(${quote(String(name))})`)
        .all();
      const statement = database.prepare(`SELECT * FROM ${quote(String(name))} ORDER BY rowid`);
      statement.setReadBigInts(true);
      statement.setReturnArrays(true);
      tables[String(name)] = {
        columns: columns.map((column) => [String(column.name), String(column.type), Number(column.notnull)]),
        rows: (statement.all() as unknown as unknown[][]).map((row) => row.map(cell)),
      };
    }
  } finally {
    database.close();
  }
  return tables;
}
