/**
 * Documents that hardly differ, written as what changed: a document is packed against the one before it and
 * unpacked with it again.
 * @module
 */
import { canonicalJson, isJsonObject, type JsonObject, type JsonValue } from "../../pipeline/json.ts";

/** Stands for a value that is the same as before. */
const SAME = "=";
/** Key of the names that are not there any more. */
const GONE = "-";

/** What a document says that the one before it did not. */
export function pack(value: JsonValue, before: JsonValue | undefined): JsonValue {
  if (before !== undefined && canonicalJson(value) === canonicalJson(before)) return SAME;
  if (value === SAME) throw new Error(`a document holds the text "${SAME}", which cannot be packed`);
  if (!isJsonObject(value)) return value;
  const base = isJsonObject(before) ? before : {};
  const packed: JsonObject = {};
  const gone = Object.keys(base).filter((key) => !Object.hasOwn(value, key));
  if (gone.length) packed[GONE] = gone;
  for (const [key, each] of Object.entries(value)) {
    const part = pack(each, Object.hasOwn(base, key) ? base[key] : undefined);
    if (part !== SAME) packed[key] = part;
  }
  return packed;
}

/** The document again. */
export function unpack(packed: JsonValue, before: JsonValue | undefined): JsonValue {
  if (packed === SAME) return before!;
  if (!isJsonObject(packed)) return packed;
  const { [GONE]: gone, ...changes } = packed;
  const value: JsonObject = isJsonObject(before) ? { ...before } : {};
  for (const key of Array.isArray(gone) ? gone : []) delete value[String(key)];
  for (const [key, change] of Object.entries(changes)) {
    value[key] = unpack(change, Object.hasOwn(value, key) ? value[key] : undefined);
  }
  return value;
}
