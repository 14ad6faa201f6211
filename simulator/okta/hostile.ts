/**
 * Records as hard to handle as the real server could send them: odd texts and numbers, values whose type
 * changes from record to record, names that collide or mean something to a database or to JavaScript.
 *
 * @module
 */

import { ODD_DATES, ODD_EMPTIES, ODD_NAMES, ODD_NUMBERS, ODD_TEXTS } from "./odd_values.ts";

type Members = Record<string, unknown>;

const { rawJSON } = JSON as unknown as { rawJSON(text: string): unknown };

/** One element of a list by position, so that every element appears as soon as there are enough records. */
function turn<T>(list: readonly T[], index: number): T {
  return list[((index % list.length) + list.length) % list.length];
}

/** A value whose type depends on the record: text, number or array. */
function drifting(phase: number): unknown {
  return [`text ${phase}`, phase, [`element ${phase}`, null], true][((phase % 4) + 4) % 4];
}

/** Members for a user's profile; `generation` counts changes of the schema between runs. */
export function hostileProfile(index: number, generation: number): Members {
  return {
    oddText: turn(ODD_TEXTS, index),
    oddNumber: rawJSON(turn(ODD_NUMBERS, index)),
    oddEmpty: turn(ODD_EMPTIES, index),
    oddDate: turn(ODD_DATES, index),
    // Changes within a run, page by page, and between runs.
    drifting: drifting(Math.floor(index / 200) + generation),
    flag: index % 2 === 0 ? "true" : true,
    emoji: index % 10 === 9
      ? "fox \u{1f98a} family \u{1f468}\u200d\u{1f469}\u200d\u{1f467} lone \ud800 end"
      : undefined,
    ...(index % 5 === 0 && { displayName: turn(ODD_TEXTS, Math.floor(index / 5)) }),
    ...(index % 97 === 5 && { postalAddress: "P".repeat(4095) + "é", streetAddress: "S".repeat(1024) }),
    ...(generation === 0 ? { removedLater: "present" } : { [`addedInGeneration${generation}`]: generation }),
    ...oddlyNamed(index),
    ...(index % 50 === 7 && wide(index)),
  };
}

/** One attribute per odd name; `["__proto__"]` is written so that it is a name and not a prototype. */
function oddlyNamed(index: number): Members {
  return Object.fromEntries(
    ODD_NAMES.map((name, place) => [name, `${name.slice(0, 20)} ${(index + place) % 7}`]),
  );
}

function wide(index: number): Members {
  return Object.fromEntries(
    Array.from({ length: 300 }, (_, place) => [`wide_${place + 1}`, (index + place) % 11]),
  );
}

/** Members that replace or join those of a user itself; the cursor `lastUpdated` stays as it is. */
export function hostileUser(index: number): Members {
  const members: Members = {};
  if (index % 4 === 3) members.newTopLevel = { since: "this release", depth: { deeper: [[], {}, [null]] } };
  if (index % 211 === 50) members.lastLogin = "0001-01-01T00:00:00.000Z";
  if (index % 211 === 51) members.lastLogin = "9999-12-31T23:59:59.999Z";
  if (index % 7 === 2) members.passwordChanged = "2024-05-06T07:08:09Z";
  if (index % 7 === 3) members.passwordChanged = "2024-05-06T07:08:09.000+00:00";
  if (index % 31 === 4) members.activated = undefined;
  return members;
}

/** Members for a group's profile. */
export function hostileGroup(index: number): Members {
  return {
    description: turn(ODD_TEXTS, index),
    oddNumber: rawJSON(turn(ODD_NUMBERS, index)),
    drifting: drifting(index),
    ["__proto__"]: "group",
    ...(index % 6 === 5 && { oddEmpty: turn(ODD_EMPTIES, index) }),
  };
}

/** Members that replace or join those of an application. */
export function hostileApp(index: number, record: Members): Members {
  const members: Members = {};
  if (index % 13 === 12) members.status = "NEW_APP_STATUS";
  if (index % 17 === 16) members.signOnMode = "NEW_SIGN_ON_MODE";
  if (index % 3 === 2) {
    members.profile = { label: turn(ODD_TEXTS, index), limit: rawJSON(turn(ODD_NUMBERS, index)) };
  }
  // The first SAML application is the largest one anybody would configure.
  if (index === 1) members.settings = largeSettings(record.settings as Members);
  return members;
}

function largeSettings(settings: Members): Members {
  const acsEndpoints = Array.from(
    { length: 100 },
    (_, at) => ({ index: at, url: `https://large.example/acs/${at}` }),
  );
  const attributeStatements = Array.from({ length: 200 }, (_, at) => ({
    type: "EXPRESSION",
    name: `attribute ${at}`,
    namespace: "urn:oasis:names:tc:SAML:2.0:attrname-format:basic",
    values: [`user.attribute${at}`],
  }));
  const signOn = {
    ...(settings.signOn as Members),
    allowMultipleAcsEndpoints: true,
    acsEndpoints,
    attributeStatements,
  };
  return { ...settings, signOn };
}

/** Members that replace or join those of an event. */
export function hostileEvent(event: number, record: Members): Members {
  const debugData = (record.debugContext as { debugData: Members }).debugData;
  const client = record.client as { geographicalContext: Members };
  const members: Members = {
    debugContext: {
      debugData: {
        ...debugData,
        oddText: turn(ODD_TEXTS, event),
        oddNumber: rawJSON(turn(ODD_NUMBERS, event)),
        ...(event % 500 === 7 && { large: "L".repeat(100_000) }),
      },
    },
  };
  if (event % 3 === 1) members.version = 0;
  if (event % 4 === 1) members.client = withPostalCode(client, 10115);
  if (event % 8 === 5) members.client = { ...client, geographicalContext: null };
  if (event % 11 === 6) members.target = [];
  if (event % 29 === 3) members.outcome = { result: "NEW_RESULT", reason: null };
  if (event % 37 === 5) {
    members.transaction = {
      type: "JOB",
      id: "job",
      detail: { requestApiTokenId: "00T", count: rawJSON("9007199254740993") },
    };
  }
  return members;
}

function withPostalCode(client: { geographicalContext: Members }, postalCode: number): Members {
  return { ...client, geographicalContext: { ...client.geographicalContext, postalCode } };
}
