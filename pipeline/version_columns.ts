/**
 * The columns by which a table keeps versions of its rows (`scd2`): from when, until when, and what tells one
 * version from another. Pure.
 * @module
 */
import type { Naming } from "./naming.ts";
import type { Column, Table } from "./schema_types.ts";

/** What a write disposition may say about versions. */
export interface VersionOptions {
  /** Names of the columns that hold from when and until when. Default `_dlt_valid_from`, `_dlt_valid_to`. */
  readonly validity_column_names?: readonly string[] | null;
  /** What the current version has as its end. Default: nothing. */
  readonly active_record_timestamp?: string | Date | null;
  /** The moment at which old versions end and new ones begin. Default: when the load began. */
  readonly boundary_timestamp?: string | Date | null;
  /** A column of the data that tells versions apart. Default: `_dlt_id`, made from all of the record. */
  readonly row_version_column_name?: string | null;
}

/** Names of the validity columns unless others are given. */
export const VALIDITY_COLUMNS: readonly [string, string] = ["_dlt_valid_from", "_dlt_valid_to"];

const HINTS = ["x-valid-from", "x-valid-to", "x-row-version", "x-active-record-timestamp"] as const;

/** The columns of a table of versions; undefined where one is missing. */
export function versionColumns(
  table: Table,
): { from: string; to: Column; version: string } | undefined {
  const columns = [...table.columns.values()].filter((column) => column.data_type);
  const from = columns.find((column) => column["x-valid-from"]);
  const to = columns.find((column) => column["x-valid-to"]);
  const version = columns.find((column) => column["x-row-version"]);
  return from && to && version && { from: from.name, to, version: version.name };
}

/** The hints of the columns of a table of versions, by name. */
export function versionHints(options: VersionOptions, naming: Naming): [string, Partial<Column>][] {
  const [from, to] = options.validity_column_names ?? VALIDITY_COLUMNS;
  const { active_record_timestamp: active, row_version_column_name: version } = options;
  return [
    [naming.path(from), { data_type: "timestamp", nullable: true, "x-valid-from": true }],
    [naming.path(to), {
      data_type: "timestamp",
      nullable: true,
      "x-valid-to": true,
      "x-active-record-timestamp": momentText(active) ?? null,
    }],
    // A version that ended may begin again.
    [naming.path(version ?? "_dlt_id"), {
      nullable: false,
      "x-row-version": true,
      unique: false,
      row_key: false,
    }],
  ];
}

/** Takes hints away that an earlier configuration gave. */
export function forgetVersionHints(table: Table): void {
  for (const column of table.columns.values()) {
    if (column["x-row-version"]) restoreUnique(column);
    for (const hint of HINTS) delete column[hint];
  }
}

function restoreUnique(column: Column): void {
  if (column.name === "_dlt_id") Object.assign(column, { unique: true, row_key: true });
  else {
    delete column.unique;
    delete column.row_key;
  }
}

/** A moment as hints keep it. */
export function momentText(moment: string | Date | null | undefined): string | undefined {
  return moment instanceof Date ? moment.toISOString() : moment ?? undefined;
}
