/**
 * What the records of one page tell about a resource's keys and cursor: a run would fail on a field that none
 * of them has. Pure.
 * @module
 */
import { NormalizeError, type SluiceError } from "../pipeline/errors.ts";
import { fieldAt } from "../pipeline/field_path.ts";
import type { JsonObject } from "../pipeline/json.ts";
import { keysOf } from "../pipeline/table_hints.ts";
import type { ResourceNode } from "./graph.ts";

/** The error that a run would meet, if these records are like all others. */
export function recordProblem(node: ResourceNode, records: readonly JsonObject[]): SluiceError | undefined {
  if (!node.loads || !records.length) return undefined;
  const { settings, incremental } = node.resource;
  const { primary, merge } = keysOf(settings);
  const isAbsent = (path: string) => records.every((record) => (fieldAt(record, path) ?? null) === null);
  const key = [...primary, ...merge].find(isAbsent);
  if (key !== undefined) return problem(node, records, { what: "primary_key or merge_key", path: key });
  const cursors = [incremental?.cursor_path ?? []].flat();
  const mustBeThere = (incremental?.on_cursor_value_missing ?? "raise") === "raise";
  if (!mustBeThere || !cursors.length || !cursors.every(isAbsent)) return undefined;
  return problem(node, records, { what: "cursor_path", path: cursors.join(", ") });
}

function problem(
  node: ResourceNode,
  records: readonly JsonObject[],
  { what, path }: { what: string; path: string },
): SluiceError {
  const fields = Object.keys(records[0]!).slice(0, 20).join(", ");
  return new NormalizeError(`Cannot use ${what} "${path}" of "${node.name}": no record on this page has it`, {
    code: "key-missing",
    at: { resource: node.name },
    next: `take one of the fields that are there: ${fields}`,
  });
}
