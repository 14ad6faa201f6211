/**
 * What an edited schema file changes: hints of the source's resources, which it outweighs, and tables of the
 * schema. What was stored stays as it is: the type of a column that has one is kept.
 * @module
 */
import { columnsByName } from "../extract/definition/resolve.ts";
import type { ResolvedSource } from "../extract/definition/validate.ts";
import { ConfigError } from "./errors.ts";
import type { Naming } from "./naming.ts";
import type { SchemaFile } from "./schema_file.ts";
import type { Schema } from "./schema.ts";
import type { Column, Table } from "./schema_types.ts";
import { type ColumnHints, dispositionOf, keysOf, type TableHints } from "./table_hints.ts";

/** Hints of a table that are the engine's or stand elsewhere. */
const OWN_HINTS = [
  "name",
  "columns",
  "parent",
  "resource",
  "write_disposition",
  "x-merge-strategy",
  "x-prune",
  "x-normalizer",
];

/** What a source is amended with; `say` hears where the file decides against the source. */
export interface Amending {
  readonly file: SchemaFile;
  readonly path: string;
  readonly naming: Naming;
  readonly say: (message: string) => void;
}

/** The source with what the file says of its resources' tables. */
export function amendSource(source: ResolvedSource, amending: Amending): ResolvedSource {
  const { file, naming } = amending;
  const resources = source.resources.map((resource) => {
    const { settings, name } = resource;
    if (typeof settings.table_name === "function") return resource;
    const tableName = naming.path(settings.table_name ?? name);
    const table = file.tables.find((each) => each.name === tableName && each.parent === undefined);
    return table
      ? { ...resource, settings: { ...settings, ...amendedHints(settings, table, amending) } }
      : resource;
  });
  return { ...source, resources };
}

function amendedHints(settings: TableHints, table: Table, amending: Amending): TableHints {
  const { path, say } = amending;
  const columns: Record<string, ColumnHints> = { ...columnsByName(settings.columns ?? {}) };
  for (const { name, ...hints } of table.columns.values()) {
    if (!name.startsWith("_dlt")) columns[name] = { ...columns[name], ...hints };
  }
  const own = dispositionOf(settings);
  const disposition = table.write_disposition ?? own.disposition;
  const strategy = table["x-merge-strategy"] ?? own.strategy;
  const contract = table.schema_contract && { schema_contract: table.schema_contract };
  const amended = { columns, ...contract, ...amendedKey(settings, table, amending) };
  if (disposition === own.disposition && strategy === own.strategy) return amended;
  const keys = keysOf(settings);
  const hasKey = keys.primary.length > 0 || keys.merge.length > 0 ||
    [...table.columns.values()].some(({ primary_key, merge_key }) => primary_key || merge_key);
  if (disposition === "merge" && !hasKey) {
    throw new ConfigError(
      `Cannot use the schema file: table "${table.name}" is to be merged, and has no key`,
      {
        code: "schema-file-invalid",
        at: { file: path, table: table.name },
        next: "add primary_key: true to a column of the table",
      },
    );
  }
  if (disposition === "merge" && strategy === "replace-per-parent" && own.strategy !== strategy) {
    throw new ConfigError(
      `Cannot use the schema file: table "${table.name}" is to be replaced per parent, and its resource says no parent`,
      {
        code: "schema-file-invalid",
        at: { file: path, table: table.name },
        next: "set the strategy in the source",
      },
    );
  }
  say(
    `table ${table.name}: the schema file says ${told(disposition, strategy)}, the source ${
      told(own.disposition, own.strategy)
    }; the file was followed`,
  );
  return {
    ...amended,
    write_disposition: {
      disposition,
      ...(disposition === "merge" && strategy ? { strategy } : {}),
      ...(own.prune ? { prune: true } : {}),
    },
  };
}

/** The key that the file names, by the source's fields where these are the same columns. */
function amendedKey(settings: TableHints, table: Table, { naming }: Amending): TableHints {
  const key = [...table.columns.values()].filter((column) => column.primary_key).map(({ name }) => name);
  const { primary } = keysOf(settings);
  if (!key.length || !primary.length) return {};
  return { primary_key: key.map((name) => primary.find((field) => naming.path(field) === name) ?? name) };
}

function told(disposition: string, strategy: string | undefined): string {
  return disposition === "merge" ? `merge, ${strategy ?? "delete-insert"}` : disposition;
}

/** Puts what the file says of the tables of these resources into the schema. Returns what could not be done. */
export function amendSchema(schema: Schema, file: SchemaFile, resources: readonly string[]): string[] {
  const problems: string[] = [];
  const roots = new Map<string, Table>();
  for (const table of file.tables) {
    const root = table.parent === undefined ? table : roots.get(table.parent) ?? table;
    roots.set(table.name, root);
    if (!resources.includes(root.resource ?? root.name)) continue;
    let known = schema.tables.get(table.name);
    if (!known) {
      known = newTable(table);
      schema.tables.set(table.name, known);
    }
    const hints = Object.entries(table).filter(([hint]) => !OWN_HINTS.includes(hint));
    Object.assign(known, Object.fromEntries(hints));
    for (const column of table.columns.values()) amendColumn(known, column, problems);
  }
  return problems;
}

function amendColumn(table: Table, column: Column, problems: string[]): void {
  const known = table.columns.get(column.name);
  if (!known) {
    table.columns.set(column.name, { nullable: true, ...column });
    return;
  }
  // What the engine fills is the engine's.
  if (column.name.startsWith("_dlt")) return;
  const kept = known.data_type;
  if (kept && column.data_type && kept !== column.data_type) {
    problems.push(
      `column ${table.name}.${column.name} stays ${kept}, since it is stored so; ` +
        `the schema file says ${column.data_type}`,
    );
  }
  Object.assign(known, column, kept ? { data_type: kept } : {});
}

/** A table that is yet to be: rows of a list need their links, also where the file forgot them. */
function newTable({ name, parent }: Table): Table {
  if (parent === undefined) return { name, columns: new Map() };
  const links: Column[] = [
    { name: "_dlt_parent_id", data_type: "text", nullable: false, parent_key: true },
    { name: "_dlt_list_idx", data_type: "bigint", nullable: false },
    { name: "_dlt_id", data_type: "text", nullable: false, unique: true, row_key: true },
  ];
  return { name, parent, columns: new Map(links.map((column) => [column.name, column])) };
}
