/**
 * A run as a page of Markdown, for the summary of a workflow. Names and messages come from elsewhere: they
 * are written so that none of them is markup.
 * @module
 */
import type { TableChange } from "../../pipeline/schema_changes.ts";
import type { Trace } from "../../pipeline/trace.ts";
import { counted, type RunProgress } from "../progress_state.ts";
import { printable } from "../printable.ts";

/** What the trace does not tell: what was left of each rate limit. */
export type Budgets = RunProgress["budgets"];

const TITLES: Readonly<Record<Trace["status"], string>> = {
  completed: "✅ Loaded",
  failed: "❌ Failed",
  interrupted: "⏹️ Interrupted",
};
/** A summary may have one megabyte in all; a list longer than this is read elsewhere. */
const MOST_ROWS = 200;

/** The page. */
export function summaryOf(trace: Trace, budgets: Budgets): string {
  const { status, source, destination, datasetName, pipelineName } = trace;
  const blocks = [
    `### ${TITLES[status]}: ${text(pipelineName)}`,
    `${text(source)} into ${text(destination)}, dataset ${text(datasetName)}`,
    table(["Rows loaded", "Tables", "Schema changes", "Requests", "Seconds"], [factsOf(trace)]),
    errorOf(trace),
    section("Resources", ["Resource", "Pages", "Records", "Requests"], resourceRows(trace)),
    tableSection(trace),
    section("Schema changes", ["Table", "Change"], changesOf(trace).map(changeRow)),
    section("Rate budget at the end", ["Limit", "Left", "Of"], budgetRows(budgets)),
    section("Time", ["Step", "Seconds"], stepRows(trace)),
    section("Warnings", ["Code", "Resource", "Message"], warningRows(trace)),
    waiting(trace),
  ];
  return blocks.filter((block) => block !== "").join("\n\n") + "\n";
}

/** Rows that went into tables, children included. */
export function rowsOf({ packages }: Trace): number {
  return packages.flatMap(({ rows }) => Object.values(rows)).reduce((sum, each) => sum + each, 0);
}

/** What the run changed in tables. */
export function changesOf({ packages }: Trace): TableChange[] {
  return packages.flatMap(({ schemaChanges }) => schemaChanges);
}

function factsOf(trace: Trace): string[] {
  const tables = new Set(trace.packages.flatMap(({ rows }) => Object.keys(rows)));
  return [
    number(rowsOf(trace)),
    number(tables.size),
    number(changesOf(trace).length),
    number(trace.requests),
    trace.seconds.toFixed(1),
  ];
}

function errorOf({ error }: Trace): string {
  if (!error) return "";
  const { code, message, next } = error;
  const lines = [`**${text(message)}** (${text(code)})`, next ? `Next: ${text(next)}` : ""];
  return lines.filter(Boolean).map((line) => `> ${line}`).join("\n>\n");
}

function resourceRows({ resources }: Trace): string[][] {
  return Object.entries(resources).map(([name, { pages, rows, requests }]) => [
    text(name),
    ...[pages, rows, requests].map(number),
  ]);
}

const CHANGES = ["added", "changed", "removed"] as const;

/** Rows by table; what became of them only where a destination tells, which it does of root tables. */
function tableSection({ packages }: Trace): string {
  const rows = totals(packages.flatMap((each) => Object.entries(each.rows)));
  const changes = packages.flatMap((each) => Object.entries(each.changes ?? {}));
  const told = changes.length
    ? CHANGES.map((kind) => totals(changes.map(([table, each]) => [table, each[kind]])))
    : [];
  const names = [...new Set([rows, ...told].flatMap((each) => [...each.keys()]))].sort();
  const lines = names
    .map((name) => ({ name, counts: [rows.get(name) ?? 0, ...told.map((each) => each.get(name))] }))
    .filter(({ counts }) => counts.some((count) => count))
    .map(({ name, counts }) => [
      text(name),
      ...counts.map((count) => count === undefined ? "" : number(count)),
    ]);
  return section(
    "Rows loaded",
    ["Table", "Rows", ...told.length ? ["New", "Changed", "Removed"] : []],
    lines,
  );
}

/** Sums by name. */
function totals(counts: readonly (readonly [string, number])[]): Map<string, number> {
  const sums = new Map<string, number>();
  for (const [name, count] of counts) sums.set(name, (sums.get(name) ?? 0) + count);
  return sums;
}

function changeRow({ table, isNew, newColumns }: TableChange): string[] {
  const columns = counted(newColumns.length, "column");
  const names = newColumns.map(({ name, type }) => `${name} ${type}`).join(", ");
  return [text(table), isNew ? `new, ${columns}` : `new ${columns}: ${text(names)}`];
}

function budgetRows(budgets: Budgets): string[][] {
  return [...budgets].map((
    [bucket, { remaining, limit }],
  ) => [text(bucket), number(remaining), number(limit)]);
}

function stepRows({ steps }: Trace): string[][] {
  return steps.map((
    { step, seconds },
  ) => [step, seconds === undefined ? "not finished" : seconds.toFixed(1)]);
}

function warningRows({ warnings }: Trace): string[][] {
  return warnings.map(({ code, resource = "", message }) => [code, resource, message].map(text));
}

function waiting({ packages }: Trace): string {
  const count = packages.filter(({ state }) => state === "pending").length;
  return count ? `${counted(count, "load package")} waiting: the next run loads what this one has read.` : "";
}

function section(title: string, head: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return "";
  const more = rows.length - MOST_ROWS;
  return `#### ${title}\n\n${table(head, rows.slice(0, MOST_ROWS))}${
    more > 0 ? `\n\nand ${number(more)} more` : ""
  }`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  const rule = head.map((title) => NUMBERS.has(title) ? "--:" : "---");
  return [head, rule, ...rows].map(line).join("\n");
}

/** Columns that stand to the right. */
const NUMBERS = new Set([
  "Rows loaded",
  "Tables",
  "Schema changes",
  "Requests",
  "Seconds",
  "Pages",
  "Records",
  "Rows",
  "New",
  "Changed",
  "Removed",
  "Left",
  "Of",
]);

function number(value: number): string {
  return value.toLocaleString("en-US");
}

/** Any text as text: HTML by entities, every mark of Markdown behind a backslash, line breaks as spaces. */
function text(value: string): string {
  return printable(value.replaceAll(/\s+/g, " "))
    .replaceAll(/[\\`*_{}[\]()#+.!|~$^=:@"'-]/g, "\\$&")
    .replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
