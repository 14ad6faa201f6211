/**
 * The merge strategies of SQLite, one file each, and the frame they run in.
 * @module
 */
import type { RowChanges } from "../../pipeline/destination.ts";
import type { MergeStrategy } from "../../pipeline/schema_types.ts";
import { coalesce } from "./coalesce.ts";
import { deleteInsert } from "./delete_insert.ts";
import { insertOnly } from "./insert_only.ts";
import {
  createIndex,
  DOOMED,
  type Merge,
  removeChildren,
  removeDoomed,
  rowChanges,
  type Strategy,
} from "./merge.ts";
import { replacePerParent } from "./replace_per_parent.ts";
import { scd2 } from "./scd2.ts";
import { doomByScope } from "./scope.ts";
import { upsert } from "./upsert.ts";

const STRATEGIES: Readonly<Record<MergeStrategy, Strategy>> = {
  "delete-insert": deleteInsert,
  upsert,
  "insert-only": insertOnly,
  scd2,
  coalesce,
  "replace-per-parent": replacePerParent,
};

/** The names of all strategies. */
export const strategies = Object.keys(STRATEGIES) as MergeStrategy[];

/** Removes what the new rows of a root table and its children supersede, and new rows that must not stay; tells it. */
export async function merge(merging: Merge, name: MergeStrategy): Promise<RowChanges> {
  const { database, scope } = merging;
  const strategy = STRATEGIES[name];
  createIndexes(merging, strategy);
  database.exec(`CREATE TABLE ${DOOMED} (id INTEGER PRIMARY KEY)`);
  try {
    strategy.doom(merging);
    if (scope) await doomByScope(merging, scope, strategy.perParent === true);
    const changes = rowChanges(merging);
    if (strategy.removeChildren || database.prepare(`SELECT 1 FROM ${DOOMED} LIMIT 1`).get()) {
      indexChildren(merging, strategy);
      (strategy.removeChildren ?? removeChildren)(merging);
      removeDoomed(merging);
    }
    strategy.finish?.(merging);
    return changes;
  } finally {
    database.exec(`DROP TABLE ${DOOMED}`);
  }
}

function createIndexes(merging: Merge, { indexes }: Strategy): void {
  const { database, root, primaryKey, mergeKey, scope } = merging;
  const wanted = indexes?.(merging) ?? [primaryKey, mergeKey, scope?.columns ?? []];
  for (const columns of wanted) {
    if (columns.length && columns.every((column) => root.columns.has(column))) {
      createIndex(database, root.name, columns);
    }
  }
}

/** Children are looked up only when rows go; a first load needs none of it. */
function indexChildren({ database, children }: Merge, { childIndex = ["_dlt_root_id"] }: Strategy): void {
  for (const { name, columns } of children) {
    const index = columns.has("_dlt_root_id") ? childIndex : ["_dlt_parent_id"];
    if (index.every((column) => columns.has(column))) createIndex(database, name, index);
  }
}
