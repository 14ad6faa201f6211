/**
 * `deno task bench:compare A.json B.json`: what became of each scenario from one commit to another, and which
 * differences are more than noise.
 * @module
 */
import { parseArgs } from "node:util";
import { runCommand, UsageError } from "./command.ts";
import { compareFigures, type Figure, figureOf, measured, ratio } from "./figures.ts";
import { readResults, type Results, type ScenarioResult } from "./results.ts";
import { spread, table } from "./tables.ts";

const MEASURES: readonly (readonly [string, (result: ScenarioResult) => Figure | undefined])[] = [
  ["time / the floor's", (each) => ratio(each, "sluice", "floor", "seconds")],
  ["CPU / the floor's", (each) => ratio(each, "sluice", "floor", "cpuSeconds")],
  ["seconds", (each) => measured(each, "sluice", "seconds")],
  ["CPU seconds", (each) => measured(each, "sluice", "cpuSeconds")],
  ["peak MB", (each) => measured(each, "sluice", "peakMb")],
  ["requests", (each) => measured(each, "sluice", "requests")],
];

/** Sluice's figures of both, for every scenario in both, as a table. */
export function comparison(before: Results, after: Results): string {
  const rows = after.scenarios.flatMap((late) => {
    const early = before.scenarios.find(({ name }) => name === late.name);
    if (!early) return [];
    if (early.rows !== late.rows) {
      return [[`\`${late.name}\``, "rows", String(early.rows), String(late.rows), "–", "not comparable"]];
    }
    return MEASURES.flatMap(([what, read]) => {
      const [left, right] = [read(early), read(late)];
      if (!left || !right) return [];
      const { ratio, verdict } = compareFigures(left, right);
      return [[`\`${late.name}\``, what, spread(left), spread(right), spread(ratio), verdict]];
    });
  });
  const heads = [before, after].map(({ scenarios }) =>
    [...new Set(scenarios.map(({ commit }) => commit))].join("+")
  );
  const busy = [before, after].map(({ scenarios }) =>
    spread(figureOf(scenarios.flatMap(({ load }) => load)))
  );
  return `Load average ${busy[0]} before, ${busy[1]} after.\n\n` +
    table(["scenario", "", heads[0], heads[1], "after / before", "verdict"], rows);
}

async function main(): Promise<number> {
  const { positionals: files } = parseArgs({ allowPositionals: true });
  if (files.length !== 2) {
    throw new UsageError("Cannot compare: name two files that `deno task bench --json` has written");
  }
  const [before, after] = await Promise.all(files.map(readResults));
  console.log(comparison(before, after));
  return 0;
}

if (import.meta.main) await runCommand(main);
