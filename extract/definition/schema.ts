/**
 * The declarative grammar as a schema: it checks configurations at run time, and the JSON Schema and the
 * reference page are made from it. What a schema cannot say, such as that a parent must exist, is checked in
 * `resolve.ts`.
 * @module
 */
import { z } from "zod";
import { authParameters, builtInAuths } from "../../rest/auth/mod.ts";
import { builtInPaginators, paginatorParameters } from "../../rest/paginators/mod.ts";
import { kindJsonSchema, type Kinds, kindSchema, knownArguments } from "./kind_schema.ts";
import type { KnownKeys } from "./schema_problems.ts";
import type { RestApiConfig } from "./rest_api_config.ts";
import { annotated, annotationJsonSchema, func, names, TABLE_HINT_KEYS, tableHints } from "./table_schema.ts";

const positive = z.number().positive();
const pace = {
  requests_per_second: positive.optional().describe("Requests per second; may be a fraction."),
  requests_per_minute: positive.optional().describe("Requests per minute."),
};

const paginators: Kinds = {
  what: "paginator",
  parameters: paginatorParameters,
  builtIn: builtInPaginators,
  method: "next",
  isCompleted: false,
};
const auths: Kinds = {
  what: "auth",
  parameters: authParameters,
  builtIn: builtInAuths,
  method: "headers",
  presetType: "bearer",
  isCompleted: true,
};
const paginator = kindSchema(paginators).meta({ title: "name, object or function" });
const auth = kindSchema(auths).meta({ title: "name, object or function" });

const retry = z.strictObject({
  max_attempts: z.int().min(1).optional().describe("Tries in all, the first included. Default 6."),
  backoff: z.number().min(0).optional().describe(
    "First pause in seconds; doubles each time, with jitter. Default 1.",
  ),
  max_backoff: z.number().min(0).optional().describe("Longest pause in seconds. Default 60."),
  statuses: z.array(z.int()).optional().describe("Statuses that are retried besides 429."),
  shrink: z.strictObject({
    status: z.int(),
    code: z.string().optional(),
    param: z.string(),
    min: z.int().min(1),
  }).optional().describe("After this status and code the page size is halved, down to `min`."),
});

const rateLimit = z.strictObject({
  ...pace,
  limit_header: z.string().optional().describe("Response header that holds the limit of a window."),
  remaining_header: z.string().optional().describe("Response header that holds what is left of it."),
  reset_header: z.string().optional().describe(
    "Response header that says when it ends: epoch seconds, or seconds.",
  ),
  buckets: z.array(z.strictObject({
    ...pace,
    name: z.string().describe("How it is called in progress and messages."),
    path: z.string().describe("Path below the origin: `*` is one segment, a trailing `/**` any rest."),
    method: z.string().optional().describe("Only requests of this method."),
  })).optional().describe("Requests that share a budget; the first match counts."),
  max_share: z.number().positive().max(1).optional().describe(
    "Share of each limit that may be used. Default 1.",
  ),
  max_wait: z.number().min(0).optional().describe("Longest wait of one request in seconds. Default 900."),
});

/** `client`. */
export const clientSchema = z.strictObject({
  base_url: z.string().describe("Where the API lives; paths are below it."),
  headers: z.record(z.string(), z.string()).nullish().describe(
    "Sent with every request to `base_url`; no placeholders.",
  ),
  auth: auth.nullish().describe("How requests are authenticated."),
  paginator: paginator.nullish().describe(
    "For resources that name none. Default: found out on the first page.",
  ),
  max_concurrency: z.int().min(1).max(1000).optional().describe(
    "Sluice: requests in flight at once. Default 8.",
  ),
  rate_limit: rateLimit.optional().describe("Sluice: how fast requests may follow each other."),
  retry: retry.optional().describe("Sluice: what makes a failed request worth another try."),
  error_format: z.strictObject({
    code: z.string().optional(),
    message: z.string().optional(),
    request_id_header: z.string().optional(),
    advice: z.record(z.string(), z.string()).optional(),
  }).optional().describe("Sluice: where an error body holds its code and message, and what to advise."),
  timeout: positive.optional().describe("Sluice: seconds for one request including its body. Default 90."),
  max_pages: z.int().min(1).optional().describe(
    "Sluice: pages of one walk before it counts as endless. Default 1,000,000.",
  ),
});

