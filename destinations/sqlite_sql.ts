/**
 * SQL text for SQLite: names, types and tables. Pure.
 * @module
 */
import type { Column, Table } from "../pipeline/schema_types.ts";

/** Quotes an identifier, whatever it holds. */
export function quote(identifier: string): string {
  return `"${identifier.replaceAll('"', '""')}"`;
}

/** Quotes identifiers, with commas between them. */
export const quoteAll = (identifiers: readonly string[]) => identifiers.map(quote).join(", ");

/** The declared type of a column: dlt's for SQLite, except that decimals stay text and keep their digits. */
export function columnType(column: Column): string {
  switch (column.data_type!) {
    case "text":
      return column.precision ? `VARCHAR(${column.precision})` : column.unique ? "VARCHAR(128)" : "TEXT";
    case "bigint":
      return integerType(column.precision);
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

/** SQLite takes all of them for the same; who reads the declaration does not. */
function integerType(bits = 64): string {
  return bits <= 16 ? "SMALLINT" : bits <= 32 ? "INTEGER" : "BIGINT";
}

/** Columns that exist at the destination: those that ever had a value or a declared type. */
export function storedColumns(table: Pick<Table, "columns">): Column[] {
  return [...table.columns.values()].filter((column) => column.data_type);
}

/** `CREATE TABLE`, with `TEMP ` one that lasts as long as the connection. */
export function createTable(table: Pick<Table, "name" | "columns">, kind: "" | "TEMP " = ""): string {
  const columns = storedColumns(table).map((column) =>
    `${quote(column.name)} ${columnType(column)}${column.nullable === false ? " NOT NULL" : ""}`
  );
  return `CREATE ${kind}TABLE ${quote(table.name)} (${columns.join(", ")})`;
}

/** `ALTER TABLE` for a column found later; rows that are already there have no value, so it is nullable. */
export function addColumn(table: string, column: Column): string {
  return `ALTER TABLE ${quote(table)} ADD COLUMN ${quote(column.name)} ${columnType(column)}`;
}

/**
 * Copies all rows. `sameColumns` says that the tables have the same ones in the same order: then rows are copied
 * as they are.
 */
export function copyRows(from: string, to: string, columns: readonly string[], sameColumns: boolean): string {
  if (sameColumns) return `INSERT INTO main.${quote(to)} SELECT * FROM temp.${quote(from)}`;
  const names = quoteAll(columns);
  return `INSERT INTO main.${quote(to)} (${names}) SELECT ${names} FROM temp.${quote(from)}`;
}

/** A multi-row insert with numbered parameters. */
export function insertRows(table: string, columns: readonly string[], rows: number): string {
  const row = `(${columns.map(() => "?").join(",")})`;
  return `INSERT INTO ${quote(table)} (${quoteAll(columns)}) VALUES ${Array(rows).fill(row).join(",")}`;
}

/** Gives child rows the key of their root row, by way of their parent. */
export function handDownRootIds(child: string, parent: string, parentIsChild: boolean): string {
  return `UPDATE ${quote(child)} AS c SET "_dlt_root_id" = (SELECT p.${
    parentIsChild ? '"_dlt_root_id"' : '"_dlt_id"'
  } ` +
    `FROM ${quote(parent)} AS p WHERE p."_dlt_id" = c."_dlt_parent_id") WHERE c."_dlt_root_id" IS NULL`;
}

/** The condition that two rows, called by their aliases, have the same key; a key with a gap is the same as none. */
export function sameKey(left: string, right: string, columns: readonly string[]): string {
  return columns.map((column) => `${left}.${quote(column)} = ${right}.${quote(column)}`).join(" AND ");
}
