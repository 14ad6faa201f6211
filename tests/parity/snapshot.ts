/**
 * A database as it is compared: what is random or depends on the clock is replaced by what it stands for,
 * and rows become trees, so that each row is found by its place. Everything else stays as it is.
 * @module
 */
import { inflateSync } from "node:zlib";
import { isJsonObject, type JsonObject, type JsonValue, parseJson } from "../../pipeline/json.ts";
import { SYSTEM_TABLES } from "../../pipeline/schema.ts";
import type { CaseDestination } from "./case.ts";
import type { RawRun, RawTable, RawTables } from "./raw.ts";
import { type Links, rowTrees } from "./row_trees.ts";

/** One run's database, comparable. */
export interface Snapshot {
  /** Whether the run ended with an error. */
  readonly failed: boolean;
  readonly tables: Readonly<Record<string, TableSnapshot>>;
  /** Rows whose parent is not there, by table. */
  readonly orphans: JsonObject;
  /** Settings, normalizers and bookkeeping tables of the stored schema. */
  readonly schema: JsonObject;
  /** The three bookkeeping tables: their columns, and what their rows say. */
  readonly system: JsonObject;
  /** The pipeline state, decoded. */
  readonly state: JsonValue;
}

/** One table of data. */
export interface TableSnapshot {
  /** What the schema says of the table as a whole. */
  readonly hints: JsonObject;
  /** Columns of the schema that have a type, in order. */
  readonly order: readonly string[];
  readonly columns: Readonly<Record<string, JsonObject>>;
  /** Columns of the database, in order. */
  readonly stored: readonly string[];
  /** Declared types of the database. */
  readonly declared: Readonly<Record<string, string>>;
  readonly count: number;
  /** Rows of a root table with their children below them. */
  readonly rows: readonly JsonObject[];
}

// They say when and how often a document was changed on the way, not what is in it.
const NOT_COMPARED = new Set(["version", "version_hash", "previous_hashes", "imported_version_hash"]);
/** A comparison takes minutes. */
const NEAR_MS = 3_600_000;
const STATE_NOT_COMPARED = new Set(["_version_hash"]);

/** How a case is compared. */
export interface SnapshotOptions {
  /** Row ids are compared as they are. */
  readonly literalIds: boolean;
  /** Types are compared in SQLite only. DuckDB is called otherwise in the state, and so is its dataset. */
  readonly destination: CaseDestination;
}

/** Makes a run's database comparable. */
export function snapshot(run: RawRun, { literalIds, destination }: SnapshotOptions): Snapshot {
  const raw = destination === "sqlite" ? run.tables : withoutTypes(run.tables);
  const schema = storedSchema(raw);
  const loads = loadLabels(raw);
  const tables = isJsonObject(schema.tables) ? schema.tables : {};
  const links: Links = { literalIds, loads, parentOf: (name) => parentOf(tables, name) };
  const dataTables = Object.fromEntries(Object.entries(raw).filter(([name]) => !isSystem(name)));
  const { roots, orphans } = rowTrees(dataTables, links);
  const names = new Set([
    ...Object.keys(tables).filter((name) => !isSystem(name)),
    ...Object.keys(dataTables),
  ]);
  return {
    failed: run.error !== undefined,
    tables: Object.fromEntries(
      [...names].sort().map((name) => [name, tableSnapshot(tables[name], raw[name], roots[name])]),
    ),
    orphans,
    schema: schemaRest(schema, tables),
    system: system(raw, loads),
    state: storedState(raw, destination),
  };
}

function withoutTypes(raw: RawTables): RawTables {
  return Object.fromEntries(
    Object.entries(raw).map(([name, { columns, rows }]) => [
      name,
      { columns: columns.map(([column, , notNull]) => [column, "", notNull] as const), rows },
    ]),
  );
}

function isSystem(name: string): boolean {
  return (Object.values(SYSTEM_TABLES) as string[]).includes(name);
}

function parentOf(tables: JsonObject, name: string): string | undefined {
  const table = tables[name];
  return isJsonObject(table) && typeof table.parent === "string" ? table.parent : undefined;
}

function tableSnapshot(
  schema: JsonValue | undefined,
  raw: RawTable | undefined,
  rows: readonly JsonObject[] = [],
): TableSnapshot {
  const { name: _name, columns, ...hints } = isJsonObject(schema) ? schema : {} as JsonObject;
  const known = isJsonObject(columns) ? columns : {};
  return {
    hints,
    order: Object.keys(known).filter((key) => (known[key] as JsonObject).data_type !== undefined),
    columns: Object.fromEntries(
      Object.entries(known).map(([key, column]) => {
        const { name: _, ...rest } = isJsonObject(column) ? column : {} as JsonObject;
        return [key, rest];
      }),
    ),
    stored: raw?.columns.map(([column]) => column) ?? [],
    declared: declared(raw),
    count: raw?.rows.length ?? 0,
    rows,
  };
}

