/**
 * Changing the organisation while it is being read, with the effects on dates and the log that the real server
 * has: a login moves only `lastLogin`, a membership only the group's `lastMembershipUpdated`, and so on.
 *
 * @module
 */

import type { Organisation } from "./organisation.ts";
import { opaqueText } from "./identifiers.ts";
import { emitEvent } from "./log_text.ts";
import type { UserPatch, UserStatus } from "./users.ts";

/** Members of a profile; `undefined` (or, over HTTP, absence) leaves one alone, null sets null. */
export type ProfileChanges = Readonly<Record<string, unknown>>;

/** One change. */
export type Mutation =
  | { readonly op: "user.create"; readonly profile?: ProfileChanges; readonly status?: UserStatus }
  | { readonly op: "user.update"; readonly id: string; readonly profile: ProfileChanges }
  | { readonly op: "user.login" | "user.password" | "user.deactivate" | "user.purge"; readonly id: string }
  | { readonly op: "user.status"; readonly id: string; readonly status: UserStatus }
  | { readonly op: "group.create"; readonly profile?: ProfileChanges }
  | { readonly op: "group.update"; readonly id: string; readonly profile: ProfileChanges }
  | { readonly op: "group.delete"; readonly id: string }
  | {
    readonly op: "group.addMember" | "group.removeMember";
    readonly groupId: string;
    readonly userId: string;
  }
  | { readonly op: "app.create"; readonly label?: string }
  | { readonly op: "app.update"; readonly id: string; readonly label: string }
  | { readonly op: "app.deactivate" | "app.delete"; readonly id: string }
  | {
    readonly op: "app.assign" | "app.unassign";
    readonly appId: string;
    readonly userId?: string;
    readonly groupId?: string;
  }
  | {
    readonly op: "event.emit";
    /** Default `user.session.start`. */
    readonly eventType?: string;
    /** When it happened, as ISO text; now by default. */
    readonly published?: string;
    /** How long after that it is stored; 0 by default. */
    readonly delayMs?: number;
    /** How many, one millisecond apart unless `spacingMs` says otherwise. Default 1. */
    readonly count?: number;
    readonly spacingMs?: number;
    /** Members that replace or join those of the event. */
    readonly event?: Readonly<Record<string, unknown>>;
    readonly sessionId?: string;
  }
  | { readonly op: "log.invalidateCursors" }
  | { readonly op: "token.revoke"; readonly token: string };

/** What a change gives back. */
export interface MutationResult {
  /** The id of what was created or changed, where there is one. */
  readonly id?: string;
}

/** What a change may touch. */
export interface Mutable {
  readonly organisation: Organisation;
  revoke(token: string): void;
}

/** Applies a change. */
export function mutate(target: Mutable, mutation: Mutation): MutationResult {
  const { organisation } = target;
  if (!OPERATIONS.has(mutation.op)) {
    throw new RangeError(`Cannot apply "${mutation.op}": known operations are ${[...OPERATIONS].join(", ")}`);
  }
  if (mutation.op === "token.revoke") {
    target.revoke(mutation.token);
    return {};
  }
  if (mutation.op === "log.invalidateCursors") {
    organisation.log.epoch++;
    return {};
  }
  if (mutation.op === "event.emit") return emit(organisation, mutation);
  if (mutation.op.startsWith("user.")) return mutateUser(organisation, mutation as UserMutation);
  if (mutation.op.startsWith("group.")) return mutateGroup(organisation, mutation as GroupMutation);
  return mutateApp(organisation, mutation as AppMutation);
}

/** Written out because over HTTP anything may arrive. */
const OPERATIONS: ReadonlySet<string> = new Set<Mutation["op"]>([
  "user.create",
  "user.update",
  "user.login",
  "user.password",
  "user.deactivate",
  "user.purge",
  "user.status",
  "group.create",
  "group.update",
  "group.delete",
  "group.addMember",
  "group.removeMember",
  "app.create",
  "app.update",
  "app.deactivate",
  "app.delete",
  "app.assign",
  "app.unassign",
  "event.emit",
  "log.invalidateCursors",
  "token.revoke",
]);

