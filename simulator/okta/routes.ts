/**
 * Every path the simulated API answers, one entry each. A new endpoint is a new entry and the function it names.
 *
 * @module
 */

import { ApiError, notFound } from "./api_error.ts";
import { listApps, listAssignments, listGroupsOfApp, readApp } from "./app_lists.ts";
import type { Area } from "./auth.ts";
import type { Answer, Call } from "./call.ts";
import { listAppsOfGroup, listGroups, listGroupsOfUser, listMembers, readGroup } from "./group_lists.ts";
import type { Bucket } from "./limits.ts";
import { listEvents } from "./log_lists.ts";
import type { LimitRule } from "./paging.ts";
import { readSession } from "./sessions.ts";
import { listUsers } from "./user_lists.ts";
import { userText } from "./user_text.ts";

/** One endpoint. */
export interface Route {
  /** The name faults and the record of requests use. */
  readonly name: string;
  /** Segments below `/api/v1`; `:id` stands for any identifier. */
  readonly path: string;
  readonly bucket: Bucket;
  readonly area: Area;
  /** Parameters kept in links, in the order links show them. */
  readonly parameters: readonly string[];
  readonly limit?: LimitRule;
  readonly answer: (call: Call) => Answer;
}

const USER_PARAMETERS = ["limit", "search", "filter", "q", "sortBy", "sortOrder", "fields", "expand"];
const GROUP_PARAMETERS = ["limit", "search", "filter", "q", "sortBy", "sortOrder", "expand"];

/** The endpoints; exact paths come before patterns. */
export const ROUTES: readonly Route[] = [
  {
    name: "users",
    path: "users",
    bucket: "/users",
    area: "users",
    parameters: USER_PARAMETERS,
    limit: { default: 200, max: 200 },
    answer: listUsers,
  },
  {
    name: "users_me",
    path: "users/me",
    bucket: "/users/{id}",
    area: "users",
    parameters: [],
    answer: readMe,
  },
  { name: "user", path: "users/:id", bucket: "/users/{id}", area: "users", parameters: [], answer: readUser },
  {
    name: "user_groups",
    path: "users/:id/groups",
    bucket: "other",
    area: "users",
    parameters: ["limit"],
    limit: { default: 200, max: 200 },
    answer: listGroupsOfUser,
  },
  {
    name: "groups",
    path: "groups",
    bucket: "/groups/*",
    area: "groups",
    parameters: GROUP_PARAMETERS,
    limit: { default: 10_000, max: 10_000 },
    answer: listGroups,
  },
  {
    name: "group",
    path: "groups/:id",
    bucket: "/groups/{id}",
    area: "groups",
    parameters: [],
    answer: readGroup,
  },
  {
    name: "group_users",
    path: "groups/:id/users",
    bucket: "/groups/*",
    area: "groups",
    parameters: ["limit"],
    limit: { default: 1000, max: 1000 },
    answer: listMembers,
  },
  {
    name: "groups_assigned_apps",
    path: "groups/:id/apps",
    bucket: "/groups/*",
    area: "groups",
    parameters: ["limit"],
    limit: { default: 20, max: 200 },
    answer: listAppsOfGroup,
  },
  {
    name: "apps",
    path: "apps",
    bucket: "/apps*",
    area: "apps",
    parameters: ["limit", "filter", "q", "expand"],
    limit: { default: 20, max: 200 },
    answer: listApps,
  },
  { name: "app", path: "apps/:id", bucket: "/apps/{id}", area: "apps", parameters: [], answer: readApp },
  {
    name: "apps_assigned",
    path: "apps/:id/users",
    bucket: "/apps*",
    area: "apps",
    parameters: ["limit", "q", "expand"],
    limit: { default: 50, max: 500 },
    answer: listAssignments,
  },
  {
    name: "app_groups",
    path: "apps/:id/groups",
    bucket: "/apps*",
    area: "apps",
    parameters: ["limit"],
    limit: { default: 20, max: 200, min: 20 },
    answer: listGroupsOfApp,
  },
  {
    name: "system_log",
    path: "logs",
    bucket: "/logs",
    area: "logs",
    parameters: [],
    limit: { default: 100, max: 1000, min: 0 },
    answer: listEvents,
  },
  {
    name: "session",
    path: "sessions/:id",
    bucket: "/sessions*",
    area: "sessions",
    parameters: [],
    answer: readSession,
  },
];

/** A route and the identifiers a path gives it. */
export interface RouteMatch {
  readonly route: Route;
  readonly ids: readonly string[];
}

/** Finds the route of a path below `/api/v1/`. */
export function findRoute(path: string): RouteMatch | undefined {
  const segments = path.split("/");
  for (const route of ROUTES) {
    const pattern = route.path.split("/");
    if (pattern.length !== segments.length) continue;
    const isMatch = pattern.every((part, at) => part === ":id" ? segments[at] !== "" : part === segments[at]);
    if (!isMatch) continue;
    return { route, ids: segments.filter((_, at) => pattern[at] === ":id").map(decodeSegment) };
  }
  return undefined;
}

function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

/** Answers `GET /users/{id or login}`. */
function readUser({ organisation: { users }, ids, origin, caller, contentType }: Call): Answer {
  const index = users.find(ids[0]);
  if (index < 0 || caller.role === "none") throw notFound(ids[0], "User");
  const omitsCredentials = /okta-response="?[^"]*\bomitCredentials\b/.test(contentType);
  return { record: userText(users, index, { origin, isSingle: true, omitsCredentials }), hasEtag: true };
}

/** Answers `GET /users/me`: the administrator an API token belongs to; a service app has no user. */
function readMe({ organisation: { users, switches }, origin, caller }: Call): Answer {
  if (caller.kind === "ssws") return { record: userText(users, 0, { origin, isSingle: true }) };
  const status = switches.usersMeForServiceApp;
  if (status === 404) throw notFound("me", "User");
  throw new ApiError(status === 401 ? "E0000011" : "E0000006");
}
