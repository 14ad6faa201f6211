/**
 * Date and time texts: which ones count as timestamps, and their one stored form, UTC with microseconds.
 * @module
 */

// Groups: year, month, day, ordinal day, week, week day, hour, minute, second, fraction, offset.
const TIMESTAMP_REGEXP = new RegExp(
  "^(\\d{4})" +
    "(?:([-/:]?)(\\d{2})\\2(\\d{2})|-?(\\d{3})|-?W(\\d{2})(?:-?(\\d))?)?" +
    "[T ](\\d{2})(?::?(\\d{2})(?::?(\\d{2})(?:[.,](\\d+))?)?)?" +
    "(Z|[+-]\\d{2}(?::?\\d{2})?)?$",
);
const DATE_REGEXP = /^(\d{4})-(\d{2})-(\d{2})$/;
const TIME_REGEXP = /^(\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d+))?)?(Z|[+-]\d{2}(?::?\d{2})?)?$/;
const DAY_MS = 86_400_000;

/** `2024-01-01T10:00:00+02:00` as `2024-01-01 08:00:00.000000`; undefined when it is no ISO date-time. */
export function parseTimestamp(text: string): string | undefined {
  // The shape nearly every API sends needs no pattern.
  if (text.length === 24 && text.charCodeAt(23) === 90 && text.charCodeAt(10) === 84 && isPlainUtc(text)) {
    return `${text.slice(0, 10)} ${text.slice(11, 23)}000`;
  }
  const match = text.length >= 7 ? TIMESTAMP_REGEXP.exec(text) : null;
  if (!match) return undefined;
  const [
    ,
    year,
    ,
    month,
    day,
    ordinal,
    week,
    weekDay,
    hour,
    minute = "0",
    second = "0",
    fraction = "",
    offset,
  ] = match;
  const midnight = ordinal
    ? ordinalDay(+year, +ordinal)
    : week
    ? isoWeekDay(+year, +week, +(weekDay ?? 1))
    : calendarDay(+year, +(month ?? 1), +(day ?? 1));
  if (midnight === undefined || +hour > 23 || +minute > 59 || +second > 59) return undefined;
  const shift = offsetMs(offset);
  const ms = midnight + ((+hour * 60 + +minute) * 60 + +second) * 1000 - shift;
  return formatUtc(ms, fraction.slice(0, 6).padEnd(6, "0"));
}

/** Two characters of the fixed form as a number; NaN-free because anything odd fails the range checks. */
function two(text: string, at: number): number {
  const tens = text.charCodeAt(at) - 48;
  const units = text.charCodeAt(at + 1) - 48;
  return tens >= 0 && tens <= 9 && units >= 0 && units <= 9 ? tens * 10 + units : 99;
}

/** Whether 24 characters are `YYYY-MM-DDTHH:MM:SS.mmmZ` with a day that every month has. */
function isPlainUtc(text: string): boolean {
  const month = two(text, 5);
  const day = two(text, 8);
  return text.charCodeAt(4) === 45 && text.charCodeAt(7) === 45 && text.charCodeAt(13) === 58 &&
    text.charCodeAt(16) === 58 && text.charCodeAt(19) === 46 &&
    two(text, 0) !== 99 && two(text, 2) < 99 && (two(text, 0) > 0 || two(text, 2) > 0) &&
    month >= 1 && month <= 12 && day >= 1 && day <= 28 &&
    two(text, 11) < 24 && two(text, 14) < 60 && two(text, 17) < 60 &&
    two(text, 20) < 99 && two(text, 21) < 99;
}

function calendarDay(year: number, month: number, day: number): number | undefined {
  if (year < 1 || month < 1 || month > 12 || day < 1) return undefined;
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  return date.getUTCMonth() === month - 1 ? date.getTime() : undefined;
}

function ordinalDay(year: number, ordinal: number): number | undefined {
  const first = calendarDay(year, 1, 1);
  const days = calendarDay(year, 2, 29) === undefined ? 365 : 366;
  return first === undefined || ordinal < 1 || ordinal > days ? undefined : first + (ordinal - 1) * DAY_MS;
}

function isoWeekDay(year: number, week: number, weekDay: number): number | undefined {
  const fourth = calendarDay(year, 1, 4);
  if (fourth === undefined || week < 1 || week > 53 || weekDay < 1 || weekDay > 7) return undefined;
  const mondayOffset = (new Date(fourth).getUTCDay() + 6) % 7;
  return fourth + ((week - 1) * 7 + weekDay - 1 - mondayOffset) * DAY_MS;
}

function offsetMs(offset: string | undefined): number {
  if (!offset || offset === "Z") return 0;
  const minutes = +offset.slice(1, 3) * 60 + +(offset.slice(3).replace(":", "") || 0);
  return (offset[0] === "-" ? -minutes : minutes) * 60_000;
}

/** Epoch milliseconds as stored text; `micros` replaces the fraction. Undefined outside years 1 to 9999. */
export function formatUtc(ms: number, micros?: string): string | undefined {
  const date = new Date(ms);
  const year = date.getUTCFullYear();
  if (!(year >= 1 && year <= 9999)) return undefined;
  const iso = date.toISOString();
  return `${iso.slice(0, 10)} ${iso.slice(11, 19)}.${micros ?? iso.slice(20, 23) + "000"}`;
}

/** Seconds since 1970 as stored text. */
export function fromEpochSeconds(seconds: number): string | undefined {
  const whole = Math.floor(seconds);
  const micros = Math.round((seconds - whole) * 1e6);
  return micros === 1_000_000
    ? formatUtc((whole + 1) * 1000)
    : formatUtc(whole * 1000, String(micros).padStart(6, "0"));
}

/** A date alone as the timestamp of its midnight. */
export function parseDateAsTimestamp(text: string): string | undefined {
  const date = parseDate(text);
  return date && `${date} 00:00:00.000000`;
}

/** `YYYY-MM-DD` when the text is a date or a timestamp (taken in UTC). */
export function parseDate(text: string): string | undefined {
  const match = DATE_REGEXP.exec(text);
  if (match) return calendarDay(+match[1], +match[2], +match[3]) === undefined ? undefined : text;
  return parseTimestamp(text)?.slice(0, 10);
}

/** `HH:MM:SS.ffffff` in UTC when the text is a time of day. */
export function parseTime(text: string): string | undefined {
  const match = TIME_REGEXP.exec(text);
  if (!match) return undefined;
  const [, hour, minute, second = "0", fraction = "", offset] = match;
  if (+hour > 23 || +minute > 59 || +second > 59) return undefined;
  const ms = ((+hour * 60 + +minute) * 60 + +second) * 1000 - offsetMs(offset);
  return formatUtc(ms + DAY_MS, fraction.slice(0, 6).padEnd(6, "0"))?.slice(11);
}
