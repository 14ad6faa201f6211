/**
 * Conformance cases for sessions: bookkeeping, queries, reading without a trace, refusals, and two at once.
 * @module
 */
import assert from "assert";
import type { Session } from "../pipeline/destination.ts";
import { ConfigError, LoadError, SluiceError } from "../pipeline/errors.ts";
import { type Case, type Part, PIPELINE, table } from "./destination_workplace.ts";

const users = table("users", { id: "bigint" });
const user = (id: number): Part => ({ table: users, rows: [{ id }] });
const USERS = "SELECT id FROM users ORDER BY id";

const NOT_READ_ONLY = [
  "DELETE FROM users",
  "INSERT INTO users (id) VALUES (9)",
  "UPDATE users SET id = 9",
  "DROP TABLE users",
  "CREATE TABLE mine (id)",
  "ATTACH ':memory:' AS mine",
  "PRAGMA user_version = 3",
  "SELECT 1; DELETE FROM users",
];

async function refuses(session: Session, sql: string): Promise<void> {
  await assert.rejects(session.query(sql), (error) => {
    assert.ok(error instanceof ConfigError, `${sql}: ${error}`);
    assert.equal(error.code, "query-not-read-only", sql);
    return true;
  });
}

/** Cases for what a session does besides loading rows. */
export const sessionCases: readonly Case[] = [
  {
    name: "writes each bookkeeping row once",
    async run(place) {
      const first = await place.load([user(1)], "state 1");
      const second = await place.load([user(2)]);
      await place.expect("SELECT load_id, schema_name, status FROM _dlt_loads ORDER BY load_id", [
        [first, PIPELINE, 0],
        [second, PIPELINE, 0],
      ]);
      await place.expect("SELECT version, engine_version, schema_name FROM _dlt_version", [[
        1,
        11,
        PIPELINE,
      ]]);
      await place.expect("SELECT pipeline_name, state, _dlt_load_id FROM _dlt_pipeline_state", [
        [PIPELINE, "state 1", first],
      ]);
      const [[loads, states]] = await place.rows(
        "SELECT (SELECT max(inserted_at) FROM _dlt_loads), (SELECT created_at FROM _dlt_pipeline_state)",
      );
      assert.match(String(loads), /^2024-01-01[ T]00:00:02(\.000)?/);
      assert.match(String(states), /^2024-01-01[ T]00:00:01(\.000)?/);
    },
  },
  {
    name: "stored() gives the newest schema and state",
    async run(place) {
      await place.load([user(1)], "state 1");
      await place.load(
        [{ table: table("users", { id: "bigint", more: "text" }), rows: [{ id: 2 }] }],
        "state 2",
      );
      await place.load([user(3)]);
      await using session = await place.open();
      assert.deepEqual(await session.stored(PIPELINE, PIPELINE), {
        schema: place.schemaText,
        state: "state 2",
      });
    },
  },
  {
    name: "stored() knows nothing of a new dataset, another pipeline or another schema",
    async run(place) {
      await using session = await place.open();
      const { schema, state } = await session.stored(PIPELINE, PIPELINE);
      assert.deepEqual([schema, state], [undefined, undefined]);
      await place.loadIn(session, [user(1)], "state 1");
      assert.equal((await session.stored("stranger", PIPELINE)).state, undefined);
      assert.equal((await session.stored(PIPELINE, "stranger")).schema, undefined);
    },
  },
  {
    name: "hasLoad() is true from publish on",
    async run(place) {
      await using session = await place.open();
      const publication = place.publication([user(1)]);
      assert.equal(await session.hasLoad(publication.loadId), false);
      await using load = await session.begin(publication);
      await load.migrate([users]);
      await load.publish(publication);
      assert.equal(await session.hasLoad(publication.loadId), true);
      assert.equal(await session.hasLoad(publication.loadId + "1"), false);
    },
  },
  {
    name: "query() answers names and values in column order",
    async run(place) {
      await place.load([user(1)]);
      await using session = await place.open({ readOnly: true });
      assert.deepEqual(await session.query("SELECT 2 AS b, id AS a, 'x' AS b FROM users"), {
        columns: ["b", "a", "b"],
        rows: [[2, 1, "x"]],
      });
      assert.deepEqual(
        await session.query("WITH x AS (SELECT 1 AS y) SELECT y FROM x WHERE y > 1;  -- none"),
        {
          columns: ["y"],
          rows: [],
        },
      );
    },
  },
  {
    name: "query() refuses all but one statement that reads",
    async run(place) {
      await place.load([user(1)]);
      for (const readOnly of [true, false]) {
        await using session = await place.open({ readOnly });
        for (const sql of NOT_READ_ONLY) await refuses(session, sql);
      }
      await place.expect(USERS, [[1]]);
    },
  },
  {
    name: "query() names what is wrong with a statement",
    async run(place) {
      await place.load([user(1)]);
      await using session = await place.open({ readOnly: true });
      for (const sql of ["SELEC 1", "SELECT nothing FROM users", "SELECT 1 FROM nowhere"]) {
        await assert.rejects(
          session.query(sql),
          (error) => error instanceof ConfigError && error.message.length > 20,
        );
      }
    },
  },
  {
    name: "a session that reads a dataset changes no file",
    async run(place) {
      await place.load([user(1)], "state 1");
      const before = await place.tree();
      {
        await using session = await place.open({ readOnly: true });
        await session.query(USERS);
        await session.stored(PIPELINE, PIPELINE);
        await session.hasLoad("1");
      }
      assert.deepEqual(await place.tree(), before);
    },
  },
  {
    name: "a session that reads a missing dataset is refused and creates nothing",
    async run(place) {
      await assert.rejects(place.open({ readOnly: true }), (error) => {
        assert.ok(error instanceof LoadError);
        assert.equal(error.code, "dataset-missing");
        return true;
      });
      assert.deepEqual(await place.tree(), []);
    },
  },
  {
    name: "a place that cannot be written is refused with what to do",
    async run(place) {
      const blocked = `${place.directory}/blocked`;
      await Deno.writeTextFile(blocked, "a file, not a folder");
      await assert.rejects(place.open({ directory: `${blocked}/deeper` }), (error) => {
        assert.ok(error instanceof SluiceError, String(error));
        assert.notEqual(error.code, "destination-failed");
        assert.ok(error.next);
        return true;
      });
      assert.equal(await Deno.readTextFile(blocked), "a file, not a folder");
    },
  },
  {
    name: "two sessions at once lose nothing and see nothing unpublished",
    async run(place) {
      await place.load([user(1)]);
      await using first = await place.open();
      await using second = await place.open();
      const publication = place.publication([user(2)]);
      {
        await using load = await first.begin(publication);
        await load.migrate([users]);
        await place.write(load, [user(2)], publication.loadId);
        assert.deepEqual((await second.query(USERS)).rows, [[1]]);
        assert.equal(await second.hasLoad(publication.loadId), false);
        await loadOrBeRefused(() => place.loadIn(second, [user(3)]));
        await load.publish(publication);
      }
      assert.deepEqual((await second.query("SELECT id FROM users WHERE id = 2")).rows, [[2]]);
      await place.loadIn(second, [user(4)]);
      const rows = (await first.query("SELECT id FROM users WHERE id <> 3 ORDER BY id")).rows;
      assert.deepEqual(rows, [[1], [2], [4]]);
    },
  },
];

/** A destination with one writer at a time says that it is busy, as something to try again. */
async function loadOrBeRefused(load: () => Promise<unknown>): Promise<void> {
  try {
    await load();
  } catch (error) {
    assert.ok(error instanceof LoadError, String(error));
    assert.equal(error.recovery, "retry", error.message);
  }
}
