/**
 * Results as Markdown tables, padded so that they are read as they are, too.
 * @module
 */
import { aimsOf } from "./aims.ts";
import { type Figure, type Measure, measured, ratio } from "./figures.ts";
import type { Results, ScenarioResult } from "./results.ts";
import { SCENARIOS } from "./scenarios/mod.ts";

const RATIOS = [
  { head: "dlt / Sluice, time", of: ["dlt", "sluice", "seconds"] },
  { head: "Sluice / floor, time", of: ["sluice", "floor", "seconds"] },
  { head: "dlt / Sluice, CPU", of: ["dlt", "sluice", "cpuSeconds"] },
  { head: "Sluice / floor, CPU", of: ["sluice", "floor", "cpuSeconds"] },
  { head: "Sluice / dlt, memory", of: ["sluice", "dlt", "peakMb"] },
] as const;

/** All tables: ratios, aims, what was measured, and what did not run. */
export function resultTables({ machine, versions, scenarios: unordered }: Results): string {
  const place = ({ name }: ScenarioResult) => SCENARIOS.findIndex((each) => each.name === name);
  const scenarios = unordered.toSorted((left, right) => place(left) - place(right));
  const loads = scenarios.flatMap(({ load }) => load);
  const dates = [...new Set(scenarios.map(({ date }) => date.slice(0, 10)))].sort();
  return [
    `Measured ${dates.join(", ")}: ${machine}, ${versions}; load average ${number(Math.min(...loads))} to ` +
    `${number(Math.max(...loads))}. Medians of all rounds, in brackets the least and the most.`,
    table(
      ["scenario", "rows", ...RATIOS.map(({ head }) => head)],
      scenarios.map((each) => [
        `\`${each.name}\``,
        each.rows === undefined ? "–" : each.rows.toLocaleString("en"),
        ...RATIOS.map(({ of: [one, other, measure] }) => spread(ratio(each, one, other, measure))),
      ]),
    ),
    table(
      ["aim", "", "measured", "met"],
      aimsOf(scenarios).map(({ text, aim, figure, unit = "", isMet }) => [
        text,
        aim,
        `${spread(figure)}${unit}`,
        aim === "–" ? "–" : isMet ? "yes" : "no",
      ]),
    ),
    table(
      ["scenario", "", "rounds", "seconds", "CPU seconds", "peak MB", "rows/s", "requests"],
      scenarios.flatMap(subjectRows),
    ),
    skippedLines(scenarios),
  ].filter((part) => part !== "").join("\n\n");
}

function subjectRows(result: ScenarioResult): string[][] {
  const subjects = Object.keys(result.runs) as (keyof ScenarioResult["runs"])[];
  return subjects.sort().reverse().map((subject) => {
    const figure = (measure: Measure) => spread(measured(result, subject, measure));
    const seconds = measured(result, subject, "seconds")!;
    const perSecond = result.rows && Math.round(result.rows / seconds.median).toLocaleString("en");
    const requests = measured(result, subject, "requests");
    return [
      `\`${result.name}\``,
      subject,
      String(seconds.count),
      figure("seconds"),
      figure("cpuSeconds"),
      figure("peakMb"),
      String(perSecond ?? "–"),
      requests ? requests.median.toLocaleString("en") : "–",
    ];
  });
}

function skippedLines(scenarios: readonly ScenarioResult[]): string {
  const reasons = Map.groupBy(
    scenarios.flatMap(({ name, skipped }) =>
      Object.entries(skipped).map(([subject, reason]) => ({
        name,
        why: `${subject} did not run (${reason})`,
      }))
    ),
    ({ why }) => why,
  );
  return [...reasons].map(([why, of]) => `- ${why}: ${of.map(({ name }) => `\`${name}\``).join(", ")}`).join(
    "\n",
  );
}

/** The median, and the least and the most where there is more than one. */
export function spread(figure: Figure | undefined): string {
  if (!figure) return "–";
  const { median, least, most } = figure;
  return least === most ? number(median) : `${number(median)} (${number(least)}–${number(most)})`;
}

/** Three digits that matter. */
function number(value: number): string {
  const digits = value === 0 ? 0 : Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))));
  return Number.isInteger(value) ? String(value) : value.toFixed(Math.min(digits, 3));
}

/** A table with columns of equal width. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((text, column) =>
    Math.max(3, ...[text, ...rows.map((row) => row[column])].map(width))
  );
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => cell + " ".repeat(widths[column] - width(cell))).join(" | ")} |`;
  return [line(head), line(widths.map((each) => "-".repeat(each))), ...rows.map(line)].join("\n");
}

const width = (text: string) => [...text].length;
