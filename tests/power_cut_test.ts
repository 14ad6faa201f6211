/**
 * A power cut at any moment of a run, with whatever the disk may have kept by then: the next run brings the tables to
 * what they should be. `SLUICE_POWER_CUTS` is how many there are per run, `deno task crash:power` takes thousands.
 */
import assert from "assert";
import fc from "property";
import { PowerStage } from "./crash/power_cut.ts";

const numRuns = Number(Deno.env.get("SLUICE_POWER_CUTS") ?? 25);

for (const destination of ["sqlite", "filesystem"]) {
  for (const isFirst of [true, false]) {
    const which = isFirst ? "the first run" : "a later run";
    Deno.test(`the power may go at any moment of ${which} into ${destination}`, async () => {
      await using stage = await PowerStage.open(destination, isFirst);
      const moment = fc.integer({ min: 0, max: stage.moments - 1 });
      await fc.assert(
        fc.asyncProperty(moment, fc.nat(1e6), async (moment, seed) => {
          assert.deepEqual(await stage.cut(moment, seed), []);
        }),
        { numRuns, endOnFailure: true },
      );
    });
  }
}
