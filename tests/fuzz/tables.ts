/**
 * From records to rows and SQL. Holds no tests.
 * @module
 */
import assert from "assert";
import fc from "property";
import { DatabaseSync } from "sqlite";
import { Double, Naming, parseJson } from "../../mod.ts";
import { addColumn, createTable, insertRows, quote } from "../../destinations/sqlite_sql.ts";
import type { JsonValue } from "../../pipeline/json.ts";
import { Normalizer } from "../../pipeline/normalize.ts";
import { Schema } from "../../pipeline/schema.ts";
import type { Column, RowBatch } from "../../pipeline/schema_types.ts";
import { oddText, recordText, type Target } from "./target.ts";

type Row = Record<string, unknown>;
type Tables = Map<string, Row[]>;

/** The tables that records become; ids of root rows are random. */
function tablesOf(records: readonly string[], batchRows: number): { tables: Tables; collisions: number } {
  const schema = new Schema("fuzz");
  schema.tables.set("t", { name: "t", columns: new Map() });
  const tables: Tables = new Map();
  const sink = ({ table, rows }: RowBatch) => {
    const names = [...table.columns.keys()];
    const named = rows.map((row) =>
      Object.fromEntries(
        names.map((name, at) => [name, row[at]] as const).filter(([, value]) => (value ?? null) !== null),
      )
    );
    tables.set(table.name, [...tables.get(table.name) ?? [], ...named]);
  };
  const normalizer = new Normalizer({ schema, naming: new Naming(), loadId: "1.0", batchRows, sink });
  for (const record of records) normalizer.add("t", parseJson(record) as never, { rootKey: true });
  normalizer.flush();
  return { tables, collisions: Object.keys(normalizer.collisions()).length };
}

/** Rows below their parents, without ids, so that tables can be compared. */
function trees({ tables }: { tables: Tables }): unknown {
  const below = new Map<unknown, Row[]>();
  for (const [name, rows] of tables) {
    for (const row of rows) {
      const parent = row._dlt_parent_id ?? "root";
      below.set(parent, [...below.get(parent) ?? [], { ...row, table: name }]);
    }
  }
  const tree = (row: Row): unknown => [
    Object.entries(row).filter(([name]) => !name.startsWith("_dlt_") || name === "_dlt_list_idx").map((
      [name, value],
    ) => [name, String(value)]).sort(),
    (below.get(row._dlt_id) ?? []).map((child) => JSON.stringify(tree(child))).sort(),
  ];
  return (below.get("root") ?? []).map(tree);
}

const batches: Target = {
  name: "batches",
  holds: "records become the same tables whatever the batch size, with any keys and values",
  property: () =>
    fc.property(
      fc.array(recordText(fc.oneof(fc.constantFrom("a", "b", "A b", "list"), oddText())), { maxLength: 5 }),
      (records) => {
        const expected = trees(tablesOf(records, 1000));
        for (const size of [1, 3]) assert.deepEqual(trees(tablesOf(records, size)), expected);
      },
    ),
};

/** What a record says: a text for each value by its place; nulls and empty things say nothing. */
function factsOf(value: JsonValue, place: string, facts: Map<string, string>): Map<string, string> {
  if (Array.isArray(value)) value.forEach((item, at) => factsOf(item, `${place}[${at}]`, facts));
  else if (value !== null && typeof value === "object" && !(value instanceof Double)) {
    for (const [key, each] of Object.entries(value)) factsOf(each, `${place}.${key}`, facts);
  } else if (value !== null) facts.set(place, textOf(value));
  return facts;
}

function textOf(value: unknown): string {
  return typeof value === "boolean"
    ? String(Number(value))
    : value instanceof Double
    ? String(Number(value))
    : String(value);
}

/** The same of the rows that a record became. */
function factsOfRows(
  tables: Tables,
  table: string,
  row: Row,
  place: string,
  facts: Map<string, string>,
): Map<string, string> {
  for (const [column, value] of Object.entries(row)) {
    if (column.startsWith("_dlt_")) continue;
    // The place of a value that stands in a list by itself.
    const path = column === "value" && place.endsWith("]")
      ? place
      : `${place}.${column.replaceAll("__", ".")}`;
    facts.set(path, textOf(value));
  }
  for (const [name, rows] of tables) {
    if (!name.startsWith(`${table}__`) || name.slice(table.length + 2).length === 0) continue;
    const own = rows.filter(({ _dlt_parent_id }) => _dlt_parent_id === row._dlt_id);
    const key = name.slice(table.length + 2).split("__").join(".");
    const at = key === "list" && place.endsWith("]") ? place : `${place}.${key}`;
    for (const child of own) factsOfRows(tables, name, child, `${at}[${child._dlt_list_idx ?? 0}]`, facts);
  }
  return facts;
}

