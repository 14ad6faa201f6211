/**
 * An imitation of the incremental exports of Zendesk: tickets by cursor and by time, without those of the
 * last minute, ten requests a minute.
 * @module
 */
import { calendar, isoSeconds, madeAt, many, MINUTE } from "./invent.ts";
import { windowLimit } from "./limits.ts";
import {
  type Answer,
  basicCredentials,
  bearerToken,
  type Call,
  type Imitation,
  type ImitationOptions,
  listen,
  Refusal,
  settled,
  wholeNumber,
} from "./server.ts";
import { inventTicket, type ZendeskTicket, type ZendeskTicketChanges } from "./zendesk_data.ts";

export type { ZendeskTicket, ZendeskTicketChanges } from "./zendesk_data.ts";

/** Options of {@link startZendesk}. */
export interface ZendeskOptions extends ImitationOptions {
  /** @default 230 */
  readonly tickets?: number;
  /** @default 10 */
  readonly requestsPerMinute?: number;
  /** The most records of one page of either export. @default 1000 */
  readonly pageSize?: number;
}

/** A running imitation of Zendesk. */
export interface ZendeskImitation extends Imitation<{ readonly tickets: readonly ZendeskTicket[] }> {
  /** The user name of basic authentication: an address and `/token`. */
  readonly user: string;
  readonly apiToken: string;
  /** Changes a ticket a minute later; another two pass, since exports leave out the last one. */
  updateTicket(id: number, changes: ZendeskTicketChanges): void;
  /** Opens a ticket a minute later; another two pass. */
  addTicket(changes?: ZendeskTicketChanges): ZendeskTicket;
}

const USER = "loader@example.com/token";
const API_TOKEN = "imitation";
const EXPORT_PATH = "/api/v2/incremental/tickets";

/** Starts an imitation of Zendesk on loopback. */
export async function startZendesk(options: ZendeskOptions = {}): Promise<ZendeskImitation> {
  const { seed = 1, tickets: count = 230, requestsPerMinute = 10, pageSize = 1000 } = options;
  const { now, advance } = calendar(options.now);
  const limiter = windowLimit(requestsPerMinute, MINUTE);
  let tickets: ZendeskTicket[] = [];

  const listener = await listen((call) => {
    if (!isKnown(call)) return { status: 401, body: { error: "Couldn't authenticate you" } };
    const { pathname } = call.url;
    const kind = pathname.replace(EXPORT_PATH, "").replace(/\.json$/, "");
    const isExport = pathname.startsWith(EXPORT_PATH) && (kind === "" || kind === "/cursor");
    if (!isExport || call.method !== "GET") {
      return { status: 404, body: { error: "InvalidEndpoint", description: "Not found" } };
    }
    const { isAllowed, remaining, waitMs } = limiter.take();
    const headers = {
      "x-rate-limit": String(requestsPerMinute),
      "x-rate-limit-remaining": String(remaining),
    };
    if (!isAllowed) return tooMany(headers, waitMs);
    const visible = exportable(tickets, now());
    const context = { pageSize, latest: Math.floor(now() / 1000) - 60 };
    const reply = settled(() =>
      kind === "" ? byTime(call, visible, context) : byCursor(call, visible, context)
    );
    return { ...reply, headers: { ...headers, ...reply.headers } };
  }, options.port);

  tickets = many(
    count,
    (index) => inventTicket(seed, index, { site: listener.url, createdMs: madeAt(index, count) }),
  );

  return {
    ...listener,
    user: USER,
    apiToken: API_TOKEN,
    truth: {
      get tickets() {
        return tickets;
      },
    },
    tryIt:
      `curl -s -u ${USER}:${API_TOKEN} "${listener.url}${EXPORT_PATH}/cursor.json?start_time=0&per_page=2"`,
    updateTicket(id, changes) {
      advance(MINUTE);
      const index = tickets.findIndex((ticket) => ticket.id === id);
      if (index < 0) throw new Error(`there is no ticket ${id}`);
      const at = Math.floor(now() / 1000);
      const times = { updated_at: isoSeconds(at * 1000), generated_timestamp: at };
      tickets[index] = { ...tickets[index], ...changes, ...times };
      advance(2 * MINUTE);
    },
    addTicket(changes = {}) {
      advance(MINUTE);
      const made = inventTicket(seed, tickets.length, { site: listener.url, createdMs: now(), isNew: true });
      tickets.push({ ...made, ...changes });
      advance(2 * MINUTE);
      return tickets.at(-1)!;
    },
  };
}

