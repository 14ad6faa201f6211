/**
 * Sessions out of the system log: Okta lists no sessions, but it logs how each begins and ends.
 * @module
 */
import {
  type ExtractContext,
  fieldAt,
  type JsonObject,
  type JsonValue,
  pollFeed,
  type PollingFeed,
} from "../../mod.ts";

const START = "user.session.start";
const ENDS = ["user.session.end", "user.session.expire", "user.session.clear"];
const REMEMBERED_ENDS = 2000;

/** The filter that keeps only the events sessions are made of. */
export const SESSION_FILTER = [START, ...ENDS].map((type) => `eventType eq "${type}"`).join(" or ");

/**
 * One row per session and run, with what that run's events tell of it; a coalescing merge puts the rows of
 * several runs together. The state remembers sessions that ended, because an event can come late.
 */
export async function* sessionsFromEvents(
  context: ExtractContext,
  feed: PollingFeed,
): AsyncGenerator<JsonObject[]> {
  context.warn(
    "sessions-derived",
    "Okta's API has no list of sessions (GET /sessions answers 405); they are derived from the system log",
  );
  const log = (context.state.log ??= {}) as JsonObject;
  const ended = new Set((context.state.ended ?? []) as string[]);
  for await (const page of pollFeed({ ...context, state: log }, feed)) {
    const rows = new Map<string, JsonObject>();
    for (const event of Array.isArray(page) ? page : page.records) {
      const id = fieldAt(event, "authenticationContext.externalSessionId");
      if (typeof id === "string") rows.set(id, { ...rows.get(id), ...sessionFacts(id, event, ended) });
    }
    context.state.ended = [...ended].slice(-REMEMBERED_ENDS);
    yield [...rows.values()];
  }
}

function sessionFacts(id: string, event: JsonObject, ended: Set<string>): JsonObject {
  const isEnd = ENDS.includes(String(event.eventType));
  if (isEnd) ended.add(id);
  const facts: JsonObject = { id, is_open: !ended.has(id) };
  const say = (name: string, value: JsonValue | undefined) => {
    if (value !== undefined && value !== null) facts[name] = value;
  };
  if (isEnd) {
    say("ended_at", event.published);
    say("end_event", event.eventType);
    return facts;
  }
  say("root_session_id", fieldAt(event, "authenticationContext.rootSessionId"));
  say("user_id", fieldAt(event, "actor.id"));
  say("login", fieldAt(event, "actor.alternateId"));
  say("display_name", fieldAt(event, "actor.displayName"));
  say("started_at", event.published);
  say("ip_address", fieldAt(event, "client.ipAddress"));
  say("city", fieldAt(event, "client.geographicalContext.city"));
  say("country", fieldAt(event, "client.geographicalContext.country"));
  say("device", fieldAt(event, "client.device"));
  say("user_agent", fieldAt(event, "client.userAgent.rawUserAgent"));
  return facts;
}
