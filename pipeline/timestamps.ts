/**
 * Date and time texts: which ones count as timestamps, and their one stored form, UTC with microseconds. What
 * is read is what dlt reads: ISO 8601 with dates and times of the same kind, basic or extended, and a looser
 * form with slashes or colons in the date.
 * @module
 */
import { asciiDigits } from "./python_text.ts";

// Groups: year, then of an extended date week, its day, month, day or the last digit of an ordinal day.
const EXTENDED_DATE = "(\\d{4})-(?:W(\\d{2})(?:-(\\d))?|(\\d{2})(?:-(\\d{2})|(\\d))?)";
// Groups: year, then of a basic date week, its day, ordinal day, month, day.
const BASIC_DATE = "(\\d{4})(?:W(\\d{2})(\\d)?|(\\d{3})(?=[T ]|$)|(\\d{2})(\\d{2}))";
const FRACTION = "(?:[.,](\\d+))?";
// Groups: hour, minute, second, fraction.
const EXTENDED_TIME = `(\\d{2})(?::(\\d{2})(?::(\\d{2})${FRACTION})?)?`;
// Seconds behind a colon need an extended date.
const BASIC_TIME = `(\\d{2})(?::(\\d{2})|(\\d{2})(?:(\\d{2})${FRACTION})?)?`;
const OFFSET = "(Z|[+-]\\d{2}:?(?:\\d{2})?)?";
const EXTENDED_REGEXP = new RegExp(`^${EXTENDED_DATE}(?:[T ]${EXTENDED_TIME}${OFFSET})?$`);
const BASIC_REGEXP = new RegExp(`^${BASIC_DATE}(?:[T ]${BASIC_TIME}${OFFSET})?$`);
const TIME_REGEXP = new RegExp(`^(?:(\\d{2}):(\\d{2})(?::(\\d{2})${FRACTION})?|T${BASIC_TIME})${OFFSET}$`);
// Groups: date of year, month, day; hour, minute, second, fraction.
const LOOSE_REGEXP =
  /^(?:(\p{Nd}{4})(?:[/:]?(\p{Nd}{2})[/:]?(\p{Nd}{2}))?)?(?: ?(\p{Nd}{1,2}):(\p{Nd}{1,2})(?::(\p{Nd}{1,2}))?(?:[.|,](\p{Nd}{1,9}))?)?$/u;
const DAY_MS = 86_400_000;

/** What a text says: a day, a time of that day, or both. */
interface Moment {
  /** Midnight of the day in UTC, in milliseconds since 1970. */
  readonly midnight?: number;
  /** Milliseconds since midnight, whole seconds only. */
  readonly time?: number;
  /** Six digits. */
  readonly micros: string;
  readonly offsetMs: number;
}

/** `2024-01-01T10:00:00+02:00` as `2024-01-01 08:00:00.000000`; undefined when it is no date-time. */
export function parseTimestamp(text: string): string | undefined {
  const plain = plainUtc(text);
  if (plain !== undefined) return plain;
  const moment = parseMoment(text);
  return moment?.midnight === undefined || moment.time === undefined ? undefined : storedMoment(moment);
}

/** The same, and a day alone as its midnight. */
export function parseDateOrTimestamp(text: string): string | undefined {
  const timestamp = parseTimestamp(text);
  if (timestamp !== undefined) return timestamp;
  const moment = parseMoment(text);
  return moment?.midnight === undefined || moment.time !== undefined ? undefined : storedMoment(moment);
}

/** `HH:MM:SS.ffffff` in UTC when the text is a time of day. */
export function parseTime(text: string): string | undefined {
  const moment = parseMoment(text);
  if (moment?.time === undefined || moment.midnight !== undefined) return undefined;
  return formatUtc(DAY_MS + moment.time - moment.offsetMs, moment.micros)?.slice(11);
}

/** The day of a stored timestamp. */
export function dateOfTimestamp(timestamp: string | undefined): string | undefined {
  return timestamp?.slice(0, 10);
}

