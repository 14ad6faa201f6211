/**
 * Cursors against random streams: however records are spread over pages and runs, and however often their
 * cursor values are equal, append holds each exactly once and merge holds the truth.
 * @module
 */
import assert from "assert";
import {
  array,
  assert as assertProperty,
  asyncProperty,
  boolean,
  constantFrom,
  integer,
  record,
} from "property";
import { feed, type FeedRecord } from "./rest_api_feed.ts";
import { withApi } from "./rest_api_scene.ts";

/** Records that appear over time: each run sees some more, its cursor never behind those before. */
const streams = record({
  steps: array(integer({ min: 0, max: 2 }), { minLength: 1, maxLength: 25 }),
  cuts: array(integer({ min: 0, max: 25 }), { maxLength: 4 }),
  size: integer({ min: 1, max: 6 }),
  hasKey: boolean(),
  spelling: constantFrom("second", "millis", "number"),
});

function spelled(tick: number, spelling: string): string | number {
  if (spelling === "number") return tick;
  const text = new Date(Date.UTC(2024, 0, 1, 0, 0, tick)).toISOString();
  return spelling === "second" ? text.replace(".000", "") : text;
}

Deno.test("run holds each record of a random stream exactly once by append", async () => {
  await assertProperty(
    asyncProperty(streams, async ({ steps, cuts, size, hasKey, spelling }) => {
      let tick = 0;
      const records: FeedRecord[] = steps.map((step, id) => ({ id, at: spelled(tick += step, spelling) }));
      const runs = [...cuts.filter((cut) => cut < records.length).sort((a, b) => a - b), records.length];
      let answer = feed([]);
      await withApi((request) => answer(request), async (api) => {
        const config = {
          client: { paginator: "json_link" },
          resources: [{
            name: "events",
            ...(hasKey && { primary_key: "id" }),
            endpoint: {
              data_selector: "data",
              incremental: { cursor_path: "at", ...(spelling !== "number" && { start_param: "since" }) },
            },
          }],
        };
        let rows: readonly FeedRecord[] = [];
        for (const count of runs) {
          answer = feed(records.slice(0, count), { size });
          rows = (await api.load(config)).tables.events ?? [];
        }
        assert.deepEqual(rows.map(({ id }) => id), records.map(({ id }) => id));
      });
    }),
    { numRuns: 25 },
  );
});

const changes = record({
  writes: array(record({ id: integer({ min: 0, max: 8 }), step: integer({ min: 0, max: 2 }) }), {
    minLength: 1,
    maxLength: 20,
  }),
  cuts: array(integer({ min: 1, max: 20 }), { maxLength: 3 }),
  size: integer({ min: 1, max: 5 }),
  lag: constantFrom(0, 3600),
});

Deno.test("run holds the newest version of every record of a random stream by merge", async () => {
  await assertProperty(
    asyncProperty(changes, async ({ writes, cuts, size, lag }) => {
      let answer = feed([]);
      await withApi((request) => answer(request), async (api) => {
        const config = {
          client: { paginator: "json_link" },
          resources: [{
            name: "items",
            primary_key: "id",
            write_disposition: "merge",
            endpoint: {
              data_selector: "data",
              incremental: { cursor_path: "at", start_param: "since", lag },
            },
          }],
        };
        const truth = new Map<number, FeedRecord>();
        let tick = 0;
        let rows: readonly FeedRecord[] = [];
        for (const [index, { id, step }] of writes.entries()) {
          tick += step;
          truth.set(id, { id, at: spelled(tick, "second"), version: index });
          if (index + 1 < writes.length && !cuts.includes(index)) continue;
          answer = feed([...truth.values()].sort((a, b) => a.at < b.at ? -1 : 1), { size });
          rows = (await api.load(config)).tables.items ?? [];
        }
        const versions = (list: Iterable<FeedRecord>) =>
          [...list].map(({ id, version }) => `${id}: ${version}`).sort();
        assert.deepEqual(versions(rows), versions(truth.values()));
      });
    }),
    { numRuns: 25 },
  );
});
