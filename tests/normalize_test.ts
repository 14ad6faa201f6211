/** Nested records into rows, by dlt's rules. @module */
import assert from "assert";
import property from "property";
import { Naming, parseJson, stringifyJson } from "../mod.ts";
import { Normalizer } from "../pipeline/normalize.ts";
import { nestedRowId } from "../pipeline/row_ids.ts";
import { Schema } from "../pipeline/schema.ts";
import type { RowBatch, SqlValue, Table } from "../pipeline/schema_types.ts";

interface Normalised {
  /** Rows per table, without system columns. */
  readonly tables: Record<string, Record<string, unknown>[]>;
  readonly schema: Schema;
  readonly collisions: Record<string, string[]>;
}

function normalise(
  records: readonly string[],
  options: { nesting?: number; batchRows?: number } = {},
): Normalised {
  const schema = new Schema("test");
  const hints = { "x-normalizer": { max_nesting: options.nesting } };
  schema.tables.set("t", { name: "t", columns: new Map(), ...hints });
  const tables: Normalised["tables"] = {};
  const sink = ({ table, rows }: RowBatch) => {
    const names = [...table.columns.keys()];
    const named = rows.map((row) =>
      Object.fromEntries(
        names.map((name, at) => [name, row[at]]).filter(([name, value]) =>
          value !== undefined && !String(name).startsWith("_dlt_")
        ),
      )
    );
    (tables[table.name] ??= []).push(...named);
  };
  const normalizer = new Normalizer({
    schema,
    naming: new Naming(),
    loadId: "1.0",
    batchRows: options.batchRows ?? 100,
    sink,
  });
  for (const record of records) {
    normalizer.add("t", parseJson(record), { rootKey: true });
  }
  normalizer.flush();
  return { tables, schema, collisions: normalizer.collisions() };
}

/** Rows of one table as they are, and their ids. */
function rowsOf(table: Table, records: readonly string[]): { rows: SqlValue[][]; ids: SqlValue[] } {
  const schema = new Schema("test");
  schema.tables.set(table.name, table);
  const rows: SqlValue[][] = [];
  const normalizer = new Normalizer({
    schema,
    naming: new Naming(),
    loadId: "1.0",
    batchRows: 100,
    sink: (batch) => batch.table.name === table.name && rows.push(...batch.rows),
  });
  for (const record of records) normalizer.add(table.name, parseJson(record), { rootKey: false });
  normalizer.flush();
  const id = [...table.columns.keys()].indexOf("_dlt_id");
  return { rows, ids: rows.map((row) => row[id]) };
}

const columns = (schema: Schema, table = "t") => [...schema.tables.get(table)!.columns.keys()];

Deno.test("Normalizer flattens scalars first and nested objects last first, system columns behind the first row", () => {
  const { schema } = normalise(['{"a":{"x":1},"b":2,"c":{"y":1,"z":{"q":1},"w":3}}', '{"later":1}']);
  assert.deepEqual(columns(schema), [
    "b",
    "c__y",
    "c__w",
    "c__z__q",
    "a__x",
    "_dlt_load_id",
    "_dlt_id",
    "later",
  ]);
});

Deno.test("Normalizer gives child rows their links in dlt's order", () => {
  const { schema } = normalise(['{"l":[{"v":1}]}']);
  assert.deepEqual(columns(schema, "t__l"), [
    "v",
    "_dlt_root_id",
    "_dlt_parent_id",
    "_dlt_list_idx",
    "_dlt_id",
  ]);
});

