/**
 * What is aimed at, and how far it is met.
 * @module
 */
import { type Figure, figureOf, measured, quotient, ratio } from "./figures.ts";
import type { ScenarioResult } from "./results.ts";

/** One aim with what was measured. */
export interface Aim {
  readonly text: string;
  /** In words, e.g. "at least 15". */
  readonly aim: string;
  readonly figure: Figure;
  readonly unit?: string;
  readonly isMet: boolean;
}

type Find = (name: string) => ScenarioResult | undefined;

interface AimRule {
  readonly text: string;
  readonly atLeast?: number;
  readonly atMost?: number;
  readonly unit?: string;
  readonly figure: (find: Find) => Figure | undefined;
}

const AIMS: readonly AimRule[] = [
  of(
    "okta_users",
    { text: "dlt's time / Sluice's", atLeast: 15 },
    (each) => ratio(each, "dlt", "sluice", "seconds"),
  ),
  of(
    "okta_users",
    { text: "Sluice's time / the floor's", atMost: 1.5 },
    (each) => ratio(each, "sluice", "floor", "seconds"),
  ),
  of(
    "okta_users",
    { text: "Sluice's peak memory / dlt's", atMost: 0.33 },
    (each) => ratio(each, "sluice", "dlt", "peakMb"),
  ),
  of(
    "children",
    { text: "time of a bare script that asks as much at once / Sluice's", atLeast: 0.9 },
    (each) => ratio(each, "floor", "sluice", "seconds"),
  ),
  of(
    "rate_limited",
    { text: "share of the budget used", atLeast: 0.95 },
    ({ budget }) => figureOf(budget!.shares),
  ),
  of(
    "rate_limited",
    { text: "requests refused after the first minute", atMost: 0 },
    ({ budget }) => figureOf([budget!.refused]),
  ),
  between("second_run", "flat", { text: "time of a second run / time of the first load" }, "seconds"),
  // Few rows share their pages, so that even the floor needs several times as long for many.
  between("merge_big", "merge_small", { text: "merge into a million rows / into 10,000" }, "seconds"),
  of(
    "merge_huge",
    {
      text: "time of a merge into ten million rows / the floor's, which touches what changed alone",
      atMost: 1.5,
    },
    (each) => ratio(each, "sluice", "floor", "seconds"),
  ),
  between("million", "flat", { text: "peak memory, 10 times the rows / few", atMost: 1.2 }, "peakMb"),
  between("million", "flat", { text: "time per row, 10 times the rows / few", atMost: 1.2 }, "seconds", true),
  between("ten_million", "million", { text: "peak memory, 10 million / a million", atMost: 1.2 }, "peakMb"),
  between(
    "ten_million",
    "million",
    { text: "time per row, 10 million / a million", atMost: 1.2 },
    "seconds",
    true,
  ),
  of(
    "start",
    { text: "`--version` / an empty Deno script", atMost: 1.5 },
    (each) => ratio(each, "sluice", "floor", "seconds"),
  ),
  of(
    "start",
    { text: "`plan --no-probe`", atMost: 150, unit: " ms" },
    ({ runs }) => figureOf((runs.plan ?? []).map(({ seconds }) => seconds * 1000)),
  ),
];

function of(
  name: string,
  rule: Omit<AimRule, "figure">,
  figure: (result: ScenarioResult) => Figure | undefined,
): AimRule {
  return {
    ...rule,
    text: `\`${name}\`: ${rule.text}`,
    figure: (find) => {
      const result = find(name);
      return result && figure(result);
    },
  };
}

/** One scenario in proportion to another one. */
function between(
  name: string,
  other: string,
  rule: Omit<AimRule, "figure">,
  measure: "seconds" | "peakMb",
  perRow = false,
): AimRule {
  return {
    ...rule,
    text: `\`${name}\` to \`${other}\`: ${rule.text}`,
    figure: (find) => {
      const [one, two] = [find(name), find(other)];
      const [left, right] = [one, two].map((each) => each && measured(each, "sluice", measure));
      if (!left || !right) return undefined;
      return quotient(left, right, perRow ? two!.rows! / one!.rows! : 1);
    },
  };
}

/** The aims that something was measured for. */
export function aimsOf(results: readonly ScenarioResult[]): Aim[] {
  const find: Find = (name) => results.find((each) => each.name === name);
  return AIMS.flatMap(({ text, atLeast, atMost, unit, figure: read }) => {
    const figure = read(find);
    if (!figure) return [];
    const aim = atLeast !== undefined
      ? `at least ${atLeast}`
      : atMost !== undefined
      ? `at most ${atMost}`
      : "–";
    const isMet = figure.median >= (atLeast ?? -Infinity) && figure.median <= (atMost ?? Infinity);
    return [{ text, aim: `${aim}${aim === "–" ? "" : unit ?? ""}`, figure, unit, isMet }];
  });
}
