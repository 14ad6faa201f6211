/**
 * SQL over files: the tables that a statement names are read into a database in memory, and the statement
 * runs there. Values have the types they have in JSON. Of a merged table, which files can only append to,
 * the current rows are shown.
 * @module
 */
import { DatabaseSync } from "sqlite";
import type { QueryResult } from "../pipeline/destination.ts";
import { StateError } from "../pipeline/errors.ts";
import { Schema } from "../pipeline/schema.ts";
import type { Table } from "../pipeline/schema_types.ts";
import { ScratchTable } from "./filesystem_scratch.ts";
import { readSchemas } from "./filesystem_system.ts";
import type { View } from "./filesystem_view.ts";
import { confine, runQuery } from "./sqlite_query.ts";

/** The queries of one session. Tables stay in memory as long as no load becomes true: many ask many times. */
export class Queries implements Disposable {
  readonly #datasetName: string;
  #scratch?: Scratch;

  constructor(datasetName: string) {
    this.#datasetName = datasetName;
  }

  /** Runs one statement that only reads. @throws {ConfigError} for any other */
  async run(view: View, sql: string): Promise<QueryResult> {
    const text = sql.toLowerCase();
    const named = (await view.tables()).filter((name) =>
      text.includes(name.toLowerCase().replaceAll('"', '""'))
    );
    let scratch = this.#scratch;
    if (!scratch?.holds(named, view)) {
      scratch = await Scratch.fill(view, named);
      this.#scratch?.[Symbol.dispose]();
      this.#scratch = scratch;
    }
    return scratch.run(this.#datasetName, sql);
  }

  [Symbol.dispose](): void {
    this.#scratch?.[Symbol.dispose]();
    this.#scratch = undefined;
  }
}

/** Tables of a dataset in a database in memory. */
class Scratch implements Disposable {
  readonly #database = new DatabaseSync(":memory:");
  readonly #view: View;
  readonly #described: ReadonlyMap<string, Table>;
  readonly #filled = new Map<string, Promise<ScratchTable>>();

  private constructor(view: View, described: ReadonlyMap<string, Table>) {
    this.#view = view;
    this.#described = described;
  }

  /** Fills the tables that are named. The others that have known columns are there, but empty. */
  static async fill(view: View, names: readonly string[]): Promise<Scratch> {
    using held = new DisposableStack();
    const scratch = held.use(new Scratch(view, await describedTables(view)));
    await scratch.#fillAll(names);
    confine(scratch.#database);
    held.move();
    return scratch;
  }

  /** Whether these tables are filled with what the dataset holds now. */
  holds(names: readonly string[], view: View): boolean {
    return names.every((name) => this.#filled.has(name)) &&
      view.loadIds.symmetricDifference(this.#view.loadIds).size === 0;
  }

  run(datasetName: string, sql: string): QueryResult {
    return runQuery(this.#database, datasetName, sql);
  }

  async #fillAll(names: readonly string[]): Promise<void> {
    this.#database.exec("BEGIN");
    for (const name of names) await this.#fill(name);
    for (const [name, table] of this.#described) {
      // SQLite keeps these names to itself; a statement that names one is told so, others go on.
      if (!this.#filled.has(name) && !/^sqlite_/i.test(name)) this.#create(name, table);
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

  [Symbol.dispose](): void {
    this.#database.close();
  }
}

/** Tables as the newest schema documents describe them. */
async function describedTables(view: View): Promise<Map<string, Table>> {
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
