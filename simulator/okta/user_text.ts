/**
 * A user as JSON text, in the flavour of lists and of single reads. Text is assembled from parts that need no
 * escaping; only a user whose profile was changed, or who is hostile, takes the slower way round.
 *
 * @module
 */

import { isoSecond, isoTime } from "./clock.ts";
import { hostileProfile, hostileUser } from "./hostile.ts";
import { parseLosslessly, setMembers } from "./losslessly.ts";
import { DEPARTMENTS, PLACES, SKILLS, TITLES } from "./names.ts";
import { choose, vary } from "./random.ts";
import type { UserDirectory, UserPatch, UserStatus } from "./users.ts";

/** How a user is to be written. */
export interface UserTextOptions {
  readonly origin: string;
  readonly isSingle?: boolean;
  readonly omitsCredentials?: boolean;
  /** The patch to apply; the present one by default, an older one for the lagging index. */
  readonly patch?: UserPatch;
}

/** The transitions a single user links to, by status. */
const LIFECYCLE_LINKS: Readonly<Record<UserStatus, readonly string[]>> = {
  ACTIVE: [
    "suspend",
    "resetPassword",
    "expirePassword",
    "changePassword",
    "changeRecoveryQuestion",
    "deactivate",
  ],
  DEPROVISIONED: ["activate"],
  LOCKED_OUT: ["unlock", "resetPassword", "deactivate"],
  PASSWORD_EXPIRED: ["resetPassword", "expirePassword", "deactivate"],
  PROVISIONED: ["reactivate", "resetPassword", "deactivate"],
  RECOVERY: ["resetPassword", "deactivate"],
  STAGED: ["activate", "deactivate"],
  SUSPENDED: ["unsuspend", "deactivate"],
};

/** The JSON text of a user. */
export function userText(users: UserDirectory, index: number, options: UserTextOptions): string {
  const patch = "patch" in options ? options.patch : users.patch(index);
  const text = tidyText(users, index, patch, options);
  if (!users.settings.isHostile && !patch?.profile) return text;
  const record = parseLosslessly(text);
  if (users.settings.isHostile) {
    const generation = users.settings.switches.schemaGeneration;
    setMembers(record.profile as object, hostileProfile(index, generation));
    setMembers(record, hostileUser(index));
  }
  if (patch?.profile) setMembers(record.profile as object, patch.profile);
  return JSON.stringify(record);
}

function tidyText(
  users: UserDirectory,
  index: number,
  patch: UserPatch | undefined,
  options: UserTextOptions,
) {
  const hash = users.hash(index);
  const id = users.ids.of(index);
  const status = users.status(index, patch);
  const dates = users.dates(index, patch);
  const person = users.person(index);
  return `{"id":"${id}","status":"${status}","created":${quotedDate(dates.created)},` +
    `"activated":${quotedDate(dates.activated)},"statusChanged":${quotedDate(dates.statusChanged)},` +
    `"lastLogin":${quotedDate(dates.lastLogin)},"lastUpdated":${quotedDate(dates.lastUpdated)},` +
    `"passwordChanged":${quotedDate(dates.passwordChanged)},` +
    `"type":{"id":"oty1sluicetype${vary(hash, 30) % 20 === 0 ? "00002" : "00001"}0"},` +
    `"profile":${profileText(users, index, hash, person)}` +
    (options.omitsCredentials ? "" : `,"credentials":${credentialsText(hash, status, person.login)}`) +
    `,"_links":${options.isSingle ? singleLinks(options.origin, id, status) : selfLink(options.origin, id)}}`;
}

function quotedDate(ms: number | null): string {
  if (ms === null) return "null";
  return ms % 1000 === 0 ? `"${isoSecond(ms)}"` : `"${isoTime(ms)}"`;
}

type Person = ReturnType<UserDirectory["person"]>;

/** What a place contributes to every profile there, written once. */
const PLACE_TEXTS = PLACES.map((place) =>
  ` Harbour Street","city":"${place.city}","state":"${place.state}","zipCode":"${place.zip}",` +
  `"countryCode":"${place.code}","preferredLanguage":"${place.locale.slice(0, 2)}",` +
  `"locale":"${place.locale}","timezone":"${place.timezone}"`
);

