/**
 * `pipeline <name> trace [id]`: what one run did, step by step.
 * @module
 */
import type { Command } from "cli";
import { StateError } from "../../pipeline/errors.ts";
import { stringifyJson } from "../../pipeline/json.ts";
import { readTraces } from "../../pipeline/traces.ts";
import { helpEnd } from "../help.ts";
import { print } from "../print.ts";
import { findById } from "./find_by_id.ts";
import { findPipeline, type PipelineFlags } from "./open.ts";
import { formatTrace } from "./trace_text.ts";

/** Adds arguments and action. */
export function define(command: Command): void {
  command
    .argument("[id]", 'a run, as "runs" lists them (default: the last one)')
    .addHelpText("after", helpEnd(["pipeline pets trace", "pipeline pets trace 20260102T --json"]))
    .action(async (name: string, id: string | undefined, flags: PipelineFlags) => {
      const { directory } = await findPipeline(name);
      const traces = await readTraces(directory);
      const trace = id === undefined
        ? traces[0]
        : findById(id, traces, { idOf: (each) => each.id, what: "run", code: "unknown-run" });
      if (!trace) {
        throw new StateError(`Cannot show a run of pipeline "${name}": none is remembered`, {
          code: "no-trace",
          at: { file: directory },
          next: "run it again",
        });
      }
      print(flags.json ? stringifyJson({ ok: true, ...trace }) : formatTrace(trace));
    });
}
