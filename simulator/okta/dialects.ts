/**
 * Which attributes and operators each endpoint's expressions support, as the documentation lists them.
 *
 * @module
 */

import type { Comparison } from "./filter.ts";

/** What may be done with one attribute. */
export interface AttributeRule {
  readonly kind: "value" | "date";
  readonly operators: readonly Comparison[];
}

/** The expressions of one parameter of one endpoint. */
export interface Dialect {
  readonly ignoresCase: boolean;
  readonly allowsNot: boolean;
  readonly mostComparisons: number;
  rule(attribute: string): AttributeRule | undefined;
}

function operators(list: string): Comparison[] {
  return list.split(" ") as Comparison[];
}

const EQUAL: AttributeRule = { kind: "value", operators: ["eq"] };
const DATE: AttributeRule = { kind: "date", operators: operators("eq gt ge lt le") };
const SEARCHED: AttributeRule = { kind: "value", operators: operators("eq sw gt ge lt le pr") };
const CONTAINED: AttributeRule = { kind: "value", operators: operators("eq sw gt ge lt le pr co") };
const SEARCHED_DATE: AttributeRule = { kind: "date", operators: operators("eq gt ge lt le pr") };
const GROUP_DATE: AttributeRule = { kind: "date", operators: operators("eq gt lt") };
const GROUP_SEARCHED: AttributeRule = { kind: "value", operators: operators("eq sw gt lt") };
const GROUP_CONTAINED: AttributeRule = { kind: "value", operators: operators("eq sw gt lt co") };
const EVERYTHING = operators("eq ne sw co ew gt ge lt le pr");

function table(rules: Readonly<Record<string, AttributeRule>>, profile?: AttributeRule) {
  const known = new Map(Object.entries(rules));
  return (attribute: string) => {
    return known.get(attribute) ?? (attribute.startsWith("profile.") ? profile : undefined);
  };
}

/** `filter` of `/users`: a few attributes, exact case. */
export const USER_FILTER: Dialect = {
  ignoresCase: false,
  allowsNot: false,
  mostComparisons: 100,
  rule: table({
    status: EQUAL,
    id: EQUAL,
    lastUpdated: DATE,
    "profile.login": EQUAL,
    "profile.email": EQUAL,
    "profile.firstName": EQUAL,
    "profile.lastName": EQUAL,
  }),
};

/** `search` of `/users`: every profile attribute, values in any case. */
export const USER_SEARCH: Dialect = {
  ignoresCase: true,
  allowsNot: false,
  mostComparisons: 100,
  rule: table({
    id: SEARCHED,
    status: SEARCHED,
    "type.id": SEARCHED,
    created: SEARCHED_DATE,
    activated: SEARCHED_DATE,
    statusChanged: SEARCHED_DATE,
    lastUpdated: SEARCHED_DATE,
    "profile.firstName": CONTAINED,
    "profile.lastName": CONTAINED,
    "profile.email": CONTAINED,
    "profile.login": CONTAINED,
  }, SEARCHED),
};

/** `filter` of `/groups`. */
export const GROUP_FILTER: Dialect = {
  ignoresCase: false,
  allowsNot: false,
  mostComparisons: 100,
  rule: table({ id: EQUAL, type: EQUAL, lastUpdated: GROUP_DATE, lastMembershipUpdated: GROUP_DATE }),
};

/** `search` of `/groups`. */
export const GROUP_SEARCH: Dialect = {
  ignoresCase: true,
  allowsNot: false,
  mostComparisons: 100,
  rule: table({
    id: GROUP_SEARCHED,
    type: GROUP_SEARCHED,
    "source.id": GROUP_SEARCHED,
    created: GROUP_DATE,
    lastUpdated: GROUP_DATE,
    lastMembershipUpdated: GROUP_DATE,
    "profile.name": GROUP_CONTAINED,
    "profile.description": GROUP_CONTAINED,
  }, GROUP_SEARCHED),
};

/** `filter` of `/apps`: one equality; there is none on dates. */
export const APP_FILTER: Dialect = {
  ignoresCase: false,
  allowsNot: false,
  mostComparisons: 1,
  rule: table({
    id: EQUAL,
    status: EQUAL,
    name: EQUAL,
    "credentials.signing.kid": EQUAL,
    "settings.slo.enabled": EQUAL,
    "user.id": EQUAL,
    "group.id": EQUAL,
  }),
};

const NO_CONTAINS = new Set(["debugContext.debugData.url", "debugContext.debugData.requestUri"]);

/** `filter` of `/logs`: any path of an event but `published`. */
export const LOG_FILTER: Dialect = {
  ignoresCase: true,
  allowsNot: true,
  mostComparisons: 100,
  rule(attribute) {
    if (attribute === "published" || !LOG_ROOTS.has(attribute.split(".")[0])) return undefined;
    const isLimited = NO_CONTAINS.has(attribute);
    return { kind: "value", operators: isLimited ? EVERYTHING.filter((name) => name !== "co") : EVERYTHING };
  },
};

const LOG_ROOTS = new Set([
  "uuid",
  "eventType",
  "version",
  "severity",
  "displayMessage",
  "legacyEventType",
  "actor",
  "client",
  "device",
  "authenticationContext",
  "outcome",
  "securityContext",
  "request",
  "transaction",
  "target",
  "debugContext",
]);
