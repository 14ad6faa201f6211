/**
 * `scd2`: every version of a row stays, with from when and until when it held. Versions that the load lacks end
 * (with a merge key only those of keys it has); versions that are new begin; the moment is the same for both.
 * @module
 */
import { loadTime } from "../../pipeline/load_time.ts";
import type { Column } from "../../pipeline/schema_types.ts";
import { parseDateOrTimestamp } from "../../pipeline/timestamps.ts";
import { versionColumns } from "../../pipeline/version_columns.ts";
import { quote, sameKey } from "../sqlite_sql.ts";
import { doom, type Merge, run, type Strategy } from "./merge.ts";

export const scd2: Strategy = {
  childIndex: ["_dlt_id"],
  indexes({ table, children, mergeKey }) {
    const version = versionColumns(table)?.version;
    return [version ? [version] : [], mergeKey, children.length ? ["_dlt_id"] : []];
  },
  doom(merge) {
    const { table, mergeKey, loadId } = merge;
    const columns = versionColumns(table);
    if (!columns) return;
    const name = quote(table.name);
    const [from, to, version] = [columns.from, columns.to.name, columns.version].map(quote);
    const boundary = stored(table["x-boundary-timestamp"]) ?? loadTime(loadId);
    const active = activeEnd(columns.to);
    const isActive = `(o.${to} IS NULL${active === null ? "" : ` OR o.${to} = '${active}'`})`;
    // With a merge key, found from the new rows, so that it costs what changed and not what was ever there.
    const isOfKey = mergeKey.length
      ? ` AND o.rowid IN (SELECT x.rowid FROM ${name} AS n CROSS JOIN ${name} AS x ON ` +
        `${sameKey("x", "n", mergeKey)} WHERE n.rowid > ?1)`
      : "";
    // A load that brought no rows says nothing about those that are there.
    const hasRows = `EXISTS (SELECT 1 FROM ${name} WHERE rowid > ?1)`;
    run(
      merge,
      `UPDATE ${name} AS o SET ${to} = ?2 WHERE o.rowid <= ?1 AND ${isActive} ` +
        `AND NOT EXISTS (SELECT 1 FROM ${name} AS n WHERE n.${version} = o.${version} AND +n.rowid > ?1)` +
        `${isOfKey} AND ${hasRows}`,
      boundary,
    );
    // One version is one row, also where a load brings it twice.
    doom(
      merge,
      `SELECT n.rowid FROM ${name} AS n WHERE n.rowid > ?1 AND EXISTS (SELECT 1 FROM ${name} AS o ` +
        `WHERE o.${version} = n.${version} AND o.rowid < n.rowid AND (o.rowid > ?1 OR ${isActive}))`,
    );
    run(merge, `UPDATE ${name} SET ${from} = ?2, ${to} = ?3 WHERE rowid > ?1`, boundary, active);
  },
  // Old child rows belong to versions, which stay.
  removeChildren: () => {},
  finish: removeKnownChildren,
};

/** The end that current versions have, as it is stored. */
function activeEnd(column: Column): string | null {
  return stored(column["x-active-record-timestamp"]) ?? null;
}

function stored(hint: unknown): string | undefined {
  return typeof hint === "string" ? parseDateOrTimestamp(hint) : undefined;
}

/** New child rows go that are there already, or whose row is not. Parents come first, so this reaches all depths. */
function removeKnownChildren({ database, children }: Merge): void {
  for (const { name, parent, mark } of children) {
    const child = quote(name);
    const isKnown =
      `EXISTS (SELECT 1 FROM ${child} AS o WHERE o."_dlt_id" = c."_dlt_id" AND o.rowid < c.rowid)`;
    const isOrphan = parent === undefined
      ? "0"
      : `NOT EXISTS (SELECT 1 FROM ${quote(parent)} AS p WHERE p."_dlt_id" = c."_dlt_parent_id")`;
    database.prepare(`DELETE FROM ${child} AS c WHERE c.rowid > ?1 AND (${isKnown} OR ${isOrphan})`).run(
      mark,
    );
  }
}
