/**
 * The bounds that a scheduler sets for one run, for cursors that allow it: `DLT_INTERVAL_START` and
 * `DLT_INTERVAL_END`, in the form of the cursor's own values and within its own bounds.
 * @module
 */
import type { Configuration } from "../../pipeline/config.ts";
import { ConfigError } from "../../pipeline/errors.ts";
import { areComparable, compare, cursorValue } from "../cursor_value.ts";
import type { ResolvedResource } from "./resolve.ts";
import type { CursorInput, IncrementalConfig } from "./rest_api_config.ts";

const VARIABLES = ["DLT_INTERVAL_START", "DLT_INTERVAL_END"] as const;
const ZONE_VARIABLE = "DLT_INTERVAL_TIMEZONE";

/** A time that a scheduler names. */
interface Interval {
  readonly start: string;
  readonly end: string;
  /** For cursors that are days. */
  readonly timeZone?: string;
}

/**
 * The resources with the bounds of the present interval, where a cursor allows it and a scheduler set one.
 *
 * @throws {ConfigError} "invalid-interval" when it is not complete or no time
 */
export function withIntervals(
  resources: readonly ResolvedResource[],
  configuration: Configuration,
): ResolvedResource[] {
  let interval: Interval | undefined;
  return resources.map((resource) => {
    const { incremental } = resource;
    if (!incremental?.allow_external_schedulers) return resource;
    interval ??= intervalOf(configuration);
    return interval ? { ...resource, incremental: within(incremental, interval) } : resource;
  });
}

function intervalOf(configuration: Configuration): Interval | undefined {
  const read = (name: string) =>
    configuration.value(name.toLowerCase(), { type: "text", help: name }) || undefined;
  const [start, end] = VARIABLES.map(read);
  if (start === undefined && end === undefined) return undefined;
  if (start === undefined || end === undefined) {
    const [given, missing] = start === undefined ? VARIABLES.toReversed() : VARIABLES;
    throw invalid(`${given} is set and ${missing} is not`, `set ${missing}, too, or neither of them`);
  }
  for (const [index, value] of [start, end].entries()) {
    if (!Number.isNaN(Date.parse(value))) continue;
    throw invalid(`${VARIABLES[index]} is no date-time`, "write it like 2026-01-31T00:00:00Z");
  }
  const timeZone = read(ZONE_VARIABLE);
  if (timeZone !== undefined && !isTimeZone(timeZone)) {
    throw invalid(`${ZONE_VARIABLE} is no time zone`, "write it like Europe/Vienna");
  }
  return { start, end, timeZone };
}

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

function within(incremental: IncrementalConfig, { start, end, timeZone }: Interval): IncrementalConfig {
  const { initial_value, end_value, last_value_func = "max" } = incremental;
  const like = initial_value ?? end_value;
  const formed = (moment: string) => inFormOf(like, moment, timeZone);
  const isBackwards = last_value_func === "min";
  return {
    ...incremental,
    initial_value: further(formed(start), initial_value, isBackwards),
    end_value: further(formed(end), end_value, !isBackwards),
  };
}

/** A moment as values of the cursor are written: seconds, a day, or a date-time. */
function inFormOf(like: CursorInput | undefined | null, moment: string, timeZone = "UTC"): CursorInput {
  if (typeof like === "number" || typeof like === "bigint") return Math.floor(Date.parse(moment) / 1000);
  if (typeof like !== "string" || !/^\d{4}-\d{2}-\d{2}$/.test(like)) return moment;
  // The Swedish way to write a day is ISO's.
  return new Intl.DateTimeFormat("sv-SE", { timeZone }).format(new Date(moment));
}

/** A bound, unless the cursor's own is narrower. */
function further(
  bound: CursorInput,
  own: CursorInput | undefined | null,
  isLess: boolean,
): CursorInput {
  const [one, other] = [cursorValue(bound), cursorValue(own ?? undefined)];
  if (one === undefined || other === undefined || !areComparable(one, other)) return bound;
  return compare(one, other) < 0 === isLess ? bound : own!;
}

function invalid(state: string, next: string): ConfigError {
  return new ConfigError(`Cannot use the interval of the scheduler: ${state}`, {
    code: "invalid-interval",
    next,
  });
}