const rebuilt: Target = {
  name: "rebuilt",
  holds: "a record can be read back from its rows: no value is lost, doubled, or in another place",
  property: () => {
    // Values whose type a column keeps as it is; types that change within a table are met in other targets.
    const leaf = fc.oneof(
      fc.integer().map(String),
      fc.stringMatching(/^[a-z ]{1,8}$/).map((text) => JSON.stringify(`x${text}`)),
    );
    const { value } = fc.letrec<{ value: string }>((tie) => ({
      value: fc.oneof(
        { depthSize: "small" },
        leaf,
        fc.array(tie("value"), { maxLength: 3 }).map((items) => `[${items.join(",")}]`),
        fc.uniqueArray(fc.constantFrom("p", "q", "r", "s"), { maxLength: 4 }).chain((keys) =>
          fc.tuple(...keys.map(() => tie("value"))).map((values) =>
            `{${keys.map((key, at) => `"${key}":${values[at]}`).join(",")}}`
          )
        ),
      ),
    }));
    return fc.property(fc.tuple(value, value), ([one, two]) => {
      const record = `{"a":${one},"b":${two}}`;
      const { tables, collisions } = tablesOf([record], 2);
      if (collisions) return;
      const expected = factsOf(parseJson(record), "", new Map());
      const rows = [...tables.values()].flat();
      // A number beside a text in one list makes a column of its own type, named after it.
      if (rows.some((row) => Object.keys(row).some((name) => name.includes("__v_")))) return;
      const actual = factsOfRows(tables, "t", tables.get("t")![0]!, "", new Map());
      assert.deepEqual([...actual].sort(), [...expected].sort(), record);
    });
  },
};

const names: Target = {
  name: "naming",
  holds:
    "any key becomes an identifier of letters, digits and underscores, within the limit, always the same",
  property: () =>
    fc.property(
      oddText(["_", "__", "-", "A", "Ab", "1", " ", "é", ".", "$"]),
      fc.integer({ min: 20, max: 80 }),
      (raw, limit) => {
        const naming = new Naming(limit);
        for (
          const name of [naming.identifier(raw), naming.path(raw), naming.join("parent", naming.path(raw))]
        ) {
          assert.match(name, /^[\p{L}\p{N}_]+$/u, JSON.stringify(raw));
          assert.ok([...name].length <= limit, `${name} has ${[...name].length} characters`);
        }
        assert.equal(new Naming(limit).path(raw), naming.path(raw));
      },
    ),
};

const ddl: Target = {
  name: "ddl",
  holds: "names of any text become one table with these columns in SQLite, and nothing else happens",
  property: () => {
    const name = oddText([
      '"',
      '""',
      "]",
      "`",
      "'",
      ";",
      "--",
      "/*",
      "*/",
      ")",
      "(",
      "DROP TABLE t",
      "\n",
      "select",
    ])
      // SQL ends at NUL, and has no halves of characters; naming lets neither through.
      .map((text) => text.replaceAll("\0", "0").toWellFormed() || "x").filter((text) =>
        !/^sqlite_/i.test(text)
      );
    const sameCase = (text: string) => text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
    const columns = fc.uniqueArray(name, { minLength: 2, maxLength: 5, selector: sameCase });
    return fc.property(name, columns, oddText(), (table, [late, ...first], value) => {
      const column = (each: string): Column => ({ name: each, data_type: "text" });
      const stored = value.replaceAll("\0", "0").toWellFormed();
      using database = new DatabaseSync(":memory:");
      database.exec(
        createTable({ name: table, columns: new Map(first.map((each) => [each, column(each)])) }),
      );
      database.exec(addColumn(table, column(late!)));
      const all = [...first, late!];
      database.prepare(insertRows(table, all, 1)).run(...all.map(() => stored));
      const rows = database.prepare(`SELECT * FROM ${quote(table)}`).all() as Row[];
      assert.deepEqual(rows.map((row) => ({ ...row })), [
        Object.fromEntries(all.map((each) => [each, stored])),
      ]);
      const tables = database.prepare("SELECT name FROM sqlite_master").all() as Row[];
      assert.deepEqual(tables.map((each) => each.name), [table]);
    });
  },
};

/** All of them. */
export const TABLES: readonly Target[] = [batches, rebuilt, names, ddl];
