/**
 * SQL over files: the tables that a statement names are read into a database in memory, and the statement
 * runs there. Values have the types they have in JSON. Of a merged table, which files can only append to,
 * the current rows are shown.
 * @module
 */
import { DatabaseSync, type StatementSync } from "sqlite";
import type { QueryResult, SqlRow } from "../pipeline/destination.ts";
import { StateError } from "../pipeline/errors.ts";
import { Schema } from "../pipeline/schema.ts";
import type { Table } from "../pipeline/schema_types.ts";
import { withoutDataset } from "./filesystem_prefix.ts";
import { ScratchTable } from "./filesystem_scratch.ts";
import { readSchemas } from "./filesystem_system.ts";
import type { View } from "./filesystem_view.ts";
import { confine, singleStatement } from "./sqlite_query.ts";

/** Runs one statement that only reads. @throws {ConfigError} for any other */
export async function queryFiles(view: View, datasetName: string, sql: string): Promise<QueryResult> {
  using database = new DatabaseSync(":memory:");
  const scratch = new Scratch(database, view, await readTables(view));
  await scratch.fill(sql);
  confine(database);
  const statement = prepare(database, datasetName, sql);
  statement.setReturnArrays(true);
  statement.setReadBigInts(true);
  const columns = statement.columns().map((column: { name: string | null }) => column.name ?? "");
  return { columns, rows: (statement.all() as unknown as SqlRow[]).map((row) => row.map(narrow)) };
}

function prepare(database: DatabaseSync, datasetName: string, sql: string): StatementSync {
  try {
    return singleStatement(database, sql);
  } catch (error) {
    // Only now, because the name may also be an alias in a statement that is fine as it is.
    const plain = withoutDataset(sql, datasetName);
    if (plain === sql) throw error;
    return singleStatement(database, plain);
  }
}

function narrow(value: SqlRow[number]): SqlRow[number] {
  return typeof value === "bigint" && BigInt.asIntN(54, value) === value && value !== -(2n ** 53n)
    ? Number(value)
    : value;
}

/** Tables as the newest schema documents describe them. */
async function readTables(view: View): Promise<Map<string, Table>> {
  const tables = new Map<string, Table>();
  for (const text of await readSchemas(view)) {
    try {
      for (const [name, table] of Schema.parse(text).tables) tables.set(name, table);
    } catch (error) {
      // The files tell their columns themselves; only keys and empty tables are not known then.
      if (!(error instanceof StateError)) throw error;
    }
  }
  return tables;
}

/** The tables of a dataset in a database in memory. */
class Scratch {
  readonly #database: DatabaseSync;
  readonly #view: View;
  readonly #described: ReadonlyMap<string, Table>;
  readonly #filled = new Map<string, Promise<ScratchTable>>();

  constructor(
    database: DatabaseSync,
    view: View,
    described: ReadonlyMap<string, Table>,
  ) {
    this.#database = database;
    this.#view = view;
    this.#described = described;
  }

  /** Fills the tables that a statement names. The others that have known columns are there, but empty. */
  async fill(sql: string): Promise<void> {
    const text = sql.toLowerCase();
    const isNamed = (name: string) => text.includes(name.toLowerCase().replaceAll('"', '""'));
    this.#database.exec("BEGIN");
    for (const name of await this.#view.tables()) {
      if (isNamed(name)) await this.#fill(name);
    }
    for (const [name, table] of this.#described) {
      if (!this.#filled.has(name)) this.#create(name, table);
    }
    this.#database.exec("COMMIT");
  }

  /** Fills a table once, its ancestors first: they say which of its rows are current. */
  #fill(name: string): Promise<ScratchTable> {
    let filled = this.#filled.get(name);
    if (!filled) this.#filled.set(name, filled = this.#read(name));
    return filled;
  }

  async #read(name: string): Promise<ScratchTable> {
    const described = this.#described.get(name);
    const parent = described?.parent === undefined ? undefined : await this.#fill(described.parent);
    const table = this.#create(name, described, parent);
    for (const file of await this.#view.list(name)) {
      for await (const lines of this.#view.lines(file)) table.insert(lines, file.name);
    }
    table.finish();
    return table;
  }

  #create(name: string, described: Table | undefined, parent?: ScratchTable): ScratchTable {
    return new ScratchTable(this.#database, { name, described, parent });
  }
}
