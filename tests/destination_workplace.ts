/**
 * What the conformance cases work with: a temporary directory, sessions on one dataset in it, and tables and
 * loads in a few words.
 * @module
 */
import assert from "assert";
import type {
  Capabilities,
  Destination,
  Publication,
  Scope,
  Session,
  SqlRow,
  StateRow,
  TablePublication,
} from "../pipeline/destination.ts";
import type { ParameterSpecs, Resolved } from "../pipeline/parameters.ts";
import { Schema, SCHEMA_ENGINE_VERSION } from "../pipeline/schema.ts";
import type { Column, DataType, SqlValue, Table } from "../pipeline/schema_types.ts";

/** A destination and how to point it at a directory. */
export interface Subject<P extends ParameterSpecs> {
  readonly destination: Destination<P>;
  parameters(directory: string): Resolved<P>;
  /** Files that the engine below makes beside the data even to read it. */
  readonly companionFiles?: RegExp;
}

/** Rows by column name; `_dlt_load_id` and `_dlt_id` are filled in. */
export type Row = Record<string, SqlValue>;

/** What a load does to one root table. */
export interface Part extends Partial<Omit<TablePublication, "table" | "children">> {
  readonly table: Table;
  readonly rows?: Row[];
  readonly children?: readonly { readonly table: Table; readonly rows?: Row[] }[];
}

/** The dataset that all cases use. */
export const DATASET = "conformance_data";
/** The pipeline that all cases use. */
export const PIPELINE = "conformance";
const START = Date.UTC(2024, 0, 1);

type Columns = Record<string, DataType | Omit<Column, "name">>;

/** A table with its system columns: a child when `hints` names a parent. */
export function table(name: string, columns: Columns, hints: Omit<Partial<Table>, "columns"> = {}): Table {
  const system: Columns = hints.parent
    ? { _dlt_root_id: { data_type: "text", root_key: true }, _dlt_parent_id: "text", _dlt_list_idx: "bigint" }
    : { _dlt_load_id: "text" };
  const all: Columns = { ...columns, ...system, _dlt_id: "text" };
  return {
    name,
    columns: new Map(
      Object.entries(all).map(([column, type]) => [
        column,
        { name: column, ...(typeof type === "string" ? { data_type: type } : type) },
      ]),
    ),
    ...hints,
  };
}

/** Rows of a child table for one root row. */
export function childRows(rootId: string, ...values: string[]): Row[] {
  return values.map((value, index) => ({
    value,
    _dlt_root_id: rootId,
    _dlt_parent_id: rootId,
    _dlt_list_idx: index,
    _dlt_id: `${rootId}.${value}`,
  }));
}

/** A scope from a list of keys and whether each was walked. */
export function scope(columns: string[], keys: [string[], boolean][], complete: boolean): Scope {
  return {
    columns,
    complete,
    async *keys() {
      for (const [key, walked] of keys) yield { key, walked };
    },
  };
}

/** One dataset in a temporary directory. */
export class Workplace implements AsyncDisposable {
  readonly directory: string;
  readonly #open: (directory: string, readOnly: boolean) => Promise<Session>;
  readonly #companionFiles: RegExp;
  readonly #schema = new Schema(PIPELINE);
  #loads = 0;
  #ids = 0;

  private constructor(
    directory: string,
    companionFiles: RegExp,
    open: (directory: string, readOnly: boolean) => Promise<Session>,
  ) {
    this.directory = directory;
    this.#companionFiles = companionFiles;
    this.#open = open;
  }

  static async create<P extends ParameterSpecs>(subject: Subject<P>): Promise<Workplace> {
    const directory = await Deno.makeTempDir({ prefix: "sluice_destination_" });
    return new Workplace(
      directory,
      subject.companionFiles ?? /^$/,
      (place, readOnly) =>
        subject.destination.open(subject.parameters(place), {
          pipelineName: PIPELINE,
          datasetName: DATASET,
          workingDirectory: directory,
          readOnly,
        }),
    );
  }

  /** Opens the dataset. */
  open(options: { readOnly?: boolean; directory?: string } = {}): Promise<Session> {
    return this.#open(options.directory ?? this.directory, options.readOnly ?? false);
  }

  /** Loads in a session of its own. Returns the load id. */
  async load(parts: readonly Part[], state?: string): Promise<string> {
    await using session = await this.open();
    return await this.loadIn(session, parts, state);
  }

