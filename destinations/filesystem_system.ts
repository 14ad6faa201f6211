/**
 * The bookkeeping files of a dataset, named and filled as dlt does: loads, schema versions, states.
 * @module
 */
import { Buffer } from "node:buffer";
import type { Publication, Stored } from "../pipeline/destination.ts";
import { SYSTEM_TABLES, systemTables } from "../pipeline/schema.ts";
import type { SqlValue } from "../pipeline/schema_types.ts";
import { formatUtc } from "../pipeline/timestamps.ts";
import { compareLoadIds, NAME_SEPARATOR, plainName } from "./filesystem_names.ts";
import { rowEncoder } from "./filesystem_rows.ts";
import type { StoredFile, View } from "./filesystem_view.ts";

const KEPT_STATES = 100;

/** A bookkeeping file to be. */
export interface SystemFile {
  readonly path: string;
  readonly text: string;
}

function systemFile(table: string, nameParts: string[], row: SqlValue[]): SystemFile {
  const encode = rowEncoder(systemTables().find((each) => each.name === table)!);
  return { path: `${table}/${nameParts.join(NAME_SEPARATOR)}.jsonl`, text: encode(row) };
}

/** The `_dlt_loads` file of a load. */
export function loadedFile({ loadId, schemaName, insertedAt, schemaVersionHash }: Publication): SystemFile {
  const row = [loadId, schemaName, 0, formatUtc(insertedAt), schemaVersionHash];
  return systemFile(SYSTEM_TABLES.loads, [plainName("schema", schemaName), loadId], row);
}

/** Files for the schema version and the state that come with a load. */
export function versionAndStateFiles({ loadId, insertedAt, version, state }: Publication): SystemFile[] {
  const system: SystemFile[] = [];
  const now = formatUtc(insertedAt);
  if (version) {
    const { engineVersion, schemaName, versionHash, schema } = version;
    const name = [plainName("schema", schemaName), String(insertedAt / 1000), hexOf(versionHash)];
    const row = [version.version, engineVersion, now, schemaName, versionHash, schema];
    system.push(systemFile(SYSTEM_TABLES.version, name, row));
  }
  if (state) {
    const { engineVersion, pipelineName, versionHash } = state;
    const name = [plainName("pipeline", pipelineName), loadId, hexOf(versionHash)];
    const row = [state.version, engineVersion, pipelineName, state.state, now, versionHash, loadId];
    system.push(systemFile(SYSTEM_TABLES.state, name, row));
  }
  return system;
}

/** States of a pipeline that are too old to keep once one more is there. */
export async function outdatedStates(view: View, pipelineName: string): Promise<StoredFile[]> {
  return (await newestFirst(view, SYSTEM_TABLES.state, pipelineName)).slice(KEPT_STATES - 1)
    .map((named) => named.file);
}

/** All versions of a schema. */
export async function versionFiles(view: View, schemaName: string): Promise<StoredFile[]> {
  return (await newestFirst(view, SYSTEM_TABLES.version, schemaName)).map(({ file }) => file);
}

/** What a dataset knows about a pipeline. */
export async function readStored(view: View, pipelineName: string, schemaName: string): Promise<Stored> {
  const [version] = await newestFirst(view, SYSTEM_TABLES.version, schemaName);
  const states = await newestFirst(view, SYSTEM_TABLES.state, pipelineName);
  const state = states.find((each) => view.loadIds.has(each.time));
  return {
    schema: version && await readField(view, version.file, "schema"),
    state: state && await readField(view, state.file, "state"),
  };
}

/** The newest document of every schema in the dataset. */
export async function readSchemas(view: View): Promise<string[]> {
  const texts: string[] = [];
  const files = (await view.list(SYSTEM_TABLES.version)).map(parseName);
  for (const name of new Set(files.map((each) => each.name))) {
    const [newest] = await newestFirst(view, SYSTEM_TABLES.version, name);
    const text = await readField(view, newest.file, "schema");
    if (text !== undefined) texts.push(text);
  }
  return texts;
}

interface NamedFile {
  readonly file: StoredFile;
  readonly name: string;
  /** Seconds as text: when a version was stored, or the load id of a state. */
  readonly time: string;
}

/** `<name>__<time>__<hash>.jsonl`; a name may hold the separator, the other parts do not. */
function parseName(file: StoredFile): NamedFile {
  const parts = file.name.split(NAME_SEPARATOR);
  return { file, name: parts.slice(0, -2).join(NAME_SEPARATOR), time: parts.at(-2) ?? "" };
}

async function newestFirst(view: View, table: string, name: string): Promise<NamedFile[]> {
  const named = (await view.list(table)).map(parseName).filter((each) => each.name === name);
  return named.sort((left, right) => compareLoadIds(right.time, left.time));
}

async function readField(view: View, file: StoredFile, field: string): Promise<string | undefined> {
  for await (const lines of view.lines(file)) {
    for (const line of lines) {
      const value: unknown = JSON.parse(line)[field];
      return typeof value === "string" ? value : undefined;
    }
  }
}

/** A base64 hash in a form that file names take. */
function hexOf(hash: string): string {
  return Buffer.from(hash, "base64").toString("hex") || "0";
}
