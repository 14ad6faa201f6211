/**
 * Hints for the tables of lists inside a resource's records, by the path of the list. One that gets a key of its
 * own is a root table: its rows have no parent, and are written by a disposition of their own.
 * @module
 */
import { hintsUnder } from "./contract_hints.ts";
import type { Contracts } from "./contracts.ts";
import { type Naming, PATH_SEPARATOR } from "./naming.ts";
import type { Schema } from "./schema.ts";
import type { Table } from "./schema_types.ts";
import {
  annotate,
  dispositionOf,
  hintColumn,
  keysOf,
  type NestedHints,
  rootTable,
  type StoredHints,
} from "./table_hints.ts";

/** Nested hints as a load package keeps them. */
export type StoredNestedHints = NonNullable<StoredHints["nested_hints"]>[string];

/** A nested table that is a root. */
export interface NestedRoot {
  readonly table: Table;
  readonly hints: StoredHints;
}

/** What tables are made with. */
export interface NestedContext {
  readonly resource: string;
  readonly schema: Schema;
  readonly naming: Naming;
  readonly contracts: Contracts;
}

/** Whether the hints of a list make its table a root. */
export function isNestedRoot(hints: NestedHints): boolean {
  const { primary, merge } = keysOf(hints);
  const isKey = Object.values(hints.columns ?? {}).some((column) => column.primary_key || column.merge_key);
  return !hints.parent_table_name && (primary.length > 0 || merge.length > 0 || isKey);
}

/** Puts nested hints into the schema, shorter paths first. Returns the tables that are roots. */
export function nestedTables(
  root: Table,
  nested: Readonly<Record<string, StoredNestedHints>>,
  context: NestedContext,
): NestedRoot[] {
  const paths = Object.entries(nested).map(([path, hints]) => ({ path: context.naming.path(path), hints }));
  const depth = (path: string) => path.split(PATH_SEPARATOR).length;
  const roots: NestedRoot[] = [];
  for (const { path, hints } of paths.sort((one, other) => depth(one.path) - depth(other.path))) {
    const table = nestedTable(root, { path, hints }, context);
    if (table && table.parent === undefined) roots.push({ table, hints });
  }
  return roots;
}

/** Finds or makes one; undefined where its contract does not let it be made. */
function nestedTable(
  root: Table,
  { path, hints }: { path: string; hints: StoredNestedHints },
  { resource, schema, naming, contracts }: NestedContext,
): Table | undefined {
  const name = naming.join(root.name, path);
  const known = schema.tables.get(name);
  const { schema_contract, parent_table_name, ...said } = hints;
  const isRoot = isNestedRoot(hints);
  const parent = isRoot ? undefined : known?.parent ??
    (parent_table_name ? naming.path(parent_table_name) : nearest(root, path, schema, naming));
  const place = { name, parent, schema_contract: schema_contract ?? known?.schema_contract };
  if (contracts.admits(place)) return undefined;
  const allowed = hintsUnder(known && { ...known, ...place }, said, { contracts, naming });
  const table = isRoot
    ? rootTable(schema, naming, resource, { ...allowed, table_name: name })
    : childTable(schema, naming, { name, parent: parent!, hints: allowed });
  if (isRoot) delete table.parent;
  else if (hints.write_disposition) table.write_disposition = dispositionOf(hints).disposition;
  if (schema_contract) table.schema_contract = schema_contract;
  annotate(table, said);
  return table;
}

/** The table above a list as far as the path tells; rows tell the rest. */
function nearest(root: Table, path: string, schema: Schema, naming: Naming): string {
  const parts = path.split(PATH_SEPARATOR);
  for (let length = parts.length - 1; length > 0; length--) {
    const name = naming.join(root.name, parts.slice(0, length).join(PATH_SEPARATOR));
    if (schema.tables.has(name)) return name;
  }
  return root.name;
}

function childTable(
  schema: Schema,
  naming: Naming,
  { name, parent, hints }: { name: string; parent: string; hints: StoredHints },
): Table {
  const table: Table = schema.tables.get(name) ?? { name, columns: new Map(), parent };
  schema.tables.set(name, table);
  const { primary, merge } = keysOf(hints);
  for (const field of primary) {
    hintColumn(table, naming.path(field), { nullable: false, primary_key: true });
  }
  for (const field of merge) hintColumn(table, naming.path(field), { nullable: false, merge_key: true });
  for (const [field, hint] of Object.entries(hints.columns ?? {})) {
    hintColumn(table, naming.path(field), hint);
  }
  return table;
}
