/**
 * Okta: users, groups, applications, who belongs to which, and the system log.
 * @module
 */
import {
  ConfigError,
  defineSource,
  type HandWrittenResource,
  type JsonObject,
  pollFeed,
  type PollingFeed,
  type Resource,
  type ResourceClient,
  Secret,
} from "../mod.ts";
import { oktaOrigin } from "./okta/domain.ts";
import { SESSION_FILTER, sessionsFromEvents } from "./okta/sessions.ts";

const BEGINNING = "1970-01-01T00:00:00.000Z";
const LOG_RETENTION_DAYS = 90;
const SCOPES = ["okta.users.read", "okta.groups.read", "okta.apps.read", "okta.logs.read"];

const ADVICE: Record<string, string> = {
  E0000011:
    "the token is wrong, expired or revoked; create one under Security > API > Tokens and set api_token",
  "401": "the credentials were refused; check api_token, or client_id and private_key",
  "403":
    "give the token's admin or service app a role and scope that may read this (Read-only Administrator reads all), " +
    "or leave the resource out with --resources",
  "404": "check base_url: it is the org's own address, without -admin",
  "429": "wait a minute and run again, or lower max_share",
  E0000009: "Okta timed out; run again later",
};

/** The Okta Management API. */
export default defineSource({
  name: "okta_management_source",
  section: "okta_management",
  description: "Users, groups, applications, assignments and the system log of an Okta organisation",
  pipelineName: "okta_management_pipeline",
  datasetName: "okta_management_data",
  parameters: {
    base_url: {
      type: "text",
      required: true,
      help: "The organisation's address, e.g. https://acme.okta.com.",
      obtain: "It is what you see in the browser after signing in, without -admin.",
    },
    api_token: {
      type: "text",
      secret: true,
      requiredUnless: ["access_token", "client_id"],
      help: "An API token (SSWS).",
      obtain: "Create one in the Admin Console under Security > API > Tokens, as a Read-only Administrator.",
    },
    access_token: { type: "text", secret: true, help: "An OAuth 2.0 access token, used as it is." },
    client_id: { type: "text", help: "Client id of a service app; with private_key, instead of a token." },
    private_key: { type: "text", secret: true, help: "The service app's private key, PEM (PKCS#8) or JWK." },
    key_id: { type: "text", help: "The key's id, when the app has several." },
    scopes: { type: "list", default: SCOPES, help: "OAuth scopes that the service app asks for." },
    max_share: {
      type: "number",
      default: 1,
      range: { above: 0, max: 1 },
      help: "Share of each rate limit that may be used, e.g. 0.5.",
    },
    max_concurrency: {
      type: "integer",
      default: 8,
      range: { min: 1, max: 100 },
      help: "Requests in flight at once.",
    },
    overlap: {
      type: "integer",
      default: 300,
      range: { min: 0 },
      help: "Seconds read again, for changes that Okta shows late.",
    },
    "user.ids": { type: "list", help: 'Ids or logins for resource "user"; without, all users.' },
    "sessions.ids": {
      type: "list",
      help: 'Ids for resource "sessions"; without, sessions come from the log.',
    },
    "system_log.initial_value": {
      type: "text",
      help: "Where the log starts on the first run; at most 90 days back.",
    },
  },
  build(parameters) {
    const origin = oktaOrigin(parameters.base_url);
    return {
      client: {
        base_url: `${origin}/api/v1`,
        auth: authentication(origin, parameters),
        paginator: "header_link",
        max_concurrency: parameters.max_concurrency,
        rate_limit: { ...RATE_LIMITS, max_share: parameters.max_share },
        retry: { shrink: { status: 500, code: "E0000009", param: "limit", min: 10 } },
        error_format: {
          code: "errorCode",
          message: "errorSummary",
          request_id_header: "x-okta-request-id",
          advice: ADVICE,
        },
      },
      resources: [
        ...directory(parameters.overlap),
        user(parameters["user.ids"]),
        ...applications(),
        sessions(parameters["sessions.ids"], parameters.overlap),
        systemLog(parameters["system_log.initial_value"], parameters.overlap),
        usersMe(parameters.client_id !== undefined),
      ],
    };
  },
});

