/**
 * The short form of `deno task crash`: the real command is killed at points of each kind and at random instants, is
 * run again until it is done, and the tables are those of an undisturbed run.
 */
import assert from "assert";
import { DESTINATIONS, generator, play, pointCases, randomCase } from "./crash/cases.ts";
import { Stage } from "./crash/stage.ts";

/** Points that stand for the others: what changes, not the file that it happens to. */
const kindOf = (point: string) =>
  point.replace(/[\d…]+|groups\/[^/]+/g, "").replace(/\w+\.(pages|keys|jsonl)/g, "$1");
const POINTS = 5;
const RANDOM = 1;

for (const destination of DESTINATIONS) {
  Deno.test(`run into ${destination} killed anywhere and run again loses and doubles nothing`, async () => {
    await using stage = await Stage.open(destination, { isShort: true });
    const seed = Number(Deno.env.get("SLUICE_SEED") ?? Date.now() % 1e6);
    const random = generator(seed);
    const seen = new Set<string>();
    const all = pointCases(stage, (point) => !seen.has(kindOf(point)) && Boolean(seen.add(kindOf(point))));
    const must = all.filter(({ name }) => name === "before after sql COMMIT" || name.includes("commit.json"));
    const some = all.toSorted(() => random() - 0.5).slice(0, POINTS - 1);
    const seeds = Array.from({ length: RANDOM }, (_, index) => randomCase(stage, seed + index));
    const { failed, kills } = await play([stage], [...must.slice(0, 1), ...some, ...seeds]);
    assert.deepEqual(failed, [], `SLUICE_SEED=${seed}`);
    assert.ok(kills >= POINTS, `${kills} kills`);
  });
}
