/**
 * The budget of one rate-limit bucket, as far as answers have told it, and whether one more request fits.
 * Errs on the side of waiting: every request in flight counts as not yet seen by the server.
 * @module
 */
import type { PaceKeeper } from "./pace.ts";
import type { BudgetHeaders } from "./rate_headers.ts";

/** May start now; may start alone to learn the budget; not before a time; or not before an answer arrives. */
export type Admission = "go" | "probe" | "after-answer" | { readonly until: number };

interface Budget {
  remaining: number;
  /** Server time of the reset, which tells windows apart. */
  resetAt: number;
  /** Local time from which the budget is full again. */
  refillAt: number;
}

// Servers that compute the reset from "now" let it wobble by a second within one window.
const SAME_WINDOW_MS = 2000;
const RESET_MARGIN_MS = 1000;
const UNTOLD_WINDOW_MS = 60_000;

/** What a {@link Bucket} is made of. */
export interface BucketOptions {
  readonly maxShare: number;
  /** False: the API tells no budget, only 429 answers hold requests back. */
  readonly expectsHeaders: boolean;
  readonly pace: PaceKeeper;
}

/** One bucket. Times are local epoch milliseconds unless said otherwise. */
export class Bucket {
  readonly name: string;
  /** The pace that was set for this bucket. */
  readonly pace: PaceKeeper;
  readonly #maxShare: number;
  #budget: Budget | undefined;
  #limit: number | undefined;
  /** Nothing is known about the present window: one request at a time finds out. */
  #isUncertain: boolean;
  #isProbing = false;
  #tellsBudget = false;
  #inFlight = 0;
  #blockedUntil = 0;
  #refusals = 0;

  constructor(name: string, options: BucketOptions) {
    this.name = name;
    this.pace = options.pace;
    this.#maxShare = options.maxShare;
    this.#isUncertain = options.expectsHeaders;
  }

  /** Whether one more request may start at `now`. */
  admit(now: number): Admission {
    if (now < this.#blockedUntil) return { until: this.#blockedUntil };
    if (this.#budget && now >= this.#budget.refillAt) {
      this.#budget = undefined;
      this.#isUncertain = true;
    }
    if (this.#isUncertain) {
      // Requests from before the reset may still count against the new window.
      return this.#isProbing || this.#inFlight >= this.#usable ? "after-answer" : "probe";
    }
    if (!this.#budget) return "go";
    const spare = this.#budget.remaining - this.#reserve;
    if (spare <= 0) return { until: this.#budget.refillAt };
    return this.#inFlight < spare ? "go" : "after-answer";
  }

  /** Counts a request in; `admit` said it may start. */
  start(isProbe: boolean): void {
    this.#inFlight++;
    if (isProbe) this.#isProbing = true;
  }

  /** Counts a request out; {@link learn} or {@link lose} follows when it was sent. */
  end(isProbe: boolean): void {
    this.#inFlight--;
    if (isProbe) this.#isProbing = false;
  }

  /** A request was sent and no usable answer came: the server may have counted it. */
  lose(): void {
    if (this.#budget) this.#budget.remaining--;
  }

  /** Takes in the budget that an answer told. `now` is local, `serverTime` the server's, at its arrival. */
  learn(told: BudgetHeaders, { now, serverTime }: { now: number; serverTime: number }): void {
    this.#refusals = 0;
    if (told.remaining === undefined) {
      this.lose();
      if (!this.#tellsBudget) this.#isUncertain = false;
      return;
    }
    this.#tellsBudget = true;
    if (told.limit !== undefined) this.#limit = told.limit;
    const resetAt = told.resetAt ?? serverTime + UNTOLD_WINDOW_MS;
    const refillAt = now + resetAt - serverTime + RESET_MARGIN_MS;
    const known = this.#budget;
    // A straggler from a window that is over says nothing about the present one.
    if (known && resetAt < known.resetAt - SAME_WINDOW_MS) return;
    this.#isUncertain = false;
    if (!known || resetAt > known.resetAt + SAME_WINDOW_MS) {
      this.#budget = { remaining: told.remaining, resetAt, refillAt };
      return;
    }
    // Answers overtake each other: within a window the least number is the newest.
    known.remaining = Math.min(known.remaining, told.remaining);
    known.resetAt = Math.max(known.resetAt, resetAt);
    known.refillAt = Math.max(known.refillAt, refillAt);
  }

  /** Counts a 429 in; returns how many came in a row. Those that were under way together count as one. */
  refuse(now: number): number {
    if (this.#refusals === 0 || now >= this.#blockedUntil) this.#refusals++;
    return this.#refusals;
  }

  /** Lets nothing start before `until`; after that one request at a time finds out how things stand. */
  block(until: number): void {
    this.#blockedUntil = Math.max(this.#blockedUntil, until);
    this.#budget = undefined;
    this.#isUncertain = true;
  }

  get #usable(): number {
    return this.#limit === undefined ? Infinity : Math.max(1, Math.floor(this.#limit * this.#maxShare));
  }
  get #reserve(): number {
    return this.#limit === undefined ? 0 : Math.max(0, this.#limit - this.#usable);
  }
}
