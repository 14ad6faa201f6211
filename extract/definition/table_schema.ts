/**
 * The part of the grammar that is about tables: dispositions, keys, columns, contracts and annotations.
 * @module
 */
import { z } from "zod";
import { isJsonObject } from "../../pipeline/json.ts";
import { MERGE_STRATEGIES } from "../../pipeline/merge_strategies.ts";
import {
  CONTRACT_ENTITIES,
  CONTRACT_MODES,
  DATA_TYPES,
  type MergeStrategy,
  WRITE_DISPOSITIONS,
} from "../../pipeline/schema_types.ts";
import { isAnnotation } from "../../pipeline/table_hints.ts";
import type { KnownKeys } from "./schema_problems.ts";

/** A function; JSON cannot hold it. */
export const func = (what: string) =>
  z.custom<unknown>((value) => typeof value === "function", `a function ${what}`).meta({ title: "function" });
/** One name or several. */
export const names = z.union([z.string(), z.array(z.string())]);

/** An object that may have annotations besides its keys: any that begin with `x-`. */
export function annotated<S extends z.ZodRawShape>(shape: S) {
  const known = z.core._check(({ value, issues }) => {
    if (!isJsonObject(value)) return;
    const keys = Object.keys(value).filter((key) => !Object.hasOwn(shape, key) && !isAnnotation(key));
    if (keys.length) issues.push({ code: "unrecognized_keys", keys, input: value });
    // Also beside other problems, as in an object that may have no annotations.
  }, { when: () => true });
  const schema = z.looseObject(shape).check(known);
  ANNOTATED.add(schema);
  return schema;
}

const ANNOTATED = new WeakSet<z.core.$ZodType>();

/** What JSON Schema has to say of a place that may have annotations; of others nothing. */
export function annotationJsonSchema(schema: z.core.$ZodType): object {
  return ANNOTATED.has(schema) ? { patternProperties: { "^x-.": {} }, additionalProperties: false } : {};
}

const disposition = z.enum(WRITE_DISPOSITIONS);
const columnHints = {
  name: z.string().optional(),
  data_type: z.enum(DATA_TYPES).optional(),
  nullable: z.boolean().optional(),
  precision: z.int().nullish(),
  scale: z.int().nullish(),
  timezone: z.boolean().optional(),
  primary_key: z.boolean().optional(),
  merge_key: z.boolean().optional(),
  unique: z.boolean().optional(),
  hard_delete: z.boolean().optional(),
  dedup_sort: z.enum(["asc", "desc"]).optional(),
  description: z.string().nullish(),
  row_key: z.boolean().optional(),
  parent_key: z.boolean().optional(),
  root_key: z.boolean().optional(),
  variant: z.boolean().optional(),
  sort: z.boolean().optional(),
  partition: z.boolean().optional(),
  cluster: z.boolean().optional(),
  incremental: z.boolean().optional(),
};
const column = annotated(columnHints);
const columns = z.union([
  z.record(z.string(), column),
  z.array(annotated({ ...columnHints, name: z.string() })),
]);
const mode = z.enum(CONTRACT_MODES);
const contract = z.union([
  mode,
  z.strictObject({ tables: mode.optional(), columns: mode.optional(), data_type: mode.optional() }),
]);

const moment = z.union([z.string(), z.date()], "a date, or its text");
/** What may be said of a resource's table and of those of its lists. */
const sharedHints = {
  write_disposition: z.union([
    disposition,
    z.looseObject({
      disposition,
      strategy: z.enum(Object.keys(MERGE_STRATEGIES) as MergeStrategy[]).nullish(),
      prune: z.boolean().optional(),
      deduplicated: z.boolean().nullish(),
      validity_column_names: z.array(z.string()).nullish(),
      active_record_timestamp: moment.nullish(),
      boundary_timestamp: moment.nullish(),
      row_version_column_name: z.string().nullish(),
    }),
  ]).nullish().describe(
    "`append`, `replace`, `merge` or `skip`, alone or with a strategy. Default `append`.",
  ),
  primary_key: names.nullish().describe("Fields that identify a record."),
  merge_key: names.nullish().describe("Fields whose rows give way together."),
  columns: columns.nullish().describe("Types and hints of columns, by name or as a list."),
  schema_contract: contract.nullish().describe(
    "What may be added to the table: new child tables, columns, types. Default: what the source says.",
  ),
  references: z.array(z.unknown()).nullish().describe("Foreign keys; kept in the schema."),
};
const nestedHints = annotated({
  ...sharedHints,
  parent_table_name: z.string().nullish().describe("The table stays a child of this one, despite its key."),
});
/** What a resource may say of its table. */
export const tableHints = {
  table_name: z.union([z.string(), func("of a record")]).optional().describe(
    "Default: the resource's name. A function gives each record its table.",
  ),
  ...sharedHints,
  max_table_nesting: z.int().min(0).nullish().describe(
    "Depth of child tables; beyond it values stay JSON. It holds until another one is said. Default 1000.",
  ),
  rejected_table: z.union([z.boolean(), z.string().min(1)]).nullish().describe(
    "Sluice: keeps what a contract keeps out in this table; true is `rejected_rows`.",
  ),
  nested_hints: z.record(z.string(), nestedHints).nullish().describe(
    "Hints for tables of lists, by the list's path; a key makes one a root table.",
  ),
  parent_table_name: z.never("a key of nested_hints; rows of a resource have no parent").optional().describe(
    "Only in `nested_hints`.",
  ),
  table_format: z.string().nullish().describe("Accepted; the built-in destinations have one format each."),
  file_format: z.string().nullish().describe("Accepted; the built-in destinations have one format each."),
};

/** The keys of places in table hints, for suggestions. */
export const TABLE_HINT_KEYS: KnownKeys = {
  columns: Object.keys(columnHints),
  nested_hints: Object.keys(nestedHints.shape),
  schema_contract: CONTRACT_ENTITIES,
};
