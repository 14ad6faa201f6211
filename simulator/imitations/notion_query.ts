/**
 * Filters and sorts of database queries in the Notion imitation: by timestamps, and by two kinds of property.
 * @module
 */
import type { NotionPage } from "./notion_data.ts";

/** Says what is wrong with a query; the message follows "body failed validation: ". */
export class NotionQueryError extends Error {
  override readonly name = "NotionQueryError";
}

type Fields = Readonly<Record<string, unknown>>;
type Test = (page: NotionPage) => boolean;

const TIMESTAMPS = ["created_time", "last_edited_time"];

const TIME_TESTS: Readonly<Record<string, (held: number, wanted: number) => boolean>> = {
  equals: (held, wanted) => held === wanted,
  before: (held, wanted) => held < wanted,
  after: (held, wanted) => held > wanted,
  on_or_before: (held, wanted) => held <= wanted,
  on_or_after: (held, wanted) => held >= wanted,
};

function isFields(value: unknown): value is Fields {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}

function timeOf(value: unknown, path: string): number {
  const isIso = typeof value === "string" && /^\d{4}-\d\d-\d\d(T[\d:.]+(Z|[+-]\d\d:\d\d))?$/.test(value);
  const time = isIso ? Date.parse(value) : NaN;
  if (!Number.isNaN(time)) return time;
  throw new NotionQueryError(
    `${path} should be a valid ISO 8601 date string, instead was \`${JSON.stringify(value)}\`.`,
  );
}

/** The test that a filter makes. */
export function parseFilter(filter: unknown, path = "body.filter"): Test {
  if (filter === undefined) return () => true;
  if (!isFields(filter)) throw new NotionQueryError(`${path} should be an object.`);
  for (const kind of ["and", "or"]) {
    const parts = filter[kind];
    if (parts === undefined) continue;
    if (!Array.isArray(parts)) throw new NotionQueryError(`${path}.${kind} should be an array.`);
    const tests = parts.map((part, index) => parseFilter(part, `${path}.${kind}[${index}]`));
    return (page) => kind === "and" ? tests.every((test) => test(page)) : tests.some((test) => test(page));
  }
  if (typeof filter.timestamp === "string") return timestampTest(filter, path);
  if (typeof filter.property === "string") return propertyTest(filter, path);
  throw new NotionQueryError(`${path}.property or ${path}.timestamp should be defined.`);
}

function timestampTest(filter: Fields, path: string): Test {
  const timestamp = String(filter.timestamp);
  const conditions = filter[timestamp];
  if (!TIMESTAMPS.includes(timestamp) || !isFields(conditions)) {
    throw new NotionQueryError(`${path}.${timestamp} should be defined, instead was \`undefined\`.`);
  }
  const tests = Object.entries(conditions).map(([name, value]): Test => {
    if (!Object.hasOwn(TIME_TESTS, name)) {
      throw new NotionQueryError(`${path}.${timestamp}.${name} is not supported.`);
    }
    const wanted = timeOf(value, `${path}.${timestamp}.${name}`);
    return (page) => TIME_TESTS[name](Date.parse(String(page[timestamp])), wanted);
  });
  return (page) => tests.every((test) => test(page));
}

function propertyTest(filter: Fields, path: string): Test {
  const name = String(filter.property);
  for (
    const [kind, pick] of [["checkbox", (held: Fields) => held.checkbox], ["status", statusName]] as const
  ) {
    const condition = filter[kind];
    if (!isFields(condition)) continue;
    if (!("equals" in condition)) throw new NotionQueryError(`${path}.${kind}.equals should be defined.`);
    return (page) => {
      const held = page.properties[name];
      if (!isFields(held)) throw new NotionQueryError(`Could not find property with name or id: ${name}`);
      return pick(held) === condition.equals;
    };
  }
  throw new NotionQueryError(`${path}.checkbox or ${path}.status should be defined.`);
}

function statusName(held: Fields): unknown {
  return isFields(held.status) ? held.status.name : undefined;
}

/** The order that sorts ask for; none means oldest first. */
export function parseSorts(sorts: unknown): (left: NotionPage, right: NotionPage) => number {
  if (sorts === undefined) return () => 0;
  if (!Array.isArray(sorts)) throw new NotionQueryError("body.sorts should be an array.");
  const keys = sorts.map((sort, index) => {
    const path = `body.sorts[${index}]`;
    if (!isFields(sort) || !TIMESTAMPS.includes(String(sort.timestamp))) {
      throw new NotionQueryError(`${path}.timestamp should be \`"created_time"\` or \`"last_edited_time"\`.`);
    }
    const sign = { ascending: 1, descending: -1 }[String(sort.direction)];
    if (sign === undefined) {
      throw new NotionQueryError(`${path}.direction should be \`"ascending"\` or \`"descending"\`.`);
    }
    return { timestamp: String(sort.timestamp), sign };
  });
  return (left, right) => {
    for (const { timestamp, sign } of keys) {
      const difference = Date.parse(String(left[timestamp])) - Date.parse(String(right[timestamp]));
      if (difference !== 0) return sign * difference;
    }
    return 0;
  };
}
