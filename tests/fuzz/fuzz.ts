/**
 * The long form of fuzzing: `deno task fuzz [target] [--seconds 60] [--seed 1] [--write]`.
 * @module
 */
import { parseArgs } from "node:util";
import { writeFigures } from "../figures.ts";
import { closeStored } from "./stored.ts";
import { fuzz } from "./target.ts";
import { TARGETS } from "./targets.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seconds: { type: "string", default: "60" },
    seed: { type: "string" },
    write: { type: "boolean", default: false },
  },
});

const [wanted] = positionals;
const chosen = TARGETS.filter(({ name }) => wanted === undefined || name === wanted);
if (!chosen.length) {
  console.log(`There is no target "${wanted}"; there are ${TARGETS.map(({ name }) => name).join(", ")}`);
  Deno.exit(2);
}
const seed = values.seed === undefined ? Date.now() | 0 : Number(values.seed);
const rows: [string, string][] = [];
let total = 0;
for (const target of chosen) {
  try {
    const executions = await fuzz(target, { seconds: Number(values.seconds), seed });
    total += executions;
    rows.push([`\`${target.name}\`: ${target.holds}`, executions.toLocaleString("en")]);
    console.log(`${target.name}: ${executions} executions, seed ${seed}`);
  } catch (error) {
    console.log(`${target.name}: ${(error as Error).message}`);
    Deno.exitCode = 1;
  }
}
await closeStored();
if (values.write) {
  await writeFigures("fuzz", [...rows, ["executions in all", total.toLocaleString("en")], [
    "seconds for each target",
    values.seconds,
  ]]);
}
