/**
 * The simulator's own time. It runs with the real clock, may start elsewhere, may be offset to play a skewed
 * server, may stand still, and jumps when a test says so. Every date the simulator writes or checks is read here.
 *
 * @module
 */

/** Where the clock starts: an instant, or an instant at which it stands still until advanced. */
export type ClockStart = number | { readonly at: number; readonly frozen: boolean };

/** A clock that only its owner moves. */
export class SimulatorClock {
  readonly #realStart = Date.now();
  readonly #base: number;
  readonly #isFrozen: boolean;
  #advanced = 0;
  #offset: number;

  constructor(start: ClockStart | undefined, offsetMs: number) {
    this.#base = typeof start === "object" ? start.at : start ?? this.#realStart;
    this.#isFrozen = typeof start === "object" && start.frozen;
    this.#offset = offsetMs;
  }

  /** The simulated instant in epoch milliseconds. */
  now(): number {
    const elapsed = this.#isFrozen ? 0 : Date.now() - this.#realStart;
    return this.#base + elapsed + this.#advanced + this.#offset;
  }

  /** Moves time forward without waiting. */
  advance(ms: number): void {
    this.#advanced += ms;
  }

  /** Replaces the offset that was given at the start. */
  setOffset(ms: number): void {
    this.#offset = ms;
  }
}

const DAY_MS = 86_400_000;
const days = new Map<number, string>();
const seconds: string[] = [];

/** An instant on a whole second as `2026-02-03T04:05:06.000Z`; cached parts make it cheap enough for every field. */
export function isoSecond(ms: number): string {
  const day = Math.floor(ms / DAY_MS);
  let date = days.get(day);
  if (date === undefined) days.set(day, date = new Date(day * DAY_MS).toISOString().slice(0, 11));
  const second = Math.floor((ms - day * DAY_MS) / 1000);
  return date + (seconds[second] ??= new Date(second * 1000).toISOString().slice(11, 19) + ".000Z");
}

/** An instant with its milliseconds, or null. */
export function isoTime(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}
