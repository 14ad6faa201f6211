/**
 * `pipeline <name> runs`: one line for each run that is remembered.
 * @module
 */
import type { Command } from "cli";
import { type UnfinishedRun, unfinishedRuns } from "../../pipeline/started_runs.ts";
import type { Trace } from "../../pipeline/trace.ts";
import { readTraces } from "../../pipeline/traces.ts";
import { helpEnd, integerFrom } from "../help.ts";
import { print } from "../print.ts";
import { counted } from "../progress_state.ts";
import { aligned } from "../columns.ts";
import { findPipeline, type PipelineFlags } from "./open.ts";

interface RunsFlags extends PipelineFlags {
  readonly last?: number;
}

/** Adds options and action. */
export function define(command: Command): void {
  command
    .option("--last <count>", "only the newest so many", integerFrom(1))
    .addHelpText("after", helpEnd(["pipeline pets runs", "pipeline pets runs --last 5 --json"]))
    .action(async (name: string, flags: RunsFlags) => {
      const { directory } = await findPipeline(name);
      const lines: RunLine[] = [
        ...(await readTraces(directory)).map(runOf),
        ...await unfinishedRuns(directory),
      ];
      const runs = lines.sort((left, right) => left.id < right.id ? 1 : -1).slice(0, flags.last);
      if (flags.json) return print(JSON.stringify({ ok: true, pipeline: name, runs }));
      print(
        runs.length
          ? aligned(runs.map(cells), { indent: "" }).join("\n")
          : `No run of pipeline ${name} is remembered`,
      );
    });
}

/** A run in a few words. */
export interface RunLine {
  readonly id: string;
  readonly status: Trace["status"] | UnfinishedRun["status"];
  readonly startedAt: string;
  /** What a run without a trace did is not known. */
  readonly seconds?: number;
  readonly requests?: number;
  /** Rows that went into tables, children included. */
  readonly rows?: number;
  readonly error?: string;
}

/** The line of a trace. */
export function runOf({ id, status, startedAt, seconds, requests, packages, error }: Trace): RunLine {
  const rows = packages.flatMap((each) => Object.values(each.rows)).reduce((sum, each) => sum + each, 0);
  return { id, status, startedAt, seconds, requests, rows, ...(error && { error: error.code }) };
}

function cells({ id, status, startedAt, seconds, requests, rows, error }: RunLine): string[] {
  const facts = [
    seconds === undefined ? "" : `${seconds.toFixed(2)} s`,
    requests === undefined ? "" : counted(requests, "request"),
    rows === undefined ? "" : counted(rows, "row"),
  ];
  return [id, status, startedAt, ...facts, error ?? ""];
}
