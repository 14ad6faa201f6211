/**
 * What response headers say about rate limits: the budget of a bucket, and how long a 429 asks to wait.
 * @module
 */
import type { ServerClock } from "./timer.ts";
import type { RateLimitConfig } from "./types.ts";

/** A status and headers: all that rate limiting looks at. */
export interface AnswerHead {
  readonly status: number;
  readonly headers: Headers;
}

/** The budget headers of one answer; absent or unreadable ones are undefined. */
export interface BudgetHeaders {
  readonly limit?: number;
  readonly remaining?: number;
  /** When the window ends, in the server's epoch milliseconds. */
  readonly resetAt?: number;
}

/** What a 429 means. A concurrency limit has no window to wait for, so `waitMs` is left to backoff. */
export type Throttle =
  | { readonly reason: "rate-limit"; readonly waitMs: number }
  | { readonly reason: "concurrency" };

// What a 429 without any header costs: the usual window is a minute.
const UNTOLD_WAIT_MS = 60_000;
// Servers that say "at once" and refuse again are asked less and less often, down to this.
const LONGEST_INSISTENCE_MS = 60_000;

/** Reads the configured budget headers of an answer made at `serverTime`. */
export function readBudget(headers: Headers, config: RateLimitConfig, serverTime: number): BudgetHeaders {
  const read = (name?: string) => name ? smallest(headers.get(name)) : undefined;
  const reset = read(config.reset_header);
  return {
    limit: read(config.limit_header),
    remaining: read(config.remaining_header),
    resetAt: reset === undefined ? undefined : epochMs(reset, serverTime),
  };
}

/** What a 429 is read with. */
export interface ThrottleContext {
  readonly clock: ServerClock;
  /** When the server made the answer. */
  readonly serverTime: number;
  /** How many 429 answers came in a row, this one included. */
  readonly refusals: number;
}

/** Decides what a 429 asks for. */
export function readThrottle(
  answer: AnswerHead,
  config: RateLimitConfig,
  { clock, serverTime, refusals }: ThrottleContext,
): Throttle {
  const { limit, resetAt } = readBudget(answer.headers, config, serverTime);
  if (limit === 0) return { reason: "concurrency" };
  const asked = [readRetryAfter(answer.headers, serverTime)];
  // Without a server clock the distance to an absolute time is a guess; a fixed wait is better.
  if (resetAt !== undefined) asked.push(clock.isKnown ? resetAt - serverTime + 1000 : UNTOLD_WAIT_MS);
  const known = asked.filter((wait) => wait !== undefined);
  if (known.length === 0) return { reason: "rate-limit", waitMs: UNTOLD_WAIT_MS };
  const waitMs = Math.max(...known);
  const leastMs = Math.min(LONGEST_INSISTENCE_MS, 1000 * 2 ** (refusals - 1));
  return { reason: "rate-limit", waitMs: waitMs < 1000 ? leastMs : waitMs };
}

/** Milliseconds that `Retry-After` asks for, as seconds or as a date; undefined when absent or unreadable. */
export function readRetryAfter(headers: Headers, serverTime: number): number | undefined {
  const text = headers.get("retry-after");
  if (text === null) return undefined;
  const seconds = smallest(text);
  if (seconds !== undefined) return seconds * 1000;
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : Math.max(0, date - serverTime);
}

/** The least number of a header that proxies may have doubled into `50, 49`. */
function smallest(text: string | null): number | undefined {
  const numbers = (text ?? "").split(",").map((part) => part.trim()).filter((part) =>
    /^\d+(\.\d+)?$/.test(part)
  );
  return numbers.length ? Math.min(...numbers.map(Number)) : undefined;
}

/** Epoch seconds are the contract; a duration or milliseconds cannot be mistaken for them, so both are read. */
function epochMs(reset: number, serverTime: number): number {
  if (reset < 1e9) return serverTime + reset * 1000;
  return reset > 1e11 ? reset : reset * 1000;
}
