/**
 * A clock that runs faster than the real one, for limits by the minute that are to be met in seconds.
 * @module
 */

/** Reads the real clock at first, and runs away from it. */
export function scaledClock(timeScale: number): () => number {
  const real = Date.now;
  const start = real();
  return () => start + (real() - start) * timeScale;
}

/** Lets this process live by such a clock: what it reads and what it waits for. */
export function liveByScaledClock(timeScale: number): void {
  const sleep = globalThis.setTimeout;
  Date.now = scaledClock(timeScale);
  globalThis.setTimeout =
    ((action: () => void, ms = 0) => sleep(action, ms / timeScale)) as typeof setTimeout;
}
