/**
 * `pipeline <name> failed-jobs`: packages that could not be loaded, and runs that failed.
 * @module
 */
import type { Command } from "cli";
import { localPackages } from "../../pipeline/pipeline_directory.ts";
import { readTraces } from "../../pipeline/traces.ts";
import { helpEnd } from "../help.ts";
import { print } from "../print.ts";
import { findPipeline, type PipelineFlags } from "./open.ts";
import { errorLines } from "./trace_text.ts";

/** Adds the action. */
export function define(command: Command): void {
  command
    .addHelpText("after", helpEnd(["pipeline pets failed-jobs", "pipeline pets failed-jobs --json"]))
    .action(async (name: string, flags: PipelineFlags) => {
      const { directory } = await findPipeline(name);
      const packages = (await localPackages(directory)).filter(({ status }) => status !== "unfinished")
        .map(({ loadId, status, path }) => ({ loadId, state: status, path }));
      const runs = (await readTraces(directory)).filter(({ status }) => status === "failed")
        .map(({ id, startedAt, error, packages }) => ({
          id,
          startedAt,
          error: error!,
          pending: packages.filter(({ state }) => state === "pending").map(({ loadId }) => loadId),
        }));
      if (flags.json) return print(JSON.stringify({ ok: true, pipeline: name, packages, runs }));
      if (!packages.length && !runs.length) {
        return print(`Nothing of pipeline ${name} failed, as far as is remembered`);
      }
      print([
        ...packages.map(({ loadId, state, path }) => `Load package ${loadId} is ${state}: ${path}`),
        ...runs.flatMap((
          { id, startedAt, error },
        ) => [`Run ${id} failed, ${startedAt}`, ...errorLines(error)]),
      ].join("\n"));
    });
}
