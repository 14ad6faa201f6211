/**
 * Configurations of one list.
 * @module
 */
import type { JsonObject } from "../../pipeline/json.ts";

/** A source of one resource that reads a list whose links are in headers. */
export function oneList(
  name: string,
  path: string,
  hints: JsonObject = {},
  endpoint: JsonObject = {},
): JsonObject {
  return {
    resources: [{
      name,
      ...hints,
      endpoint: { path, data_selector: "$", paginator: "header_link", ...endpoint },
    }],
  };
}
