/**
 * What a resource keeps of the pages it is given: the records that are new to it, in the table that it or they
 * choose, and the keys that say what was listed.
 * @module
 */
import { fieldAt } from "../pipeline/field_path.ts";
import type { JsonObject } from "../pipeline/json.ts";
import { keyPart } from "../pipeline/load_package.ts";
import { dispositionOf, keysOf } from "../pipeline/table_hints.ts";
import type { Cursor } from "./cursor.ts";
import type { ExtractSink } from "./extract_options.ts";
import type { ResourceNode } from "./graph.ts";
import { type TakenPage, without } from "./page_records.ts";
import { tableOf } from "./resource_summary.ts";

/** Stores the records of one resource. */
export class ResourceStore {
  readonly #node: ResourceNode;
  readonly #sink: ExtractSink;
  /** Tables that records chose themselves. */
  readonly tables = new Set<string>();

  constructor(node: ResourceNode, sink: ExtractSink) {
    this.#node = node;
    this.#sink = sink;
  }

  /** Stores what is new by the cursor, and returns how many records that are. */
  async keep(taken: TakenPage, cursor: Cursor | undefined): Promise<number> {
    const { name, resource: { settings: { table_name } } } = this.#node;
    const { records } = taken;
    const drop: number[] = [];
    const listsKeys = this.#listsKeys(cursor);
    for (const [index, record] of records.entries()) {
      if (cursor && !cursor.take(record)) drop.push(index);
      if (listsKeys) await this.#sink.addKey(name, this.#keyOf(record), false);
    }
    const count = records.length - drop.length;
    if (!count) return 0;
    if (typeof table_name !== "function") {
      await this.#sink.append(name, taken.store(drop), without(records, drop));
      return count;
    }
    const kept = without(records, drop);
    for (const [table, some] of Map.groupBy(kept, (record) => tableOf(table_name, record, name))) {
      this.tables.add(table);
      await this.#sink.append(name, taken.storeOnly(some, table), some);
    }
    return count;
  }

  /** Keys are listed when a later publish may have to tell which rows are gone. */
  #listsKeys(cursor: Cursor | undefined): boolean {
    const { parent, resource: { settings } } = this.#node;
    return !parent && cursor?.start !== undefined && dispositionOf(settings).prune;
  }

  #keyOf(record: JsonObject): string[] {
    const { primary } = keysOf(this.#node.resource.settings);
    return primary.map((field) => keyPart(fieldAt(record, field)));
  }

  /** Notes that a parent was listed, and whether its records were read in full. */
  async noteParent(key: readonly string[], walked: boolean): Promise<void> {
    await this.#sink.addKey(this.#node.name, key, walked);
  }
}
