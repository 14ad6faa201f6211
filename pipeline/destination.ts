/**
 * The one interface between the engine and every destination: a capabilities record, a session for
 * reading what is stored, and a load that becomes visible whole or not at all.
 * @module
 */
import type { MergeStrategy, RowBatch, Table, WriteDisposition } from "./schema_types.ts";
import { LoadError } from "./errors.ts";
import type { ParameterSpecs, Resolved } from "./parameters.ts";

/** What a destination can do. The engine reads this and never asks which destination it is. */
export interface Capabilities {
  /** Longest identifier, in characters. */
  readonly maxIdentifierLength: number;
  readonly writeDispositions: readonly WriteDisposition[];
  /** Strategies done exactly. */
  readonly mergeStrategies: readonly MergeStrategy[];
  /** Strategies by which a merge appends, and the run says so once per table; all others are refused. */
  readonly appendingStrategies?: readonly MergeStrategy[];
  /** Rows handed over at once. */
  readonly batchRows: number;
  /** Data and bookkeeping become visible in one step. */
  readonly atomicPublish: boolean;
  /** `Load.drop` and `Load.truncate` are done. @default false */
  readonly dropsTables?: boolean;
}

/** What a dataset knows about a pipeline. */
export interface Stored {
  /** Text of the newest schema document (`_dlt_version.schema`), undefined for a new dataset. */
  readonly schema?: string;
  /** Text of the newest committed state (`_dlt_pipeline_state.state`) of this pipeline. */
  readonly state?: string;
}

/** Which rows of a root table a load supersedes, beyond those with the same key. */
export interface Scope {
  /** Columns that `keys` speak about, e.g. `["group_id"]`. */
  readonly columns: readonly string[];
  /**
   * Streams the keys of parents (or rows) that were listed; `walked` ones were read again in full. Key parts
   * are texts as the API wrote them, numbers in digits; they are compared with what the columns hold, so a
   * scope over a column that is stored in another spelling, such as a timestamp, matches nothing.
   */
  keys(): AsyncIterable<{ key: string[]; walked: boolean }>;
  /** Every key that exists was listed, so rows with any other key are gone. */
  readonly complete: boolean;
}

/** What happens to one root table (and its children) when a load is published. */
export interface TablePublication {
  readonly table: Table;
  /** Names of all descendants, parents first. */
  readonly children: readonly string[];
  readonly disposition: WriteDisposition;
  readonly strategy?: MergeStrategy;
  /** All of the table is replaced by this load's rows. */
  readonly replaceAll: boolean;
  readonly scope?: Scope;
}

/** A row of `_dlt_version`. */
export interface VersionRow {
  readonly version: number;
  readonly engineVersion: number;
  readonly schemaName: string;
  readonly versionHash: string;
  readonly schema: string;
  /** Older versions of the schema leave the table. */
  readonly replacesOlder?: boolean;
}

/** A row of `_dlt_pipeline_state`. */
export interface StateRow {
  readonly version: number;
  readonly engineVersion: number;
  readonly pipelineName: string;
  readonly state: string;
  readonly versionHash: string;
  readonly dltId: string;
}

/** Everything that becomes visible together. */
export interface Publication {
  readonly loadId: string;
  readonly schemaName: string;
  readonly schemaVersionHash: string;
  /** UTC, epoch milliseconds. */
  readonly insertedAt: number;
  readonly tables: readonly TablePublication[];
  /** What the rows were made for: on anything else they must not be published. */
  readonly onto?: { readonly pipelineName: string; readonly stored: Stored };
  /** Present when the schema's hash is not stored yet. */
  readonly version?: VersionRow;
  /** Present when the state changed. */
  readonly state?: StateRow;
}

/**
 * Refuses what was made for another schema or state than is stored by now; to be asked where nobody can change it
 * any more.
 *
 * @throws {LoadError} "dataset-changed"
 */
export async function checkUnchanged(
  { onto, schemaName }: Publication,
  read: (pipelineName: string, schemaName: string) => Stored | Promise<Stored>,
): Promise<void> {
  if (!onto) return;
  const { schema, state } = await read(onto.pipelineName, schemaName);
  if (schema === onto.stored.schema && state === onto.stored.state) return;
  throw new LoadError("Cannot publish the load: another one was published while it was prepared", {
    code: "dataset-changed",
    next: "run again; what was read is kept and loaded first",
    recovery: "retry",
  });
}

/** What a load did to the rows of a root table. */
export interface RowChanges {
  /** Rows that came, of keys that were not there. */
  readonly added: number;
  /** Rows that took the place of older ones with their key. */
  readonly changed: number;
  /** Rows that went and have no successor; of a table without a key that is replaced all that were there. */
  readonly removed: number;
}

/** A load in progress. Disposing it before `publish` leaves the dataset as it was. */
export interface Load extends AsyncDisposable {
  /** Drops tables with all their rows, before any row is written; one that does not exist is fine. */
  drop(tables: readonly string[]): Promise<void>;
  /** Takes all rows out of tables, before any row is written; one that does not exist is fine. */
  truncate(tables: readonly string[]): Promise<void>;
  /** Creates tables and adds columns so that `tables` fit; additive, repeatable. */
  migrate(tables: readonly Table[]): Promise<void>;
  /** Takes rows of a migrated table. They stay invisible until `publish`. */
  write(batch: RowBatch): Promise<void>;
  /**
   * Makes rows, schema version, state and the `_dlt_loads` row visible in one step.
   *
   * @returns what became of the rows of root tables, by table, where the destination can tell without reading all
   */
  publish(publication: Publication): Promise<Readonly<Record<string, RowChanges>> | void>;
}

/** Rows of a query: names and values in column order. */
export interface QueryResult {
  readonly columns: string[];
  readonly rows: SqlRow[];
}
/** One row of a query result. */
export type SqlRow = (null | number | bigint | string | Uint8Array)[];

/** An open dataset. */
export interface Session extends AsyncDisposable {
  /** Where the data lives, without secrets, e.g. `sqlite:////home/me/okta.sqlite`. */
  readonly location: string;
  stored(pipelineName: string, schemaName: string): Promise<Stored>;
  /** Whether a load is in `_dlt_loads`. */
  hasLoad(loadId: string): Promise<boolean>;
  /** Begins a load. Whether a second one may be open at the same time is the destination's to say. */
  begin(load: { loadId: string; schemaName: string }): Promise<Load>;
  /**
   * Runs one SQL statement read-only; tables answer with and without the dataset's name in front. Values are
   * spelled as the destination stores them: a timestamp is `… …` in SQLite and `…T…Z` in files.
   */
  query(sql: string): Promise<QueryResult>;
}

/** What a session is opened for. */
export interface SessionContext {
  readonly pipelineName: string;
  readonly datasetName: string;
  /** Directory that relative paths start from. */
  readonly workingDirectory: string;
  /** Only reading: nothing is created, and a dataset that does not exist is an error. */
  readonly readOnly?: boolean;
}

/** A kind of destination. One file in `destinations/` and one line in its registry. */
export interface Destination<P extends ParameterSpecs = ParameterSpecs> {
  readonly name: string;
  readonly aliases?: readonly string[];
  readonly parameters: P;
  readonly capabilities: Capabilities;
  open(parameters: Resolved<P>, context: SessionContext): Promise<Session>;
}
