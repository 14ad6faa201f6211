/**
 * When something runs: five fields as in a crontab, understood so that other schedulers can be told the same.
 * @module
 */
import { ConfigError } from "../../pipeline/errors.ts";

/** The values of a field; undefined where it says nothing. */
export type FieldValues = readonly number[] | undefined;

/** A schedule. */
export interface Schedule {
  /** Five fields that every cron understands. */
  readonly cron: string;
  readonly minutes: FieldValues;
  readonly hours: FieldValues;
  readonly days: FieldValues;
  readonly months: FieldValues;
  /** 0 is Sunday. */
  readonly weekdays: FieldValues;
}

const NICKNAMES: Readonly<Record<string, string>> = {
  "@hourly": "0 * * * *",
  "@daily": "0 0 * * *",
  "@midnight": "0 0 * * *",
  "@weekly": "0 0 * * 0",
  "@monthly": "0 0 1 * *",
  "@yearly": "0 0 1 1 *",
  "@annually": "0 0 1 1 *",
};

interface Field {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  /** Words for values, from `min` on. */
  readonly words?: readonly string[];
}

const FIELDS: readonly Field[] = [
  { name: "minute", min: 0, max: 59 },
  { name: "hour", min: 0, max: 23 },
  { name: "day of the month", min: 1, max: 31 },
  { name: "month", min: 1, max: 12, words: "jan feb mar apr may jun jul aug sep oct nov dec".split(" ") },
  { name: "weekday", min: 0, max: 7, words: "sun mon tue wed thu fri sat".split(" ") },
];

/** Reads a schedule. @throws {ConfigError} "invalid-schedule" naming the field */
export function parseSchedule(text: string): Schedule {
  const given = text.trim().toLowerCase();
  const fields = (NICKNAMES[given] ?? given).split(/\s+/);
  if (fields.length !== FIELDS.length) {
    const state = given.startsWith("@")
      ? "there is no such nickname"
      : `it has ${fields.length} fields, not 5`;
    throw invalid(text, state);
  }
  const [minutes, hours, days, months, weekdays] = fields.map((field, index) =>
    valuesOf(field, FIELDS[index], text)
  );
  const week = weekdays && [...new Set(weekdays.map((day) => day % 7))].sort((a, b) => a - b);
  // Sunday is 0 everywhere and 7 only in some.
  if (week) fields[4] = weekdays.includes(7) ? week.join(",") : fields[4];
  const isAllWeek = week?.length === 7;
  return {
    cron: fields.join(" "),
    minutes,
    hours,
    days,
    months,
    weekdays: isAllWeek ? undefined : week,
  };
}

function valuesOf(text: string, field: Field, schedule: string): number[] | undefined {
  if (text === "*") return undefined;
  const values = new Set<number>();
  for (const part of text.split(",")) {
    const [, range, step] = /^([^/]+)(?:\/(\d{1,2}))?$/.exec(part) ?? [];
    if (range === undefined || step === "0" || step === "00") {
      throw invalid(schedule, `"${part}" is no ${field.name}`);
    }
    const [from, to] = rangeOf(range, field, { schedule, isOpen: step !== undefined });
    for (let value = from; value <= to; value += Number(step ?? 1)) values.add(value);
  }
  return [...values].sort((a, b) => a - b);
}

function rangeOf(
  text: string,
  field: Field,
  { schedule, isOpen }: { schedule: string; isOpen: boolean },
): [number, number] {
  // `*/2` of weekdays ends with Saturday: Sunday is there already.
  const max = field.name === "weekday" ? 6 : field.max;
  if (text === "*") return [field.min, max];
  const ends = text.split("-").map((end) => numberOf(end, field));
  const [from, to = isOpen ? max : from] = ends;
  const isRight = ends.length <= 2 && ends.every((end) => end >= field.min && end <= field.max) && from <= to;
  if (!isRight) throw invalid(schedule, `"${text}" is no ${field.name} from ${field.min} to ${field.max}`);
  return [from, to];
}

function numberOf(text: string, { words, min }: Field): number {
  const word = words?.indexOf(text) ?? -1;
  return word >= 0 ? word + min : /^\d{1,2}$/.test(text) ? Number(text) : NaN;
}

function invalid(schedule: string, problem: string): ConfigError {
  return new ConfigError(`Cannot schedule "${schedule}": ${problem}`, {
    code: "invalid-schedule",
    next: 'give minute, hour, day, month and weekday as in a crontab, e.g. "0 */6 * * *" for every six hours',
  });
}
