/** Nested records into rows, by dlt's rules. @module */
import assert from "assert";
import property from "property";
import { Naming, parseJson, stringifyJson } from "../mod.ts";
import { Normalizer } from "../pipeline/normalize.ts";
import { nestedRowId } from "../pipeline/row_ids.ts";
import { Schema } from "../pipeline/schema.ts";
import type { RowBatch } from "../pipeline/schema_types.ts";

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
  schema.tables.set("t", { name: "t", columns: new Map() });
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
    normalizer.add("t", parseJson(record), { rootKey: true, maxTableNesting: options.nesting });
  }
  normalizer.flush();
  return { tables, schema, collisions: normalizer.collisions() };
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