const SHAPES: readonly (readonly [string, string, Record<string, Record<string, unknown>[]>])[] = [
  ["a list of scalars", '{"l":["a","b"]}', { t: [{}], t__l: [{ value: "a" }, { value: "b" }] }],
  ["a list of lists", '{"l":[[1,2]]}', { t: [{}], t__l: [{}], t__l__list: [{ value: 1 }, { value: 2 }] }],
  ["null in a list", '{"l":[null,1]}', { t: [{}], t__l: [{}, { value: 1 }] }],
  ["empty containers", '{"l":[],"o":{},"x":1}', { t: [{ x: 1 }] }],
  ["an empty object in a list", '{"l":[{}]}', { t: [{}], t__l: [{}] }],
  ["a record that is no object", "5", { t: [{ value: 5 }] }],
  ["an empty key", '{"":3}', { t: [{ _empty: 3 }] }],
  ["hostile keys", '{"__proto__":{"x":1},"constructor":2}', { t: [{ constructor: 2, proto__x: 1 }] }],
];
for (const [what, record, expected] of SHAPES) {
  Deno.test(`Normalizer turns ${what} into ${Object.keys(expected).length} table(s)`, () => {
    assert.deepEqual(normalise([record]).tables, expected);
  });
}

const NESTING: readonly (readonly [number, string, Record<string, Record<string, unknown>[]>])[] = [
  [0, '{"a":{"b":{"c":[1]}}}', { t: [{ a: '{"b":{"c":[1]}}' }] }],
  [1, '{"a":{"b":{"c":[1]}}}', { t: [{ a__b: '{"c":[1]}' }] }],
  [2, '{"a":{"b":{"c":[1]}}}', { t: [{ a__b__c: "[1]" }] }],
  [1, '{"l":[{"m":[{"n":1}],"o":{"p":1}}]}', { t: [{}], t__l: [{ m: '[{"n":1}]', o: '{"p":1}' }] }],
  [2, '{"l":[{"m":[{"n":1}],"o":{"p":1}}]}', { t: [{}], t__l: [{ o__p: 1 }], t__l__m: [{ n: 1 }] }],
  [2, '{"ll":[[1],[2]]}', { t: [{}], t__ll: [{ list: "[1]" }, { list: "[2]" }] }],
];
for (const [nesting, record, expected] of NESTING) {
  Deno.test(`Normalizer stops at max_table_nesting ${nesting} in ${record}`, () => {
    assert.deepEqual(normalise([record], { nesting }).tables, expected);
  });
}

const SEQUENCES: readonly (readonly [string[], string[], unknown[]])[] = [
  [["1", "1.0", "1.5", '"7"', '"x"', "true"], ["a", "a__v_double", "a__v_text", "a__v_bool"], [
    1,
    1,
    undefined,
    7,
    undefined,
    undefined,
  ]],
  [['"x"', "1", "true", "1.5"], ["a"], ["x", "1", "True", "1.5"]],
  [["true", "5", '"no"', '"maybe"'], ["a", "a__v_text"], [true, true, false, undefined]],
  [["1.5", "1", "true", '"x"'], ["a", "a__v_bool", "a__v_text"], [1.5, 1, undefined, undefined]],
];
for (const [values, names, first] of SEQUENCES) {
  Deno.test(`Normalizer puts ${values.join(", ")} into ${names.join(", ")}`, () => {
    const { schema, tables } = normalise(values.map((value) => `{"a":${value}}`));
    assert.deepEqual(columns(schema).filter((name) => !name.startsWith("_dlt_")), names);
    assert.deepEqual(tables.t.map((row) => row.a), first);
  });
}

Deno.test("Normalizer reports keys of one record that fall into one column, and keeps the last value", () => {
  const { tables, collisions } = normalise(['{"Aa":1,"aa":2,"AA":3}']);
  assert.deepEqual(tables.t, [{ aa: 3 }]);
  assert.deepEqual(Object.keys(collisions), ["t.aa"]);
});

Deno.test("Normalizer keeps the items of all lists that fall into one table, one behind the other, and reports it", () => {
  const { tables, collisions } = normalise(['{"Tag":[1,2],"tag":[3]}']);
  assert.deepEqual(tables.t__tag, [{ value: 1 }, { value: 2 }, { value: 3 }]);
  assert.deepEqual(Object.keys(collisions), ["t.tag"]);
});

