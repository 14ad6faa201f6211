/**
 * Conformance cases for appending, replacing, and a load that is given up.
 * @module
 */
import assert from "assert";
import { type Case, childRows, type Part, table } from "./destination_workplace.ts";

const users = table("users", { id: "bigint", name: "text" });
const tags = table("users__tags", { value: "text" }, { parent: "users" });

const USERS = "SELECT id, name FROM users ORDER BY id, name";
const TAGS = "SELECT value FROM users__tags ORDER BY value";

function usersPart(id: number, ...values: string[]): Part {
  const rows = [{ id, name: `user ${id}`, _dlt_id: `u${id}` }];
  return { table: users, rows, children: [{ table: tags, rows: childRows(`u${id}`, ...values) }] };
}

/** Cases for rows that come and go by table. */
export const loadCases: readonly Case[] = [
  {
    name: "creates a dataset with the first load",
    async run(place) {
      await place.load([usersPart(1, "a", "b")]);
      await place.expect(USERS, [[1, "user 1"]]);
      await place.expect(TAGS, [["a"], ["b"]]);
      await place.expect(
        "SELECT value, _dlt_list_idx FROM users u JOIN users__tags t ON t._dlt_parent_id = u._dlt_id ORDER BY 2",
        [["a", 0], ["b", 1]],
      );
    },
  },
  {
    name: "keeps the rows of both loads when appending twice",
    async run(place) {
      await place.load([usersPart(1, "a")]);
      await place.load([usersPart(2, "b")]);
      await place.expect(USERS, [[1, "user 1"], [2, "user 2"]]);
      await place.expect(TAGS, [["a"], ["b"]]);
    },
  },
  {
    name: "keeps rows of many batches in one load",
    async run(place, { batchRows }) {
      const rows = Array.from({ length: batchRows + 7 }, (_, id) => ({ id, name: `user ${id}` }));
      await using session = await place.open();
      const publication = place.publication([{ table: users }]);
      await using load = await session.begin(publication);
      await load.migrate([users]);
      await place.write(load, [{ table: users, rows: rows.slice(0, batchRows) }], publication.loadId);
      await place.write(load, [{ table: users, rows: rows.slice(batchRows) }], publication.loadId);
      await load.publish(publication);
      await place.expect("SELECT count(*), count(DISTINCT id), max(id) FROM users", [
        [rows.length, rows.length, rows.length - 1],
      ]);
    },
  },
  {
    name: "takes short rows, whose missing values are null",
    async run(place) {
      await using session = await place.open();
      const publication = place.publication([{ table: users }]);
      await using load = await session.begin(publication);
      await load.migrate([users]);
      await load.write({ table: users, rows: [[1], [2, undefined], [3, null]] });
      await load.publish(publication);
      await place.expect(USERS, [[1, null], [2, null], [3, null]]);
    },
  },
  {
    name: "adds a column that appears later",
    async run(place) {
      await place.load([usersPart(1)]);
      const wider = table("users", { id: "bigint", name: "text", city: "text" });
      await place.load([{ table: wider, rows: [{ id: 2, name: "user 2", city: "Riga" }] }]);
      await place.expect("SELECT id, city FROM users ORDER BY id", [[1, null], [2, "Riga"]]);
    },
  },
  {
    name: "leaves out a column that never had a value",
    async run(place) {
      const untyped = table("users", { id: "bigint", name: {}, city: "text" });
      await place.load([{ table: untyped, rows: [{ id: 1, name: null, city: "Riga" }] }]);
      await using session = await place.open({ readOnly: true });
      const { columns } = await session.query("SELECT * FROM users");
      assert.equal(columns.includes("name"), false);
      await place.expect("SELECT id, city FROM users", [[1, "Riga"]]);
    },
  },
  {
    name: "replaces a table and its children",
    async run(place) {
      await place.load([usersPart(1, "a"), { table: table("other", { id: "bigint" }), rows: [{ id: 7 }] }]);
      await place.load([{ ...usersPart(2, "b"), disposition: "replace", replaceAll: true }]);
      await place.expect(USERS, [[2, "user 2"]]);
      await place.expect(TAGS, [["b"]]);
      await place.expect("SELECT id FROM other", [[7]]);
    },
  },
  {
    name: "empties a replaced table and its children when the load brings no rows",
    async run(place) {
      await place.load([usersPart(1, "a")]);
      await place.load([
        { table: users, children: [{ table: tags }], disposition: "replace", replaceAll: true },
      ]);
      await place.expect("SELECT count(*) FROM users", [[0]]);
      await place.expect("SELECT count(*) FROM users__tags", [[0]]);
    },
  },
  {
    name: "leaves everything as it was when a load is disposed of unpublished",
    async run(place) {
      await place.load([usersPart(1, "a")], "state 1");
      const fresh = table("fresh", { id: "bigint" });
      {
        await using session = await place.open();
        const parts = [usersPart(2, "b"), { table: fresh, rows: [{ id: 1 }] }];
        await using load = await session.begin({ loadId: "1800000000.5", schemaName: "conformance" });
        await load.migrate([users, tags, fresh]);
        await place.write(load, parts, "1800000000.5");
      }
      await place.expect(USERS, [[1, "user 1"]]);
      await place.expect(TAGS, [["a"]]);
      await place.expect("SELECT count(*) FROM _dlt_loads", [[1]]);
      await assertHasNoRows(() => place.rows("SELECT * FROM fresh"));
      await place.load([usersPart(3), { table: fresh, rows: [{ id: 5 }] }]);
      await place.expect("SELECT id FROM fresh", [[5]]);
    },
  },
  {
    name: "loads twice in one session",
    async run(place) {
      await using session = await place.open();
      await place.loadIn(session, [usersPart(1)]);
      await place.loadIn(session, [usersPart(2)]);
      await place.expect(USERS, [[1, "user 1"], [2, "user 2"]]);
    },
  },
];

/** A table of a load that came to nothing may exist, but it is empty. */
async function assertHasNoRows(read: () => Promise<unknown[]>): Promise<void> {
  let rows: unknown[] = [];
  try {
    rows = await read();
  } catch (error) {
    assert.match(String(error), /no such table|does not exist/i);
  }
  assert.deepEqual(rows, []);
}
