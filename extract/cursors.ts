/**
 * The cursors of one resource in one run: on its own records, one for all or one per parent, and on its
 * parent's records.
 * @module
 */
import { fieldAt } from "../pipeline/field_path.ts";
import { canonicalJson, type JsonObject } from "../pipeline/json.ts";
import { hashBoundary } from "../pipeline/row_ids.ts";
import { keysOf } from "../pipeline/table_hints.ts";
import { Cursor } from "./cursor.ts";
import type { ResourceNode } from "./graph.ts";
import { parentFieldsOf } from "./references.ts";
import type { IncrementalConfig } from "./rest_api_config.ts";

/** What {@link ResourceCursors} belong to. */
export interface CursorsOptions {
  readonly node: ResourceNode;
  /** The resource's state. */
  readonly state: JsonObject;
}

/** All cursors of a resource. */
export class ResourceCursors {
  readonly #node: ResourceNode;
  readonly #state: JsonObject;
  readonly #perParent = new Map<string, Cursor>();
  /** On the resource's own records, for all parents. */
  readonly own: Cursor | undefined;
  /** On the parent's records: which of them have news for this resource. */
  readonly onParent: Cursor | undefined;

  constructor({ node, state }: CursorsOptions) {
    this.#node = node;
    this.#state = state;
    const { incremental } = node.resource;
    const isShared = node.loads && incremental !== undefined && !this.#isPerParent;
    this.own = isShared ? this.#make(incremental) : undefined;
    this.onParent = this.#cursorOnParent();
  }

  get #isPerParent(): boolean {
    return this.#node.parent !== undefined && this.#node.resource.incremental?.per_parent === true;
  }

  #make(config: IncrementalConfig, parentKey?: string): Cursor {
    const { name, resource } = this.#node;
    const primaryKey = keysOf(resource.settings).primary;
    return new Cursor(config, { state: this.#state, resource: name, primaryKey, parentKey });
  }

  #cursorOnParent(): Cursor | undefined {
    const { resource: { settings }, parent, name, loads } = this.#node;
    if (!parent || !loads || settings.every_parent) return undefined;
    const inherited = parent.resource.incremental;
    if (!settings.parent_cursor && !inherited) return undefined;
    const { except: _except, ...own } = settings.parent_cursor ?? {};
    const config = { ...inherited, ...own, on_cursor_value_missing: "include" } as IncrementalConfig;
    return new Cursor(config, {
      state: this.#state,
      resource: name,
      prefix: `${parent.name}:`,
      primaryKey: keysOf(parent.resource.settings).primary,
    });
  }

  /** The cursor for the records of one parent, or of the walk itself. */
  of(parent?: JsonObject): Cursor | undefined {
    const { incremental } = this.#node.resource;
    if (!parent || !this.#isPerParent || !this.#node.loads) return this.own;
    const key = this.#parentKey(parent);
    let cursor = this.#perParent.get(key);
    if (!cursor) this.#perParent.set(key, cursor = this.#make(incremental!, key));
    return cursor;
  }

  /** What tells parents apart: their key, else the fields that the endpoint uses, else all of them. */
  #parentKey(parent: JsonObject): string {
    const { primary } = keysOf(this.#node.parent!.resource.settings);
    const fields = primary.length ? primary : parentFieldsOf(this.#node.resource.endpoint?.config ?? {});
    if (!fields.length) return hashBoundary(canonicalJson(parent));
    const values = fields.map((field) => fieldAt(parent, field) ?? null);
    return values.length === 1 && typeof values[0] === "string" ? values[0] : canonicalJson(values);
  }

  /** Whether any was there before this run: then the walk is not one of everything. */
  get hasStart(): boolean {
    const all = [this.own, this.onParent, ...this.#perParent.values()];
    return all.some((cursor) => cursor?.start !== undefined);
  }

  /** Moves what is remembered. Returns how many records share a last value, where these are too many. */
  commit(serverTime: number): number {
    const all = [this.own, this.onParent, ...this.#perParent.values()];
    return Math.max(0, ...all.map((cursor) => cursor?.commit(serverTime) ?? 0));
  }
}
