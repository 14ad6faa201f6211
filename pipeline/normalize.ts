/**
 * Nested records into flat rows: objects become columns, lists become child tables, and every row gets
 * its system columns, as dlt's relational normaliser does. What each key of a record turns into is worked
 * out once per place in the tree and then looked up.
 * @module
 */
import type { Cell } from "./coerce.ts";
import { Double, type JsonObject, type JsonValue } from "./json.ts";
import type { Naming } from "./naming.ts";
import { nestedRowId, randomRowId } from "./row_ids.ts";
import type { Schema } from "./schema.ts";
import type { Column, DataType, RowBatch, SqlValue, Table } from "./schema_types.ts";
import { type BatchSink, TableWriter } from "./table_writer.ts";

const DEFAULT_NESTING = 1000;

/** What the normaliser must know of a resource. */
export interface RootTableHints {
  readonly maxTableNesting?: number;
  /** Children carry the key of their root row, so that they can follow it in a merge. */
  readonly rootKey: boolean;
}

/** A key of an object at one place in the tree. */
interface KeyPlan {
  readonly name: string;
  place: number;
  type?: DataType;
  object?: Shape;
  list?: ListPlan;
}

/** An object at one place in the tree of a table's rows. */
interface Shape {
  readonly prefix: string;
  /** How many more levels may be unfolded. */
  readonly budget: number;
  readonly keys: Map<string, KeyPlan>;
}

/** A list at one place: the child table it fills. */
interface ListPlan {
  readonly rows: TablePlan;
}

/** A table being filled. */
interface TablePlan {
  readonly writer: TableWriter;
  readonly shape: Shape;
  /** For rows that stand for a list inside a list, which costs one level more. */
  readonly listShape: Shape;
  readonly rootKey: boolean;
  /** Places of the system columns; set with the first row, because they stand behind its columns. */
  system?: { loadId: number; rootId: number; parentId: number; index: number; id: number };
}

/** Where a child row belongs. */
interface Link {
  readonly rootId: string;
  readonly parentId: string;
  readonly index: number;
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
  readonly #sink: BatchSink;
  readonly #plans = new Map<string, TablePlan>();
  readonly #collisions = new Map<string, Set<string>>();

  constructor(
    options: {
      schema: Schema;
      naming: Naming;
      loadId: string;
      batchRows: number;
      sink: (batch: RowBatch) => void;
    },
  ) {
    this.#schema = options.schema;
    this.#naming = options.naming;
    this.#loadId = options.loadId;
    this.#batchRows = options.batchRows;
    this.#sink = options.sink;
  }

  /** Adds one record to a root table that is already in the schema. */
  add(table: string, record: JsonValue, hints: RootTableHints): void {
    const plan = this.#plans.get(table) ??
      this.#plan(this.#schema.tables.get(table)!, hints.maxTableNesting ?? DEFAULT_NESTING, hints.rootKey);
    this.#row(plan, asObject(record));
  }

