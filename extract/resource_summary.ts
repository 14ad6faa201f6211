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
import { callOwn } from "./own_code.ts";
import { columnsByName } from "./resolve.ts";

/** How the walk of a resource went. */
export interface WalkFacts {
  readonly node: ResourceNode;
  readonly pages: number;
  readonly rows: number;
  /** Every record there is was met. */
  readonly complete: boolean;
  /** Every parent there is was shown to it. */
  readonly hasAllParents: boolean;
  /** Something could not be read and keeps its rows. */
  readonly skipped: boolean;
  /** A cursor was there before, so this is not all there is. */
  readonly hasStart: boolean;
  /** Tables that records chose. */
  readonly tables: ReadonlySet<string>;
}

/** The summary of a resource. */
export function summaryOf(facts: WalkFacts): ResourceSummary {
  const { node, pages, rows, complete, skipped, hasStart, tables } = facts;
  const { settings } = node.resource;
  const { disposition, prune } = dispositionOf(settings);
  const fresh = complete && !hasStart && !skipped;
  const isRenewed = prune || isPerParent(facts);
  const replaceAll = (disposition === "replace" && !skipped) || (isRenewed && fresh);
  return {
    hints: storedHints(settings),
    pages,
    rows,
    replaceAll,
    scope: replaceAll ? undefined : scopeOf(facts),
    copiesOf: settings.copies_of,
    tables: typeof settings.table_name === "function" ? [...tables] : undefined,
  };
}

function isPerParent({ node }: WalkFacts): boolean {
  return node.parent !== undefined &&
    dispositionOf(node.resource.settings).strategy === "replace-per-parent";
}

/** Which rows this load speaks about besides those that it brings. */
function scopeOf(facts: WalkFacts): ResourceSummary["scope"] {
  const { node: { parent, resource: { settings } }, complete, hasAllParents } = facts;
  if (isPerParent(facts)) return { fields: scopeFields(settings), complete: hasAllParents };
  // Below a parent keys are not listed.
  const isPruned = dispositionOf(settings).prune && complete && !parent;
  return isPruned ? { fields: keysOf(settings).primary, complete: true } : undefined;
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
  const table: unknown = callOwn({ what: '"table_name"', resource }, () => choose(record));
  if (typeof table === "string" && table.trim()) return table;
  throw new ConfigError(`Cannot choose a table for a record of "${resource}": table_name returned no text`, {
    code: "invalid-table-name",
    at: { resource },
    next: "return a name for every record, or leave records out by a filter in processing_steps",
  });
}