function declared(raw: RawTable | undefined): Record<string, string> {
  return Object.fromEntries(
    raw?.columns.map(([column, type, notNull]) => [column, `${type}${notNull ? " NOT NULL" : ""}`.trim()]) ??
      [],
  );
}

/** Rows of a table as objects. */
function objects(raw: RawTable | undefined): JsonObject[] {
  return raw?.rows.map((row) => Object.fromEntries(row.map((value, at) => [raw.columns[at][0], value]))) ??
    [];
}

/** Load ids in the order of their loads, as `load 1`, `load 2`. */
function loadLabels(raw: RawTables): Map<string, string> {
  const ids = objects(raw[SYSTEM_TABLES.loads]).map(({ load_id }) => String(load_id));
  ids.sort((left, right) => Number(left) - Number(right));
  return new Map(ids.map((id, index) => [id, `load ${index + 1}`]));
}

function storedSchema(raw: RawTables): JsonObject {
  const newest = objects(raw[SYSTEM_TABLES.version]).at(-1)?.schema;
  if (typeof newest !== "string") return {};
  const text = newest.startsWith("{") ? newest : inflateSync(Uint8Array.fromBase64(newest)).toString();
  return parseJson(text) as JsonObject;
}

function storedState(raw: RawTables, destination: string): JsonValue {
  const newest = objects(raw[SYSTEM_TABLES.state]).at(-1)?.state;
  if (typeof newest !== "string") return null;
  const state = parseJson(inflateSync(Uint8Array.fromBase64(newest)).toString());
  if (!isJsonObject(state)) return state;
  const entries = Object.entries(state).filter(([key]) => !STATE_NOT_COMPARED.has(key));
  const shown = sortedHashes(Object.fromEntries(entries)) as JsonObject;
  return destination === "duckdb" ? { ...shown, dataset_name: "", destination_type: "" } : shown;
}

/** Hashes of a cursor's boundary are a set, and stand in any order. */
function sortedHashes(value: JsonValue, key = ""): JsonValue {
  if (Array.isArray(value)) {
    return key === "unique_hashes" ? value.map(String).sort() : value.map((each) => sortedHashes(each));
  }
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, sortedHashes(each, name)]));
}

function schemaRest(schema: JsonObject, tables: JsonObject): JsonObject {
  const rest = Object.entries(schema).filter(([key]) => key !== "tables" && !NOT_COMPARED.has(key));
  const systemTables = Object.entries(tables).filter(([name]) => isSystem(name))
    .map(([name, table]): [string, JsonValue] => [
      name,
      { ...table as JsonObject, order: Object.keys((table as JsonObject).columns as JsonObject) },
    ]);
  return { ...Object.fromEntries(rest), tables: Object.fromEntries(systemTables) };
}

function system(raw: RawTables, loads: ReadonlyMap<string, string>): JsonObject {
  const label = (id: JsonValue) => loads.get(String(id)) ?? "load ?";
  const { version, loads: loadsTable, state } = SYSTEM_TABLES;
  const versions = objects(raw[version]);
  const hashes = new Set(versions.map(({ version_hash }) => version_hash));
  const loadIds = [...loads.keys()];
  const rows: Record<string, JsonValue[]> = {
    [version]: versions.map((row) => ({
      ...pick(row, ["engine_version", "schema_name"]),
      inserted_at: loadIds.some((id) => isNear(row.inserted_at, id)) || !loadIds.length,
    })),
    [loadsTable]: objects(raw[loadsTable]).map((row) => ({
      ...pick(row, ["schema_name", "status"]),
      load_id: label(row.load_id),
      inserted_at: isNear(row.inserted_at, String(row.load_id)),
      hash_is_known: hashes.has(row.schema_version_hash),
    })),
    [state]: objects(raw[state]).map((row) => ({
      ...pick(row, ["version", "engine_version", "pipeline_name"]),
      load_id: label(row._dlt_load_id),
      created_at: isNear(row.created_at, String(row._dlt_load_id)),
    })),
  };
  return Object.fromEntries(
    Object.entries(rows).map(([name, each]) => [
      name,
      {
        declared: declared(raw[name]),
        order: raw[name]?.columns.map(([column]) => column) ?? [],
        rows: each,
      },
    ]),
  );
}

/** Whether a stored moment is in the right form and about when a load was. */
function isNear(moment: JsonValue, loadId: string): boolean {
  if (!/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}$/.test(String(moment))) return false;
  const ms = Date.parse(`${String(moment).slice(0, 23).replace(" ", "T")}Z`);
  return Math.abs(ms - Number(loadId) * 1000) < NEAR_MS;
}

function pick(row: JsonObject, keys: readonly string[]): JsonObject {
  return Object.fromEntries(keys.map((key) => [key, row[key] ?? null]));
}
