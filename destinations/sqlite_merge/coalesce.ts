/**
 * `coalesce`: a new row takes from the older one with its key what it does not say itself, and its place.
 * @module
 */
import { quote, sameKey } from "../sqlite_sql.ts";
import { dataColumns, doomHardDeleted, doomSuperseded, type Merge, run, type Strategy } from "./merge.ts";

export const coalesce: Strategy = {
  doom(merge) {
    if (merge.primaryKey.length) fillFromOlder(merge);
    doomSuperseded(merge, merge.primaryKey);
    doomSuperseded(merge, merge.mergeKey, { onlyOld: true });
    doomHardDeleted(merge);
  },
};

function fillFromOlder(merge: Merge): void {
  const name = quote(merge.table.name);
  const older = (column: string) =>
    `(SELECT o.${column} FROM ${name} AS o WHERE ${sameKey("o", "n", merge.primaryKey)} ` +
    `AND o.rowid < n.rowid AND o.${column} IS NOT NULL ORDER BY o.rowid DESC LIMIT 1)`;
  const assignments = dataColumns(merge.table).map(quote).map((column) =>
    `${column} = coalesce(n.${column}, ${older(column)})`
  );
  run(merge, `UPDATE ${name} AS n SET ${assignments.join(", ")} WHERE n.rowid > ?1`);
}
