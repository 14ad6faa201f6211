/**
 * What is remembered of a cursor between runs, in dlt's layout: `incremental.<path>` in the resource's state, with
 * `record_hashes` added. Where each parent has a cursor of its own, they stand in
 * `incremental.<path>.per_parent.<the parent's key>`.
 * @module
 */
import { isJsonObject, type JsonObject, type JsonValue } from "../pipeline/json.ts";
import type { BoundaryHashes } from "./boundary.ts";
import { type CursorValue, cursorValue } from "./cursor_value.ts";

/** Whose cursor it is. */
export interface CursorOwner {
  /** The resource, for messages. */
  readonly resource: string;
  /** The resource's state; the cursor keeps its slot in it. */
  readonly state: JsonObject;
  /** The resource's own key, which tells records at the boundary apart. */
  readonly primaryKey?: string | readonly string[];
  /** A record at the boundary counts as new when it has changed. */
  readonly seesChanges?: boolean;
  /** Sets the slot apart from that of the resource's own cursor. */
  readonly prefix?: string;
  /** The parent that this cursor is for alone, when each has its own. */
  readonly parentKey?: string;
}

/** What a run made of a cursor. */
export interface Progress {
  readonly initial: CursorValue | undefined;
  /** Absent where the run brought nothing. */
  readonly started?: { readonly at: CursorValue | undefined };
  /** Absent where the run does not move the cursor. */
  readonly reached?: { readonly last: CursorValue; readonly hashes?: BoundaryHashes };
}

/** The slot of one cursor. */
export class CursorState {
  readonly #state: JsonObject;
  /** Whether it is one of many. */
  readonly #isPerParent: boolean;
  /** The keys to the slot, from the outside in. */
  readonly #place: readonly string[];
  readonly lastValue: CursorValue | undefined;
  /** Of the records with the last value. */
  readonly hashes: BoundaryHashes;

  constructor({ state, prefix = "", parentKey }: CursorOwner, name: string) {
    this.#state = state;
    this.#isPerParent = parentKey !== undefined;
    const place = ["incremental", `${prefix}${name}`];
    this.#place = parentKey === undefined ? place : [...place, "per_parent", parentKey];
    const { last_value, unique_hashes, record_hashes } = slotAt(state, this.#place);
    this.lastValue = cursorValue(last_value);
    this.hashes = { keys: setOf(unique_hashes), contents: setOf(record_hashes) };
  }

  /**
   * Remembers a run: where the first one starts, where this one did if it brought anything, and where it came to
   * if it met a value.
   */
  note({ initial, started, reached }: Progress): void {
    // Parents may be many, so that those without a value leave nothing.
    if (this.#isPerParent && !reached) return;
    const slot = slotAt(this.#state, this.#place, true);
    const first = initial ?? null;
    const unmoved = { initial_value: first, last_value: first, unique_hashes: [], start_value: first };
    Object.assign(slot, { ...unmoved, ...slot });
    if (started) slot.start_value = started.at ?? null;
    if (!reached) return;
    slot.last_value = reached.last;
    slot.unique_hashes = [...reached.hashes?.keys ?? []];
    if (reached.hashes?.contents.size) slot.record_hashes = [...reached.hashes.contents];
    else delete slot.record_hashes;
  }
}

function setOf(value: JsonValue | undefined): ReadonlySet<string> {
  return new Set(Array.isArray(value) ? value.map(String) : []);
}

/** The object at a place; one that is not there is empty, and with `isMade` it is put there. */
function slotAt(state: JsonObject, place: readonly string[], isMade = false): JsonObject {
  return place.reduce<JsonObject>((at, key) => {
    const found = Object.hasOwn(at, key) ? at[key] : undefined;
    if (isJsonObject(found)) return found;
    const made: JsonObject = {};
    // Not by assignment: a key may be any text, also one that every object inherits.
    if (isMade) {
      Object.defineProperty(at, key, { value: made, enumerable: true, writable: true, configurable: true });
    }
    return made;
  }, state);
}
