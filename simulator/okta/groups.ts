/**
 * The groups and who is in them. A group and its members follow from its position; changes are kept beside.
 * Group 0 is Everyone, whose members are the users themselves.
 *
 * @module
 */

import { IdentifierSpace } from "./identifiers.ts";
import { fraction, hashOf, hashText, vary } from "./random.ts";
import { type Scatter, scatter } from "./scatter.ts";
import type { UserDirectory } from "./users.ts";

/** The position of the built-in group of all users. */
export const EVERYONE = 0;

/** How a group came to be; it decides the shape of its profile. */
export type GroupKind = "everyone" | "active-directory" | "custom" | "plain";

/** The dates of a group. */
export type GroupDate = "created" | "lastUpdated" | "lastMembershipUpdated";

/** What a mutation has changed about a group. */
export interface GroupPatch extends Partial<Record<GroupDate, number>> {
  readonly profile?: Readonly<Record<string, unknown>>;
}

interface MembershipChanges {
  /** Users added, in order; the place in the list is the key by which they are paged. */
  readonly added: number[];
  /** The place of each user who is still added. */
  readonly present: Map<number, number>;
  readonly removed: Set<number>;
}

/** Keys of added members start here, above any position among the computed ones. */
const ADDED_KEYS = 2 ** 40;
const DAY_MS = 86_400_000;

/** The groups of one organisation. */
export class GroupDirectory {
  readonly ids: IdentifierSpace;
  readonly users: UserDirectory;
  readonly baseCount: number;
  end: number;
  readonly #seed: number;
  readonly #members: Scatter[] = [];
  readonly #patches = new Map<number, GroupPatch>();
  readonly #deleted = new Set<number>();
  readonly #changes = new Map<number, MembershipChanges>();
  #baseEveryone: number | undefined;

  constructor(users: UserDirectory, count: number) {
    this.users = users;
    this.baseCount = this.end = count;
    this.#seed = hashText("groups", users.settings.seed);
    this.ids = new IdentifierSpace("00g", users.settings.seed, users.settings.isHostile);
  }

