/**
 * One table of a query's database in memory, filled from lines of JSON. A table with a primary key that is
 * merged takes one row of each key, as its merge strategy says; its children keep the rows that belong to
 * those.
 * @module
 */
import type { DatabaseSync, SQLInputValue, StatementSync } from "sqlite";
import { Double, type JsonObject, type JsonValue, parseJson, stringifyJson } from "../pipeline/json.ts";
import type { MergeStrategy, Table } from "../pipeline/schema_types.ts";
import { loadIdOf } from "./filesystem_rows.ts";
import { quote, storedColumns } from "./sqlite_sql.ts";

/** What is known about a table. */
export interface ScratchOptions {
  readonly name: string;
  readonly described?: Table;
  /** The table that this one's rows belong to, filled. */
  readonly parent?: ScratchTable;
}

/** A table in memory. */
export class ScratchTable {
  readonly #database: DatabaseSync;
  readonly #options: ScratchOptions;
  readonly #table: string;
  /** The columns that make a row replace another; empty where all rows are shown. */
  readonly #key: readonly string[];
  readonly #strategy: MergeStrategy;
  readonly #columns: string[] = [];
  /** Places of columns by every spelling met. */
  readonly #places = new Map<string, number>();
  /** Which rows children may belong to, as `<load id> <row id>`; undefined where it is all of them. */
  #current?: Set<string>;
  #statement?: StatementSync;

  /** Creates the table when columns are known; otherwise its first row does. */
  constructor(database: DatabaseSync, options: ScratchOptions) {
    this.#database = database;
    this.#options = options;
    this.#table = quote(options.name);
    const { described, parent } = options;
    this.#strategy = described?.["x-merge-strategy"] ?? "delete-insert";
    this.#key = mergedKey(described);
    if (parent && parent.#current) this.#current = new Set();
    if (described) this.#createWith(storedColumns(described).map((column) => column.name));
    if (this.#key.length) {
      const index = quote(`_sluice_key_${options.name}`);
      database.exec(`CREATE UNIQUE INDEX ${index} ON ${this.#table} (${this.#key.map(quote).join(", ")})`);
    }
  }

  /** All known columns at once: altering a table costs more the wider it is. */
  #createWith(names: readonly string[]): void {
    for (const name of names) {
      const same = this.#columns.findIndex((column) => column.toLowerCase() === name.toLowerCase());
      this.#places.set(name, same === -1 ? this.#columns.push(name) - 1 : same);
    }
    if (this.#columns.length) {
      this.#database.exec(`CREATE TABLE ${this.#table} (${this.#columns.map(quote).join(", ")})`);
    }
  }

  /** Takes lines of one file; files come oldest load first. */
  insert(lines: readonly string[], fileName: string): void {
    const loadId = loadIdOf(fileName);
    for (const line of lines) {
      const row = parseJson(line) as JsonObject;
      if (!this.#isShown(row, loadId)) continue;
      const places = Object.keys(row).map((name) => this.#places.get(name) ?? this.#place(name));
      const values: SQLInputValue[] = new Array(this.#columns.length).fill(null);
      Object.values(row).forEach((value, index) => values[places[index]] = toSql(value));
      if (!this.#columns.length) continue;
      this.#statement ??= this.#database.prepare(this.#insertSql());
      this.#statement.run(...values);
    }
  }

  /** Call when all rows are in. */
  finish(): void {
    if (!this.#key.length) return;
    for (const { name, data_type, hard_delete } of this.#options.described!.columns.values()) {
      if (!hard_delete || !data_type) continue;
      const condition = data_type === "bool" ? "= 1" : "IS NOT NULL";
      this.#database.exec(`DELETE FROM ${this.#table} WHERE ${quote(name)} ${condition}`);
    }
    if (!this.#places.has("_dlt_load_id") || !this.#places.has("_dlt_id")) return;
    const rows = this.#database.prepare(`SELECT "_dlt_load_id" AS load, "_dlt_id" AS id FROM ${this.#table}`)
      .all();
    this.#current = new Set(rows.map(({ load, id }: Record<string, unknown>) => `${load} ${id}`));
  }

  /** Whether a row belongs to a row that is shown. Ids may come from keys, so the load counts too. */
  #isShown(row: JsonObject, loadId: string): boolean {
    const parent = this.#options.parent;
    if (!parent || !parent.#current) return true;
    const isShown = row._dlt_root_id === undefined
      ? parent.#current.has(`${loadId} ${row._dlt_parent_id}`)
      : parent.#root.#current!.has(`${loadId} ${row._dlt_root_id}`);
    if (isShown) this.#current!.add(`${loadId} ${row._dlt_id}`);
    return isShown;
  }

  get #root(): ScratchTable {
    const { parent } = this.#options;
    return parent ? parent.#root : this;
  }

  /** The place of a column, which is added when it is new. SQL does not tell names by case. */
  #place(name: string): number {
    let place = this.#columns.findIndex((column) => column.toLowerCase() === name.toLowerCase());
    if (place === -1) {
      place = this.#columns.push(name) - 1;
      this.#database.exec(
        place === 0
          ? `CREATE TABLE ${this.#table} (${quote(name)})`
          : `ALTER TABLE ${this.#table} ADD COLUMN ${quote(name)}`,
      );
      this.#statement = undefined;
    }
    this.#places.set(name, place);
    return place;
  }

  #insertSql(): string {
    const columns = this.#columns.map(quote);
    const values = `${this.#table} (${columns.join(", ")}) VALUES (${columns.map(() => "?").join(", ")})`;
    if (!this.#key.length) return `INSERT INTO ${values}`;
    if (this.#strategy === "insert-only") return `INSERT OR IGNORE INTO ${values}`;
    if (this.#strategy !== "coalesce") return `INSERT OR REPLACE INTO ${values}`;
    const updates = columns.map((column) => `${column} = coalesce(excluded.${column}, ${column})`);
    return `INSERT INTO ${values} ON CONFLICT (${this.#key.map(quote).join(", ")}) DO UPDATE SET ${
      updates.join(", ")
    }`;
  }
}

function mergedKey(described: Table | undefined): string[] {
  if (described?.write_disposition !== "merge") return [];
  return storedColumns(described).filter((column) => column.primary_key).map((column) => column.name);
}

function toSql(value: JsonValue): SQLInputValue {
  switch (typeof value) {
    case "boolean":
      return value ? 1n : 0n;
    case "number":
      // A number is bound as a floating-point one; only a bigint becomes an SQL integer.
      return Number.isInteger(value) ? BigInt(value) : value;
    case "bigint":
      return BigInt.asIntN(64, value) === value ? value : String(value);
    case "object":
      return value === null ? null : value instanceof Double ? value.valueOf() : stringifyJson(value);
    default:
      return value;
  }
}
