/**
 * What a run says became of rows: through whole runs into SQLite, held against the keys before and after.
 * @module
 */
import assert from "assert";
import fc from "property";
import type { RowChanges } from "../mod.ts";
import { type Rows, RowsBench, type Settings } from "./rows_bench.ts";

const merge = (strategy: string): Settings["write_disposition"] =>
  ({ disposition: "merge", strategy }) as Settings["write_disposition"];

interface ChangesCase {
  readonly name: string;
  readonly settings: Settings;
  readonly batches: readonly Rows[];
  readonly expect: readonly (readonly [added: number, changed: number, removed: number])[];
}

const OLD: Rows = [{ id: 1, v: "a", l: [1, 2] }, { id: 2, v: "b" }, { id: 3, v: "c" }];
const NEW: Rows = [{ id: 2, v: "B", l: [3] }, { id: 4, v: "d" }];

const CASES: readonly ChangesCase[] = [
  {
    name: "append adds",
    settings: { write_disposition: "append" },
    batches: [OLD, NEW, []],
    expect: [[3, 0, 0], [2, 0, 0], [0, 0, 0]],
  },
  {
    name: "replace by key changes what comes again and removes the rest",
    settings: { write_disposition: "replace", primary_key: "id" },
    batches: [OLD, NEW, []],
    expect: [[3, 0, 0], [1, 1, 2], [0, 0, 2]],
  },
  {
    name: "replace without a key removes all that was there",
    settings: { write_disposition: "replace" },
    batches: [OLD, NEW, []],
    expect: [[3, 0, 0], [2, 0, 3], [0, 0, 2]],
  },
  ...["delete-insert", "upsert", "coalesce"].map((strategy): ChangesCase => ({
    name: `${strategy} changes rows whose key comes again`,
    settings: { write_disposition: merge(strategy), primary_key: "id" },
    batches: [OLD, NEW, NEW],
    expect: [[3, 0, 0], [1, 1, 0], [0, 2, 0]],
  })),
  {
    name: "insert-only adds keys that were not there",
    settings: { write_disposition: merge("insert-only"), primary_key: "id" },
    batches: [OLD, NEW],
    expect: [[3, 0, 0], [1, 0, 0]],
  },
  {
    name: "scd2 adds versions",
    settings: { write_disposition: merge("scd2") },
    batches: [OLD, [{ id: 2, v: "B" }, { id: 3, v: "c" }]],
    expect: [[3, 0, 0], [1, 0, 0]],
  },
  {
    name: "a merge key alone cannot tell who followed whom",
    settings: { write_disposition: "merge", merge_key: "day" },
    batches: [[{ day: 1, v: 1 }, { day: 1, v: 2 }, { day: 2, v: 3 }], [{ day: 1, v: 4 }]],
    expect: [[3, 0, 0], [1, 0, 2]],
  },
  {
    name: "rows that are marked as deleted are removed, and not added",
    settings: { write_disposition: "merge", primary_key: "id", columns: { d: { hard_delete: true } } },
    batches: [OLD, [{ id: 1, d: true }, { id: 9, d: true }, { id: 2, v: "B" }]],
    expect: [[3, 0, 0], [0, 1, 1]],
  },
];

const numbers = ({ added, changed, removed }: RowChanges) => [added, changed, removed];

for (const { name, settings, batches, expect } of CASES) {
  Deno.test(`run() tells what became of rows: ${name}`, async () => {
    await using bench = await RowsBench.create("changes");
    for (const [index, batch] of batches.entries()) {
      const { loadPackages } = await bench.load(settings, batch);
      assert.deepEqual(numbers(loadPackages.at(-1)!.changes!.t!), expect[index], `load ${index + 1}`);
    }
  });
}

Deno.test("run() tells of any merge by key how many rows came, changed and went", async () => {
  const rows = fc.array(fc.record({ id: fc.integer({ min: 0, max: 8 }), v: fc.integer({ min: 0, max: 3 }) }));
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom("delete-insert", "upsert"),
      fc.array(rows, { minLength: 1, maxLength: 3 }),
      async (strategy, batches) => {
        await using bench = await RowsBench.create("changes");
        const known = new Set<unknown>();
        for (const batch of batches) {
          const { loadPackages } = await bench.load(
            { write_disposition: merge(strategy), primary_key: "id" },
            batch,
          );
          const keys = new Set(batch.map(({ id }) => id));
          const again = [...keys].filter((key) => known.has(key)).length;
          const told = loadPackages.at(-1)?.changes?.t;
          assert.deepEqual(told ? numbers(told) : [0, 0, 0], [keys.size - again, again, 0]);
          for (const key of keys) known.add(key);
        }
      },
    ),
    { numRuns: 25 },
  );
});
