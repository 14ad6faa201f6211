/**
 * Fields of records and the records of a body, by JSON path.
 * @module
 */
import { isJsonObject, type JsonObject, type JsonValue } from "./json.ts";
import { jsonPath } from "./json_path.ts";

/**
 * The value at a path like `profile.email`, the first if there are several; undefined when there is none.
 *
 * @throws {ConfigError} "invalid-json-path"
 */
export function fieldAt(record: JsonValue | undefined, path: string): JsonValue | undefined {
  return path === "" ? record : jsonPath(path).first(record);
}

/**
 * The records at a selector. One match is taken as it is if it is a list, else as a list of one, null as
 * none; several matches are the records themselves. What is no object becomes one with the field `value`.
 *
 * @throws {ConfigError} "invalid-json-path"
 */
export function selectRecords(body: JsonValue | undefined, selector = "$"): JsonObject[] {
  const rows = rowsOf(jsonPath(selector).all(body));
  return rows.every(isJsonObject) ? rows : rows.map((row) => isJsonObject(row) ? row : { value: row });
}

function rowsOf(matches: JsonValue[]): JsonValue[] {
  if (matches.length !== 1) return matches;
  const [match] = matches as [JsonValue];
  return match === null ? [] : Array.isArray(match) ? match : [match];
}
