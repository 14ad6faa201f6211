/**
 * The users: what each one is, computed from its position, and the changes made since. Nothing is kept for a
 * user nobody changed. Rendering to JSON is in `user_text.ts`.
 *
 * @module
 */

import { IdentifierSpace } from "./identifiers.ts";
import { choose, hashOf, hashText, vary } from "./random.ts";
import { FIRST_NAMES, LAST_NAMES, type Name } from "./names.ts";
import type { Switches } from "./switches.ts";

/** The states of a user's life. */
export type UserStatus =
  | "ACTIVE"
  | "DEPROVISIONED"
  | "LOCKED_OUT"
  | "PASSWORD_EXPIRED"
  | "PROVISIONED"
  | "RECOVERY"
  | "STAGED"
  | "SUSPENDED";

/** The dates of a user. */
export type UserDate =
  | "created"
  | "activated"
  | "statusChanged"
  | "lastLogin"
  | "lastUpdated"
  | "passwordChanged";

/** The members of a user that are dates. */
export const USER_DATES: readonly UserDate[] = [
  "created",
  "activated",
  "statusChanged",
  "lastLogin",
  "lastUpdated",
  "passwordChanged",
];

/** What a mutation has changed about a user. */
export interface UserPatch extends Partial<Record<UserDate, number | null>> {
  readonly status?: UserStatus;
  readonly profile?: Readonly<Record<string, unknown>>;
}

/** The patch of a user nobody changed, for asking how one was before. */
export const UNPATCHED: UserPatch = {};

/** What the directory needs to know about the organisation it belongs to. */
export interface UserSettings {
  readonly seed: number;
  readonly count: number;
  readonly anchor: number;
  readonly isHostile: boolean;
  readonly switches: Switches;
  readonly now: () => number;
}

interface Change {
  readonly at: number;
  readonly before: UserPatch | undefined;
  readonly didExist: boolean;
}

const DAY_MS = 86_400_000;
const SHARE_OF_STATUS: readonly (readonly [number, UserStatus])[] = [
  [700, "ACTIVE"],
  [880, "DEPROVISIONED"],
  [920, "PROVISIONED"],
  [950, "STAGED"],
  [970, "SUSPENDED"],
  [980, "LOCKED_OUT"],
  [990, "PASSWORD_EXPIRED"],
  [1000, "RECOVERY"],
];

function wholeSecond(ms: number): number {
  return ms - ms % 1000;
}

/** The users of one organisation. */
export class UserDirectory {
  readonly settings: UserSettings;
  readonly ids: IdentifierSpace;
  readonly baseCount: number;
  /** One more than the highest position ever given out. */
  end: number;
  readonly #seed: number;
  readonly #bulk: { from: number; to: number; at: number };
  readonly #patches = new Map<number, UserPatch>();
  readonly #purged = new Set<number>();
  readonly #changes = new Map<number, Change>();

  constructor(settings: UserSettings) {
    this.settings = settings;
    this.baseCount = this.end = settings.count;
    this.#seed = hashText("users", settings.seed);
    this.ids = new IdentifierSpace("00u", settings.seed, settings.isHostile);
    const from = Math.floor(settings.count * 0.3);
    const to = from + Math.min(5000, Math.ceil(settings.count * 0.25));
    this.#bulk = { from, to, at: wholeSecond(settings.anchor - 45 * DAY_MS) };
  }