/** Okta counts by method and pattern; what shares a line shares a budget. */
const RATE_LIMITS = {
  limit_header: "x-rate-limit-limit",
  remaining_header: "x-rate-limit-remaining",
  reset_header: "x-rate-limit-reset",
  buckets: [
    { name: "/users", path: "/api/v1/users" },
    { name: "/users/{id}", path: "/api/v1/users/*" },
    { name: "/groups/{id}", path: "/api/v1/groups/*" },
    { name: "/groups", path: "/api/v1/groups/**" },
    { name: "/apps/{id}", path: "/api/v1/apps/*" },
    { name: "/apps", path: "/api/v1/apps/**" },
    { name: "/logs", path: "/api/v1/logs" },
    { name: "/sessions", path: "/api/v1/sessions/**" },
  ],
};

interface Credentials {
  readonly api_token?: Secret;
  readonly access_token?: Secret;
  readonly client_id?: string;
  readonly private_key?: Secret;
  readonly key_id?: string;
  readonly scopes: string[];
}

function authentication(origin: string, given: Credentials) {
  if (given.client_id !== undefined) {
    if (!given.private_key) {
      throw new ConfigError("Cannot sign in as a service app: client_id is set but private_key is not", {
        code: "config-missing",
        next: 'add private_key = """…""" to [sources.okta_management_source] in .dlt/secrets.toml',
      });
    }
    return {
      type: "private_key_jwt",
      token_url: `${origin}/oauth2/v1/token`,
      client_id: given.client_id,
      private_key: given.private_key,
      key_id: given.key_id,
      scopes: given.scopes,
    };
  }
  if (given.access_token) return { type: "bearer", token: given.access_token };
  return {
    type: "api_key",
    name: "Authorization",
    api_key: new Secret(`SSWS ${given.api_token!.reveal().trim()}`),
  };
}

// A parent that vanished between its list and its own call has no children any more; one that this token
// may not read keeps the rows it has.
const CHILD_ANSWERS = [{ status_code: 404, action: "ignore" }, { status_code: 403, action: "skip" }] as const;
const NO_RIGHTS =
  "Okta returned none at all; a service app without an admin role, or a scoped admin, gets empty lists";

function directory(lag: number): Resource[] {
  const cursor = { initial_value: BEGINNING, lag, cap_at_run_start: true };
  return [
    {
      name: "users",
      description: "All users, deprovisioned ones too",
      primary_key: "id",
      write_disposition: { disposition: "merge", prune: true },
      warn_if_empty: NO_RIGHTS,
      endpoint: {
        path: "users",
        // A plain list leaves out DEPROVISIONED users; any filter includes them.
        params: { limit: 200, filter: 'lastUpdated ge "{incremental.start_value}"' },
        incremental: { ...cursor, cursor_path: "lastUpdated" },
      },
    },
    {
      name: "groups",
      description: "All groups",
      primary_key: "id",
      write_disposition: { disposition: "merge", prune: true },
      warn_if_empty: NO_RIGHTS,
      endpoint: {
        path: "groups",
        params: {
          limit: 200,
          filter:
            'lastUpdated gt "{incremental.start_value}" or lastMembershipUpdated gt "{incremental.start_value}"',
        },
        incremental: { ...cursor, cursor_path: ["lastUpdated", "lastMembershipUpdated"] },
      },
    },
    {
      name: "group_users",
      description: "Members of each group, with the group's id",
      ...belongsTo("group_id"),
      // Who belongs to a built-in group follows from who exists, and Okta does not say that this moves its date.
      parent_cursor: { cursor_path: "lastMembershipUpdated", except: (group) => group.type === "BUILT_IN" },
      copies_of: "users",
      endpoint: {
        path: "groups/{resources.groups.id}/users",
        params: { limit: 1000 },
        response_actions: CHILD_ANSWERS,
      },
    },
    {
      name: "groups_assigned_apps",
      description: "Applications assigned to each group, with the group's id",
      ...belongsTo("group_id"),
      // No timestamp of a group tells that its applications changed.
      every_parent: true,
      processing_steps: [{ map: withoutClientSecret }],
      endpoint: {
        path: "groups/{resources.groups.id}/apps",
        params: { limit: 200 },
        response_actions: CHILD_ANSWERS,
      },
    },
  ];
}

function applications(): Resource[] {
  return [
    {
      name: "apps",
      description: "All applications, active or not",
      primary_key: "id",
      write_disposition: { disposition: "merge", prune: true },
      warn_if_empty: NO_RIGHTS,
      processing_steps: [{ map: withoutClientSecret }],
      endpoint: { path: "apps", params: { limit: 200 } },
    },
    {
      name: "apps_assigned",
      description: "Users assigned to each application, with the application's id",
      ...belongsTo("app_id"),
      endpoint: {
        path: "apps/{resources.apps.id}/users",
        params: { limit: 500 },
        response_actions: CHILD_ANSWERS,
      },
    },
  ];
}

