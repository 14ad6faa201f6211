/**
 * Cursors: where a walk starts, which records are new to it, and what is remembered once all of it was read.
 * The rules and the layout of the state are dlt's.
 * @module
 */
import { ConfigError, ExtractError } from "../pipeline/errors.ts";
import { canonicalJson, isJsonObject, type JsonObject, type JsonValue } from "../pipeline/json.ts";
import { type JsonPath, jsonPath } from "../pipeline/json_path.ts";
import { hashBoundary } from "../pipeline/row_ids.ts";
import { areComparable, type CursorValue, cursorValue, shift } from "./cursor_value.ts";
import type { IncrementalConfig } from "./rest_api_config.ts";
import type { IncrementalValues } from "./source.ts";

/** Whose cursor it is. */
export interface CursorOwner {
  /** The resource, for messages. */
  readonly resource: string;
  /** The resource's state; the cursor keeps its slot in it. */
  readonly state: JsonObject;
  /** The resource's own key, which tells records at the boundary apart. */
  readonly primaryKey?: readonly string[];
  /** Sets the slot apart from that of the resource's own cursor. */
  readonly prefix?: string;
  /** The parent that this cursor is for alone, when each has its own. */
  readonly parentKey?: string;
}

// More equal values than this mean that the cursor is too coarse to tell records apart.
const MANY_AT_BOUNDARY = 200;
const HELD_RECORDS = 50;

/** How one consumer of a walk (a resource, or a child of it) uses the cursor. */
export class Cursor {
  readonly config: IncrementalConfig;
  readonly #paths: readonly JsonPath[];
  readonly #slot: JsonObject;
  readonly #resource: string;
  readonly #keys: readonly JsonPath[] | undefined;
  readonly #better: (values: readonly CursorValue[]) => CursorValue;
  /** Where a first run starts. */
  readonly initial: CursorValue | undefined;
  readonly #end: CursorValue | undefined;
  /** What was known at the start to stand at the boundary. */
  readonly #known: ReadonlySet<string>;
  #best: CursorValue | undefined;
  /** The records at the best value: as they are while few, since most are overtaken, then as hashes. */
  #heldAtBest: JsonObject[] = [];
  #hashesAtBest = new Set<string>();
  /** What was read up to in earlier runs; undefined on the first. */
  readonly stored: CursorValue | undefined;
  /** Where this run goes on: the stored value less the lag, never before the initial one. Undefined: at the beginning. */
  readonly start: CursorValue | undefined;
  /** A record beyond the end was met, or one before the start. */
  passedEnd = false;
  passedStart = false;

  /** @throws {ConfigError} "invalid-cursor" when the bounds do not go together */
  constructor(config: IncrementalConfig, owner: CursorOwner) {
    this.config = config;
    this.#resource = owner.resource;
    const paths = typeof config.cursor_path === "string" ? [config.cursor_path] : config.cursor_path;
    this.#paths = paths.map((path) => jsonPath(path));
    this.#better = betterOf(config.last_value_func);
    this.initial = bound(config.initial_value);
    this.#end = bound(config.end_value);
    this.#slot = slotOf(owner, `${owner.prefix ?? ""}${paths.join("|")}`);
    this.#keys = this.#dedupKeys(owner.primaryKey ?? []);
    this.#known = new Set(
      Array.isArray(this.#slot.unique_hashes) ? this.#slot.unique_hashes.map(String) : [],
    );
    this.stored = this.#end === undefined ? cursorValue(this.#slot.last_value) : undefined;
    this.start = this.#startValue();
  }

  /** Undefined when records at the boundary are not told apart. */
  #dedupKeys(own: readonly string[]): readonly JsonPath[] | undefined {
    const { primary_key, range_start, lag, last_value_func: func = "max" } = this.config;
    if (range_start === "open" || this.#end !== undefined) return undefined;
    if (lag && (func === "max" || func === "min")) return undefined;
    if (Array.isArray(primary_key) && !primary_key.length) return undefined;
    const keys = typeof primary_key === "string" ? [primary_key] : primary_key ?? own;
    return keys.map((key) => jsonPath(key));
  }