  /** The hash every attribute of a user is derived from. */
  hash(index: number): number {
    return hashOf(this.#seed, index);
  }

  /** The person at a position. */
  person(index: number): { first: Name; last: Name; login: string } {
    const hash = this.hash(index);
    const first = choose(FIRST_NAMES, vary(hash, 20));
    const last = choose(LAST_NAMES, vary(hash, 21));
    return { first, last, login: `${first.login}.${last.login}${index}@example.com` };
  }

  /** Whether the position holds a user now. */
  exists(index: number): boolean {
    return index >= 0 && index < this.end && !this.#purged.has(index);
  }

  /** The changes made to a user. */
  patch(index: number): UserPatch | undefined {
    return this.#patches.size === 0 ? undefined : this.#patches.get(index);
  }

  /** The state of a user, as patched. */
  status(index: number, patch = this.patch(index)): UserStatus {
    return patch?.status ?? this.#baseStatus(index, this.hash(index));
  }

  /** A date of a user, as patched. */
  date(index: number, field: UserDate, patch = this.patch(index)): number | null {
    const patched = patch?.[field];
    return patched !== undefined ? patched : this.#baseDate(index, field);
  }

  /** All dates of a user, as patched. */
  dates(index: number, patch = this.patch(index)): Record<UserDate, number | null> {
    const dates = this.#baseDates(index, this.hash(index));
    for (const field of patch ? USER_DATES : []) {
      const patched = patch?.[field];
      if (patched !== undefined) dates[field] = patched;
    }
    return dates;
  }

  /** The login of a user, as patched. */
  login(index: number, patch = this.patch(index)): string {
    const patched = patch?.profile?.login;
    return typeof patched === "string" ? patched : this.person(index).login;
  }

  /** The position of a user given by id, login or the login's part before `@`; -1 when there is none. */
  find(key: string): number {
    const byId = this.ids.indexOf(key);
    if (byId >= 0) return this.exists(byId) ? byId : -1;
    const wanted = String(key).toLowerCase();
    for (const index of this.#patches.keys()) {
      if (this.exists(index) && matchesLogin(this.login(index), wanted)) return index;
    }
    const digits = /(\d+)(@|$)/.exec(wanted);
    const index = digits ? Number(digits[1]) : -1;
    return this.exists(index) && matchesLogin(this.login(index), wanted) ? index : -1;
  }

  /** Records a change. */
  change(index: number, patch: UserPatch): void {
    this.#remember(index);
    const before = this.#patches.get(index);
    const profile = patch.profile && { ...before?.profile, ...patch.profile };
    this.#patches.set(index, { ...before, ...patch, ...(profile && { profile }) });
  }

  /** Adds a user behind all others and returns its position. */
  create(patch: UserPatch): number {
    const index = this.end;
    this.#remember(index);
    this.end++;
    this.#patches.set(index, patch);
    return index;
  }

  /** Removes a user without a trace in any list. */
  purge(index: number): void {
    this.#remember(index);
    this.#purged.add(index);
  }

  /** Users changed after an instant, for readers that serve them again. */
  *changedSince(at: number): Iterable<number> {
    for (const [index, change] of this.#changes) if (change.at > at) yield index;
  }

  /** Whether a user was created after an instant. */
  createdAfter(index: number, at: number): boolean {
    return index >= this.baseCount && (this.date(index, "created") ?? 0) > at;
  }

  /** Whether any user has ever been changed, created or removed. */
  get isTouched(): boolean {
    return this.#changes.size > 0;
  }

  /** The patch and existence of a user as the lagging search index still sees them. */
  indexed(index: number): { exists: boolean; patch: UserPatch | undefined } {
    const change = this.#changes.get(index);
    if (change && this.settings.now() - change.at < this.#lagOf(index)) {
      return { exists: change.didExist, patch: change.before ?? UNPATCHED };
    }
    return { exists: this.exists(index), patch: this.patch(index) };
  }

  #lagOf(index: number): number {
    const { searchLagMs, searchHoleEvery } = this.settings.switches;
    const isHole = searchHoleEvery > 0 && index % searchHoleEvery === 0;
    return isHole ? searchLagMs * 10 : searchLagMs;
  }

  #remember(index: number): void {
    const at = this.settings.now();
    const earlier = this.#changes.get(index);
    // Within the lag the index still shows the state before the first of several changes.
    const isStillHidden = earlier && at - earlier.at < this.#lagOf(index);
    const before = isStillHidden ? earlier.before : this.#patches.get(index);
    const didExist = isStillHidden ? earlier.didExist : this.exists(index);
    this.#changes.set(index, { at, before, didExist });
  }

  #baseStatus(index: number, hash: number): UserStatus {
    if (index === 0) return "ACTIVE";
    // A status nobody has heard of, as a future release may bring.
    if (this.settings.isHostile && index % 101 === 100) return "NEW_STATUS" as UserStatus;
    const share = vary(hash, 1) % 1000;
    for (const [below, status] of SHARE_OF_STATUS) if (share < below) return status;
    return "ACTIVE";
  }

  #isBulk(index: number): boolean {
    return index >= this.#bulk.from && index < this.#bulk.to;
  }

  #created(index: number, hash: number): number {
    if (this.#isBulk(index)) return this.#bulk.at;
    const { anchor } = this.settings;
    return wholeSecond(anchor - 50 * DAY_MS - (vary(hash, 2) % 1800) * DAY_MS - vary(hash, 3) % DAY_MS);
  }

  #lastUpdated(index: number, hash: number): number {
    if (this.#isBulk(index)) return this.#bulk.at;
    const created = this.#created(index, hash);
    const age = this.settings.anchor - created;
    return wholeSecond(created + Math.floor((vary(hash, 4) / 4294967296) * age));
  }

  /** One date; the two that filters ask a million users for are computed without the others. */
  #baseDate(index: number, field: UserDate): number | null {
    const hash = this.hash(index);
    if (field === "lastUpdated") return this.#lastUpdated(index, hash);
    return field === "created" ? this.#created(index, hash) : this.#baseDates(index, hash)[field];
  }

  #baseDates(index: number, hash: number): Record<UserDate, number | null> {
    const status = this.#baseStatus(index, hash);
    const created = this.#created(index, hash);
    const lastUpdated = this.#lastUpdated(index, hash);
    const hasNoPassword = status === "STAGED" || status === "PROVISIONED" || vary(hash, 5) % 10 === 0;
    const neverSignedIn = status === "STAGED" || status === "PROVISIONED" || vary(hash, 7) % 12 === 0;
    return {
      created,
      lastUpdated,
      activated: status === "STAGED" || index === 0 ? null : created,
      statusChanged: status === "ACTIVE" ? created : lastUpdated,
      passwordChanged: hasNoPassword ? null : created + 60_000 * (vary(hash, 6) % 5000),
      lastLogin: neverSignedIn ? null : wholeSecond(this.settings.anchor - vary(hash, 8) % (49 * DAY_MS)),
    };
  }
}

function matchesLogin(login: string, wanted: string): boolean {
  const known = login.toLowerCase();
  return known === wanted || known.slice(0, known.indexOf("@")) === wanted;
}