/** Rows that belong to a parent: keyed within it, and replaced together. */
function belongsTo(field: string) {
  return {
    primary_key: [field, "id"],
    merge_key: field,
    write_disposition: { disposition: "merge", strategy: "replace-per-parent" },
    include_from_parent: { [field]: "id" },
  } as const;
}

/** OpenID Connect applications can carry their secret in a listing; it has no place in a table. */
function withoutClientSecret(app: JsonObject): JsonObject {
  const oauthClient = (app.credentials as JsonObject | undefined)?.oauthClient as JsonObject | undefined;
  if (oauthClient && "client_secret" in oauthClient) delete oauthClient.client_secret;
  return app;
}

function user(ids?: readonly string[]): Resource {
  const shared = {
    name: "user",
    description: "Single users with all their links; by id, or every user",
    primary_key: "id",
    write_disposition: "merge",
    selected: false,
  } as const;
  if (!ids) {
    return { ...shared, endpoint: { path: "users/{resources.users.id}", response_actions: CHILD_ANSWERS } };
  }
  return { ...shared, reads: "GET /users/{id}", records: lookUp("users", ids) };
}

/** Reads single objects by id; one that does not exist is said and left out. */
function lookUp(path: string, ids: readonly string[]): HandWrittenResource["records"] {
  return async function* ({ client, warn }) {
    for (const id of ids) {
      const request = client.request(`${path}/${encodeURIComponent(id)}`);
      for await (
        const page of client.paginate(request, {
          paginator: "single_page",
          dataSelector: "$",
          actions: ({ status }) => Promise.resolve(status === 404 ? "missing" : undefined),
        })
      ) {
        if (page.response.ended) warn("not-found", `${path}/${id} does not exist`);
        else yield page;
      }
    }
  };
}

function systemLog(given: string | undefined, overlapSeconds: number): Resource {
  const initialValue = given === undefined ? undefined : moment(given);
  return {
    name: "system_log",
    description: "Events of the system log, each once",
    reads: "GET /logs",
    primary_key: "uuid",
    write_disposition: { disposition: "merge", strategy: "insert-only" },
    records: (context) => pollFeed(context, { ...logFeed(context.client, overlapSeconds), initialValue }),
  };
}

/** A moment as Okta takes it. @throws {ConfigError} when the text is none */
function moment(text: string): string {
  const time = Date.parse(text);
  if (!Number.isNaN(time)) return new Date(time).toISOString();
  throw new ConfigError(`Cannot use "system_log.initial_value": "${text}" is no date`, {
    code: "config-cast",
    next: "write a date such as 2026-01-31, or a date and time such as 2026-01-31T08:00:00Z",
  });
}

/** The log, or those of its events that match a filter. */
function logFeed(client: ResourceClient, overlapSeconds: number, filter?: string): PollingFeed {
  return {
    timePath: "published",
    idPath: "uuid",
    retentionDays: LOG_RETENTION_DAYS,
    overlapSeconds,
    since: (since) =>
      client.request("logs", { params: { since, limit: 1000, sortOrder: "ASCENDING", filter } }),
  };
}

function sessions(ids: readonly string[] | undefined, overlapSeconds: number): Resource {
  return {
    name: "sessions",
    description: "Sessions; by id, or derived from the system log",
    reads: ids ? "GET /sessions/{id}" : "GET /logs",
    primary_key: "id",
    selected: false,
    ...(ids ? { write_disposition: "merge", records: lookUp("sessions", ids) } : {
      write_disposition: { disposition: "merge", strategy: "coalesce" },
      records: (context) =>
        sessionsFromEvents(context, logFeed(context.client, overlapSeconds, SESSION_FILTER)),
    }),
  };
}

function usersMe(isServiceApp: boolean): Resource {
  // A service app is nobody; which of these Okta answers then is not documented.
  const answers = [400, 401, 403, 404].map((status_code) => ({ status_code, action: "skip" as const }));
  return {
    name: "users_me",
    description: "The user that the token belongs to",
    primary_key: "id",
    write_disposition: "replace",
    endpoint: {
      path: "users/me",
      paginator: "single_page",
      data_selector: "$",
      response_actions: isServiceApp ? answers : undefined,
    },
  };
}
