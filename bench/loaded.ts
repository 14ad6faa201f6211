/**
 * What is in a database that was loaded: its tables, their rows in batches, and checksums that are the same
 * for the same rows in any order.
 * @module
 */
import { hash } from "node:crypto";
import type { DatabaseSync, SQLInputValue } from "sqlite";
import { SYSTEM_TABLES } from "../pipeline/schema.ts";

/** A row as values in the order of its table's columns. */
export type Row = SQLInputValue[];

/** Rows read at once. */
const BATCH_ROWS = 5000;
/** Columns whose values are different in each run. */
export const RANDOM_IDS: readonly string[] = ["_dlt_id", "_dlt_load_id", "_dlt_parent_id", "_dlt_root_id"];

/** Tables that hold data. */
export function tableNames(database: DatabaseSync): string[] {
  const system: readonly string[] = Object.values(SYSTEM_TABLES);
  return database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY rowid").all()
    .map(({ name }: Record<string, unknown>) => String(name))
    .filter((name: string) => !system.includes(name));
}

/** A table and its rows, read when they are asked for. */
export interface LoadedTable {
  /** How it was made. */
  readonly sql: string;
  readonly columns: readonly string[];
  readonly batches: Iterable<Row[]>;
}

/** The rows of a table, or those of the newest load. */
export function loadedRows(
  database: DatabaseSync,
  table: string,
  { newestLoad = false, bigInts = false }: { newestLoad?: boolean; bigInts?: boolean } = {},
): LoadedTable {
  const { sql } = database.prepare("SELECT sql FROM sqlite_schema WHERE name = ?").get(table)!;
  const columns = columnNames(database, table);
  const newest = newestLoad ? `AND "_dlt_load_id" = (SELECT max("_dlt_load_id") FROM "${table}")` : "";
  const statement = database.prepare(
    `SELECT rowid, * FROM "${table}" WHERE rowid > ? ${newest} ORDER BY rowid LIMIT ${BATCH_ROWS}`,
  );
  statement.setReturnArrays(true);
  statement.setReadBigInts(bigInts);
  function* batches(): Generator<Row[]> {
    let last: SQLInputValue = 0;
    for (;;) {
      const rows = statement.all(last) as unknown as Row[];
      if (!rows.length) return;
      last = rows.at(-1)![0];
      for (const row of rows) row.shift();
      yield rows;
    }
  }
  return { sql: String(sql), columns, batches: batches() };
}

function columnNames(database: DatabaseSync, table: string): string[] {
  return database.prepare(`PRAGMA table_info("${table}")`).all()
    .map(({ name }: Record<string, unknown>) => String(name));
}

/** Rows that the newest load has written. Child tables do not say which load is theirs, and count whole. */
export function newestRows(database: DatabaseSync): number {
  return tableNames(database).reduce((sum, table) => {
    const newest = columnNames(database, table).includes("_dlt_load_id")
      ? `WHERE "_dlt_load_id" = (SELECT max("_dlt_load_id") FROM "${table}")`
      : "";
    return sum + Number(database.prepare(`SELECT count(*) AS rows FROM "${table}" ${newest}`).get()!.rows);
  }, 0);
}

/** What two tables must have in common to be the same. */
export interface Checksum {
  readonly rows: number;
  /** Names of the columns that are compared. */
  readonly columns: string;
  readonly sum: string;
  /** Rows whose parent is not there. */
  readonly orphans: number;
}

/** Checksums of all tables that hold data. `without` are columns that may differ. */
export function checksums(
  database: DatabaseSync,
  without: readonly string[] = RANDOM_IDS,
): Map<string, Checksum> {
  const tables = tableNames(database);
  return new Map(tables.map((table) => [table, checksum(database, table, { tables, without })]));
}

function checksum(
  database: DatabaseSync,
  table: string,
  { tables, without }: { tables: readonly string[]; without: readonly string[] },
): Checksum {
  const { columns, batches } = loadedRows(database, table, { bigInts: true });
  const compared = columns.filter((name) => !without.includes(name)).sort();
  const places = compared.map((name) => columns.indexOf(name));
  let rows = 0;
  let sum = 0n;
  for (const batch of batches) {
    rows += batch.length;
    for (const row of batch) sum += digest(places.map((place) => row[place]));
  }
  return {
    rows,
    columns: compared.join(", "),
    sum: (sum % 2n ** 64n).toString(16),
    orphans: orphans(database, table, { tables, columns }),
  };
}

function digest(values: Row): bigint {
  const text = values.map((value) => `${typeof value} ${value}`).join("\n");
  return hash("md5", text, "buffer").readBigUInt64LE();
}

function orphans(
  database: DatabaseSync,
  table: string,
  { tables, columns }: { tables: readonly string[]; columns: readonly string[] },
): number {
  const parent = tables.filter((name) => table.startsWith(`${name}__`))
    .sort((left, right) => right.length - left.length)[0];
  if (!columns.includes("_dlt_parent_id") || parent === undefined) return 0;
  const sql = `SELECT count(*) AS orphans FROM "${table}" WHERE "_dlt_parent_id" NOT IN ` +
    `(SELECT "_dlt_id" FROM "${parent}")`;
  return Number(database.prepare(sql).get()!.orphans);
}

/** What differs, a line per table. */
export function differences(
  left: ReadonlyMap<string, Checksum>,
  right: ReadonlyMap<string, Checksum>,
): string[] {
  const names = [...new Set([...left.keys(), ...right.keys()])].sort();
  return names.flatMap((name) => {
    const [one, other] = [left.get(name), right.get(name)];
    if (!one || !other) return [`${name} is there only once`];
    if (one.rows !== other.rows) return [`${name} has ${one.rows} and ${other.rows} rows`];
    if (one.columns !== other.columns) {
      return [`${name} has other columns: ${one.columns} | ${other.columns}`];
    }
    if (one.orphans !== other.orphans) return [`${name} has ${one.orphans} and ${other.orphans} orphans`];
    return one.sum === other.sum ? [] : [`${name} has other values`];
  });
}
