/**
 * Where the records of a body are, when nobody has said so, by dlt's rules: the first list under a name that
 * is usual for it, else the first list at all, else the whole body.
 * @module
 */
import { isJsonObject, type JsonValue } from "../pipeline/json.ts";
import { normalizedPath } from "../pipeline/json_path.ts";
export { selectRecords } from "../pipeline/field_path.ts";

const LIST_NAMES = new Set([
  "data",
  "items",
  "results",
  "entries",
  "records",
  "rows",
  "entities",
  "payload",
  "content",
  "objects",
  "values",
]);
/** Lists further down are never the records. */
const MOST_KEYS = 3;

/** The path of the records in a body, `$` where the body itself is the list or one record. */
export function detectSelector(body: JsonValue | undefined): string {
  const lists = [...listPaths(body, MOST_KEYS)];
  return normalizedPath(lists.find(isUsualList) ?? lists[0] ?? []);
}

/** Whether a list has a name that is usual for records. */
export function isUsualList(keys: readonly string[]): boolean {
  return LIST_NAMES.has(keys.at(-1)!);
}

/** Paths of the lists in an object, depth first, with so many keys at most; what is inside lists does not count. */
export function* listPaths(
  value: JsonValue | undefined,
  mostKeys: number,
  keys: readonly string[] = [],
): Generator<readonly string[]> {
  if (!isJsonObject(value) || keys.length >= mostKeys) return;
  for (const [key, each] of Object.entries(value)) {
    const path = [...keys, key];
    if (Array.isArray(each)) yield path;
    else yield* listPaths(each, mostKeys, path);
  }
}
