/**
 * The versions of a schema that a dataset holds, and which of them its loads were made with.
 * @module
 */
import type { QueryResult } from "./destination.ts";
import { ConfigError } from "./errors.ts";
import { nearest } from "./nearest.ts";
import { Schema, SYSTEM_TABLES } from "./schema.ts";

/** Runs one SQL statement that reads. */
export type Query = (sql: string) => Promise<QueryResult>;

/** One row of `_dlt_version`. */
export interface StoredVersion {
  readonly version: number;
  readonly hash: string;
  /** As the destination writes times. */
  readonly insertedAt: string;
  readonly schema: Schema;
}

/** One row of `_dlt_loads`. */
export interface StoredLoad {
  readonly loadId: string;
  readonly versionHash: string;
}

/** What a dataset knows of one schema. */
export interface SchemaHistory {
  readonly name: string;
  /** Oldest first. */
  readonly versions: readonly StoredVersion[];
  /** Oldest first. */
  readonly loads: readonly StoredLoad[];
}

/** Reads the history of a schema; without a name, of the one that was loaded last. */
export async function schemaHistory(query: Query, name?: string): Promise<SchemaHistory> {
  const loads = await query(
    `SELECT schema_name, load_id, schema_version_hash FROM ${SYSTEM_TABLES.loads} ` +
      `WHERE status = 0 ORDER BY CAST(load_id AS REAL), load_id`,
  );
  const names = [...new Set(loads.rows.map(([schema]) => String(schema)))];
  const chosen = name ?? names.at(-1);
  if (chosen === undefined || !names.includes(chosen)) throw noSchema(chosen, names);
  const versions = await query(
    `SELECT version, version_hash, inserted_at, schema FROM ${SYSTEM_TABLES.version} ` +
      `WHERE schema_name = '${chosen.replaceAll("'", "''")}' ORDER BY inserted_at, version`,
  );
  return {
    name: chosen,
    versions: versions.rows.map(([version, hash, insertedAt, schema]) => ({
      version: Number(version),
      hash: String(hash),
      insertedAt: String(insertedAt),
      schema: Schema.parse(String(schema)),
    })),
    loads: loads.rows.filter(([schema]) => schema === chosen)
      .map(([, loadId, versionHash]) => ({ loadId: String(loadId), versionHash: String(versionHash) })),
  };
}

function noSchema(name: string | undefined, names: readonly string[]): ConfigError {
  const what = name === undefined ? "a schema" : `the schema "${name}"`;
  const state = names.length ? "the dataset has no load with it" : "nothing was loaded into the dataset yet";
  return new ConfigError(`Cannot show ${what}: ${state}`, {
    code: "unknown-schema",
    next: names.length
      ? `did you mean "${nearest(name!, names)}"? The schemas are ${names.join(", ")}`
      : "run the pipeline first",
  });
}

/** The version that counts now. */
export function newestVersion({ name, versions }: SchemaHistory): StoredVersion {
  const newest = versions.at(-1);
  if (newest) return newest;
  throw new ConfigError(`Cannot show the schema "${name}": ${SYSTEM_TABLES.version} has no version of it`, {
    code: "unknown-schema",
    next: "run the pipeline again",
  });
}

/** A version by its number, the newest of that number, or by the beginning of its hash. */
export function versionBy(history: SchemaHistory, text: string): StoredVersion {
  const found = history.versions.findLast(({ version, hash }) =>
    String(version) === text || (text.length >= 4 && hash.startsWith(text))
  );
  if (found) return found;
  const known = history.versions.map(({ version }) => version);
  throw new ConfigError(`Cannot find version "${text}" of the schema "${history.name}"`, {
    code: "unknown-version",
    next: `give one of ${known.slice(-20).join(", ")}, or the beginning of a hash`,
  });
}

/** Two versions to compare; `from` is undefined before the first. */
export interface VersionPair {
  readonly from?: StoredVersion;
  readonly to: StoredVersion;
  /** The load whose change this is, unless versions were chosen. */
  readonly loadId?: string;
}

/** The versions before and after the last load, or those chosen; a missing one is the neighbour or the newest. */
export function versionPair(
  history: SchemaHistory,
  { from, to }: { from?: string; to?: string },
): VersionPair {
  if (from !== undefined) {
    return {
      from: versionBy(history, from),
      to: to === undefined ? newestVersion(history) : versionBy(history, to),
    };
  }
  if (to !== undefined) {
    const chosen = versionBy(history, to);
    return { from: history.versions[history.versions.indexOf(chosen) - 1], to: chosen };
  }
  const [last, before] = history.loads.toReversed();
  const byHash = (load: StoredLoad | undefined) =>
    load && history.versions.findLast(({ hash }) => hash === load.versionHash);
  return { from: byHash(before), to: byHash(last) ?? newestVersion(history), loadId: last?.loadId };
}
