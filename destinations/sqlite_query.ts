/**
 * Queries that someone typed, run so that they can read the dataset and nothing else.
 * @module
 */
import type { DatabaseSync, StatementSync } from "sqlite";
import type { QueryResult, SqlRow } from "../pipeline/destination.ts";
import { ConfigError } from "../pipeline/errors.ts";
import { withoutDataset } from "./dataset_prefix.ts";

const MAX_SQL_LENGTH = 100_000;
// SQLite's authoriser actions; Deno has the function but not the constants in its types.
const ALLOWED_ACTIONS = new Set([20, /* READ */ 21, /* SELECT */ 31, /* FUNCTION */ 33 /* RECURSIVE */]);
const PRAGMA_ACTION = 19;
const ALLOWED_PRAGMAS = new Set([
  "table_info",
  "table_xinfo",
  "index_list",
  "index_info",
  "foreign_key_list",
]);
const OK = 0;
const DENY = 1;

type Authorizer = (action: number, first: string | null, second: string | null) => number;

/** Leaves a database only able to read its own tables: no attach, no write, no extension, no settings. */
export function confine(database: DatabaseSync): void {
  const { limits } = database as unknown as { limits: Record<string, number> };
  limits.attach = 0;
  limits.sqlLength = MAX_SQL_LENGTH;
  const authorize: Authorizer = (action, first, second) => {
    if (action === PRAGMA_ACTION) return ALLOWED_PRAGMAS.has((first ?? "").toLowerCase()) ? OK : DENY;
    if (!ALLOWED_ACTIONS.has(action)) return DENY;
    return (second ?? "").toLowerCase() === "load_extension" ? DENY : OK;
  };
  (database as unknown as { setAuthorizer(callback: Authorizer): void }).setAuthorizer(authorize);
}

/** Prepares exactly one statement. @throws {ConfigError} for none, several, a wrong one or one that writes */
export function singleStatement(database: DatabaseSync, text: string): StatementSync {
  let statement: StatementSync;
  try {
    statement = database.prepare(text);
  } catch (cause) {
    const detail = cause instanceof Error ? cause.message : String(cause);
    const denied = /not authorized|prohibited/i.test(detail);
    throw new ConfigError(
      `Cannot run the query: ${denied ? "only reading the dataset is allowed" : detail}`,
      {
        code: denied ? "query-not-read-only" : "query-invalid",
        next: denied
          ? "write one SELECT statement"
          : "check the table and column names with `sources` or the schema",
        cause,
      },
    );
  }
  // SQLite prepares the first statement and forgets the rest; what it kept tells whether there was one.
  const rest = text.slice(statement.sourceSQL.length).replace(/--[^\n]*|\/\*[\s\S]*?\*\//g, "").replace(
    /[\s;]/g,
    "",
  );
  if (rest) {
    throw new ConfigError("Cannot run the query: there is more than one statement", {
      code: "query-not-read-only",
      next: "write one SELECT statement",
    });
  }
  return statement;
}

/** Runs one statement whose tables may have the dataset's name in front. */
export function runQuery(database: DatabaseSync, datasetName: string, text: string): QueryResult {
  const statement = prepareQuery(database, datasetName, text);
  statement.setReturnArrays(true);
  statement.setReadBigInts(true);
  const columns = statement.columns().map((column: { name: string | null }) => column.name ?? "");
  return { columns, rows: (statement.all() as unknown as SqlRow[]).map((row) => row.map(narrow)) };
}

function narrow(value: SqlRow[number]): SqlRow[number] {
  return typeof value === "bigint" && value >= -9007199254740991n && value <= 9007199254740991n
    ? Number(value)
    : value;
}

function prepareQuery(database: DatabaseSync, datasetName: string, text: string): StatementSync {
  try {
    return singleStatement(database, text);
  } catch (error) {
    // Only now, because the name may also be an alias in a statement that is fine as it is.
    const plain = withoutDataset(text, datasetName);
    if (plain === text) throw error;
    return singleStatement(database, plain);
  }
}
