/**
 * What contracts kept out of the tables of one load: counted by table, and kept in a table of its own where
 * that is asked for.
 * @module
 */
import type { Cell } from "./coerce.ts";
import { changeOf, type Violation } from "./contracts.ts";
import { ConfigError } from "./errors.ts";
import { type JsonObject, type JsonValue, stringifyJson } from "./json.ts";
import type { Naming } from "./naming.ts";
import { randomRowId } from "./row_ids.ts";
import type { Schema } from "./schema.ts";
import type { Column, RowBatch, SqlValue, Table } from "./schema_types.ts";
import { TableWriter } from "./table_writer.ts";

/** How much was kept out of a table. */
export interface Discarded {
  readonly rows: number;
  readonly values: number;
}

/** A value that a contract did not let pass. */
export interface Refused {
  readonly violation: Violation;
  readonly value: Cell;
}

/** What is kept of a resource, and where. */
export interface Keeping {
  readonly resource: string;
  /** The raw name of the table for what is kept out; undefined where it is only counted. */
  readonly table?: string;
}

/** The name of the table for rejected rows where a setting says no more than true. */
export const REJECTED_TABLE = "rejected_rows";

/** The table that a setting names; undefined where nothing is to be kept. */
export function rejectedTableName(setting: boolean | string | null | undefined): string | undefined {
  return setting === true ? REJECTED_TABLE : setting || undefined;
}

/** Takes what is kept out. */
export class Discards {
  readonly #options: DiscardOptions;
  readonly #counts = new Map<string, { rows: number; values: number }>();
  readonly #writers = new Map<string, TableWriter>();
  /** The resource whose records are at hand. */
  keeping: Keeping = { resource: "" };

  constructor(options: DiscardOptions) {
    this.#options = options;
  }

  /** Whether a row stays of which values were refused; notes what does not. */
  stays(refused: readonly Refused[], record: JsonObject): boolean {
    const fatal = refused.find(({ violation }) => violation.mode === "discard_row");
    if (fatal) this.row(fatal.violation, record);
    else for (const each of refused) this.#value(each);
    return fatal === undefined;
  }

  /** A row, with all that is below it. */
  row(violation: Violation, record: JsonValue): void {
    this.#count(violation.table).rows++;
    this.#keep(violation, record);
  }

  #value({ violation, value }: Refused): void {
    this.#count(violation.table).values++;
    this.#keep(violation, { [violation.column!]: value });
  }

  /** What was kept out, by table. */
  counts(): Record<string, Discarded> {
    return Object.fromEntries(this.#counts);
  }

  /** Rows in tables for what was kept out. */
  kept(): Record<string, number> {
    return Object.fromEntries([...this.#writers.values()].map(({ table, count }) => [table.name, count]));
  }

  /** The tables for what was kept out. */
  tables(): Table[] {
    return [...this.#writers.values()].map(({ table }) => table);
  }

  /** Hands on the rows still held. */
  flush(): void {
    for (const writer of this.#writers.values()) writer.flush();
  }

  #count(table: string): { rows: number; values: number } {
    const known = this.#counts.get(table) ?? { rows: 0, values: 0 };
    this.#counts.set(table, known);
    return known;
  }

  #keep(violation: Violation, record: JsonValue): void {
    const { table, resource } = this.keeping;
    if (table === undefined) return;
    const { entity, mode, column } = violation;
    const reason = `cannot ${changeOf(violation)}: the contract for ${entity} is "${mode}"`;
    const { loadId } = this.#options;
    const values: Record<string, SqlValue> = {
      reason,
      entity,
      mode,
      resource_name: resource,
      table_name: violation.table,
      column_name: column,
      record: stringifyJson(record),
      _dlt_load_id: loadId,
      _dlt_id: randomRowId(),
    };
    const writer = this.#writer(table);
    const row: SqlValue[] = [];
    for (const [name, value] of Object.entries(values)) row[writer.place(name)] = value;
    writer.push(row);
  }

  #writer(raw: string): TableWriter {
    const { schema, naming, batchRows, sink } = this.#options;
    const name = naming.path(raw);
    let writer = this.#writers.get(name);
    if (!writer) {
      writer = new TableWriter(rejectedTable(schema, name), { naming, batchRows, sink });
      this.#writers.set(name, writer);
    }
    return writer;
  }
}

/** Where rejected rows go, and what they bear. */
export interface DiscardOptions {
  readonly schema: Schema;
  readonly naming: Naming;
  readonly loadId: string;
  readonly batchRows: number;
  readonly sink: (batch: RowBatch) => void;
}

const COLUMNS: readonly Column[] = [
  { name: "reason", data_type: "text", nullable: false },
  { name: "entity", data_type: "text", nullable: false },
  { name: "mode", data_type: "text", nullable: false },
  { name: "resource_name", data_type: "text", nullable: false },
  { name: "table_name", data_type: "text", nullable: false },
  { name: "column_name", data_type: "text", nullable: true },
  { name: "record", data_type: "json", nullable: true },
  { name: "_dlt_load_id", data_type: "text", nullable: false },
  { name: "_dlt_id", data_type: "text", nullable: false, unique: true, row_key: true },
];

/** Finds or makes a table for rejected rows. */
function rejectedTable(schema: Schema, name: string): Table {
  const known = schema.tables.get(name);
  if (known && !known["x-rejected"]) {
    throw new ConfigError(`Cannot keep rejected rows in table "${name}": it holds other rows`, {
      code: "rejected-table-taken",
      at: { table: name },
      next: "give rejected_table another name",
    });
  }
  if (known) return known;
  const table: Table = {
    name,
    columns: new Map(COLUMNS.map((column) => [column.name, { ...column }])),
    write_disposition: "append",
    resource: name,
    description: "What schema contracts kept out of other tables",
    "x-rejected": true,
  };
  schema.tables.set(name, table);
  return table;
}
