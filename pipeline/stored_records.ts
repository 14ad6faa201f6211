/**
 * The records of a stored page. Pure.
 * @module
 */
import { selectRecords } from "./field_path.ts";
import { type JsonObject, parseJson } from "./json.ts";
import type { StoredPage } from "./load_package.ts";

const decoder = new TextDecoder();

/** The records of a stored page as they were taken: selected, without the dropped ones, with what was injected. */
export function recordsOf({ header, body }: StoredPage): JsonObject[] {
  let records = selectRecords(parseJson(decoder.decode(body), header.plain), header.select);
  if (header.drop) {
    const dropped = new Set(header.drop);
    records = records.filter((_, index) => !dropped.has(index));
  }
  if (header.inject) { for (const record of records) Object.assign(record, header.inject); }
  return records;
}
