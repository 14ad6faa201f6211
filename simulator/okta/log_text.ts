/**
 * An event of the System Log as JSON text.
 *
 * @module
 */

import { appLabel, appName } from "./app_text.ts";
import { groupName } from "./group_text.ts";
import { hostileEvent } from "./hostile.ts";
import { opaqueText, uuidOf } from "./identifiers.ts";
import type { EmittedEvent, EventLog } from "./log.ts";
import { type EventFacts, eventFacts, kindOf } from "./log_facts.ts";
import { parseLosslessly, setMembers } from "./losslessly.ts";
import { type Place, PLACES } from "./names.ts";
import { choose, hashOf, vary } from "./random.ts";

const AGENTS = [
  ["Mozilla/5.0 (X11; Linux x86_64; rv:142.0) Gecko/20100101 Firefox/142.0", "Linux", "FIREFOX", "Computer"],
  [
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/139.0.0.0 Safari/537.36",
    "Windows 10",
    "CHROME",
    "Computer",
  ],
  [
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 Version/18.5 Mobile Safari/604.1",
    "iOS (iPhone)",
    "SAFARI",
    "Mobile",
  ],
] as const;

/** The JSON text of an event. */
export function eventText(log: EventLog, event: number): string {
  const emitted = log.emitted(event);
  if (emitted) return emitted.text;
  const text = factsText(log, eventFacts(log, event), log.timeline.published(event));
  if (!log.apps.groups.users.settings.isHostile) return text;
  const record = parseLosslessly(text);
  setMembers(record, hostileEvent(event, record));
  return JSON.stringify(record);
}

/** What an emitted event is to contain beside the usual. */
export interface EventRequest {
  readonly eventType: string;
  readonly published: number;
  readonly persisted: number;
  readonly user?: number;
  readonly app?: number;
  readonly group?: number;
  readonly session?: string | null;
  readonly members?: Readonly<Record<string, unknown>>;
}

/** Adds an event to the log and returns its number. */
export function emitEvent(log: EventLog, request: EventRequest): number {
  const hash = hashOf(log.seed ^ 0xe317, log.emittedCount);
  const user = request.user ?? vary(hash, 1) % log.apps.groups.users.baseCount;
  const facts: EventFacts = {
    hash,
    uuid: uuidOf(hash, "b"),
    kind: kindOf(request.eventType),
    actor: request.session ? user : 0,
    user,
    app: request.app ?? vary(hash, 2) % log.apps.baseCount,
    group: request.group ?? vary(hash, 3) % log.apps.groups.baseCount,
    session: request.session ?? null,
    failure: null,
    isHistory: false,
  };
  const { published, persisted } = request;
  const event: EmittedEvent = { published, persisted, text: factsText(log, facts, published) };
  if (!request.members) return log.emit(event);
  const record = parseLosslessly(event.text);
  setMembers(record, request.members);
  return log.emit({ ...event, text: JSON.stringify(record) });
}

function factsText(log: EventLog, facts: EventFacts, published: number): string {
  const { kind, hash, session } = facts;
  const requestId = opaqueText(hash, 12);
  const place = choose(PLACES, vary(hash, 60));
  const address = `203.0.113.${vary(hash, 61) % 254 + 1}`;
  const quotedSession = session === null ? "null" : `"${session}"`;
  return `{"actor":${actorText(log, facts)},"client":${clientText(facts, place, address)},"device":null,` +
    `"authenticationContext":{"authenticationProvider":${session ? '"FACTOR_PROVIDER"' : "null"},` +
    `"credentialProvider":null,"credentialType":${session ? '"PASSWORD"' : "null"},"issuer":null,` +
    `"interface":null,"authenticationStep":0,"rootSessionId":${quotedSession},"externalSessionId":${quotedSession}},` +
    `"displayMessage":"${kind.message}","eventType":"${kind.type}",` +
    `"outcome":{"result":"${facts.failure ? "FAILURE" : "SUCCESS"}","reason":${
      facts.failure ? `"${facts.failure}"` : "null"
    }},` +
    `"published":"${new Date(published).toISOString()}",` +
    `"securityContext":{"asNumber":64500,"asOrg":"example isp","isp":"example","domain":"example.net",` +
    `"isProxy":${vary(hash, 62) % 30 === 0}},` +
    `"severity":"${kind.severity}","debugContext":{"debugData":${debugText(facts, requestId)}},` +
    `"legacyEventType":${kind.legacy === null ? "null" : `"${kind.legacy}"`},` +
    `"transaction":{"type":"WEB","id":"${requestId}","detail":{}},"uuid":"${facts.uuid}","version":"0",` +
    `"request":{"ipChain":[{"ip":"${address}","geographicalContext":${geographyText(place)},"version":"V4",` +
    `"source":null}]},"target":${targetsText(log, facts)}}`;
}