/** What a department contributes, for employees of both divisions. */
const DEPARTMENT_TEXTS = DEPARTMENTS.map((department, number) =>
  ["Product", "Corporate"].map((division) =>
    `,"department":"${department}","division":"${division}","organization":"Sluice Example Ltd",` +
    `"costCenter":"CC-${1000 + number}","userType":"`
  )
);

function profileText(
  users: UserDirectory,
  index: number,
  hash: number,
  { first, last, login }: Person,
): string {
  const unit = vary(hash, 32);
  const odd = vary(hash, 33);
  const number = 100000 + index;
  // Attributes nobody set are absent, except these six, which the server always writes.
  return `{"firstName":"${first.text}","lastName":"${last.text}","mobilePhone":${
    odd % 3 === 0 ? `"+1-555-${number}"` : "null"
  },"secondEmail":${
    odd % 5 === 0 ? `"${first.login}.${index}@personal.example"` : "null"
  },"login":"${login}","email":"${login}","displayName":"${first.text} ${last.text}"${
    workText(users, index, unit)
  },"streetAddress":"${odd % 400 + 1}${choose(PLACE_TEXTS, vary(hash, 31))}${
    odd % 4 === 0 ? `,"primaryPhone":"+47-2${odd % 9000000 + 1000000}"` : ""
  },"employeeNumber":"${number}","skills":[${choose(SKILLS, vary(hash, 34))}],"badgeNumber":${
    unit % 90000 + 10000
  },"isContractor":${unit % 11 === 0}}`;
}

function workText(users: UserDirectory, index: number, unit: number): string {
  const manager = Math.floor(index / 8);
  const division = unit % 3 === 0 ? 1 : 0;
  return (unit % 10 === 3 ? "" : `,"title":"${choose(TITLES, unit >>> 8)}"`) +
    DEPARTMENT_TEXTS[unit % DEPARTMENTS.length][division] + (unit % 11 === 0 ? "Contractor" : "Employee") +
    (index === 0
      ? '"'
      : `","managerId":"${users.ids.of(manager)}","manager":"${users.person(manager).login}"`);
}

function credentialsText(hash: number, status: UserStatus, login: string): string {
  const kind = vary(hash, 40) % 20;
  const emails = `"emails":[{"value":"${login}","status":"VERIFIED","type":"PRIMARY"}]`;
  if (kind === 0) return `{${emails},"provider":{"type":"FEDERATION","name":"FEDERATION"}}`;
  if (kind <= 2) return `{${emails},"provider":{"type":"ACTIVE_DIRECTORY","name":"corp.example.com"}}`;
  if (kind === 3) return `{${emails},"provider":{"type":"LDAP","name":"ldap.example.com"}}`;
  const provider = `"provider":{"type":"OKTA","name":"OKTA"}`;
  if (status === "STAGED" || status === "PROVISIONED") return `{${emails},${provider}}`;
  const question = kind % 2 ? `"recovery_question":{"question":"What was the name of your first pet?"},` : "";
  return `{"password":{},${question}${emails},${provider}}`;
}

function selfLink(origin: string, id: string): string {
  return `{"self":{"href":"${origin}/api/v1/users/${id}"}}`;
}

function singleLinks(origin: string, id: string, status: UserStatus): string {
  const links = (LIFECYCLE_LINKS[status] ?? []).map((name) => {
    const path = name.startsWith("change") ? `credentials/${name}` : `lifecycle/${name}`;
    return `"${name}":{"href":"${origin}/api/v1/users/${id}/${path}","method":"POST"}`;
  });
  links.push(`"schema":{"href":"${origin}/api/v1/meta/schemas/user/osc1sluiceschema0001"}`);
  links.push(`"type":{"href":"${origin}/api/v1/meta/types/user/oty1sluicetype000010"}`);
  return `{"self":{"href":"${origin}/api/v1/users/${id}"},${links.join(",")}}`;
}