type UserMutation = Extract<Mutation, { op: `user.${string}` }>;
type GroupMutation = Extract<Mutation, { op: `group.${string}` }>;
type AppMutation = Extract<Mutation, { op: `app.${string}` }>;

/** The dates the server moves are whole seconds in the directory. */
function wholeSecond(ms: number): number {
  return ms - ms % 1000;
}

function mutateUser(organisation: Organisation, mutation: UserMutation): MutationResult {
  const { users } = organisation;
  const now = wholeSecond(organisation.clock.now());
  if (mutation.op === "user.create") {
    const status = mutation.status ?? "STAGED";
    const activated = status === "STAGED" ? null : now;
    const dates = {
      created: now,
      lastUpdated: now,
      statusChanged: now,
      activated,
      lastLogin: null,
      passwordChanged: null,
    };
    const user = users.create({ ...dates, status, ...(mutation.profile && { profile: mutation.profile }) });
    note(organisation, "user.lifecycle.create", { user });
    return { id: users.ids.of(user) };
  }
  const user = known(users.find(mutation.id), "user", mutation.id);
  const before = users.status(user);
  const changes = userChanges(organisation, mutation, now);
  if (mutation.op === "user.purge") {
    if (before !== "DEPROVISIONED") {
      throw new RangeError(
        `Cannot purge user "${mutation.id}": status is ${before}, DEPROVISIONED is required`,
      );
    }
    users.purge(user);
  } else users.change(user, changes.patch);
  note(organisation, changes.eventType, { user });
  return { id: users.ids.of(user) };
}

function userChanges(
  { switches }: Organisation,
  mutation: Exclude<UserMutation, { op: "user.create" }>,
  now: number,
): { patch: UserPatch; eventType: string } {
  switch (mutation.op) {
    case "user.update":
      return {
        patch: { profile: mutation.profile, lastUpdated: now },
        eventType: "user.account.update_profile",
      };
    case "user.login":
      return { patch: { lastLogin: now }, eventType: "user.session.start" };
    case "user.password": {
      const bump = switches.passwordChangeBumpsLastUpdated ? { lastUpdated: now } : {};
      return { patch: { passwordChanged: now, ...bump }, eventType: "user.account.update_password" };
    }
    case "user.status":
      return {
        patch: { status: mutation.status, statusChanged: now, lastUpdated: now },
        eventType: STATUS_EVENTS[mutation.status] ?? "user.lifecycle.activate",
      };
    case "user.deactivate":
      return {
        patch: { status: "DEPROVISIONED", statusChanged: now, lastUpdated: now },
        eventType: "user.lifecycle.deactivate",
      };
    case "user.purge":
      return { patch: {}, eventType: "user.lifecycle.delete.completed" };
  }
}

const STATUS_EVENTS: Partial<Record<UserStatus, string>> = {
  DEPROVISIONED: "user.lifecycle.deactivate",
  SUSPENDED: "user.lifecycle.suspend",
  LOCKED_OUT: "user.account.lock",
};

function mutateGroup(organisation: Organisation, mutation: GroupMutation): MutationResult {
  const { groups, users } = organisation;
  const now = wholeSecond(organisation.clock.now());
  if (mutation.op === "group.create") {
    const dates = { created: now, lastUpdated: now, lastMembershipUpdated: now };
    const profile = { name: `New group ${groups.end}`, description: null, ...mutation.profile };
    const group = groups.create({ ...dates, profile });
    note(organisation, "group.lifecycle.create", { group });
    return { id: groups.ids.of(group) };
  }
  const id = "id" in mutation ? mutation.id : mutation.groupId;
  const group = known(groups.find(id), "group", id);
  if (mutation.op === "group.update") {
    groups.change(group, { profile: mutation.profile, lastUpdated: now });
    note(organisation, "group.profile.update", { group });
  } else if (mutation.op === "group.delete") {
    groups.delete(group);
    note(organisation, "group.lifecycle.delete", { group });
  } else {
    const user = known(users.find(mutation.userId), "user", mutation.userId);
    const isAdding = mutation.op === "group.addMember";
    if (isAdding) groups.addMember(group, user);
    else groups.removeMember(group, user);
    groups.change(group, { lastMembershipUpdated: now });
    note(organisation, `group.user_membership.${isAdding ? "add" : "remove"}`, { group, user });
  }
  return { id };
}

