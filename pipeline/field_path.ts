/**
 * Short dotted paths into records, dlt's `a.b` form of a JSON path.
 * @module
 */
import { isJsonObject, type JsonObject, type JsonValue } from "./json.ts";

/** The value at a path like `profile.email`; undefined when any part is missing. */
export function fieldAt(record: JsonValue | undefined, path: string): JsonValue | undefined {
  if (path === "$" || path === "") return record;
  let value = record;
  for (const part of path.replace(/^\$\./, "").split(".")) {
    if (!isJsonObject(value) || !Object.hasOwn(value, part)) return undefined;
    value = value[part];
  }
  return value;
}

/** The records at a selector: a list as it is, one object as a list of one, null or nothing as none. */
export function selectRecords(body: JsonValue | undefined, selector = "$"): JsonObject[] {
  const value = fieldAt(body, selector);
  if (value === undefined || value === null) return [];
  const items = Array.isArray(value) ? value : [value];
  return items.map((item) => isJsonObject(item) ? item : { value: item });
}
