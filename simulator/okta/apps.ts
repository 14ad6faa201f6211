/**
 * The applications, whom they are assigned to, and through which group. Assignments follow from positions: an
 * application has a few groups and a few direct users, and a user counts where the first of them holds it.
 *
 * @module
 */

import { EVERYONE, type GroupDirectory } from "./groups.ts";
import { IdentifierSpace } from "./identifiers.ts";
import { hashOf, hashText, vary } from "./random.ts";
import { type Scatter, scatter } from "./scatter.ts";

/** What a mutation has changed about an application. */
export interface AppPatch {
  readonly label?: string;
  readonly status?: "ACTIVE" | "INACTIVE";
  readonly created?: number;
  readonly lastUpdated?: number;
}

/** One assignment: the user, and the group it comes through, when it does. */
export interface Assignment {
  readonly user: number;
  readonly group: number | undefined;
}

interface AssignmentChanges {
  readonly groups: number[];
  readonly removedGroups: Set<number>;
  /** Users assigned, in order; the place in the list is the key by which they are paged. */
  readonly users: number[];
  /** The place of each user who is still assigned. */
  readonly present: Map<number, number>;
  readonly removed: Set<number>;
}

/** First-party applications come first; the one at this position is for governance and hidden from lists. */
const HIDDEN_APP = 3;
/** Groups larger than this are not given to ordinary applications. */
const SMALL_GROUP = 150;
const ADDED_KEYS = 2 ** 40;
const SOURCE_KEYS = 2 ** 45;
const DAY_MS = 86_400_000;

/** The applications of one organisation. */
export class AppDirectory {
  readonly ids: IdentifierSpace;
  readonly groups: GroupDirectory;
  readonly baseCount: number;
  end: number;
  readonly #seed: number;
  readonly #baseGroups: number[][] = [];
  readonly #direct: Scatter[] = [];
  readonly #patches = new Map<number, AppPatch>();
  readonly #deleted = new Set<number>();
  readonly #changes = new Map<number, AssignmentChanges>();

  /** With `count` visible applications. */
  constructor(groups: GroupDirectory, count: number) {
    this.groups = groups;
    this.baseCount = this.end = count > HIDDEN_APP ? count + 1 : count;
    this.#seed = hashText("apps", groups.users.settings.seed);
    this.ids = new IdentifierSpace("0oa", groups.users.settings.seed, groups.users.settings.isHostile);
  }

