/**
 * Refresh modes: what a run takes away before its own rows come. The tables go and the new rows come in one
 * step, when the package is loaded; until then, and after any failure, the old ones stay.
 * @module
 */
import { ConfigError } from "./errors.ts";
import type { JsonObject } from "./json.ts";
import { isJsonObject } from "./json.ts";
import type { Destination, Load } from "./destination.ts";
import { tablesOf } from "./drop.ts";
import type { Schema } from "./schema.ts";

/** The modes, in dlt's words. */
export const REFRESH_MODES = ["drop_sources", "drop_resources", "drop_data"] as const;

/**
 * What goes: all tables and all state of the source, those of the resources that are loaded, or the rows and
 * the state of these.
 */
export type RefreshMode = typeof REFRESH_MODES[number];

/** Refuses, before anything is read, what a destination cannot do. @throws {ConfigError} `cannot-drop` */
export function checkRefresh(mode: RefreshMode | undefined, { name, capabilities }: Destination): void {
  if (mode === undefined || capabilities.dropsTables) return;
  throw new ConfigError(`Cannot refresh by "${mode}": destination "${name}" has no means to drop tables`, {
    code: "cannot-drop",
    next: "run without it, or remove the tables with the means of the destination",
  });
}

/** Forgets all that is remembered of a source, where the mode says so; resources forget while they are read. */
export function forgetSource(mode: RefreshMode | undefined, state: JsonObject, source: string): void {
  if (mode === "drop_sources" && isJsonObject(state.sources)) delete state.sources[source];
}

/** What a refresh comes to in a schema. */
export interface Refresh {
  /** Tables that go, children after their parents; the schema no longer has them. */
  readonly dropped: readonly string[];
  /** Tables that are emptied. */
  readonly emptied: readonly string[];
}

/** Takes out of a schema what a refresh drops. */
export function refreshSchema(
  mode: RefreshMode | undefined,
  schema: Schema,
  resources: readonly string[],
): Refresh {
  if (mode === undefined) return { dropped: [], emptied: [] };
  const tables = tablesOf(schema, mode === "drop_sources" ? undefined : resources);
  if (mode === "drop_data") return { dropped: [], emptied: tables };
  for (const table of tables) schema.tables.delete(table);
  return { dropped: tables, emptied: [] };
}

/** Does the same in the destination; it becomes true when the load is published. */
export async function clearTables(load: Load, { dropped, emptied }: Refresh): Promise<void> {
  if (dropped.length) await load.drop(dropped);
  if (emptied.length) await load.truncate(emptied);
}
