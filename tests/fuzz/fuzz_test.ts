/** Parsers and readers with whatever comes, for a second each; the long form is `deno task fuzz`. @module */
import assert from "assert";
import { closeStored } from "./stored.ts";
import { fuzz } from "./target.ts";
import { TARGETS } from "./targets.ts";

for (const target of TARGETS) {
  Deno.test(`fuzz ${target.name}: ${target.holds}`, async () => {
    try {
      assert.ok(await fuzz(target, { seconds: 1, seed: Date.now() | 0 }) > 0);
    } finally {
      await closeStored();
    }
  });
}