  /** The hash every attribute of an application is derived from. */
  hash(index: number): number {
    return hashOf(this.#seed, index);
  }

  /** Whether the position holds an application now. */
  exists(index: number): boolean {
    return index >= 0 && index < this.end && !this.#deleted.has(index);
  }

  /** Whether lists show it. */
  isListed(index: number): boolean {
    return this.exists(index) && index !== HIDDEN_APP;
  }

  /** The position of the application with an id, or -1. */
  find(id: string): number {
    const index = this.ids.indexOf(id);
    return this.exists(index) ? index : -1;
  }

  /** What mutations have changed about an application. */
  patch(index: number): AppPatch | undefined {
    return this.#patches.get(index);
  }

  /** The state of an application. */
  status(index: number): "ACTIVE" | "INACTIVE" {
    const patched = this.#patches.get(index)?.status;
    return patched ?? (index > 4 && vary(this.hash(index), 1) % 8 === 0 ? "INACTIVE" : "ACTIVE");
  }

  /** A date of an application. */
  date(index: number, field: "created" | "lastUpdated"): number {
    const patched = this.#patches.get(index)?.[field];
    if (patched !== undefined) return patched;
    const { anchor } = this.groups.users.settings;
    const hash = this.hash(index);
    const age = (90 + vary(hash, 2) % 1600) * DAY_MS;
    return anchor - (field === "created" ? age : Math.floor(age * (vary(hash, 3) % 100) / 100 / 1000) * 1000);
  }

  /** The groups an application is assigned to, without deleted ones. */
  *groupsOf(index: number): Iterable<number> {
    for (const group of this.#sources(index)) if (this.#grants(index, group)) yield group;
  }

  /** The listed applications a group is assigned to, after a position. */
  *appsOfGroup(group: number, after = -1): Iterable<number> {
    for (let index = after + 1; index < this.end; index++) {
      if (this.isListed(index) && this.#sources(index).includes(group) && this.#grants(index, group)) {
        yield index;
      }
    }
  }

  /** The keys of all assignments of an application after a key: direct ones, then group by group. */
  *assignmentKeys(index: number, after = -1): Iterable<number> {
    const sources = this.#sources(index);
    const first = after < 0 ? 0 : Math.floor(after / SOURCE_KEYS);
    for (let place = first; place <= sources.length; place++) {
      const from = place === first && after >= 0 ? after % SOURCE_KEYS : -1;
      if (place === 0) yield* this.#directKeys(index, from);
      else yield* this.#groupKeys(index, sources, place, from);
    }
  }

  /** The assignment a key stands for. */
  assignmentAt(index: number, key: number): Assignment {
    const place = Math.floor(key / SOURCE_KEYS);
    const rest = key % SOURCE_KEYS;
    if (place > 0) {
      const group = this.#sources(index)[place - 1];
      return { user: this.groups.memberAt(group, rest), group };
    }
    const added = rest >= ADDED_KEYS;
    const user = added ? this.#changes.get(index)?.users[rest - ADDED_KEYS] : this.#scatter(index).at(rest);
    return { user: user ?? -1, group: undefined };
  }

  /** The users an application is assigned to. */
  *holders(index: number): Iterable<number> {
    for (const key of this.assignmentKeys(index)) yield this.assignmentAt(index, key).user;
  }

  /** Records a change of an application's own attributes. */
  change(index: number, patch: AppPatch): void {
    this.#patches.set(index, { ...this.#patches.get(index), ...patch });
  }

  /** Adds an application behind all others and returns its position. */
  create(patch: AppPatch): number {
    this.#patches.set(this.end, patch);
    return this.end++;
  }

  /** Removes an application and with it its assignments. */
  delete(index: number): void {
    this.#deleted.add(index);
  }

  /** Assigns a user directly. */
  assignUser(index: number, user: number): void {
    const changes = this.#changesOf(index);
    changes.removed.delete(user);
    if (changes.present.has(user) || this.#scatter(index).has(user)) return;
    changes.present.set(user, changes.users.push(user) - 1);
  }

  /** Takes a direct assignment away. */
  unassignUser(index: number, user: number): void {
    const changes = this.#changesOf(index);
    if (!changes.present.delete(user)) changes.removed.add(user);
  }

  /** Assigns a group. */
  assignGroup(index: number, group: number): void {
    const changes = this.#changesOf(index);
    changes.removedGroups.delete(group);
    if (!this.#sources(index).includes(group)) changes.groups.push(group);
  }

  /** Takes a group assignment away. */
  unassignGroup(index: number, group: number): void {
    this.#changesOf(index).removedGroups.add(group);
  }

  *#directKeys(index: number, after: number): Iterable<number> {
    const direct = this.#scatter(index);
    const changes = this.#changes.get(index);
    for (let key = after + 1; key < direct.size; key++) {
      const user = direct.at(key);
      if (!changes?.removed.has(user) && this.#canHold(user)) yield key;
    }
    for (let place = Math.max(0, after - ADDED_KEYS + 1); place < (changes?.users.length ?? 0); place++) {
      const user = changes!.users[place];
      if (changes!.present.get(user) === place && this.#canHold(user)) yield ADDED_KEYS + place;
    }
  }

  /** The members of one assigned group whom neither a direct assignment nor an earlier group already serves. */
  *#groupKeys(index: number, sources: readonly number[], place: number, after: number): Iterable<number> {
    const group = sources[place - 1];
    if (!this.#grants(index, group)) return;
    const earlier = sources.slice(0, place - 1).filter((source) => this.#grants(index, source));
    for (const key of this.groups.memberKeys(group, after)) {
      const user = this.groups.memberAt(group, key);
      if (!this.#canHold(user) || this.#isDirect(index, user)) continue;
      if (earlier.every((source) => !this.groups.hasMember(source, user))) yield place * SOURCE_KEYS + key;
    }
  }

  /** Deactivation takes every assignment away. */
  #canHold(user: number): boolean {
    const { users } = this.groups;
    return users.exists(user) && users.status(user) !== "DEPROVISIONED";
  }

  #isDirect(index: number, user: number): boolean {
    const changes = this.#changes.get(index);
    if (changes?.removed.has(user)) return false;
    return changes?.present.has(user) || this.#scatter(index).has(user);
  }

  #grants(index: number, group: number): boolean {
    return this.groups.exists(group) && !this.#changes.get(index)?.removedGroups.has(group);
  }

  #sources(index: number): readonly number[] {
    const base = this.#baseGroups[index] ??= this.#computedGroups(index);
    const added = this.#changes.get(index)?.groups;
    return added && added.length > 0 ? [...base, ...added] : base;
  }

  /** Of the applications, 20% have nobody, 10% everybody, the rest a few small groups and direct users. */
  #computedGroups(index: number): number[] {
    if (index >= this.baseCount) return [];
    const share = this.#share(index);
    const hostile = this.groups.users.settings.isHostile && this.groups.baseCount > 1 ? [1] : [];
    if (share < 20) return hostile;
    if (share >= 90) return [EVERYONE, ...hostile];
    const chosen = scatter(this.groups.baseCount, 4, vary(this.hash(index), 6));
    const groups = [0, 1, 2, 3].map((k) => chosen.at(k)).filter((group) => {
      return group !== EVERYONE && this.groups.baseSize(group) <= SMALL_GROUP;
    });
    return [...new Set([...hostile, ...groups])];
  }

  #share(index: number): number {
    // Applications 0..2 are the dashboards every user has; spreading by position keeps small organisations in shape.
    return index < 3 ? 95 : (index * 37 + this.hash(0) % 10) % 100;
  }

  #scatter(index: number): Scatter {
    return this.#direct[index] ??= this.#computedUsers(index);
  }

  #computedUsers(index: number): Scatter {
    const total = this.groups.users.baseCount;
    const share = this.#share(index);
    const isOrdinary = index < this.baseCount && share >= 20 && share < 90;
    const size = isOrdinary ? Math.min(vary(this.hash(index), 7) % 40, total) : 0;
    return scatter(total, size, vary(this.hash(index), 8));
  }

  #changesOf(index: number): AssignmentChanges {
    let changes = this.#changes.get(index);
    if (!changes) {
      changes = { groups: [], removedGroups: new Set(), users: [], present: new Map(), removed: new Set() };
      this.#changes.set(index, changes);
    }
    return changes;
  }
}