const cursorInput = z.union([z.string(), z.number(), z.bigint(), z.date()]);
const incrementalFields = {
  cursor_path: names.describe(
    "JSON path of the cursor in a record. Sluice: several paths take the greatest value.",
  ),
  initial_value: cursorInput.nullish().describe("Where the first run starts."),
  end_value: cursorInput.nullish().describe("Upper bound of this run; nothing is remembered then."),
  start_param: z.string().optional().describe(
    "Query parameter that gets the start; left out while there is none.",
  ),
  end_param: z.string().optional().describe("Query parameter that gets the end value."),
  convert: func("of a cursor value").optional().describe(
    "What a value becomes before it is put into a request.",
  ),
  transform: func("of a cursor value").optional().describe("An older name of `convert`."),
  lag: z.number().optional().describe(
    "Shifts the start back: seconds for date-times, days for dates, units for numbers.",
  ),
  row_order: z.enum(["asc", "desc"]).nullish().describe(
    "The API's order: the walk ends once a bound is passed.",
  ),
  on_cursor_value_missing: z.enum(["raise", "include", "exclude"]).optional().describe(
    "What becomes of records without the cursor. Default `raise`.",
  ),
  range_start: z.enum(["open", "closed"]).optional().describe(
    "Whether a record at the start counts. Default `closed`: it does.",
  ),
  range_end: z.enum(["open", "closed"]).optional().describe(
    "Whether a record at `end_value` counts. Default `open`: it does not.",
  ),
  last_value_func: z.union([z.enum(["max", "min"]), func("of a list of values")]).optional().describe(
    "Which value is remembered. Default `max`.",
  ),
  primary_key: names.nullish().describe(
    "Tells records at the boundary apart; an empty list tells none apart.",
  ),
  allow_external_schedulers: z.boolean().optional().describe(
    "Takes the bounds from `DLT_INTERVAL_START` and `DLT_INTERVAL_END`.",
  ),
  per_parent: z.boolean().optional().describe("Sluice: one cursor for each parent record."),
  cap_at_run_start: z.boolean().optional().describe(
    "Sluice: never remembers a value past the server's time when the walk began.",
  ),
};
/** `incremental`. */
export const incrementalSchema = z.strictObject(incrementalFields);

const PARAM = "a plain value or a list of them";
const paramValue = z.union([z.string(), z.number(), z.boolean(), z.null(), z.undefined()], "a plain value");
const boundParam = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("incremental"), ...incrementalFields }),
  z.strictObject({ type: z.literal("resolve"), resource: z.string(), field: z.string() }),
]);
const action = z.union([
  z.enum(["ignore", "skip"]),
  func("of the response"),
  z.array(func("of the response")),
]);

/** `endpoint`. */
export const endpointSchema = z.strictObject({
  path: z.string().optional().describe(
    "Relative to `base_url`, or a whole URL. Default: the resource's name.",
  ),
  method: z.enum(["GET", "POST", "PUT"]).optional().describe("Default `GET`."),
  params: z.record(z.string(), z.union([paramValue, z.array(paramValue), boundParam], PARAM)).nullish()
    .describe(
      "Query parameters; a list repeats its key, null leaves it out.",
    ),
  json: z.unknown().meta({ title: "any JSON" }).optional().describe(
    "JSON body; a text that is one placeholder keeps the value's type.",
  ),
  data: z.unknown().meta({ title: "object, list, text or bytes" }).optional().describe(
    "Form (an object or list of pairs) or raw body (text or bytes).",
  ),
  headers: z.record(z.string(), z.string()).nullish().describe("Added to the client's."),
  paginator: paginator.nullish().describe(
    "How pages follow each other. Default: the client's, else found out.",
  ),
  data_selector: z.string().nullish().describe(
    "JSON path of the records in the body. Default: found out on the first page.",
  ),
  response_actions: z.array(z.union([
    z.strictObject({
      status_code: z.union([z.int(), z.string()]).optional(),
      content: z.string().optional(),
      action,
    }),
    func("of the response"),
  ])).nullish().describe("What responses mean, by status and content."),
  incremental: incrementalSchema.nullish().describe("The cursor, and how it gets into the request."),
  auth: auth.nullish().describe("Other credentials than the client's; null sends none."),
  response_format: z.enum(["json", "ndjson", "csv"]).optional().describe(
    "Sluice: how bodies are read where the content type does not tell.",
  ),
});