Deno.test("Normalizer takes a null that falls into a column for nothing said", () => {
  const { tables, collisions } = normalise([
    '{"Aa":1,"aa":null}',
    '{"aa":null,"Aa":2}',
    '{"Aa":3,"aa":null}',
  ]);
  assert.deepEqual(tables.t, [{ aa: 1 }, { aa: 2 }, { aa: 3 }]);
  assert.deepEqual(collisions, {});
});

Deno.test("Normalizer counts a list as one level of its row, however deep in the row it is", () => {
  const { tables } = normalise(['{"a":{"l":[{"o":{"p":1},"m":[2]}]}}'], { nesting: 2 });
  assert.deepEqual(tables, { t: [{}], t__a__l: [{ o__p: 1 }], t__a__l__m: [{ value: 2 }] });
});

Deno.test("Normalizer gives a value that does not fit its variant column a variant of that", () => {
  const { tables, schema } = normalise(['{"a":1}', '{"a":"2024-01-01T10:00:00Z"}', '{"a":"plain"}']);
  assert.deepEqual(tables.t, [{ a: 1 }, { a__v_text: "2024-01-01 10:00:00.000000" }, {
    a__v_text__v_text: "plain",
  }]);
  assert.equal(schema.tables.get("t")!.columns.get("a__v_text")!.data_type, "timestamp");
});

Deno.test("Normalizer knows system columns by their names when the data brings them", () => {
  const { schema } = normalise([
    '{"_dlt_id":"own","_dlt_load_id":5,"l":[{"_dlt_parent_id":7,"_dlt_list_idx":"x"}]}',
  ]);
  const { columns } = schema.tables.get("t")!;
  assert.deepEqual([...columns.keys()], ["_dlt_id", "_dlt_load_id"]);
  assert.deepEqual(columns.get("_dlt_id"), {
    name: "_dlt_id",
    data_type: "text",
    nullable: false,
    unique: true,
    row_key: true,
  });
  const child = schema.tables.get("t__l")!.columns;
  assert.deepEqual([...child.keys()].slice(0, 2), ["_dlt_parent_id", "_dlt_list_idx"]);
  assert.equal(child.get("_dlt_parent_id")!.data_type, "text");
  assert.equal(child.get("_dlt_list_idx")!.data_type, "bigint");
});

Deno.test("Normalizer puts a column that was only declared where its first value comes", () => {
  const table: Table = { name: "t", columns: new Map() };
  table.columns.set("key", { name: "key", nullable: false, primary_key: true });
  table.columns.set("typed", { name: "typed", data_type: "bigint" });
  table.columns.set("never", { name: "never", description: "d" });
  const { rows } = rowsOf(table, ['{"x":1,"key":"k"}', '{"y":2,"typed":"3"}']);
  assert.deepEqual([...table.columns.keys()], ["typed", "x", "key", "_dlt_load_id", "_dlt_id", "y", "never"]);
  assert.deepEqual(table.columns.get("key"), {
    name: "key",
    data_type: "text",
    nullable: false,
    primary_key: true,
  });
  assert.deepEqual(rows.map((row) => [row[0], row[1], row[2], row[5]]), [
    [undefined, 1, "k", undefined],
    [3, undefined, undefined, 2],
  ]);
});

/** A table that is merged by a strategy, with a key of two fields. */
function merged(strategy: Table["x-merge-strategy"]): Table {
  const table: Table = {
    name: "t",
    columns: new Map(),
    write_disposition: "merge",
    "x-merge-strategy": strategy,
  };
  table.columns.set("id", { name: "id", primary_key: true });
  table.columns.set("k", { name: "k", primary_key: true });
  return table;
}

