/**
 * Time as the REST layer sees it, so that tests wait for nothing: reading the clock, sleeping, and the
 * difference between the server's clock and ours.
 * @module
 */

/** Reads the clock and sleeps. Tests pass their own. */
export interface Timer {
  /** Local time, epoch milliseconds. */
  now(): number;
  /** Resolves after `ms`; rejects with the signal's reason when it aborts. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

// Beyond this, `setTimeout` fires at once.
const LONGEST_TIMEOUT_MS = 2 ** 31 - 1;

/** The machine's own clock. */
export const systemTimer: Timer = {
  now: () => Date.now(),
  sleep(ms, signal) {
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason);
      const abort = () => {
        clearTimeout(id);
        reject(signal.reason);
      };
      const id = setTimeout(() => {
        signal.removeEventListener("abort", abort);
        resolve();
      }, Math.min(Math.max(0, ms), LONGEST_TIMEOUT_MS));
      signal.addEventListener("abort", abort, { once: true });
    });
  },
};

/** The server's clock, learned from `Date` headers; until the first one it is taken to be ours. */
export class ServerClock {
  readonly #timer: Timer;
  #skewMs: number | undefined;
  #lastServerTime: number | undefined;

  constructor(timer: Timer) {
    this.#timer = timer;
  }

  /** Server time minus local time in milliseconds; at most a second too small, as `Date` has whole seconds. */
  get skewMs(): number {
    return this.#skewMs ?? 0;
  }
  /** Whether any answer had a `Date` header. */
  get isKnown(): boolean {
    return this.#skewMs !== undefined;
  }
  /** The last `Date` header, epoch milliseconds. */
  get lastServerTime(): number | undefined {
    return this.#lastServerTime;
  }
  /** Server time now, epoch milliseconds. */
  now(): number {
    return this.#timer.now() + this.skewMs;
  }
  /** Learns from an answer that has just arrived and returns the server's time when it was made. */
  observe(headers: Headers): number {
    const date = headers.get("date") ?? "";
    // A bare number would be taken for a year.
    const time = / GMT$/.test(date) ? Date.parse(date) : NaN;
    if (Number.isNaN(time)) return this.now();
    this.#skewMs = time - this.#timer.now();
    this.#lastServerTime = time;
    return time;
  }
}
