/**
 * What a dataset knows of a pipeline, as data and as lines.
 * @module
 */
import { stringifyJson } from "../../pipeline/json.ts";
import { counted } from "../progress_state.ts";
import { cursorsOf, type KnownCursor, type OpenDataset } from "./open.ts";

/** What is stored of a pipeline at its destination. */
export interface StoredFacts {
  readonly destination: string;
  readonly dataset: string;
  readonly location: string;
  readonly schema?: {
    readonly name: string;
    readonly version: number;
    readonly hash: string;
    readonly tables: number;
  };
  readonly stateVersion?: number;
  readonly resources: readonly { readonly resource: string; readonly tables: readonly string[] }[];
  readonly cursors: readonly KnownCursor[];
}

/** Collects what an open dataset knows. */
export function storedFacts({ header, session, schema, state }: OpenDataset): StoredFacts {
  const tables = [...schema?.tables.values() ?? []].filter(({ name }) => !name.startsWith("_dlt"));
  const byResource = new Map<string, string[]>();
  for (const { name, parent, resource = name } of tables) {
    if (parent !== undefined) continue;
    const own = byResource.get(resource) ?? [];
    byResource.set(resource, [...own, name, ...schema!.descendants(name)]);
  }
  return {
    destination: header.destination,
    dataset: header.datasetName,
    location: session.location,
    schema: schema &&
      { name: schema.name, version: schema.version, hash: schema.hash, tables: tables.length },
    stateVersion: state && Number(state._state_version ?? 0),
    resources: [...byResource].map(([resource, tables]) => ({ resource, tables })),
    cursors: cursorsOf(state),
  };
}

/** Cells of a line for each cursor. */
export function cursorLines(cursors: readonly KnownCursor[]): string[][] {
  return cursors.map(({ resource, cursor, lastValue, parents }) => [
    resource,
    cursor,
    lastValue === undefined ? "" : typeof lastValue === "string" ? lastValue : stringifyJson(lastValue),
    parents ? `for each of ${counted(parents, "parent")}` : "",
  ]);
}
