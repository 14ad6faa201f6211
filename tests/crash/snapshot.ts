/**
 * All that a dataset holds, in a form in which two datasets can be compared: rows with the rows below them, without
 * what is different in every run, and the state.
 * @module
 */
import { inflateSync } from "node:zlib";
import { pipeline } from "../../mod.ts";
import { Schema } from "../../pipeline/schema.ts";

/** The content of a dataset. */
export interface Snapshot {
  /** Root tables: each row with its children as text, sorted. */
  readonly tables: Readonly<Record<string, readonly string[]>>;
  /** Row ids of each table, sorted. */
  readonly ids: Readonly<Record<string, readonly string[]>>;
  readonly columns: Readonly<Record<string, readonly string[]>>;
  readonly state: unknown;
  readonly loads: number;
  /** What cannot be right in any dataset. */
  readonly problems: readonly string[];
}

type Row = Record<string, unknown>;

/** Takes the content of a pipeline's dataset; undefined when there is none. */
export async function snapshot(
  projectDirectory: string,
  { pipelineName, destination }: { pipelineName: string; destination: string },
): Promise<Snapshot | undefined> {
  const place = pipeline({ pipelineName, destination, projectDirectory });
  const select = async (sql: string): Promise<Row[]> => {
    const { columns, rows } = await place.query(sql);
    return rows.map((row) => Object.fromEntries(row.map((value, at) => [columns[at]!, value])));
  };
  let loads: Row[];
  try {
    loads = await select("SELECT load_id FROM _dlt_loads");
  } catch {
    return undefined;
  }
  const versions = await select("SELECT version, schema FROM _dlt_version ORDER BY version DESC");
  const schema = versions.length ? Schema.parse(String(versions[0]!.schema)) : new Schema("none");
  const problems: string[] = [];
  const rows = new Map<string, Row[]>();
  for (const { name, columns } of schema.tables.values()) {
    const isStored = [...columns.values()].some(({ data_type }) => data_type);
    if (!name.startsWith("_dlt") && isStored) rows.set(name, await select(`SELECT * FROM "${name}"`));
  }
  const loadIds = new Set(loads.map(({ load_id }) => load_id));
  if (loadIds.size < loads.length) problems.push("a load id twice in _dlt_loads");
  const tables: Record<string, string[]> = {};
  const ids: Record<string, string[]> = {};
  for (const [name, all] of rows) {
    const { parent } = schema.tables.get(name)!;
    ids[name] = all.map(({ _dlt_id }) => String(_dlt_id)).sort();
    if (new Set(ids[name]).size < all.length) problems.push(`a row id twice in ${name}`);
    if (parent === undefined) {
      tables[name] = nested(name, all, { schema, rows }).sort();
      if (all.some(({ _dlt_load_id }) => !loadIds.has(_dlt_load_id))) {
        problems.push(`a row of no load in ${name}`);
      }
      continue;
    }
    const parents = new Set(ids[parent] ?? rows.get(parent)!.map(({ _dlt_id }) => String(_dlt_id)));
    if (all.some((row) => !parents.has(String(row._dlt_parent_id)))) {
      problems.push(`a row of no parent in ${name}`);
    }
  }
  const columns = Object.fromEntries(
    [...schema.tables.values()].map((table) => [table.name, [...table.columns.keys()].sort()]),
  );
  const states = await select("SELECT version, state FROM _dlt_pipeline_state ORDER BY version DESC");
  return { tables, ids, columns, state: stateOf(states[0]?.state), loads: loads.length, problems };
}

interface Tables {
  readonly schema: Schema;
  readonly rows: ReadonlyMap<string, Row[]>;
}

function nested(name: string, some: readonly Row[], { schema, rows }: Tables): string[] {
  const children = [...schema.tables.values()].filter(({ parent, name: child }) =>
    parent === name && rows.has(child)
  )
    .map((child) => ({
      name: child.name,
      byParent: Map.groupBy(rows.get(child.name)!, ({ _dlt_parent_id }) => _dlt_parent_id),
    }));
  return some.map((row) => {
    const own = Object.entries(row).filter(([column, value]) =>
      value !== null && (!column.startsWith("_dlt_") || column === "_dlt_list_idx")
    );
    const below = children.map(({ name, byParent }) => {
      const belonging = (byParent.get(row._dlt_id) ?? [])
        .toSorted((one, other) => Number(one._dlt_list_idx) - Number(other._dlt_list_idx));
      return [name, nested(name, belonging, { schema, rows })] as const;
    }).filter(([, found]) => found.length);
    return JSON.stringify(
      [...own, ...below],
      (_key, value) => typeof value === "bigint" ? String(value) : value,
    );
  });
}

function stateOf(text: unknown): unknown {
  if (typeof text !== "string") return undefined;
  return JSON.parse(inflateSync(Uint8Array.fromBase64(text)).toString()).sources;
}

/** Tables whose row ids are the same in any two datasets of the same content: ids that come from keys. */
export function keyedTables(one: Snapshot, other: Snapshot): string[] {
  return Object.keys(one.ids).filter((name) => String(one.ids[name]) === String(other.ids[name]));
}

/** How a dataset differs from what it should be, in words; empty when it does not. */
export function differences(
  found: Snapshot | undefined,
  wanted: Snapshot,
  keyed: readonly string[],
): string[] {
  if (!found) return ["there is no dataset"];
  const problems = [...found.problems];
  for (const name of new Set([...Object.keys(found.tables), ...Object.keys(wanted.tables)])) {
    const [has, wants] = [found.tables[name] ?? [], wanted.tables[name] ?? []];
    const [extra, missing] = [surplus(has, wants), surplus(wants, has)];
    if (extra.length || missing.length) {
      const sample = (extra[0] ?? missing[0])!.slice(0, 200);
      problems.push(
        `${name}: ${extra.length} extra, ${missing.length} missing of ${wants.length}, e.g. ${sample}`,
      );
    }
  }
  for (const name of keyed) {
    if (String(found.ids[name]) !== String(wanted.ids[name])) problems.push(`${name}: other row ids`);
  }
  for (const part of ["state", "columns"] as const) {
    const [has, wants] = [JSON.stringify(sorted(found[part])), JSON.stringify(sorted(wanted[part]))];
    if (has !== wants) problems.push(`${part}: ${firstDifference(has, wants)}`);
  }
  return problems;
}

/** What is in one list and not in the other, counting how often. */
function surplus(one: readonly string[], other: readonly string[]): string[] {
  const left = new Map<string, number>();
  for (const each of other) left.set(each, (left.get(each) ?? 0) + 1);
  return one.filter((each) => {
    const count = left.get(each) ?? 0;
    left.set(each, count - 1);
    return count <= 0;
  });
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).sort(([one], [other]) => one < other ? -1 : 1);
  return Object.fromEntries(entries.map(([key, each]) => [key, sorted(each)]));
}

function firstDifference(has = "", wants = ""): string {
  let at = 0;
  while (at < has.length && has[at] === wants[at]) at++;
  return `…${has.slice(Math.max(0, at - 60), at + 60)}… where …${
    wants.slice(Math.max(0, at - 60), at + 60)
  }… is right`;
}
