/**
 * The catalogue of imitations, from which `sluice simulate` serves them.
 * @module
 */
import assert from "assert";
import { catalogue } from "../../simulator/imitations/mod.ts";

for (const [name, { records, start }] of Object.entries(catalogue)) {
  Deno.test(`catalogue starts ${name} with as many ${records} as asked for, and shows how to read it`, async () => {
    await using imitation = await start({ port: 0, seed: 2, records: 7 });
    const { truth, tryIt, url } = imitation;
    const sizes = Object.values(truth as Record<string, unknown[]>).map(({ length }) => length);
    assert.ok(sizes.includes(7), String(sizes));
    assert.ok(tryIt.startsWith("curl ") && tryIt.includes(url), tryIt);
  });
}
