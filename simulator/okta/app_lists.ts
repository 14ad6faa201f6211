/**
 * `/apps` and what hangs below an application: its assignments and its groups.
 *
 * @module
 */

import { ApiError, notFound } from "./api_error.ts";
import { appGroupText, appLabel, appName, appText, assignmentText } from "./app_text.ts";
import { canSee } from "./auth.ts";
import { type Call, type ListAnswer, type RecordAnswer, visible } from "./call.ts";
import { APP_FILTER } from "./dialects.ts";
import { parseFilter } from "./filter.ts";
import { NOTHING } from "./group_lists.ts";
import { matcher } from "./matcher.ts";
import { comparedValue, compiled } from "./user_lists.ts";
import { userText } from "./user_text.ts";

/** Answers `GET /apps`. */
export function listApps(call: Call): ListAnswer {
  const { organisation: { apps }, query, origin } = call;
  const matches = predicate(call);
  const embeddedUser = expandedUser(call);
  const isOptimized = query.get("useOptimization") === "true";
  return {
    list: {
      *keys(after) {
        for (let index = typeof after === "number" ? after + 1 : 0; index < apps.end; index++) {
          if (apps.isListed(index) && canSee(call.caller, "apps", index) && matches(index)) yield index;
        }
      },
      text: (key) =>
        appText(apps, key as number, { origin, isOptimized, ...(embeddedUser && { embeddedUser }) }),
    },
    isPaged: !query.has("q"),
  };
}

function predicate(call: Call): (index: number) => boolean {
  const { organisation: { apps }, query } = call;
  const [filter, q] = [query.get("filter"), query.get("q")];
  if (filter !== null) return compiled(() => matcher(parseFilter(filter), APP_FILTER, reader(call)));
  const wanted = q?.toLowerCase();
  return (index) =>
    wanted === undefined || appName(index).startsWith(wanted) ||
    appLabel(apps, index).toLowerCase().startsWith(wanted);
}

function reader({ organisation: { apps, groups, users }, origin }: Call) {
  return (attribute: string): (index: number) => unknown => {
    if (attribute === "user.id") {
      return (index) => [...apps.holders(index)].map((user) => users.ids.of(user));
    }
    if (attribute === "group.id") {
      return (index) => [...apps.groupsOf(index)].map((group) => groups.ids.of(group));
    }
    const steps = attribute.split(".");
    return (index) => {
      const record = JSON.parse(appText(apps, index, { origin }));
      return steps.reduce((value, step) => value?.[step], record);
    };
  };
}

/** The user that `expand=user/{id}` embeds, which needs the filter to name the same one. */
function expandedUser({ organisation: { users }, query, origin }: Call): string | undefined {
  const expand = query.get("expand");
  if (expand === null) return undefined;
  const filter = query.get("filter");
  const id = /^user\/(.+)$/.exec(expand)?.[1];
  const named = filter === null ? undefined : compiled(() => comparedValue(parseFilter(filter), "user.id"));
  if (id === undefined || named !== id) {
    throw new ApiError("E0000001", {
      summary: "Api validation failed: expand",
      causes: ['expand: user/{userId} needs filter=user.id eq "{userId}"'],
    });
  }
  const index = users.find(id);
  return index < 0 ? undefined : userText(users, index, { origin });
}

function namedApp({ organisation: { apps }, ids, caller }: Call): number {
  const index = apps.find(ids[0]);
  if (index < 0 || !canSee(caller, "apps", index)) throw notFound(ids[0], "AppInstance");
  return index;
}

/** Answers `GET /apps/{id}`. */
export function readApp(call: Call): RecordAnswer {
  return { record: appText(call.organisation.apps, namedApp(call), { origin: call.origin }) };
}

/** Answers `GET /apps/{id}/users`. */
export function listAssignments(call: Call): ListAnswer {
  const { organisation: { apps, users }, query, origin } = call;
  if (call.caller.role === "none") return { list: NOTHING };
  const app = namedApp(call);
  const wanted = query.get("q")?.toLowerCase();
  const expandsUser = query.get("expand") === "user";
  const isWanted = (user: number) => {
    const { first, last } = users.person(user);
    return [users.login(user), first.text, last.text].some((name) => name.toLowerCase().startsWith(wanted!));
  };
  return {
    list: {
      *keys(after) {
        for (const key of apps.assignmentKeys(app, after as number | undefined)) {
          if (wanted === undefined || isWanted(apps.assignmentAt(app, key).user)) yield key;
        }
      },
      text: (key) => {
        const user = apps.assignmentAt(app, key as number).user;
        const embedded = expandsUser ? { embeddedUser: userText(users, user, { origin }) } : {};
        return assignmentText(apps, app, key as number, { origin, ...embedded });
      },
    },
    isPaged: wanted === undefined,
  };
}

/** Answers `GET /apps/{id}/groups`. */
export function listGroupsOfApp(call: Call): ListAnswer {
  const { organisation: { apps }, origin } = call;
  if (call.caller.role === "none") return { list: NOTHING };
  const app = namedApp(call);
  const groups = [...visible(call, "groups", apps.groupsOf(app))];
  return {
    list: {
      *keys(after) {
        for (let place = typeof after === "number" ? after + 1 : 0; place < groups.length; place++) {
          yield place;
        }
      },
      text: (place) => appGroupText(apps, app, groups[place as number], { origin }),
    },
  };
}
