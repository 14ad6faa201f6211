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
import type { LoadScenario, Subject } from "./scenario.ts";
import { type Server, type ServerCounts, startServer } from "./server.ts";
import { runSubject } from "./subjects.ts";
import { PIPELINE, type Task } from "./task.ts";

/** Tables are not the same, so that times say nothing. */
export class TablesDiffer extends Error {}

/** Where dlt is, or why it is left out. */
export interface DltSide {
  readonly python?: Environment;
  readonly noPython?: string;
}

/** How a scenario is run. */
export interface LoadOptions extends DltSide {
  readonly rounds: number;
  readonly dltRounds: number;
  readonly records: number;
  /** An empty folder. */
  readonly folder: string;
  /** Serves the data. @default startServer */
  readonly start?: (scenario: LoadScenario, records: number) => Promise<Server>;
  /** Where Sluice leaves CPU profiles of the measured runs. */
  readonly profile?: string;
}

const DATABASE = "loaded.sqlite";
/** Folder of what Sluice loaded first: what the floor inserts, and what all others are held against. */
const TRUTH = "truth";

/** Records of a scenario that is made smaller or larger. */
export function recordsAt({ records }: LoadScenario, scale: number): number {
  return Math.max(1, Math.round(records * scale));
}

/** Runs it. @throws {TablesDiffer} when a subject has loaded something else */
export async function runLoad(scenario: LoadScenario, options: LoadOptions): Promise<LoadOutcome> {
  await using server = await (options.start ?? startServer)(scenario, options.records);
  const skipped = skippedOf(scenario, options);
  const subjects = (["sluice", "floor", "dlt"] as const).filter((subject) => !skipped[subject]);
  const bench: LoadBench = { scenario, options, server };
  if (scenario.changesBy !== undefined) await loadFirst(bench, subjects);
  const runs: Partial<Record<Subject, Run[]>> = {};
  const counts: ServerCounts[] = [];
  let truth: Loaded | undefined;
  for (let round = 0; round < options.rounds; round++) {
    for (const subject of inTurn(subjects, round)) {
      if (subject === "dlt" && round >= options.dltRounds) continue;
      const { folder, run, counted } = await runOnce(bench, subject, round);
      const loaded = readLoaded(join(folder, DATABASE));
      checkCounts(loaded, scenario.rows?.(options.records));
      const found = differences((truth ?? loaded).tables, loaded.tables);
      if (found.length) throw new TablesDiffer(`sluice and ${subject} differ: ${found.join("; ")}`);
      (runs[subject] ??= []).push(run);
      if (subject === "sluice") counts.push(counted);
      if (truth) await Deno.remove(folder, { recursive: true });
      else await Deno.rename(folder, folderOf(bench, TRUTH));
      truth ??= loaded;
    }
  }
  return { runs, skipped, rows: truth!.rows, ...behaviourFigures(scenario, counts) };
}

/** What a run of a scenario adds to its result. */
export type LoadOutcome = Pick<ScenarioResult, "runs" | "skipped" | "rows" | "budget">;

interface LoadBench {
  readonly scenario: LoadScenario;
  readonly options: LoadOptions;
  readonly server: Server;
}

interface Loaded {
  readonly tables: ReadonlyMap<string, Checksum>;
  /** Rows that the run has written. */
  readonly rows: number;
}

function skippedOf(
  { floor, dlt }: LoadScenario,
  { python, noPython }: LoadOptions,
): ScenarioResult["skipped"] {
  const skipped: Partial<Record<Subject, string>> = {};
  if (floor !== undefined) skipped.floor = floor;
  if (typeof dlt === "string") skipped.dlt = dlt;
  else if (!python) skipped.dlt = noPython ?? "not asked for";
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
    from: join(options.folder, TRUTH, DATABASE),
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
  const { scenario, options: { python, profile }, server } = bench;
  const folder = folderOf(bench, `${subject}_${round}`);
  if (scenario.changesBy !== undefined) {
    await cp(folderOf(bench, `${subject}_first`), folder, { recursive: true });
  }
  await server.counts();
  const measured = await runSubject(subject, taskOf(bench, folder, "measured"), { python, profile });
  const counted = await server.counts();
  return { folder, run: { round, ...measured, requests: counted.requests }, counted };
}

function readLoaded(file: string): Loaded {
  using database = new DatabaseSync(file, { readOnly: true });
  return { tables: checksums(database), rows: newestRows(database) };
}

function checkCounts({ tables }: Loaded, expected: Readonly<Record<string, number>> = {}): void {
  for (const [table, rows] of Object.entries(expected)) {
    const found = tables.get(table)?.rows ?? 0;
    if (found !== rows) throw new TablesDiffer(`${table} has ${found} rows instead of ${rows}`);
  }
}

function behaviourFigures(
  { server }: LoadScenario,
  counts: readonly ServerCounts[],
): Pick<ScenarioResult, "budget"> {
  const { budget } = server ?? {};
  if (!budget) return {};
  // The last minute was not there to be used up, and in the first one the budget is yet to be learned.
  const shares = counts.map(({ minutes }) => minutes.slice(0, -1)).filter((whole) => whole.length)
    .map((whole) => whole.reduce((sum, { answered }) => sum + answered, 0) / whole.length / budget.perMinute);
  const later = counts.flatMap(({ minutes }) => minutes.slice(1));
  return { budget: { shares, refused: later.reduce((sum, { refused }) => sum + refused, 0) } };
}
