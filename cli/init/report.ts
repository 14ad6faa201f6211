/**
 * What `init` says when it is done: what was written and found, what is left to fill in, what to run next.
 * @module
 */
import { aligned } from "../columns.ts";
import type { ApiDescription, LeftOut } from "../../openapi/description.ts";
import type { Reading } from "../../openapi/describe.ts";
import { COMMAND } from "../help.ts";
import { counted } from "../progress_state.ts";
import { oneLine } from "./code.ts";
import type { PlannedFile } from "./files.ts";
import { type InitPlan, modulePath } from "./plan.ts";

/** What there is to say. */
export interface Report {
  readonly name: string;
  readonly api: ApiDescription;
  readonly plan: InitPlan;
  /** When the facts come from a document. */
  readonly reading?: Reading;
  /** The only resource is an example. */
  readonly isExample: boolean;
  /** Also the name of a built-in source. */
  readonly isBuiltIn: boolean;
}

const MOST_NAMES = 12;
const DONE: Readonly<Record<PlannedFile["action"], string>> = {
  create: "Wrote",
  append: "Added to",
  keep: "Kept",
};

/** The report as text. */
export function reportText(report: Report): string {
  const { name, api, plan, reading } = report;
  const blocks = [
    plan.files.toReversed().map(({ shown, action }) =>
      `${DONE[action].padEnd(9)}${shown}${shown === modulePath(name) ? `: ${resourcesText(api)}` : ""}`
    ),
    reading ? readingLines(reading) : [],
    fillInLines(report),
    ["Then", ...nextCommands(name).map((command) => `  ${command}`)],
    report.isBuiltIn ? [`"${name}" is also a built-in source; this one is run as ${modulePath(name)}`] : [],
  ];
  return blocks.filter((lines) => lines.length).map((lines) => lines.join("\n")).join("\n\n");
}

/** The report as data. */
export function reportData(report: Report): Record<string, unknown> {
  const { name, api, plan, reading } = report;
  return {
    ok: true,
    name,
    module: modulePath(name),
    files: plan.files.map(({ shown, action }) => ({ path: shown, action: PAST[action] })),
    base_url: api.baseUrl,
    auth: api.signIn.auth?.type ?? "none",
    resources: names(api),
    fill_in: plan.open.map(({ parameter, file, isMissing }) => ({
      parameter: parameter.name,
      section: `sources.${name}`,
      file,
      help: parameter.help,
      is_missing: isMissing || parameter.placeholder === undefined,
    })),
    openapi: reading && {
      title: api.origin?.title,
      version: api.origin?.version,
      operations: reading.operations,
      reads: reading.reads,
      suggestions: api.resources.filter(({ suggested }) => suggested).map((each) => each.operation),
      left_out: api.leftOut,
      unresolved: reading.unresolved,
    },
    next: nextCommands(name),
  };
}

const PAST: Readonly<Record<PlannedFile["action"], string>> = {
  create: "created",
  append: "appended",
  keep: "kept",
};

function nextCommands(name: string): string[] {
  return [`${COMMAND} check ${modulePath(name)}`, `${COMMAND} run ${modulePath(name)}`];
}

function names({ resources }: ApiDescription): string[] {
  return resources.filter(({ suggested }) => suggested === undefined).map(({ name }) => name);
}

function resourcesText(api: ApiDescription): string {
  const all = names(api);
  const more = all.length > MOST_NAMES ? `, and ${all.length - MOST_NAMES} more` : "";
  return `${counted(all.length, "resource")}, ${all.slice(0, MOST_NAMES).join(", ")}${more}`;
}

function readingLines({ description, operations, reads, unresolved }: Reading): string[] {
  const { origin, resources, leftOut } = description;
  const suggestions = resources.filter(({ suggested }) => suggested !== undefined);
  const lines = [
    `Read ${titleText(origin)}: ${counted(operations, "endpoint")} found, ${reads} of them read with GET`,
    `  ${counted(resources.length - suggestions.length, "resource")}`,
  ];
  if (suggestions.length) lines.push(`  ${counted(suggestions.length, "suggestion")} as comments`);
  for (const [reason, all] of byReason(leftOut)) {
    const shown = all.slice(0, 3).map((each) => oneLine(each)).join(", ");
    lines.push(`  left out ${all.length}, ${oneLine(reason)}: ${shown}${all.length > 3 ? ", …" : ""}`);
  }
  if (unresolved.length) {
    const shown = unresolved.slice(0, 3).map((each) => `"${oneLine(each)}"`).join(", ");
    lines.push(`  ${counted(unresolved.length, "reference")} led out of the document or nowhere: ${shown}`);
  }
  return lines;
}

function titleText(origin: ApiDescription["origin"]): string {
  return `"${oneLine(origin?.title ?? "")}" ${oneLine(origin?.version ?? "", 40)}`.trimEnd();
}

function byReason(leftOut: readonly LeftOut[]): [string, string[]][] {
  const groups = new Map<string, string[]>();
  for (const { operation, reason } of leftOut) groups.set(reason, [...groups.get(reason) ?? [], operation]);
  return [...groups].sort((a, b) => b[1].length - a[1].length).slice(0, 12);
}

function fillInLines({ name, api, plan, isExample }: Report): string[] {
  const rows = plan.open.map(({ parameter, file, isMissing }) => [
    parameter.name,
    `${file}${isMissing ? " (add it)" : ""}`,
    oneLine(parameter.help, 100),
  ]);
  if (isExample) {
    rows.push(["resources", modulePath(name), `What to load; "${api.resources[0].name}" is an example.`]);
  }
  const lines = aligned(rows, { most: Infinity });
  return lines.length ? [`Fill in, below [sources.${name}]`, ...lines] : [];
}
