/**
 * What the merge strategies of SQLite share. New rows are in their tables already, above a mark; a strategy says
 * which root rows go, old or new, by putting their row ids into a temporary table.
 * @module
 */
import type { DatabaseSync, SQLInputValue } from "sqlite";
import type { RowChanges, Scope } from "../../pipeline/destination.ts";
import type { Column, Table } from "../../pipeline/schema_types.ts";
import { quote, quoteAll, sameKey, storedColumns } from "../sqlite_sql.ts";

/** A table that rows were written to, or may have been. */
export interface MergedTable {
  readonly name: string;
  /** The table its rows hang below; undefined for the root. */
  readonly parent?: string;
  /** The last row id before this load. */
  readonly mark: number;
  /** Names of the columns that exist. */
  readonly columns: ReadonlySet<string>;
}

/** A root table, its children and what one load says about them. */
export interface Merge {
  readonly database: DatabaseSync;
  readonly table: Table;
  readonly root: MergedTable;
  /** Parents first; only those that exist. */
  readonly children: readonly MergedTable[];
  readonly primaryKey: readonly string[];
  readonly mergeKey: readonly string[];
  readonly scope?: Scope;
  readonly loadId: string;
  /** New rows of the root table. */
  readonly came: number;
}

/** How one merge strategy is done. */
export interface Strategy {
  /** Columns by which rows are looked up, each list an index of the root table. */
  indexes?(merge: Merge): readonly (readonly string[])[];
  /** Columns by which child rows are looked up. Default: the key of their root row. */
  readonly childIndex?: readonly string[];
  /** Dooms root rows. */
  doom(merge: Merge): void;
  /** Removes child rows, while doomed root rows are still there. Default: {@link removeChildren}. */
  readonly removeChildren?: (merge: Merge) => void;
  /** What is left to do when doomed root rows are gone. */
  readonly finish?: (merge: Merge) => void;
  /** Rows of parents that were read again give way to the new ones. */
  readonly perParent?: boolean;
}

/** Row ids of root rows that go. */
export const DOOMED = "temp._sluice_doomed";
/** Ids (`_dlt_id`) of new rows of which none stays. */
export const GONE = "temp._sluice_gone";

/** Runs a statement whose first parameter is the mark of the root table. */
export function run({ database, root }: Merge, text: string, ...more: SQLInputValue[]): void {
  database.prepare(text).run(root.mark, ...more);
}

/** Dooms the root rows of a selection, whose `?1` is the mark. */
export function doom(merge: Merge, select: string): void {
  run(merge, `INSERT OR IGNORE INTO ${DOOMED} ${select}`);
}

/** Rows give way to a later row with the same key, in this load (unless `onlyOld`) and from earlier ones. */
export function doomSuperseded(
  merge: Merge,
  key: readonly string[],
  { onlyOld = false }: { onlyOld?: boolean } = {},
): void {
  if (!key.length) return;
  const name = quote(merge.table.name);
  doom(
    merge,
    `SELECT o.rowid FROM ${name} AS n CROSS JOIN ${name} AS o ON ${sameKey("o", "n", key)} ` +
      `WHERE n.rowid > ?1 AND ${onlyOld ? "o.rowid <= ?1" : "o.rowid < n.rowid"}`,
  );
}

/** New rows go whose `hard_delete` column says so: a boolean that is true, anything else that is there. */
export function doomHardDeleted(merge: Merge): void {
  const marker = storedColumns(merge.table).find((column) => column.hard_delete);
  if (!marker) return;
  const condition = marker.data_type === "bool" ? "= 1" : "IS NOT NULL";
  doom(
    merge,
    `SELECT rowid FROM ${quote(merge.table.name)} WHERE rowid > ?1 AND ${quote(marker.name)} ${condition}`,
  );
}

/** The columns that hold data rather than bookkeeping. */
export function dataColumns(table: Table): string[] {
  return storedColumns(table).map(({ name }) => name).filter((name) => !name.startsWith("_dlt_"));
}

/** Columns with a hint. */
export function columnsWith(table: Table, hint: "primary_key" | "merge_key"): string[] {
  return storedColumns(table).filter((column: Column) => column[hint]).map((column) => column.name);
}

/**
 * Removes the children of doomed root rows. Where ids come from keys, old and new rows share them, so the children
 * of old ones are the old ones, and those of a new one go only when no new row with its id stays.
 */
