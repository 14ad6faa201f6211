/**
 * What each merge strategy asks of a resource, as data.
 * @module
 */
import type { MergeStrategy } from "./schema_types.ts";

/** What a merge strategy asks of a resource. */
export interface MergeNeeds {
  /** Cannot tell rows apart without one. */
  readonly primaryKey: boolean;
  /** Knows what to do with one. */
  readonly mergeKey: boolean;
  /** Rows that a full listing lacks can leave the table. */
  readonly prune: boolean;
  /** Child rows carry the key of their root row, so that they can follow it. */
  readonly rootKey: boolean;
}

const KEYED: MergeNeeds = { primaryKey: true, mergeKey: false, prune: true, rootKey: true };

/** All merge strategies. */
export const MERGE_STRATEGIES: Readonly<Record<MergeStrategy, MergeNeeds>> = {
  "delete-insert": { primaryKey: false, mergeKey: true, prune: true, rootKey: true },
  upsert: KEYED,
  "insert-only": KEYED,
  // A version that ended must stay, so no row ever leaves the table.
  scd2: { primaryKey: false, mergeKey: true, prune: false, rootKey: false },
  coalesce: { ...KEYED, mergeKey: true },
  "replace-per-parent": { primaryKey: false, mergeKey: true, prune: true, rootKey: true },
};