  /** Loads in a session. */
  async loadIn(session: Session, parts: readonly Part[], state?: string): Promise<string> {
    const publication = this.publication(parts, state);
    await using load = await session.begin(publication);
    await load.migrate(tablesOf(parts));
    await this.write(load, parts, publication.loadId);
    await load.publish(publication);
    return publication.loadId;
  }

  /** Drops tables in a session of its own. */
  async drop(names: readonly string[], state?: string): Promise<void> {
    await using session = await this.open();
    for (const name of names) this.#schema.tables.delete(name);
    const publication = this.publication([], state);
    await using load = await session.begin(publication);
    await load.drop(names);
    await load.publish(publication);
  }

  /** Writes the rows of all parts. */
  async write(
    load: { write(batch: { table: Table; rows: SqlValue[][] }): Promise<void> },
    parts: readonly Part[],
    loadId: string,
  ): Promise<void> {
    for (const { table, rows = [] } of parts.flatMap((part) => [part, ...part.children ?? []])) {
      if (!rows.length) continue;
      await load.write({ table, rows: rows.map((row) => this.#toArray(table, row, loadId)) });
    }
  }

  #toArray(table: Table, row: Row, loadId: string): SqlValue[] {
    const full: Row = { _dlt_load_id: loadId, _dlt_id: `id${this.#ids++}`, ...row };
    return [...table.columns.keys()].map((name) => full[name]);
  }

  /** What the next load publishes: ids and times rise, the schema goes along when it changed. */
  publication(parts: readonly Part[], state?: string): Publication {
    for (const table of tablesOf(parts)) this.#schema.tables.set(table.name, table);
    const isNew = this.#schema.bump();
    const number = ++this.#loads;
    return {
      loadId: `${START / 1000 + number}.5`,
      schemaName: PIPELINE,
      schemaVersionHash: this.#schema.hash,
      insertedAt: START + number * 1000,
      tables: parts.map(({ table, children = [], replaceAll = false, strategy, scope, disposition }) => ({
        table,
        children: children.map((child) => child.table.name),
        disposition: disposition ?? table.write_disposition ?? "append",
        strategy: strategy ?? table["x-merge-strategy"],
        replaceAll,
        scope,
      })),
      version: isNew ? this.#versionRow() : undefined,
      state: state === undefined ? undefined : stateRow(state, number),
    };
  }

  #versionRow() {
    return {
      version: this.#schema.version,
      engineVersion: SCHEMA_ENGINE_VERSION,
      schemaName: PIPELINE,
      versionHash: this.#schema.hash,
      schema: this.#schema.toText(),
    };
  }

  /** The schema document as last published. */
  get schemaText(): string {
    return this.#schema.toText();
  }

  /** Rows of a query, in a session that only reads. */
  async rows(sql: string): Promise<SqlRow[]> {
    await using session = await this.open({ readOnly: true });
    return (await session.query(sql)).rows;
  }

  /** Asserts what a query answers. */
  async expect(sql: string, rows: SqlRow[]): Promise<void> {
    assert.deepEqual(await this.rows(sql), rows, sql);
  }

  /** All paths below the directory, sorted, without companion files. */
  async tree(directory = this.directory): Promise<string[]> {
    const paths: string[] = [];
    for await (const { name, isDirectory } of Deno.readDir(directory)) {
      if (!this.#companionFiles.test(name)) paths.push(`${directory}/${name}`);
      if (isDirectory) paths.push(...await this.tree(`${directory}/${name}`));
    }
    return paths.sort();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.directory, { recursive: true });
  }
}

function tablesOf(parts: readonly Part[]): Table[] {
  return parts.flatMap((part) => [part.table, ...(part.children ?? []).map((child) => child.table)]);
}

function stateRow(state: string, number: number): StateRow {
  return {
    version: number,
    engineVersion: 4,
    pipelineName: PIPELINE,
    state,
    versionHash: btoa(`state ${number}`),
    dltId: `state${number}`,
  };
}

/** One named case of the suite. */
export interface Case {
  readonly name: string;
  /** Why a destination cannot take the case; undefined when it can. */
  readonly skip?: (capabilities: Capabilities) => string | undefined;
  run(place: Workplace, capabilities: Capabilities): Promise<void>;
}