function storedMoment({ midnight = 0, time = 0, offsetMs, micros }: Moment): string | undefined {
  return formatUtc(midnight + time - offsetMs, micros);
}

function parseMoment(text: string): Moment | undefined {
  return text.length < 3 ? undefined : parseIso(text) ?? parseLoose(text);
}

function parseIso(text: string): Moment | undefined {
  let match = EXTENDED_REGEXP.exec(text);
  if (match) {
    const [, year, week, weekDay, month, day, lastDigit, ...time] = match;
    const midnight = week
      ? isoWeekDay(+year, +week, +(weekDay ?? 1))
      : lastDigit
      ? ordinalDay(+year, +(month + lastDigit))
      : calendarDay(+year, +month, +(day ?? 1));
    return momentOf(midnight, time);
  }
  match = BASIC_REGEXP.exec(text);
  if (match) {
    const [, year, week, weekDay, ordinal, month, day, hour, minute, basicMinute, ...rest] = match;
    const midnight = week
      ? isoWeekDay(+year, +week, +(weekDay ?? 1))
      : ordinal
      ? ordinalDay(+year, +ordinal)
      : calendarDay(+year, +month, +day);
    return momentOf(midnight, [hour, minute ?? basicMinute, ...rest]);
  }
  match = TIME_REGEXP.exec(text);
  if (!match) return undefined;
  const [
    ,
    hour,
    minute,
    second,
    fraction,
    basicHour,
    colonMinute,
    basicMinute,
    basicSecond,
    basicFraction,
    offset,
  ] = match;
  const parts = hour === undefined
    ? [basicHour, colonMinute ?? basicMinute, basicSecond, basicFraction, offset]
    : [hour, minute, second, fraction, offset];
  const moment = momentOf(0, parts);
  return moment && { ...moment, midnight: undefined };
}

/** @param parts hour, minute, second, fraction and offset, as far as they are said */
function momentOf(midnight: number | undefined, parts: readonly (string | undefined)[]): Moment | undefined {
  const [hour, minute = "0", second = "0", fraction = "", offset] = parts;
  const offsetMs = msOfOffset(offset);
  if (midnight === undefined || offsetMs === undefined) return undefined;
  if (hour === undefined) return { midnight, micros: "000000", offsetMs };
  if (+hour > 23 || +minute > 59 || +second > 59) return undefined;
  const time = ((+hour * 60 + +minute) * 60 + +second) * 1000;
  return { midnight, time, micros: fraction.slice(0, 6).padEnd(6, "0"), offsetMs };
}

function parseLoose(text: string): Moment | undefined {
  const match = LOOSE_REGEXP.exec(text);
  if (!match) return undefined;
  const [, year, month = "1", day = "1", ...time] = match.map((part) => part && asciiDigits(part));
  const midnight = year === undefined ? 0 : calendarDay(+year, +month, +day);
  const moment = momentOf(midnight, time);
  return moment && year === undefined ? { ...moment, midnight: undefined } : moment;
}

/** Two characters as a number; NaN, which is in no range, when they are no digits. */
function two(text: string, at: number): number {
  const tens = text.charCodeAt(at) - 48;
  const units = text.charCodeAt(at + 1) - 48;
  return tens >= 0 && tens <= 9 && units >= 0 && units <= 9 ? tens * 10 + units : NaN;
}

/**
 * The stored form of `YYYY-MM-DDTHH:MM:SS`, with a fraction or not, with `Z` or not: what nearly every API sends
 * needs no pattern. Undefined for anything else, which may well be a timestamp.
 */
