/**
 * `deno task crash`: kills the real command at every point that it passes, and at random instants, runs again until
 * done, and compares. Prints what fails with the arguments that play it again, and writes the figures into
 * `docs/reliability.md`.
 *
 *     deno task crash                                                  all points, 1,000 kills at random
 *     deno task crash --kills 100 --every 5                            fewer
 *     deno task crash --destination sqlite --phase first --point 57 [--half]   one point again
 *     deno task crash --destination sqlite --seed 12                   one seed again
 *
 * @module
 */
import { parseArgs } from "node:util";
import { type Case, DESTINATIONS, play, pointCases, randomCase, type Tally } from "./cases.ts";
import { writeFigures } from "./figures.ts";
import { type Phase, Stage } from "./stage.ts";

const { values } = parseArgs({
  options: {
    kills: { type: "string", default: "1000" },
    every: { type: "string", default: "1" },
    seed: { type: "string" },
    first: { type: "string", default: "1" },
    destination: { type: "string" },
    phase: { type: "string" },
    point: { type: "string" },
    half: { type: "boolean" },
    "no-docs": { type: "boolean" },
  },
});

const isAgain = values.point !== undefined || values.seed !== undefined;
const chosen = values.destination ? [values.destination] : DESTINATIONS;
const totals: Record<string, number> = {};
const failed: string[] = [];
let cases = 0, kills = 0;

for (const destination of chosen) {
  const stages = await Promise.all((isAgain ? [1] : [1, 2]).map(() => Stage.open(destination)));
  try {
    for (const tally of await run(stages)) {
      cases += tally.cases;
      kills += tally.kills;
      failed.push(...tally.failed);
      for (const [kind, count] of Object.entries(tally.points)) totals[kind] = (totals[kind] ?? 0) + count;
    }
  } finally {
    for (const stage of stages) await stage[Symbol.asyncDispose]();
  }
}

async function run(stages: readonly Stage[]): Promise<Tally[]> {
  const [stage] = stages as [Stage];
  const { destination } = stage;
  if (isAgain) {
    const again: Case = values.seed === undefined
      ? {
        destination,
        phase: (values.phase ?? "first") as Phase,
        deaths: [{ at: Number(values.point), half: values.half }],
        name: `before ${stage.points((values.phase ?? "first") as Phase)[Number(values.point) - 1]}`,
        replay: "",
      }
      : randomCase(stage, Number(values.seed));
    return [await play(stages, [again], console.log)];
  }
  const every = Number(values.every);
  const points = pointCases(stage, (_point, at) => at % every === 0);
  console.log(`${destination}: ${points.length} points`);
  const atPoints = await play(stages, points, console.log);
  console.log(`${destination}: ${atPoints.kills} kills at points, ${atPoints.failed.length} failed`);
  const wanted = Number(values.kills) / chosen.length;
  let seed = Number(values.first);
  const atRandom = await play(
    stages,
    ({ kills }, each) => kills < wanted ? randomCase(each, seed++) : undefined,
    console.log,
  );
  console.log(`${destination}: ${atRandom.kills} kills at random, ${atRandom.failed.length} failed`);
  return [atPoints, atRandom];
}

const lines = Object.entries(totals).sort().map(([kind, count]) => `  ${kind}: ${count}`);
console.log([`${kills} kills in ${cases} cases, ${failed.length} failed`, ...lines].join("\n"));
if (!isAgain && !failed.length && !values["no-docs"]) {
  await writeFigures("crash", ["Killed", "Kills"], [
    ...Object.entries(totals).sort().map(([kind, count]) => [kind, count] as const),
    ["**in all**", kills],
  ]);
}
Deno.exit(failed.length ? 1 : 0);