  /** Hands on all rows still held, parents first. */
  flush(): void {
    for (const plan of this.#plans.values()) plan.writer.flush();
  }

  /** Rows per table so far. */
  counts(): Record<string, number> {
    return Object.fromEntries([...this.#plans].map(([name, plan]) => [name, plan.writer.count]));
  }

  /** Columns into which different keys of one record fell, with those keys; the last one's value was kept. */
  collisions(): Record<string, string[]> {
    return Object.fromEntries([...this.#collisions].map(([column, keys]) => [column, [...keys].sort()]));
  }

  #plan(table: Table, budget: number, rootKey: boolean): TablePlan {
    const writer = new TableWriter(table, {
      naming: this.#naming,
      batchRows: this.#batchRows,
      sink: this.#sink,
    });
    const plan: TablePlan = {
      writer,
      shape: this.#shape("", budget),
      listShape: this.#shape("", budget - 1),
      rootKey,
    };
    this.#plans.set(table.name, plan);
    return plan;
  }

  #row(plan: TablePlan, record: JsonObject, link?: Link, shape = plan.shape): void {
    const row: SqlValue[] = [];
    const lists: [ListPlan, JsonValue[]][] = [];
    this.#fill(plan, shape, record, row, lists);
    const system = plan.system ??= this.#systemColumns(plan, link !== undefined);
    const id = this.#rowId(plan, row, system.id, link);
    if (link) {
      if (plan.rootKey) row[system.rootId] = link.rootId;
      row[system.parentId] = link.parentId;
      row[system.index] = link.index;
    } else {
      row[system.loadId] = this.#loadId;
    }
    plan.writer.push(row);
    const rootId = link?.rootId ?? id;
    for (const [list, items] of lists) this.#list(list.rows, items, rootId, id);
  }

  /** Flattens an object tree into a row: scalars first, then nested objects last first, as dlt's stack does. */
  #fill(
    plan: TablePlan,
    start: Shape,
    record: JsonObject,
    row: SqlValue[],
    lists: [ListPlan, JsonValue[]][],
  ): void {
    const { writer } = plan;
    const stack: [JsonObject, Shape][] = [[record, start]];
    for (let top = stack.pop(); top; top = stack.pop()) {
      const [object, shape] = top;
      for (const key in object) {
        const value = object[key];
        const known = shape.keys.get(key) ?? this.#key(shape, key);
        if (value === null || value === undefined) {
          if (known.place >= 0 && row[known.place] !== undefined) {
            this.#collide(writer, row, known, key, null);
          }
          continue;
        }
        if (typeof value === "object" && !(value instanceof Double) && this.#unfolds(writer, known, shape)) {
          if (Array.isArray(value)) {
            if (value.length) {
              lists.push([known.list ??= this.#listPlan(plan, known.name, shape.budget), value]);
            }
          } else {
            stack.push([value, known.object ??= this.#shape(known.name, shape.budget - 1)]);
          }
          continue;
        }
        if (known.type === undefined) this.#learn(writer, known, value);
        if (row[known.place] !== undefined) this.#collide(writer, row, known, key, value);
        else writer.put(row, known.place, known.type!, known.name, value);
      }
    }
  }

  #key(shape: Shape, key: string): KeyPlan {
    const own = this.#naming.path(key);
    const plan: KeyPlan = { name: shape.prefix ? this.#naming.join(shape.prefix, own) : own, place: -1 };
    // A free-form map with endless keys must not fill the memory with plans.
    if (shape.keys.size >= 50_000) shape.keys.clear();
    shape.keys.set(key, plan);
    return plan;
  }

  #shape(prefix: string, budget: number): Shape {
    return { prefix, budget, keys: new Map() };
  }

  /** Whether an object or list at this key becomes columns or rows, or stays one JSON value. */
  #unfolds(writer: TableWriter, key: KeyPlan, shape: Shape): boolean {
    return shape.budget > 0 &&
      (key.object !== undefined || key.list !== undefined || writer.type(writer.place(key.name)) !== "json");
  }

  /** Finds or makes the column of a key that has its first value. */
  #learn(writer: TableWriter, key: KeyPlan, value: Cell): void {
    // `set` on a throw-away row declares the column by dlt's rules.
    key.place = writer.set([], key.name, value);
    key.type = writer.type(key.place);
  }

  #collide(writer: TableWriter, row: SqlValue[], plan: KeyPlan, key: string, value: Cell | null): void {
    const column = `${writer.table.name}.${plan.name}`;
    const keys = this.#collisions.get(column) ?? new Set();
    if (keys.size < 10) this.#collisions.set(column, keys.add(key));
    row[plan.place] = undefined;
    if (value !== null) writer.put(row, plan.place, plan.type!, plan.name, value);
  }

  #systemColumns(plan: TablePlan, isChild: boolean): NonNullable<TablePlan["system"]> {
    const declare = (name: string, data_type: DataType, hints: Partial<Column> = {}) =>
      plan.writer.declare({ name, data_type, nullable: false, ...hints });
    const loadId = isChild ? -1 : declare("_dlt_load_id", "text");
    const rootId = isChild && plan.rootKey ? declare("_dlt_root_id", "text", { root_key: true }) : -1;
    const parentId = isChild ? declare("_dlt_parent_id", "text", { parent_key: true }) : -1;
    const index = isChild ? declare("_dlt_list_idx", "bigint") : -1;
    return {
      loadId,
      rootId,
      parentId,
      index,
      id: declare("_dlt_id", "text", { unique: true, row_key: true }),
    };
  }

  #rowId(plan: TablePlan, row: SqlValue[], place: number, link?: Link): string {
    const own = row[place];
    if (typeof own === "string" && own) return own;
    return row[place] = link ? nestedRowId(link.parentId, plan.writer.table.name, link.index) : randomRowId();
  }

  #listPlan(plan: TablePlan, name: string, budget: number): ListPlan {
    const parent = plan.writer.table;
    const tableName = this.#naming.join(parent.name, name);
    const existing = this.#plans.get(tableName);
    if (existing) return { rows: existing };
    let table = this.#schema.tables.get(tableName);
    if (!table) {
      table = { name: tableName, columns: new Map(), parent: parent.name };
      this.#schema.tables.set(tableName, table);
    }
    const rootKey = plan.rootKey || table.columns.has("_dlt_root_id");
    return { rows: this.#plan(table, budget - 1, rootKey) };
  }

  #list(plan: TablePlan, items: JsonValue[], rootId: string, parentId: string): void {
    for (let index = 0; index < items.length; index++) {
      const item = items[index];
      const link = { rootId, parentId, index };
      if (Array.isArray(item)) this.#row(plan, { list: item }, link, plan.listShape);
      else this.#row(plan, asObject(item), link);
    }
  }
}

/** What is no object becomes one, in the column `value`. */
function asObject(item: JsonValue): JsonObject {
  return item !== null && typeof item === "object" && !Array.isArray(item) && !(item instanceof Double)
    ? item
    : { value: item };
}
