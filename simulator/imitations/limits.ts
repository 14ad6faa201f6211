/**
 * Two ways in which APIs limit requests, by the machine's clock: so many per window, and a leaking bucket.
 * @module
 */

/** What a limit says to one request. */
export interface Admission {
  readonly isAllowed: boolean;
  readonly used: number;
  readonly remaining: number;
  /** Until the next request has a chance. */
  readonly waitMs: number;
}

/** Counts requests. */
export interface Limit {
  take(): Admission;
  /** The last request is not counted after all. */
  giveBack(): void;
}

/** So many requests per window; a window starts with its first request. */
export function windowLimit(size: number, windowMs: number): Limit {
  let used = 0;
  let ends = 0;
  return {
    take() {
      const now = Date.now();
      if (now >= ends) [used, ends] = [0, now + windowMs];
      used++;
      return { isAllowed: used <= size, used, remaining: Math.max(0, size - used), waitMs: ends - now };
    },
    giveBack: () => void used--,
  };
}

/** A bucket that holds so many requests and forgets some each second. */
export function leakyBucket(size: number, leakPerSecond: number): Limit {
  let level = 0;
  let seenAt = Date.now();
  return {
    take() {
      const now = Date.now();
      level = Math.max(0, level - (now - seenAt) / 1000 * leakPerSecond);
      seenAt = now;
      const isAllowed = level + 1 <= size;
      if (isAllowed) level++;
      const remaining = Math.floor(size - level);
      const waitMs = isAllowed ? 0 : Math.ceil((level + 1 - size) / leakPerSecond * 1000);
      return { isAllowed, used: Math.ceil(level), remaining, waitMs };
    },
    giveBack: () => void level--,
  };
}
