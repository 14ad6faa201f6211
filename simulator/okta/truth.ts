/**
 * What a perfect reader would have: every record of every resource exactly as the API gives it now, with the id
 * of the parent where the record itself does not name it.
 *
 * @module
 */

import { appText, assignmentText } from "./app_text.ts";
import { groupText } from "./group_text.ts";
import { eventText } from "./log_text.ts";
import { odd, type OddityName } from "./odd_records.ts";
import type { Organisation } from "./organisation.ts";
import { derivedSessions } from "./sessions.ts";
import { userText } from "./user_text.ts";

type Lines = (organisation: Organisation, origin: string) => Iterable<string>;

/** Adds a member at the end of a JSON object. */
function withMember(text: string, name: string, value: string): string {
  return `${text.slice(0, -1)},"${name}":"${value}"}`;
}

const LINES: Readonly<Record<string, Lines>> = {
  *users({ users }, origin) {
    for (let index = 0; index < users.end; index++) {
      if (users.exists(index)) yield userText(users, index, { origin });
    }
  },
  *users_me({ users }, origin) {
    yield userText(users, 0, { origin, isSingle: true });
  },
  *groups({ groups, apps }, origin) {
    for (let index = 0; index < groups.end; index++) {
      if (groups.exists(index)) yield groupText(apps, index, { origin });
    }
  },
  *group_users({ groups, users }, origin) {
    for (let index = 0; index < groups.end; index++) {
      if (!groups.exists(index)) continue;
      const groupId = groups.ids.of(index);
      for (const key of groups.memberKeys(index)) {
        yield withMember(userText(users, groups.memberAt(index, key), { origin }), "groupId", groupId);
      }
    }
  },
  *apps({ apps }, origin) {
    for (let index = 0; index < apps.end; index++) {
      if (apps.isListed(index)) yield appText(apps, index, { origin });
    }
  },
  *apps_assigned({ apps }, origin) {
    for (let index = 0; index < apps.end; index++) {
      if (!apps.isListed(index)) continue;
      const appId = apps.ids.of(index);
      for (const key of apps.assignmentKeys(index)) {
        yield withMember(assignmentText(apps, index, key, { origin }), "appId", appId);
      }
    }
  },
  *groups_assigned_apps({ groups, apps }, origin) {
    for (let index = 0; index < groups.end; index++) {
      if (!groups.exists(index)) continue;
      const groupId = groups.ids.of(index);
      for (const app of apps.appsOfGroup(index)) {
        yield withMember(appText(apps, app, { origin }), "groupId", groupId);
      }
    }
  },
  *system_log({ log, clock }) {
    const now = clock.now();
    for (const { event } of log.keys({ order: "persisted", since: 0, until: now + 1 }, now)) {
      yield eventText(log, event);
    }
  },
  *sessions({ log, clock }) {
    for (const session of derivedSessions(log, clock.now())) yield JSON.stringify(session);
  },
};

/** The resources there is a truth for. */
export const TRUTHS: readonly string[] = Object.keys(LINES);

/** The records of a resource as JSON texts, digits of large numbers included. */
export function truthLines(organisation: Organisation, resource: string, origin: string): Iterable<string> {
  const lines = Object.hasOwn(LINES, resource) ? LINES[resource] : undefined;
  if (!lines) {
    throw new RangeError(
      `Cannot tell the truth about "${resource}": known resources are ${TRUTHS.join(", ")}`,
    );
  }
  const { oddities } = organisation.switches;
  return oddly(lines(organisation, origin), oddities);
}

function* oddly(lines: Iterable<string>, oddities: readonly OddityName[]): Iterable<string> {
  for (const line of lines) yield odd(line, oddities);
}

/** The records of a resource as objects. */
export function* truthRecords(
  organisation: Organisation,
  resource: string,
  origin: string,
): Iterable<object> {
  for (const line of truthLines(organisation, resource, origin)) yield JSON.parse(line);
}
