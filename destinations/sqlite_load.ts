/**
 * One load into SQLite. Rows wait in temporary tables; publishing is one transaction, in which they are copied
 * behind the last row of their tables, the mark, and remove the rows below and above it that they supersede.
 * Nobody sees anything before the commit, and nobody is kept waiting until then.
 * @module
 */
import type { DatabaseSync, SQLInputValue } from "sqlite";
import {
  checkUnchanged,
  type Load,
  type Publication,
  type RowChanges,
  type Session,
  type TablePublication,
} from "../pipeline/destination.ts";
import { LoadError } from "../pipeline/errors.ts";
import { SYSTEM_TABLES, systemTables } from "../pipeline/schema.ts";
import type { Column, RowBatch, Table } from "../pipeline/schema_types.ts";
import { formatUtc } from "../pipeline/timestamps.ts";
import { explain } from "./sqlite_errors.ts";
import { checkThere, fileId } from "./sqlite_file.ts";
import { columnsWith, createIndex } from "./sqlite_merge/merge.ts";
import { merge } from "./sqlite_merge/mod.ts";
import * as sql from "./sqlite_sql.ts";
import { columnsOf, StagedRows, type StagedTable, tableOf } from "./sqlite_stage.ts";

/** Reads the columns a table has now, in their order. */
function readColumns(database: DatabaseSync, table: string): Set<string> {
  const rows = database.prepare(`SELECT name FROM pragma_table_info(?)`).all(table);
  return new Set(rows.map((row: Record<string, unknown>) => String(row.name).toLowerCase()));
}

interface TargetTable {
  /** In their order; names in lower case, as SQLite compares them. */
  readonly columns: Set<string>;
  /** The last row id before this load. */
  readonly mark: number;
}

/** What a {@link SqliteLoad} works with. */
export interface SqliteLoadParts {
  readonly database: DatabaseSync;
  readonly location: string;
  /** Begins a write transaction, waiting for its turn. */
  readonly beginWriting: () => Promise<void>;
  /** What the dataset knows now. */
  readonly stored: Session["stored"];
}

/** Takes rows, and then publishes them or vanishes. */
export class SqliteLoad implements Load {
  readonly #database: DatabaseSync;
  readonly #location: string;
  readonly #beginWriting: () => Promise<void>;
  readonly #stored: Session["stored"];
  readonly #staged: StagedRows;
  /** Tables at the destination, as publishing finds and changes them. */
  readonly #tables = new Map<string, TargetTable>();
  readonly #parents = new Map<string, string>();
  /** What becomes of tables before new rows come, as the beginning of a statement. */
  readonly #cleared = new Map<string, "DROP TABLE" | "DELETE FROM">();
  /** Which file is at the location. */
  readonly #file: string | undefined;

  constructor({ database, location, beginWriting, stored }: SqliteLoadParts) {
    this.#database = database;
    this.#location = location;
    this.#beginWriting = beginWriting;
    this.#stored = stored;
    this.#staged = new StagedRows(database);
    this.#file = fileId(location);
  }

  drop(tables: readonly string[]): Promise<void> {
    for (const table of tables) this.#cleared.set(table, "DROP TABLE");
    return Promise.resolve();
  }

  truncate(tables: readonly string[]): Promise<void> {
    for (const table of tables) this.#cleared.set(table, "DELETE FROM");
    return Promise.resolve();
  }

  #clear(): void {
    for (const [name, statement] of this.#cleared) {
      // The look also refuses a table whose name differs in case only, which SQLite would take instead.
      if (!this.#target(name).columns.size) continue;
      this.#database.exec(`${statement} main.${sql.quote(name)}`);
      this.#tables.delete(name);
    }
  }

