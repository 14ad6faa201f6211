/**
 * Nested records into flat rows: objects become columns, lists become child tables, and every row gets
 * its system columns, as dlt's relational normaliser does. What each key of a record turns into is worked
 * out once per place in the tree and then looked up.
 * @module
 */
import { type Cell, plainType } from "./coerce.ts";
import type { Contracts, Refusal } from "./contracts.ts";
import type { Discards, Refused } from "./discards.ts";
import { canonicalJson, Double, type JsonObject, type JsonValue } from "./json.ts";
import { type Naming, PATH_SEPARATOR } from "./naming.ts";
import {
  handsDownRootKey,
  type KeyPlan,
  type Link,
  linkType,
  rowIdRecipe,
  type Shape,
  type SystemPlaces,
  type TablePlan,
} from "./normalize_plan.ts";
import { hashRowId, nestedRowId, randomRowId } from "./row_ids.ts";
import type { Schema } from "./schema.ts";
import type { RowBatch, SqlValue, Table } from "./schema_types.ts";
import { followsRoot } from "./table_hints.ts";
import { TableWriter } from "./table_writer.ts";

const DEFAULT_NESTING = 1000;

/** What the normaliser must know of a resource. */
export interface RootTableHints {
  /** Children carry the key of their root row, so that they can follow it in a merge. */
  readonly rootKey: boolean;
}

/** A row in the making. */
interface Draft {
  readonly row: SqlValue[];
  readonly lists: { readonly key: KeyPlan; items: JsonValue[] }[];
  /** Values of the primary key as they came, where the row's id is made of them. */
  readonly key: JsonObject;
  /** Values that a contract did not let pass. */
  refused?: Refused[];
}

/** What holds for tables, and what becomes of what does not pass. */
export interface Rules {
  readonly contracts: Contracts;
  readonly discards: Discards;
}

/**
 * Turns records into rows under one schema, which it extends as it goes.
 *
 * Call `add` for each record, then `flush`; batches arrive at the sink in order, parents before children.
 */
export class Normalizer {
  readonly #schema: Schema;
  readonly #naming: Naming;
  readonly #loadId: string;
  readonly #batchRows: number;
  readonly #sink: (batch: RowBatch) => void;
  readonly #rules: Rules | undefined;
  readonly #plans = new Map<string, TablePlan>();
  readonly #collisions = new Map<string, Set<string>>();

  constructor(
    options: {
      schema: Schema;
      naming: Naming;
      loadId: string;
      batchRows: number;
      sink: (batch: RowBatch) => void;
      /** Without them everything is added. */
      rules?: Rules;
    },
  ) {
    this.#schema = options.schema;
    this.#naming = options.naming;
    this.#loadId = options.loadId;
    this.#batchRows = options.batchRows;
    this.#sink = options.sink;
    this.#rules = options.rules;
  }

