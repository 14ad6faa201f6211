/**
 * An open SQLite dataset: what is stored in it, loads into it, queries on it. The file comes into being with
 * the first load and is a single file again when the session ends.
 * @module
 */
import { DatabaseSync } from "sqlite";
import type { Load, QueryResult, Session, SessionContext, Stored } from "../pipeline/destination.ts";
import { LoadError } from "../pipeline/errors.ts";
import { SYSTEM_TABLES } from "../pipeline/schema.ts";
import { explain, isBusy } from "./sqlite_errors.ts";
import { SqliteLoad } from "./sqlite_load.ts";
import { confine, runQuery } from "./sqlite_query.ts";

const BUSY_PAUSE_MS = 100;

/** A session on one database file. */
export class SqliteSession implements Session {
  readonly location: string;
  readonly #path: string;
  readonly #context: SessionContext;
  readonly #lockTimeoutMs: number;
  /** Undefined as long as there is no file: a run that fails before its load leaves none behind. */
  #database: DatabaseSync | undefined;
  /** Which file the database is in. */
  #file: string | undefined;
  readonly #isNew: boolean;

  constructor(path: string, context: SessionContext, options: { lockTimeoutMs: number; isNew: boolean }) {
    this.#path = path;
    this.#context = context;
    this.#lockTimeoutMs = options.lockTimeoutMs;
    this.location = `sqlite:///${path}`;
    this.#isNew = options.isNew;
    if (!options.isNew) this.#open();
  }

  #open(): DatabaseSync {
    if (this.#database) return this.#database;
    const readOnly = this.#context.readOnly ?? false;
    this.#database = new DatabaseSync(this.#path, { readOnly, timeout: BUSY_PAUSE_MS });
    this.#file = fileAt(this.#path);
    return this.#database;
  }

  /** Rows that went into a file without a name would be lost. */
  #refuseVanished(): void {
    const file = fileAt(this.#path);
    if (file === this.#file) return;
    this.#database!.exec("ROLLBACK");
    throw new LoadError(
      `Cannot load into the database: it was ${file ? "replaced" : "removed"} while the load was prepared`,
      {
        code: "dataset-vanished",
        at: { file: this.#path },
        next: "run again; what was read is kept and loaded first",
      },
    );
  }

  /** Proves that the file is ours and can be written before anything is extracted for it. */
  async checkWritable(): Promise<void> {
    if (!this.#database) return await checkCreatable(this.#path);
    await this.#beginWriting(this.#database);
    try {
      this.#refuseForeign(this.#database);
    } finally {
      this.#database.exec("ROLLBACK");
    }
  }

  #refuseForeign(database: DatabaseSync): void {
    const tables = database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").all()
      .map((row: Record<string, unknown>) => String(row.name));
    if (!tables.length || tables.includes(SYSTEM_TABLES.loads)) return;
    throw new LoadError(
      "Cannot load into the database: it belongs to another tool, it has tables but no _dlt_loads",
      {
        code: "foreign-database",
        at: { file: this.#path },
        next: "choose another path in [destination.sqlite] credentials; the file was left alone",
      },
    );
  }

  /** Begins a write transaction, waiting without blocking the event loop while another process holds the lock. */
  async #beginWriting(database: DatabaseSync): Promise<void> {
    const deadline = Date.now() + this.#lockTimeoutMs;
    while (true) {
      try {
        database.exec("BEGIN IMMEDIATE");
        return;
      } catch (error) {
        if (!isBusy(error) || Date.now() >= deadline) throw error;
        await new Promise((resolve) => setTimeout(resolve, BUSY_PAUSE_MS));
      }
    }
  }

  /**
   * While a load runs, readers go on in the write-ahead log; at rest the file is alone and can be copied.
   * A reader that is just there keeps the mode as it is, which costs comfort and nothing else.
   */
  #setJournal(database: DatabaseSync, mode: "WAL" | "DELETE"): void {
    try {
      database.exec(`PRAGMA journal_mode = ${mode}`);
    } catch (error) {
      if (!isBusy(error)) throw error;
    }
  }

  #hasTable(name: string): boolean {
    const found = this.#database?.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?")
      .get(name);
    return found !== undefined;
  }

