/**
 * When the generated events of the log happened and when they were stored. Event number i of all time has a
 * fixed instant that follows the rhythm of working days, so the same organisation started an hour later has
 * the same history plus an hour; nothing is stored.
 *
 * @module
 */

import { fraction, hashOf, vary } from "./random.ts";

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
/** The longest time between an event and its storage. */
export const LONGEST_DELAY_MS = 30 * 60_000;

/** The share of a day's events that has happened by an hour of the day: quiet nights, busy days. */
const RHYTHM: readonly (readonly [share: number, hour: number])[] = [[0, 0], [0.08, 7], [0.92, 19], [1, 24]];

/** The instants of generated events. */
export class Timeline {
  readonly #perDay: number;
  readonly #seed: number;
  readonly #startedAt: number;
  /** The number of the oldest event in the history. */
  readonly first: number;
  /** One more than the number of the newest event that happened before the start. */
  readonly end: number;

  /** A history of `count` events in the 88 days before `startedAt`, safely inside the retention of 90. */
  constructor(seed: number, count: number, startedAt: number) {
    this.#perDay = count / 88;
    this.#seed = seed;
    this.#startedAt = startedAt;
    this.end = count === 0 ? 0 : this.firstAt(startedAt);
    this.first = this.end - count;
  }

  /** When an event happened; every seventh shares its millisecond with the one before. */
  published(index: number): number {
    const place = (index % 7 === 3 ? index - 1 : index) / this.#perDay;
    const day = Math.floor(place);
    const share = place - day;
    let at = 1;
    while (RHYTHM[at][0] < share) at++;
    const [[fromShare, fromHour], [toShare, toHour]] = [RHYTHM[at - 1], RHYTHM[at]];
    const hour = fromHour + (share - fromShare) / (toShare - fromShare) * (toHour - fromHour);
    return day * DAY_MS + Math.floor(hour * HOUR_MS);
  }

  /** When it was stored: 90% within 2 s, 9% within a minute, 1% within half an hour; history never after the start. */
  persisted(index: number): number {
    const at = this.published(index) + delayOf(hashOf(this.#seed, index));
    return index < this.end ? Math.min(at, this.#startedAt) : at;
  }

  /** The number of the first event that happened at or after an instant. */
  firstAt(ms: number): number {
    if (this.#perDay === 0) return 0;
    const day = Math.floor(ms / DAY_MS);
    let [low, high] = [Math.floor(day * this.#perDay) - 2, Math.ceil((day + 1) * this.#perDay) + 2];
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if (this.published(middle) < ms) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** A plausible delay between an event and its storage, from a hash. */
export function delayOf(hash: number): number {
  const share = vary(hash, 1) % 100;
  const reach = share < 90 ? 2000 : share < 99 ? 60_000 : LONGEST_DELAY_MS;
  return Math.floor(fraction(vary(hash, 2)) * reach);
}
