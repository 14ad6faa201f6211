/**
 * What a generated event is about. Twenty events in a row tell one small story: two sessions that start, sign in
 * to applications and mostly end, a failed sign-in, and some administration.
 *
 * @module
 */

import { opaqueText, uuidOf } from "./identifiers.ts";
import type { EventLog } from "./log.ts";
import { hashOf, vary } from "./random.ts";
import { UNPATCHED } from "./users.ts";

/** What an event type always says. */
export interface EventKind {
  readonly type: string;
  readonly legacy: string | null;
  readonly message: string;
  readonly severity: "INFO" | "WARN" | "ERROR" | "DEBUG";
  readonly targets: readonly ("user" | "app" | "group" | "factor" | "policy")[];
}

/** One event, before it is written. */
export interface EventFacts {
  readonly hash: number;
  readonly uuid: string;
  readonly kind: EventKind;
  readonly actor: number;
  readonly user: number;
  readonly app: number;
  readonly group: number;
  readonly session: string | null;
  readonly failure: string | null;
  /** History keeps the names of its time, whatever was renamed since. */
  readonly isHistory: boolean;
}

const KIND_ROWS: readonly (readonly [string, string | null, string, EventKind["severity"], string])[] = [
  ["user.session.start", "core.user_auth.login_success", "User login to Okta", "INFO", ""],
  ["policy.evaluate_sign_on", null, "Evaluation of sign-on policy", "INFO", "policy"],
  [
    "user.authentication.auth_via_mfa",
    "core.user.factor.attempt_success",
    "Authentication of user via MFA",
    "INFO",
    "user factor",
  ],
  ["user.authentication.sso", "app.auth.sso", "User single sign on to app", "INFO", "app user"],
  ["app.oauth2.as.token.grant.access_token", null, "OIDC access token is granted", "INFO", "user"],
  [
    "application.user_membership.add",
    "app.user_management.provision_user",
    "Add user to application membership",
    "INFO",
    "user app",
  ],
  [
    "group.user_membership.add",
    "core.user_group_member.user_add",
    "Add user to group membership",
    "INFO",
    "user group",
  ],
  [
    "group.user_membership.remove",
    "core.user_group_member.user_remove",
    "Remove user from group membership",
    "INFO",
    "user group",
  ],
  [
    "user.account.update_profile",
    "core.user.config.profile.update",
    "Update user profile for Okta",
    "INFO",
    "user",
  ],
  ["user.session.end", "core.user_auth.logout_success", "User logout from Okta", "INFO", ""],
  ["user.session.expire", null, "Expire user session", "INFO", ""],
  ["user.session.clear", "core.user_auth.session_clear", "Clear user session", "INFO", "user"],
  ["user.authentication.verify", null, "Verify user identity", "INFO", "user"],
  ["user.account.lock", "core.user_auth.account_locked", "Max sign in attempts exceeded", "WARN", "user"],
  ["system.api_token.create", "api.token.create", "Create API token", "INFO", ""],
  ["user.mfa.factor.activate", "core.user.factor.activate", "Activate factor for user", "INFO", "user"],
  ["application.lifecycle.update", "application.config.update", "Update application", "INFO", "app"],
  ["user.lifecycle.suspend", "core.user.config.user_status.suspended", "Suspend Okta user", "INFO", "user"],
  ["user.lifecycle.create", "core.user.config.user_creation.success", "Create Okta user", "INFO", "user"],
  ["user.lifecycle.activate", "core.user.config.user_activated", "Activate Okta user", "INFO", "user"],
  ["user.lifecycle.deactivate", "core.user.config.user_deactivated", "Deactivate Okta user", "INFO", "user"],
  [
    "user.lifecycle.delete.completed",
    "core.user.config.user_delete",
    "Delete Okta user completed",
    "INFO",
    "user",
  ],
  [
    "user.account.update_password",
    "core.user.config.password_update.success",
    "User update password for Okta",
    "INFO",
    "user",
  ],
  ["group.lifecycle.create", "core.user_group.create", "Create Okta group", "INFO", "group"],
  ["group.lifecycle.delete", "core.user_group.delete", "Delete Okta group", "INFO", "group"],
  ["group.profile.update", "core.user_group.update", "Okta group profile updated", "INFO", "group"],
  [
    "group.application_assignment.add",
    "app.generic.provision.assign_group",
    "Add assigned application to group",
    "INFO",
    "group app",
  ],
  [
    "group.application_assignment.remove",
    null,
    "Remove assigned application from group",
    "INFO",
    "group app",
  ],
  [
    "application.user_membership.remove",
    "app.user_management.deprovision_user",
    "Remove user's application membership",
    "INFO",
    "user app",
  ],
  ["application.lifecycle.create", "app.config.create", "Create application", "INFO", "app"],
  ["application.lifecycle.deactivate", "app.config.deactivate", "Deactivate application", "INFO", "app"],
  ["application.lifecycle.delete", "app.config.delete", "Delete application", "INFO", "app"],
  ["system.api_token.revoke", "api.token.revoke", "Revoke API token", "INFO", ""],
  [
    "system.org.rate_limit.violation",
    "core.framework.ratelimit.exceeded",
    "Rate limit violation",
    "WARN",
    "",
  ],
];