  /** The hash every attribute of a group is derived from. */
  hash(index: number): number {
    return hashOf(this.#seed, index);
  }

  /** Whether the position holds a group now. */
  exists(index: number): boolean {
    return index >= 0 && index < this.end && !this.#deleted.has(index);
  }

  /** The position of the group with an id, or -1. */
  find(id: string): number {
    const index = this.ids.indexOf(id);
    return this.exists(index) ? index : -1;
  }

  /** The kind of a group. */
  kind(index: number): GroupKind {
    if (index === EVERYONE) return "everyone";
    if (index >= this.baseCount) return "plain";
    const share = vary(this.hash(index), 1) % 100;
    return share < 8 ? "active-directory" : share < 18 ? "custom" : "plain";
  }

  /** What mutations have changed about a group. */
  patch(index: number): GroupPatch | undefined {
    return this.#patches.get(index);
  }

  /** A date of a group, as patched. */
  date(index: number, field: GroupDate): number {
    const patched = this.#patches.get(index)?.[field];
    if (patched !== undefined) return patched;
    const { anchor } = this.users.settings;
    const hash = this.hash(index);
    const created = anchor - (60 + vary(hash, 2) % 1700) * DAY_MS;
    if (field === "created" || index === EVERYONE && field === "lastUpdated") return created;
    const elapsed = fraction(vary(hash, field === "lastUpdated" ? 3 : 4)) * (anchor - created);
    return created + Math.floor(elapsed / 1000) * 1000;
  }

  /** How many members a group had before any change, not counting what the switches hide. */
  baseSize(index: number): number {
    return index === EVERYONE ? this.users.baseCount : this.#scatter(index).size;
  }

  /** Whether a user is a member, counting changes and switches. */
  hasMember(index: number, user: number): boolean {
    if (!this.#isEligible(index, user)) return false;
    if (index === EVERYONE) return true;
    const changes = this.#changes.get(index);
    if (changes?.removed.has(user)) return false;
    return changes?.present.has(user) || this.#scatter(index).has(user);
  }

  /** The keys of all members after a key. */
  *memberKeys(index: number, after = -1): Iterable<number> {
    const changes = this.#changes.get(index);
    const end = index === EVERYONE ? this.users.end : this.#scatter(index).size;
    for (let key = after + 1; key < end; key++) {
      const user = this.memberAt(index, key);
      if (this.#isEligible(index, user) && !changes?.removed.has(user)) yield key;
    }
    if (!changes || index === EVERYONE) return;
    const first = after >= ADDED_KEYS ? after - ADDED_KEYS + 1 : 0;
    for (let place = first; place < changes.added.length; place++) {
      const user = changes.added[place];
      if (changes.present.get(user) === place && this.#isEligible(index, user)) yield ADDED_KEYS + place;
    }
  }

  /** The user a member key stands for. */
  memberAt(index: number, key: number): number {
    if (key >= ADDED_KEYS) return this.#changes.get(index)?.added[key - ADDED_KEYS] ?? -1;
    return index === EVERYONE ? key : this.#scatter(index).at(key);
  }

  /** How many members a group has now. */
  memberCount(index: number): number {
    if (index !== EVERYONE || this.users.isTouched) return countOf(this.memberKeys(index));
    return this.#baseEveryone ??= countOf(this.memberKeys(index));
  }

  /** Records a change of a group's own attributes. */
  change(index: number, patch: GroupPatch): void {
    const before = this.#patches.get(index);
    const profile = patch.profile && { ...before?.profile, ...patch.profile };
    this.#patches.set(index, { ...before, ...patch, ...(profile && { profile }) });
  }

  /** Adds a group behind all others and returns its position. */
  create(patch: GroupPatch): number {
    this.#patches.set(this.end, patch);
    return this.end++;
  }

  /** Removes a group and with it its memberships. */
  delete(index: number): void {
    this.#deleted.add(index);
  }

  /** Adds a member. */
  addMember(index: number, user: number): void {
    const changes = this.#changesOf(index);
    changes.removed.delete(user);
    if (changes.present.has(user) || this.#scatter(index).has(user)) return;
    changes.present.set(user, changes.added.push(user) - 1);
  }

  /** Removes a member. */
  removeMember(index: number, user: number): void {
    const changes = this.#changesOf(index);
    if (!changes.present.delete(user)) changes.removed.add(user);
  }

  /** Positions of the groups a user is a member of, after a position. */
  *groupsOf(user: number, after = -1): Iterable<number> {
    for (let index = after + 1; index < this.end; index++) {
      if (this.exists(index) && this.hasMember(index, user)) yield index;
    }
  }

  #isEligible(index: number, user: number): boolean {
    if (!this.users.exists(user)) return false;
    const { deprovisionedStayInGroups, everyoneIncludesDeprovisioned } = this.users.settings.switches;
    const staysMember = index === EVERYONE ? everyoneIncludesDeprovisioned : deprovisionedStayInGroups;
    return staysMember || this.users.status(user) !== "DEPROVISIONED";
  }

  #changesOf(index: number): MembershipChanges {
    let changes = this.#changes.get(index);
    if (!changes) this.#changes.set(index, changes = { added: [], present: new Map(), removed: new Set() });
    return changes;
  }

  /** The computed members: 30% of groups have none, sizes follow a long tail, every 25th group is large. */
  #scatter(index: number): Scatter {
    const known = this.#members[index];
    if (known) return known;
    const total = this.users.baseCount;
    const hash = vary(this.hash(index), 9);
    const start = this.#isCrowded(index) ? 1 % total : hash % total;
    return this.#members[index] = scatter(total, this.#size(index), hash, start);
  }

  #size(index: number): number {
    if (index === EVERYONE || index >= this.baseCount) return 0;
    const hash = this.hash(index);
    const total = this.users.baseCount;
    const size = this.#tidySize(index, hash, total);
    return this.#isCrowded(index) ? Math.max(1, size) : size;
  }

  /** Hostile data needs one user in very many groups: user 1 is the first member of a thousand of them. */
  #isCrowded(index: number): boolean {
    return this.users.settings.isHostile && index <= 1000;
  }

  #tidySize(index: number, hash: number, total: number): number {
    if (index % 25 === 3) return Math.ceil(total * 0.2);
    if (vary(hash, 5) % 10 < 3) return 0;
    const [a, b] = [fraction(vary(hash, 6)) || 0.5, fraction(vary(hash, 7))];
    const normal = Math.sqrt(-2 * Math.log(a)) * Math.cos(2 * Math.PI * b);
    return Math.max(1, Math.min(Math.round(28 * Math.exp(1.5 * normal)), Math.ceil(total * 0.4), 5000));
  }
}

function countOf(items: Iterable<unknown>): number {
  let count = 0;
  for (const _ of items) count++;
  return count;
}
