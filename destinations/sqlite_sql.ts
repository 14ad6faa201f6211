/**
 * SQL text for SQLite: names, types, tables and the statements that remove what a load supersedes. Pure.
 * @module
 */
import type { Column, Table } from "../pipeline/schema_types.ts";

/** Quotes an identifier, whatever it holds. */
export function quote(identifier: string): string {
  return `"${identifier.replaceAll('"', '""')}"`;
}

const quoteAll = (identifiers: readonly string[]) => identifiers.map(quote).join(", ");

/** The declared type of a column: dlt's for SQLite, except that decimals stay text and keep their digits. */
export function columnType(column: Column): string {
  switch (column.data_type!) {
    case "text":
      return column.precision ? `VARCHAR(${column.precision})` : column.unique ? "VARCHAR(128)" : "TEXT";
    case "bigint":
      return "BIGINT";
    case "double":
      return "DOUBLE";
    case "bool":
      return "BOOLEAN";
    case "timestamp":
      return "DATETIME";
    case "date":
      return "DATE";
    case "time":
      return "TIME";
    case "binary":
      return "BLOB";
    case "json":
      return "JSON";
    case "decimal":
    case "wei":
      return "TEXT";
  }
}

/** Columns that exist at the destination: those that ever had a value or a declared type. */
export function storedColumns(table: Table): Column[] {
  return [...table.columns.values()].filter((column) => column.data_type);
}

/** `CREATE TABLE` with all columns known so far. */
export function createTable(table: Table): string {
  const columns = storedColumns(table).map((column) =>
    `${quote(column.name)} ${columnType(column)}${column.nullable === false ? " NOT NULL" : ""}`
  );
  return `CREATE TABLE ${quote(table.name)} (${columns.join(", ")})`;
}

/** `ALTER TABLE` for a column found later; rows that are already there have no value, so it is nullable. */
export function addColumn(table: string, column: Column): string {
  return `ALTER TABLE ${quote(table)} ADD COLUMN ${quote(column.name)} ${columnType(column)}`;
}

/** A multi-row insert with numbered parameters. */
export function insertRows(table: string, columns: readonly string[], rows: number): string {
  const row = `(${columns.map(() => "?").join(",")})`;
  return `INSERT INTO ${quote(table)} (${quoteAll(columns)}) VALUES ${Array(rows).fill(row).join(",")}`;
}

/** An index that makes a merge cost what changed, not what exists. */
export function createIndex(table: string, columns: readonly string[]): string {
  return `CREATE INDEX IF NOT EXISTS ${quote(`_dlt_ix_${table}__${columns.join("__")}`)} ON ${
    quote(table)
  } (${quoteAll(columns)})`;
}

function sameKey(left: string, right: string, columns: readonly string[]): string {
  return columns.map((column) => `${left}.${quote(column)} = ${right}.${quote(column)}`).join(" AND ");
}

/** Temporary tables of a publish: row ids that go, and the keys that a walk listed. */
export const DOOMED = "temp._sluice_doomed";
export const SCOPE = "temp._sluice_scope";

const doom = (select: string) => `INSERT OR IGNORE INTO ${DOOMED} ${select}`;

/** Rows give way to a later row with the same key. `?1` is the last row id before this load. */
export function doomSuperseded(table: string, key: readonly string[]): string {
  const name = quote(table);
  return doom(
    `SELECT o.rowid FROM ${name} AS n CROSS JOIN ${name} AS o ON ${sameKey("o", "n", key)} ` +
      `WHERE n.rowid > ?1 AND o.rowid < n.rowid`,
  );
}

/** New rows give way to an earlier row with the same key. */
export function doomRepeated(table: string, key: readonly string[]): string {
  const name = quote(table);
  return doom(
    `SELECT n.rowid FROM ${name} AS n WHERE n.rowid > ?1 AND EXISTS ` +
      `(SELECT 1 FROM ${name} AS o WHERE ${sameKey("o", "n", key)} AND o.rowid < n.rowid)`,
  );
}

/** Old rows give way to new ones with the same merge key, which may be many on both sides. */
export function doomByMergeKey(table: string, key: readonly string[]): string {
  const name = quote(table);
  return doom(
    `SELECT o.rowid FROM ${name} AS n CROSS JOIN ${name} AS o ON ${sameKey("o", "n", key)} ` +
      `WHERE n.rowid > ?1 AND o.rowid <= ?1`,
  );
}

function scopeKey(columns: readonly string[]): string {
  return columns.map((column, index) => `o.${quote(column)} = s.k${index}`).join(" AND ");
}

/** Old rows of keys that were read again in full. */
export function doomWalked(table: string, columns: readonly string[]): string {
  return doom(
    `SELECT o.rowid FROM ${SCOPE} AS s CROSS JOIN ${quote(table)} AS o ON ${scopeKey(columns)} ` +
      `WHERE s.walked AND o.rowid <= ?1`,
  );
}

/** Old rows whose key a complete listing did not name. */
export function doomUnlisted(table: string, columns: readonly string[]): string {
  return doom(
    `SELECT o.rowid FROM ${quote(table)} AS o WHERE o.rowid <= ?1 AND NOT EXISTS ` +
      `(SELECT 1 FROM ${SCOPE} AS s WHERE ${scopeKey(columns)})`,
  );
}

/** Statement that creates the table of listed keys. */
export function createScope(columns: number): string {
  const keys = Array.from({ length: columns }, (_, index) => `k${index}`);
  return `CREATE TABLE ${SCOPE} (${
    keys.map((key) => `${key} TEXT`).join(", ")
  }, walked INTEGER, PRIMARY KEY (${keys.join(", ")})) WITHOUT ROWID`;
}

/** Children of doomed root rows. */
export function deleteChildrenOfDoomed(child: string, root: string): string {
  return `DELETE FROM ${quote(child)} WHERE "_dlt_root_id" IN (SELECT r."_dlt_id" FROM ${DOOMED} AS d ` +
    `CROSS JOIN ${quote(root)} AS r ON r.rowid = d.id)`;
}

/** The doomed root rows themselves. */
export function deleteDoomed(root: string): string {
  return `DELETE FROM ${quote(root)} WHERE rowid IN (SELECT id FROM ${DOOMED})`;
}

/** Gives child rows the key of their root row, by way of their parent. */
export function handDownRootIds(child: string, parent: string, parentIsChild: boolean): string {
  return `UPDATE ${quote(child)} AS c SET "_dlt_root_id" = (SELECT p.${
    parentIsChild ? '"_dlt_root_id"' : '"_dlt_id"'
  } ` +
    `FROM ${quote(parent)} AS p WHERE p."_dlt_id" = c."_dlt_parent_id") WHERE c."_dlt_root_id" IS NULL`;
}

/** New rows take from older rows with the same key what they do not say themselves. */
export function fillFromOlder(table: string, columns: readonly string[], key: readonly string[]): string {
  const name = quote(table);
  const older = (column: string) =>
    `(SELECT o.${quote(column)} FROM ${name} AS o WHERE ${sameKey("o", "n", key)} AND o.rowid < n.rowid ` +
    `AND o.${quote(column)} IS NOT NULL ORDER BY o.rowid DESC LIMIT 1)`;
  const assignments = columns.map((column) =>
    `${quote(column)} = coalesce(n.${quote(column)}, ${older(column)})`
  );
  return `UPDATE ${name} AS n SET ${assignments.join(", ")} WHERE n.rowid > ?1`;
}