  /** Adds one record to a root table that is already in the schema. */
  add(table: string, record: JsonValue, hints: RootTableHints): void {
    const plan = this.#plans.get(table) ??
      this.#plan(this.#schema.tables.get(table)!, table, {
        budget: this.#nesting(this.#schema.tables.get(table)!),
        rootKey: hints.rootKey,
      });
    this.#row(plan, asObject(record));
  }

  #nesting(table: Table): number {
    const most = table["x-normalizer"]?.max_nesting ?? this.#schema.normalizer.max_nesting;
    return typeof most === "number" ? most : DEFAULT_NESTING;
  }

  /** Hands on all rows still held, parents first. */
  flush(): void {
    for (const plan of this.#plans.values()) plan.writer.flush();
  }

  /** Rows per table so far. */
  counts(): Record<string, number> {
    return Object.fromEntries([...this.#plans].map(([name, plan]) => [name, plan.writer.count]));
  }

  /**
   * Columns and lists into which different keys of one record fell, with those keys. Of a column the last value
   * was kept, of a list all items.
   */
  collisions(): Record<string, string[]> {
    return Object.fromEntries([...this.#collisions].map(([column, keys]) => [column, [...keys].sort()]));
  }

  #plan(table: Table, path: string, { budget, rootKey }: { budget: number; rootKey: boolean }): TablePlan {
    const contract = this.#rules?.contracts.of(table);
    const writer = new TableWriter(table, {
      naming: this.#naming,
      batchRows: this.#batchRows,
      sink: this.#sink,
      mayVary: (contract?.data_type ?? "evolve") === "evolve",
    });
    const isRoot = table.parent === undefined;
    const plan: TablePlan = {
      writer,
      path,
      shape: shapeOf("", budget),
      listShape: shapeOf("", budget - 1),
      isRoot,
      rootKey: isRoot ? handsDownRootKey(this.#schema, table, rootKey) : rootKey,
      rowId: rowIdRecipe(table),
      contract,
    };
    this.#plans.set(table.name, plan);
    return plan;
  }

  #row(plan: TablePlan, record: JsonObject, link?: Link, shape = plan.shape): void {
    const draft: Draft = { row: plan.writer.row(), lists: [], key: {} };
    const { row, lists } = draft;
    this.#fill(plan, shape, record, draft);
    // Its other values may have made columns: so it is in dlt.
    if (draft.refused && !this.#rules!.discards.stays(draft.refused, record)) return;
    const system = plan.system ??= systemPlaces(plan, link);
    const id = this.#rowId(plan, system, draft, record, link);
    if (link?.rootId !== undefined) {
      if (system.rootId < 0) system.rootId = plan.writer.declare("_dlt_root_id", "text");
      row[system.rootId] = link.rootId;
    }
    if (plan.isRoot) {
      row[system.loadId] = this.#loadId;
    } else if (link) {
      row[system.parentId] = link.parentId;
      row[system.index] = link.index;
    }
    plan.writer.push(row);
    const rootId = plan.rootKey ? (plan.isRoot ? id : link?.rootId) : undefined;
    for (const { key, items } of lists) {
      // A list costs one level of its row, however deep in the row it is.
      const below = key.list ??= this.#listPlan(plan, key, { items, budget: shape.budget });
      if (below) this.#list(below, items, rootId, id);
    }
  }

  /** Flattens an object tree into a row: scalars first, then nested objects last first, as dlt's stack does. */
  #fill(plan: TablePlan, start: Shape, record: JsonObject, draft: Draft): void {
    const { writer } = plan;
    const { row } = draft;
    const stack: [JsonObject, Shape][] = [[record, start]];
    for (let top = stack.pop(); top; top = stack.pop()) {
      const [object, shape] = top;
      for (const key in object) {
        const value = object[key];
        if (value === null || value === undefined) continue;
        const known = shape.keys.get(key) ?? this.#key(plan, shape, key);
        if (typeof value === "object" && !(value instanceof Double) && unfolds(writer, known, shape)) {
          if (!Array.isArray(value)) {
            stack.push([value, known.object ??= shapeOf(known.path, shape.budget - 1)]);
          } else if (value.length) {
            this.#addList(plan, draft, known, key, value);
          }
          continue;
        }
        if (known.type === undefined && !this.#learn(plan, known, value, draft)) continue;
        if (row[known.place] !== undefined) {
          this.#collide(plan, known, key);
          row[known.place] = undefined;
        }
        if (!writer.put(row, known.place, known.type!, known.name, value)) {
          this.#refuse(plan, "data_type", { known, value, draft });
        }
        if (known.isOfRowKey) draft.key[known.name] = value;
      }
    }
  }

  #key(plan: TablePlan, shape: Shape, key: string): KeyPlan {
    const own = this.#naming.path(key);
    const path = shape.prefix ? shape.prefix + PATH_SEPARATOR + own : own;
    const name = this.#naming.shortened(path);
    const isOfRowKey = plan.rowId.of === "key" && plan.rowId.columns.has(name);
    const known: KeyPlan = { name, path, place: -1, isOfRowKey };
    // A free-form map with endless keys must not fill the memory with plans.
    if (shape.keys.size >= 50_000) shape.keys.clear();
    shape.keys.set(key, known);
    return known;
  }

  /** Items of keys that fall into one table follow each other: none is lost, and none has another's place. */
  #addList(
    plan: TablePlan,
    { lists }: Draft,
    known: KeyPlan,
    key: string,
    items: JsonValue[],
  ): void {
    const same = lists.length ? lists.find((each) => each.key.path === known.path) : undefined;
    if (!same) {
      lists.push({ key: known, items });
      return;
    }
    this.#collide(plan, known, key);
    same.items = [...same.items, ...items];
  }

  #collide(plan: TablePlan, known: KeyPlan, key: string): void {
    const column = `${plan.writer.table.name}.${known.name}`;
    const keys = this.#collisions.get(column) ?? new Set();
    if (keys.size < 10) this.#collisions.set(column, keys.add(key));
  }

  #rowId(
    { writer, rowId, isRoot }: TablePlan,
    { id }: SystemPlaces,
    { row, key }: Draft,
    record: JsonObject,
    link: Link | undefined,
  ): string {
    const own = row[id];
    if (typeof own === "string" && own) return own;
    if (link && !isRoot) return row[id] = nestedRowId(link.parentId, writer.table.name, link.index);
    if (rowId.of === "chance") return row[id] = randomRowId();
    return row[id] = hashRowId(canonicalJson(rowId.of === "key" ? key : withoutSystemKeys(record)));
  }

  /** The table of a list; undefined where a contract does not let it be made. */
  #listPlan(
    plan: TablePlan,
    list: KeyPlan,
    { items, budget }: { items: JsonValue[]; budget: number },
  ): TablePlan | undefined {
    const path = plan.path + PATH_SEPARATOR + list.path;
    const name = this.#naming.shortened(path);
    const existing = this.#plans.get(name);
    if (existing) return existing;
    const parent = plan.writer.table.name;
    const known = this.#schema.tables.get(name);
    const violation = this.#rules?.contracts.admits(known ?? { name, parent });
    if (violation) {
      for (const item of items) this.#rules!.discards.row(violation, item);
      return undefined;
    }
    const table: Table = known ?? { name, columns: new Map(), parent };
    // Hints that came before any row could only guess where it hangs.
    if (table.parent !== undefined && !table["x-normalizer"]?.["seen-data"]) table.parent = parent;
    this.#schema.tables.set(name, table);
    const isRoot = table.parent === undefined;
    return this.#plan(table, path, {
      budget: budget - 1,
      rootKey: isRoot ? followsRoot(table) : plan.rootKey,
    });
  }

  /** Finds or makes the column of a key that has its first value; false when the value has none. */
  #learn(plan: TablePlan, known: KeyPlan, value: Cell, draft: Draft): boolean {
    const { writer, contract } = plan;
    const { name } = known;
    const type = linkType(plan, name);
    if (type) {
      writer.declare(name, type);
      return false;
    }
    const isNew = contract !== undefined && contract.columns !== "evolve" && writer.place(name) < 0;
    if (isNew && !name.startsWith("_dlt")) {
      this.#refuse(plan, "columns", { known, value, draft });
      return false;
    }
    known.place = name === "_dlt_id" ? writer.declare(name, "text") : writer.learn(name, value);
    known.type = writer.type(known.place);
    return true;
  }

  /** Notes that a contract does not let a value pass. @throws {NormalizeError} where it must not even come */
  #refuse(
    { writer, contract }: TablePlan,
    entity: "columns" | "data_type",
    { known, value, draft }: { known: KeyPlan; value: Cell; draft: Draft },
  ): void {
    const mode = contract![entity] as Refusal;
    const { name } = writer.table;
    const violation = { entity, mode, table: name, column: known.name, type: plainType(value) };
    (draft.refused ??= []).push({ violation: this.#rules!.contracts.refused(violation), value });
  }

  #list(plan: TablePlan, items: JsonValue[], rootId: string | undefined, parentId: string): void {
    for (let index = 0; index < items.length; index++) {
      const item = items[index];
      const link = { rootId, parentId, index };
      if (Array.isArray(item)) this.#row(plan, { list: item }, link, plan.listShape);
      else this.#row(plan, asObject(item), link);
    }
  }
}

