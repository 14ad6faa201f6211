/**
 * The description of tables as data: what the normaliser decides, the destination creates and
 * `_dlt_version` stores. Keys are dlt's, since these documents are exchanged with dlt.
 * @module
 */

/** dlt's column types. */
export type DataType =
  | "text"
  | "bigint"
  | "double"
  | "bool"
  | "timestamp"
  | "date"
  | "time"
  | "decimal"
  | "wei"
  | "binary"
  | "json";

/** All of a type; the compiler says when one is missing. */
const all = <T extends string>(names: Readonly<Record<T, true>>) => Object.keys(names) as T[];

/** All column types. */
export const DATA_TYPES: readonly DataType[] = all<DataType>({
  text: true,
  bigint: true,
  double: true,
  bool: true,
  timestamp: true,
  date: true,
  time: true,
  decimal: true,
  wei: true,
  binary: true,
  json: true,
});

/** One column. A column without `data_type` has never had a value and does not exist at the destination. */
export interface Column {
  name: string;
  data_type?: DataType;
  nullable?: boolean;
  precision?: number;
  scale?: number;
  timezone?: boolean;
  primary_key?: boolean;
  merge_key?: boolean;
  partition?: boolean;
  cluster?: boolean;
  /** A cursor follows it. */
  incremental?: boolean;
  unique?: boolean;
  row_key?: boolean;
  parent_key?: boolean;
  root_key?: boolean;
  variant?: boolean;
  hard_delete?: boolean;
  dedup_sort?: "asc" | "desc";
  description?: string;
  [hint: `x-${string}`]: unknown;
}

/** How rows meet the table. */
export type WriteDisposition = "append" | "replace" | "merge" | "skip";

/** All dispositions. */
export const WRITE_DISPOSITIONS: readonly WriteDisposition[] = all<WriteDisposition>({
  append: true,
  replace: true,
  merge: true,
  skip: true,
});

/** What may become of a schema: everything, nothing, or what the data has to give way to. */
export type ContractMode = "evolve" | "freeze" | "discard_row" | "discard_value";

/** All modes of a contract. */
export const CONTRACT_MODES: readonly ContractMode[] = all<ContractMode>({
  evolve: true,
  freeze: true,
  discard_row: true,
  discard_value: true,
});

/** What a contract is about: new tables, new columns, and values of another type than their column's. */
export type ContractEntity = "tables" | "columns" | "data_type";

/** All entities of a contract. */
export const CONTRACT_ENTITIES: readonly ContractEntity[] = all<ContractEntity>({
  tables: true,
  columns: true,
  data_type: true,
});

/** A schema contract: one mode for everything, or one for each entity; what is not named evolves. */
export type SchemaContract = ContractMode | Readonly<Partial<Record<ContractEntity, ContractMode>>>;

/**
 * How a merge is done. `coalesce` and `replace-per-parent` are Sluice's own: with the first a new row takes from
 * the older one what it does not say itself; with the second all rows of the parents that were read again give
 * way to the new ones, also where a parent now has none.
 */
export type MergeStrategy =
  | "delete-insert"
  | "upsert"
  | "insert-only"
  | "scd2"
  | "coalesce"
  | "replace-per-parent";

/** One table. Child tables have `parent`; hints of the load belong to root tables. */
export interface Table {
  name: string;
  columns: Map<string, Column>;
  parent?: string;
  resource?: string;
  write_disposition?: WriteDisposition;
  "x-merge-strategy"?: MergeStrategy;
  /** Rows that a complete walk did not list leave the table. */
  "x-prune"?: boolean;
  /** Rows of a load have different keys already. */
  "x-stage-data-deduplicated"?: boolean;
  /** What separates versions of a row, instead of the time of the load. */
  "x-boundary-timestamp"?: string;
  /** `max_nesting` is how deep records are unfolded. */
  "x-normalizer"?: { readonly "seen-data"?: boolean; readonly max_nesting?: number };
  /** What may change; children inherit it. */
  schema_contract?: SchemaContract;
  references?: readonly unknown[];
  description?: string;
  /** Holds what contracts kept out of other tables. */
  "x-rejected"?: boolean;
  [hint: `x-${string}`]: unknown;
}

/** Rows of one table, as flat arrays in the order of `table.columns`; short rows end in nulls. */
export interface RowBatch {
  readonly table: Table;
  readonly rows: SqlValue[][];
}

/**
 * A value ready for any destination: timestamps are `YYYY-MM-DD HH:MM:SS.ffffff` in UTC, decimals digits,
 * json compact text, binary bytes, bigint a number when safe.
 */
export type SqlValue = null | undefined | boolean | number | bigint | string | Uint8Array;
