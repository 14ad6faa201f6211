/**
 * The long form of the trials: `deno task chaos`, with `--seeds 10000`, `--from 1`, `--jobs 2` and `--write` for
 * the figures in docs/reliability.md; `--seed 17` replays one and tells all about it.
 * @module
 */
import { parseArgs } from "node:util";
import { writeFigures } from "../figures.ts";
import { liesOf, TELLABLE } from "./lies.ts";
import { Chaos, type Outcome, replayOf } from "./trial.ts";

const { values } = parseArgs({
  options: {
    seed: { type: "string" },
    seeds: { type: "string", default: "10000" },
    from: { type: "string", default: "1" },
    jobs: { type: "string", default: String(navigator.hardwareConcurrency) },
    write: { type: "boolean", default: false },
    lines: { type: "boolean", default: false },
  },
});

const from = Number(values.from);
const seeds = Number(values.seeds);
if (values.seed !== undefined) await replay(Number(values.seed));
else if (values.lines) await work();
else await lead(Number(values.jobs));

/** One seed, with all that is lied in it. */
async function replay(seed: number): Promise<void> {
  await using chaos = new Chaos();
  const { scenario, before, runs, goesOn } = liesOf(seed);
  console.log(JSON.stringify({ scenario: scenario.name, loadedBefore: before, goesOn }));
  for (const faults of runs) {
    console.log(faults.map((fault) => JSON.stringify(fault)).join("\n") || "no fault");
  }
  const { problem, published, failures } = await chaos.try(seed);
  console.log(`${published} published, ${failures.length} failed: ${failures.join(", ") || "-"}`);
  console.log(problem ?? "the tables are right");
  if (problem !== undefined) Deno.exitCode = 1;
}

/** A share of the seeds, an outcome a line. */
async function work(): Promise<void> {
  await using chaos = new Chaos();
  const step = Number(values.jobs);
  for (let seed = from; seed < from + seeds; seed += step) {
    console.log(JSON.stringify(await chaos.try(seed)));
  }
}

interface Figures {
  seeds: number;
  published: number;
  failures: Record<string, number>;
  kinds: Set<string>;
  faults: number;
  problems: number;
}

/** All seeds, by as many processes as there are processors. */
async function lead(jobs: number): Promise<void> {
  const started = performance.now();
  const figures: Figures = { seeds: 0, published: 0, failures: {}, kinds: new Set(), faults: 0, problems: 0 };
  await Promise.all(Array.from({ length: jobs }, async (_, job) => {
    const child = new Deno.Command(Deno.execPath(), {
      args: ["run", "-q", "-P=test", "--no-prompt", import.meta.filename!, "--lines"].concat([
        `--from=${from + job}`,
        `--seeds=${seeds - job}`,
        `--jobs=${jobs}`,
      ]),
      stdout: "piped",
    }).spawn();
    for await (const line of linesOf(child.stdout)) count(figures, JSON.parse(line), started);
    if (!(await child.status).success) throw new Error(`a process with seeds from ${from + job} on has died`);
  }));
  const seconds = (performance.now() - started) / 1000;
  const { failures, kinds, faults, published, problems } = figures;
  const failed = Object.values(failures).reduce((sum, each) => sum + each, 0);
  const codes = Object.entries(failures).sort((one, two) => two[1] - one[1]);
  const rows = [
    ["seeds", figures.seeds],
    ["kinds of faults", `${kinds.size} of the ${TELLABLE.length} that can be told from the truth`],
    ["faults drawn", faults],
    ["runs that were lied to and published the truth", published],
    ["runs that failed with a clear error, previous tables intact", failed],
    ["error codes met", codes.map(([code, times]) => `${code} ${times}`).join(", ")],
    ["wrong tables, unclear errors, secrets told, visits elsewhere", problems],
    ["seconds", seconds.toFixed(0)],
  ] as const;
  for (const [name, value] of rows) console.log(`${name}: ${value}`);
  if (values.write) await writeFigures("chaos", rows);
  if (problems) Deno.exitCode = 1;
}

function count(figures: Figures, outcome: Outcome, started: number): void {
  figures.seeds++;
  figures.published += outcome.published;
  figures.faults += outcome.kinds.length;
  for (const kind of outcome.kinds) figures.kinds.add(kind);
  for (const code of outcome.failures) figures.failures[code] = (figures.failures[code] ?? 0) + 1;
  if (outcome.problem !== undefined) {
    figures.problems++;
    console.log(`${outcome.problem}\n  replay: ${replayOf(outcome.seed)}`);
  }
  if (figures.seeds % 500 === 0) {
    const rate = figures.seeds / (performance.now() - started) * 1000;
    console.log(`${figures.seeds} seeds, ${rate.toFixed(1)} a second`);
  }
}

async function* linesOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  let rest = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop()!;
    yield* lines;
  }
}
