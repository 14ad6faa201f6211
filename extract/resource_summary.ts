/**
 * What the steps after extraction must know of a resource, as plain data. Pure.
 * @module
 */
import { ConfigError } from "../pipeline/errors.ts";
import type { JsonObject } from "../pipeline/json.ts";
import { jsonPath } from "../pipeline/json_path.ts";
import type { ResourceSummary } from "../pipeline/load_package.ts";
import type { PlannedResource } from "../pipeline/resource_tables.ts";
import {
  dispositionOf,
  isAnnotation,
  keysOf,
  type NestedHints,
  scopeFields,
  type StoredHints,
  type TableHints,
  type WriteDispositionConfig,
} from "../pipeline/table_hints.ts";
import type { StoredNestedHints } from "../pipeline/nested_hints.ts";
import { isReservedTable } from "../pipeline/naming.ts";
import { momentText } from "../pipeline/version_columns.ts";
import type { ResourceNode } from "./graph.ts";
import { callOwn } from "./own_code.ts";
import { columnsByName, type ResolvedResource } from "./definition/resolve.ts";
import type { IncrementalConfig } from "./definition/rest_api_config.ts";
import type { WalkTally } from "./walk_tally.ts";

/** How the walk of a resource went. */
export interface WalkFacts {
  readonly node: ResourceNode;
  /** Settled. */
  readonly tally: WalkTally;
  /** A cursor was there before, so this is not all there is. */
  readonly hasStart: boolean;
  /** All that was remembered is forgotten. */
  readonly startsOver: boolean;
  /** Tables that records chose. */
  readonly tables: ReadonlySet<string>;
}

/** The summary of a resource. */
export function summaryOf(facts: WalkFacts): ResourceSummary {
  const { node: { resource: { settings } }, hasStart, startsOver, tables } = facts;
  const { pages, rows, isComplete, hasSkipped } = facts.tally;
  const { disposition, prune } = dispositionOf(settings);
  const isRenewed = (prune || isPerParent(facts)) && isComplete && !hasStart;
  // What was appended before is read once more.
  const isAgain = disposition === "append" && startsOver && isComplete;
  const replaceAll = (disposition === "replace" && !hasSkipped) || isRenewed || isAgain;
  return {
    hints: storedHints(facts.node.resource),
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

/** What is known of a resource before it is read. */
export function planned(resource: ResolvedResource): PlannedResource {
  const isChosen = typeof resource.settings.table_name === "function";
  return { hints: storedHints(resource), tables: isChosen ? [] : undefined };
}

/** Which rows this load speaks about besides those that it brings. */
function scopeOf(facts: WalkFacts): ResourceSummary["scope"] {
  const { node: { parent, resource: { settings } }, tally } = facts;
  if (isPerParent(facts)) return { fields: scopeFields(settings), complete: tally.hasAllParents };
  // Below a parent keys are not listed.
  const isPruned = dispositionOf(settings).prune && tally.isComplete && !parent;
  return isPruned ? { fields: keysOf(settings).primary, complete: true } : undefined;
}

const STORED = ["write_disposition", "primary_key", "merge_key", "max_table_nesting", "references"] as const;

type HintedResource = Pick<ResolvedResource, "incremental"> & { readonly settings: TableHints };

/** The hints that the table keeps. */
export function storedHints({ settings, incremental }: HintedResource): StoredHints {
  const hints: Record<string, unknown> = {};
  for (const key of STORED) {
    if (settings[key] !== undefined && settings[key] !== null) hints[key] = settings[key];
  }
  if (typeof settings.table_name === "string") hints.table_name = settings.table_name;
  const given = settings.write_disposition;
  if (typeof given === "object" && given) hints.write_disposition = withTexts(given);
  if (settings.columns) hints.columns = columnsByName(settings.columns);
  if (incremental) hints.cursor = cursorField(incremental);
  if (settings.nested_hints) {
    const nested = Object.entries(settings.nested_hints);
    hints.nested_hints = Object.fromEntries(nested.map(([path, each]) => [path, storedNestedHints(each)]));
  }
  for (const key of Object.keys(settings)) if (isAnnotation(key)) hints[key] = settings[key];
  return hints;
}

function storedNestedHints(hints: NestedHints): StoredNestedHints {
  const { schema_contract, parent_table_name } = hints;
  return {
    ...storedHints({ settings: hints }),
    ...(schema_contract && { schema_contract }),
    ...(parent_table_name && { parent_table_name }),
  };
}

function cursorField({ cursor_path }: IncrementalConfig): string | undefined {
  const [path, ...others] = [cursor_path].flat();
  // As in dlt, a path from the root is none to a column.
  if (others.length || path.startsWith("$")) return undefined;
  const { keys } = jsonPath(path);
  return keys?.length === 1 ? keys[0] : undefined;
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
