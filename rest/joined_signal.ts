/**
 * One signal for two reasons to stop. By hand, and with an end: what listens to a signal that lives as long as
 * the run would be kept as long, too.
 * @module
 */

/** A signal that aborts when either does, until `release` is called. */
export function joinSignals(
  first: AbortSignal,
  second: AbortSignal | undefined,
): { readonly signal: AbortSignal; release(): void } {
  if (!second) return { signal: first, release() {} };
  const controller = new AbortController();
  const signals = [first, second];
  const abort = () => controller.abort(signals.find((signal) => signal.aborted)!.reason);
  if (signals.some((signal) => signal.aborted)) abort();
  for (const signal of signals) signal.addEventListener("abort", abort, { once: true });
  return {
    signal: controller.signal,
    release() {
      for (const signal of signals) signal.removeEventListener("abort", abort);
    },
  };
}
