/**
 * What a resource's hints mean for its table: disposition, keys and the columns a scope is made of.
 * @module
 */
import type { Naming } from "./naming.ts";
import type { Schema } from "./schema.ts";
import type { Column, MergeStrategy, SchemaContract, Table, WriteDisposition } from "./schema_types.ts";
import type { JsonObject } from "./json.ts";
import { MERGE_STRATEGIES } from "./merge_strategies.ts";
import { forgetVersionHints, momentText, versionHints, type VersionOptions } from "./version_columns.ts";

/** A write disposition with its strategy and that one's options. */
export interface WriteDispositionConfig extends VersionOptions {
  readonly disposition: WriteDisposition;
  readonly strategy?: MergeStrategy | null;
  /** Sluice: after a walk that listed everything, rows that were not listed leave the table. Default false. */
  readonly prune?: boolean;
  /** For `delete-insert`: the rows of a load have different keys already, so all of them stay. */
  readonly deduplicated?: boolean;
}

/** What is said of a column beforehand. */
export type ColumnHints = Omit<Column, "name"> & { readonly name?: string };

/** What a resource may say about its table. */
export interface TableHints {
  /** Default: the resource's name. A function gives each record a table of its own. */
  readonly table_name?: string | ((record: JsonObject) => string);
  readonly write_disposition?: WriteDisposition | WriteDispositionConfig;
  readonly primary_key?: string | readonly string[];
  readonly merge_key?: string | readonly string[];
  /** By name, or as a list of columns that have names. */
  readonly columns?:
    | Readonly<Record<string, ColumnHints>>
    | readonly (ColumnHints & { readonly name: string })[];
  /** Depth of child tables; beyond it values stay JSON. Default 1000. */
  readonly max_table_nesting?: number;
  /** What may be added to the table; its child tables inherit it. Default: what the source says, else everything. */
  readonly schema_contract?: SchemaContract;
  /** Sluice: where rows and values are kept that a contract kept out; true is the table `rejected_rows`. */
  readonly rejected_table?: boolean | string;
  /** Foreign keys, kept in the schema. */
  readonly references?: readonly unknown[];
  /** Hints for tables of lists, by the path of the list with `__` between its parts. */
  readonly nested_hints?: Readonly<Record<string, NestedHints>>;
  /** Annotations of your own, kept in the schema. */
  readonly [annotation: `x-${string}`]: unknown;
}

/** What may be said of the table of a list. */
export interface NestedHints
  extends
    Pick<TableHints, "write_disposition" | "primary_key" | "merge_key" | "schema_contract" | "references"> {
  readonly columns?: TableHints["columns"];
  /** The table stays a child, of this table, although it has a key of its own. */
  readonly parent_table_name?: string;
  readonly [annotation: `x-${string}`]: unknown;
}

/** Table hints as a load package keeps them: a table's own name, columns by name. */
export interface StoredHints
  extends
    Pick<TableHints, "write_disposition" | "primary_key" | "merge_key" | "max_table_nesting" | "references"> {
  readonly table_name?: string;
  readonly columns?: Readonly<Record<string, ColumnHints>>;
  /** The field that a cursor follows, where it is one of the record itself. */
  readonly cursor?: string;
  readonly nested_hints?: Readonly<
    Record<
      string,
      Omit<NestedHints, "columns"> & { readonly columns?: Readonly<Record<string, ColumnHints>> }
    >
  >;
  readonly [annotation: `x-${string}`]: unknown;
}

/** Puts what is said of a table as a whole into the schema, besides its disposition. */
export function annotate(table: Table, hints: StoredHints): void {
  if (hints.references) table.references = hints.references;
  for (const key of Object.keys(hints)) {
    if (isAnnotation(key)) table[key] = hints[key];
  }
}

/** Annotations by which the engine and its strategies remember what a table is. */
export const OWN_ANNOTATIONS: ReadonlySet<string> = new Set([
  "x-merge-strategy",
  "x-prune",
  "x-stage-data-deduplicated",
  "x-boundary-timestamp",
  "x-normalizer",
  "x-rejected",
]);

/** Whether a key is an annotation of the author's own. */
export function isAnnotation(key: string): key is `x-${string}` {
  return /^x-./.test(key);
}

/** A write disposition with everything spelled out. */
export interface Disposition {
  readonly disposition: WriteDisposition;
  readonly strategy?: MergeStrategy;
  readonly prune: boolean;
  readonly options: WriteDispositionConfig;
}

/** The disposition of a resource; `append` unless it says otherwise, `delete-insert` for a merge. */
export function dispositionOf({ write_disposition: given }: TableHints): Disposition {
  // Null is what takes a default away.
  const config = typeof given === "object" && given ? given : { disposition: given ?? "append" };
  const strategy = config.disposition === "merge" ? config.strategy ?? "delete-insert" : undefined;
  return { disposition: config.disposition, strategy, prune: config.prune ?? false, options: config };
}

