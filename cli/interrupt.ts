/**
 * Ctrl-C: the first asks the work to stop in good order, the second ends the process at once.
 * @module
 */
import { InterruptedError } from "../pipeline/errors.ts";
import { note } from "./print.ts";

const SIGNALS: readonly Deno.Signal[] = Deno.build.os === "windows"
  ? ["SIGINT", "SIGBREAK"]
  : ["SIGINT", "SIGTERM"];

const ECHO_MS = 300;

/** Runs `work` with a signal that Ctrl-C aborts; work that ends because of it is an {@link InterruptedError}. */
export async function interruptible<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const interrupted = () => new InterruptedError("Interrupted", { code: "interrupted" });
  let stoppedAt = -Infinity;
  const stop = () => {
    // Under `deno task` one Ctrl-C arrives twice: from the terminal and from the task runner.
    if (performance.now() - stoppedAt < ECHO_MS) return;
    if (controller.signal.aborted) Deno.exit(130);
    stoppedAt = performance.now();
    note("Stopping; press Ctrl-C again to stop at once");
    controller.abort(interrupted());
  };
  for (const signal of SIGNALS) Deno.addSignalListener(signal, stop);
  try {
    return await work(controller.signal);
  } catch (error) {
    const isAbort = error instanceof DOMException && error.name === "AbortError";
    throw controller.signal.aborted && isAbort ? interrupted() : error;
  } finally {
    for (const signal of SIGNALS) Deno.removeSignalListener(signal, stop);
  }
}

/** Waits for Ctrl-C. */
export function untilInterrupted(): Promise<void> {
  return new Promise((resolve) => {
    const stop = () => {
      for (const signal of SIGNALS) Deno.removeSignalListener(signal, stop);
      resolve();
    };
    for (const signal of SIGNALS) Deno.addSignalListener(signal, stop);
  });
}
