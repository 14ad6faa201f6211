/**
 * Dates and date-times in the spellings that APIs use: as moments that can be compared, and moved by a time
 * without changing the spelling. Fractions keep all their digits. Pure.
 * @module
 */

/** A date-time in its parts; what is missing in the text is undefined. */
export interface DateTimeParts {
  /** Days since 1970. */
  readonly day: number;
  /** Between the parts of the date. */
  readonly dash: string;
  /** Between date and time. */
  readonly letter: string;
  readonly hour: string;
  readonly minute?: string;
  readonly second?: string;
  /** Between the parts of the time. */
  readonly colon: string;
  readonly point?: string;
  readonly fraction?: string;
  readonly zone: string;
}

/** A moment that can be compared with others: the same point in time has the same value. */
export interface Moment {
  /** Seconds with as many digits after the point as matter, in a form whose order is that of time. */
  readonly value: string;
  /** The zone is known; otherwise it is some local time. */
  readonly isZoned: boolean;
}

const DATE_REGEXP = /^(\d{4})(-?)(\d{2})\2(\d{2})$/;
const DATE_TIME_REGEXP =
  /^(\d{4}-\d{2}-\d{2}|\d{8})([Tt ])(\d{2})(?:(:?)(\d{2})(?:\4(\d{2})(?:([.,])(\d+))?)?)?(\s*(?:[Zz]|[+-]\d{2}(?::?\d{2})?))?$/;

/** Takes a date-time apart; undefined when the text is none. */
export function dateTimeParts(text: string): DateTimeParts | undefined {
  const match = DATE_TIME_REGEXP.exec(text);
  if (!match) return undefined;
  const [, date, letter, hour, colon = "", minute, second, point, fraction, zone = ""] = match;
  const day = dayOf(date!);
  const isReal = Number(hour) <= 24 && Number(minute ?? 0) < 60 && Number(second ?? 0) <= 60;
  if (day === undefined || !isReal) return undefined;
  const dash = date!.length > 8 ? "-" : "";
  return { day, dash, letter: letter!, hour: hour!, colon, minute, second, point, fraction, zone };
}

const MOST_KNOWN = 64;
const known = new Map<string, Moment | undefined>();

/** The moment that a text names; undefined when it is no date-time. */
export function momentOf(text: string): Moment | undefined {
  if (known.has(text)) return known.get(text);
  // One bound is compared with every record, and every record with several bounds.
  if (known.size >= MOST_KNOWN) known.clear();
  const parts = dateTimeParts(text);
  const moment = parts && momentOfParts(parts);
  known.set(text, moment);
  return moment;
}

function momentOfParts(parts: DateTimeParts): Moment {
  const seconds = localSeconds(parts) - zoneSeconds(parts.zone);
  const fraction = (parts.fraction ?? "").replace(/0+$/, "");
  // Years have four digits, so that no moment is anywhere near the ends of this range.
  const whole = String(seconds + 1e12).padStart(14, "0");
  return { value: `${whole}.${fraction}`, isZoned: parts.zone !== "" };
}

/** Seconds of the clock on the wall, as if it were UTC. */
function localSeconds({ day, hour, minute, second }: DateTimeParts): number {
  return day * 86_400 + Number(hour) * 3600 + Number(minute ?? 0) * 60 + Number(second ?? 0);
}

function zoneSeconds(zone: string): number {
  const [, sign, hours, minutes = "0"] = /([+-])(\d{2}):?(\d{2})?/.exec(zone) ?? [];
  if (hours === undefined) return 0;
  return (sign === "-" ? -1 : 1) * (Number(hours) * 3600 + Number(minutes) * 60);
}

/** Days since 1970; undefined when there is no such day. */
function dayOf(date: string): number | undefined {
  const match = DATE_REGEXP.exec(date);
  if (!match) return undefined;
  const [year, month, day] = [Number(match[1]), Number(match[3]), Number(match[4])];
  const start = new Date(0);
  // Not `Date.UTC`, to which the year 99 is 1999.
  start.setUTCFullYear(year, month - 1, day);
  return start.getUTCMonth() === month - 1 ? start.getTime() / 86_400_000 : undefined;
}

/** A day as text, with or without dashes; undefined beyond the years of four digits. */
function dateText(day: number, dash: string): string | undefined {
  const date = new Date(day * 86_400_000);
  if (Number.isNaN(date.getTime())) return undefined;
  const year = date.getUTCFullYear();
  if (year < 0 || year > 9999) return undefined;
  return date.toISOString().slice(0, 10).replaceAll("-", dash);
}

/** A date moved by days; undefined when the text is no date, or no date of four digits is left. */
export function movedDate(text: string, days: number): string | undefined {
  const day = dayOf(text);
  return day === undefined ? undefined : dateText(day + days, text.includes("-") ? "-" : "");
}

const MICRO_DIGITS = 6;

/** A date-time moved by seconds, in its own spelling; undefined beyond the years of four digits. */
export function moved(parts: DateTimeParts, bySeconds: number): string | undefined {
  const { fraction = "", minute, second, colon } = parts;
  const digits = Math.max(MICRO_DIGITS, fraction.length);
  const unit = 10n ** BigInt(digits);
  const by = BigInt(Math.round(bySeconds * 10 ** MICRO_DIGITS)) * 10n ** BigInt(digits - MICRO_DIGITS);
  const at = BigInt(localSeconds(parts)) * unit + BigInt(fraction.padEnd(digits, "0")) + by;
  // The zone stays as it is, so its own clock is what moves; what the text has no place for is cut off outwards.
  const step = fraction
    ? 10n ** BigInt(digits - fraction.length)
    : unit * (second !== undefined ? 1n : minute !== undefined ? 60n : 3600n);
  const whole = floorTo(bySeconds < 0 ? at : at + step - 1n, step);
  const seconds = Number(floorTo(whole, unit) / unit);
  const day = Math.floor(seconds / 86_400);
  const date = dateText(day, parts.dash);
  if (date === undefined) return undefined;
  const inDay = seconds - day * 86_400;
  const clock = [Math.floor(inDay / 3600), Math.floor(inDay / 60) % 60, inDay % 60]
    .map((part) => String(part).padStart(2, "0"));
  const time = [clock[0], minute && clock[1], second && clock[2]].filter(Boolean).join(colon);
  const below = String(whole - floorTo(whole, unit)).padStart(digits, "0").slice(0, fraction.length);
  return `${date}${parts.letter}${time}${fraction ? parts.point + below : ""}${parts.zone}`;
}

function floorTo(value: bigint, step: bigint): bigint {
  const rest = value % step;
  return value - (rest < 0n ? rest + step : rest);
}
