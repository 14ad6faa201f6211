/**
 * The schema of a dataset: its tables, its version and hash, and the document that dlt and Sluice both
 * store in `_dlt_version` and can both read.
 * @module
 */
import { createHash } from "node:crypto";
import { StateError } from "./errors.ts";
import { canonicalJson, isJsonObject, type JsonObject, parseJson, stringifyJson } from "./json.ts";
import type { Column, DataType, Table } from "./schema_types.ts";
import { followsRoot } from "./table_hints.ts";

/** Version of the document's layout; dlt 1.26 writes and reads this one. */
export const SCHEMA_ENGINE_VERSION = 11;
const KEPT_HASHES = 10;

/** The bookkeeping tables and their columns, which every dataset has. */
export const SYSTEM_TABLES = {
  version: "_dlt_version",
  loads: "_dlt_loads",
  state: "_dlt_pipeline_state",
} as const;

function column(name: string, data_type: DataType, hints: Partial<Column> = {}): Column {
  return { name, data_type, nullable: false, ...hints };
}

function systemTable(name: string, columns: Column[], hints: Partial<Table> & JsonObject): Table {
  return {
    name,
    columns: new Map(columns.map((each) => [each.name, each])),
    resource: name,
    ...hints,
  } as Table;
}

/** A fresh description of the three bookkeeping tables. */
export function systemTables(): Table[] {
  return [
    systemTable(SYSTEM_TABLES.version, [
      column("version", "bigint"),
      column("engine_version", "bigint"),
      column("inserted_at", "timestamp"),
      column("schema_name", "text"),
      column("version_hash", "text"),
      column("schema", "text"),
    ], { write_disposition: "skip", description: "Created by DLT. Tracks schema updates" }),
    systemTable(SYSTEM_TABLES.loads, [
      column("load_id", "text", { precision: 64 }),
      column("schema_name", "text", { nullable: true }),
      column("status", "bigint"),
      column("inserted_at", "timestamp"),
      column("schema_version_hash", "text", { nullable: true }),
    ], { write_disposition: "skip", description: "Created by DLT. Tracks completed loads" }),
    systemTable(SYSTEM_TABLES.state, [
      column("version", "bigint"),
      column("engine_version", "bigint"),
      column("pipeline_name", "text"),
      column("state", "text"),
      column("created_at", "timestamp"),
      column("version_hash", "text", { nullable: true }),
      column("_dlt_load_id", "text", { precision: 64 }),
      column("_dlt_id", "text", { unique: true, row_key: true }),
    ], { write_disposition: "append", file_format: "preferred", "x-normalizer": { "seen-data": true } }),
  ];
}

const DEFAULT_SETTINGS = {
  detections: ["iso_timestamp"],
  default_hints: {
    not_null: ["_dlt_id", "_dlt_root_id", "_dlt_parent_id", "_dlt_list_idx", "_dlt_load_id"],
    parent_key: ["_dlt_parent_id"],
    root_key: ["_dlt_root_id"],
    unique: ["_dlt_id"],
    row_key: ["_dlt_id"],
  },
};

/** Tables of one dataset under one name, with the history of their hashes. */
export class Schema {
  readonly name: string;
  readonly tables: Map<string, Table> = new Map();
  version = 1;
  hash = "";
  previousHashes: string[] = [];
  settings: JsonObject = structuredClone(DEFAULT_SETTINGS);
  /** How records become rows: `max_nesting` where tables say nothing, and whose children carry their root's key. */
  normalizer: JsonObject = {};

  /** Whether children carry the key of their root row: all, none, or as their disposition needs it. */
  get rootKey(): boolean | undefined {
    const given = this.normalizer.root_key_propagation;
    return typeof given === "boolean" ? given : undefined;
  }

  set rootKey(wanted: boolean | undefined) {
    if (wanted === undefined) delete this.normalizer.root_key_propagation;
    else this.normalizer.root_key_propagation = wanted;
  }

  constructor(name: string) {
    this.name = name;
    for (const table of systemTables()) this.tables.set(table.name, table);
  }

