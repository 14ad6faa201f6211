/**
 * Compares tables with the records they came from: each record and each row tree is spelled out as paths
 * and values, by rules written here anew, and the two lists must be the same.
 * @module
 */
import assert from "assert";
import type { Pipeline, SqlRow } from "../mod.ts";
import { Double, type JsonValue, Naming, parseJson } from "../mod.ts";

/** Paths of leaves, e.g. `profile__skills#0`, with comparable texts. */
export type Facts = Map<string, string>;

const naming = new Naming();
// A date alone counts too: in a timestamp column it is that day's midnight.
const ISO_REGEXP = /^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d:\d\d|$)/;

/** One text per value, whatever form it has in JSON or in a column. */
function canonical(value: unknown): string {
  if (typeof value === "boolean") return value ? "1" : "0";
  if (value instanceof Double || typeof value === "number" || typeof value === "bigint") return String(value);
  // UTF-8 has no lone surrogates; they are stored as U+FFFD.
  const text = String(value).toWellFormed();
  // Booleans that came into a text column.
  if (text === "True" || text === "False") return text === "True" ? "1" : "0";
  if (!ISO_REGEXP.test(text)) return text;
  const time = Date.parse(
    text.replace(" ", "T").replace(/(\.\d{3})\d*$/, "$1").replace(/(?<!Z|[+-]\d\d:?\d\d)$/, "Z"),
  );
  return Number.isNaN(time) ? text : new Date(time).toISOString();
}

/** What a record says; nulls and empty containers say nothing, empty objects in lists are rows without columns. */
export function factsOfRecord(record: JsonValue, prefix = "", facts: Facts = new Map()): Facts {
  if (Array.isArray(record)) {
    record.forEach((item, index) => {
      const at = `${prefix}#${index}`;
      facts.set(at, "row");
      // A list in a list is a row whose items are rows of a table named after the key "list".
      if (Array.isArray(item)) factsOfRecord(item, `${at}__list`, facts);
      else if (item !== null && typeof item === "object" && !(item instanceof Double)) {
        factsOfRecord(item, at, facts);
      } else if (item !== null) facts.set(`${at}__value`, canonical(item));
    });
  } else if (record !== null && typeof record === "object" && !(record instanceof Double)) {
    for (const [key, value] of Object.entries(record)) {
      const path = prefix ? `${prefix}__${naming.path(key)}` : naming.path(key);
      if (value !== null && typeof value === "object" && !(value instanceof Double)) {
        factsOfRecord(value, path, facts);
      } else if (value !== null) facts.set(path, canonical(value));
    }
  }
  return facts;
}

interface LoadedTable {
  readonly rows: Record<string, SqlRow[number]>[];
  /** Rows by parent key. */
  readonly byParent: Map<string, Record<string, SqlRow[number]>[]>;
}

/** All tables of a root, read through the pipeline's own query. */
async function readTables(
  pipeline: Pipeline,
  root: string,
  names: readonly string[],
): Promise<Map<string, LoadedTable>> {
  const tables = new Map<string, LoadedTable>();
  for (const name of names.filter((each) => each === root || each.startsWith(`${root}__`))) {
    const { columns, rows } = await pipeline.query(`SELECT * FROM "${name}"`);
    const records = rows.map((row) =>
      Object.fromEntries(columns.map((column, index) => [column, row[index]]))
    );
    const byParent = Map.groupBy(records, (row) => String(row._dlt_parent_id));
    tables.set(name, { rows: records, byParent });
  }
  return tables;
}

function factsOfRow(
  row: Record<string, SqlRow[number]>,
  table: string,
  prefix: string,
  tables: Map<string, LoadedTable>,
  facts: Facts,
): Facts {
  for (const [column, value] of Object.entries(row)) {
    if (value === null || column.startsWith("_dlt_")) continue;
    // A variant column speaks for the column beside it.
    const name = column.replace(/__v_(text|bigint|double|bool|timestamp|wei|json)$/, "");
    facts.set(prefix ? `${prefix}__${name}` : name, canonical(value));
  }
  for (const [child, { byParent }] of tables) {
    if (!child.startsWith(`${table}__`)) continue;
    const path = child.slice(table.length + 2);
    for (const item of byParent.get(String(row._dlt_id)) ?? []) {
      const at = `${prefix ? `${prefix}__` : ""}${path}#${item._dlt_list_idx}`;
      facts.set(at, "row");
      factsOfRow(item, child, at, tables, facts);
    }
  }
  return facts;
}

/**
 * Asserts that a table and its children hold exactly the given records.
 *
 * @param truth JSON texts of the expected records
 * @param key how to find a record's row, from facts
 */
export async function assertTableHolds(
  pipeline: Pipeline,
  root: string,
  truth: Iterable<string>,
  options: { tables: readonly string[]; key: readonly string[]; ignore?: RegExp },
): Promise<number> {
  const expected = new Map<string, Facts>();
  const keyOf = (facts: Facts) => options.key.map((name) => facts.get(name)).join(" ");
  const clean = (facts: Facts) => {
    for (const path of facts.keys()) if (options.ignore?.test(path)) facts.delete(path);
    return facts;
  };
  for (const line of truth) {
    const facts = clean(factsOfRecord(parseJson(line)));
    expected.set(keyOf(facts), facts);
  }
  const tables = await readTables(pipeline, root, options.tables);
  const rows = tables.get(root)?.rows ?? [];
  const actual = new Map(rows.map((row) => {
    const facts = clean(factsOfRow(row, root, "", tables, new Map()));
    return [keyOf(facts), facts];
  }));
  assert.equal(rows.length, actual.size, `${root}: a key occurs twice`);
  assert.deepEqual([...actual.keys()].sort(), [...expected.keys()].sort(), `${root}: other keys`);
  for (const [key, facts] of expected) {
    const held = actual.get(key)!;
    const paths = new Set([...facts.keys(), ...held.keys()]);
    const differ = [...paths].filter((path) => facts.get(path) !== held.get(path))
      .map((path) =>
        `${path}: holds ${JSON.stringify(held.get(path))}, ${JSON.stringify(facts.get(path))} expected`
      );
    assert.deepEqual(differ, [], `${root}: row ${key}`);
  }
  return rows.length;
}
