/**
 * `/groups` and what hangs below a group: its members and its applications.
 *
 * @module
 */

import { ApiError, notFound } from "./api_error.ts";
import { appText } from "./app_text.ts";
import { canSee } from "./auth.ts";
import { type Call, type ListAnswer, type RecordAnswer, visible } from "./call.ts";
import { GROUP_FILTER, GROUP_SEARCH } from "./dialects.ts";
import { parseFilter } from "./filter.ts";
import { groupName, groupText } from "./group_text.ts";
import type { GroupDate } from "./groups.ts";
import { matcher } from "./matcher.ts";
import { sortedBy } from "./sorting.ts";
import { compiled } from "./user_lists.ts";
import { userText } from "./user_text.ts";

const DATES = new Set<string>(["created", "lastUpdated", "lastMembershipUpdated"]);

/** Answers `GET /groups`. */
export function listGroups(call: Call): ListAnswer {
  const { organisation: { groups, apps }, query, origin } = call;
  const [search, q, sortBy] = [query.get("search"), query.get("q"), query.get("sortBy")];
  const matches = predicate(call);
  const expand = expansion(query.get("expand"));
  const isShown = (index: number) =>
    groups.exists(index) && canSee(call.caller, "groups", index) && matches(index);
  const text = (index: number) => groupText(apps, index, { origin, ...(expand && { expand }) });
  if (search !== null && sortBy !== null) {
    return { list: sortedBy(call, { end: groups.end, isShown, value: reader(call)(sortBy), text }) };
  }
  return {
    list: {
      *keys(after) {
        for (let index = typeof after === "number" ? after + 1 : 0; index < groups.end; index++) {
          if (isShown(index)) yield index;
        }
      },
      text: (key) => text(key as number),
    },
    isPaged: q === null,
  };
}

function expansion(expand: string | null): "stats" | "app" | undefined {
  if (expand === null || expand === "stats" || expand === "app") return expand ?? undefined;
  throw new ApiError("E0000001", {
    summary: "Api validation failed: expand",
    causes: [`expand: unknown "${expand}"`],
  });
}

function predicate(call: Call): (index: number) => boolean {
  const { organisation: { groups }, query } = call;
  const [filter, search, q] = [query.get("filter"), query.get("search"), query.get("q")];
  if (filter !== null && search !== null) throw new ApiError("E0000033");
  const expression = filter ?? search;
  if (expression !== null) {
    const dialect = filter !== null ? GROUP_FILTER : GROUP_SEARCH;
    return compiled(() => matcher(parseFilter(expression), dialect, reader(call)));
  }
  const wanted = q?.toLowerCase();
  return (index) => wanted === undefined || groupName(groups, index).toLowerCase().startsWith(wanted);
}

function reader({ organisation: { groups, apps }, origin }: Call) {
  return (attribute: string) => {
    if (attribute === "id") return (index: number) => groups.ids.of(index);
    if (DATES.has(attribute)) return (index: number) => groups.date(index, attribute as GroupDate);
    if (attribute === "source.id") {
      return (index: number) => groups.kind(index) === "active-directory" ? apps.ids.of(0) : undefined;
    }
    const steps = attribute.split(".");
    return (index: number) => {
      const record = JSON.parse(groupText(apps, index, { origin }));
      return steps.reduce((value, step) => value?.[step], record);
    };
  };
}

/** The group a path names. */
function namedGroup({ organisation: { groups }, ids, caller }: Call): number {
  const index = groups.find(ids[0]);
  if (index < 0 || !canSee(caller, "groups", index)) throw notFound(ids[0], "UserGroup");
  return index;
}

/** Answers `GET /groups/{id}`. */
export function readGroup(call: Call): RecordAnswer {
  return { record: groupText(call.organisation.apps, namedGroup(call), { origin: call.origin }) };
}

/** Answers `GET /groups/{id}/users`. */
export function listMembers(call: Call): ListAnswer {
  const { organisation: { groups, users }, caller, origin } = call;
  if (caller.role === "none") return { list: NOTHING };
  const group = namedGroup(call);
  return {
    list: {
      *keys(after) {
        for (const key of groups.memberKeys(group, after as number | undefined)) {
          if (canSee(caller, "users", groups.memberAt(group, key))) yield key;
        }
      },
      text: (key) => userText(users, groups.memberAt(group, key as number), { origin }),
    },
  };
}

/** Answers `GET /groups/{id}/apps`. */
export function listAppsOfGroup(call: Call): ListAnswer {
  const { organisation: { apps }, caller, origin } = call;
  if (caller.role === "none") return { list: NOTHING };
  const group = namedGroup(call);
  return {
    list: {
      keys: (after) => visible(call, "apps", apps.appsOfGroup(group, after as number | undefined)),
      text: (key) => appText(apps, key as number, { origin }),
    },
  };
}

/** Answers `GET /users/{id}/groups`. */
export function listGroupsOfUser(call: Call): ListAnswer {
  const { organisation: { groups, users, apps }, ids, origin } = call;
  if (call.caller.role === "none") return { list: NOTHING };
  const user = users.find(ids[0]);
  if (user < 0) throw notFound(ids[0], "User");
  return {
    list: {
      keys: (after) => visible(call, "groups", groups.groupsOf(user, after as number | undefined)),
      text: (key) => groupText(apps, key as number, { origin }),
    },
  };
}

/** What a caller without any role is shown. */
export const NOTHING: ListAnswer["list"] = { keys: () => [], text: () => "" };
