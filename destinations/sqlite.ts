/**
 * The SQLite destination: one file holds the whole dataset, system tables included. Uses `node:sqlite`,
 * which is part of Deno, so there is nothing to install and no library to load.
 * @module
 */
import { DatabaseSync } from "sqlite";
import { isAbsolute, join } from "node:path";
import type {
  Destination,
  Load,
  QueryResult,
  Session,
  SessionContext,
  SqlRow,
  Stored,
} from "../pipeline/destination.ts";
import { ConfigError, LoadError } from "../pipeline/errors.ts";
import { SYSTEM_TABLES } from "../pipeline/schema.ts";
import { explain, isBusy } from "./sqlite_errors.ts";
import { SqliteLoad } from "./sqlite_load.ts";
import { confine, prepareQuery } from "./sqlite_query.ts";

const FILE_HEADER = "SQLite format 3\0";
const BUSY_PAUSE_MS = 100;

const parameters = {
  credentials: {
    type: "text",
    help: "The database file, as sqlite:///relative/path or sqlite:////absolute/path.",
  },
  lock_timeout: {
    type: "number",
    default: 15,
    help: "Seconds to wait while another process writes to the file.",
  },
} as const;

/** One SQLite file per dataset; a load is one transaction. */
export const sqlite: Destination<typeof parameters> = {
  name: "sqlite",
  parameters,
  capabilities: {
    maxIdentifierLength: 9999,
    writeDispositions: ["append", "replace", "merge", "skip"],
    mergeStrategies: ["delete-insert", "insert-only", "coalesce", "replace-per-parent"],
    batchRows: 2000,
    atomicPublish: true,
  },
  async open({ credentials, lock_timeout }, context) {
    const path = databasePath(credentials, context);
    const isNew = await inspectFile(path, context);
    try {
      const session = new SqliteSession(path, context, { lockTimeoutMs: lock_timeout * 1000, isNew });
      try {
        if (!context.readOnly) await session.checkWritable();
        return session;
      } catch (error) {
        await session[Symbol.asyncDispose]();
        throw error;
      }
    } catch (error) {
      throw explain(error, path, "open the database");
    }
  },
};

function databasePath(credentials: string | undefined, context: SessionContext): string {
  const text = credentials?.trim() ?? "";
  const match = /^sqlite:\/\/\/?(.*)$/.exec(text);
  if (!match && /^[a-z][a-z0-9+.-]*:\/\//i.test(text)) {
    throw new ConfigError(
      'Cannot use the credentials of destination "sqlite": they must start with sqlite:///',
      {
        code: "invalid-credentials",
        next: 'write credentials = "sqlite:///okta.sqlite" under [destination.sqlite]',
      },
    );
  }
  const path = (match ? match[1] : text).split("?")[0] || `${context.pipelineName}.sqlite`;
  if (path === ":memory:") {
    throw new ConfigError('Cannot load into ":memory:": the database would be gone with the process', {
      code: "invalid-credentials",
      next: "name a file",
    });
  }
  return isAbsolute(path) ? path : join(context.workingDirectory, path);
}

/** Refuses what is no database before SQLite gets to touch it. Returns whether the file is new or empty. */
async function inspectFile(path: string, context: SessionContext): Promise<boolean> {
  let file: Deno.FsFile;
  try {
    file = await Deno.open(path, { read: true });
  } catch (cause) {
    if (cause instanceof Deno.errors.NotFound) {
      if (!context.readOnly) return true;
      throw new LoadError("Cannot open the database: there is no such file", {
        code: "dataset-missing",
        at: { file: path },
        next: "run the pipeline first, or name its file in [destination.sqlite] credentials",
        cause,
      });
    }
    throw new LoadError(`Cannot open the database: ${cause instanceof Error ? cause.message : cause}`, {
      code: "not-writable",
      at: { file: path },
      next: "choose a file that may be read and written in [destination.sqlite] credentials",
      cause,
    });
  }
  try {
    const header = new Uint8Array(FILE_HEADER.length);
    const read = await file.read(header);
    if (read === null) return true;
    if (new TextDecoder().decode(header) === FILE_HEADER) return false;
  } catch (cause) {
    throw new LoadError("Cannot open the database: the path is not a readable file", {
      code: "not-a-database",
      at: { file: path },
      next: "choose another path in [destination.sqlite] credentials",
      cause,
    });
  } finally {
    file.close();
  }
  throw new LoadError("Cannot open the database: the file is not an SQLite database", {
    code: "not-a-database",
    at: { file: path },
    next: "choose another path in [destination.sqlite] credentials; the file was left alone",
  });
}

