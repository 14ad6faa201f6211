/**
 * Runs the subjects of a scenario in turns. What each has loaded is compared with what Sluice loaded first,
 * and time is reported only where all of it is the same.
 * @module
 */
import { cp } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "sqlite";
import type { Environment } from "../tests/parity/environment.ts";
import { type Checksum, checksums, differences, newestRows } from "./loaded.ts";
import type { Run, ScenarioResult } from "./results.ts";
import { NO_PYTHON } from "./run_commands.ts";
import type { LoadScenario, Subject } from "./scenario.ts";
import { type Server, type ServerCounts, startServer } from "./server.ts";
import { runSubject } from "./subjects.ts";
import { PIPELINE, type Task } from "./task.ts";

/** Tables are not the same, so that times say nothing. */
export class TablesDiffer extends Error {}

/** How a scenario is run. */
export interface LoadOptions {
  readonly rounds: number;
  readonly dltRounds: number;
  readonly records: number;
  /** Without it dlt is skipped. */
  readonly python?: Environment;
  /** An empty folder. */
  readonly folder: string;
}

const DATABASE = "loaded.sqlite";

/** Runs it. @throws {TablesDiffer} when a subject has loaded something else */
export async function runLoad(scenario: LoadScenario, options: LoadOptions): Promise<LoadOutcome> {
  await using server = await startServer(scenario, options.records);
  const skipped = skippedOf(scenario, options);
  const subjects = (["sluice", "floor", "dlt"] as const).filter((subject) => !skipped[subject]);
  const bench: LoadBench = { scenario, options, server };
  if (scenario.changesBy !== undefined) await loadFirst(bench, subjects);
  const runs: Partial<Record<Subject, Run[]>> = {};
  const counts: ServerCounts[] = [];
  let truth: Truth | undefined;
  for (let round = 0; round < options.rounds; round++) {
    for (const subject of inTurn(subjects, round)) {
      if (subject === "dlt" && round >= options.dltRounds) continue;
      const { folder, run, counted } = await runOnce(bench, subject, round);
      const loaded = readChecksums(join(folder, DATABASE));
      truth ??= await keepTruth(bench, folder, loaded);
      compare(subject, truth.loaded, loaded);
      (runs[subject] ??= []).push(run);
      if (subject === "sluice") counts.push(counted);
      await Deno.remove(folder, { recursive: true });
    }
  }
  return { runs, skipped, rows: truth!.rows, ...behaviourFigures(scenario, counts) };
}

/** What a run of a scenario adds to its result. */
export type LoadOutcome = Pick<ScenarioResult, "runs" | "skipped" | "rows" | "budget" | "idealSeconds">;

interface LoadBench {
  readonly scenario: LoadScenario;
  readonly options: LoadOptions;
  readonly server: Server;
}

interface Truth {
  readonly loaded: Map<string, Checksum>;
  /** Rows of one run. */
  readonly rows: number;
}

function skippedOf(
  { floor, dlt }: LoadScenario,
  { python, dltRounds }: LoadOptions,
): ScenarioResult["skipped"] {
  const skipped: Partial<Record<Subject, string>> = {};
  if (floor !== undefined) skipped.floor = floor;
  if (typeof dlt === "string") skipped.dlt = dlt;
  else if (!python) skipped.dlt = NO_PYTHON;
  else if (dltRounds === 0) skipped.dlt = "no rounds were asked for";
  return skipped;
}

/** Another one is first in each round; Sluice in the first, because the floor inserts what it has loaded. */
function inTurn(subjects: readonly Subject[], round: number): Subject[] {
  const first = round % subjects.length;
  return [...subjects.slice(first), ...subjects.slice(0, first)];
}

const folderOf = ({ options }: LoadBench, name: string) => join(options.folder, name);

function taskOf(
  { scenario, options, server }: LoadBench,
  folder: string,
  run: "first" | "measured",
): Task {
  const config = scenario.config(run);
  return {
    pipeline: PIPELINE,
    config: { ...config, client: { ...config.client as object, base_url: server.url } },
    database: join(folder, DATABASE),
    folder,
    url: server.url,
    starts: scenario.starts(options.records),
    lanes: scenario.lanes ?? 1,
    from: join(options.folder, "truth.sqlite"),
    changesBy: scenario.changesBy,
    timeScale: scenario.server?.budget?.timeScale,
  };
}

/** The run before the one that is measured. The floor goes on with the tables of Sluice. */
async function loadFirst(bench: LoadBench, subjects: readonly Subject[]): Promise<void> {
  const { python } = bench.options;
  for (const subject of subjects) {
    const folder = folderOf(bench, `${subject}_first`);
    if (subject === "floor") await cp(folderOf(bench, "sluice_first"), folder, { recursive: true });
    else await runSubject(subject, taskOf(bench, folder, "first"), { python });
  }
}

async function runOnce(
  bench: LoadBench,
  subject: Subject,
  round: number,
): Promise<{ folder: string; run: Run; counted: ServerCounts }> {
  const { scenario, options: { python }, server } = bench;
  const folder = folderOf(bench, `${subject}_${round}`);
  if (scenario.changesBy !== undefined) {
    await cp(folderOf(bench, `${subject}_first`), folder, { recursive: true });
  }
  await server.counts();
  const measured = await runSubject(subject, taskOf(bench, folder, "measured"), { python });
  const counted = await server.counts();
  return { folder, run: { round, ...measured, requests: counted.requests }, counted };
}

function readChecksums(database: string): Map<string, Checksum> {
  using opened = new DatabaseSync(database, { readOnly: true });
  return checksums(opened);
}

/** What Sluice loaded first is what the others are held against. */
async function keepTruth(bench: LoadBench, folder: string, loaded: Map<string, Checksum>): Promise<Truth> {
  const { scenario, options: { records } } = bench;
  const expected = scenario.rows?.(records) ?? {};
  for (const [table, rows] of Object.entries(expected)) {
    const found = loaded.get(table)?.rows ?? 0;
    if (found !== rows) throw new TablesDiffer(`${table} has ${found} rows instead of ${rows}`);
  }
  const truth = folderOf(bench, "truth.sqlite");
  using database = new DatabaseSync(join(folder, DATABASE));
  database.exec(`VACUUM INTO '${truth}'`);
  return { loaded, rows: newestRows(database) };
}

function compare(subject: Subject, truth: Map<string, Checksum>, loaded: Map<string, Checksum>): void {
  const found = differences(truth, loaded);
  if (found.length) throw new TablesDiffer(`sluice and ${subject} differ: ${found.join("; ")}`);
}

function behaviourFigures(
  { server, lanes = 1 }: LoadScenario,
  counts: readonly ServerCounts[],
): Pick<ScenarioResult, "budget" | "idealSeconds"> {
  const { budget, latencyMs } = server ?? {};
  if (latencyMs) return { idealSeconds: counts[0].requests * latencyMs / 1000 / lanes };
  if (!budget) return {};
  // The last window was not there to be used up.
  const shares = counts.map(({ windows }) => windows.slice(0, -1)).filter((whole) => whole.length)
    .map((whole) => whole.reduce((sum, used) => sum + used, 0) / whole.length / budget.perMinute);
  return { budget: { shares, refused: counts.reduce((sum, { refused }) => sum + refused, 0) } };
}
