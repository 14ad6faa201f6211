/**
 * The records of a page: what the resource's steps make of them, what they take over from their parent, and
 * how they are stored. Pure.
 * @module
 */
import { fieldAt } from "./field_path.ts";
import { type JsonObject, stringifyJson } from "./json.ts";
import type { StoredPage } from "./load_package.ts";
import { endpointOf } from "./resource_graph.ts";
import { type ExtractedPage, isHandWritten, type Resource, type ResourceConfig } from "./source.ts";

/** A page as a resource takes it. */
export interface TakenPage {
  readonly records: JsonObject[];
  /** The page for the load package, without the dropped records and with the injected fields. */
  store(drop: readonly number[], inject?: JsonObject): StoredPage;
}

/** Applies the processing steps. Where nothing was changed, the page is stored byte for byte as it came. */
export function takePage(page: ExtractedPage, resource: Resource): TakenPage {
  const arrived = Array.isArray(page) ? page : page.records;
  const records = processed(arrived, resource);
  const response = !Array.isArray(page) && records === arrived ? page.response : undefined;
  return {
    records,
    store: (drop, inject) => ({
      header: {
        select: response && !isHandWritten(resource) ? endpointOf(resource).data_selector : undefined,
        drop: drop.length ? drop : undefined,
        plain: response?.isPlain,
        inject,
        records: records.length - drop.length,
      },
      body: response ? response.bytes : new TextEncoder().encode(stringifyJson(records)),
    }),
  };
}

/** The records after the resource's processing steps; the very same list when there are none. */
function processed(records: JsonObject[], resource: Resource): JsonObject[] {
  if (isHandWritten(resource) || !resource.processing_steps?.length) return records;
  let results: JsonObject[] = records;
  for (const step of resource.processing_steps) {
    if ("filter" in step) results = results.filter(step.filter);
    if ("map" in step) results = results.map(step.map);
    if ("yield_map" in step) results = results.flatMap((record) => [...step.yield_map(record)]);
  }
  return results;
}

/** What `include_from_parent` gives to every record of a child. */
export function injected(resource: ResourceConfig, parentName: string, parent: JsonObject): JsonObject {
  const { include_from_parent: fields = [] } = resource;
  const pairs = Array.isArray(fields)
    ? fields.map((field: string) => [`_${parentName}_${field}`, field])
    : Object.entries(fields);
  return Object.fromEntries(pairs.map(([name, path]) => [name, fieldAt(parent, path) ?? null]));
}
