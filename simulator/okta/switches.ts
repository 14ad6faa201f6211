/**
 * Every behaviour of the simulated server that the real one leaves open, or that is known to vary, as one
 * switch. Defaults are the recorded or most likely behaviour; a test flips one and proves the reader copes.
 *
 * @module
 */

import type { OddityName } from "./odd_records.ts";

/** The switches; all can be changed while the simulator runs. */
export interface Switches {
  /** How `Link` is written: two header lines, one joined line, next before self, or `rel` without quotes. */
  link: "separate" | "joined" | "next-first" | "unquoted-rel";
  /** Origin written into links: `request` echoes the host that was called (without `-admin`), or a fixed origin. */
  linkHost: string;
  /** What `limit` above the maximum does. */
  overMaxLimit: "clamp" | "reject";
  /** Whether a last page that is exactly full still links to an empty one. */
  exactlyFullLastPage: "no-next" | "next-to-empty";
  /** Pages that are not last may be shorter than asked. */
  shortPages: boolean;
  /** Pages that are not last may be empty (never on the log, where empty means caught up). */
  emptyPages: boolean;
  /** Cursors older than this are refused; 0 means they never expire. */
  cursorTtlMs: number;
  /** `unpleasant`: users changed after being served come again, users created during a pass wait for the next. */
  pagingUnderMutation: "live" | "unpleasant";
  /** Whether a deactivated user stays a member of ordinary groups. */
  deprovisionedStayInGroups: boolean;
  /** Whether the group Everyone counts deactivated users. */
  everyoneIncludesDeprovisioned: boolean;
  /** What `/users/me` answers to a service app, which has no user. */
  usersMeForServiceApp: 401 | 403 | 404;
  /** What a request without `Authorization` is answered. */
  missingAuthorization: 401 | 403;
  /** The error code of an unreadable date on `/logs`. */
  logBadDate: "E0000001" | "E0000030";
  /** Adds `Retry-After` to 429. */
  retryAfter: boolean;
  /** What the reset header of a concurrency 429 says; both are wrong, as on the real server. */
  concurrencyReset: "future" | "past";
  /** Every second log page begins with the last event of the page before (at-least-once delivery). */
  duplicateDelivery: boolean;
  /** How far the index behind `search` runs behind. */
  searchLagMs: number;
  /** Of the users changed lately, every nth is missing from the index ten times longer; 0 means none. */
  searchHoleEvery: number;
  /** Makes `filter` read the lagging index too. */
  filterIsLagged: boolean;
  /** Whether a password change moves `lastUpdated`. */
  passwordChangeBumpsLastUpdated: boolean;
  /** Lifetime of OAuth access tokens in seconds. */
  tokenLifetimeS: number;
  /** Age at which the DPoP nonce is replaced. */
  dpopNonceRotationMs: number;
  /** How long an old nonce is still accepted. */
  dpopNonceAcceptedMs: number;
  /** A token request that mixes granted and ungranted scopes fails, or gets the granted ones. */
  mixedScopes: "reject" | "reduce";
  /** Compresses bodies when the client accepts gzip. Off because loopback is faster without. */
  gzip: boolean;
  /** Sends the session cookie of older releases, which a client must ignore. */
  setCookie: boolean;
  /** Lets the generated log go on after the start, at its usual pace. */
  logTrickle: boolean;
  /** Whether mutations write their own log events, as the real server does. */
  mutationsEmitEvents: boolean;
  /** Hostile data only: above 0, custom attributes change type, appear and vanish, as between two runs. */
  schemaGeneration: number;
  /** Oddities that records have, by name; see `odd_records.ts`. */
  oddities: readonly OddityName[];
}

/** The behaviour of a simulator nobody has switched. */
export const DEFAULT_SWITCHES: Readonly<Switches> = {
  link: "separate",
  linkHost: "request",
  overMaxLimit: "clamp",
  exactlyFullLastPage: "no-next",
  shortPages: false,
  emptyPages: false,
  cursorTtlMs: 0,
  pagingUnderMutation: "live",
  deprovisionedStayInGroups: true,
  everyoneIncludesDeprovisioned: false,
  usersMeForServiceApp: 403,
  missingAuthorization: 403,
  logBadDate: "E0000001",
  retryAfter: false,
  concurrencyReset: "future",
  duplicateDelivery: false,
  searchLagMs: 1000,
  searchHoleEvery: 0,
  filterIsLagged: false,
  passwordChangeBumpsLastUpdated: false,
  tokenLifetimeS: 3600,
  dpopNonceRotationMs: 86_400_000,
  dpopNonceAcceptedMs: 3 * 86_400_000,
  mixedScopes: "reject",
  gzip: false,
  setCookie: false,
  logTrickle: false,
  mutationsEmitEvents: true,
  schemaGeneration: 0,
  oddities: [],
};
