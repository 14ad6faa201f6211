/**
 * Rows that a walk says are no more: those of parents it read again, and those that a complete listing lacks.
 * @module
 */
import type { Scope } from "../../pipeline/destination.ts";
import { quote } from "../sqlite_sql.ts";
import { doom, type Merge } from "./merge.ts";

const SCOPE = "temp._sluice_scope";

/** Dooms old root rows by what was listed and walked. */
export async function doomByScope(merge: Merge, scope: Scope, perParent: boolean): Promise<void> {
  const { database, table, root } = merge;
  const { columns, complete } = scope;
  if (!columns.every((column) => root.columns.has(column))) return;
  const keys = columns.map((_, index) => `k${index}`);
  database.exec(
    `CREATE TABLE ${SCOPE} (${keys.map((key) => `${key} TEXT`).join(", ")}, walked INTEGER, ` +
      `PRIMARY KEY (${keys.join(", ")})) WITHOUT ROWID`,
  );
  try {
    // A list may name a parent twice; once read in full is read in full.
    const insert = database.prepare(
      `INSERT INTO ${SCOPE} VALUES (${keys.map(() => "?").join(",")}, ?) ` +
        "ON CONFLICT DO UPDATE SET walked = max(walked, excluded.walked)",
    );
    for await (const { key, walked } of scope.keys()) insert.run(...key, walked ? 1 : 0);
    const name = quote(table.name);
    const same = columns.map((column, index) => `o.${quote(column)} = s.k${index}`).join(" AND ");
    if (perParent) {
      doom(
        merge,
        `SELECT o.rowid FROM ${SCOPE} AS s CROSS JOIN ${name} AS o ON ${same} WHERE s.walked AND o.rowid <= ?1`,
      );
    }
    if (complete) {
      doom(
        merge,
        `SELECT o.rowid FROM ${name} AS o WHERE o.rowid <= ?1 AND NOT EXISTS ` +
          `(SELECT 1 FROM ${SCOPE} AS s WHERE ${same})`,
      );
    }
  } finally {
    database.exec(`DROP TABLE ${SCOPE}`);
  }
}