  #startValue(): CursorValue | undefined {
    if (this.stored === undefined) return undefined;
    const { lag = 0, last_value_func } = this.config;
    const by = last_value_func === "min" ? lag : -lag;
    const start = shift(this.stored, by);
    // A lag never goes behind the beginning.
    return this.initial !== undefined && lag ? this.#better([start, this.initial]) : start;
  }

  /** The least value that counts: the start, on a first run the initial value. */
  get from(): CursorValue | undefined {
    return this.start ?? this.initial;
  }

  /** What placeholders and hand-written resources see; `from` when a walk starts earlier for somebody else. */
  values(
    from: CursorValue | undefined = this.from,
  ): IncrementalValues & Record<string, JsonValue | undefined> {
    const show = (value: CursorValue | undefined) => this.#converted(value);
    return {
      start_value: show(from),
      last_value: show(this.#best ?? this.stored ?? this.initial),
      initial_value: show(this.initial),
      end_value: show(this.#end),
      lag: this.config.lag,
    };
  }

  #converted(value: CursorValue | undefined): JsonValue | undefined {
    const convert = this.config.convert ?? this.config.transform;
    if (value === undefined || !convert) return value;
    const converted = convert(value);
    return converted instanceof Date ? converted.toISOString() : converted as JsonValue;
  }

  /** The cursor of a record: the best of its paths. */
  value(record: JsonObject): CursorValue | undefined {
    const values = this.#paths.map((path) => cursorValue(path.first(record))).filter((value) =>
      value !== undefined
    );
    return values.length < 2 ? values[0] : this.#better(values);
  }

  /** Notes a record and tells whether it is new to this run. */
  take(record: JsonObject): boolean {
    const value = this.value(record);
    if (value === undefined) return this.#missing(record);
    const { from } = this;
    for (const other of [from, this.#end, this.#best]) {
      if (other !== undefined && !areComparable(value, other)) throw this.#mismatch(value, other);
    }
    if (this.#isBeyondEnd(value)) {
      this.passedEnd = true;
      return false;
    }
    if (from !== undefined && this.#isBefore(value, from)) {
      this.passedStart = true;
      return false;
    }
    this.#note(value, record);
    if (!this.#keys || value !== this.start || !this.#known.size) return true;
    return !this.#known.has(this.#hash(record, this.#keys));
  }

  #isBeyondEnd(value: CursorValue): boolean {
    if (this.#end === undefined) return false;
    if (value === this.#end) return this.config.range_end !== "closed";
    return this.#better([value, this.#end]) === value;
  }

  #isBefore(value: CursorValue, from: CursorValue): boolean {
    if (value === from) return this.config.range_start === "open";
    return this.#better([value, from]) === from;
  }

  /** Keeps the best value and who stands at it. */
  #note(value: CursorValue, record: JsonObject): void {
    const best = this.#best === undefined ? value : this.#better([value, this.#best]);
    if (best !== this.#best) {
      this.#heldAtBest = [];
      if (this.#hashesAtBest.size) this.#hashesAtBest = new Set();
    }
    this.#best = best;
    if (!this.#keys || value !== best) return;
    this.#heldAtBest.push(record);
    if (this.#heldAtBest.length > HELD_RECORDS) this.#hashHeld();
  }

  #hashHeld(): ReadonlySet<string> {
    for (const record of this.#heldAtBest.splice(0)) this.#hashesAtBest.add(this.#hash(record, this.#keys!));
    return this.#hashesAtBest;
  }

  #hash(record: JsonObject, keys: readonly JsonPath[]): string {
    if (!keys.length) return hashBoundary(canonicalJson(record));
    const values = keys.map((key) => key.first(record));
    const missing = values.indexOf(undefined);
    if (missing >= 0) {
      throw new ExtractError(
        `Cannot tell records of one cursor value apart: a record has no "${keys[missing]!.text}"`,
        {
          code: "cursor-key-missing",
          at: { resource: this.#resource },
          next: "correct primary_key, or set incremental.primary_key to an empty list",
        },
      );
    }
    return hashBoundary(canonicalJson(values.length === 1 ? values[0] : values));
  }

  #missing(record: JsonObject): boolean {
    const rule = this.config.on_cursor_value_missing ?? "raise";
    if (rule !== "raise") return rule === "include";
    const paths = this.#paths.map(({ text }) => text).join('", "');
    throw new ExtractError(`Cannot follow the cursor "${paths}": a record has no usable value there`, {
      code: "cursor-missing",
      at: { resource: this.#resource },
      next: 'set on_cursor_value_missing to "include" or "exclude", or choose another cursor_path; ' +
        `the record has ${Object.keys(record).slice(0, 20).join(", ") || "no fields"}`,
    });
  }

  #mismatch(value: CursorValue, other: CursorValue): ExtractError {
    const paths = this.#paths.map(({ text }) => text).join('", "');
    return new ExtractError(
      `Cannot follow the cursor "${paths}": a record has a ${typeof value} there, the cursor is a ${typeof other}`,
      {
        code: "cursor-type",
        at: { resource: this.#resource },
        next: "give initial_value the type that the API sends; --full-refresh forgets the stored value",
      },
    );
  }

  /** Whether the end, if there is one, lies after the beginning. */
  get isRangeValid(): boolean {
    if (this.#end === undefined || this.initial === undefined) return true;
    return this.initial === this.#end || this.#better([this.initial, this.#end]) === this.#end;
  }

  /** Whether the order of the records says that no later page can hold anything. */
  get isOver(): boolean {
    const { row_order } = this.config;
    return (row_order === "asc" && this.passedEnd) || (row_order === "desc" && this.passedStart);
  }

  /**
   * Moves the stored value to the best one seen, but with `cap_at_run_start` not past `serverTime`: in a list
   * without order a record may change after its page was read, and only what happened before the walk began
   * is certain. Nothing is stored for a walk with an end.
   *
   * @param serverTime the server's clock when the walk began, epoch milliseconds
   * @returns how many records share the last value, when they are suspiciously many
   */
  commit(serverTime: number): number | undefined {
    let value = this.#best;
    if (value === undefined || this.#end !== undefined) return undefined;
    let hashes = this.#hashHeld();
    const limit = new Date(serverTime).toISOString();
    if (this.config.cap_at_run_start && typeof value === "string" && value > limit) {
      value = limit;
      hashes = new Set();
    }
    if (this.initial !== undefined) this.#slot.initial_value = this.initial;
    const { stored } = this;
    if (stored !== undefined && value !== stored && this.#better([value, stored]) === stored) {
      return undefined;
    }
    if (value === stored) hashes = new Set([...this.#known, ...hashes]);
    this.#slot.last_value = value;
    if (this.#keys) this.#slot.unique_hashes = [...hashes];
    return hashes.size > MANY_AT_BOUNDARY ? hashes.size : undefined;
  }
}

function bound(value: IncrementalConfig["initial_value"]): CursorValue | undefined {
  return value === undefined || value === null ? undefined : cursorValue(value);
}

function betterOf(
  func: IncrementalConfig["last_value_func"] = "max",
): (values: readonly CursorValue[]) => CursorValue {
  if (func === "max") return (values) => values.reduce((best, value) => value > best ? value : best);
  if (func === "min") return (values) => values.reduce((best, value) => value < best ? value : best);
  return (values) => {
    const best = cursorValue(func(values) as JsonValue);
    if (best !== undefined) return best;
    throw new ConfigError("Cannot follow a cursor: last_value_func returned no text and no number", {
      code: "invalid-cursor",
      next: "return one of the values it is given",
    });
  };
}

/** The slot of a cursor in its resource's state, in dlt's layout; those of single parents are below it. */
function slotOf({ state, parentKey }: CursorOwner, name: string): JsonObject {
  const slot = step(step(state, "incremental"), name);
  return parentKey === undefined ? slot : step(step(slot, "per_parent"), parentKey);
}

function step(parent: JsonObject, key: string): JsonObject {
  const known = Object.hasOwn(parent, key) ? parent[key] : undefined;
  if (isJsonObject(known)) return known;
  const made: JsonObject = {};
  Object.defineProperty(parent, key, { value: made, enumerable: true, writable: true, configurable: true });
  return made;
}
