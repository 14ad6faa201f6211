/**
 * Rows of one table in the making: gives each column its place, its type from the first value, and a
 * variant column to values that do not fit; hands rows on in batches.
 * @module
 */
import { type Cell, coerce, inferType, plainType } from "./coerce.ts";
import type { Naming } from "./naming.ts";
import type { Column, DataType, RowBatch, SqlValue, Table } from "./schema_types.ts";

/** What every column of such a name is, also where the name comes with the data. */
const SYSTEM_COLUMNS: Readonly<Record<string, Partial<Column>>> = {
  _dlt_id: { nullable: false, unique: true, row_key: true },
  _dlt_load_id: { nullable: false },
  _dlt_root_id: { nullable: false, root_key: true },
  _dlt_parent_id: { nullable: false, parent_key: true },
  _dlt_list_idx: { nullable: false },
};

/** A column that is found in the data. */
function foundColumn(name: string, data_type: DataType, hints?: Partial<Column>): Column {
  const known = Object.hasOwn(SYSTEM_COLUMNS, name) ? SYSTEM_COLUMNS[name] : undefined;
  return { name, data_type, nullable: true, ...known, ...hints };
}

/** Takes full batches; awaited, so that a slow destination slows the reading. */
export type BatchSink = (batch: RowBatch) => void;

/** Collects the rows of one table. */
export class TableWriter {
  readonly table: Table;
  readonly #naming: Naming;
  readonly #batchRows: number;
  readonly #sink: BatchSink;
  readonly #mayVary: boolean;
  readonly #places = new Map<string, number>();
  readonly #types: DataType[] = [];
  #rows: SqlValue[][] = [];
  /** Rows taken so far. */
  count = 0;

  /** @param options `mayVary`: values that do not fit get columns of their own; default true */
  constructor(
    table: Table,
    options: { naming: Naming; batchRows: number; sink: BatchSink; mayVary?: boolean },
  ) {
    this.table = table;
    this.#naming = options.naming;
    this.#batchRows = options.batchRows;
    this.#sink = options.sink;
    this.#mayVary = options.mayVary ?? true;
    this.#arrange();
  }

  /**
   * Gives places to columns that have a type, in the order in which they got it. Those that were only declared
   * wait behind them, so that a place is also the column's number in the table.
   */
  #arrange(): void {
    for (const column of [...this.table.columns.values()]) {
      if (!column.data_type) moveToEnd(this.table, column);
      else if (!this.#places.has(column.name)) this.#take(column);
    }
  }

  #take(column: Column): number {
    const place = this.#types.length;
    this.#places.set(column.name, place);
    this.#types.push(column.data_type!);
    return place;
  }

  /** The place of a column, or -1 while it has no type. */
  place(name: string): number {
    return this.#places.get(name) ?? -1;
  }

  /** The type of the column at a place; undefined while it has none. */
  type(place: number): DataType | undefined {
    return this.#types[place];
  }

  /** Adds a column of a type, completes one that was only declared, or finds the one that is there. */
  declare(name: string, data_type: DataType, hints?: Partial<Column>): number {
    if (!this.#places.has(name)) {
      const declared = this.table.columns.get(name);
      if (!declared?.data_type) {
        const column = { ...foundColumn(name, data_type, hints), ...declared, data_type };
        this.table.columns.delete(name);
        this.table.columns.set(name, column);
      }
      this.#arrange();
    }
    return this.place(name);
  }

  /** Finds the column of a value, or makes it by the value's type. */
  learn(name: string, value: Cell): number {
    const place = this.place(name);
    return place < 0 ? this.declare(name, inferType(value)) : place;
  }

  /** Puts a value into a typed column, or into its variant when it does not fit; false when it has no place. */
  put(row: SqlValue[], place: number, type: DataType, name: string, value: Cell): boolean {
    const stored = type === "text" && typeof value === "string" ? value : coerce(value, type);
    if (stored === undefined) return this.#putVariant(row, name, value);
    row[place] = stored;
    return true;
  }

  /** A variant that holds another type itself has variants, too: no value may stop a load. */
  #putVariant(row: SqlValue[], name: string, value: Cell): boolean {
    const variant = this.#naming.join(name, `v_${plainType(value)}`);
    let place = this.place(variant);
    if (place < 0) {
      if (!this.#mayVary) return false;
      place = this.declare(variant, inferType(value), { variant: true });
    }
    return this.put(row, place, this.#types[place], variant, value);
  }

  /** A row to fill, as long as the columns known so far: it need not grow with each value. */
  row(): SqlValue[] {
    return new Array(this.#types.length);
  }

  /** Takes a finished row. */
  push(row: SqlValue[]): void {
    this.#rows.push(row);
    this.count++;
    if (this.#rows.length >= this.#batchRows) this.flush();
  }

  /** Hands on what was collected. */
  flush(): void {
    if (!this.#rows.length) return;
    const rows = this.#rows;
    this.#rows = [];
    this.#sink({ table: this.table, rows });
  }
}

function moveToEnd(table: Table, column: Column): void {
  table.columns.delete(column.name);
  table.columns.set(column.name, column);
}
