/**
 * The System Log as two orders over the same events: by storage, which polling reads, and by occurrence, which
 * bounded queries read. Orders are computed in blocks of half an hour, so a log of millions is never held.
 *
 * @module
 */

import type { AppDirectory } from "./apps.ts";
import { hashText } from "./random.ts";
import { LONGEST_DELAY_MS, Timeline } from "./timeline.ts";

/** The two orders of the log. */
export type LogOrder = "persisted" | "published";

/** The place of an event in an order: its instant there, and its number to settle ties. */
export interface LogKey {
  readonly at: number;
  readonly event: number;
}

/** Which part of an order to read. */
export interface LogRange {
  readonly order: LogOrder;
  /** Inclusive. */
  readonly since: number;
  /** Exclusive. */
  readonly until: number;
  readonly isDescending?: boolean;
  /** Reads strictly beyond this place. */
  readonly after?: LogKey;
}

/** An event someone asked for, beside the generated ones. */
export interface EmittedEvent {
  readonly published: number;
  readonly persisted: number;
  /** Everything but `published`, which is written from the field above. */
  readonly text: string;
}

const BLOCK_MS = LONGEST_DELAY_MS;
const DAY_MS = 86_400_000;
/** Events older than this are gone. */
export const RETENTION_MS = 90 * DAY_MS;
/** Numbers of emitted events start here. */
const EMITTED = 2 ** 50;

/** The log of one organisation. */
export class EventLog {
  readonly apps: AppDirectory;
  readonly seed: number;
  readonly timeline: Timeline;
  /** Cursors made in an earlier epoch are refused. */
  epoch = 0;
  readonly #startedAt: number;
  readonly #emitted: EmittedEvent[] = [];
  readonly #blocks: Record<LogOrder, Map<number, number[]>> = { persisted: new Map(), published: new Map() };
  readonly #cache = new Map<LogOrder, { block: number; until: number; version: number; keys: LogKey[] }>();

  constructor(apps: AppDirectory, count: number, startedAt: number) {
    this.apps = apps;
    this.seed = hashText("log", apps.groups.users.settings.seed);
    this.timeline = new Timeline(this.seed, count, startedAt);
    this.#startedAt = startedAt;
  }

  /** Adds an event and returns its number. */
  emit(event: EmittedEvent): number {
    const number = EMITTED + this.#emitted.push(event) - 1;
    for (const order of ["persisted", "published"] as const) {
      const block = Math.floor(event[order] / BLOCK_MS);
      const numbers = this.#blocks[order].get(block);
      if (numbers) numbers.push(number);
      else this.#blocks[order].set(block, [number]);
    }
    return number;
  }

  /** How many events were emitted so far. */
  get emittedCount(): number {
    return this.#emitted.length;
  }

  /** The emitted event with a number, when it is one. */
  emitted(event: number): EmittedEvent | undefined {
    return event >= EMITTED ? this.#emitted[event - EMITTED] : undefined;
  }

  /** When an event happened. */
  published(event: number): number {
    return this.emitted(event)?.published ?? this.timeline.published(event);
  }

  /** When an event was stored. */
  persisted(event: number): number {
    return this.emitted(event)?.persisted ?? this.timeline.persisted(event);
  }

  /** The places of stored, retained events in a range. */
  *keys(range: LogRange, now: number): Iterable<LogKey> {
    const oldest = now - RETENTION_MS;
    const since = Math.max(range.since, oldest);
    const until = range.order === "persisted" ? Math.min(range.until, now + 1) : range.until;
    const step = range.isDescending ? -1 : 1;
    const [low, high] = [Math.floor(since / BLOCK_MS), Math.floor(Math.min(until, now + DAY_MS) / BLOCK_MS)];
    const start = range.after ? Math.floor(range.after.at / BLOCK_MS) : range.isDescending ? high : low;
    for (let block = start; block >= low && block <= high; block += step) {
      const keys = this.#block(range.order, block, now);
      for (let place = 0; place < keys.length; place++) {
        const key = keys[range.isDescending ? keys.length - 1 - place : place];
        if (key.at < since || key.at >= until) continue;
        if (range.after && step * compareKeys(key, range.after) <= 0) continue;
        if (this.persisted(key.event) <= now && this.published(key.event) >= oldest) yield key;
      }
    }
  }

  /** All events of one block in one order, kept until the next block is asked for. */
  #block(order: LogOrder, block: number, now: number): LogKey[] {
    const until = this.#generatedUntil(now);
    const version = this.#emitted.length;
    const cached = this.#cache.get(order);
    if (cached?.block === block && cached.until === until && cached.version === version) return cached.keys;
    const keys = this.#generatedKeys(order, block, until);
    for (const event of this.#blocks[order].get(block) ?? []) {
      keys.push({ at: this.#emitted[event - EMITTED][order], event });
    }
    keys.sort(compareKeys);
    this.#cache.set(order, { block, until, version, keys });
    return keys;
  }

  #generatedKeys(order: LogOrder, block: number, until: number): LogKey[] {
    const [from, to] = [block * BLOCK_MS, (block + 1) * BLOCK_MS];
    const reach = order === "persisted" ? LONGEST_DELAY_MS : 0;
    const first = Math.max(this.timeline.first, this.timeline.firstAt(from - reach));
    const end = Math.min(until, this.timeline.firstAt(to));
    const keys: LogKey[] = [];
    for (let event = first; event < end; event++) {
      const at = order === "persisted" ? this.timeline.persisted(event) : this.timeline.published(event);
      if (at >= from && at < to) keys.push({ at, event });
    }
    return keys;
  }

  /** History ends at the start, unless the log is told to go on by itself. */
  #generatedUntil(now: number): number {
    const { logTrickle } = this.apps.groups.users.settings.switches;
    if (!logTrickle || now <= this.#startedAt) return this.timeline.end;
    // Whole blocks, so that the cache lives longer than a millisecond; unstored events are dropped by the reader.
    return this.timeline.firstAt((Math.floor(now / BLOCK_MS) + 1) * BLOCK_MS);
  }
}

function compareKeys(a: LogKey, b: LogKey): number {
  return a.at - b.at || a.event - b.event;
}
