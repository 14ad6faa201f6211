/**
 * The SQLite destination: one file holds the whole dataset, system tables included. Uses `node:sqlite`,
 * which is part of Deno, so there is nothing to install and no library to load.
 * @module
 */
import { isAbsolute, join, parse } from "node:path";
import { devSuffix } from "../pipeline/dev_mode.ts";
import type { Destination, SessionContext } from "../pipeline/destination.ts";
import { ConfigError, LoadError } from "../pipeline/errors.ts";
import { replaceStrategy } from "./replace_strategy.ts";
import { explain } from "./sqlite_errors.ts";
import { strategies } from "./sqlite_merge/mod.ts";
import { SqliteSession } from "./sqlite_session.ts";

const FILE_HEADER = "SQLite format 3\0";

const parameters = {
  credentials: {
    type: "text",
    help: "The database file, as sqlite:///relative/path or sqlite:////absolute/path.",
  },
  lock_timeout: {
    type: "number",
    default: 15,
    range: { min: 0 },
    help: "Seconds to wait while another process writes to the file.",
  },
  ...replaceStrategy,
} as const;

/** One SQLite file per dataset; a load is one transaction. */
export const sqlite: Destination<typeof parameters> = {
  name: "sqlite",
  parameters,
  capabilities: {
    maxIdentifierLength: 9999,
    writeDispositions: ["append", "replace", "merge", "skip"],
    mergeStrategies: strategies,
    batchRows: 500,
    atomicPublish: true,
    dropsTables: true,
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
  const { dir, name, ext } = parse(isAbsolute(path) ? path : join(context.workingDirectory, path));
  // The file is the dataset, so a dataset for one run is a file for one run.
  const suffix = devSuffix(context.datasetName);
  return join(dir, `${name}${name.endsWith(suffix) ? "" : suffix}${ext}`);
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
    const isForbidden = cause instanceof Deno.errors.NotCapable;
    const detail = isForbidden ? "Deno protects this place" : cause instanceof Error ? cause.message : cause;
    throw new LoadError(`Cannot open the database: ${detail}`, {
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
