/**
 * The pipeline state: what each resource remembers between runs. It is stored in the destination in the
 * same step as the rows it speaks of, in dlt's form: JSON, deflated, base64.
 * @module
 */
import { createHash } from "node:crypto";
import { deflateSync, inflateSync } from "node:zlib";
import type { StateRow } from "./destination.ts";
import { StateError } from "./errors.ts";
import { canonicalJson, isJsonObject, type JsonObject, parseJson, stringifyJson } from "./json.ts";
import { randomRowId } from "./row_ids.ts";

/** Version of the state document's layout; dlt 1.26 writes and reads this one. */
export const STATE_ENGINE_VERSION = 4;
// They describe the document, not its content.
const NOT_HASHED = new Set(["_state_version", "_state_engine_version", "_version_hash", "_local"]);

/** What a state document is about. */
export interface StateHeader {
  readonly pipelineName: string;
  readonly datasetName: string;
  readonly schemaName: string;
  readonly destination: string;
}

/** Names of destinations under which dlt opens the same datasets. */
const DLT_DESTINATIONS: Readonly<Record<string, string>> = {
  sqlite: "dlt.destinations.sqlalchemy",
  filesystem: "dlt.destinations.filesystem",
  duckdb: "dlt.destinations.duckdb",
};

/**
 * Reads the stored text, or starts a new document.
 *
 * @param startOver a document that cannot be read is given up instead of being an error
 * @throws {StateError} when the text cannot be read
 */
export function readState(text: string | undefined, header: StateHeader, startOver = false): JsonObject {
  if (text === undefined) {
    return {
      _state_version: 0,
      _state_engine_version: STATE_ENGINE_VERSION,
      ...describe(header, []),
    };
  }
  try {
    const document = parseJson(inflateSync(Uint8Array.fromBase64(text)).toString());
    if (!isJsonObject(document)) throw new TypeError("not an object");
    const names = Array.isArray(document.schema_names) ? document.schema_names.map(String) : [];
    const { staging_type: _type, staging_name: _name, ...rest } = document;
    return { ...rest, ...describe(header, names) };
  } catch (cause) {
    if (startOver) return readState(undefined, header);
    throw new StateError("Cannot read the stored pipeline state: the document is damaged", {
      code: "state-corrupt",
      at: { pipeline: header.pipelineName },
      next: "run with --full-refresh to start over; nothing is doubled by it",
      cause,
    });
  }
}

function describe(header: StateHeader, names: readonly string[]): JsonObject {
  return {
    pipeline_name: header.pipelineName,
    dataset_name: header.datasetName,
    default_schema_name: header.schemaName,
    schema_names: [...new Set([...names, header.schemaName])].sort(),
    destination_type: DLT_DESTINATIONS[header.destination] ?? header.destination,
    // A name is one that a user gave.
    destination_name: null,
  };
}

/** The part of a state that one resource owns. Where there is none it is new, and not in the state yet. */
export function resourceState(state: JsonObject, source: string, resource: string): JsonObject {
  return ["sources", source, "resources", resource].reduce((at, key) => partOf(at, key) ?? {}, state);
}

/** Puts what a resource remembers into the state; one that remembers nothing has no part of it. */
export function keepResourceState(
  state: JsonObject,
  source: string,
  resource: string,
  own: JsonObject,
): void {
  if (!Object.keys(own).length) return;
  put(made(made(made(state, "sources"), source), "resources"), resource, own);
}

/** Forgets what a resource remembers. */
export function resetResourceState(state: JsonObject, source: string, resource: string): void {
  const resources = partOf(made(made(state, "sources"), source), "resources");
  if (resources) delete resources[resource];
}

function partOf(parent: JsonObject, key: string): JsonObject | undefined {
  const part = Object.hasOwn(parent, key) ? parent[key] : undefined;
  return isJsonObject(part) ? part : undefined;
}

function made(parent: JsonObject, key: string): JsonObject {
  return partOf(parent, key) ?? put(parent, key, {});
}

/** Not by assignment: a name may be any text, also one that every object inherits. */
function put(parent: JsonObject, key: string, value: JsonObject): JsonObject {
  Object.defineProperty(parent, key, { value, enumerable: true, writable: true, configurable: true });
  return value;
}

/** The row that stores a state, or undefined when nothing changed since it was read. */
export function stateRow(state: JsonObject): StateRow | undefined {
  const content = Object.fromEntries(Object.entries(state).filter(([key]) => !NOT_HASHED.has(key)));
  const versionHash = createHash("sha3-256").update(canonicalJson(content)).digest("base64");
  if (versionHash === state._version_hash) return undefined;
  const version = Number(state._state_version ?? 0) + 1;
  const document = {
    _state_version: version,
    _version_hash: versionHash,
    _state_engine_version: STATE_ENGINE_VERSION,
    ...content,
  };
  return {
    version,
    engineVersion: STATE_ENGINE_VERSION,
    pipelineName: String(state.pipeline_name),
    state: deflateSync(stringifyJson(document)).toBase64(),
    versionHash,
    dltId: randomRowId(),
  };
}
