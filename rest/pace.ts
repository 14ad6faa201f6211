/**
 * A pace that is set, not told: at most so many requests in any second or minute, and evenly enough that they
 * do not all come at its beginning.
 * @module
 */
import { ConfigError } from "../pipeline/errors.ts";
import type { Pace } from "./types.ts";

/** One limit: how many requests in a time, and how many of them at once. */
interface Limit {
  readonly windowMs: number;
  /** Most requests in any window. */
  readonly most: number;
  /** Time between requests that have no credit left. */
  readonly intervalMs: number;
  /** Most requests without an interval. */
  readonly burst: number;
}

const KINDS = [
  { option: "requests_per_second", windowMs: 1000, burstMs: 1000 },
  { option: "requests_per_minute", windowMs: 60_000, burstMs: 3000 },
] as const;
// The first request of a window may take longer to get there than those after it, e.g. to connect.
const TRAVEL_MARGIN_MS = 50;
// A share of a whole number comes out beside it.
const ROUNDING = 1e-9;

/** Keeps the paces of what shares them: a bucket, or all requests of a client. */
export class PaceKeeper {
  readonly #meters: Meter[];

  /**
   * @param paces all of them hold
   * @param share of each that may be used
   * @throws {ConfigError} "invalid-options" when a number is none above 0
   */
  constructor(paces: readonly Pace[], share = 1) {
    this.#meters = paces.flatMap((pace) => limits(pace, share)).map((limit) => new Meter(limit));
  }

  /** When the next request may start, in the time of `now`; not later than now when it may at once. */
  readyAt(now: number): number {
    return Math.max(-Infinity, ...this.#meters.map((meter) => meter.readyAt(now)));
  }

  /** Counts a request that starts. */
  start(now: number): void {
    for (const meter of this.#meters) meter.start(now);
  }
}

function limits(pace: Pace, share: number): Limit[] {
  return KINDS.flatMap(({ option, windowMs, burstMs }) => {
    const given = pace[option];
    if (given === undefined || given === null) return [];
    if (typeof given !== "number" || !Number.isFinite(given) || given <= 0) {
      throw new ConfigError(`Cannot use rate_limit: "${option}" is no number above 0`, {
        code: "invalid-options",
        next: `set ${option} to how many requests may start, e.g. 10, or leave it out`,
      });
    }
    const perWindow = given * share;
    return [{
      windowMs: windowMs + TRAVEL_MARGIN_MS,
      most: Math.ceil(perWindow - ROUNDING),
      intervalMs: windowMs / perWindow,
      burst: Math.max(1, Math.floor(perWindow * burstMs / windowMs + ROUNDING)),
    }];
  });
}

/** Counts for one limit. */
class Meter {
  readonly #limit: Limit;
  /** Starts within the last window, oldest first, from `#oldest` on. */
  #starts: number[] = [];
  #oldest = 0;
  /** When all credit will be back. */
  #settledAt = -Infinity;

  constructor(limit: Limit) {
    this.#limit = limit;
  }

  readyAt(now: number): number {
    const { windowMs, most, intervalMs, burst } = this.#limit;
    const starts = this.#starts;
    // The clock was set back: what it said before means nothing now.
    if (starts.length > this.#oldest && now < starts.at(-1)!) this.#forget();
    while (this.#oldest < starts.length && starts[this.#oldest]! + windowMs <= now) this.#oldest++;
    const credit = this.#settledAt - (burst - 1) * intervalMs;
    const isFull = starts.length - this.#oldest >= most;
    return isFull ? Math.max(credit, starts[starts.length - most]! + windowMs) : credit;
  }

  #forget(): void {
    this.#starts.length = 0;
    this.#oldest = 0;
    this.#settledAt = -Infinity;
  }

  start(now: number): void {
    this.#settledAt = Math.max(this.#settledAt, now) + this.#limit.intervalMs;
    if (this.#oldest > 1000 && this.#oldest > this.#starts.length / 2) {
      this.#starts = this.#starts.slice(this.#oldest);
      this.#oldest = 0;
    }
    this.#starts.push(now);
  }
}
