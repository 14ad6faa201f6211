/**
 * The boundary of a cursor: what is remembered of the records with its last value stays small, whatever comes,
 * and past the cap records are taken again rather than lost.
 * @module
 */
import assert from "assert";
import { MOST_REMEMBERED } from "../extract/boundary.ts";
import { Cursor } from "../extract/cursor.ts";
import { defineSource, type JsonObject, pipeline, stringifyJson } from "../mod.ts";

const TEN_MILLION = 10_000_000;
const SMALL_BYTES = 300_000;
/** Records, and the cursor value of each. */
const VALUES: readonly (readonly [number, (id: number) => number])[] = [
  [TEN_MILLION, () => 7],
  [TEN_MILLION / 10, (id) => id],
  [TEN_MILLION / 10, (id) => Math.floor(id / 1000)],
];
const OWNER = { resource: "events", primaryKey: "id" };

/** Feeds records to a cursor, as a run does. */
function feed(
  state: JsonObject,
  count: number,
  at: (index: number) => number,
): { taken: number; many?: number } {
  const cursor = new Cursor({ cursor_path: "at" }, { ...OWNER, state });
  let taken = 0;
  for (let id = 0; id < count; id++) if (cursor.take({ id, at: at(id) })) taken++;
  return { taken, many: cursor.commit({ serverTime: Date.now() }) };
}

Deno.test("a cursor's state does not grow with the records, up to ten million of one value", () => {
  for (const [count, at] of VALUES) {
    const state: JsonObject = {};
    const { taken } = feed(state, count, at);
    assert.equal(taken, count);
    assert.ok(stringifyJson(state)!.length < SMALL_BYTES);
  }
});

Deno.test("a cursor tells records at its boundary apart up to the cap; past it all of them are taken again", () => {
  const state: JsonObject = {};
  assert.equal(feed(state, MOST_REMEMBERED, () => 7).many, MOST_REMEMBERED);
  assert.deepEqual(feed(state, MOST_REMEMBERED, () => 7), { taken: 0, many: MOST_REMEMBERED });
  const more = feed(state, MOST_REMEMBERED + 1, () => 7);
  assert.deepEqual(more, { taken: 1, many: Infinity });
  assert.equal(feed(state, MOST_REMEMBERED + 1, () => 7).taken, MOST_REMEMBERED + 1, "none is lost");
  assert.ok(stringifyJson(state)!.length < 1000);
  // Once it moves on, it tells them apart again.
  assert.equal(feed(state, 20, (id) => 8 + id).taken, 20);
  assert.equal(feed(state, 20, (id) => 8 + id).taken, 0);
});

Deno.test("a cursor counts those it knows and those that come to one value together", () => {
  const state: JsonObject = {};
  const some = MOST_REMEMBERED - 1;
  feed(state, some, () => 7);
  const cursor = new Cursor({ cursor_path: "at" }, { ...OWNER, state });
  for (let id = some; id < some + 2; id++) assert.ok(cursor.take({ id, at: 7 }));
  assert.equal(cursor.commit({ serverTime: Date.now() }), Infinity);
});

Deno.test("run() past the cap loses no row: merge has each once, append has some twice and says so", async () => {
  const count = MOST_REMEMBERED + 1;
  for (const write_disposition of ["merge", "append"] as const) {
    const folder = await Deno.makeTempDir({ prefix: "sluice_boundary_" });
    try {
      let rows = Array.from({ length: count }, (_, id) => ({ id, at: 7 }));
      const source = defineSource("feed", {}, () => ({
        resources: [{
          name: "events",
          primary_key: "id",
          write_disposition,
          incremental: { cursor_path: "at" },
          records: async function* () {
            yield rows;
          },
        }],
      }));
      const feeding = pipeline({ pipelineName: "feed", projectDirectory: folder });
      const { warnings } = await feeding.run(source());
      assert.match(warnings[0]!.message, /too many to be remembered.*merge by a key/);
      rows = [...rows, { id: count, at: 7 }];
      await feeding.run(source());
      const counts = await feeding.query("SELECT count(DISTINCT id), count(*) FROM events");
      assert.deepEqual(counts.rows[0], [
        count + 1,
        write_disposition === "merge" ? count + 1 : 2 * count + 1,
      ]);
      const states = await feeding.query("SELECT max(length(state)) FROM _dlt_pipeline_state");
      assert.ok(Number(states.rows[0]![0]) < 1000);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  }
});
