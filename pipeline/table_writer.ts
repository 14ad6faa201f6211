/**
 * Rows of one table in the making: gives each column its place, its type from the first value, and a
 * variant column to values that do not fit; hands rows on in batches.
 * @module
 */
import { type Cell, coerce, inferType, plainType } from "./coerce.ts";
import { NormalizeError } from "./errors.ts";
import type { Naming } from "./naming.ts";
import type { Column, DataType, RowBatch, SqlValue, Table } from "./schema_types.ts";

/** Takes full batches; awaited, so that a slow destination slows the reading. */
export type BatchSink = (batch: RowBatch) => void;

/** Collects the rows of one table. */
export class TableWriter {
  readonly table: Table;
  readonly #naming: Naming;
  readonly #batchRows: number;
  readonly #sink: BatchSink;
  readonly #places = new Map<string, number>();
  readonly #types: (DataType | undefined)[] = [];
  #rows: SqlValue[][] = [];
  /** Rows taken so far. */
  count = 0;

  constructor(table: Table, options: { naming: Naming; batchRows: number; sink: BatchSink }) {
    this.table = table;
    this.#naming = options.naming;
    this.#batchRows = options.batchRows;
    this.#sink = options.sink;
    for (const column of table.columns.values()) this.#take(column);
  }

  #take(column: Column): number {
    const place = this.#types.length;
    this.#places.set(column.name, place);
    this.#types.push(column.data_type);
    return place;
  }

  /** The place of a column, or -1 while it has never had a value. */
  place(name: string): number {
    return this.#places.get(name) ?? -1;
  }

  /** The type of the column at a place; undefined while it has never had a value. */
  type(place: number): DataType | undefined {
    return this.#types[place];
  }

  /** Adds a column of known type, or completes one that was only declared. */
  declare(column: Column): number {
    const place = this.place(column.name);
    if (place < 0) {
      this.table.columns.set(column.name, column);
      return this.#take(column);
    }
    if (this.#types[place] === undefined && column.data_type) {
      this.table.columns.get(column.name)!.data_type = column.data_type;
      this.#types[place] = column.data_type;
    }
    return place;
  }

  /** Puts a value into a row and returns the column's place. */
  set(row: SqlValue[], name: string, value: Cell): number {
    let place = this.place(name);
    let type = this.#types[place];
    if (type === undefined) {
      type = inferType(value);
      place = this.declare({ name, data_type: type, nullable: true });
    }
    this.put(row, place, type, name, value);
    return place;
  }

  /** Puts a value into a typed column, or into its variant when it does not fit. */
  put(row: SqlValue[], place: number, type: DataType, name: string, value: Cell): void {
    const stored = type === "text" && typeof value === "string" ? value : coerce(value, type);
    if (stored !== undefined) row[place] = stored;
    else this.#setVariant(row, name, value);
  }

  #setVariant(row: SqlValue[], name: string, value: Cell): void {
    const type = plainType(value);
    const variant = this.#naming.join(name, `v_${type}`);
    const place = this.declare({ name: variant, data_type: type, nullable: true, variant: true });
    const stored = coerce(value, this.#types[place]!);
    if (stored === undefined) {
      throw new NormalizeError(
        `Cannot store a ${type} value: column "${variant}" holds ${
          this.#types[place]
        }, and "${name}" another type`,
        {
          code: "variant-conflict",
          at: { table: this.table.name, column: name },
          next: `declare the type of "${name}" in the resource's columns`,
        },
      );
    }
    row[place] = stored;
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