Deno.test("Normalizer makes ids of rows that stay the same row of their key, and of versioned ones of the record", () => {
  for (const strategy of ["upsert", "insert-only"] as const) {
    assert.deepEqual(rowsOf(merged(strategy), ['{"k":"a","v":9,"id":1}']).ids, ["K3/B9mnWg8bo6A"]);
  }
  const versioned = merged("scd2");
  const record = '{"v":{"z":1},"kA":"a","id":1,"c":[{"x":1}],"_dlt_note":"not hashed"}';
  assert.deepEqual(rowsOf(versioned, [record]).ids, ["LPE8BF1IOHOYmA"]);
});

Deno.test("Normalizer hands the root's key to new children of a table whose children carry it already", () => {
  const schema = new Schema("test");
  schema.tables.set("t", { name: "t", columns: new Map(), write_disposition: "append" });
  const columns = new Map([["_dlt_root_id", { name: "_dlt_root_id", data_type: "text" as const }]]);
  schema.tables.set("t__l", { name: "t__l", columns, parent: "t" });
  const normalizer = new Normalizer({
    schema,
    naming: new Naming(),
    loadId: "1.0",
    batchRows: 9,
    sink: () => {},
  });
  normalizer.add("t", parseJson('{"m":[1]}'), { rootKey: false });
  assert.ok(schema.tables.get("t__m")!.columns.has("_dlt_root_id"));
});

Deno.test("Normalizer makes the tag of a name that is too long of its whole path, not of a name cut before", () => {
  const schema = new Schema("test");
  schema.tables.set("t", { name: "t", columns: new Map() });
  const naming = new Naming(21);
  const normalizer = new Normalizer({ schema, naming, loadId: "1.0", batchRows: 9, sink: () => {} });
  const address = { streetName: 1, geoPosition: { latitude: 2 }, lines: [{ subLines: [3] }] };
  normalizer.add("t", parseJson(JSON.stringify({ billingAddress: address })), { rootKey: false });
  assert.deepEqual(columns(schema).slice(0, 2), ["billing_l0jurwet_name", "billing_wacleaatitude"]);
  assert.deepEqual([...schema.tables.keys()].slice(-2), ["t__billiy2dqtw__lines", "t__billithhzfqb_lines"]);
});

Deno.test("Normalizer writes a list whose table has hints of its own as rows without a parent", () => {
  const schema = new Schema("test");
  schema.tables.set("t", { name: "t", columns: new Map() });
  schema.tables.set("t__l", { name: "t__l", columns: new Map(), write_disposition: "append" });
  const normalizer = new Normalizer({
    schema,
    naming: new Naming(),
    loadId: "1.0",
    batchRows: 9,
    sink: () => {},
  });
  normalizer.add("t", parseJson('{"l":[{"x":1}]}'), { rootKey: false });
  assert.deepEqual(columns(schema, "t__l"), ["x", "_dlt_load_id", "_dlt_id"]);
});

Deno.test("nestedRowId() is dlt's hash of parent, table and index", () => {
  assert.equal(nestedRowId("HZJqEeMOgPSY2w", "main_table__l", 0), "UwdBcQWrESV+Sg");
  assert.equal(nestedRowId("K3/B9mnWg8bo6A", "t__c", 0), "swyH1URB5YaQxQ");
});

Deno.test("Normalizer gives the same tables whatever the batch size", () => {
  const leaf = property.oneof(
    property.integer(),
    property.string(),
    property.boolean(),
    property.constant(null),
  );
  const record = property.dictionary(
    property.constantFrom("a", "b", "c", "dE"),
    property.letrec((tie) => ({
      value: property.oneof(
        { maxDepth: 3 },
        leaf,
        property.array(tie("value"), { maxLength: 3 }),
        property.dictionary(property.constantFrom("x", "y"), tie("value")),
      ),
    })).value,
  );
  property.assert(
    property.property(
      property.array(record, { maxLength: 12 }),
      property.integer({ min: 1, max: 5 }),
      (records, batchRows) => {
        const texts = records.map((each) => stringifyJson(each));
        assert.deepEqual(normalise(texts, { batchRows }).tables, normalise(texts).tables);
      },
    ),
  );
});
