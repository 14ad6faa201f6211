/**
 * An API that lies: whatever it does, tables are right, or as they were, and errors say what happened. Every
 * kind of fault is met alone once; the long form is `deno task chaos`.
 * @module
 */
import assert from "assert";
import { ALONE, liesOf, TELLABLE } from "./lies.ts";
import { Chaos, replayOf } from "./trial.ts";

const MIXED = 30;

async function tryAll(seeds: Iterable<number>): Promise<void> {
  await using chaos = new Chaos();
  const problems: string[] = [];
  for (const seed of seeds) {
    const { problem } = await chaos.try(seed);
    if (problem !== undefined) problems.push(`${problem}\n  replay: ${replayOf(seed)}`);
  }
  assert.deepEqual(problems, []);
}

function* range(from: number, count: number): Generator<number> {
  for (let seed = from; seed < from + count; seed++) yield seed;
}

Deno.test("run is right or fails clearly with each kind of fault alone", async () => {
  await tryAll(range(1, TELLABLE.length));
});

Deno.test("run is right or fails clearly with faults mixed at random, and right when they end", async () => {
  await tryAll(range(ALONE + 1, MIXED));
});

Deno.test("liesOf() is a function of its seed, and meets every kind that can be told from the truth", () => {
  const met = new Set<string>();
  for (const seed of range(1, ALONE)) {
    const { runs } = liesOf(seed);
    assert.deepEqual(liesOf(seed).runs, runs);
    for (const { action } of runs.flat()) met.add(action.kind);
  }
  assert.deepEqual([...met].sort(), TELLABLE.toSorted());
});
