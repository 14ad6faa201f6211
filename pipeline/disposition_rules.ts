/**
 * Whether a destination can do what resources ask of it, decided before anything is read. Pure.
 * @module
 */
import type { Capabilities } from "./destination.ts";
import { ConfigError } from "./errors.ts";
import { MERGE_STRATEGIES } from "./merge_strategies.ts";
import { isNestedRoot } from "./nested_hints.ts";
import type { MergeStrategy, WriteDisposition } from "./schema_types.ts";
import { type ColumnHints, type Disposition, dispositionOf, keysOf, type TableHints } from "./table_hints.ts";
import { parseDateOrTimestamp } from "./timestamps.ts";
import { momentText, VALIDITY_COLUMNS } from "./version_columns.ts";

/** A resource and what it says about its table. */
export interface WrittenResource {
  readonly name: string;
  readonly settings: TableHints;
}

type Limits = Pick<Capabilities, "writeDispositions" | "mergeStrategies" | "appendingStrategies">;

/** A destination as far as this is concerned. */
export interface RuledDestination {
  readonly name: string;
  readonly capabilities: Limits;
}

/** What is wrong, and what to do about it. */
interface Fault {
  readonly code: string;
  readonly text: string;
  readonly next: string;
}

/**
 * Refuses resources whose rows the destination cannot write as they ask.
 *
 * @returns what is allowed, but hardly meant
 * @throws {ConfigError} for the first resource that asks too much
 */
export function checkDispositions(
  given: readonly WrittenResource[],
  destination: RuledDestination,
): { readonly resource: string; readonly message: string }[] {
  const resources = given.flatMap((each) => [each, ...nestedRoots(each)]);
  for (const { name, settings } of resources) {
    const fault = faultOf(settings, destination);
    if (!fault) continue;
    const { code, text, next } = fault;
    throw new ConfigError(`Cannot load "${name}": ${text}`, { code, at: { resource: name }, next });
  }
  return resources.filter(({ settings }) => isKeyless(settings)).map(({ name }) => ({
    resource: name,
    message: `"${name}" has no primary_key and no merge_key, so its merge only appends`,
  }));
}

/** Lists whose tables are roots are written by themselves, as resources are. */
function nestedRoots({ name, settings }: WrittenResource): WrittenResource[] {
  const nested = Object.entries(settings.nested_hints ?? {});
  return nested.filter(([, hints]) => isNestedRoot(hints))
    .map(([path, hints]) => ({ name: `${name}.${path}`, settings: hints }));
}

function faultOf(settings: TableHints, destination: RuledDestination): Fault | undefined {
  const disposition = dispositionOf(settings);
  return unsupported(disposition, destination) ??
    (disposition.strategy && keyFault(disposition.strategy, disposition.prune, settings)) ??
    (disposition.strategy === "scd2" ? versionFault(disposition) : undefined) ??
    repeatedHint(settings);
}

function unsupported(
  { disposition, strategy }: Disposition,
  { name, capabilities }: RuledDestination,
): Fault | undefined {
  const { writeDispositions, mergeStrategies, appendingStrategies = [] } = capabilities;
  if (!writeDispositions.includes(disposition)) {
    const what = `the write disposition "${disposition}"`;
    return { code: "disposition-unsupported", ...unknownTo(name, what, writeDispositions) };
  }
  const known = [...mergeStrategies, ...appendingStrategies];
  if (strategy === undefined || known.includes(strategy)) return undefined;
  return { code: "strategy-unsupported", ...unknownTo(name, `a merge by "${strategy}"`, known) };
}

function unknownTo(
  destination: string,
  what: string,
  known: readonly (WriteDisposition | MergeStrategy)[],
): Omit<Fault, "code"> {
  return {
    text: `destination "${destination}" cannot do ${what}`,
    next: `choose one that it knows (${known.join(", ")}), or another destination`,
  };
}

function keyFault(strategy: MergeStrategy, prune: boolean, settings: TableHints): Fault | undefined {
  const needs = MERGE_STRATEGIES[strategy];
  const { primary, merge } = allKeys(settings);
  if (needs.primaryKey && !primary.length) {
    return {
      code: "primary-key-missing",
      text: `a merge by "${strategy}" needs a primary key, and there is none`,
      next: "set primary_key to the fields that identify a record, or choose the strategy delete-insert",
    };
  }
  if (!needs.mergeKey && merge.length) {
    return {
      code: "merge-key-refused",
      text: `a merge by "${strategy}" knows rows by their primary key alone, and there is a merge_key`,
      next: "take merge_key away, or choose the strategy delete-insert",
    };
  }
  if (!needs.prune && prune) {
    return {
      code: "prune-refused",
      text: `a merge by "${strategy}" keeps every row, and prune lets rows leave`,
      next: `take prune away; "${strategy}" ends versions that a load lacks by itself`,
    };
  }
  return undefined;
}

function versionFault({ options }: Disposition): Fault | undefined {
  const [from, to, ...more] = options.validity_column_names ?? VALIDITY_COLUMNS;
  if (!from || !to || more.length || from === to) {
    return {
      code: "invalid-validity-columns",
      text: "validity_column_names must be two different names",
      next: 'write ["valid_from", "valid_to"], or leave it out',
    };
  }
  for (const option of ["active_record_timestamp", "boundary_timestamp"] as const) {
    const text = momentText(options[option]);
    if (text === undefined || parseDateOrTimestamp(text) !== undefined) continue;
    return {
      code: "invalid-timestamp",
      text: `${option} "${text}" is no date`,
      next: "write a date such as 2026-01-31, or a date and time such as 2026-01-31T08:00:00Z",
    };
  }
  return undefined;
}

/** Two columns with such a hint would contradict each other. */
function repeatedHint(settings: TableHints): Fault | undefined {
  for (const hint of ["hard_delete", "dedup_sort"] as const) {
    const names = columnsOf(settings).filter(([, column]) => column[hint]).map(([name]) => name);
    if (names.length < 2) continue;
    return {
      code: "hint-repeated",
      text: `the hint ${hint} is on the columns ${names.map((name) => `"${name}"`).join(" and ")}`,
      next: `leave ${hint} on one of them`,
    };
  }
  return undefined;
}

function isKeyless(settings: TableHints): boolean {
  const { strategy, prune } = dispositionOf(settings);
  const { primary, merge } = allKeys(settings);
  return strategy === "delete-insert" && !prune && !primary.length && !merge.length;
}

/** Keys of the resource and those that are hints of columns. */
function allKeys(settings: TableHints): { primary: string[]; merge: string[] } {
  const { primary, merge } = keysOf(settings);
  const hinted = (hint: "primary_key" | "merge_key") =>
    columnsOf(settings).filter(([, column]) => column[hint]).map(([name]) => name);
  return { primary: [...primary, ...hinted("primary_key")], merge: [...merge, ...hinted("merge_key")] };
}

function columnsOf({ columns }: TableHints): [string, ColumnHints][] {
  if (!columns) return [];
  if (!Array.isArray(columns)) return Object.entries(columns);
  return (columns as readonly (ColumnHints & { name: string })[]).map((column) => [column.name, column]);
}
