/**
 * `deno task parity`: runs every case through dlt and through Sluice, compares names, values and hashes by the
 * ten thousand, hands datasets over between the two, and writes what dlt answered to `recorded/`.
 *
 * With a text, only cases whose names hold it; with `--million`, a run over a million rows as well.
 * @module
 */
import { type Case, loadCases } from "./case.ts";
import { serveCases } from "./case_server.ts";
import { writeParityDocs } from "./docs.ts";
import { runThroughDlt } from "./dlt_side.ts";
import { type Environment, environment, NoEnvironment } from "./environment.ts";
import { type HandOver, handOver } from "./handover.ts";
import { judge, type Judgement } from "./judge.ts";
import { loadMillion, type Million } from "./million.ts";
import { type Answer, digestOf, readRecorded, writeRecorded } from "./recorded.ts";
import { figuresOf, printJudgements, problemsOf, writeFigures } from "./report.ts";
import { runAllThroughSluice } from "./sluice_side.ts";
import { snapshot } from "./snapshot.ts";
import { askVolume, type VolumeResult } from "./volume_task.ts";

const only = Deno.args.find((arg) => !arg.startsWith("--"));
const isWhole = only === undefined;
const wantsMillion = Deno.args.includes("--million");

/** Everything that was compared. */
export interface Outcome {
  readonly judgements: readonly Judgement[];
  readonly volume?: VolumeResult;
  readonly handOver?: HandOver;
  readonly million?: Million;
}

async function main(): Promise<number> {
  let python: Environment;
  try {
    python = await environment(say);
  } catch (error) {
    if (!(error instanceof NoEnvironment)) throw error;
    console.error(`Cannot compare with dlt: ${error.message}`);
    return 1;
  }
  const folder = await Deno.makeTempDir({ prefix: "sluice_parity_" });
  try {
    const cases = await loadCases(only);
    const outcome = await compareAll(python, cases, folder);
    printJudgements(outcome.judgements, say);
    const problems = problemsOf(outcome, isWhole);
    problems.forEach((problem) => console.error(problem));
    if (isWhole) {
      await writeFigures(figuresOf(outcome));
      await writeParityDocs();
    }
    say(problems.length ? `${problems.length} problem(s)` : "everything agrees, or is listed");
    return problems.length ? 1 : 0;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function compareAll(python: Environment, cases: readonly Case[], folder: string): Promise<Outcome> {
  await using server = serveCases(cases);
  const { base } = server;
  say(`${cases.length} cases through dlt`);
  const answers = await askDlt(python, cases, base, folder);
  say("the same through Sluice");
  const runs = await runAllThroughSluice(cases, base, folder);
  const judgements = cases.map((each) =>
    judge(each, answers.get(each.name)!.runs, runs.get(each.name)!.map((run) => snapshot(run, each)))
  );
  await record(cases, answers);
  if (!isWhole) return { judgements };
  say("names, values and hashes");
  const volume = await askVolume(python, folder);
  say("datasets handed over");
  const snapshots = new Map([...answers].map(([name, answer]) => [name, answer.runs]));
  const handed = await handOver(python, cases, snapshots, { base, folder: `${folder}/handover` });
  if (wantsMillion) say("a million rows");
  const million = wantsMillion ? await loadMillion(python, `${folder}/million`) : undefined;
  return { judgements, volume, handOver: handed, million };
}

async function askDlt(
  python: Environment,
  cases: readonly Case[],
  base: string,
  folder: string,
): Promise<Map<string, Answer>> {
  const runs = await runThroughDlt(python, cases, base, folder);
  return new Map(cases.map((each) => {
    const snapshots = runs.get(each.name)!.map((run) => snapshot(run, each));
    return [each.name, { case: each.name, digest: digestOf(each), runs: snapshots }];
  }));
}

/** Writes the answers; those of cases that were not asked this time stay, as long as there is the case. */
async function record(cases: readonly Case[], answers: ReadonlyMap<string, Answer>): Promise<void> {
  const all = new Map([
    ...await readRecorded(),
    ...cases.map(({ name }) => [name, answers.get(name)!] as const),
  ]);
  const there = await loadCases();
  await writeRecorded(there.flatMap(({ name }) => all.get(name) ?? []).sort(byCase));
}

function byCase(left: Answer, right: Answer): number {
  return left.case < right.case ? -1 : 1;
}

function say(line: string): void {
  console.log(line);
}

if (import.meta.main) Deno.exit(await main());
