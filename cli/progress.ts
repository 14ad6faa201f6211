/**
 * The choice of how a run's events are shown on standard error.
 * @module
 */
import type { Emit } from "../pipeline/events.ts";
import { note, tellRunner } from "./print.ts";
import { inWorkflow } from "./workflow/commands.ts";

/** What `--progress` takes. */
export const PROGRESS_KINDS = ["auto", "plain", "json", "off"] as const;
/** One of {@link PROGRESS_KINDS}. */
export type ProgressKind = (typeof PROGRESS_KINDS)[number];

/** Shows events until it is disposed. */
export interface Progress extends Disposable {
  readonly emit: Emit;
}

/** Time as the renderers see it. */
export interface ProgressClock {
  /** Epoch milliseconds. */
  now(): number;
  /** Calls back every `ms` until the result is called. */
  every(ms: number, action: () => void): () => void;
}

const systemClock: ProgressClock = {
  now: () => Date.now(),
  every(ms, action) {
    const timer = setInterval(action, ms);
    return () => clearInterval(timer);
  },
};

/** Starts showing progress; `auto` is live on a terminal, folded in a workflow, and plain lines elsewhere. */
export async function openProgress(kind: ProgressKind): Promise<Progress> {
  const isLive = kind === "auto" && Deno.stderr.isTerminal() && Deno.env.get("TERM") !== "dumb";
  if (isLive) {
    const { openTerminalProgress, terminalScreen } = await import("./progress_terminal.ts");
    return openTerminalProgress({ screen: terminalScreen(), clock: systemClock });
  }
  if (kind === "json") {
    const { openJsonProgress } = await import("./progress_json.ts");
    return openJsonProgress(note);
  }
  if (kind === "off") return warningsOnly(note);
  if (kind === "auto" && inWorkflow()) {
    const { openWorkflowProgress } = await import("./workflow/progress.ts");
    return openWorkflowProgress({ write: note, command: tellRunner, clock: systemClock });
  }
  const { openPlainProgress } = await import("./progress_plain.ts");
  return openPlainProgress({ write: note, clock: systemClock });
}

/** Shows nothing but warnings, which no option hides. */
function warningsOnly(write: (line: string) => void): Progress {
  return {
    emit(event) {
      if (event.type === "warning") write(warningLine(event));
    },
    [Symbol.dispose]() {},
  };
}

/** A warning as a line. */
export function warningLine({ message, resource }: { message: string; resource?: string }): string {
  return `warning: ${resource ? `${resource}: ` : ""}${message}`;
}

/** What is said of a run that goes on where another one stopped. */
export function resumedLine({ answers, since }: { answers: number; since: string }): string {
  const kept = `${answers} answer${answers === 1 ? "" : "s"} of the API kept since ${since}`;
  return `going on where an earlier run was cut short: ${kept}`;
}
