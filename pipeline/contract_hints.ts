/**
 * What is said of a table's columns beforehand, under the table's contract: a column that is not there yet is a
 * new one, and another type is a change of type. Pure.
 * @module
 */
import type { Contracts } from "./contracts.ts";
import type { Naming } from "./naming.ts";
import type { Column, Table } from "./schema_types.ts";
import { keysOf, type StoredHints } from "./table_hints.ts";

const TYPE_HINTS = ["data_type", "precision", "scale", "timezone", "nullable"] as const;

/**
 * The hints that a table may take.
 *
 * @throws {NormalizeError} "schema-contract" for one that it must not even be given
 */
export function hintsUnder<H extends StoredHints>(
  table: Table | undefined,
  hints: H,
  { contracts, naming }: { contracts: Contracts; naming: Naming },
): H {
  const contract = table && contracts.of(table);
  if (!table || !contract) return hints;
  const isAdmitted = (field: string, hint: Partial<Column>): boolean => {
    const column = naming.path(field);
    const known = table.columns.get(column);
    const entity = known === undefined ? "columns" : changesType(known, hint) ? "data_type" : undefined;
    const mode = entity === undefined ? "evolve" : contract[entity];
    if (entity === undefined || mode === "evolve" || column.startsWith("_dlt")) return true;
    contracts.refused({ entity, mode, table: table.name, column });
    return false;
  };
  const isKey = (field: string) => isAdmitted(field, { nullable: false });
  const { primary, merge } = keysOf(hints);
  const columns = Object.entries(hints.columns ?? {});
  return {
    ...hints,
    ...(primary.length > 0 && { primary_key: primary.filter(isKey) }),
    ...(merge.length > 0 && { merge_key: merge.filter(isKey) }),
    ...(hints.columns && { columns: Object.fromEntries(columns.filter((each) => isAdmitted(...each))) }),
  };
}

/** Whether a hint would change the type of a column that has one. */
function changesType(column: Column, hint: Partial<Column>): boolean {
  if (!column.data_type) return false;
  return TYPE_HINTS.some((key) => {
    const known = key === "nullable" ? column.nullable ?? true : column[key];
    return hint[key] !== undefined && hint[key] !== null && hint[key] !== known;
  });
}
