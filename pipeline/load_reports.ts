/**
 * What a person should know of a load: keys that fell together, keys that never came, rows that are appended
 * where others would be merged.
 * @module
 */
import type { Destination, TablePublication } from "./destination.ts";
import { NormalizeError } from "./errors.ts";
import type { Emit } from "./events.ts";
import type { Normalizer } from "./normalize.ts";
import type { Schema } from "./schema.ts";
import type { Column } from "./schema_types.ts";

/** Says what was seen in the records. @throws {NormalizeError} "key-missing" */
export function reportNormalizing(normalizer: Normalizer, schema: Schema, emit: Emit): void {
  for (const [column, keys] of Object.entries(normalizer.collisions())) {
    emit({
      type: "warning",
      code: "identifier-collision",
      message: `different keys of one record fall into column ${column} (${
        keys.join(", ")
      }); the last value was kept`,
    });
  }
  for (const table of schema.tables.values()) {
    const empty = [...table.columns.values()].filter((column) => !column.data_type && keyHint(column));
    const rows = normalizer.counts()[table.name];
    if (!empty.length || !rows) continue;
    throw new NormalizeError(
      `Cannot load table "${table.name}": its key column "${empty[0].name}" never had a value`,
      {
        code: "key-missing",
        at: { table: table.name, column: empty[0].name },
        next: `correct the resource's ${keyHint(empty[0])}`,
      },
    );
  }
}

/** The hint of a resource that makes rows depend on a column. */
function keyHint(column: Column): string | undefined {
  if (column.primary_key) return "primary_key";
  if (column.merge_key) return "merge_key";
  return column["x-row-version"] ? "row_version_column_name" : undefined;
}

/** Says where rows are appended that a database would merge; there is nothing to merge in a new table. */
export function reportDispositions(
  tables: readonly TablePublication[],
  { destination, filledBefore, emit }: {
    destination: Destination;
    filledBefore: ReadonlySet<string>;
    emit: Emit;
  },
): void {
  for (const { table, strategy, disposition, replaceAll } of tables) {
    if (
      disposition !== "merge" || replaceAll || !filledBefore.has(table.name) ||
      destination.capabilities.mergeStrategies.includes(strategy!)
    ) continue;
    emit({
      type: "warning",
      code: "merge-appends",
      resource: table.resource,
      message:
        `destination "${destination.name}" appends to "${table.name}" where a database would merge; the newest row of a key counts`,
    });
  }
}