function mutateApp(organisation: Organisation, mutation: AppMutation): MutationResult {
  const { apps } = organisation;
  const now = wholeSecond(organisation.clock.now());
  if (mutation.op === "app.create") {
    const label = mutation.label ?? `New application ${apps.end}`;
    const app = apps.create({ label, created: now, lastUpdated: now, status: "ACTIVE" });
    note(organisation, "application.lifecycle.create", { app });
    return { id: apps.ids.of(app) };
  }
  const id = "id" in mutation ? mutation.id : mutation.appId;
  const app = known(apps.find(id), "application", id);
  if (mutation.op === "app.update") {
    apps.change(app, { label: mutation.label, lastUpdated: now });
    note(organisation, "application.lifecycle.update", { app });
  } else if (mutation.op === "app.deactivate") {
    apps.change(app, { status: "INACTIVE", lastUpdated: now });
    note(organisation, "application.lifecycle.deactivate", { app });
  } else if (mutation.op === "app.delete") {
    apps.delete(app);
    note(organisation, "application.lifecycle.delete", { app });
  } else if ("appId" in mutation) assign(organisation, app, mutation);
  return { id };
}

function assign(
  organisation: Organisation,
  app: number,
  { op, userId, groupId }: Extract<AppMutation, { op: "app.assign" | "app.unassign" }>,
): void {
  const { apps, users, groups } = organisation;
  const isAdding = op === "app.assign";
  const ending = isAdding ? "add" : "remove";
  if (userId !== undefined) {
    const user = known(users.find(userId), "user", userId);
    if (isAdding) apps.assignUser(app, user);
    else apps.unassignUser(app, user);
    note(organisation, `application.user_membership.${ending}`, { app, user });
  }
  if (groupId !== undefined) {
    const group = known(groups.find(groupId), "group", groupId);
    if (isAdding) apps.assignGroup(app, group);
    else apps.unassignGroup(app, group);
    note(organisation, `group.application_assignment.${ending}`, { app, group });
  }
}

function emit(organisation: Organisation, mutation: Extract<Mutation, { op: "event.emit" }>): MutationResult {
  const { log, clock } = organisation;
  const first = mutation.published === undefined ? clock.now() : Date.parse(mutation.published);
  if (Number.isNaN(first)) throw new RangeError(`Cannot emit event: "${mutation.published}" is not a date`);
  for (let copy = 0; copy < (mutation.count ?? 1); copy++) {
    const published = first + copy * (mutation.spacingMs ?? 1);
    emitEvent(log, {
      eventType: mutation.eventType ?? "user.session.start",
      published,
      persisted: published + (mutation.delayMs ?? 0),
      ...(mutation.sessionId !== undefined && { session: mutation.sessionId }),
      ...(mutation.event && { members: mutation.event }),
    });
  }
  return {};
}

/** Writes the log event of a change, stored at once so that the truth holds still. */
function note(
  { log, clock, switches }: Organisation,
  eventType: string,
  about: { user?: number; app?: number; group?: number },
): void {
  if (!switches.mutationsEmitEvents) return;
  const now = clock.now();
  // Only a sign-in opens a session; the other changes are made by an administrator.
  const session = eventType === "user.session.start"
    ? { session: `102c${opaqueText(log.emittedCount, 10)}` }
    : {};
  emitEvent(log, { eventType, published: now, persisted: now, ...session, ...about });
}

function known(index: number, kind: string, id: string): number {
  if (index >= 0) return index;
  throw new RangeError(`Cannot change ${kind} "${id}": there is none with this id`);
}
