/**
 * Differences between two snapshots, each with its path. Rows are paired by content first, so that one
 * missing row is one difference.
 * @module
 */
import { canonicalJson, Double, isJsonObject, type JsonValue } from "../../pipeline/json.ts";

/** One place where the two are not the same; undefined where one has nothing. */
export interface Difference {
  /** E.g. `tables.items.columns.id.nullable`, `tables.items.rows.0.name`. */
  readonly path: string;
  readonly dlt: JsonValue | undefined;
  readonly sluice: JsonValue | undefined;
}

/** What a comparison found, and how many values it looked at. */
export interface Comparison {
  readonly differences: readonly Difference[];
  readonly values: number;
}

/** Compares two values of the same kind, e.g. two snapshots. */
export function compare(dlt: unknown, sluice: unknown): Comparison {
  const differences: Difference[] = [];
  const count = { values: 0 };
  walk("", dlt as JsonValue, sluice as JsonValue, differences, count);
  return { differences, values: count.values };
}

function walk(
  path: string,
  dlt: JsonValue | undefined,
  sluice: JsonValue | undefined,
  found: Difference[],
  count: { values: number },
): void {
  const below = (key: string | number) => path ? `${path}.${key}` : String(key);
  if (isJsonObject(dlt) && isJsonObject(sluice)) {
    for (const key of new Set([...Object.keys(dlt), ...Object.keys(sluice)])) {
      walk(below(key), dlt[key], sluice[key], found, count);
    }
  } else if (Array.isArray(dlt) && Array.isArray(sluice)) {
    const isRows = [...dlt, ...sluice].every(isJsonObject);
    const [left, right] = isRows ? withoutEqual(dlt, sluice, count) : [dlt, sluice];
    for (let at = 0; at < Math.max(left.length, right.length); at++) {
      walk(below(at), left[at], right[at], found, count);
    }
  } else {
    count.values++;
    if (!isSame(dlt, sluice)) found.push({ path, dlt, sluice });
  }
}

function isSame(left: JsonValue | undefined, right: JsonValue | undefined): boolean {
  if (left === undefined || right === undefined) return left === right;
  return canonicalJson(left) === canonicalJson(right);
}

/** Takes equal rows out of both lists. */
function withoutEqual(
  left: readonly JsonValue[],
  right: readonly JsonValue[],
  count: { values: number },
): [JsonValue[], JsonValue[]] {
  const unmatched = new Map<string, number>();
  for (const row of right) {
    const text = canonicalJson(row);
    unmatched.set(text, (unmatched.get(text) ?? 0) + 1);
  }
  const restLeft: JsonValue[] = [];
  for (const row of left) {
    const text = canonicalJson(row);
    const times = unmatched.get(text) ?? 0;
    if (times) {
      unmatched.set(text, times - 1);
      count.values += leaves(row);
    } else restLeft.push(row);
  }
  const restRight: JsonValue[] = [];
  for (const row of right.toReversed()) {
    const text = canonicalJson(row);
    const times = unmatched.get(text) ?? 0;
    if (!times) continue;
    unmatched.set(text, times - 1);
    restRight.unshift(row);
  }
  return [restLeft, restRight];
}

/** How many values a document holds. */
export function leaves(value: JsonValue): number {
  if (value === null || typeof value !== "object" || value instanceof Double) return 1;
  return Object.values(value).reduce<number>((sum, each) => sum + leaves(each), 0);
}
