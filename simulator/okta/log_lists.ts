/**
 * `/logs`: polling in the order of storage, bounded queries in the order of occurrence.
 *
 * @module
 */

import { ApiError } from "./api_error.ts";
import type { Call, PageAnswer } from "./call.ts";
import { LOG_FILTER } from "./dialects.ts";
import { parseFilter } from "./filter.ts";
import type { LogKey, LogRange } from "./log.ts";
import { eventFacts } from "./log_facts.ts";
import { eventText } from "./log_text.ts";
import { matcher } from "./matcher.ts";
import { normalizedQuery, readCursor, writeCursor } from "./paging.ts";
import { hashText } from "./random.ts";
import { compiled } from "./user_lists.ts";

const DAY_MS = 86_400_000;
const DATE_REGEXP = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:?\d\d))?$/;
const PARAMETERS = ["since", "until", "filter", "q", "limit", "sortOrder"];
/** Polling that was given no end never ends by itself. */
const FOREVER = Number.MAX_SAFE_INTEGER;

interface LogQuery {
  readonly range: LogRange;
  readonly isPolling: boolean;
  readonly binding: string;
}

/** Answers `GET /logs`. */
export function listEvents(call: Call): PageAnswer {
  const { organisation: { log, clock, switches }, query, limit } = call;
  const { range, isPolling, binding } = readQuery(call);
  const isMatch = predicate(call);
  const shown = call.caller.role === "none" ? [] : log.keys(range, clock.now());
  const keys: LogKey[] = [];
  let hasMore = false;
  const wanted = switches.shortPages ? shortened(limit, range.after) : limit;
  for (const key of shown) {
    if (!isMatch(key.event)) continue;
    if (keys.length === wanted) {
      hasMore = true;
      break;
    }
    keys.push(key);
  }
  const items = keys.map(({ event }) => eventText(log, event));
  const isRepeated = switches.duplicateDelivery && range.after && keys.length > 0 &&
    range.after.event % 2 === 0;
  if (isRepeated) items.unshift(eventText(log, range.after!.event));
  const selfQuery = normalizedQuery(query, PARAMETERS, limit);
  if (keys.length === 0) return { items, selfQuery, nextQuery: isPolling ? selfQuery : undefined };
  if (!isPolling && !hasMore) return { items, selfQuery, nextQuery: undefined };
  return { items, selfQuery, nextQuery: nextQuery(call, { last: keys.at(-1)!, range, binding }) };
}

function nextQuery(call: Call, from: { last: LogKey; range: LogRange; binding: string }): string {
  const { organisation: { log, clock }, query, limit, startedAt } = call;
  const next = new URLSearchParams(query);
  next.delete("since");
  // A descending link moves its own upper bound to the last event shown, which is why links are not to be rebuilt.
  if (from.range.isDescending) next.set("until", new Date(from.last.at).toISOString());
  const { since, until } = from.range;
  const position = [from.last.at, from.last.event, since, until, log.epoch];
  next.set("after", writeCursor({ position, startedAt, issuedAt: clock.now() }, from.binding));
  return normalizedQuery(next, PARAMETERS, limit);
}

function readQuery(call: Call): LogQuery {
  const { organisation: { log, clock, switches }, query } = call;
  const now = clock.now();
  const isDescending = query.get("sortOrder")?.toUpperCase() === "DESCENDING";
  const isPolling = !isDescending && !query.has("until");
  const binding = ["/logs", isPolling, isDescending, query.get("filter"), query.get("q")].join("\n");
  const order = isPolling ? "persisted" : "published";
  const after = query.get("after");
  if (after === null) {
    const until = dateOf(query, "until", switches.logBadDate) ?? (isPolling ? FOREVER : now);
    const since = dateOf(query, "since", switches.logBadDate) ?? Math.min(until, now) - 7 * DAY_MS;
    if (since < now - 180 * DAY_MS) {
      throw new ApiError("E0000053", { causes: ["The since parameter must not be more than 180 days ago."] });
    }
    return { range: { order, since, until, isDescending }, isPolling, binding };
  }
  if (query.has("since")) {
    throw new ApiError("E0000001", { causes: ["The parameters since and after cannot both be present."] });
  }
  const cursor = readCursor(after, binding);
  const isExpired = cursor && switches.cursorTtlMs > 0 && now - cursor.issuedAt > switches.cursorTtlMs;
  const [at, event, since, until, epoch] = (cursor?.position ?? []) as number[];
  if (!cursor || isExpired || epoch !== log.epoch) {
    throw new ApiError("E0000031", { causes: ["Invalid cursor."] });
  }
  return { range: { order, since, until, isDescending, after: { at, event } }, isPolling, binding };
}

function dateOf(query: URLSearchParams, name: string, code: string): number | undefined {
  const given = query.get(name);
  if (given === null) return undefined;
  const ms = DATE_REGEXP.test(given) ? Date.parse(given) : NaN;
  if (!Number.isNaN(ms)) return ms;
  throw new ApiError(code, code === "E0000001" ? { causes: [`${name}: The date format is not valid.`] } : {});
}

function predicate({ organisation: { log }, query }: Call): (event: number) => boolean {
  const [filter, q] = [query.get("filter"), query.get("q")];
  const tests: ((event: number) => boolean)[] = [];
  if (filter !== null) {
    tests.push(compiled(() => matcher(parseFilter(filter), LOG_FILTER, reader), "E0000053"));
  }
  if (q !== null) tests.push(keywords(q, (event) => eventText(log, event).toLowerCase()));
  return (event) => tests.every((test) => test(event));

  function reader(attribute: string): (event: number) => unknown {
    const steps = attribute.split(".");
    const isFact = attribute === "eventType" && !log.apps.groups.users.settings.isHostile;
    return (event) => {
      if (isFact && !log.emitted(event)) return eventFacts(log, event).kind.type;
      return valuesAt(JSON.parse(eventText(log, event)), steps);
    };
  }
}

/** The value at a path; where the path crosses an array, the values of all its elements. */
function valuesAt(value: unknown, steps: readonly string[]): unknown {
  if (steps.length === 0) return value;
  if (Array.isArray(value)) return value.flatMap((element) => valuesAt(element, steps));
  if (typeof value !== "object" || value === null) return undefined;
  return valuesAt((value as Record<string, unknown>)[steps[0]], steps.slice(1));
}

function keywords(q: string, textOf: (event: number) => string): (event: number) => boolean {
  const words = q.toLowerCase().split(/\s+/).filter((word) => word !== "");
  if (words.length > 10 || words.some((word) => word.length > 40)) {
    throw new ApiError("E0000001", {
      causes: ["q: at most 10 keywords of at most 40 characters are supported."],
    });
  }
  return (event) => words.every((word) => textOf(event).includes(word));
}

/** A page size between 1 and the limit that depends only on where the page begins. */
function shortened(limit: number, after: LogKey | undefined): number {
  return limit === 0 ? 0 : 1 + hashText(`${after?.at} ${after?.event}`) % limit;
}
