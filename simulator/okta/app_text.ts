/**
 * An application, or one assignment of it, as JSON text.
 *
 * @module
 */

import type { AppDirectory } from "./apps.ts";
import { isoSecond } from "./clock.ts";
import { groupName } from "./group_text.ts";
import { hostileApp } from "./hostile.ts";
import { parseLosslessly, setMembers } from "./losslessly.ts";
import { APP_LABELS } from "./names.ts";
import { choose, vary } from "./random.ts";

/** How an application is to be written. */
export interface AppTextOptions {
  readonly origin: string;
  /** Leaves out what `useOptimization` drops. */
  readonly isOptimized?: boolean;
  /** The JSON text of an embedded user. */
  readonly embeddedUser?: string;
}

/** The sign-on modes, in the order applications take them; null is what some first-party ones show. */
const SIGN_ON_MODES = [
  "OPENID_CONNECT",
  "SAML_2_0",
  "BOOKMARK",
  "AUTO_LOGIN",
  "BROWSER_PLUGIN",
  "SECURE_PASSWORD_STORE",
  "BASIC_AUTH",
  "SAML_1_1",
  "WS_FEDERATION",
  null,
] as const;
const FIRST_PARTY = ["saasure", "okta_enduser", "okta_browser_plugin", "okta_iga"];

/** The sign-on mode of an application. */
export function signOnMode(index: number): string | null {
  return SIGN_ON_MODES[index % SIGN_ON_MODES.length];
}

/** The catalogue key of an application. */
export function appName(index: number): string {
  if (index < FIRST_PARTY.length) return FIRST_PARTY[index];
  const mode = signOnMode(index);
  if (mode === "OPENID_CONNECT") return "oidc_client";
  if (mode === "BOOKMARK") return "bookmark";
  return mode === "SAML_2_0" ? `example_saml_${index}` : `example_app_${index}`;
}

/** The display name of an application, as patched. */
export function appLabel(apps: AppDirectory, index: number, patch = apps.patch(index)): string {
  const patched = patch?.label;
  if (patched !== undefined) return patched;
  if (index < FIRST_PARTY.length) {
    return ["Admin Console", "Dashboard", "Browser Plugin", "Governance"][index];
  }
  return `${APP_LABELS[index % APP_LABELS.length]} ${index}`;
}

/** The JSON text of an application. */
export function appText(apps: AppDirectory, index: number, options: AppTextOptions): string {
  const text = tidyText(apps, index, options);
  if (!apps.groups.users.settings.isHostile) return text;
  const record = parseLosslessly(text);
  setMembers(record, hostileApp(index, record));
  return JSON.stringify(record);
}

function tidyText(apps: AppDirectory, index: number, options: AppTextOptions): string {
  const id = apps.ids.of(index);
  const name = appName(index);
  const label = JSON.stringify(appLabel(apps, index));
  const mode = signOnMode(index);
  const head =
    `{"id":"${id}","orn":"orn:okta:idp:00o1sluiceorg0000001:apps:${name}:${id}","name":"${name}",` +
    `"label":${label},"status":"${apps.status(index)}",` +
    `"lastUpdated":"${isoSecond(apps.date(index, "lastUpdated"))}",` +
    `"created":"${isoSecond(apps.date(index, "created"))}"`;
  if (options.isOptimized) return `${head},"signOnMode":${JSON.stringify(mode)}}`;
  return head + accessText(apps, index, name) +
    `,"signOnMode":${JSON.stringify(mode)},"universalLogout":null,` +
    `"extendedProperties":null,"credentials":${credentialsText(apps, index, mode)},` +
    `"settings":${settingsText(index, mode)}` +
    (index % 6 === 4 ? `,"licensing":{"seatCount":${100 + index}}` : "") +
    (mode === "OPENID_CONNECT" ? `,"profile":{"label":${label}}` : "") +
    (options.embeddedUser ? `,"_embedded":{"user":${options.embeddedUser}}` : "") +
    `,"_links":${linksText(options.origin, id, apps.status(index))}}`;
}

