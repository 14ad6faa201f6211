/**
 * Endless feeds, such as event logs: each poll goes on where the last one ended, by the link the server
 * gave, and a feed is caught up when a page is empty or reaches the moment the run began. Where a stored
 * link is refused, time with an overlap takes over and records are told apart by their id.
 * @module
 */
import { createHash } from "node:crypto";
import { ExtractError } from "../pipeline/errors.ts";
import { fieldAt } from "../pipeline/field_path.ts";
import type { JsonObject, JsonValue } from "../pipeline/json.ts";
import type { ExtractContext } from "../extract/definition/source.ts";
import { asItCame } from "./as_it_came.ts";
import type { Actions, RequestSpec, RestPage } from "./types.ts";

const DAY_MS = 86_400_000;
/** A little less than the server keeps, so that the oldest moment is still there when it answers. */
const RETENTION_MARGIN_MS = 5 * 60_000;
const REMEMBERED_IDS = 2000;
const REFUSED_STATUS = 400;

/** A feed of records with an id and a time. */
export interface PollingFeed {
  /** The first request of a feed that starts at a moment, e.g. `2026-01-01T00:00:00.000Z`. */
  readonly since: (moment: string) => RequestSpec;
  /** Where a record's time and id are. */
  readonly timePath: string;
  readonly idPath: string;
  /** Where the first run starts. Default: as far back as the server keeps. */
  readonly initialValue?: string;
  /** Days that the server keeps. */
  readonly retentionDays: number;
  /** Seconds read again when the stored link is refused. */
  readonly overlapSeconds: number;
}

/** What is kept between runs. */
interface FeedState {
  next_url?: string;
  newest?: string;
  recent_ids?: string[];
}

/**
 * Reads a feed from where the last run ended. The state is moved with each page that is yielded.
 *
 * @throws {ExtractError} what the client throws; a refused stored link is no error
 */
export async function* pollFeed(
  context: ExtractContext,
  feed: PollingFeed,
): AsyncGenerator<RestPage | JsonObject[]> {
  const state = context.state as FeedState & JsonObject;
  // The first request is made of them.
  const { began, now } = await context.client.remember("clocks", () => clocks(context, feed));
  const seen = new RecentIds(state.recent_ids ?? []);
  let request = resume(context, feed, state, now);
  for (let fallbacks = 0;;) {
    let refused = false;
    const pages = context.client.paginate(request, {
      paginator: { type: "header_link", polls: true },
      actions: ({ status }) => {
        const isRefused = status === REFUSED_STATUS && state.next_url !== undefined;
        return Promise.resolve(isRefused ? "refused" : undefined);
      },
    });
    for await (const page of pages) {
      refused = page.response.ended !== undefined;
      if (refused) break;
      fallbacks = 0;
      state.next_url = page.next?.url ?? page.request.url;
      const newest = newestTime(page.records, feed.timePath);
      if (newest && (!state.newest || newest > state.newest)) state.newest = newest;
      const unread = fresh(page, seen, feed.idPath);
      state.recent_ids = seen.list();
      yield unread;
      if (!page.records.length || (newest && Date.parse(newest) >= began)) return;
    }
    if (!refused) return;
    if (fallbacks++) throw refusedTwice();
    context.warn("cursor-refused", "the stored position was refused; reading on by time, with an overlap");
    delete state.next_url;
    request = feed.since(afterRefusal(feed, state, now));
  }
}

/** When the walk began, by the server's clock, and the time that its start is counted from. */
async function clocks(
  context: ExtractContext,
  feed: PollingFeed,
): Promise<{ began: number; now: number }> {
  const began = await serverTime(context, feed);
  // An earlier start only brings what is there anyway; of two clocks the one that is behind leaves nothing out.
  const now = Math.max(Math.min(began, context.client.localTime), began - feed.retentionDays * DAY_MS);
  return { began, now };
}

/**
 * The server's clock, not ours: a start by a clock that runs ahead would leave events out. Where no answer has
 * told it yet, one request is spent on it; whether that succeeds does not matter, the next one will tell.
 */
async function serverTime({ client }: ExtractContext, feed: PollingFeed): Promise<number> {
  if (client.lastServerTime === undefined) {
    const actions: Actions = ({ status }) => Promise.resolve(status === 429 ? undefined : "told");
    await client.send(feed.since(new Date().toISOString()), { actions });
  }
  return client.lastServerTime ?? Date.now();
}

/** The stored link, unless the API moved to another address; else the time reached; else the beginning. */
function resume(context: ExtractContext, feed: PollingFeed, state: FeedState, now: number): RequestSpec {
  const oldest = now - feed.retentionDays * DAY_MS;
  if (state.newest && Date.parse(state.newest) < oldest) {
    context.warn(
      "feed-gap",
      `the last record read is older than the ${feed.retentionDays} days kept; records between are lost`,
    );
  }
  if (state.next_url && new URL(state.next_url).origin === context.client.origin) {
    return context.client.request(state.next_url);
  }
  delete state.next_url;
  return feed.since(state.newest ? afterRefusal(feed, state, now) : clamp(feed.initialValue, feed, now));
}

function afterRefusal(feed: PollingFeed, state: FeedState, now: number): string {
  const newest = state.newest === undefined
    ? undefined
    : Date.parse(state.newest) - feed.overlapSeconds * 1000;
  return clamp(newest === undefined ? feed.initialValue : new Date(newest).toISOString(), feed, now);
}

function clamp(moment: string | undefined, feed: PollingFeed, now: number): string {
  const oldest = new Date(now - feed.retentionDays * DAY_MS + RETENTION_MARGIN_MS).toISOString();
  return moment !== undefined && moment > oldest ? moment : oldest;
}

function newestTime(records: readonly JsonObject[], path: string): string | undefined {
  let newest: string | undefined;
  for (const record of records) {
    const time = fieldAt(record, path);
    if (typeof time === "string" && (newest === undefined || time > newest)) newest = time;
  }
  return newest;
}

/** The page as it came, or only its records that were not read before. */
function fresh(page: RestPage, seen: RecentIds, idPath: string): RestPage | JsonObject[] {
  const records = page.records.filter((record) => seen.add(fieldAt(record, idPath)));
  return records.length === page.records.length ? asItCame(page) : records;
}

function refusedTwice(): ExtractError {
  return new ExtractError("Cannot read the feed: its position and the time after it were both refused", {
    code: "cursor-refused",
    next: "run again; if it happens again, use --full-refresh for this resource",
  });
}

/** The ids read last, as short hashes; the oldest make room. */
class RecentIds {
  readonly #hashes: Set<string>;

  constructor(hashes: readonly string[]) {
    this.#hashes = new Set(hashes);
  }

  /** Notes an id and tells whether it is new. Records without one are always new. */
  add(id: JsonValue | undefined): boolean {
    if (typeof id !== "string") return true;
    const hash = createHash("sha256").update(id).digest("base64").slice(0, 12);
    if (this.#hashes.has(hash)) return false;
    this.#hashes.add(hash);
    if (this.#hashes.size > REMEMBERED_IDS) this.#hashes.delete(this.#hashes.values().next().value!);
    return true;
  }

  list(): string[] {
    return [...this.#hashes];
  }
}
