/**
 * Cursors: where a walk starts, which records are new to it, and what is remembered once all of it was read.
 * The rules and the layout of the state are dlt's.
 * @module
 */
import { ConfigError, ExtractError } from "../pipeline/errors.ts";
import type { JsonObject, JsonValue } from "../pipeline/json.ts";
import { type JsonPath, jsonPath } from "../pipeline/json_path.ts";
import { Boundary } from "./boundary.ts";
import { type CursorOwner, CursorState, type Progress } from "./cursor_state.ts";
import { areComparable, compare, type CursorValue, cursorValue, isSame, shift } from "./cursor_value.ts";
import { callOwn } from "./own_code.ts";
import type { IncrementalConfig } from "./definition/rest_api_config.ts";
import type { IncrementalValues } from "./definition/source.ts";

// More equal values than this mean that the cursor is too coarse to tell records apart.
const MANY_AT_BOUNDARY = 200;

const ISO_TIME = /^\d{4}-\d\d-\d\d[T ]\d\d/;

/** When a walk was made. */
export interface WalkTime {
  /** The server's clock when it began, epoch milliseconds. */
  readonly serverTime: number;
  /** It went on where an earlier run stopped. */
  readonly isResumed?: boolean;
}

/** How one consumer of a walk (a resource, or one below it) uses the cursor. */
export class Cursor {
  readonly config: IncrementalConfig;
  readonly #owner: CursorOwner;
  readonly #paths: readonly JsonPath[];
  readonly #state: CursorState;
  readonly #best: (one: CursorValue, other: CursorValue) => CursorValue;
  /** Where a first run starts. */
  readonly initial: CursorValue | undefined;
  readonly #end: CursorValue | undefined;
  /** The greatest value of earlier runs; undefined on the first. */
  readonly #stored: CursorValue | undefined;
  /** Where this run goes on: the stored value less the lag, never before the initial one. Undefined: at the beginning. */
  readonly start: CursorValue | undefined;
  /** Undefined where records at the boundary are not told apart. */
  readonly #boundary: Boundary | undefined;
  /** The best value that this run has met. */
  #reached: CursorValue | undefined;
  #broughtAny = false;
  #passedEnd = false;
  #passedStart = false;

  /** @throws {ConfigError} "invalid-json-path" */
  constructor(config: IncrementalConfig, owner: CursorOwner) {
    this.config = config;
    this.#owner = owner;
    const paths = [config.cursor_path].flat() as readonly string[];
    this.#paths = paths.map((path) => jsonPath(path));
    this.#state = new CursorState(owner, paths.join("|"));
    this.#best = bestOf(config.last_value_func, owner.resource);
    this.initial = cursorValue(config.initial_value ?? undefined);
    this.#end = cursorValue(config.end_value ?? undefined);
    this.#stored = this.isStateless ? undefined : this.#state.lastValue;
    this.start = this.#startValue();
    this.#boundary = this.#makeBoundary();
  }

  /** Whether it has an end: then nothing is remembered, and nothing remembered counts. */
  get isStateless(): boolean {
    return this.#end !== undefined;
  }

  /** The least value that counts: the start, on a first run the initial value. */
  get from(): CursorValue | undefined {
    return this.start ?? this.initial;
  }

