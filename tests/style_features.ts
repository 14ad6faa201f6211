/**
 * The part of tests/style_configs.ts that shows one feature each rather than one API. Holds no tests itself.
 * @module
 */
import type { ApiRequest, Row } from "./rest_api_scene.ts";
import type { Styled } from "./style_configs.ts";

const parsed = ({ body }: ApiRequest) => JSON.parse(body);

/** By what they show. */
export const BY_FEATURE: Readonly<Record<string, Styled>> = {
  "events: a cursor by a placeholder": {
    config: {
      "client": { "base_url": "https://events.example.com" },
      "resources": [
        {
          "name": "events",
          "endpoint": {
            "path": "v1/events",
            "params": { "published_after": "{incremental.start_value}", "utc": true },
            "incremental": { "cursor_path": "published", "initial_value": "2024-01-01T00:00:00.000Z" },
          },
        },
      ],
    },
    answers: {
      "/v1/events": [
        { id: 1, published: "2023-12-31T00:00:00.000Z" },
        { id: 2, published: "2024-01-02T00:00:00.000Z" },
      ],
    },
    requests: ["GET /v1/events?published_after=2024-01-01T00%3A00%3A00.000Z&utc=true"],
    tables: { events: [{ id: 2, published: "2024-01-02 00:00:00.000000" }] },
  },
  "search: a JSON body with a value of each parent, and pages in the body": {
    config: {
      "client": { "base_url": "https://search.example.com" },
      "resources": [
        { "name": "teams", "write_disposition": "replace" },
        {
          "name": "tickets",
          "endpoint": {
            "path": "tickets/search",
            "method": "POST",
            "json": {
              "query": {
                "team": "{resources.teams.id}",
                "label": "team-{resources.teams.id}",
                "text": "{{any}}",
              },
              "page": { "size": 1 },
            },
            "data_selector": "hits[*].source",
            "paginator": { "type": "cursor", "cursor_path": "next", "cursor_body_path": "page.cursor" },
          },
        },
      ],
    },
    answers: (request) => {
      if (request.path === "/teams") return [{ id: 7 }];
      const { query, page } = parsed(request);
      const hits = [{ source: { ...query, cursor: page.cursor ?? "none" } }, { source: { n: 1 } }];
      return page.cursor ? { hits } : { hits, next: "c2" };
    },
    requests: ["GET /teams", "POST /tickets/search", "POST /tickets/search"],
    tables: {
      teams: [{ id: 7 }],
      tickets: [
        { team: 7, label: "team-7", text: "{any}", cursor: "none" },
        { n: 1 },
        { team: 7, label: "team-7", text: "{any}", cursor: "c2" },
        { n: 1 },
      ],
    },
  },
  "a tree of three levels, keys handed down": {
    config: {
      "client": { "base_url": "https://api.example.com/", "paginator": { "type": "single_page" } },
      "resources": [
        { "name": "orgs", "endpoint": { "path": "orgs", "data_selector": "items" } },
        {
          "name": "repos",
          "endpoint": { "path": "orgs/{resources.orgs.slug}/repos" },
          "include_from_parent": ["slug"],
          "processing_steps": [{ "filter": (repo: Row) => !repo.archived }],
        },
        {
          "name": "branches",
          "endpoint": { "path": "repos/{resources.repos._orgs_slug}/{resources.repos.name}/branches" },
          "include_from_parent": ["_orgs_slug", "name"],
        },
        {
          "name": "commits",
          "endpoint": { "path": "commits/{resources.branches.sha}", "data_selector": "commit" },
        },
      ],
    },
    answers: {
      "/orgs": { items: [{ slug: "a b" }] },
      "/orgs/a%20b/repos": [{ name: "one" }, { name: "old", archived: true }],
      "/repos/a%20b/one/branches": [{ sha: "f00" }],
      "/commits/f00": { commit: { message: "hi" } },
    },
    requests: ["GET /commits/f00", "GET /orgs", "GET /orgs/a%20b/repos", "GET /repos/a%20b/one/branches"],
    tables: {
      orgs: [{ slug: "a b" }],
      repos: [{ name: "one", _orgs_slug: "a b" }],
      branches: [{ sha: "f00", _repos__orgs_slug: "a b", _repos_name: "one" }],
      commits: [{ message: "hi" }],
    },
  },
  "the older forms: resolve, and a static parameter in the path": {
    config: {
      "client": { "base_url": "https://api.example.com/v2" },
      "resources": [
        {
          "name": "posts",
          "endpoint": { "path": "blogs/{blog}/posts", "params": { "blog": "main", "lang": null } },
        },
        {
          "name": "comments",
          "endpoint": {
            "path": "posts/{post_id}/comments",
            "params": {
              "post_id": { "type": "resolve", "resource": "posts", "field": "id" },
              "visible": true,
            },
          },
          "include_from_parent": ["title"],
        },
      ],
    },
    answers: {
      "/v2/blogs/main/posts": [{ id: 1, title: "T" }],
      "/v2/posts/1/comments": { comments: [{ c: 1 }] },
    },
    requests: ["GET /v2/blogs/main/posts", "GET /v2/posts/1/comments?visible=true"],
    tables: { posts: [{ id: 1, title: "T" }], comments: [{ c: 1, _posts_title: "T" }] },
  },
  "steps that filter and map, a cursor with lag, a nested cursor": {
    config: {
      "client": { "base_url": "https://api.example.com", "headers": { "X-Api-Version": "2024-01" } },
      "resources": [
        {
          "name": "orders",
          "primary_key": "id",
          "write_disposition": { "disposition": "merge" },
          "columns": { "total": { "data_type": "double" } },
          "max_table_nesting": 0,
          "processing_steps": [
            { "filter": (order: Row) => Number(order.id) > 1 },
            { "map": ({ secret: _, ...order }: Row) => order },
          ],
          "endpoint": {
            "path": "orders",
            "data_selector": "$.result.orders",
            "incremental": {
              "cursor_path": "meta.updated",
              "initial_value": "2024-01-01",
              "start_param": "updated_since",
              "lag": 3,
            },
          },
        },
      ],
    },
    answers: {
      "/orders": {
        result: {
          orders: [
            { id: 1, meta: { updated: "2024-01-05" }, total: 1 },
            { id: 2, meta: { updated: "2024-01-06" }, total: 2, secret: "x", lines: [{ n: 1 }] },
          ],
        },
      },
    },
    requests: ["GET /orders?updated_since=2024-01-01"],
    tables: { orders: [{ id: 2, meta: '{"updated":"2024-01-06"}', total: 2, lines: '[{"n":1}]' }] },
  },
  "GraphQL in a body, braces doubled": {
    config: {
      "client": { "base_url": "https://api.example.com/graphql" },
      "resources": [
        {
          "name": "users",
          "endpoint": {
            "path": "",
            "method": "POST",
            "json": {
              "query": "query {{ users(first: 2) {{ nodes {{ id }} }} }}",
              "variables": { "after": null },
            },
            "data_selector": "data.users.nodes",
          },
        },
      ],
    },
    answers: (request) => ({ data: { users: { nodes: [{ id: 1, query: parsed(request).query }] } } }),
    requests: ["POST /graphql"],
    tables: { users: [{ id: 1, query: "query { users(first: 2) { nodes { id } } }" }] },
  },
  "a form, a page number, response actions by content, an endpoint without credentials": {
    config: {
      "client": {
        "base_url": "https://api.example.com",
        "auth": { "type": "api_key", "name": "X-Key", "api_key": "not-a-real-key", "location": "header" },
      },
      "resource_defaults": {
        "write_disposition": "append",
        "endpoint": {
          "method": "POST",
          "response_actions": [
            { "content": "no access", "action": "ignore" },
            { "status_code": 410, "action": "ignore" },
          ],
        },
      },
      "resources": [
        {
          "name": "rows",
          "endpoint": {
            "path": "export",
            "data": { "format": "json", "ids": ["1", "2"] },
            "paginator": { "type": "page_number", "base_page": 1, "total_path": null, "maximum_page": 3 },
          },
        },
        { "name": "hidden", "endpoint": { "path": "hidden", "auth": null } },
        { "name": "gone", "endpoint": { "path": "gone", "method": "GET" } },
      ],
    },
    answers: {
      "/export?page=1": [{ n: 1 }],
      "/export?page=2": [{ n: 2 }],
      "/hidden": () => new Response("you have no access here", { status: 403 }),
      "/gone": () => new Response("", { status: 410 }),
    },
    requests: ["GET /gone", "POST /export?page=1", "POST /export?page=2", "POST /hidden"],
    tables: { rows: [{ n: 1 }, { n: 2 }] },
  },
};