function accessText(apps: AppDirectory, index: number, name: string): string {
  const provisions = vary(apps.hash(index), 10) % 3 === 0;
  return `,"accessibility":{"selfService":${
    index % 7 === 0
  },"errorRedirectUrl":null,"loginRedirectUrl":null},` +
    `"visibility":{"autoLaunch":false,"autoSubmitToolbar":${index % 5 === 0},` +
    `"hide":{"iOS":false,"web":${index % 9 === 0}},"appLinks":{"${name}_link":true}},` +
    `"features":[${provisions ? '"PUSH_NEW_USERS","PUSH_USER_DEACTIVATION","PUSH_PROFILE_UPDATES"' : ""}]`;
}

function credentialsText(apps: AppDirectory, index: number, mode: string | null): string {
  const template = `"userNameTemplate":{"template":"\${source.login}","type":"BUILT_IN"}`;
  const kid = apps.hash(index).toString(36);
  if (mode === "OPENID_CONNECT") {
    // The server does return the secret of such applications; a reader is expected to mask it.
    return `{${template},"signing":{"kid":"k-${kid}"},"oauthClient":{"autoKeyRotation":true,` +
      `"client_id":"${apps.ids.of(index)}","client_secret":"CANARY-client-secret-${kid}",` +
      `"token_endpoint_auth_method":"client_secret_basic","pkce_required":true}}`;
  }
  if (mode === "SECURE_PASSWORD_STORE" || mode === "AUTO_LOGIN" || mode === "BROWSER_PLUGIN") {
    return `{"scheme":"EDIT_USERNAME_AND_PASSWORD",${template},"revealPassword":false,"signing":{}}`;
  }
  return `{${template},"signing":{"kid":"k-${kid}","rotationMode":"AUTO","use":"SIGNATURE"}}`;
}

function settingsText(index: number, mode: string | null): string {
  const common =
    `"app":{${index % 4 === 1 ? `"domain":"tenant-${index}.example","seats":${index * 5}` : ""}},` +
    `"notifications":{"vpn":{"network":{"connection":"DISABLED"},"message":null,"helpUrl":null}},` +
    `"manualProvisioning":false,"implicitAssignment":false,"emOptInStatus":"NONE",` +
    `"notes":{"admin":${index % 8 === 2 ? '"Owned by IT"' : "null"},"enduser":null}`;
  if (mode === "SAML_2_0") return `{${common},"signOn":${samlText(index)}}`;
  if (mode === "OPENID_CONNECT") return `{${common},"oauthClient":${oauthText(index)}}`;
  if (mode === "BOOKMARK") return `{${common},"signOn":{}}`;
  return `{${common},"signOn":{"redirectUrl":null,"loginUrl":"https://app-${index}.example/login"}}`;
}

function samlText(index: number): string {
  const acs = `https://app-${index}.example/saml/acs`;
  return `{"defaultRelayState":"","ssoAcsUrl":"${acs}","idpIssuer":"http://www.okta.com/\${org.externalKey}",` +
    `"audience":"https://app-${index}.example","recipient":"${acs}","destination":"${acs}",` +
    `"subjectNameIdTemplate":"\${user.userName}","responseSigned":true,"assertionSigned":true,` +
    `"subjectNameIdFormat":"urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified",` +
    `"signatureAlgorithm":"RSA_SHA256","digestAlgorithm":"SHA256","honorForceAuthn":true,` +
    `"authnContextClassRef":"urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport",` +
    `"slo":{"enabled":false},"allowMultipleAcsEndpoints":false,"acsEndpoints":[],"requestCompressed":false,` +
    `"samlAssertionLifetimeSeconds":300,"attributeStatements":[{"type":"EXPRESSION","name":"email",` +
    `"namespace":"urn:oasis:names:tc:SAML:2.0:attrname-format:basic","values":["user.email"]},` +
    `{"type":"GROUP","name":"groups","namespace":"urn:oasis:names:tc:SAML:2.0:attrname-format:unspecified",` +
    `"filterType":"STARTS_WITH","filterValue":"app-${index}"}]}`;
}

function oauthText(index: number): string {
  return `{"client_uri":"https://app-${index}.example","logo_uri":null,` +
    `"redirect_uris":["https://app-${index}.example/callback","https://app-${index}.example/silent"],` +
    `"post_logout_redirect_uris":["https://app-${index}.example"],"response_types":["code"],` +
    `"grant_types":["authorization_code","refresh_token"],"application_type":"web","consent_method":"REQUIRED",` +
    `"issuer_mode":"DYNAMIC","initiate_login_uri":"https://app-${index}.example/login",` +
    `"idp_initiated_login":{"mode":"DISABLED","default_scope":[]},"wildcard_redirect":"DISABLED",` +
    `"dpop_bound_access_tokens":false,"refresh_token":{"rotation_type":"ROTATE","leeway":30}}`;
}

