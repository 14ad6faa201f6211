/**
 * Who is calling: API tokens with a role, and OAuth access tokens of service apps. What a caller may see is
 * decided here too, because too few rights mostly look like an empty list and not like an error.
 *
 * @module
 */

import { ApiError, missingScope } from "./api_error.ts";
import { verifyApiProof } from "./dpop.ts";
import type { OAuthServer } from "./token.ts";
import { opaqueText } from "./identifiers.ts";
import { hashText } from "./random.ts";
import type { Switches } from "./switches.ts";

/** The administrator roles the simulator knows. */
export type Role = "super" | "readonly" | "reportonly" | "groupadmin" | "none";

/** What a route is about, for deciding who may read it. */
export type Area = "users" | "groups" | "apps" | "logs" | "sessions";

/** An authenticated caller. */
export interface Caller {
  readonly kind: "ssws" | "oauth";
  /** Names the credential in limits and in the record of requests; never the secret itself. */
  readonly name: string;
  readonly role: Role;
  readonly scopes?: ReadonlySet<string>;
}

/** What authentication needs to know about a request. */
export interface Credentials {
  readonly authorization: string | undefined;
  readonly proof: string | undefined;
  readonly method: string;
  /** The URL without query, as proofs must name it. */
  readonly target: string;
  readonly origin: string;
}

const ROLES: readonly Role[] = ["super", "readonly", "reportonly", "groupadmin", "none"];

/** One API token per role. */
export type RoleTokens = Readonly<Record<Role, string>>;

/** The API tokens of one organisation. */
export class ApiTokens {
  readonly tokens: RoleTokens;
  readonly #revoked = new Set<string>();

  constructor(seed: number) {
    const entries = ROLES.map((role) => [role, `00${opaqueText(hashText(`token ${role}`, seed), 20)}`]);
    this.tokens = Object.fromEntries(entries);
  }

  /** Makes a token invalid from now on. */
  revoke(token: string): void {
    this.#revoked.add(token);
  }

  /** The role of a token, unless it is unknown or revoked. */
  roleOf(token: string): Role | undefined {
    if (this.#revoked.has(token)) return undefined;
    return ROLES.find((role) => this.tokens[role] === token);
  }
}

/** Authenticates a request, or refuses it as the API does. */
export async function authenticate(
  credentials: Credentials,
  { tokens, oauth, switches }: { tokens: ApiTokens; oauth: OAuthServer; switches: Switches },
): Promise<Caller> {
  const { authorization } = credentials;
  if (authorization === undefined) {
    throw new ApiError(switches.missingAuthorization === 401 ? "E0000011" : "E0000005");
  }
  const [scheme, token = ""] = authorization.split(" ");
  if (scheme === "SSWS") {
    const role = tokens.roleOf(token);
    if (!role) throw new ApiError("E0000011");
    return { kind: "ssws", name: `ssws:${role}`, role };
  }
  if (scheme !== "Bearer" && scheme !== "DPoP") throw new ApiError("E0000005");
  const grant = oauth.grantOf(token);
  if (!grant) throw invalidToken(credentials.origin, "The access token is invalid, expired or revoked.");
  if (grant.thumbprint !== undefined) {
    if (scheme === "Bearer") throw wrongScheme();
    await verifyApiProof(credentials, {
      token,
      thumbprint: grant.thumbprint,
      replays: oauth.replays,
      now: oauth.now(),
    });
  } else if (scheme === "DPoP") {
    throw invalidToken(credentials.origin, "The access token is not bound to a key.");
  }
  return { kind: "oauth", name: `oauth:${grant.clientId}`, role: grant.role, scopes: grant.scopes };
}

/** The refusal of an access token that does not count. */
export function invalidToken(origin: string, description: string): ApiError {
  const challenge = `Bearer authorization_uri="${origin}/oauth2/v1/authorize", realm="${origin}", ` +
    `scope="", error="invalid_token", error_description="${description}"`;
  return new ApiError("E0000011", { isBodyEmpty: true, headers: { "www-authenticate": challenge } });
}

function wrongScheme(): ApiError {
  return new ApiError("invalid_request", {
    summary: "The access token is bound to a key: use the DPoP scheme.",
    headers: { "www-authenticate": 'DPoP error="invalid_request"' },
  }, 400);
}

/** Refuses a caller whose scopes or role do not cover an area; `path` is named in the refusal. */
export function authorize(
  caller: Caller,
  area: Area,
  { path, origin }: { path: string; origin: string },
): void {
  if (caller.scopes && !caller.scopes.has(`okta.${area}.read`) && !caller.scopes.has(`okta.${area}.manage`)) {
    throw missingScope(`okta.${area}.read`, path, origin);
  }
  if (caller.kind === "oauth") return;
  if (caller.role === "none") throw new ApiError("E0000006");
  if (caller.role === "reportonly" && area !== "logs") throw new ApiError("E0000006");
  if (caller.role === "groupadmin" && (area === "logs" || area === "sessions")) {
    throw new ApiError("E0000006");
  }
}

/** Whether a caller is shown the thing at a position of a list: group administrators see a third, and no Everyone. */
export function canSee(caller: Caller, area: Area, index: number): boolean {
  if (caller.role === "none") return false;
  if (caller.role !== "groupadmin") return true;
  return area !== "apps" && index % 3 === 1;
}
