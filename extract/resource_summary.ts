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
  type WriteDispositionConfig,
} from "../pipeline/table_hints.ts";
import { isReservedTable } from "../pipeline/naming.ts";
import { momentText } from "../pipeline/version_columns.ts";
import type { ResourceNode } from "./graph.ts";
import { callOwn } from "./own_code.ts";
import { columnsByName } from "./definition/resolve.ts";
import type { WalkTally } from "./walk_tally.ts";

/** How the walk of a resource went. */
export interface WalkFacts {
  readonly node: ResourceNode;
  /** Settled. */
  readonly tally: WalkTally;
  /** A cursor was there before, so this is not all there is. */
  readonly hasStart: boolean;
  /** Tables that records chose. */
  readonly tables: ReadonlySet<string>;
}

/** The summary of a resource. */
export function summaryOf(facts: WalkFacts): ResourceSummary {
  const { node: { resource: { settings } }, hasStart, tables } = facts;
  const { pages, rows, isComplete, hasSkipped } = facts.tally;
  const { disposition, prune } = dispositionOf(settings);
  const isRenewed = (prune || isPerParent(facts)) && isComplete && !hasStart;
  const replaceAll = (disposition === "replace" && !hasSkipped) || isRenewed;
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
  const { node: { parent, resource: { settings } }, tally } = facts;
  if (isPerParent(facts)) return { fields: scopeFields(settings), complete: tally.hasAllParents };
  // Below a parent keys are not listed.
  const isPruned = dispositionOf(settings).prune && tally.isComplete && !parent;
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
  const given = settings.write_disposition;
  if (typeof given === "object" && given) hints.write_disposition = withTexts(given);
  if (settings.columns) hints.columns = columnsByName(settings.columns);
  return hints;
}

/** A package is JSON, which has no dates. */
function withTexts(config: WriteDispositionConfig): WriteDispositionConfig {
  const entries = Object.entries(config).map(([key, value]) => [key, momentText(value) ?? value]);
  return Object.fromEntries(entries);
}

/** The table that a record chooses. */
export function tableOf(
  choose: (record: JsonObject) => string,
  record: JsonObject,
  resource: string,
): string {
  const table: unknown = callOwn({ what: '"table_name"', resource }, () => choose(record));
  if (typeof table === "string" && table.trim()) {
    // An API could else write down loads that never were.
    if (!isReservedTable(table)) return table;
    throw new ConfigError(
      `Cannot choose a table for a record of "${resource}": names that begin with _dlt or sqlite_ are reserved`,
      {
        code: "invalid-table-name",
        at: { resource },
        next: "return another name in table_name, e.g. with a word before it",
      },
    );
  }
  throw new ConfigError(`Cannot choose a table for a record of "${resource}": table_name returned no text`, {
    code: "invalid-table-name",
    at: { resource },
    next: "return a name for every record, or leave records out by a filter in processing_steps",
  });
}