  /** A lag says how far back is read again; a function of one's own has no back and forth. */
  get #lag(): number {
    const { lag = 0, last_value_func: func = "max" } = this.config;
    return typeof func === "function" ? 0 : func === "min" ? lag : -lag;
  }

  #startValue(): CursorValue | undefined {
    const stored = this.#stored;
    if (stored === undefined || !this.#lag) return stored;
    const start = shift(stored, this.#lag);
    // A lag never goes behind the beginning.
    return this.initial !== undefined && areComparable(start, this.initial)
      ? this.#best(start, this.initial)
      : start;
  }

  #makeBoundary(): Boundary | undefined {
    const { primary_key: given, range_start } = this.config;
    const { resource, primaryKey, seesChanges = false } = this.#owner;
    const isOff = Array.isArray(given) && !given.length;
    if (isOff || range_start === "open" || this.isStateless || this.#lag) return undefined;
    return new Boundary({ key: given ?? primaryKey ?? [], known: this.#state.hashes, resource, seesChanges });
  }

  /** What placeholders and hand-written resources see of a walk that starts at `from`. */
  values(
    from: CursorValue | undefined,
  ): IncrementalValues & { readonly [name: string]: JsonValue | undefined } {
    const start = this.#converted(from);
    return {
      start_value: start,
      last_value: start,
      initial_value: this.#converted(this.initial),
      end_value: this.#converted(this.#end),
      lag: this.config.lag,
    };
  }

  /** The best value so far, for code that asks while it reads; before the first record that is `from`. */
  reached(from: CursorValue | undefined): JsonValue | undefined {
    return this.#converted(this.#reached ?? from);
  }

  #converted(value: CursorValue | undefined): JsonValue | undefined {
    const { convert = this.config.transform } = this.config;
    if (value === undefined || !convert) return value;
    const converted: unknown = callOwn(
      { what: '"convert"', resource: this.#owner.resource },
      () => convert(value),
    );
    return converted instanceof Date ? converted.toISOString() : converted as JsonValue;
  }

  /** The better of two starts is the later one; undefined is the beginning. */
  earlier(one: CursorValue | undefined, other: CursorValue | undefined): CursorValue | undefined {
    if (one === undefined || other === undefined || !areComparable(one, other)) return undefined;
    return isSame(this.#best(one, other), one) ? other : one;
  }

  /** Notes a record and tells whether it is new to this run. */
  take(record: JsonObject): boolean {
    const isNew = this.#isNew(record);
    this.#broughtAny ||= isNew;
    return isNew;
  }

  #isNew(record: JsonObject): boolean {
    const value = this.#valueOf(record);
    if (value === undefined) return this.#missing(record);
    const { from } = this;
    const other = from ?? this.#end ?? this.#reached;
    if (other !== undefined && !areComparable(value, other)) throw this.#mismatch(value, other);
    if (this.#isBeyondEnd(value)) {
      this.#passedEnd = true;
      return false;
    }
    if (from !== undefined && this.#isBefore(value, from)) {
      this.#passedStart = true;
      return false;
    }
    this.#note(value, record);
    const isAtStart = this.start !== undefined && isSame(value, this.start);
    return !isAtStart || !this.#boundary?.knows(record);
  }

  /** The cursor of a record: the best of its paths. */
  #valueOf(record: JsonObject): CursorValue | undefined {
    if (this.#paths.length === 1) return cursorValue(this.#paths[0]!.first(record));
    const values = this.#paths.map((path) => cursorValue(path.first(record)));
    const present = values.filter((value) => value !== undefined);
    return present.length < 2 ? present[0] : present.reduce((best, each) => this.#best(each, best));
  }

  #isBeyondEnd(value: CursorValue): boolean {
    if (this.#end === undefined) return false;
    if (isSame(value, this.#end)) return this.config.range_end !== "closed";
    return !isSame(this.#best(value, this.#end), this.#end);
  }

  #isBefore(value: CursorValue, from: CursorValue): boolean {
    if (isSame(value, from)) return this.config.range_start === "open";
    return !isSame(this.#best(value, from), value);
  }

  /** Keeps the best value and who stands at it. */
  #note(value: CursorValue, record: JsonObject): void {
    const before = this.#reached;
    const best = before === undefined ? value : this.#best(value, before);
    if (before === undefined || !isSame(best, before)) {
      this.#reached = best;
      this.#boundary?.clear();
    }
    if (isSame(value, best)) this.#boundary?.add(record);
  }

  #missing(record: JsonObject): boolean {
    const rule = this.config.on_cursor_value_missing ?? "raise";
    if (rule !== "raise") return rule === "include";
    throw new ExtractError(`Cannot follow the cursor ${this.#pathText}: a record has no usable value there`, {
      code: "cursor-missing",
      at: { resource: this.#owner.resource },
      next: 'set on_cursor_value_missing to "include" or "exclude", or choose another cursor_path; ' +
        `the record has ${Object.keys(record).slice(0, 20).join(", ") || "no fields"}`,
    });
  }

  #mismatch(value: CursorValue, other: CursorValue): ExtractError {
    return new ExtractError(
      `Cannot follow the cursor ${this.#pathText}: a record has a ${typeof value} there, the cursor is a ${typeof other}`,
      {
        code: "cursor-type",
        at: { resource: this.#owner.resource },
        next:
          "give initial_value the type that the API sends; --full-refresh forgets the stored value and reads everything again",
      },
    );
  }

  get #pathText(): string {
    return this.#paths.map(({ text }) => `"${text}"`).join(", ");
  }

  /** Whether the end, if there is one, lies after the beginning. */
  get isRangeValid(): boolean {
    if (this.#end === undefined || this.initial === undefined) return true;
    return isSame(this.#best(this.initial, this.#end), this.#end);
  }

  /** Whether the order of the records says that no later page can hold anything. */
  get isOver(): boolean {
    const { row_order } = this.config;
    return (row_order === "asc" && this.#passedEnd) || (row_order === "desc" && this.#passedStart);
  }

  /**
   * Moves the stored value to the best one met, but with `cap_at_run_start` not past `serverTime`: in a list
   * without order a record may change after its page was read, and only what happened before the walk began
   * is certain. A walk that went on after a break is always held back like that, as far as its values are times.
   * Nothing is stored for a walk with an end.
   *
   * @returns how many records share the last value, when they are suspiciously many; `Infinity`: too many to
   *   be remembered
   */
  commit({ serverTime, isResumed }: WalkTime): number | undefined {
    if (this.isStateless) return undefined;
    const reached = this.#cameTo({ serverTime, isResumed });
    const started = this.#broughtAny ? { at: this.#stored ?? this.initial } : undefined;
    this.#state.note({ initial: this.initial, started, reached });
    if (reached?.hashes && this.#boundary?.isFull) return Infinity;
    const count = reached?.hashes?.keys.size ?? 0;
    return count > MANY_AT_BOUNDARY ? count : undefined;
  }

  #cameTo({ serverTime, isResumed }: WalkTime): Progress["reached"] {
    let value = this.#reached;
    if (value === undefined) return undefined;
    const stored = this.#stored;
    const limit = new Date(serverTime).toISOString();
    const mayCap = this.config.cap_at_run_start || (isResumed && ISO_TIME.test(String(value)));
    const isCapped = mayCap && typeof value === "string" && compare(value, limit) > 0;
    if (isCapped) value = limit;
    const isKnown = stored !== undefined && isSame(value, stored);
    if (stored !== undefined && !isKnown && isSame(this.#best(value, stored), stored)) return undefined;
    return { last: value, hashes: isCapped ? undefined : this.#boundary?.hashes(isKnown) };
  }
}

function bestOf(
  func: IncrementalConfig["last_value_func"] = "max",
  resource: string,
): (one: CursorValue, other: CursorValue) => CursorValue {
  if (func === "max") return (one, other) => compare(one, other) > 0 ? one : other;
  if (func === "min") return (one, other) => compare(one, other) < 0 ? one : other;
  return (one, other) => {
    const owner = { what: '"last_value_func"', resource };
    const best = callOwn(owner, () => cursorValue(func([one, other]) as JsonValue));
    if (best !== undefined) return best;
    throw new ConfigError("Cannot follow a cursor: last_value_func returned no text and no number", {
      code: "invalid-cursor",
      at: { resource },
      next: "return one of the values it is given",
    });
  };
}
