/**
 * What one run changed about a schema: tables that are new, and columns that had their first value.
 * @module
 */
import type { Schema } from "./schema.ts";
import type { Table } from "./schema_types.ts";

/** A table that was made or widened. */
export interface TableChange {
  readonly table: string;
  readonly isNew: boolean;
  /** Columns that were not there before, with their types. */
  readonly newColumns: readonly { readonly name: string; readonly type: string }[];
}

/** The columns of each table that exist at the destination. */
export type KnownColumns = ReadonlyMap<string, ReadonlySet<string>>;

/** Notes what there is before something is added. */
export function knownColumns(schema: Schema): KnownColumns {
  return new Map(
    [...schema.tables].map(([name, table]) => [name, new Set(filled(table).map((column) => column.name))]),
  );
}

/** What was added since. Bookkeeping tables are everywhere and no news. */
export function schemaChanges(before: KnownColumns, schema: Schema): TableChange[] {
  const changes: TableChange[] = [];
  for (const table of schema.tables.values()) {
    const known = before.get(table.name);
    const newColumns = filled(table).filter(({ name }) => !known?.has(name))
      .map(({ name, data_type }) => ({ name, type: data_type! }));
    if (newColumns.length) changes.push({ table: table.name, isNew: !known?.size, newColumns });
  }
  return changes;
}

/** Columns without a type never had a value and exist nowhere. */
function filled({ columns }: Table) {
  return [...columns.values()].filter(({ data_type }) => data_type !== undefined);
}