function shapeOf(prefix: string, budget: number): Shape {
  return { prefix, budget, keys: new Map() };
}

/** Whether an object or list at this key becomes columns or rows, or stays one JSON value. */
function unfolds(writer: TableWriter, key: KeyPlan, shape: Shape): boolean {
  return shape.budget > 0 &&
    (key.object !== undefined || key.list !== undefined || writer.type(writer.place(key.name)) !== "json");
}

function systemPlaces(plan: TablePlan, link: Link | undefined): SystemPlaces {
  const { writer, isRoot } = plan;
  return {
    rootId: link?.rootId === undefined ? -1 : writer.declare("_dlt_root_id", "text"),
    loadId: isRoot ? writer.declare("_dlt_load_id", "text") : -1,
    parentId: isRoot ? -1 : writer.declare("_dlt_parent_id", "text"),
    index: isRoot ? -1 : writer.declare("_dlt_list_idx", "bigint"),
    id: writer.declare("_dlt_id", "text"),
  };
}

function withoutSystemKeys(record: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(record).filter(([key]) => !key.startsWith("_dlt")));
}

/** What is no object becomes one, in the column `value`. */
function asObject(item: JsonValue): JsonObject {
  return item !== null && typeof item === "object" && !Array.isArray(item) && !(item instanceof Double)
    ? item
    : { value: item };
}
