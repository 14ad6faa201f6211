/**
 * What the steps after extraction must know of a resource, as plain data. Pure.
 * @module
 */
import { ConfigError } from "../pipeline/errors.ts";
import type { JsonObject } from "../pipeline/json.ts";
import type { ResourceSummary } from "../pipeline/load_package.ts";
import {
  dispositionOf,
  keysOf,
  scopeFields,
  type StoredHints,
  type TableHints,
} from "../pipeline/table_hints.ts";
import type { ResourceNode } from "./graph.ts";
import { columnsByName } from "./resolve.ts";

/** How the walk of a resource went. */
export interface WalkFacts {
  readonly node: ResourceNode;
  readonly pages: number;
  readonly rows: number;
  /** Everything that exists was listed. */
  readonly complete: boolean;
  /** Something could not be read and keeps its rows. */
  readonly skipped: boolean;
  /** A cursor was there before, so this is not all there is. */
  readonly hasStart: boolean;
}

/** The summary of a resource. */
export function summaryOf({ node, pages, rows, complete, skipped, hasStart }: WalkFacts): ResourceSummary {
  const { settings } = node.resource;
  const { disposition, prune, strategy } = dispositionOf(settings);
  const perParent = node.parent !== undefined && strategy === "replace-per-parent";
  const fresh = complete && !hasStart && !skipped;
  const scope = perParent
    ? { fields: scopeFields(settings), complete }
    : prune && complete && !fresh
    ? { fields: keysOf(settings).primary, complete: true }
    : undefined;
  const replaceAll = (disposition === "replace" && !skipped) || ((perParent || prune) && fresh);
  return {
    hints: storedHints(settings),
    pages,
    rows,
    replaceAll,
    scope: replaceAll ? undefined : scope,
    copiesOf: settings.copies_of,
  };
}

const STORED = ["write_disposition", "primary_key", "merge_key", "max_table_nesting"] as const;

/** The hints that the table keeps. */
export function storedHints(settings: TableHints): StoredHints {
  const hints: Record<string, unknown> = {};
  for (const key of STORED) {
    if (settings[key] !== undefined && settings[key] !== null) hints[key] = settings[key];
  }
  if (typeof settings.table_name === "string") hints.table_name = settings.table_name;
  if (settings.columns) hints.columns = columnsByName(settings.columns);
  return hints;
}

/** The table that a record chooses. */
export function tableOf(
  choose: (record: JsonObject) => string,
  record: JsonObject,
  resource: string,
): string {
  const table: unknown = choose(record);
  if (typeof table === "string" && table.trim()) return table;
  throw new ConfigError(`Cannot choose a table for a record of "${resource}": table_name returned no text`, {
    code: "invalid-table-name",
    at: { resource },
    next: "return a name for every record, or leave records out by a filter in processing_steps",
  });
}
