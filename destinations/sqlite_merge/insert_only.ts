/**
 * `insert-only`: a new row is added unless there is one with its key, which then stays as it is. Child rows have
 * keys of their own: one whose place in the list is new is added also below a row that stays.
 * @module
 */
import { quote, sameKey } from "../sqlite_sql.ts";
import {
  doom,
  DOOMED,
  doomHardDeleted,
  hangsBelow,
  type Merge,
  type MergedTable,
  removeRepeatedChildren,
  type Strategy,
} from "./merge.ts";

export const insertOnly: Strategy = {
  childIndex: ["_dlt_root_id", "_dlt_id"],
  doom(merge) {
    const name = quote(merge.table.name);
    const { primaryKey } = merge;
    if (primaryKey.length) {
      doom(
        merge,
        `SELECT n.rowid FROM ${name} AS n WHERE n.rowid > ?1 AND EXISTS ` +
          `(SELECT 1 FROM ${name} AS o WHERE ${sameKey("o", "n", primaryKey)} AND o.rowid < n.rowid)`,
      );
    }
    doomHardDeleted(merge);
  },
  removeChildren(merge) {
    for (const child of merge.children.toReversed()) removeOrphans(merge, child);
    removeRepeatedChildren(merge, "first");
  },
};

/**
 * New child rows go with their root row, unless the row that stays instead has its id, as ids that come from keys
 * do. Old child rows go with old root rows, which nothing but a scope dooms.
 */
function removeOrphans(merge: Merge, child: MergedTable): void {
  const { database, root, primaryKey } = merge;
  const name = quote(merge.table.name);
  const staying = primaryKey.length
    ? `AND NOT EXISTS (SELECT 1 FROM ${name} AS o WHERE ${sameKey("o", "r", primaryKey)} ` +
      `AND o."_dlt_id" = r."_dlt_id" AND o.rowid NOT IN (SELECT id FROM ${DOOMED}))`
    : "";
  const doomed = `SELECT r."_dlt_id" FROM ${DOOMED} AS d CROSS JOIN ${name} AS r ON r.rowid = d.id`;
  const remove = (rootIds: string, rows: string) =>
    database.prepare(
      `DELETE FROM ${quote(child.name)} WHERE ${hangsBelow(merge, child, rootIds)} AND ${rows}`,
    )
      .run(root.mark, child.mark);
  remove(`${doomed} WHERE d.id > ?1 ${staying}`, "+rowid > ?2");
  remove(`${doomed} WHERE d.id <= ?1`, "+rowid <= ?2");
}
