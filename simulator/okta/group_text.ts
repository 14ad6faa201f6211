/**
 * A group as JSON text, with the statistics or the application that `expand` asks for.
 *
 * @module
 */

import type { AppDirectory } from "./apps.ts";
import { isoSecond } from "./clock.ts";
import { EVERYONE, type GroupDirectory, type GroupKind } from "./groups.ts";
import { hostileGroup } from "./hostile.ts";
import { parseLosslessly, setMembers } from "./losslessly.ts";
import { DEPARTMENTS, GROUP_WORDS, PLACES } from "./names.ts";
import { choose, vary } from "./random.ts";

/** How a group is to be written. */
export interface GroupTextOptions {
  readonly origin: string;
  readonly expand?: "stats" | "app";
}

/** The JSON text of a group. */
export function groupText(apps: AppDirectory, index: number, options: GroupTextOptions): string {
  const { groups } = apps;
  const text = tidyText(apps, index, options);
  const profile = groups.patch(index)?.profile;
  const isHostile = groups.users.settings.isHostile;
  if (!profile && !isHostile) return text;
  const record = parseLosslessly(text);
  if (isHostile) setMembers(record.profile as object, hostileGroup(index));
  if (profile) setMembers(record.profile as object, profile);
  return JSON.stringify(record);
}

/** The display name of a group, as patched. */
export function groupName(groups: GroupDirectory, index: number, patch = groups.patch(index)): string {
  const patched = patch?.profile?.name;
  if (typeof patched === "string") return patched;
  if (index === EVERYONE) return "Everyone";
  const hash = groups.hash(index);
  const place = choose(PLACES, vary(hash, 22)).city;
  return `${choose(DEPARTMENTS, vary(hash, 20))} ${choose(GROUP_WORDS, vary(hash, 21))} ${place} ${index}`;
}

function tidyText(apps: AppDirectory, index: number, { origin, expand }: GroupTextOptions): string {
  const { groups } = apps;
  const id = groups.ids.of(index);
  const kind = groups.kind(index);
  const self = `${origin}/api/v1/groups/${id}`;
  const isImported = kind === "active-directory";
  const source = isImported ? `,"source":{"href":"${origin}/api/v1/apps/${apps.ids.of(0)}"}` : "";
  return `{"id":"${id}","created":"${isoSecond(groups.date(index, "created"))}",` +
    `"lastUpdated":"${isoSecond(groups.date(index, "lastUpdated"))}",` +
    `"lastMembershipUpdated":"${isoSecond(groups.date(index, "lastMembershipUpdated"))}",` +
    `"objectClass":["okta:${isImported ? "windows_security_principal" : "user_group"}"],` +
    `"type":"${kind === "everyone" ? "BUILT_IN" : isImported ? "APP_GROUP" : "OKTA_GROUP"}",` +
    `"profile":${profileText(groups, index, kind)},` +
    (expand ? embeddedText(apps, index, kind, expand, self) : "") +
    `"_links":{"logo":[{"name":"medium","href":"https://cdn.example/img/logos/groups/okta-medium.png",` +
    `"type":"image/png"},{"name":"large","href":"https://cdn.example/img/logos/groups/okta-large.png",` +
    `"type":"image/png"}],"users":{"href":"${self}/users"},"apps":{"href":"${self}/apps"}${source}}}`;
}

function profileText(groups: GroupDirectory, index: number, kind: GroupKind): string {
  const name = groupName(groups, index).replaceAll('"', "");
  if (kind === "everyone") return `{"name":"Everyone","description":"All users in your organization"}`;
  const hash = groups.hash(index);
  const description = vary(hash, 23) % 3 === 0 ? "null" : `"Members of ${name}"`;
  const base = `{"name":"${name}","description":${description}`;
  if (kind === "custom") {
    return `${base},"owner":"${groups.users.login(vary(hash, 24) % groups.users.baseCount)}","tier":${
      index % 4
    }}`;
  }
  if (kind === "plain") return `${base}}`;
  return `${base},"groupType":"Security","samAccountName":"grp-${index}",` +
    `"objectSid":"S-1-5-21-1004336348-1177238915-682003330-${1000 + index}","groupScope":"Global",` +
    `"dn":"CN=grp-${index},OU=Groups,DC=corp,DC=example,DC=com",` +
    `"windowsDomainQualifiedName":"CORP\\\\grp-${index}","externalId":"${hash.toString(16)}"}`;
}

function embeddedText(
  apps: AppDirectory,
  index: number,
  kind: GroupKind,
  expand: "stats" | "app",
  self: string,
) {
  if (expand === "app") {
    if (kind !== "active-directory") return "";
    return `"_embedded":{"app":{"id":"${
      apps.ids.of(0)
    }","name":"active_directory","label":"corp.example.com",` +
      `"signOnMode":null}},`;
  }
  const appsCount = [...apps.appsOfGroup(index)].length;
  return `"_embedded":{"stats":{"usersCount":${apps.groups.memberCount(index)},"appsCount":${appsCount},` +
    `"groupPushMappingsCount":0,"hasAdminPrivilege":false,` +
    `"_links":{"users":{"href":"${self}/users"},"apps":{"href":"${self}/apps"}}}},`;
}