const KINDS = new Map<string, EventKind>(KIND_ROWS.map(([type, legacy, message, severity, targets]) => {
  const names = targets.split(" ").filter((name) => name !== "") as EventKind["targets"][number][];
  return [type, { type, legacy, message, severity, targets: names }];
}));

/** The standing facts of an event type; a type nobody listed has only its name. */
export function kindOf(type: string): EventKind {
  return KINDS.get(type) ?? { type, legacy: null, message: type, severity: "INFO", targets: [] };
}

/** The story of twenty events: the type, and whose session it belongs to (`a`, `b`, or none). */
const STORY: readonly (readonly [type: string, session?: "a" | "b"])[] = [
  ["user.session.start", "a"],
  ["policy.evaluate_sign_on", "a"],
  ["user.authentication.auth_via_mfa", "a"],
  ["user.session.start", "b"],
  ["user.authentication.sso", "a"],
  ["user.session.start"],
  ["user.authentication.sso", "b"],
  ["app.oauth2.as.token.grant.access_token"],
  ["application.user_membership.add"],
  ["user.authentication.sso", "a"],
  ["group.user_membership.add"],
  ["user.account.update_profile", "b"],
  ["user.authentication.sso", "b"],
  ["", "a"],
  ["policy.evaluate_sign_on", "b"],
  [""],
  ["user.authentication.sso", "b"],
  ["group.user_membership.remove"],
  ["user.authentication.verify", "b"],
  ["", "b"],
];
const ENDINGS = [
  "user.session.end",
  "user.session.end",
  "user.session.expire",
  "user.session.clear",
  "user.authentication.sso",
];
const RARITIES = [
  "user.account.lock",
  "system.api_token.create",
  "user.mfa.factor.activate",
  "application.lifecycle.update",
  "user.lifecycle.suspend",
  "system.org.rate_limit.violation",
];

/** The facts of a generated event. */
export function eventFacts(log: EventLog, event: number): EventFacts {
  const { users } = log.apps.groups;
  const story = Math.floor(event / STORY.length);
  const [type, owner] = STORY[event - story * STORY.length];
  const hash = hashOf(log.seed, event);
  const sessionHash = vary(hashOf(log.seed, story), owner === "b" ? 71 : 70);
  const session = owner ? `102${owner}${opaqueText(sessionHash, 10)}` : null;
  const user = signedInUser(owner ? sessionHash : vary(hash, 1));
  const isAdministration = !owner && type !== "user.session.start";
  return {
    hash,
    uuid: uuidOf(hash, "a"),
    kind: kindOf(type || (owner ? ENDINGS[sessionHash % ENDINGS.length] : RARITIES[hash % RARITIES.length])),
    actor: isAdministration ? 0 : user,
    user,
    app: vary(hash, 2) % log.apps.baseCount,
    group: vary(hash, 3) % log.apps.groups.baseCount,
    session,
    failure: !owner && type === "user.session.start" ? "INVALID_CREDENTIALS" : null,
    isHistory: true,
  };

  function signedInUser(from: number): number {
    // Only active users sign in; a few tries find one, and a rare miss is still a plausible event.
    for (let attempt = 0; attempt < 8; attempt++) {
      const candidate = vary(from, 50 + attempt) % users.baseCount;
      if (users.status(candidate, UNPATCHED) === "ACTIVE") return candidate;
    }
    return 0;
  }
}