function isKnown({ headers }: Call): boolean {
  const credentials = basicCredentials(headers);
  return (credentials?.user === USER && credentials.password === API_TOKEN) ||
    bearerToken(headers) === API_TOKEN;
}

function tooMany(headers: Record<string, string>, waitMs: number): Answer {
  const description = "Number of allowed incremental export requests per minute exceeded";
  const retryAfter = String(Math.ceil(waitMs / 1000));
  return {
    status: 429,
    headers: { ...headers, "retry-after": retryAfter },
    body: { error: "APIRateLimitExceeded", description },
  };
}

function refusal(status: number, error: string, description: string): Refusal {
  return new Refusal({ status, body: { error, description } });
}

/** What exports show: everything but the changes of the last minute, in the order of the changes. */
function exportable(tickets: readonly ZendeskTicket[], now: number): ZendeskTicket[] {
  const latest = now / 1000 - 60;
  return tickets.filter(({ generated_timestamp }) => generated_timestamp <= latest)
    .sort((a, b) => a.generated_timestamp - b.generated_timestamp || a.id - b.id);
}

interface ExportContext {
  readonly pageSize: number;
  /** The youngest start there can be, epoch seconds. */
  readonly latest: number;
}

function startTime(query: URLSearchParams, latest: number): number {
  const text = query.get("start_time");
  if (text === null) throw refusal(400, "StartTimeMissing", "Missing parameter: start_time");
  const start = wholeNumber(text);
  if (start === undefined) throw refusal(400, "InvalidValue", "Invalid start_time: it must be epoch seconds");
  if (start <= latest) return start;
  throw refusal(422, "InvalidValue", "Too recent start_time. Use a start_time older than 1 minute");
}

function sizeOf(query: URLSearchParams, pageSize: number): number {
  const size = wholeNumber(query.get("per_page") ?? String(pageSize));
  if (!size) throw refusal(400, "InvalidValue", "Invalid per_page: it must be a number from 1 on");
  return Math.min(size, pageSize);
}

function linkTo({ url }: Call, param: string, value: string): string {
  const link = new URL(url.pathname, url);
  const size = url.searchParams.get("per_page");
  if (size !== null) link.searchParams.set("per_page", size);
  link.searchParams.set(param, value);
  return String(link);
}

/** A cursor is the place behind a ticket: the time of its change, and its id. */
function byCursor(
  call: Call,
  tickets: readonly ZendeskTicket[],
  { pageSize, latest }: ExportContext,
): Answer {
  const query = call.url.searchParams;
  const size = sizeOf(query, pageSize);
  const cursor = query.get("cursor");
  const place = cursor === null ? [startTime(query, latest), -1] : placeOf(cursor);
  const rest = tickets.filter(({ generated_timestamp: time, id }) =>
    time > place[0] || (time === place[0] && id > place[1])
  );
  const page = rest.slice(0, size);
  const last = page.at(-1);
  const after = last ? btoa(`${last.generated_timestamp}.0||${last.id}`) : cursor;
  return {
    status: 200,
    body: {
      tickets: page,
      after_url: after === null ? null : linkTo(call, "cursor", after),
      after_cursor: after,
      before_url: null,
      before_cursor: null,
      end_of_stream: rest.length <= size,
    },
  };
}

function placeOf(cursor: string): [number, number] {
  let text = "";
  try {
    text = atob(cursor);
  } catch {
    // Refused below, like any other text that is no cursor.
  }
  const [, time, id] = /^(\d+)\.0\|\|(\d+)$/.exec(text) ?? [];
  if (time === undefined) throw refusal(400, "InvalidValue", "Invalid cursor");
  return [Number(time), Number(id)];
}

/**
 * A page ends with a second, and the next one starts with that second again: what changed in it is on both.
 * Where more changed in one second than fit on a page, the page is longer.
 */
function byTime(call: Call, tickets: readonly ZendeskTicket[], { pageSize, latest }: ExportContext): Answer {
  const query = call.url.searchParams;
  const start = startTime(query, latest);
  const size = sizeOf(query, pageSize);
  const rest = tickets.filter(({ generated_timestamp }) => generated_timestamp >= start);
  const page = rest.slice(0, size);
  while (page.length < rest.length && page.at(-1)!.generated_timestamp === page[0].generated_timestamp) {
    page.push(rest[page.length]);
  }
  const endTime = page.at(-1)?.generated_timestamp ?? start;
  return {
    status: 200,
    body: {
      tickets: page,
      count: page.length,
      end_of_stream: page.length === rest.length,
      end_time: endTime,
      next_page: linkTo(call, "start_time", String(endTime)),
    },
  };
}
