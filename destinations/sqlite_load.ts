/**
 * One load into SQLite: one transaction from the first row to the last bookkeeping row. New rows go
 * straight into their tables, above a mark; publishing removes the rows below and above it that they
 * supersede. Nothing is copied from a staging area, and nobody sees anything before the commit.
 * @module
 */
import type { DatabaseSync, SQLInputValue, StatementSync } from "sqlite";
import type { Load, Publication, TablePublication } from "../pipeline/destination.ts";
import { LoadError } from "../pipeline/errors.ts";
import { SYSTEM_TABLES, systemTables } from "../pipeline/schema.ts";
import type { Column, RowBatch, SqlValue, Table } from "../pipeline/schema_types.ts";
import { formatUtc } from "../pipeline/timestamps.ts";
import { explain } from "./sqlite_errors.ts";
import { checkThere, fileId } from "./sqlite_file.ts";
import { columnsWith, createIndex } from "./sqlite_merge/merge.ts";
import { merge } from "./sqlite_merge/mod.ts";
import * as sql from "./sqlite_sql.ts";

/** Parameters of one statement; beyond this, preparing costs more than it saves. */
const PARAMETERS_PER_STATEMENT = 2000;

/** Reads the columns a table has now. */
function readColumns(database: DatabaseSync, table: string): Set<string> {
  const rows = database.prepare(`SELECT name FROM pragma_table_info(?)`).all(table);
  return new Set(rows.map((row: Record<string, unknown>) => String(row.name).toLowerCase()));
}

interface TargetTable {
  readonly columns: Set<string>;
  /** The last row id before this load. */
  readonly mark: number;
}

/** A transaction that takes rows and then publishes or vanishes. */
export class SqliteLoad implements Load {
  readonly #database: DatabaseSync;
  readonly #location: string;
  readonly #tables = new Map<string, TargetTable>();
  readonly #parents = new Map<string, string>();
  readonly #statements = new Map<string, StatementSync>();
  /** Which file is at the location. */
  readonly #file: string | undefined;
  #open = true;

  /** Takes a database that has just begun an immediate transaction. */
  constructor(database: DatabaseSync, location: string) {
    this.#database = database;
    this.#location = location;
    this.#file = fileId(location);
  }

  migrate(tables: readonly Table[]): Promise<void> {
    return this.#attempt("change tables", () => tables.forEach((table) => this.#migrate(table)));
  }