const settings = {
  ...tableHints,
  description: z.string().optional().describe("Sluice: one sentence for `sources`."),
  selected: z.boolean().optional().describe("False: read when a child needs it, but not loaded."),
  parallelized: z.boolean().optional().describe(
    "False reads one parent after the other. Default: as many at once as the client allows.",
  ),
  include_from_parent: z.union([z.array(z.string()), z.record(z.string(), z.string())]).nullish().describe(
    "Parent fields copied into each record as `_<parent>_<field>`. Sluice: an object gives names of your own.",
  ),
  processing_steps: z.array(z.strictObject({
    filter: func("of a record").optional(),
    map: func("of a record").optional(),
    yield_map: func("of a record").optional(),
  })).nullish().describe("`filter`, `map` and `yield_map` by functions, in order."),
  warn_if_empty: z.string().optional().describe("Sluice: said when a walk of everything found nothing."),
  parent_cursor: z.strictObject({
    cursor_path: z.string(),
    lag: z.number().optional(),
    except: func("of a parent").optional(),
  }).optional().describe("Sluice: only parents that moved since this resource last read them."),
  every_parent: z.boolean().optional().describe("Sluice: reads every parent each time."),
  parent_filter: func("of a parent").optional().describe(
    "Sluice: parents for which it returns false count as empty.",
  ),
  copies_of: z.string().optional().describe(
    "Sluice: records are copies of that resource's, renewed with them.",
  ),
  incremental: incrementalSchema.nullish().describe("A cursor that only chooses records."),
};

/** A resource as data. */
export const resourceSchema = annotated({
  name: z.string().min(1).describe("Names the table, the state and the placeholders that refer to it."),
  endpoint: z.union([z.string(), endpointSchema]).optional().describe(
    "A path, or all of the endpoint. Default: the name as the path.",
  ),
  ...settings,
});

/** A resource written by hand. */
export const handWrittenSchema = annotated({
  name: z.string().min(1),
  records: func("that yields pages of records"),
  data_from: z.string().optional(),
  reads: z.string().optional(),
  ...settings,
});

/** `resource_defaults`. */
export const defaultsSchema = annotated({
  endpoint: endpointSchema.optional().describe("Laid under every endpoint."),
  ...settings,
});

/** A whole configuration. */
export const restApiSchema = z.strictObject({
  client: clientSchema.describe("Connection settings that all resources share."),
  resource_defaults: defaultsSchema.optional().describe(
    "Laid under every resource that is not written by hand.",
  ),
  resources: z.array(
    z.union([z.string().min(1), resourceSchema, handWrittenSchema], "a name or an object"),
    "a list of resources",
  ).describe(
    "What to extract.",
  ),
});

/** One without a connection, whose resources are all written by hand. */
export const sourcePartsSchema = restApiSchema.extend({ client: clientSchema.optional() });

/** The grammar as JSON Schema, for editors and other programs. Functions can be anything there. */
export function restApiJsonSchema(): unknown {
  const schema = z.toJSONSchema(restApiSchema, {
    unrepresentable: "any",
    io: "input",
    reused: "ref",
    override({ zodSchema, jsonSchema }) {
      const schema: z.core.$ZodType = zodSchema;
      if (schema === paginator) Object.assign(jsonSchema, kindJsonSchema(paginators));
      Object.assign(jsonSchema, annotationJsonSchema(schema));
      if (schema === auth) Object.assign(jsonSchema, kindJsonSchema(auths));
    },
  });
  return { ...schema, title: "A source of Sluice as data" };
}

// What the types allow must be what the schema allows, key by key.
type Keys<T> = T extends readonly (infer I)[] ? Keys<I> : T extends object ? keyof T : never;
type Same<A, B> = [A] extends [B] ? [B] extends [A] ? true : never : never;
const _client: Same<Keys<RestApiConfig["client"]>, Keys<z.input<typeof clientSchema>>> = true;
const _top: Same<Keys<RestApiConfig>, Keys<z.input<typeof restApiSchema>>> = true;

/** The keys of each place, for suggestions. */
export const KNOWN_KEYS: KnownKeys = {
  top: Object.keys(restApiSchema.shape),
  client: Object.keys(clientSchema.shape),
  rate_limit: Object.keys(rateLimit.shape),
  retry: Object.keys(retry.shape),
  resource_defaults: Object.keys(defaultsSchema.shape),
  resource: Object.keys(resourceSchema.shape),
  hand_written: Object.keys(handWrittenSchema.shape),
  endpoint: Object.keys(endpointSchema.shape),
  paginator: (value) => knownArguments(paginators, value),
  auth: (value) => knownArguments(auths, value),
  incremental: Object.keys(incrementalSchema.shape),
  processing_steps: ["filter", "map", "yield_map"],
  response_actions: ["status_code", "content", "action"],
  ...TABLE_HINT_KEYS,
};

const bucket = rateLimit.shape.buckets.unwrap().element;

/** The parts of the grammar by the headings of the reference page. */
export const SCHEMA_PARTS: Readonly<Record<string, z.ZodType>> = {
  top: restApiSchema,
  client: clientSchema,
  rate_limit: rateLimit,
  buckets: bucket,
  retry,
  resource: resourceSchema,
  endpoint: endpointSchema,
  incremental: incrementalSchema,
};
