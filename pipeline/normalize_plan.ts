/**
 * What the normaliser knows of the places in a tree of records: for each table what its rows are, for each key
 * of an object at one place which column, object or list it is.
 * @module
 */
import type { Contract } from "./contracts.ts";
import type { Schema } from "./schema.ts";
import type { Column, DataType, Table } from "./schema_types.ts";
import type { TableWriter } from "./table_writer.ts";

/** A key of an object at one place in the tree. */
export interface KeyPlan {
  readonly name: string;
  /** The name before it was cut to the destination's limit. */
  readonly path: string;
  place: number;
  type?: DataType;
  object?: Shape;
  list?: TablePlan;
  /** Whether its value belongs to what a row's id is made of. */
  readonly isOfRowKey: boolean;
}

/** An object at one place in the tree of a table's rows. */
export interface Shape {
  /** What stands before each key, before any cut. */
  readonly prefix: string;
  /** How many more levels may be unfolded. */
  readonly budget: number;
  readonly keys: Map<string, KeyPlan>;
}

/** A table being filled. */
export interface TablePlan {
  readonly writer: TableWriter;
  /** The table's name before it was cut to the destination's limit. */
  readonly path: string;
  readonly shape: Shape;
  /** For rows that stand for a list inside a list, which costs one level more. */
  readonly listShape: Shape;
  /** A child table that has hints of its own is a root, too: its rows are not linked to their parents. */
  readonly isRoot: boolean;
  /** Children carry the key of their root row. */
  readonly rootKey: boolean;
  readonly rowId: RowIdRecipe;
  /** What may be added; undefined: everything. */
  readonly contract?: Contract;
  /** Places of the system columns; set with the first row, because they stand behind its columns. */
  system?: SystemPlaces;
}

/** Where the system columns are; -1 where a table has none. */
export interface SystemPlaces {
  readonly id: number;
  readonly loadId: number;
  readonly parentId: number;
  readonly index: number;
  rootId: number;
}

/** Where a row of a list belongs. */
export interface Link {
  /** The key of the root row, where it is handed down. */
  readonly rootId?: string;
  readonly parentId: string;
  readonly index: number;
}

/**
 * Of what a root row's id is made: of chance, of the primary key where a row stays the same row in every load,
 * or of the whole record where each version is a row.
 */
export type RowIdRecipe =
  | { readonly of: "chance" | "record" }
  | { readonly of: "key"; readonly columns: ReadonlySet<string> };

/** The recipe for a table's rows. */
export function rowIdRecipe(table: Table): RowIdRecipe {
  const strategy: string | undefined = table["x-merge-strategy"];
  const columns = [...table.columns.values()];
  if (strategy === "upsert" || strategy === "insert-only") {
    const key = columns.filter(({ primary_key }) => primary_key).map(({ name }) => name);
    if (key.length) return { of: "key", columns: new Set(key) };
  }
  const isRowVersion = (column: Column) => column.name !== "_dlt_id" && column["x-row-version"] === true;
  return { of: strategy === "scd2" && !columns.some(isRowVersion) ? "record" : "chance" };
}

/** Whether children of a root table carry its key: they all do once one of them does. */
export function handsDownRootKey(schema: Schema, table: Table, wanted: boolean): boolean {
  return (schema.rootKey ?? wanted) || schema.propagates(table.name) ||
    schema.descendants(table.name).some((name) => schema.tables.get(name)!.columns.has("_dlt_root_id"));
}

/** The type of a column that the normaliser fills itself, whatever the data says. */
export function linkType({ isRoot, rootKey }: TablePlan, column: string): DataType | undefined {
  switch (column) {
    case "_dlt_load_id":
      return isRoot ? "text" : undefined;
    case "_dlt_root_id":
      return !isRoot && rootKey ? "text" : undefined;
    case "_dlt_parent_id":
      return isRoot ? undefined : "text";
    case "_dlt_list_idx":
      return isRoot ? undefined : "bigint";
    default:
      return undefined;
  }
}
