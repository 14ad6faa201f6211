/**
 * Which resources may be turned into rows while others are still read. Pure.
 * @module
 */
import { type Naming, PATH_SEPARATOR } from "./naming.ts";
import type { PlannedResource } from "./resource_tables.ts";

/**
 * The resources whose tables nobody else writes to: what becomes of their records then depends on no other
 * resource, and so not on which of them is faster.
 */
export function streamable(
  resources: Readonly<Record<string, PlannedResource>>,
  naming: Naming,
): Set<string> {
  const named = Object.entries(resources).map(([resource, { hints, tables }]) => ({
    resource,
    // Where records choose the table, nobody knows which they will.
    table: tables ? undefined : naming.path(hints.table_name ?? resource),
  }));
  if (named.some(({ table }) => table === undefined)) return new Set();
  const isApart = (one: string, other: string) =>
    one !== other && !one.startsWith(other + PATH_SEPARATOR) && !other.startsWith(one + PATH_SEPARATOR);
  return new Set(
    named.filter(({ resource, table }) =>
      named.every((other) => other.resource === resource || isApart(table!, other.table!))
    ).map(({ resource }) => resource),
  );
}
