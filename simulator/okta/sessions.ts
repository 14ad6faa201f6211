/**
 * Sessions: the single read the API has, and the list a reader can derive from the log, which is the truth to
 * compare a derived stream with.
 *
 * @module
 */

import { notFound } from "./api_error.ts";
import type { Answer, Call } from "./call.ts";
import type { EventLog } from "./log.ts";
import { eventText } from "./log_text.ts";

/** A session as its log events tell it. */
export interface DerivedSession {
  readonly id: string;
  readonly userId: string;
  readonly login: string;
  /** Null when the start is no longer in the log. */
  startedAt: string | null;
  /** Null while nothing ended it. */
  endedAt: string | null;
  /** The event type that ended it. */
  endedBy: string | null;
}

interface SessionEvent {
  readonly eventType: string;
  readonly published: string;
  readonly actor: { readonly id: string; readonly alternateId: string };
  readonly authenticationContext: { readonly externalSessionId: string | null };
}

const STARTS = "user.session.start";
const ENDS = new Set(["user.session.end", "user.session.expire", "user.session.clear"]);

/** The sessions of the retained log, in the order they were first seen. */
export function derivedSessions(log: EventLog, now: number): Iterable<DerivedSession> {
  const sessions = new Map<string, DerivedSession>();
  for (const key of log.keys({ order: "published", since: 0, until: now + 1 }, now)) {
    const text = eventText(log, key.event);
    if (!text.includes("user.session.")) continue;
    const event = JSON.parse(text) as SessionEvent;
    const id = event.authenticationContext.externalSessionId;
    if (id === null || !(event.eventType === STARTS || ENDS.has(event.eventType))) continue;
    let session = sessions.get(id);
    if (!session) {
      const { id: userId, alternateId: login } = event.actor;
      session = { id, userId, login, startedAt: null, endedAt: null, endedBy: null };
      sessions.set(id, session);
    }
    if (event.eventType === STARTS) session.startedAt ??= event.published;
    else Object.assign(session, { endedAt: event.published, endedBy: event.eventType });
  }
  return sessions.values();
}

/** Answers `GET /sessions/{id}` for sessions that are open. */
export function readSession({ organisation: { log, clock }, ids, origin, caller }: Call): Answer {
  const now = clock.now();
  const session = caller.role === "none"
    ? undefined
    : [...derivedSessions(log, now)].find(({ id }) => id === ids[0]);
  if (!session || session.endedAt !== null || session.startedAt === null) {
    throw notFound(ids[0], "AppSession");
  }
  const self = `${origin}/api/v1/sessions/${session.id}`;
  return {
    record: JSON.stringify({
      id: session.id,
      login: session.login,
      userId: session.userId,
      expiresAt: new Date(Date.parse(session.startedAt) + 2 * 3_600_000).toISOString(),
      status: "ACTIVE",
      lastPasswordVerification: session.startedAt,
      lastFactorVerification: null,
      amr: ["pwd"],
      idp: { id: "00o1sluiceorg0000001", type: "OKTA" },
      mfaActive: false,
      createdAt: session.startedAt,
      _links: {
        self: { href: self, hints: { allow: ["GET", "DELETE"] } },
        refresh: { href: `${self}/lifecycle/refresh`, hints: { allow: ["POST"] } },
        user: { href: `${origin}/api/v1/users/${session.userId}`, hints: { allow: ["GET"] } },
      },
    }),
  };
}
