/**
 * What changed between two versions of a schema, and which two a person means.
 * @module
 */
import assert from "assert";
import * as property from "property";
import { formatChanges, schemaChanges } from "../pipeline/schema_diff.ts";
import { Schema } from "../pipeline/schema.ts";
import { type SchemaHistory, versionPair } from "../pipeline/schema_versions.ts";
import { nastySchemas, orders, schemaOf, table } from "./schema_scene.ts";

const before = schemaOf("pets", [
  table("cats", { id: "bigint", age: { nullable: true }, old: "text" }, { write_disposition: "append" }),
  table("dogs", { id: "bigint" }),
]);
const after = schemaOf("pets", [
  table("cats", {
    id: { data_type: "bigint", nullable: false, primary_key: true },
    age: { data_type: "decimal", nullable: true, precision: 10, scale: 2 },
    born: { data_type: "date", nullable: false, description: "a day\nin June" },
    later: { nullable: true },
  }, { write_disposition: "merge" }),
  table("cats__toys", { price: "double" }, { parent: "cats" }),
]);

Deno.test("schemaChanges() lists tables, columns and hints, and formatChanges() says them", () => {
  assert.equal(
    formatChanges(schemaChanges(before, after)),
    `~ table cats
  ~ write_disposition append → merge
  ~ column id: nullable true → false
  ~ column id: primary_key absent → true
  ~ column age: data_type absent → decimal
  ~ column age: precision absent → 10
  ~ column age: scale absent → 2
  + column born date, not null, description a day in June
  + column later without type, no value yet
  - column old
+ table cats__toys
  + column price double
- table dogs`,
  );
});

Deno.test("schemaChanges() has everything of a first version but the bookkeeping tables", () => {
  const changes = schemaChanges(undefined, orders());
  assert.deepEqual(
    changes.filter(({ column }) => column === undefined).map(({ table }) => table),
    ["orders", "orders__lines", "orders__lines__taxes", "empty"],
  );
  assert.equal(changes.every(({ change }) => change === "added"), true);
});

Deno.test("schemaChanges() finds nothing between a schema and itself, and all of it one way and back", () => {
  property.assert(property.property(nastySchemas, nastySchemas, (left, right) => {
    assert.deepEqual(schemaChanges(left, Schema.parse(left.toText())), []);
    const places = (from: Schema, to: Schema, change: string) =>
      schemaChanges(from, to).filter((each) => each.change === change && each.column === undefined)
        .map((each) => each.table).sort();
    assert.deepEqual(places(left, right, "added"), places(right, left, "removed"));
    // Whatever the names, a change is a line.
    const changes = schemaChanges(left, right);
    const tables = new Set(changes.map((each) => each.table));
    const own = changes.filter(({ column, change }) => column === undefined && change !== "changed");
    const lines = formatChanges(changes).split("\n");
    assert.equal(lines.length, Math.max(1, changes.length + tables.size - own.length));
  }));
});

const version = (number: number, hash: string) => ({
  version: number,
  hash,
  insertedAt: `2024-01-0${number}`,
  schema: new Schema("pets"),
});
const history: SchemaHistory = {
  name: "pets",
  versions: [version(1, "aaaa1"), version(2, "bbbb2"), version(4, "cccc3")],
  loads: ["aaaa1", "bbbb2", "bbbb2", "cccc3"].map((versionHash, index) => ({
    loadId: `${index}.0`,
    versionHash,
  })),
};

Deno.test("versionPair() takes the versions around the last load, or those that are named", () => {
  const numbers = (choice: { from?: string; to?: string }, of = history) => {
    const { from, to } = versionPair(of, choice);
    return [from?.version, to.version];
  };
  assert.deepEqual(numbers({}), [2, 4]);
  assert.deepEqual(numbers({}, { ...history, loads: history.loads.slice(0, 3) }), [2, 2]);
  assert.deepEqual(numbers({}, { ...history, loads: history.loads.slice(0, 1) }), [undefined, 1]);
  assert.deepEqual(numbers({ from: "1" }), [1, 4]);
  assert.deepEqual(numbers({ to: "2" }), [1, 2]);
  assert.deepEqual(numbers({ to: "1" }), [undefined, 1]);
  assert.deepEqual(numbers({ from: "cccc", to: "aaaa1" }), [4, 1]);
  assert.throws(() => numbers({ from: "3" }), { code: "unknown-version" });
});
