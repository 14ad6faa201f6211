/**
 * The records at the boundary of a cursor, i.e. those with its last value, by their hashes: the next run is
 * given them again and has to know them. Hashes are dlt's.
 * @module
 */
import { ExtractError } from "../pipeline/errors.ts";
import { fieldAt } from "../pipeline/field_path.ts";
import { canonicalJson, type JsonObject, type JsonValue } from "../pipeline/json.ts";
import { hashBoundary } from "../pipeline/row_ids.ts";

// Most records are overtaken by the next one, so that only the last few need a hash.
const HELD_RECORDS = 50;

/** So many records are remembered at most, so that the state stays small; of more, none is. */
export const MOST_REMEMBERED = 10_000;
const NOBODY: BoundaryHashes = { keys: new Set(), contents: new Set() };

/** How records at a boundary are told apart. */
export interface BoundaryOptions {
  /** The resource, for messages. */
  readonly resource: string;
  /** Tells records apart; an empty one: all of the record does. */
  readonly key: string | readonly string[];
  /** What earlier runs remembered. */
  readonly known: BoundaryHashes;
  /** A record that is known counts as new when it has changed: in a merge, and for what depends on it. */
  readonly seesChanges: boolean;
}

/** Hashes of the records at a boundary. */
export interface BoundaryHashes {
  /** Of their keys, or of all of each without a key. */
  readonly keys: ReadonlySet<string>;
  /** Of all of each, where changes count. */
  readonly contents: ReadonlySet<string>;
}

/** Who stands at the boundary. */
export class Boundary {
  readonly #options: BoundaryOptions;
  readonly #seesChanges: boolean;
  #held: JsonObject[] = [];
  #keys = new Set<string>();
  #contents = new Set<string>();
  #isFull = false;

  constructor(options: BoundaryOptions) {
    this.#options = options;
    this.#seesChanges = options.seesChanges && options.key.length > 0;
  }

  /** Whether an earlier run has met a record, as it is. */
  knows(record: JsonObject): boolean {
    const { keys, contents } = this.#options.known;
    return keys.size > 0 && keys.has(this.#keyHash(record)) &&
      (!this.#seesChanges || contents.has(contentHash(record)));
  }

  /** The boundary moved on, so that nobody stands there any more. */
  clear(): void {
    this.#held.length = 0;
    this.#isFull = false;
    if (!this.#keys.size) return;
    this.#keys = new Set();
    this.#contents = new Set();
  }

  /** Whether more stand there than are remembered. */
  get isFull(): boolean {
    return this.#isFull;
  }

  /** Notes a record at the boundary. */
  add(record: JsonObject): void {
    if (this.#isFull) return;
    this.#held.push(record);
    if (this.#held.length > HELD_RECORDS) this.hashes();
  }

  /**
   * The hashes of those that were noted; with `isSame` they stand beside the known ones. None where they are
   * too many: then the next run takes all of them again, since some twice is better than one never.
   */
  hashes(isSame = false): BoundaryHashes {
    for (const record of this.#held.splice(0)) {
      this.#keys.add(this.#keyHash(record));
      if (this.#seesChanges) this.#contents.add(contentHash(record));
    }
    const { known } = this.#options;
    const keys = isSame ? new Set([...known.keys, ...this.#keys]) : this.#keys;
    if (keys.size <= MOST_REMEMBERED && !this.#isFull) return { keys, contents: this.#contents };
    this.#isFull = true;
    this.#keys = new Set();
    this.#contents = new Set();
    return NOBODY;
  }

  #keyHash(record: JsonObject): string {
    const { key } = this.#options;
    if (!key.length) return contentHash(record);
    const value = typeof key === "string"
      ? this.#field(record, key)
      : key.map((each) => this.#field(record, each));
    return hashBoundary(canonicalJson(value));
  }

  #field(record: JsonObject, key: string): JsonValue {
    const value = Object.hasOwn(record, key) ? record[key] : fieldAt(record, key);
    if (value === undefined) throw this.#keyMissing(key);
    return value;
  }

  #keyMissing(key: string): ExtractError {
    return new ExtractError(`Cannot tell records of one cursor value apart: a record has no "${key}"`, {
      code: "cursor-key-missing",
      at: { resource: this.#options.resource },
      next: "correct primary_key, or set incremental.primary_key to an empty list",
    });
  }
}

function contentHash(record: JsonObject): string {
  return hashBoundary(canonicalJson(record));
}
