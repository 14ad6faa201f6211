/**
 * Conformance cases for dropping tables: they go with their rows in the same step as the bookkeeping.
 * @module
 */
import assert from "assert";
import { SluiceError } from "../pipeline/errors.ts";
import { type Case, childRows, type Part, PIPELINE, table } from "./destination_workplace.ts";

const users = table("users", { id: "bigint" });
const tags = table("users__tags", { value: "text" }, { parent: "users" });
const groups = table("groups", { id: "bigint" });

const PARTS: Part[] = [
  {
    table: users,
    rows: [{ id: 1, _dlt_id: "u1" }],
    children: [{ table: tags, rows: childRows("u1", "a", "b") }],
  },
  { table: groups, rows: [{ id: 7 }] },
];
const skip: Case["skip"] = ({ dropsTables }) => dropsTables ? undefined : "drops no tables";

/** Cases for tables that go. */
export const dropCases: readonly Case[] = [
  {
    name: "drops tables with their rows, and leaves the others",
    skip,
    async run(place) {
      await place.load(PARTS, "state 1");
      await place.drop(["users", "users__tags"], "state 2");
      await place.expect("SELECT id FROM groups", [[7]]);
      await place.expect("SELECT count(*) FROM _dlt_loads", [[2]]);
      await using session = await place.open({ readOnly: true });
      for (const name of ["users", "users__tags"]) {
        await assert.rejects(session.query(`SELECT * FROM ${name}`), (error) => error instanceof SluiceError);
      }
      const { schema, state } = await session.stored(PIPELINE, PIPELINE);
      assert.deepEqual(Object.keys(JSON.parse(schema!).tables).filter((name) => !name.startsWith("_dlt")), [
        "groups",
      ]);
      assert.equal(state, "state 2");
    },
  },
  {
    name: "drops what does not exist without complaint",
    skip,
    async run(place) {
      await place.load(PARTS);
      await place.drop(["nothing"]);
      await place.expect("SELECT id FROM users", [[1]]);
    },
  },
  {
    name: "leaves every table where a drop is given up",
    skip,
    async run(place) {
      await place.load(PARTS);
      await using session = await place.open();
      {
        await using _load = await session.begin(place.publication([]));
      }
      await place.expect("SELECT id FROM users", [[1]]);
      await place.expect("SELECT count(*) FROM _dlt_loads", [[1]]);
    },
  },
  {
    name: "takes rows again after a drop, in columns of another type",
    skip,
    async run(place) {
      await place.load(PARTS);
      await place.drop(["users", "users__tags"]);
      await place.load([{
        table: table("users", { id: "text", more: "bool" }),
        rows: [{ id: "x", more: true }],
      }]);
      await place.expect("SELECT id FROM users", [["x"]]);
    },
  },
  {
    name:
      "drops or empties tables and fills them in the same load, with children and in columns of another type",
    skip,
    async run(place) {
      for (const way of ["drop", "truncate"] as const) {
        await place.load(PARTS);
        const refilled: Part[] = [{
          table: way === "drop" ? table("users", { id: "text" }) : users,
          rows: [{ id: way === "drop" ? "x" : 3, _dlt_id: "u9" }],
          children: [{ table: tags, rows: childRows("u9", "c") }],
        }];
        await using session = await place.open();
        const publication = place.publication(refilled);
        await using load = await session.begin(publication);
        await load[way](["users", "users__tags", "nothing"]);
        await load.migrate(
          refilled.flatMap((part) => [part.table, ...part.children!.map((each) => each.table)]),
        );
        await place.write(load, refilled, publication.loadId);
        await place.expect("SELECT count(*) FROM users", [[way === "drop" ? 1 : 2]]);
        await load.publish(publication);
        await place.expect("SELECT id FROM users", [[way === "drop" ? "x" : 3]]);
        await place.expect("SELECT value FROM users__tags", [["c"]]);
        await place.drop(["users", "users__tags", "groups"]);
        await place.load(PARTS);
      }
    },
  },
  {
    name: "forgets older versions of a schema where a load says so",
    skip,
    async run(place) {
      await place.load(PARTS);
      await using session = await place.open();
      const { version, ...publication } = place.publication([{ table: table("more", { id: "bigint" }) }]);
      await using load = await session.begin(publication);
      await load.publish({ ...publication, version: { ...version!, replacesOlder: true } });
      await place.expect("SELECT count(*) FROM _dlt_version", [[1]]);
      const { schema } = await session.stored(PIPELINE, PIPELINE);
      assert.ok("more" in JSON.parse(schema!).tables);
    },
  },
  {
    name: "drops a table whose name needs quoting",
    skip,
    async run(place) {
      const odd = table('order "x" ä', { id: "bigint" });
      const isTaken = await place.load([{ table: odd, rows: [{ id: 1 }] }]).then(() => true, () => false);
      if (!isTaken) return;
      await place.drop([odd.name]);
      await place.load([{ table: odd, rows: [{ id: 2 }] }]);
      await place.expect('SELECT id FROM "order ""x"" ä"', [[2]]);
    },
  },
];
