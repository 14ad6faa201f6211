/**
 * What a package publishes: per root table what gives way to what, and the bookkeeping rows. Pure.
 * @module
 */
import type { Publication, Scope, TablePublication, VersionRow } from "./destination.ts";
import { StateError } from "./errors.ts";
import { isJsonObject } from "./json.ts";
import type { LoadPackage } from "./load_package.ts";
import type { Naming } from "./naming.ts";
import type { PublishedRoot } from "./resource_tables.ts";
import { type Schema, SCHEMA_ENGINE_VERSION } from "./schema.ts";
import type { Table } from "./schema_types.ts";
import { stateRow } from "./state.ts";
import { dispositionOf, followsRoot } from "./table_hints.ts";

/** What happens to a root table of a resource. */
export function tablePublication(
  table: Table,
  { resource, summary }: Pick<PublishedRoot, "resource" | "summary">,
  { pkg, schema, naming }: { pkg: LoadPackage; schema: Schema; naming: Naming },
): TablePublication {
  const { disposition, strategy } = dispositionOf(summary.hints);
  const scope: Scope | undefined = summary.scope && {
    columns: summary.scope.fields.map((field) => naming.path(field)),
    complete: summary.scope.complete,
    keys: () => pkg.keys(resource),
  };
  return {
    table,
    children: schema.descendants(table.name),
    disposition,
    strategy,
    replaceAll: summary.replaceAll,
    scope,
  };
}

/** The table and its children; where they follow a merge, those made before it get their column for the root's key. */
export function withRootKeys(schema: Schema, table: Table, children: readonly string[]): Table[] {
  const tables = children.map((name) => schema.tables.get(name)!);
  if (schema.rootKey ?? followsRoot(table)) {
    for (const child of tables) {
      if (child.columns.has("_dlt_root_id") || !child.columns.has("_dlt_id")) continue;
      child.columns.set("_dlt_root_id", {
        name: "_dlt_root_id",
        data_type: "text",
        nullable: false,
        root_key: true,
      });
    }
  }
  // Hints alone make no table of a list.
  return [table, ...tables.filter(({ columns }) => columns.has("_dlt_id"))];
}

/** Everything that becomes visible together. Raises the schema's version when it changed. */
export function publication(
  pkg: LoadPackage,
  schema: Schema,
  tables: TablePublication[],
  storedSchema?: string,
): Publication {
  for (
    const name of [
      ...tables.map(({ table }) => table.name),
      ...tables.flatMap(({ children }) => children),
    ]
  ) {
    const table = schema.tables.get(name)!;
    if (table.columns.has("_dlt_id")) table["x-normalizer"] = { ...table["x-normalizer"], "seen-data": true };
  }
  const changed = schema.bump() || storedSchema === undefined;
  const { loadId, schemaName, state } = pkg.manifest;
  if (!isJsonObject(state)) {
    throw new StateError("Cannot load a package: it holds no pipeline state", {
      code: "package-corrupt",
      at: { file: pkg.directory },
      next: "move the folder away and run again; what it held is read again from the source",
    });
  }
  return {
    loadId,
    schemaName,
    schemaVersionHash: schema.hash,
    insertedAt: Date.now(),
    tables,
    state: stateRow(state),
    version: changed ? versionRow(schema, schemaName) : undefined,
  };
}

/** The row that stores a schema's present version. */
export function versionRow(schema: Schema, schemaName: string): VersionRow {
  return {
    version: schema.version,
    engineVersion: SCHEMA_ENGINE_VERSION,
    schemaName,
    versionHash: schema.hash,
    schema: schema.toText(),
  };
}
