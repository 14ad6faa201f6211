/**
 * Values of cursors: comparing them, and shifting them by a lag without changing how they are written. Pure.
 * @module
 */
import { Double, type JsonValue } from "../pipeline/json.ts";

/** A cursor value: text compared as text, or a number. */
export type CursorValue = string | number | bigint | boolean;

/** A JSON value or an author's bound as a cursor value; undefined when it cannot be one. */
export function cursorValue(value: JsonValue | Date | undefined): CursorValue | undefined {
  if (value instanceof Double) return value.valueOf();
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? undefined : value.toISOString();
  return ["string", "number", "bigint", "boolean"].includes(typeof value) ? value as CursorValue : undefined;
}

/** Whether two values can be compared: both texts, or both numbers. */
export function areComparable(one: CursorValue, other: CursorValue): boolean {
  return (typeof one === "string") === (typeof other === "string");
}

const DATE_REGEXP = /^(\d{4})-?(\d{2})-?(\d{2})$/;
const DATE_TIME_REGEXP =
  /^(\d{4}-?\d{2}-?\d{2})([T ])(\d{2})(?::?(\d{2})(?::?(\d{2})(?:([.,])(\d+))?)?)?(\s*(?:Z|[+-]\d{2}(?::?\d{2})?))?$/i;

/**
 * A value moved by seconds (date-times), days (dates) or units (numbers), written as it was. Text that is
 * neither stays as it is.
 */
export function shift(value: CursorValue, by: number): CursorValue {
  if (by === 0 || typeof value === "boolean") return value;
  if (typeof value === "number") return value + by;
  if (typeof value === "bigint") return Number.isInteger(by) ? value + BigInt(by) : Number(value) + by;
  if (DATE_REGEXP.test(value)) return shiftDate(value, by * 86_400_000).date;
  const match = DATE_TIME_REGEXP.exec(value);
  if (!match) return value;
  const [, date, letter, hour, minute, second, point, fraction, zone = ""] = match;
  // The zone stays, so its own clock is what is moved.
  const ms = (Number(hour) * 3600 + Number(minute ?? 0) * 60 + Number(second ?? 0)) * 1000 +
    (fraction ? Number(`0.${fraction}`) * 1000 : 0);
  const moved = shiftDate(date!, ms + by * 1000);
  const clock = moved.time;
  const colon = value.slice(date!.length + 1).includes(":") ? ":" : "";
  const parts = [clock.slice(0, 2), minute && clock.slice(3, 5), second && clock.slice(6, 8)].filter(Boolean);
  const rest = fraction
    ? `${point}${clock.slice(9).padEnd(fraction.length, "0").slice(0, fraction.length)}`
    : "";
  return `${moved.date}${letter}${parts.join(colon)}${rest}${zone}`;
}

/** A date moved by milliseconds, in its own form, with the time of day `HH:MM:SS.ffffff`. */
function shiftDate(date: string, byMs: number): { date: string; time: string } {
  const [, year, month, day] = DATE_REGEXP.exec(date)!;
  const start = Date.UTC(Number(year), Number(month) - 1, Number(day));
  const micros = Math.round((start + byMs) * 1000);
  const moved = new Date(Math.floor(micros / 1000));
  if (Number.isNaN(moved.getTime())) return { date, time: "00:00:00.000000" };
  const text = moved.toISOString();
  const dash = date.includes("-") ? "-" : "";
  const below = String(((micros % 1000) + 1000) % 1000).padStart(3, "0");
  return {
    date: text.slice(0, text.indexOf("T")).split("-").join(dash),
    time: text.slice(text.indexOf("T") + 1, -1) + below,
  };
}