/** Whether child rows carry the key of their root row, so that they can follow it in a merge. */
export function handsDownRootKeys(hints: TableHints): boolean {
  const { strategy } = dispositionOf(hints);
  return strategy !== undefined && MERGE_STRATEGIES[strategy].rootKey;
}

/** The same of a table that is known. */
export function followsRoot(table: Table): boolean {
  return table.write_disposition === "merge" &&
    (MERGE_STRATEGIES[table["x-merge-strategy"] ?? "delete-insert"]?.rootKey ?? true);
}

/** The raw key fields of a resource. */
export function keysOf(
  { primary_key, merge_key }: TableHints,
): { primary: readonly string[]; merge: readonly string[] } {
  return { primary: list(primary_key), merge: list(merge_key) };
}

function list(value: string | readonly string[] | null | undefined): readonly string[] {
  return typeof value === "string" ? [value] : value ?? [];
}

/** The injected fields that say which parent a row belongs to: the merge key of a replace-per-parent. */
export function scopeFields(hints: TableHints): readonly string[] {
  return dispositionOf(hints).strategy === "replace-per-parent" ? keysOf(hints).merge : [];
}

/** Finds or makes the root table of a resource and brings its hints up to date. */
export function rootTable(schema: Schema, naming: Naming, resource: string, hints: StoredHints): Table {
  const name = naming.path(hints.table_name ?? resource);
  const { disposition, strategy, prune, options } = dispositionOf(hints);
  const known = schema.tables.get(name);
  const table: Table = known ?? { name, columns: new Map() };
  if (!known) schema.tables.set(name, table);
  table.write_disposition = disposition;
  table.resource = resource;
  setHint(table, "x-merge-strategy", strategy && (options.strategy ?? undefined));
  setHint(table, "x-prune", prune || undefined);
  setHint(table, "x-stage-data-deduplicated", options.deduplicated || undefined);
  const isVersioned = strategy === "scd2";
  setHint(table, "x-boundary-timestamp", isVersioned ? momentText(options.boundary_timestamp) : undefined);
  if (hints.max_table_nesting !== undefined) {
    table["x-normalizer"] = { ...table["x-normalizer"], max_nesting: hints.max_table_nesting };
  }
  const said = columnHints(hints, naming);
  for (const hint of SHARED_HINTS) {
    // Columns have such a hint together, so that the new ones take the place of the old ones.
    const isSaid = [...said.values()].some((each) => each[hint]);
    if (isSaid) { for (const column of table.columns.values()) delete column[hint]; }
  }
  for (const [column, hint] of said) hintColumn(table, column, hint);
  forgetVersionHints(table);
  if (isVersioned) {
    for (const [column, hint] of versionHints(options, naming)) hintColumn(table, column, hint);
  }
  return table;
}

const SHARED_HINTS = ["primary_key", "merge_key", "partition", "cluster", "incremental"] as const;

/** What a resource says of columns, by their names. */
function columnHints(hints: StoredHints, naming: Naming): Map<string, Partial<Column>> {
  const said = new Map<string, Partial<Column>>();
  const say = (field: string, hint: Partial<Column>) => {
    const name = naming.path(field);
    said.set(name, { ...said.get(name), ...hint });
  };
  const { primary, merge } = keysOf(hints);
  // The scope of a replace-per-parent is no merge key: rows of other parents must not go.
  const mergeKey = scopeFields(hints).length ? [] : merge;
  for (const field of primary) say(field, { nullable: false, primary_key: true });
  for (const field of mergeKey) say(field, { nullable: false, merge_key: true });
  for (const [field, { ...hint }] of Object.entries(hints.columns ?? {})) {
    if (primary.length) delete hint.primary_key;
    if (mergeKey.length) delete hint.merge_key;
    say(field, hint);
  }
  if (hints.cursor !== undefined) say(hints.cursor, { incremental: true });
  return said;
}

type OwnHint = "x-merge-strategy" | "x-prune" | "x-stage-data-deduplicated" | "x-boundary-timestamp";

function setHint<K extends OwnHint>(table: Table, key: K, value: Table[K]): void {
  if (value === undefined) delete table[key];
  else table[key] = value;
}

/** Adds what is said of a column. */
export function hintColumn(table: Table, name: string, hints: Partial<Column>): void {
  const known = table.columns.get(name);
  // A type that a column already has stays: data was stored under it.
  if (known) Object.assign(known, hints, known.data_type ? { data_type: known.data_type } : {});
  else table.columns.set(name, { name, ...hints });
}
