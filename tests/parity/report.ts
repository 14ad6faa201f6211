/**
 * What a comparison found, in lines and in figures.
 * @module
 */
import { type JsonValue, parseJson, stringifyJson } from "../../pipeline/json.ts";
import { EXCEPTIONS } from "./exceptions.ts";
import type { Judgement } from "./judge.ts";
import type { Outcome } from "./parity.ts";

/** The figures of a whole comparison. */
export interface Figures {
  readonly cases: number;
  readonly runs: number;
  readonly values: number;
  /** Cases of features that Sluice does not have yet, and how many of them agree already. */
  readonly pending: number;
  readonly names: number;
  readonly handOvers: number;
  readonly handOverValues: number;
  /** Differences per exception. */
  readonly exceptions: Readonly<Record<string, number>>;
  readonly million?: Readonly<Record<string, number>>;
}

const FIGURES = new URL("./recorded/figures.json", import.meta.url);

/** A value as one short text. */
function short(value: JsonValue | undefined): string {
  const text = value === undefined ? "–" : stringifyJson(value);
  return text.length > 150 ? `${text.slice(0, 147)}…` : text;
}

function isPending({ case: case_ }: Judgement): boolean {
  return case_.pending !== undefined;
}

/** Says what is listed nowhere, and which features can be switched on. */
export function printJudgements(judgements: readonly Judgement[], say: (line: string) => void): void {
  for (const { case: case_, unlisted } of judgements.filter((each) => !isPending(each))) {
    if (!unlisted.length) continue;
    say(`${case_.name}: ${case_.shows}`);
    for (const { run, path, dlt, sluice } of unlisted.slice(0, 12)) {
      say(`  run ${run + 1}: ${path}: dlt ${short(dlt)}, Sluice ${short(sluice)}`);
    }
    if (unlisted.length > 12) say(`  and ${unlisted.length - 12} more`);
  }
  const features = Map.groupBy(judgements.filter(isPending), ({ case: case_ }) => case_.pending!);
  for (const [feature, cases] of features) {
    const agreeing = cases.filter(({ unlisted }) => !unlisted.length).length;
    say(`pending ${feature}: ${agreeing} of ${cases.length} cases agree`);
  }
}

/** Why the comparison fails, a line each. */
export function problemsOf(outcome: Outcome, isWhole: boolean): string[] {
  const demanded = outcome.judgements.filter((each) => !isPending(each));
  const problems = demanded.filter(({ unlisted }) => unlisted.length)
    .map(({ case: case_, unlisted }) => `${case_.name}: ${unlisted.length} difference(s)`);
  if (!isWhole) return problems;
  const { exceptions } = figuresOf(outcome);
  for (const { place, asked, dlt, sluice } of outcome.volume!.unlisted.slice(0, 30)) {
    problems.push(`${place}: ${short(asked)}: dlt ${short(dlt)}, Sluice ${short(sluice)}`);
  }
  for (const { name, run, path, dlt, sluice } of outcome.handOver!.unlisted.slice(0, 30)) {
    problems.push(`${name}, run ${run + 1}: ${path}: dlt ${short(dlt)}, handed over ${short(sluice)}`);
  }
  outcome.million?.differences.forEach((difference) => problems.push(`a million rows: ${difference}`));
  for (const { id } of EXCEPTIONS) {
    if (!exceptions[id]) problems.push(`exception "${id}" covers nothing any more: remove it`);
  }
  return problems;
}

/** The figures of an outcome. */
export function figuresOf({ judgements, volume, handOver, million }: Outcome): Figures {
  const demanded = judgements.filter((each) => !isPending(each));
  return {
    cases: demanded.length,
    runs: demanded.reduce((sum, { case: case_ }) => sum + case_.runs.length, 0),
    values: demanded.reduce((sum, { values }) => sum + values, 0),
    pending: judgements.length - demanded.length,
    names: volume?.values ?? 0,
    handOvers: handOver?.steps ?? 0,
    handOverValues: handOver?.values ?? 0,
    exceptions: sums([...demanded.map(({ excepted }) => excepted), volume?.excepted ?? new Map()]),
    ...million && { million: million.rows },
  };
}

function sums(maps: readonly ReadonlyMap<string, number>[]): Record<string, number> {
  const total: Record<string, number> = {};
  for (const map of maps) {
    for (const [id, count] of map) total[id] = (total[id] ?? 0) + count;
  }
  return Object.fromEntries(Object.entries(total).sort(([left], [right]) => left < right ? -1 : 1));
}

/** Keeps the figures beside the answers. What only a longer comparison counts stays as it was. */
export async function writeFigures(figures: Figures): Promise<void> {
  const before = await readFigures().catch(() => undefined);
  const kept = figures.million ?? before?.million;
  await Deno.writeTextFile(
    FIGURES,
    `${JSON.stringify({ ...figures, ...kept && { million: kept } }, null, 2)}\n`,
  );
}

/** The figures of the last whole comparison. */
export async function readFigures(): Promise<Figures> {
  return parseJson(await Deno.readTextFile(FIGURES)) as unknown as Figures;
}
