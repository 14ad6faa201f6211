/**
 * The cursors of one resource in one run: on its own records, one for all or one per parent, and on the records
 * of those above it, which tell whose records have news for it.
 * @module
 */
import { fieldAt } from "../pipeline/field_path.ts";
import { canonicalJson, type JsonObject } from "../pipeline/json.ts";
import { hashBoundary } from "../pipeline/row_ids.ts";
import { dispositionOf, keysOf } from "../pipeline/table_hints.ts";
import { Cursor } from "./cursor.ts";
import type { ResourceNode } from "./graph.ts";
import { parentFieldsOf } from "./definition/references.ts";
import type { IncrementalConfig } from "./definition/rest_api_config.ts";

/** What {@link ResourceCursors} belong to. */
export interface CursorsOptions {
  readonly node: ResourceNode;
  /** The resource's state. */
  readonly state: JsonObject;
}

/** All cursors of a resource. One that is not loaded remembers nothing and has none. */
export class ResourceCursors {
  readonly #node: ResourceNode;
  readonly #state: JsonObject;
  readonly #own: CursorSet | undefined;
  readonly #gates = new Map<ResourceNode, CursorSet>();
  readonly #resumed: { began?: number } = {};

  constructor({ node, state }: CursorsOptions) {
    this.#node = node;
    this.#state = state;
    if (!node.loads) return;
    const { incremental } = node.resource;
    if (incremental) this.#own = this.#ownSet(incremental);
    for (let above = node.parent; above; above = above.parent) {
      const config = this.#gateConfig(above);
      if (config) this.#gates.set(above, this.#gateSet(above, config));
    }
  }

  #ownSet(config: IncrementalConfig): CursorSet {
    const { name, resource: { settings } } = this.#node;
    // Who appends has had a record; who merges wants it as it is.
    const seesChanges = dispositionOf(settings).disposition === "merge";
    const primaryKey = settings.primary_key ?? undefined;
    const resumed = this.#resumed;
    const owner = { state: this.#state, resource: name, primaryKey, seesChanges, resumed };
    return new CursorSet(this.#node, (parentKey) => new Cursor(config, { ...owner, parentKey }));
  }

  /** How the records of one above are followed; undefined where all of them count each time. */
  #gateConfig(above: ResourceNode): IncrementalConfig | undefined {
    const { every_parent, parent_cursor } = this.#node.resource.settings;
    if (every_parent) return undefined;
    const inherited = above.resource.incremental;
    const isParent = above === this.#node.parent;
    // A walk with an end remembers nothing, and its bounds are in the other cursor's values.
    const isBounded = inherited?.end_value !== undefined && inherited.end_value !== null;
    if (!isParent || !parent_cursor || isBounded) {
      return inherited && { ...inherited, on_cursor_value_missing: "include" };
    }
    const { cursor_path, lag } = parent_cursor;
    return {
      ...inherited,
      cursor_path,
      ...(lag !== undefined && { lag }),
      // The order of the list is that of its own cursor.
      row_order: undefined,
      on_cursor_value_missing: "include",
    };
  }

  #gateSet(above: ResourceNode, config: IncrementalConfig): CursorSet {
    const owner = {
      state: this.#state,
      resource: this.#node.name,
      prefix: `${above.name}:`,
      primaryKey: above.resource.settings.primary_key ?? undefined,
      seesChanges: true,
      resumed: this.#resumed,
    };
    return new CursorSet(above, (parentKey) => new Cursor(config, { ...owner, parentKey }));
  }

  /** The cursor on the resource's own records: those of one parent, or of the walk itself. */
  own(parent?: JsonObject): Cursor | undefined {
    return this.#own?.of(parent);
  }

  /** The cursor on the records of one above; `parent` is the parent of these. */
  gate(above: ResourceNode, parent?: JsonObject): Cursor | undefined {
    return this.#gates.get(above)?.of(parent);
  }

  /** The cursor that a request is made for, also where nothing is loaded. */
  asking(parent?: JsonObject): Cursor | undefined {
    const { incremental } = this.#node.resource;
    return this.own(parent) ??
      (incremental && new Cursor(incremental, { state: {}, resource: this.#node.name }));
  }

  /** Whether any was there before this run: then the walk is not one of everything. */
  get hasStart(): boolean {
    return this.#all().some(({ start }) => start !== undefined);
  }

  /** The walk began at a moment and went on after a break. */
  holdBack(began: number): void {
    this.#resumed.began = began;
  }

  /**
   * Moves what is remembered of a walk that began at a moment, by the server's clock. Returns how many records
   * share a last value, where these are too many.
   */
  commit(began: number): number | undefined {
    return this.#all().reduce((most, cursor) => Math.max(most, cursor.commit(began) ?? 0), 0);
  }

  #all(): Cursor[] {
    return [this.#own, ...this.#gates.values()].flatMap((set) => set ? [...set.cursors()] : []);
  }
}

/** The cursors on the records of one resource: one for all of them, or one for each parent. */
class CursorSet {
  readonly #node: ResourceNode;
  readonly #make: (parentKey?: string) => Cursor;
  readonly #made = new Map<string | undefined, Cursor>();

  constructor(node: ResourceNode, make: (parentKey?: string) => Cursor) {
    this.#node = node;
    this.#make = make;
    if (!isPerParent(node)) this.of();
  }

  of(parent?: JsonObject): Cursor {
    const key = parent && isPerParent(this.#node) ? parentKey(this.#node, parent) : undefined;
    let cursor = this.#made.get(key);
    if (!cursor) this.#made.set(key, cursor = this.#make(key));
    return cursor;
  }

  cursors(): Iterable<Cursor> {
    return this.#made.values();
  }
}

/** Whether each parent of a resource has a cursor of its own. */
export function isPerParent({ parent, resource }: ResourceNode): boolean {
  return parent !== undefined && resource.incremental?.per_parent === true;
}

/** What tells parents apart: their key, else the fields that the endpoint uses, else all of them. */
function parentKey({ parent, resource }: ResourceNode, record: JsonObject): string {
  const { primary } = keysOf(parent!.resource.settings);
  const fields = primary.length ? primary : parentFieldsOf(resource.endpoint?.config ?? {});
  if (!fields.length) return hashBoundary(canonicalJson(record));
  const values = fields.map((field) => fieldAt(record, field) ?? null);
  return values.length === 1 && typeof values[0] === "string" ? values[0] : canonicalJson(values);
}
