/**
 * Values of cursors: what can be one, which of two comes first, and how a lag shifts one without changing how
 * it is written. Pure.
 * @module
 */
import type { JsonValue } from "../pipeline/json.ts";
import { dateTimeParts, momentOf, moved, movedDate } from "./date_text.ts";

/** A cursor value: a text, a number or a truth value. */
export type CursorValue = string | number | bigint | boolean;

/** A JSON value or an author's bound as a cursor value; undefined when it cannot be one. */
export function cursorValue(value: JsonValue | Date | undefined): CursorValue | undefined {
  if (value instanceof Number) return cursorValue(value.valueOf());
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? undefined : value.toISOString();
  switch (typeof value) {
    case "bigint":
      // One number has one form, so that equal ones are the same.
      return Number.isSafeInteger(Number(value)) ? Number(value) : value;
    case "number":
      return Number.isNaN(value) ? undefined : value;
    case "string":
    case "boolean":
      return value;
    default:
      return undefined;
  }
}

/** Whether two values can be compared: both texts, or both numbers. */
export function areComparable(one: CursorValue, other: CursorValue): boolean {
  return (typeof one === "string") === (typeof other === "string");
}

/**
 * Below zero when `one` comes first, zero when both are the same. Date-times of different spelling, such as
 * `…:00Z`, `…:00.5Z` and `…+02:00`, are compared as moments, all other texts as texts.
 */
export function compare(one: CursorValue, other: CursorValue): number {
  if (typeof one === "string" && typeof other === "string" && !areAlike(one, other)) {
    const [first, second] = [momentOf(one), momentOf(other)];
    if (first && second && first.isZoned === second.isZoned) return order(first.value, second.value);
  }
  return order(one, other);
}

/** Whether two values are the same one, however they are spelled. */
export function isSame(one: CursorValue, other: CursorValue): boolean {
  return one === other || compare(one, other) === 0;
}

function order<T>(one: T, other: T): number {
  return one === other ? 0 : one < other ? -1 : 1;
}

/** Whether texts are of one spelling, so that their letters tell their order. */
function areAlike(one: string, other: string): boolean {
  return one.length === other.length && one.endsWith("Z") && other.endsWith("Z") && one[10] === other[10];
}

/**
 * A value moved by seconds (date-times), days (dates) or units (numbers), written as it was. What cannot be
 * written exactly is moved a little further. Text that is neither stays as it is.
 */
export function shift(value: CursorValue, by: number): CursorValue {
  if (by === 0 || typeof value === "boolean") return value;
  if (typeof value === "string") return shiftText(value, by);
  const sum = Number(value) + by;
  if (typeof value === "number" && (!Number.isInteger(value) || Number.isSafeInteger(sum))) return sum;
  return Number.isFinite(sum) ? cursorValue(BigInt(value) + BigInt(outward(by)))! : sum;
}

function outward(by: number): number {
  return by < 0 ? Math.floor(by) : Math.ceil(by);
}

function shiftText(value: string, by: number): string {
  const parts = dateTimeParts(value);
  if (!parts) return movedDate(value, outward(by)) ?? value;
  return moved(parts, by) ?? value;
}

const ISO_TIME_REGEXP = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d/;
const ZONED_REGEXP = /(?:Z|[+-]\d\d:?\d\d)$/;
const SECONDS = { from: 1e9, to: 1e10 };

/**
 * A moment, given in epoch milliseconds, spelled as a value that may be a time: a date-time, or seconds or
 * milliseconds since 1970. Undefined where the value is something else.
 */
export function momentLike(value: CursorValue, moment: number): CursorValue | undefined {
  if (typeof value === "string") {
    if (!ISO_TIME_REGEXP.test(value)) return undefined;
    const text = new Date(moment).toISOString().replace("T", value[10]!);
    return ZONED_REGEXP.test(value) ? text : text.slice(0, -1);
  }
  const count = Math.abs(Number(value));
  if (count >= SECONDS.from && count < SECONDS.to) return Math.floor(moment / 1000);
  return count >= SECONDS.from * 1000 && count < SECONDS.to * 1000 ? moment : undefined;
}
