/**
 * What paginators read from the body of a page, and the error when it cannot be used.
 * @module
 */
import { ExtractError } from "../../pipeline/errors.ts";
import { Double, type JsonValue } from "../../pipeline/json.ts";
import type { JsonPath } from "../../pipeline/json_path.ts";
import type { PageView } from "../types.ts";

const YES = new Set(["yes", "true", "t", "y", "1"]);
const NO = new Set(["no", "false", "f", "n", "0"]);

/**
 * Whether the body says that there is more.
 *
 * @throws {ExtractError} "pagination-field" when it says neither yes nor no
 */
export function saysMore(path: JsonPath, { response }: PageView): boolean {
  const value = path.first(response.body);
  const answer = yesOrNo(value);
  if (answer !== undefined) return answer;
  throw fieldError("has_more_path", path.text, { value, required: "true or false" });
}

/** What a value means to Python's readers of a yes or no; undefined when it is neither. */
export function yesOrNo(value: JsonValue | undefined): boolean | undefined {
  const isPlain = typeof value !== "object" || value instanceof Double;
  const text = isPlain ? String(value).trim().toLowerCase() : "";
  return YES.has(text) ? true : NO.has(text) ? false : undefined;
}

/** Whether Python would take a value for false: no cursor looks like that. */
export function isFalsy(value: JsonValue | undefined): value is undefined | null {
  if (value instanceof Double) return value.valueOf() === 0;
  if (typeof value === "object" && value !== null) return Object.keys(value).length === 0;
  return !value;
}

/** The error of a field that a paginator needs. */
export function fieldError(
  option: string,
  path: string,
  { value, required, next }: { value: JsonValue | undefined; required: string; next?: string },
): ExtractError {
  const found = value === undefined ? "missing in the answer" : value === null ? "null" : kindOf(value);
  return new ExtractError(
    `Cannot continue paging: "${path}" (${option}) is ${found}, ${required} is required`,
    {
      code: "pagination-field",
      next: next ?? `set ${option} to the field that tells it`,
    },
  );
}

function kindOf(value: JsonValue): string {
  if (Array.isArray(value)) return "a list";
  if (typeof value === "string") return "a text";
  if (typeof value === "bigint" || value instanceof Double) return "a number";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}