  migrate(tables: readonly Table[]): Promise<void> {
    return this.#attempt("change tables", () => {
      for (const table of tables) {
        if (table.parent !== undefined) this.#parents.set(table.name, table.parent);
        this.#staged.migrate(table);
      }
    });
  }

  write(batch: RowBatch): Promise<void> {
    return this.#attempt(`write rows to "${batch.table.name}"`, () => this.#staged.write(batch));
  }

  /** Makes or widens the table at the destination and copies the new rows into it. */
  #take(staged: StagedTable): void {
    const { name, stage, first, later } = staged;
    const target = this.#target(name);
    if (!target.columns.size) {
      this.#database.exec(sql.createTable(tableOf(name, first)));
      first.forEach((column) => target.columns.add(column.name));
      later.forEach((column) => this.#addColumn(name, target, column));
    } else {
      columnsOf(staged).forEach((column) => this.#addColumn(name, target, column));
    }
    const columns = columnsOf(staged).map((column) => column.name);
    const isSame = columns.join("\0") === [...target.columns].join("\0");
    this.#database.exec(sql.copyRows(stage, name, columns, isSame));
  }

  #addColumn(table: string, target: TargetTable, column: Column): void {
    if (target.columns.has(column.name)) return;
    this.#database.exec(sql.addColumn(table, column));
    target.columns.add(column.name);
    const parent = this.#parents.get(table);
    if (column.root_key && parent) this.#handDownRootIds(table, parent);
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

  publish(publication: Publication): Promise<Record<string, RowChanges>> {
    return this.#attempt("publish the load", async () => {
      for (const table of systemTables()) this.#staged.migrate(table);
      await this.#beginWriting();
      await checkUnchanged(publication, this.#stored);
      this.#clear();
      for (const staged of this.#staged.tables()) this.#take(staged);
      const changes: Record<string, RowChanges> = {};
      for (const table of publication.tables) {
        const changed = await this.#supersede(table, publication.loadId);
        if (changed) changes[table.table.name] = changed;
      }
      this.#writeSystemRows(publication);
      checkThere(this.#location, this.#file);
      this.#database.exec("COMMIT");
      return changes;
    });
  }

  async #supersede(publication: TablePublication, loadId: string): Promise<RowChanges | undefined> {
    const { table, disposition, strategy, scope } = publication;
    const target = this.#target(table.name);
    if (!target.columns.size || disposition === "skip") return undefined;
    const children = publication.children.filter((child) => this.#target(child).columns.size);
    const primaryKey = columnsWith(table, "primary_key");
    const came = this.#staged.count(table.name);
    const known = publication.replaceAll && came ? this.#keysAgain(table.name, primaryKey) : 0;
    const replaced = publication.replaceAll ? this.#deleteOld([table.name, ...children]) : 0;
    const merged = disposition === "merge"
      ? await merge({
        database: this.#database,
        table,
        root: { name: table.name, ...target },
        children: children.map((name) => ({ name, parent: this.#parents.get(name), ...this.#target(name) })),
        primaryKey,
        mergeKey: columnsWith(table, "merge_key"),
        scope: publication.replaceAll ? undefined : scope,
        loadId,
        came,
      }, strategy ?? "delete-insert")
      : { added: came, changed: 0, removed: 0 };
    const { added, changed, removed } = merged;
    // A key that came again need not have stayed: it may be marked as deleted.
    const again = Math.min(known, added);
    return { added: added - again, changed: changed + again, removed: removed + replaced - again };
  }

  /** Keys that are among the old rows of a table and among the new ones. */
  #keysAgain(table: string, key: readonly string[]): number {
    const { mark } = this.#target(table);
    if (!mark || !key.length) return 0;
    const keys = `SELECT ${sql.quoteAll(key)} FROM ${sql.quote(table)} WHERE rowid`;
    const found = this.#database.prepare(`SELECT count(*) AS n FROM (${keys} > ?1 INTERSECT ${keys} <= ?1)`)
      .get(mark);
    return Number(found?.n);
  }

  /** Returns how many rows of the first table went. */
  #deleteOld(tables: readonly string[]): number {
    const [root] = tables.map((table) =>
      this.#database.prepare(`DELETE FROM ${sql.quote(table)} WHERE rowid <= ?`).run(this.#target(table).mark)
    );
    return Number(root?.changes ?? 0);
  }

  #writeSystemRows(publication: Publication): void {
    const { loadId, schemaName, schemaVersionHash, version, state } = publication;
    const now = formatUtc(publication.insertedAt)!;
    const insert = (table: string, values: SQLInputValue[]) =>
      this.#database.prepare(`INSERT INTO ${table} VALUES (${values.map(() => "?").join(",")})`).run(
        ...values,
      );
    if (version?.replacesOlder) {
      this.#database.prepare(`DELETE FROM ${SYSTEM_TABLES.version} WHERE schema_name = ?`).run(schemaName);
    }
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
      if (this.#database.isOpen && this.#database.isTransaction) this.#database.exec("ROLLBACK");
    } catch {
      // Closing the file rolls back as well; an error here would hide the one that ended the load.
    }
    return Promise.resolve();
  }
}
