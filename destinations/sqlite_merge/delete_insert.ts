/**
 * `delete-insert`: old rows with the primary key or the merge key of a new one go. Of new rows with one primary key
 * one stays: the first by `dedup_sort`, or the last that came. One that is marked by `hard_delete` stays not.
 * @module
 */
import type { Column } from "../../pipeline/schema_types.ts";
import { quote, quoteAll, storedColumns } from "../sqlite_sql.ts";
import { doom, doomHardDeleted, doomSuperseded, type Merge, type Strategy } from "./merge.ts";

export const deleteInsert: Strategy = {
  doom(merge) {
    const { table, primaryKey, mergeKey } = merge;
    const sort = storedColumns(table).find((column) => column.dedup_sort);
    const onlyOld = table["x-stage-data-deduplicated"] === true || sort !== undefined;
    doomSuperseded(merge, primaryKey, { onlyOld });
    if (sort && primaryKey.length && !table["x-stage-data-deduplicated"]) doomUnlessFirst(merge, sort);
    doomSuperseded(merge, mergeKey, { onlyOld: true });
    doomHardDeleted(merge);
  },
};

/** Of new rows with one key the first by a column stays; among equals the last that came. */
function doomUnlessFirst(merge: Merge, sort: Column): void {
  const { table, primaryKey } = merge;
  const gaps = primaryKey.map((column) => `${quote(column)} IS NOT NULL`).join(" AND ");
  doom(
    merge,
    `SELECT id FROM (SELECT rowid AS id, row_number() OVER (PARTITION BY ${quoteAll(primaryKey)} ` +
      `ORDER BY ${order(sort)}, rowid DESC) AS place FROM ${quote(table.name)} ` +
      `WHERE rowid > ?1 AND ${gaps}) WHERE place > 1`,
  );
}

/** What is not there comes last. Decimals are stored as text, whose order is not theirs: what they are about first, then their digits. */
function order({ name, data_type, dedup_sort }: Column): string {
  const column = quote(name);
  const [direction, opposite] = dedup_sort === "desc" ? ["DESC", "ASC"] : ["ASC", "DESC"];
  if (data_type !== "decimal" && data_type !== "wei") return `${column} ${direction} NULLS LAST`;
  const digits = (condition: string) => `CASE WHEN ${column} ${condition} '-%' THEN ${column} END`;
  return `CAST(${column} AS REAL) ${direction} NULLS LAST, ${digits("NOT LIKE")} ${direction}, ${
    digits("LIKE")
  } ${opposite}`;
}
