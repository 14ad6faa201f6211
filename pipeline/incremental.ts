/**
 * Cursors: where a walk starts, which records are new, and what is remembered once all of it was read.
 * @module
 */
import { ExtractError } from "./errors.ts";
import { fieldAt } from "./field_path.ts";
import type { JsonObject, JsonValue } from "./json.ts";
import type { IncrementalConfig } from "./source.ts";

/** A cursor value: ISO text compared as text, or a number. */
export type CursorValue = string | number;

/** How one consumer of a walk (a resource, or a child of it) uses the cursor. */
export class Cursor {
  readonly #config: IncrementalConfig;
  readonly #paths: readonly string[];
  readonly #slot: JsonObject;
  readonly #resource: string;
  #greatest: CursorValue | undefined;
  /** Where this run starts: the last value less the lag, never before the initial value. Undefined: everything. */
  readonly start: CursorValue | undefined;

  /**
   * @param state the resource's state; the cursor keeps its slot in it, in dlt's layout
   * @param prefix sets the slot apart from that of the resource's own cursor
   */
  constructor(config: IncrementalConfig, state: JsonObject, resource: string, prefix = "") {
    this.#config = config;
    this.#resource = resource;
    this.#paths = typeof config.cursor_path === "string" ? [config.cursor_path] : config.cursor_path;
    const incremental = (state.incremental ??= {}) as JsonObject;
    this.#slot = (incremental[prefix + this.#paths.join("|")] ??= {}) as JsonObject;
    this.start = this.#startValue();
  }

  /** What was read up to in earlier runs. */
  get lastValue(): CursorValue | undefined {
    return this.#slot.last_value as CursorValue | undefined;
  }

  #startValue(): CursorValue | undefined {
    if (this.lastValue === undefined) return undefined;
    const start = shift(this.lastValue, -(this.#config.lag ?? 0));
    const initial = this.#config.initial_value;
    return initial !== undefined && start < initial ? initial : start;
  }

  /** The cursor of a record: the greatest of its paths. */
  value(record: JsonObject): CursorValue | undefined {
    let greatest: CursorValue | undefined;
    for (const path of this.#paths) {
      const value = fieldAt(record, path);
      if (!isCursorValue(value)) continue;
      if (greatest === undefined || value > greatest) greatest = value;
    }
    return greatest;
  }

  /** Notes a record and tells whether it is new to this run. */
  take(record: JsonObject): boolean {
    const value = this.value(record);
    if (value === undefined) return this.#missing();
    if (this.start !== undefined && value < this.start) return false;
    if (this.#greatest === undefined || value > this.#greatest) this.#greatest = value;
    return true;
  }

  #missing(): boolean {
    const rule = this.#config.on_cursor_value_missing ?? "raise";
    if (rule !== "raise") return rule === "include";
    throw new ExtractError(
      `Cannot follow the cursor "${this.#paths.join('", "')}": a record has no value there`,
      {
        code: "cursor-missing",
        at: { resource: this.#resource },
        next: 'set on_cursor_value_missing to "include" or "exclude", or choose another cursor_path',
      },
    );
  }

  /**
   * Moves the stored value to the greatest one seen, but not past `serverTime`: in a list without order a
   * record may change after its page was read, and only what happened before the walk began is certain.
   *
   * @param serverTime the server's clock when the walk began, epoch milliseconds
   */
  commit(serverTime: number): void {
    let value = this.#greatest;
    if (value === undefined) return;
    if (this.#config.cap_at_run_start && typeof value === "string") {
      const limit = new Date(serverTime).toISOString();
      if (value > limit) value = limit;
    }
    if (this.#config.initial_value !== undefined) this.#slot.initial_value = this.#config.initial_value;
    if (this.lastValue === undefined || value > this.lastValue) this.#slot.last_value = value;
  }
}

function isCursorValue(value: JsonValue | undefined): value is CursorValue {
  return typeof value === "string" || typeof value === "number";
}

/** A cursor value moved by seconds (date-times) or units (numbers). Text that is no date stays as it is. */
function shift(value: CursorValue, by: number): CursorValue {
  if (by === 0) return value;
  if (typeof value === "number") return value + by;
  const time = Date.parse(value);
  return Number.isNaN(time) ? value : new Date(time + by * 1000).toISOString();
}