function plainUtc(text: string): string | undefined {
  const { length } = text;
  if (length < 19 || length > 30 || text.charCodeAt(4) !== 45 || text.charCodeAt(13) !== 58) return undefined;
  const separator = text.charCodeAt(10);
  const year = two(text, 0) * 100 + two(text, 2);
  const month = two(text, 5);
  const isFixed = (separator === 84 || separator === 32) && text.charCodeAt(7) === 45 &&
    text.charCodeAt(16) === 58 && year >= 1 && month >= 1 && month <= 12 &&
    two(text, 8) >= 1 && two(text, 8) <= lastDay(year, month) &&
    two(text, 11) < 24 && two(text, 14) < 60 && two(text, 17) < 60;
  if (!isFixed) return undefined;
  const end = text.charCodeAt(length - 1) === 90 ? length - 1 : length;
  if (end === 19) return `${text.slice(0, 10)} ${text.slice(11, 19)}.000000`;
  if (end === 20 || text.charCodeAt(19) !== 46) return undefined;
  for (let at = 20; at < end; at++) {
    if (!(text.charCodeAt(at) >= 48 && text.charCodeAt(at) <= 57)) return undefined;
  }
  return `${text.slice(0, 10)} ${text.slice(11, Math.min(end, 26)).padEnd(15, "0")}`;
}

function lastDay(year: number, month: number): number {
  if (month !== 2) return 30 + ((month + (month >> 3)) & 1);
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
}

function calendarDay(year: number, month: number, day: number): number | undefined {
  if (year < 1 || month < 1 || month > 12 || day < 1 || day > lastDay(year, month)) return undefined;
  return new Date(0).setUTCFullYear(year, month - 1, day);
}

function daysOf(year: number): number {
  return lastDay(year, 2) === 29 ? 366 : 365;
}

function ordinalDay(year: number, ordinal: number): number | undefined {
  const first = calendarDay(year, 1, 1);
  return first === undefined || ordinal < 1 || ordinal > daysOf(year)
    ? undefined
    : first + (ordinal - 1) * DAY_MS;
}

/** Week 0 and day 0 are the ones before the first; week 53 is there in long years only. */
function isoWeekDay(year: number, week: number, weekDay: number): number | undefined {
  const fourth = calendarDay(year, 1, 4);
  if (fourth === undefined || weekDay > 7 || week > weeksOf(year)) return undefined;
  const mondayOffset = (new Date(fourth).getUTCDay() + 6) % 7;
  return fourth + ((week - 1) * 7 + weekDay - 1 - mondayOffset) * DAY_MS;
}

/** A year has 53 weeks when it begins or ends on a Thursday. */
function weeksOf(year: number): number {
  const first = new Date(calendarDay(year, 1, 1)!).getUTCDay();
  return first === 4 || (first === 3 && daysOf(year) === 366) ? 53 : 52;
}

/** Undefined for an offset of a day or more. */
function msOfOffset(offset: string | undefined): number | undefined {
  if (!offset || offset === "Z") return 0;
  const minutes = +offset.slice(1, 3) * 60 + +(offset.slice(3).replace(":", "") || 0);
  return minutes >= 1440 ? undefined : (offset[0] === "-" ? -minutes : minutes) * 60_000;
}

/** Epoch milliseconds as stored text; `micros` replaces the fraction. Undefined outside years 1 to 9999. */
export function formatUtc(ms: number, micros?: string): string | undefined {
  const date = new Date(ms);
  const year = date.getUTCFullYear();
  if (!(year >= 1 && year <= 9999)) return undefined;
  const iso = date.toISOString();
  return `${iso.slice(0, 10)} ${iso.slice(11, 19)}.${micros ?? iso.slice(20, 23) + "000"}`;
}

/** Seconds since 1970 as stored text, rounded to microseconds. */
export function fromEpochSeconds(seconds: number): string | undefined {
  const whole = Math.trunc(seconds);
  const micros = roundHalfEven((seconds - whole) * 1e6);
  const carry = Math.floor(micros / 1e6);
  return formatUtc((whole + carry) * 1000, String(micros - carry * 1e6).padStart(6, "0"));
}

function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  return rest > 0.5 || (rest === 0.5 && floor % 2 !== 0) ? floor + 1 : floor;
}
