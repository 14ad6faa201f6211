/**
 * Medians, spreads and ratios.
 * @module
 */
import type { Run, ScenarioResult } from "./results.ts";

/** A middle value between the least and the most. */
export interface Figure {
  readonly median: number;
  readonly least: number;
  readonly most: number;
  readonly count: number;
}

/** The figure of some values; undefined where there are none. */
export function figureOf(values: readonly number[]): Figure | undefined {
  if (!values.length) return undefined;
  const sorted = [...values].sort((left, right) => left - right);
  const middle = sorted.length / 2;
  const median = (sorted[Math.ceil(middle) - 1] + sorted[Math.floor(middle)]) / 2;
  return { median, least: sorted[0], most: sorted.at(-1)!, count: sorted.length };
}

/** What is measured of a run. */
export type Measure = "seconds" | "cpuSeconds" | "peakMb" | "requests";

/** A measure of one of those who ran. */
export function measured(
  { runs }: ScenarioResult,
  subject: keyof ScenarioResult["runs"],
  measure: Measure,
): Figure | undefined {
  return figureOf((runs[subject] ?? []).map((run) => run[measure]).filter((value) => value !== undefined));
}

/**
 * A measure of one in proportion to that of another, round by round: what slows a machine down slows both
 * runs of a round.
 */
export function ratio(
  { runs }: ScenarioResult,
  subject: keyof ScenarioResult["runs"],
  other: keyof ScenarioResult["runs"],
  measure: Measure,
): Figure | undefined {
  const others = new Map((runs[other] ?? []).map((run: Run) => [run.round, run[measure]]));
  const ratios = (runs[subject] ?? []).map((run) => run[measure]! / others.get(run.round)!);
  return figureOf(ratios.filter(Number.isFinite));
}

/** One figure in proportion to another, of other runs: the spread is between the extremes. */
export function quotient(left: Figure, right: Figure, scale = 1): Figure {
  return {
    median: left.median / right.median * scale,
    least: left.least / right.most * scale,
    most: left.most / right.least * scale,
    count: Math.min(left.count, right.count),
  };
}

/** Fewer runs than this on each side could be apart by chance. */
const LEAST_RUNS = 4;

/** Whether two figures are apart by more than chance. */
export type Verdict = "less" | "more" | "within noise" | "too few runs";

/**
 * Beyond noise is what is so in every run: the most of one below the least of the other. Five runs of the same
 * program against five come out so once in 126 times.
 */
export function compareFigures(before: Figure, after: Figure): { ratio: Figure; verdict: Verdict } {
  const ratio = quotient(after, before);
  if (ratio.count < LEAST_RUNS) return { ratio, verdict: "too few runs" };
  const apart = ratio.most < 1 ? "less" : ratio.least > 1 ? "more" : undefined;
  return { ratio, verdict: apart ?? "within noise" };
}
