/**
 * What stands in a database, without any judgement: tables, declared columns and rows. Both sides are read
 * into this form before they are compared.
 * @module
 */
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { DatabaseSync } from "sqlite";
import { Double, type JsonObject, type JsonValue, parseJson } from "../../pipeline/json.ts";

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

/** Texts as bytes, because the driver ends them at a NUL, and before each value its type. */
function selectAll(table: string, columns: readonly string[]): string {
  const cells = columns.map(quote).map((column) =>
    `typeof(${column}), CASE typeof(${column}) WHEN 'text' THEN CAST(${column} AS BLOB) ELSE ${column} END`
  );
  return `SELECT ${cells.join(", ")} FROM ${quote(table)} ORDER BY rowid`;
}

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** Cells of pairs of type and value. */
function rowOf(pairs: readonly unknown[]): JsonValue[] {
  const row: JsonValue[] = [];
  for (let at = 0; at < pairs.length; at += 2) {
    row.push(pairs[at] === "text" ? decoder.decode(pairs[at + 1] as Uint8Array) : cell(pairs[at + 1]));
  }
  return row;
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
      const statement = database.prepare(
        selectAll(String(name), columns.map((column) => String(column.name))),
      );
      statement.setReadBigInts(true);
      statement.setReturnArrays(true);
      tables[String(name)] = {
        columns: columns.map((column) => [String(column.name), String(column.type), Number(column.notnull)]),
        rows: (statement.all() as unknown as unknown[][]).map(rowOf),
      };
    }
  } finally {
    database.close();
  }
  return tables;
}

/** Reads a dataset of JSON lines, the files of a table in the order of their names. Keys have no order. */
export function readFiles(dataset: string): RawTables {
  const tables: Record<string, RawTable> = {};
  for (const table of entries(dataset)) {
    if (!table.isDirectory || table.name.startsWith(".")) continue;
    const folder = join(dataset, table.name);
    const rows = entries(folder).flatMap(({ name }) => recordsOf(join(folder, name)));
    const names = [...new Set(rows.flatMap((row) => Object.keys(row)))].sort();
    if (!rows.length) continue;
    tables[table.name] = {
      columns: names.map((name) => [name, "", 0]),
      rows: rows.map((row) => names.map((name) => row[name] ?? null)),
    };
  }
  return tables;
}

function entries(folder: string): Deno.DirEntry[] {
  try {
    return [...Deno.readDirSync(folder)].sort((left, right) => left.name < right.name ? -1 : 1);
  } catch {
    return [];
  }
}

function recordsOf(file: string): JsonObject[] {
  if (file.endsWith("init")) return [];
  const bytes = Deno.readFileSync(file);
  const text = decoder.decode(file.endsWith(".gz") ? gunzipSync(bytes) : bytes);
  return text.split("\n").filter(Boolean).map((line) => parseJson(line) as JsonObject);
}
