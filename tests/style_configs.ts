/**
 * Configurations as people write them for dlt, with only the brackets changed, what a small imitation of each API
 * answers, and the requests and rows that come of it. For tests/rest_api_style_test.ts; holds no tests itself.
 * @module
 */
import { BY_FEATURE } from "./style_features.ts";
import type { ApiRequest, Row } from "./rest_api_scene.ts";

/** One of them. */
export interface Styled {
  readonly config: unknown;
  readonly answers: Readonly<Record<string, unknown>> | ((request: ApiRequest) => unknown);
  /** In the order of their texts. */
  readonly requests: readonly string[];
  readonly tables: Readonly<Record<string, readonly Row[]>>;
}

const page = (items: unknown[], next?: string) => (_: ApiRequest) =>
  Response.json(items, next ? { headers: { link: `<${next}>; rel="next"` } } : {});
const notFound = () => Response.json({ message: "Not Found" }, { status: 404 });

/** By what they show. */
export const STYLED: Readonly<Record<string, Styled>> = {
  ...BY_FEATURE,
  "GitHub: issues and their comments": {
    config: {
      "client": {
        "base_url": "https://api.github.com/repos/acme/tool/",
        "auth": { "type": "bearer", "token": "ghp_not_a_real_token" },
      },
      "resource_defaults": {
        "primary_key": "id",
        "write_disposition": "merge",
        "endpoint": { "params": { "per_page": 100 } },
      },
      "resources": [
        {
          "name": "issues",
          "endpoint": {
            "path": "issues",
            "params": {
              "sort": "updated",
              "direction": "desc",
              "state": "open",
              "since": {
                "type": "incremental",
                "cursor_path": "updated_at",
                "initial_value": "2024-01-25T11:21:28Z",
              },
            },
          },
        },
        {
          "name": "issue_comments",
          "endpoint": { "path": "issues/{resources.issues.number}/comments" },
          "include_from_parent": ["id"],
        },
      ],
    },
    answers: {
      "/repos/acme/tool/issues": [{ id: 11, number: 1, updated_at: "2024-02-01T00:00:00Z" }],
      "/repos/acme/tool/issues/1/comments": page([{ id: 100 }], "/repos/acme/tool/issues/1/comments?page=2"),
      "/repos/acme/tool/issues/1/comments?page=2": page([{ id: 101 }]),
    },
    requests: [
      "GET /repos/acme/tool/issues/1/comments?page=2",
      "GET /repos/acme/tool/issues/1/comments?per_page=100",
      "GET /repos/acme/tool/issues?per_page=100&sort=updated&direction=desc&state=open&since=2024-01-25T11%3A21%3A28Z",
    ],
    tables: {
      issues: [{ id: 11, number: 1, updated_at: "2024-02-01 00:00:00.000000" }],
      issue_comments: [{ id: 100, _issues_id: 11 }, { id: 101, _issues_id: 11 }],
    },
  },
  "Pokémon: names alone, whole links in the body": {
    config: {
      "client": { "base_url": "https://pokeapi.co/api/v2/", "paginator": "json_link" },
      "resource_defaults": { "endpoint": { "params": { "limit": 2 } }, "write_disposition": "replace" },
      "resources": ["pokemon", "berry"],
    },
    answers: {
      "/api/v2/pokemon?limit=2": (_: ApiRequest) => ({
        count: 3,
        next: "/api/v2/pokemon?offset=2&limit=2",
        results: [{ name: "bulbasaur" }, { name: "ivysaur" }],
      }),
      "/api/v2/pokemon?offset=2&limit=2": { count: 3, next: null, results: [{ name: "venusaur" }] },
      "/api/v2/berry": { count: 1, next: null, results: [{ name: "cheri" }] },
    },
    requests: [
      "GET /api/v2/berry?limit=2",
      "GET /api/v2/pokemon?limit=2",
      "GET /api/v2/pokemon?offset=2&limit=2",
    ],
    tables: {
      pokemon: [{ name: "bulbasaur" }, { name: "ivysaur" }, { name: "venusaur" }],
      berry: [{ name: "cheri" }],
    },
  },
  "Pokémon: a detail for each by its name": {
    config: {
      "client": { "base_url": "https://pokeapi.co/api/v2" },
      "resources": [
        {
          "name": "pokemon_list",
          "selected": false,
          "endpoint": { "path": "pokemon", "data_selector": "results" },
        },
        { "name": "pokemon", "endpoint": { "path": "pokemon/{resources.pokemon_list.name}" } },
      ],
    },
    answers: {
      "/api/v2/pokemon": { results: [{ name: "mr mime" }] },
      "/api/v2/pokemon/mr%20mime": { id: 122, types: [{ slot: 1 }] },
    },
    requests: ["GET /api/v2/pokemon", "GET /api/v2/pokemon/mr%20mime"],
    tables: { pokemon: [{ id: 122 }], pokemon__types: [{ slot: 1 }] },
  },
  "Jira: offset paging by the API's own names": {
    config: {
      "client": {
        "base_url": "https://acme.atlassian.net/rest/api/3",
        "auth": { "type": "http_basic", "username": "me@acme.example", "password": "not-a-real-token" },
      },
      "resources": [
        {
          "name": "issues",
          "endpoint": {
            "path": "search",
            "params": { "jql": "project = OPS order by created", "fields": "*all" },
            "data_selector": "issues",
            "paginator": {
              "type": "offset",
              "limit": 2,
              "offset_param": "startAt",
              "limit_param": "maxResults",
              "total_path": "total",
            },
          },
        },
      ],
    },
    answers: ({ path }) => ({
      total: 3,
      issues: path.includes("startAt=0") ? [{ key: "OPS-1" }, { key: "OPS-2" }] : [{ key: "OPS-3" }],
    }),
    requests: [
      "GET /rest/api/3/search?jql=project%20%3D%20OPS%20order%20by%20created&fields=*all&startAt=0&maxResults=2",
      "GET /rest/api/3/search?jql=project%20%3D%20OPS%20order%20by%20created&fields=*all&startAt=2&maxResults=2",
    ],
    tables: { issues: [{ key: "OPS-1" }, { key: "OPS-2" }, { key: "OPS-3" }] },
  },
  "Stripe: a cursor that is the last id": {
    config: {
      "client": {
        "base_url": "https://api.stripe.com/v1/",
        "auth": { "type": "http_basic", "username": "sk_not_real", "password": "" },
        "paginator": {
          "type": "cursor",
          "cursor_path": "data[-1].id",
          "cursor_param": "starting_after",
          "has_more_path": "has_more",
        },
      },
      "resource_defaults": {
        "primary_key": "id",
        "endpoint": { "params": { "limit": 2 }, "data_selector": "data" },
      },
      "resources": ["customers", { "name": "plans", "table_name": "prices", "endpoint": "prices" }],
    },
    answers: {
      "/v1/customers?limit=2": { has_more: true, data: [{ id: "a" }, { id: "b" }] },
      "/v1/customers?limit=2&starting_after=b": { has_more: false, data: [{ id: "c" }] },
      "/v1/prices": { has_more: false, data: [] },
    },
    requests: [
      "GET /v1/customers?limit=2",
      "GET /v1/customers?limit=2&starting_after=b",
      "GET /v1/prices?limit=2",
    ],
    tables: { customers: [{ id: "a" }, { id: "b" }, { id: "c" }] },
  },
  "HubSpot: a cursor in the body, one more object for each": {
    config: {
      "client": {
        "base_url": "https://api.hubapi.com/crm/v3/objects",
        "paginator": { "type": "cursor", "cursor_path": "paging.next.after", "cursor_param": "after" },
      },
      "resource_defaults": { "endpoint": { "params": { "limit": 100 }, "data_selector": "results" } },
      "resources": [
        {
          "name": "contacts",
          "endpoint": { "path": "contacts", "params": { "properties": ["email", "name"] } },
        },
        {
          "name": "notes",
          "endpoint": {
            "path": "contacts/{resources.contacts.id}/notes",
            "response_actions": [{ "status_code": 404, "action": "ignore" }],
          },
        },
      ],
    },
    answers: {
      "/crm/v3/objects/contacts?limit=100&properties=email&properties=name": {
        results: [{ id: "1" }],
        paging: { next: { after: "A" } },
      },
      "/crm/v3/objects/contacts?limit=100&properties=email&properties=name&after=A": {
        results: [{ id: "2" }],
      },
      "/crm/v3/objects/contacts/1/notes": { results: [{ note: "x" }] },
      "/crm/v3/objects/contacts/2/notes": notFound,
    },
    requests: [
      "GET /crm/v3/objects/contacts/1/notes?limit=100",
      "GET /crm/v3/objects/contacts/2/notes?limit=100",
      "GET /crm/v3/objects/contacts?limit=100&properties=email&properties=name",
      "GET /crm/v3/objects/contacts?limit=100&properties=email&properties=name&after=A",
    ],
    tables: { contacts: [{ id: "1" }, { id: "2" }], notes: [{ note: "x" }] },
  },
};
