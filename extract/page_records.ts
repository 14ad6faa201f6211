/**
 * The records of a page: what they take over from their parent, what the resource's steps make of them, and
 * how they are stored. Pure.
 * @module
 */
import { ConfigError, ExtractError } from "../pipeline/errors.ts";
import { fieldAt } from "../pipeline/field_path.ts";
import { isJsonObject, type JsonObject, type JsonValue, stringifyJson } from "../pipeline/json.ts";
import type { StoredPage } from "../pipeline/load_package.ts";
import type { RestPage } from "../rest/types.ts";
import type { ProcessingStep, ResourceSettings } from "./rest_api_config.ts";
import type { ExtractedPage } from "./source.ts";

/** A page as a resource takes it. */
export interface TakenPage {
  readonly records: JsonObject[];
  /** The page for the load package, without the dropped records. */
  store(drop: readonly number[]): StoredPage;
  /** Some records as a page of their own. */
  storeOnly(records: readonly JsonObject[]): StoredPage;
}

/** Whether a page is one that the client read. */
function isRestPage(page: ExtractedPage): page is RestPage {
  return isJsonObject(page) && "response" in page && "request" in page && Array.isArray(page.records);
}

/**
 * Adds the parent's fields and applies the processing steps. Where no step is taken, the page is stored byte
 * for byte as it came.
 */
export function takePage(
  page: ExtractedPage,
  { processing_steps: steps }: ResourceSettings,
  inject?: JsonObject,
): TakenPage {
  const isOurs = isRestPage(page);
  const arrived = isOurs ? page.records : ownRecords(page, inject);
  if (isOurs && inject) { for (const record of arrived) Object.assign(record, inject); }
  const records = steps?.length ? processed(arrived, steps) : arrived;
  const isUntouched = isOurs && records === arrived;
  return {
    records,
    store: (drop) => ({
      header: {
        select: isUntouched ? page.selector : undefined,
        drop: drop.length ? drop : undefined,
        plain: isUntouched ? page.response.isPlain : undefined,
        inject: isUntouched ? inject : undefined,
        records: records.length - drop.length,
      },
      body: isUntouched ? page.response.bytes : encode(records),
    }),
    storeOnly: (some) => ({ header: { records: some.length }, body: encode(some) }),
  };
}

function encode(records: readonly JsonObject[]): Uint8Array {
  return new TextEncoder().encode(stringifyJson(records));
}

/** Records of hand-written code, which stay the author's own: they are copied before anything is added. */
function ownRecords(page: Exclude<ExtractedPage, RestPage>, inject: JsonObject = {}): JsonObject[] {
  const items: readonly unknown[] = Array.isArray(page) ? page : [page];
  return items.map((item) => ({ ...asRecord(item), ...inject }));
}

/** What is no object becomes one, in the field `value`. */
function asRecord(item: unknown): JsonObject {
  if (item instanceof Date) return { value: item.toISOString() };
  return isJsonObject(item) ? item : { value: item as JsonValue };
}

/** The records after the resource's processing steps. */
function processed(records: JsonObject[], steps: readonly ProcessingStep[]): JsonObject[] {
  let results: JsonObject[] = records;
  for (const { filter, map, yield_map } of steps) {
    if (filter) results = results.filter((record) => settled(filter(record), "filter"));
    if (map) results = results.map((record) => asRecord(settled(map(record), "map")));
    if (yield_map) {
      results = results.flatMap((record) =>
        [...listed(settled(yield_map(record), "yield_map"))].map(asRecord)
      );
    }
  }
  return results;
}

/** A promise is always truthy and never a record: a step that returns one would silently do nothing. */
function settled<T>(value: T, step: string): T {
  if (!(value instanceof Promise)) return value;
  value.catch(() => {});
  throw new ConfigError(`Cannot use the result of "${step}": it is a promise, a value is needed`, {
    code: "async-step",
    next: "make the function synchronous; for requests of its own write a resource with data_from",
  });
}

function listed(value: unknown): Iterable<unknown> {
  if (typeof value === "object" && value !== null && Symbol.iterator in value) {
    return value as Iterable<unknown>;
  }
  throw new ConfigError('Cannot use the result of "yield_map": it is no list and no generator', {
    code: "invalid-step",
    next: "return a list, or make it a generator function",
  });
}

/**
 * What `include_from_parent` gives to every record of a child.
 *
 * @throws {ExtractError} "parent-field-missing"
 */
export function injected(
  { include_from_parent: fields }: ResourceSettings,
  parentName: string,
  parent: JsonObject,
): JsonObject | undefined {
  if (!fields || !Object.keys(fields).length) return undefined;
  const pairs = Array.isArray(fields)
    ? fields.map((field: string) => [`_${parentName}_${field}`, field, parent[field]] as const)
    : Object.entries(fields).map(([name, path]) => [name, path, fieldAt(parent, path)] as const);
  return Object.fromEntries(pairs.map(([name, path, value]) => {
    if (value !== undefined) return [name, value];
    throw new ExtractError(
      `Cannot include "${path}" of "${parentName}": a record of it has no such field`,
      {
        code: "parent-field-missing",
        next: `use one of its fields: ${Object.keys(parent).slice(0, 20).join(", ")}`,
      },
    );
  }));
}