function actorText(log: EventLog, facts: EventFacts): string {
  if (facts.kind.type.startsWith("app.oauth2")) {
    return `{"id":"${log.apps.ids.of(facts.app)}","type":"PublicClientApp",` +
      `"alternateId":"${log.apps.ids.of(facts.app)}","displayName":"${
        appName(facts.app)
      }","detailEntry":null}`;
  }
  return userReference(log, facts, facts.actor);
}

function userReference(log: EventLog, { isHistory }: EventFacts, user: number): string {
  const { users } = log.apps.groups;
  const person = users.person(user);
  return `{"id":"${users.ids.of(user)}","type":"User","alternateId":${
    JSON.stringify(isHistory ? person.login : users.login(user))
  },` +
    `"displayName":"${person.first.text} ${person.last.text}","detailEntry":null}`;
}

function clientText(facts: EventFacts, place: Place, address: string): string {
  const [raw, os, browser, device] = choose(AGENTS, vary(facts.hash, 63));
  return `{"userAgent":{"rawUserAgent":"${raw}","os":"${os}","browser":"${browser}"},"zone":"null",` +
    `"device":"${device}","id":null,"ipAddress":"${address}","geographicalContext":${geographyText(place)}}`;
}

function geographyText(place: Place): string {
  return `{"city":"${place.city}","state":"${place.state}","country":"${place.country}",` +
    `"postalCode":"${place.zip}","geolocation":{"lat":${place.latitude},"lon":${place.longitude}}}`;
}

function debugText(facts: EventFacts, requestId: string): string {
  const signIn = facts.kind.type.startsWith("user.session");
  const path = signIn
    ? "/idp/idx/identify"
    : facts.kind.type.includes("sso")
    ? "/app/example/sso"
    : "/api/internal/admin";
  return `{"requestId":"${requestId}","dtHash":"${facts.hash.toString(16).padStart(8, "0").repeat(8)}",` +
    `"requestUri":"${path}","url":"${path}?","threatSuspected":"false","traceId":"${
      uuidOf(facts.hash + 1, "8")
    }",` +
    (signIn
      ? `"behaviors":"{New Geo-Location=NEGATIVE, New Device=NEGATIVE, New IP=NEGATIVE, Velocity=NEGATIVE}",`
      : "") +
    `"risk":"{reasons=, level=LOW}","authnRequestId":"${opaqueText(facts.hash + 2, 11)}"}`;
}

function targetsText(log: EventLog, facts: EventFacts): string {
  const { targets } = facts.kind;
  if (targets.length === 0) return "null";
  return `[${targets.map((target) => targetText(log, facts, target)).join(",")}]`;
}

function targetText(log: EventLog, facts: EventFacts, target: EventFacts["kind"]["targets"][number]): string {
  const { apps } = log;
  if (target === "user") return userReference(log, facts, facts.user);
  if (target === "app") {
    const label = JSON.stringify(appLabel(apps, facts.app, facts.isHistory ? {} : apps.patch(facts.app)));
    return `{"id":"${
      apps.ids.of(facts.app)
    }","type":"AppInstance","alternateId":${label},"displayName":${label},` +
      `"detailEntry":{"signOnModeType":"OPENID_CONNECT"}}`;
  }
  if (target === "group") {
    const name = JSON.stringify(
      groupName(apps.groups, facts.group, facts.isHistory ? {} : apps.groups.patch(facts.group)),
    );
    return `{"id":"${apps.groups.ids.of(facts.group)}","type":"UserGroup","alternateId":"unknown",` +
      `"displayName":${name},"detailEntry":null}`;
  }
  const isFactor = target === "factor";
  const name = isFactor ? "Okta Verify Push" : "Default Policy";
  return `{"id":"${isFactor ? "opf" : "00p"}${opaqueText(facts.hash + 3, 9).slice(0, 17)}",` +
    `"type":"${isFactor ? "AuthenticatorEnrollment" : "PolicyEntity"}","alternateId":"unknown",` +
    `"displayName":"${name}","detailEntry":${isFactor ? "null" : '{"policyType":"OktaSignOn"}'}}`;
}