  /** Reads a stored document. @throws {StateError} when it is no schema document */
  static parse(text: string): Schema {
    let document: unknown;
    try {
      document = parseJson(text);
    } catch (cause) {
      throw new StateError("Cannot read the stored schema: the document is not JSON", {
        code: "schema-corrupt",
        cause,
      });
    }
    if (!isJsonObject(document) || typeof document.name !== "string" || !isJsonObject(document.tables)) {
      throw new StateError("Cannot read the stored schema: the document has no name or tables", {
        code: "schema-corrupt",
      });
    }
    const schema = new Schema(document.name);
    const system = [...schema.tables];
    schema.tables.clear();
    for (const [name, stored] of Object.entries(document.tables)) {
      schema.tables.set(name, readTable(name, stored));
    }
    for (const [name, table] of system) if (!schema.tables.has(name)) schema.tables.set(name, table);
    schema.version = Number(document.version ?? 1);
    schema.hash = String(document.version_hash ?? "");
    schema.previousHashes = Array.isArray(document.previous_hashes)
      ? document.previous_hashes.map(String)
      : [];
    if (isJsonObject(document.settings)) schema.settings = document.settings;
    schema.normalizer = objectAt(objectAt(objectAt(document, "normalizers"), "json"), "config");
    return schema;
  }

  /** Raises the version when the content changed since the last call. Returns whether it did. */
  bump(): boolean {
    const hash = this.#contentHash();
    if (hash === this.hash) return false;
    if (this.hash) {
      this.previousHashes = [this.hash, ...this.previousHashes].slice(0, KEPT_HASHES);
      this.version += 1;
    }
    this.hash = hash;
    return true;
  }

  /** The document as it is stored. */
  toText(): string {
    return stringifyJson({
      version: this.version,
      version_hash: this.hash,
      ...this.#content(),
      previous_hashes: this.previousHashes,
    });
  }

  /** Whether children of a root table carry its key; they do so once it was merged, whatever comes later. */
  propagates(root: string): boolean {
    return Object.hasOwn(objectAt(objectAt(this.normalizer, "propagation"), "tables"), root);
  }

  /** Names of all descendants of a table, parents before children. */
  descendants(root: string): string[] {
    const names = new Set([root]);
    // Nearly always one pass finds them all; only a table that hints made may stand before its parent.
    for (let found = 0; found < names.size;) {
      found = names.size;
      for (const { name, parent } of this.tables.values()) if (parent && names.has(parent)) names.add(name);
    }
    return [...names].slice(1);
  }

  #content(): JsonObject {
    const config = this.#normalizerConfig();
    return {
      engine_version: SCHEMA_ENGINE_VERSION,
      name: this.name,
      tables: Object.fromEntries([...this.tables.values()].map((table) => [table.name, writeTable(table)])),
      settings: this.settings,
      normalizers: {
        names: "snake_case",
        json: {
          module: "dlt.common.normalizers.json.relational",
          ...(Object.keys(config).length && { config }),
        },
      },
    };
  }

  #normalizerConfig(): JsonObject {
    const { propagation: _, ...config } = this.normalizer;
    const roots = [...this.tables.values()].filter((table) => this.#handsDown(table));
    const tables = Object.fromEntries(roots.map(({ name }) => [name, { _dlt_id: "_dlt_root_id" }]));
    return roots.length ? { ...config, propagation: { tables } } : config;
  }

  #handsDown(table: Table): boolean {
    if (table.parent !== undefined || isSystemName(table.name)) return false;
    return this.rootKey ?? (followsRoot(table) || this.propagates(table.name));
  }

  #contentHash(): string {
    const hash = createHash("sha3-256").update(canonicalJson(this.#content()));
    for (const name of [...this.tables.keys()].sort()) {
      hash.update(name);
      for (const columnName of this.tables.get(name)!.columns.keys()) hash.update(columnName);
    }
    return hash.digest("base64");
  }
}

function isSystemName(name: string): boolean {
  return Object.values(SYSTEM_TABLES).some((each) => each === name);
}

function objectAt(parent: JsonObject, key: string): JsonObject {
  const found = parent[key];
  return isJsonObject(found) ? found : {};
}

function readTable(name: string, stored: unknown): Table {
  if (!isJsonObject(stored) || !isJsonObject(stored.columns)) {
    throw new StateError(`Cannot read the stored schema: table "${name}" has no columns`, {
      code: "schema-corrupt",
    });
  }
  const columns = new Map(
    Object.entries(stored.columns).map(([key, value]) => [key, { ...value as object, name: key }]),
  );
  return { ...stored, name, columns } as unknown as Table;
}

function writeTable(table: Table): JsonObject {
  return {
    ...table as unknown as JsonObject,
    columns: Object.fromEntries(table.columns) as unknown as JsonObject,
  };
}
