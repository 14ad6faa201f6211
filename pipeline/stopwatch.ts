/**
 * How long the two halves of a load took: both run through one loop, also while records are still being read.
 * @module
 */

/** Adds up the time of turning records into rows, and of the destination. */
export class Stopwatch {
  #normalizeMs = 0;
  #loadMs = 0;

  /** Does what makes rows. */
  normalize<T>(action: () => T): T {
    const start = performance.now();
    try {
      return action();
    } finally {
      this.#normalizeMs += performance.now() - start;
    }
  }

  /** Does what is the destination's. */
  async load<T>(action: () => Promise<T>): Promise<T> {
    const start = performance.now();
    try {
      return await action();
    } finally {
      this.#loadMs += performance.now() - start;
    }
  }

  /** Seconds so far. */
  seconds(): { normalize: number; load: number } {
    return { normalize: this.#normalizeMs / 1000, load: this.#loadMs / 1000 };
  }
}