  stored(pipelineName: string, schemaName: string): Promise<Stored> {
    return this.#attempt("read the stored state", () => {
      const database = this.#database;
      if (!database || !this.#hasTable(SYSTEM_TABLES.loads)) return {};
      const schema = database.prepare(
        `SELECT schema FROM ${SYSTEM_TABLES.version} WHERE schema_name = ? ORDER BY inserted_at DESC, rowid DESC LIMIT 1`,
      ).get(schemaName)?.schema;
      const state = database.prepare(
        `SELECT s.state FROM ${SYSTEM_TABLES.state} AS s JOIN ${SYSTEM_TABLES.loads} AS l ON l.load_id = s._dlt_load_id ` +
          `WHERE s.pipeline_name = ? AND l.status = 0 ORDER BY l.load_id DESC LIMIT 1`,
      ).get(pipelineName)?.state;
      return { schema: schema as string | undefined, state: state as string | undefined };
    });
  }

  hasLoad(loadId: string): Promise<boolean> {
    return this.#attempt("read the list of loads", () => {
      if (!this.#database || !this.#hasTable(SYSTEM_TABLES.loads)) return false;
      return this.#database.prepare(`SELECT 1 FROM ${SYSTEM_TABLES.loads} WHERE load_id = ?`).get(loadId) !==
        undefined;
    });
  }

  begin(): Promise<Load> {
    return this.#attempt("begin the load", async () => {
      const database = this.#open();
      const beginWriting = async () => {
        // Nobody reads a database that is empty, and each page is written once.
        if (!isEmpty(database)) this.#setJournal(database, "WAL");
        database.exec("PRAGMA synchronous = FULL");
        await this.#beginWriting(database);
        this.#refuseVanished();
      };
      return new SqliteLoad({ database, location: this.#path, beginWriting });
    });
  }

  query(text: string): Promise<QueryResult> {
    return this.#attempt("run the query", () => {
      using database = new DatabaseSync(this.#path, { readOnly: true, timeout: this.#lockTimeoutMs });
      confine(database);
      return runQuery(database, this.#context.datasetName, text);
    });
  }

  async #attempt<T>(doing: string, action: () => T | Promise<T>): Promise<T> {
    try {
      return await action();
    } catch (error) {
      throw explain(error, this.#path, doing);
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    if (this.#database?.isOpen) {
      if (!this.#context.readOnly && !this.#database.isTransaction) {
        this.#setJournal(this.#database, "DELETE");
      }
      this.#database.close();
    }
    if (this.#isNew && this.#file && fileAt(this.#path) === this.#file) removeEmpty(this.#path);
    return Promise.resolve();
  }
}

function isEmpty(database: DatabaseSync): boolean {
  return database.prepare("SELECT 1 FROM sqlite_schema LIMIT 1").get() === undefined;
}

/** Tells files at one path apart; undefined where there is none. */
function fileAt(path: string): string | undefined {
  try {
    const { dev, ino } = Deno.statSync(path);
    return `${dev} ${ino}`;
  } catch {
    return undefined;
  }
}

/** A file that was made for a load and got nothing goes with it. Whoever has it open too will notice. */
function removeEmpty(path: string): void {
  try {
    if (Deno.statSync(path).size === 0) Deno.removeSync(path);
  } catch { /* an empty file does no harm */ }
}

/** Proves that a file can be made at a path, without making it: somebody else may be about to. */
async function checkCreatable(path: string): Promise<void> {
  const probe = `${path}.${crypto.randomUUID()}.probe`;
  try {
    (await Deno.open(probe, { write: true, createNew: true })).close();
    await Deno.remove(probe);
  } catch (cause) {
    throw new Error("unable to open database file", { cause });
  }
}
