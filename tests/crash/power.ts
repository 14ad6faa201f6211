/**
 * `deno task crash:power`: cuts the power at random moments of a run, runs again and compares. Prints what fails with
 * the arguments that play it again, and writes the figures into `docs/reliability.md`.
 *
 *     deno task crash:power --cuts 4000
 *     deno task crash:power --destination filesystem --first --moment 86 --seed 999995
 *
 * @module
 */
import { parseArgs } from "node:util";
import { DESTINATIONS, generator } from "./cases.ts";
import { writeFigures } from "./figures.ts";
import { PowerStage } from "./power_cut.ts";

const { values } = parseArgs({
  options: {
    cuts: { type: "string", default: "4000" },
    destination: { type: "string" },
    first: { type: "boolean" },
    moment: { type: "string" },
    seed: { type: "string", default: "1" },
    "no-docs": { type: "boolean" },
  },
});

const isAgain = values.moment !== undefined;
const chosen = DESTINATIONS.filter((name) => !values.destination || name === values.destination)
  .flatMap((destination) =>
    (isAgain ? [values.first ?? false] : [true, false]).map((isFirst) => ({ destination, isFirst }))
  );
const rows: [string, number][] = [];
const failed: string[] = [];
for (const { destination, isFirst } of chosen) {
  await using stage = await PowerStage.open(destination, isFirst);
  const random = generator(Number(values.seed));
  const cuts = isAgain ? 1 : Math.ceil(Number(values.cuts) / chosen.length);
  for (let count = 0; count < cuts; count++) {
    const moment = isAgain ? Number(values.moment) : Math.floor(random() * stage.moments);
    const seed = isAgain ? Number(values.seed) : Math.floor(random() * 1e6);
    const problems = await stage.cut(moment, seed);
    if (!problems.length) continue;
    const again = `--destination ${destination}${
      isFirst ? " --first" : ""
    } --moment ${moment} --seed ${seed}`;
    failed.push(`${problems.join("\n")}\n  again: deno task crash:power ${again}`);
    console.log(failed.at(-1));
  }
  rows.push([`${destination}, ${isFirst ? "first" : "later"} run`, cuts]);
}
const sum = rows.reduce((sum, [, count]) => sum + count, 0);
console.log(
  [`${sum} power cuts, ${failed.length} failed`, ...rows.map(([what, count]) => `  ${what}: ${count}`)].join(
    "\n",
  ),
);
if (!isAgain && !failed.length && !values["no-docs"]) {
  await writeFigures("power", ["Run", "Power cuts"], [...rows, ["**in all**", sum]]);
}
Deno.exit(failed.length ? 1 : 0);