  #migrate(table: Table): void {
    if (table.parent !== undefined) this.#parents.set(table.name, table.parent);
    const wanted = sql.storedColumns(table);
    if (!wanted.length) return;
    const target = this.#target(table.name);
    if (!target.columns.size) {
      this.#database.exec(sql.createTable(table));
      wanted.forEach((column) => target.columns.add(column.name));
      return;
    }
    for (const column of wanted) {
      if (target.columns.has(column.name)) continue;
      this.#database.exec(sql.addColumn(table.name, column));
      target.columns.add(column.name);
      if (column.root_key && table.parent) this.#handDownRootIds(table.name, table.parent);
    }
  }

  /** A table that was appended to is now merged: rows of its children learn which root row they belong to. */
  #handDownRootIds(child: string, parent: string): void {
    createIndex(this.#database, parent, ["_dlt_id"]);
    this.#database.exec(sql.handDownRootIds(child, parent, this.#target(parent).columns.has("_dlt_root_id")));
  }

  #target(name: string): TargetTable {
    let target = this.#tables.get(name);
    if (!target) {
      this.#refuseOtherCase(name);
      const columns = readColumns(this.#database, name);
      const last = columns.size
        ? this.#database.prepare(`SELECT max(rowid) AS mark FROM ${sql.quote(name)}`).get()?.mark
        : 0;
      target = { columns, mark: Number(last ?? 0) };
      this.#tables.set(name, target);
    }
    return target;
  }

  /** SQLite would take `Users` for `users`; two tables must not flow into one unnoticed. */
  #refuseOtherCase(name: string): void {
    const found = this.#database.prepare(
      "SELECT name FROM sqlite_schema WHERE type = 'table' AND lower(name) = lower(?)",
    ).get(name)?.name;
    if (found === undefined || found === name) return;
    throw new LoadError(
      `Cannot load table "${name}": the database has "${found}", which SQLite takes for the same name`,
      {
        code: "identifier-collision",
        at: { table: name },
        next: "give one of the resources another table_name",
      },
    );
  }

  write(batch: RowBatch): Promise<void> {
    return this.#attempt(`write rows to "${batch.table.name}"`, () => this.#insert(batch));
  }

  #insert({ table, rows }: RowBatch): void {
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
    const chunk = Math.max(1, Math.floor(PARAMETERS_PER_STATEMENT / columns.length));
    for (let start = 0; start < rows.length; start += chunk) {
      const part = start === 0 && rows.length <= chunk ? rows : rows.slice(start, start + chunk);
      this.#statement(table.name, columns, part.length).run(...bind(part, places));
    }
  }

  #statement(table: string, columns: readonly Column[], rows: number): StatementSync {
    const key = `${table} ${columns.length} ${rows}`;
    let statement = this.#statements.get(key);
    if (!statement) {
      statement = this.#database.prepare(sql.insertRows(table, columns.map((column) => column.name), rows));
      this.#statements.set(key, statement);
    }
    return statement;
  }

  publish(publication: Publication): Promise<void> {
    return this.#attempt("publish the load", async () => {
      await this.migrate(systemTables());
      for (const table of publication.tables) await this.#supersede(table, publication.loadId);
      for (const name of publication.dropTables ?? []) this.#drop(name);
      this.#writeSystemRows(publication);
      checkThere(this.#location, this.#file);
      this.#database.exec("COMMIT");
      this.#open = false;
    });
  }

  #drop(name: string): void {
    // The look also refuses a table whose name differs in case only, which SQLite would drop instead.
    if (!this.#target(name).columns.size) return;
    this.#database.exec(`DROP TABLE ${sql.quote(name)}`);
    this.#tables.delete(name);
  }

  async #supersede(publication: TablePublication, loadId: string): Promise<void> {
    const { table, disposition, strategy, scope } = publication;
    const target = this.#target(table.name);
    if (!target.columns.size || disposition === "skip") return;
    const children = publication.children.filter((child) => this.#target(child).columns.size);
    if (publication.replaceAll) this.#deleteOld([table.name, ...children]);
    if (disposition !== "merge") return;
    await merge({
      database: this.#database,
      table,
      root: { name: table.name, ...target },
      children: children.map((name) => ({ name, parent: this.#parents.get(name), ...this.#target(name) })),
      primaryKey: columnsWith(table, "primary_key"),
      mergeKey: columnsWith(table, "merge_key"),
      scope: publication.replaceAll ? undefined : scope,
      loadId,
    }, strategy ?? "delete-insert");
  }

  #deleteOld(tables: readonly string[]): void {
    for (const table of tables) {
      this.#database.prepare(`DELETE FROM ${sql.quote(table)} WHERE rowid <= ?`).run(
        this.#target(table).mark,
      );
    }
  }

  #writeSystemRows(publication: Publication): void {
    const { loadId, schemaName, schemaVersionHash, version, state } = publication;
    const now = formatUtc(publication.insertedAt)!;
    const insert = (table: string, values: SQLInputValue[]) =>
      this.#database.prepare(`INSERT INTO ${table} VALUES (${values.map(() => "?").join(",")})`).run(
        ...values,
      );
    if (version) {
      insert(SYSTEM_TABLES.version, [
        version.version,
        version.engineVersion,
        now,
        version.schemaName,
        version.versionHash,
        version.schema,
      ]);
    }
    if (state) {
      const { dltId, engineVersion, pipelineName, versionHash } = state;
      insert(SYSTEM_TABLES.state, [
        state.version,
        engineVersion,
        pipelineName,
        state.state,
        now,
        versionHash,
        loadId,
        dltId,
      ]);
    }
    insert(SYSTEM_TABLES.loads, [loadId, schemaName, 0, now, schemaVersionHash]);
  }

  async #attempt<T>(doing: string, action: () => T | Promise<T>): Promise<T> {
    try {
      return await action();
    } catch (error) {
      throw explain(error, this.#location, doing);
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    try {
      if (this.#open && this.#database.isTransaction) this.#database.exec("ROLLBACK");
    } catch {
      // Closing the file rolls back as well; an error here would hide the one that ended the load.
    }
    this.#open = false;
    return Promise.resolve();
  }
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
