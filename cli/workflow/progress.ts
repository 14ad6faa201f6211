/**
 * Progress in a workflow: the plain lines, folded by step, with warnings as annotations.
 * @module
 */
import type { StepName } from "../../pipeline/events.ts";
import { redact } from "../../pipeline/secret.ts";
import { printable } from "../printable.ts";
import type { Progress, ProgressClock } from "../progress.ts";
import { openPlainProgress } from "../progress_plain.ts";
import { annotation, GROUP_END, groupStart } from "./commands.ts";

/** Starts writing: `write` takes lines for people, `command` those for the runner. */
export function openWorkflowProgress(
  { write, command, clock }: {
    write: (line: string) => void;
    command: (line: string) => void;
    clock: ProgressClock;
  },
): Progress {
  const plain = openPlainProgress({ write, clock });
  let open: StepName | undefined;
  const end = () => {
    if (open !== undefined) command(GROUP_END);
    open = undefined;
  };
  return {
    emit(event) {
      if (event.type === "step" && event.state === "started") {
        end();
        command(groupStart(event.step));
        open = event.step;
      }
      if (event.type === "warning") command(warningAnnotation(event));
      else plain.emit(event);
      // Normalizing goes on while loading does, and ends in the group of that.
      if (event.type === "step" && event.state === "finished" && event.step === open) end();
    },
    [Symbol.dispose]() {
      end();
      plain[Symbol.dispose]();
    },
  };
}

function warningAnnotation(
  { code, message, resource }: { code: string; message: string; resource?: string },
): string {
  const text = resource === undefined ? message : `${resource}: ${message}`;
  return annotation("warning", { title: `Sluice: ${code}`, message: printable(redact(text), "\n") });
}
