/**
 * `sluice plan <source>`: what a run would do, without doing it.
 * @module
 */
import type { Command } from "cli";
import { findDestination } from "../destinations/mod.ts";
import { pipeline } from "../pipeline/pipeline.ts";
import type { Plan, PlannedRequests, PlannedResource, PlannedTable } from "../pipeline/plan.ts";
import { helpEnd } from "./help.ts";
import { interruptible } from "./interrupt.ts";
import { print } from "./print.ts";
import { counted } from "./progress_state.ts";
import { aligned } from "./columns.ts";
import { chooseSource, type SourceFlags, withSourceFlags } from "./source_flags.ts";

interface PlanFlags extends SourceFlags {
  readonly destination: string;
  readonly pipelineName?: string;
  readonly datasetName?: string;
  readonly probe: boolean;
  readonly json?: boolean;
}

const EXAMPLES = ["plan ./pets.ts", "plan okta --no-probe", "plan okta --resources users --json"];
const COLUMNS_SHOWN = 12;

/** Adds arguments, options and action. */
export function define(command: Command): void {
  withSourceFlags(command)
    .option("-d, --destination <name>", "where it would load: sqlite, or filesystem (ndjson)", "sqlite")
    .option("--pipeline-name <name>", "name that state is kept under (default: the source's own)")
    .option("--dataset-name <name>", "name of the group of tables (default: the source's own)")
    .option("--no-probe", "send no request; pages, tables and columns stay open")
    .option("--json", "print one JSON object instead of text")
    .addHelpText("after", helpEnd(EXAMPLES))
    .action((name: string, flags: PlanFlags) => interruptible((signal) => plan(name, flags, signal)));
}

async function plan(name: string, flags: PlanFlags, signal: AbortSignal): Promise<void> {
  const destination = await findDestination(flags.destination);
  const { source, configuration } = await chooseSource(name, flags);
  const pipelineName = flags.pipelineName ?? source.definition.pipelineName ?? source.definition.name;
  const { datasetName, probe } = flags;
  const planned = await pipeline({ pipelineName, datasetName, destination, configuration })
    .plan(source, { probe, signal });
  print(flags.json ? JSON.stringify({ ok: true, ...planned }) : planText(planned));
}

function planText(plan: Plan): string {
  const where = plan.location ?? "which is made by the first run";
  const lines = [
    `Pipeline ${plan.pipelineName} would load into dataset ${plan.datasetName} on ${plan.destination}, ${where}`,
  ];
  for (const resource of plan.resources) lines.push("", ...resourceLines(resource));
  lines.push("", `${totalText(plan)}. Nothing was written.`);
  return lines.join("\n");
}

function resourceLines(planned: PlannedResource): string[] {
  const { resource, loads, parent, reads, disposition, strategy, primaryKey, cursor } = planned;
  const how = strategy && strategy !== "delete-insert" ? `${disposition} (${strategy})` : disposition;
  const key = primaryKey.length ? ` by ${primaryKey.join(", ")}` : "";
  const rows = [
    ["reads", parent === undefined ? reads : `${reads}, for each of ${parent}`],
    ["loads", loads ? `${how}${key}` : "nothing; it is read for those that it feeds"],
    cursor &&
    [
      "starts",
      cursor.start === undefined
        ? `at the beginning, by ${cursor.path}`
        : `at ${cursor.path} ${cursor.start}`,
    ],
    planned.firstRequest && ["first request", planned.firstRequest],
    planned.requests && ["expects", requestsText(planned.requests)],
    planned.problem && ["problem", planned.problem.split("\n")[0]!],
    ...planned.tables.map((table) => [`table ${table.table}`, tableText(table)]),
  ].filter(Boolean) as string[][];
  return [resource, ...aligned(rows)];
}

function requestsText({ count, isExact }: PlannedRequests): string {
  return isExact ? counted(count, "request") : `about ${counted(count, "request")}`;
}

function tableText({ isNew, newColumns }: PlannedTable): string {
  const shown = newColumns.slice(0, COLUMNS_SHOWN).map(({ name, type }) => `${name} ${type}`);
  const rest = newColumns.length - shown.length;
  return `${isNew ? "new" : "wider"}, ${counted(newColumns.length, isNew ? "column" : "new column")}: ` +
    shown.join(", ") + (rest > 0 ? ` and ${rest} more` : "");
}

function totalText({ requests, seconds = 0 }: Plan): string {
  if (!requests) return "No request was sent, so how many a run takes is open";
  const time = seconds < 1
    ? "about a second"
    : seconds < 120
    ? `about ${Math.ceil(seconds)} s`
    : `about ${Math.ceil(seconds / 60)} minutes`;
  return `In all ${requestsText(requests)}, ${time}`;
}