class SqliteSession implements Session {
  readonly location: string;
  readonly #path: string;
  readonly #context: SessionContext;
  readonly #database: DatabaseSync;
  readonly #lockTimeoutMs: number;
  readonly #isNew: boolean;

  constructor(path: string, context: SessionContext, options: { lockTimeoutMs: number; isNew: boolean }) {
    this.#path = path;
    this.#context = context;
    this.#lockTimeoutMs = options.lockTimeoutMs;
    this.#isNew = options.isNew;
    this.location = `sqlite:///${path}`;
    this.#database = new DatabaseSync(path, { readOnly: context.readOnly ?? false, timeout: BUSY_PAUSE_MS });
  }

  /** Proves that the file is ours and can be written before anything is extracted for it. */
  async checkWritable(): Promise<void> {
    await this.#beginWriting();
    try {
      const tables = this.#database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").all()
        .map((row: Record<string, unknown>) => String(row.name));
      if (!this.#isNew && tables.length && !tables.includes(SYSTEM_TABLES.loads)) {
        throw new LoadError(
          "Cannot load into the database: it belongs to another tool, it has tables but no _dlt_loads",
          {
            code: "foreign-database",
            at: { file: this.#path },
            next: "choose another path in [destination.sqlite] credentials; the file was left alone",
          },
        );
      }
    } finally {
      this.#database.exec("ROLLBACK");
    }
    this.#database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL");
  }

  /** Begins a write transaction, waiting without blocking the event loop while another process holds the lock. */
  async #beginWriting(): Promise<void> {
    const deadline = Date.now() + this.#lockTimeoutMs;
    while (true) {
      try {
        this.#database.exec("BEGIN IMMEDIATE");
        return;
      } catch (error) {
        if (!isBusy(error) || Date.now() >= deadline) throw error;
        await new Promise((resolve) => setTimeout(resolve, BUSY_PAUSE_MS));
      }
    }
  }

  #hasTable(name: string): boolean {
    return this.#database.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?").get(
      name,
    ) !== undefined;
  }

  stored(pipelineName: string, schemaName: string): Promise<Stored> {
    return this.#attempt("read the stored state", () => {
      if (!this.#hasTable(SYSTEM_TABLES.loads)) return {};
      const schema = this.#database.prepare(
        `SELECT schema FROM ${SYSTEM_TABLES.version} WHERE schema_name = ? ORDER BY inserted_at DESC, rowid DESC LIMIT 1`,
      ).get(schemaName)?.schema;
      const state = this.#database.prepare(
        `SELECT s.state FROM ${SYSTEM_TABLES.state} AS s JOIN ${SYSTEM_TABLES.loads} AS l ON l.load_id = s._dlt_load_id ` +
          `WHERE s.pipeline_name = ? AND l.status = 0 ORDER BY l.load_id DESC LIMIT 1`,
      ).get(pipelineName)?.state;
      return { schema: schema as string | undefined, state: state as string | undefined };
    });
  }

  hasLoad(loadId: string): Promise<boolean> {
    return this.#attempt("read the list of loads", () =>
      this.#hasTable(SYSTEM_TABLES.loads) &&
      this.#database.prepare(`SELECT 1 FROM ${SYSTEM_TABLES.loads} WHERE load_id = ?`).get(loadId) !==
        undefined);
  }

  begin(): Promise<Load> {
    return this.#attempt("begin the load", async () => {
      await this.#beginWriting();
      return new SqliteLoad(this.#database, this.#path);
    });
  }

  query(text: string): Promise<QueryResult> {
    return this.#attempt("run the query", () => {
      using database = new DatabaseSync(this.#path, { readOnly: true, timeout: this.#lockTimeoutMs });
      confine(database);
      const statement = prepareQuery(database, this.#context.datasetName, text);
      statement.setReturnArrays(true);
      statement.setReadBigInts(true);
      const columns = statement.columns().map((column: { name: string | null }) => column.name ?? "");
      return { columns, rows: (statement.all() as unknown as SqlRow[]).map((row) => row.map(narrow)) };
    });
  }

  async #attempt<T>(doing: string, action: () => T | Promise<T>): Promise<T> {
    try {
      return await action();
    } catch (error) {
      throw explain(error, this.#path, doing);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#database.isOpen) return;
    // A run that failed before it published anything leaves no file that was not there.
    const isUnused = this.#isNew &&
      this.#database.prepare("SELECT 1 FROM sqlite_schema LIMIT 1").get() === undefined;
    this.#database.close();
    if (isUnused) await Deno.remove(this.#path).catch(() => {});
  }
}

function narrow(value: SqlRow[number]): SqlRow[number] {
  return typeof value === "bigint" && value >= -9007199254740991n && value <= 9007199254740991n
    ? Number(value)
    : value;
}