export function removeChildren(merge: Merge): void {
  const { database, children } = merge;
  if (!children.length) return;
  const root = quote(merge.table.name);
  const doomedIds = `SELECT r."_dlt_id" FROM ${DOOMED} AS d CROSS JOIN ${root} AS r ON r.rowid = d.id`;
  database.exec(`CREATE TABLE ${GONE} (id TEXT PRIMARY KEY) WITHOUT ROWID`);
  try {
    run(
      merge,
      `INSERT OR IGNORE INTO ${GONE} ${doomedIds} WHERE d.id > ?1 AND r."_dlt_id" IS NOT NULL`,
    );
    if (database.prepare(`SELECT 1 FROM ${GONE} LIMIT 1`).get()) {
      run(
        merge,
        `DELETE FROM ${GONE} WHERE id IN (SELECT "_dlt_id" FROM ${root} WHERE rowid > ?1 ` +
          `AND rowid NOT IN (SELECT id FROM ${DOOMED}))`,
      );
    }
    for (const child of children.toReversed()) {
      const { name, mark } = child;
      // The plus keeps SQLite from walking row ids where the index on the root's key is far shorter.
      database.prepare(
        `DELETE FROM ${quote(name)} WHERE ${
          hangsBelow(merge, child, `${doomedIds} WHERE d.id <= ?1`)
        } AND +rowid <= ?2`,
      ).run(merge.root.mark, mark);
      database.prepare(
        `DELETE FROM ${quote(name)} WHERE ${
          hangsBelow(merge, child, `SELECT id FROM ${GONE}`)
        } AND +rowid > ?1`,
      ).run(mark);
    }
  } finally {
    database.exec(`DROP TABLE ${GONE}`);
  }
}

/** The column by which a child row knows its root, or else its parent. */
export function linkOf({ columns }: MergedTable): "_dlt_root_id" | "_dlt_parent_id" {
  return columns.has("_dlt_root_id") ? "_dlt_root_id" : "_dlt_parent_id";
}

/**
 * The condition that a child row hangs below a root row of these ids. Where the root's id is not handed down it goes
 * from parent to parent, so that children have to be removed before their parents.
 */
export function hangsBelow(merge: Merge, child: MergedTable, rootIds: string): string {
  const link = quote(linkOf(child));
  const above = child.columns.has("_dlt_root_id")
    ? undefined
    : merge.children.find(({ name }) => name === child.parent);
  if (!above) return `${link} IN (${rootIds})`;
  return `${link} IN (SELECT "_dlt_id" FROM ${quote(above.name)} WHERE ${hangsBelow(merge, above, rootIds)})`;
}

/** Of child rows with one id below doomed new root rows, the first or the last stays. */
export function removeRepeatedChildren(merge: Merge, stays: "first" | "last"): void {
  const root = quote(merge.table.name);
  const doomedIds =
    `SELECT r."_dlt_id" FROM ${DOOMED} AS d CROSS JOIN ${root} AS r ON r.rowid = d.id WHERE d.id > ?1`;
  for (const each of merge.children.toReversed()) {
    const { name, mark } = each;
    const child = quote(name);
    const link = quote(linkOf(each));
    merge.database.prepare(
      `DELETE FROM ${child} AS c WHERE +c.rowid > ?2 AND ${hangsBelow(merge, each, doomedIds)} ` +
        `AND EXISTS (SELECT 1 FROM ${child} AS o WHERE o.${link} = c.${link} AND o."_dlt_id" = c."_dlt_id" ` +
        `AND ${stays === "first" ? "o.rowid < c.rowid" : "o.rowid > c.rowid"})`,
    ).run(merge.root.mark, mark);
  }
}

/** What becomes of root rows, as long as the doomed ones are there. */
export function rowChanges(merge: Merge): RowChanges {
  const { database, table, primaryKey, came, root: { mark } } = merge;
  const count = (text: string) => Number(database.prepare(`SELECT count(*) AS n ${text}`).get(mark)?.n);
  const gone = count(`FROM ${DOOMED} WHERE id <= ?1`);
  const kept = came - count(`FROM ${DOOMED} WHERE id > ?1`);
  if (!gone || !primaryKey.length) return { added: kept, changed: 0, removed: gone };
  const name = quote(table.name);
  const succeeded = count(
    `FROM ${DOOMED} AS d CROSS JOIN ${name} AS o ON o.rowid = d.id WHERE d.id <= ?1 AND EXISTS ` +
      `(SELECT 1 FROM ${name} AS n WHERE ${sameKey("o", "n", primaryKey)} AND n.rowid > ?1 ` +
      `AND n.rowid NOT IN (SELECT id FROM ${DOOMED}))`,
  );
  const changed = Math.min(succeeded, kept);
  return { added: kept - changed, changed, removed: gone - succeeded };
}

/** Removes the doomed root rows themselves. */
export function removeDoomed({ database, table }: Merge): void {
  database.exec(`DELETE FROM ${quote(table.name)} WHERE rowid IN (SELECT id FROM ${DOOMED})`);
}

/** An index that makes a merge cost what changed, not what exists. */
export function createIndex(database: DatabaseSync, table: string, columns: readonly string[]): void {
  const name = quote(`_dlt_ix_${table}__${columns.join("__")}`);
  database.exec(`CREATE INDEX IF NOT EXISTS ${name} ON ${quote(table)} (${quoteAll(columns)})`);
}