function linksText(origin: string, id: string, status: string): string {
  const self = `${origin}/api/v1/apps/${id}`;
  const turn = status === "ACTIVE" ? "deactivate" : "activate";
  return `{"uploadLogo":{"href":"${self}/logo","hints":{"allow":["POST"]}},` +
    `"appLinks":[{"name":"login","href":"${origin}/home/${id}","type":"text/html"}],` +
    `"logo":[{"name":"medium","href":"https://cdn.example/img/logos/app.png","type":"image/png"}],` +
    `"users":{"href":"${self}/users"},"groups":{"href":"${self}/groups"},` +
    `"${turn}":{"href":"${self}/lifecycle/${turn}"},` +
    `"profileEnrollment":{"href":"${origin}/api/v1/policies/rst1sluice0000000001"}}`;
}

const ASSIGNMENT_STATUSES = [
  "ACTIVE",
  "ACTIVE",
  "ACTIVE",
  "ACTIVE",
  "PROVISIONED",
  "STAGED",
  "SUSPENDED",
  "IMPORTED",
];
const ASSIGNMENT_PROFILES = [
  (login: string) => `{"email":"${login}","licenses":[]}`,
  () => "{}",
  (login: string) => `{"email":"${login}","role":"member","licenses":["base"],"costLimit":null}`,
];

/** The JSON text of one assignment of an application, given by its key. */
export function assignmentText(
  apps: AppDirectory,
  index: number,
  key: number,
  options: AppTextOptions,
): string {
  const { groups } = apps;
  const { user, group } = apps.assignmentAt(index, key);
  const hash = vary(groups.users.hash(user), 100 + index);
  const [appId, userId, login] = [apps.ids.of(index), groups.users.ids.of(user), groups.users.login(user)];
  const at = isoSecond(groups.users.settings.anchor - (hash % 40_000_000) * 1000);
  const external = hash % 4 === 0 ? `"ext-${userId}"` : "null";
  const isSynced = hash % 5 === 0;
  const groupLink = group === undefined
    ? ""
    : `,"group":{"name":${JSON.stringify(groupName(groups, group))},` +
      `"href":"${options.origin}/api/v1/groups/${groups.ids.of(group)}"}`;
  return `{"id":"${userId}","externalId":${external},"created":"${at}","lastUpdated":"${at}",` +
    `"scope":"${group === undefined ? "USER" : "GROUP"}","status":"${
      choose(ASSIGNMENT_STATUSES, hash >>> 4)
    }",` +
    `"statusChanged":"${at}","passwordChanged":null,` +
    (isSynced ? `"syncState":"SYNCHRONIZED","lastSync":"${at}",` : `"syncState":"DISABLED",`) +
    `"credentials":{"userName":${JSON.stringify(login)}},` +
    `"profile":${ASSIGNMENT_PROFILES[index % ASSIGNMENT_PROFILES.length](login.replaceAll('"', ""))},` +
    (options.embeddedUser ? `"_embedded":{"user":${options.embeddedUser}},` : "") +
    `"_links":{"app":{"href":"${options.origin}/api/v1/apps/${appId}"},` +
    `"user":{"href":"${options.origin}/api/v1/users/${userId}"}${groupLink}}}`;
}

/** The JSON text of one group an application is assigned to. */
export function appGroupText(
  apps: AppDirectory,
  index: number,
  group: number,
  { origin }: AppTextOptions,
): string {
  const id = apps.groups.ids.of(group);
  return `{"id":"${id}","lastUpdated":"${
    isoSecond(apps.date(index, "created"))
  }","priority":null,"profile":{},` +
    `"_links":{"app":{"href":"${origin}/api/v1/apps/${apps.ids.of(index)}"},` +
    `"self":{"href":"${origin}/api/v1/apps/${apps.ids.of(index)}/groups/${id}"},` +
    `"group":{"href":"${origin}/api/v1/groups/${id}"}}}`;
}
