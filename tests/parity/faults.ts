/**
 * Where Sluice differs from dlt and should not: known, and not mended yet. The ordinary tests let them pass,
 * the comparison itself fails while there is one.
 * @module
 */
import { isJsonObject } from "../../pipeline/json.ts";
import type { Case } from "./case.ts";
import type { Difference } from "./compare.ts";

/** One fault. */
export interface Fault {
  /** Stable, kebab-case. */
  readonly id: string;
  readonly what: string;
  /** The module that is to be changed. */
  readonly where: string;
  readonly covers: (difference: Difference, case_: Case) => boolean;
}

/** All of them. */
export const FAULTS: readonly Fault[] = [
  {
    id: "state-names",
    what: "the state names the destination otherwise than dlt, and says of staging that there is none",
    where: "pipeline/state.ts",
    covers: ({ path }) => /^state\.(destination|staging)_(type|name)$/.test(path),
  },
  {
    id: "empty-state",
    what: "resources without a state of their own have empty ones",
    where: "pipeline/state.ts",
    covers: ({ path, dlt, sluice }) =>
      /^state\.sources(\.parity(\.resources(\.[^.]+)?)?)?$/.test(path) && dlt === undefined &&
      isEmpty(sluice),
  },
  {
    id: "empty-normalizer",
    what: "an empty configuration of the normaliser is stored",
    where: "pipeline/schema.ts",
    covers: ({ path, dlt, sluice }) =>
      path === "schema.normalizers.json.config" && dlt === undefined && isEmpty(sluice),
  },
  {
    id: "cursor-state",
    what: "a cursor's state lacks initial_value and start_value",
    where: "extract/cursor_state.ts",
    covers: ({ path }) => /^state\.sources\..*\.(initial_value|start_value)$/.test(path),
  },
  {
    id: "cursor-hint",
    what: "the column of a cursor lacks the hint incremental",
    where: "pipeline/table_hints.ts",
    covers: ({ path, sluice }) =>
      /^tables\..*\.columns\.[^.]+\.incremental$/.test(path) && sluice === undefined,
  },
  {
    id: "declared-nullable",
    what: "a declared column is said to be nullable where the declaration says nothing",
    where: "pipeline/table_hints.ts",
    covers: ({ path, dlt, sluice }) => /\.nullable$/.test(path) && dlt === undefined && sluice === true,
  },
  {
    id: "max-nesting",
    what: "max_table_nesting is not kept in the schema",
    where: "pipeline/publication.ts",
    covers: ({ path }) => /\.hints\.x-normalizer\.max_nesting$/.test(path),
  },
  {
    id: "integer-precision",
    what: "precision of integers and length of bytes are not in the declared type",
    where: "destinations/sqlite_sql.ts",
    covers: ({ path, dlt, sluice }) =>
      /\.declared\./.test(path) && /^(SMALLINT|INTEGER)/.test(String(dlt)) && /^BIGINT/.test(String(sluice)),
  },
];

function isEmpty(value: unknown): boolean {
  return isJsonObject(value) && Object.values(value).every(isEmpty);
}
