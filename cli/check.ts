/**
 * `sluice check <source>`: is everything right with a source? Validates it, shows where each value of its
 * configuration comes from, and asks each resource for one page.
 * @module
 */
import type { Command } from "cli";
import { resourceGraph } from "../extract/graph.ts";
import { probe, type ProbeResult } from "../extract/probe.ts";
import { buildSource, type BuiltSource } from "../pipeline/build_source.ts";
import { formatError } from "../pipeline/errors.ts";
import type { Emit } from "../pipeline/events.ts";
import { aligned } from "./columns.ts";
import { helpEnd } from "./help.ts";
import { interruptible } from "./interrupt.ts";
import { note, print, Reported } from "./print.ts";
import { counted } from "./progress_state.ts";
import { paginatorText, parameterSettings, settingRows } from "./settings.ts";
import { chooseSource, type SourceFlags, withSourceFlags } from "./source_flags.ts";

interface CheckFlags extends SourceFlags {
  readonly offline?: boolean;
  readonly json?: boolean;
}

/** What `--json` prints for a resource. */
interface CheckedResource {
  readonly resource: string;
  readonly ok: boolean;
  readonly request?: string;
  readonly status?: number;
  readonly records?: number;
  readonly paginator?: string;
  readonly reason?: string;
  readonly selector?: string;
  readonly seconds?: number;
  readonly problem?: string;
  readonly warnings?: readonly string[];
}

const EXAMPLES = ["check ./pets.ts", "check okta --resources users,groups", "check ./pets.ts --offline"];

/** Adds arguments, options and action. */
export function define(command: Command): void {
  withSourceFlags(command)
    .option("--offline", "send no request")
    .option("--json", "print one JSON object instead of text")
    .addHelpText("after", helpEnd(EXAMPLES))
    .action((name: string, flags: CheckFlags) => interruptible((signal) => check(name, flags, signal)));
}

async function check(name: string, flags: CheckFlags, signal: AbortSignal): Promise<void> {
  const { source, configuration } = await chooseSource(name, flags);
  const { definition } = source;
  const built = await buildSource(source, { configuration, pipelineName: definition.pipelineName });
  const say = flags.json ? () => {} : print;
  configuration.warnings.forEach(note);
  say(
    `Source ${definition.name}: ${
      counted(built.resolved.resources.length, "resource")
    }, nothing wrong with what it says`,
  );
  say(parametersText(built));
  const checked: CheckedResource[] = [];
  let exitCode = 0;
  if (flags.offline) resourceGraph(built.resolved.resources, source.resources);
  else {
    say("\nOne request for each resource");
    const warnings: string[] = [];
    const emit: Emit = (event) => {
      if (event.type === "warning") warnings.push(event.message);
    };
    for await (const result of probe(built.resolved, { resources: source.resources, signal, emit })) {
      const told = { ...result, warnings: warnings.splice(0) };
      checked.push(describe(told));
      exitCode ||= (result.error ?? result.problem)?.exitCode ?? 0;
      say(resultText(told));
    }
  }
  const failed = checked.filter(({ ok }) => !ok).length;
  if (flags.json) {
    const parameters = parameterSettings(built);
    print(JSON.stringify({ ok: !failed, source: definition.name, parameters, resources: checked }));
  } else if (!flags.offline) {
    say(
      failed ? `\n${failed} of ${counted(checked.length, "resource")} failed` : `\nAll of them answer`,
    );
  }
  if (exitCode) throw new Reported(exitCode);
}

function parametersText(built: BuiltSource): string {
  const rows = settingRows(parameterSettings(built));
  return rows.length ? ["\nParameters", ...aligned(rows)].join("\n") : "\nIt has no parameters";
}

/** A result with what was warned of meanwhile. */
type Told = ProbeResult & { readonly warnings: readonly string[] };

function describe(result: Told): CheckedResource {
  const { node, error, problem, nothing, request, status, seconds, records, paginator, selector } = result;
  const fault = error ?? problem;
  return {
    resource: node.name,
    ok: !fault,
    request,
    status,
    records: error ? undefined : records.length,
    paginator: paginator?.type,
    reason: paginator?.reason,
    selector,
    seconds: seconds === undefined ? undefined : Math.round(seconds * 1000) / 1000,
    problem: fault ? formatError(fault) : nothing,
    warnings: result.warnings.length ? result.warnings : undefined,
  };
}

const INDENT = "          ";

function resultText(result: Told): string {
  const { node, error, problem, nothing, request, status, seconds = 0, records, paginator, selector } =
    result;
  const { hasMore, pages, warnings } = result;
  const fault = error ?? problem;
  const lines = [`  ${fault ? "FAILED" : "ok    "}  ${node.name}`];
  if (!error) {
    const more = pages !== undefined && pages > 1
      ? `, page 1 of ${pages}`
      : hasMore
      ? ", more pages follow"
      : "";
    const answer = [status, counted(records.length, "record") + more, `${seconds.toFixed(2)} s`];
    const facts = [
      request && ["request", request],
      ["answer", answer.filter((each) => each !== undefined).join(", ")],
      paginator && [
        "paginator",
        paginatorText(paginator) + (paginator.reason ? `, detected: ${paginator.reason}` : ""),
      ],
      selector !== undefined && ["selector", selector],
      nothing !== undefined && ["nothing", nothing],
      ...warnings.map((warning) => ["warning", warning]),
    ];
    lines.push(...aligned(facts.filter((each) => Array.isArray(each)), { indent: INDENT }));
  }
  if (fault) lines.push(...formatError(fault).split("\n").map((line) => `${INDENT}${line}`));
  return lines.join("\n");
}
