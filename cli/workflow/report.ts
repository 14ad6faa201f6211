/**
 * What a run leaves in a workflow: a page in the summary of its step, and outputs for the steps after it.
 * @module
 */
import { redact } from "../../pipeline/secret.ts";
import type { Trace } from "../../pipeline/trace.ts";
import { note } from "../print.ts";
import { outputEntry } from "./commands.ts";
import { type Budgets, changesOf, rowsOf, summaryOf } from "./summary.ts";

/** Writes both. What cannot be written is said, and does not make a run fail that succeeded. */
export async function reportToWorkflow(trace: Trace, budgets: Budgets): Promise<void> {
  await append("GITHUB_STEP_SUMMARY", summaryOf(trace, budgets));
  await append("GITHUB_OUTPUT", outputsOf(trace).map(([name, value]) => outputEntry(name, value)).join(""));
}

/** The outputs of a run. */
export function outputsOf(trace: Trace): [name: string, value: string][] {
  return [
    ["rows", String(rowsOf(trace))],
    ["load_id", trace.packages.findLast(({ state }) => state === "loaded")?.loadId ?? ""],
    ["schema_changed", String(changesOf(trace).length > 0)],
  ];
}

async function append(variable: string, text: string): Promise<void> {
  const path = Deno.env.get(variable);
  if (!path) return;
  try {
    await Deno.writeTextFile(path, redact(text), { append: true });
  } catch (error) {
    note(
      `warning: ${variable} cannot be written: ${error instanceof Error ? error.name : "unknown problem"}`,
    );
  }
}
