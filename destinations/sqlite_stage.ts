/**
 * The rows of a load before it is published: temporary tables of the connection, which nobody else sees and for
 * which no lock is held, so that rows can come in for as long as an API takes.
 * @module
 */
import type { DatabaseSync, SQLInputValue, StatementSync } from "sqlite";
import type { Column, RowBatch, SqlValue, Table } from "../pipeline/schema_types.ts";
import * as sql from "./sqlite_sql.ts";

/** Parameters of one statement; beyond this, preparing costs more than it saves. */
const PARAMETERS_PER_STATEMENT = 2000;

const STAGE = "_sluice_new_";

/** The new rows of one table. */
export interface StagedTable {
  /** The table they are for. */
  readonly name: string;
  /** The temporary table that holds them. */
  readonly stage: string;
  /** Columns the table was made with, and those that came later, which rows before them lack. */
  readonly first: readonly Column[];
  readonly later: Column[];
  /** Rows that came in. */
  rows: number;
}

/** New rows of all tables of a load. */
export class StagedRows {
  readonly #database: DatabaseSync;
  readonly #tables = new Map<string, StagedTable>();
  readonly #statements = new Map<string, StatementSync>();

  constructor(database: DatabaseSync) {
    this.#database = database;
    // They vanish with the connection: what is needed to undo a step need not be on a disk.
    database.exec("PRAGMA temp.journal_mode = MEMORY");
    // An earlier load of the connection leaves its rows: mostly the connection ends with it, which costs nothing.
    const left = database.prepare("SELECT name FROM temp.sqlite_schema WHERE name GLOB ?").all(`${STAGE}*`);
    for (const { name } of left) database.exec(`DROP TABLE temp.${sql.quote(String(name))}`);
  }

  /** Makes or widens the place for a table's rows. */
  migrate(table: Table): void {
    const wanted = sql.storedColumns(table);
    const staged = this.#tables.get(table.name);
    if (!staged) {
      if (wanted.length) this.#create(table.name, wanted);
      return;
    }
    const known = new Set(columnsOf(staged).map(({ name }) => name));
    for (const column of wanted) {
      if (known.has(column.name)) continue;
      this.#database.exec(sql.addColumn(staged.stage, column));
      staged.later.push(column);
    }
  }

  #create(name: string, first: Column[]): void {
    const stage = `${STAGE}${this.#tables.size}`;
    this.#database.exec(sql.createTable(tableOf(stage, first), "TEMP "));
    this.#tables.set(name, { name, stage, first, later: [], rows: 0 });
  }

  /** Takes rows of a table that has its place. */
  write({ table, rows }: RowBatch): void {
    const places: number[] = [];
    const columns: Column[] = [];
    let place = 0;
    for (const column of table.columns.values()) {
      if (column.data_type) {
        places.push(place);
        columns.push(column);
      }
      place++;
    }
    const staged = this.#tables.get(table.name)!;
    const { stage } = staged;
    const chunk = Math.max(1, Math.floor(PARAMETERS_PER_STATEMENT / columns.length));
    for (let start = 0; start < rows.length; start += chunk) {
      const part = start === 0 && rows.length <= chunk ? rows : rows.slice(start, start + chunk);
      this.#statement(stage, columns, part.length).run(...bind(part, places));
    }
    staged.rows += rows.length;
  }

  #statement(stage: string, columns: readonly Column[], rows: number): StatementSync {
    const key = `${stage} ${columns.length} ${rows}`;
    let statement = this.#statements.get(key);
    if (!statement) {
      statement = this.#database.prepare(sql.insertRows(stage, columns.map(({ name }) => name), rows));
      this.#statements.set(key, statement);
    }
    return statement;
  }

  /** Rows that came in for a table. */
  count(table: string): number {
    return this.#tables.get(table)?.rows ?? 0;
  }

  /** What came in, by table. */
  tables(): Iterable<StagedTable> {
    return this.#tables.values();
  }
}

/** A table of these columns. */
export function tableOf(name: string, columns: readonly Column[]): Pick<Table, "name" | "columns"> {
  return { name, columns: new Map(columns.map((column) => [column.name, column])) };
}

/** All columns of a staged table in their order. */
export function columnsOf({ first, later }: StagedTable): Column[] {
  return [...first, ...later];
}

/** Parameters of a multi-row insert, row by row. */
function bind(rows: readonly SqlValue[][], places: readonly number[]): SQLInputValue[] {
  const values: SQLInputValue[] = new Array(rows.length * places.length);
  let at = 0;
  for (const row of rows) {
    for (const place of places) {
      const value = row[place];
      values[at++] = value === undefined ? null : typeof value === "boolean" ? (value ? 1 : 0) : value;
    }
  }
  return values;
}
