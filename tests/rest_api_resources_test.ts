/**
 * How resources are written: every form and the name and path it gives, and what defaults do to them. Which
 * paginator counts is in tests/rest_api_entities_test.ts.
 * @module
 */
import assert from "assert";
import { defineResource } from "../mod.ts";
import { type ApiRequest, type Row, withApi } from "./rest_api_scene.ts";

const forms: [entry: unknown, table: string, path: string][] = [
  ["users", "users", "/users"],
  ["v1/users", "v1_users", "/v1/users"],
  [{ name: "people" }, "people", "/people"],
  [{ name: "people", endpoint: "v1/users" }, "people", "/v1/users"],
  [{ name: "people", endpoint: "" }, "people", "/"],
  [{ name: "people", endpoint: {} }, "people", "/people"],
  [{ name: "people", endpoint: { params: { a: 1 } } }, "people", "/people?a=1"],
  [{ name: "people", endpoint: { path: "v1/users" } }, "people", "/v1/users"],
  [{ name: "people", table_name: "folk" }, "folk", "/people"],
  [{ name: "People Of-All", endpoint: "p" }, "people_of_all", "/p"],
  [{ name: "people", endpoint: undefined, primary_key: undefined }, "people", "/people"],
];

for (const [entry, table, path] of forms) {
  Deno.test(`run() reads ${path} into "${table}" for ${Deno.inspect(entry, { compact: true })}`, async () => {
    await withApi(() => [{ id: 1 }], async (api) => {
      const { tables } = await api.load({ client: {}, resources: [entry] });
      assert.deepEqual([Object.keys(tables), api.requests.map(({ path }) => path)], [[table], [path]]);
    });
  });
}

/** The request of a resource with these defaults below it. */
async function merged(defaults: unknown, resource: object): Promise<ApiRequest> {
  let seen: ApiRequest[] = [];
  await withApi(() => [], async (api) => {
    await api.load({
      client: {},
      resource_defaults: defaults,
      resources: [{ name: "users", ...resource }],
    });
    seen = api.requests;
  });
  return seen[0]!;
}

const merges: [rule: string, defaults: object, own: object | undefined, line: string][] = [
  [
    "merges params, the resource wins by key",
    { params: { a: 1, b: 1 } },
    { params: { b: 2, c: 3 } },
    "GET /users?a=1&b=2&c=3",
  ],
  ["takes params whole", { params: { a: 1 } }, undefined, "GET /users?a=1"],
  [
    "lets a null parameter leave one out",
    { params: { a: 1, b: 1 } },
    { params: { a: null } },
    "GET /users?b=1",
  ],
  ["lets null leave all parameters out", { params: { a: 1 } }, { params: null }, "GET /users"],
  ["takes what is undefined for not written", { params: { a: 1 }, method: "GET" }, {
    params: undefined,
    method: undefined,
  }, "GET /users?a=1"],
  ["lets a list replace a list", { params: { a: [1, 2] } }, { params: { a: [3] } }, "GET /users?a=3"],
  ["merges json, the resource wins by key", { method: "POST", json: { a: 1, b: { x: 1 } } }, {
    json: { b: { y: 2 } },
  }, 'POST /users {"a":1,"b":{"y":2}}'],
  ["lets null leave the JSON body out", { method: "POST", json: { a: 1 } }, { json: null }, "POST /users"],
  ["replaces json that is no object", { method: "POST", json: { a: 1 } }, { json: [1] }, "POST /users [1]"],
  [
    "replaces headers, never merges them",
    { headers: { "x-a": "1" } },
    { headers: { "x-b": "2" } },
    "GET /users x-b=2",
  ],
  [
    "replaces data, never merges it",
    { method: "POST", data: { a: 1 } },
    { data: { b: 2 } },
    "POST /users b=2",
  ],
  [
    "lets the resource choose the method",
    { method: "POST", json: { a: 1 } },
    { method: "PUT" },
    'PUT /users {"a":1}',
  ],
  ["gives no resource the path of the defaults", { path: "elsewhere" }, undefined, "GET /users"],
  [
    "binds a path to a parameter of the defaults",
    { params: { org: "acme", a: 1 } },
    { path: "{org}/users" },
    "GET /acme/users?a=1",
  ],
];

for (const [rule, defaults, own, line] of merges) {
  Deno.test(`resource_defaults.endpoint ${rule}`, async () => {
    const { method, path, body, headers } = await merged(
      { endpoint: defaults },
      own ? { endpoint: own } : {},
    );
    const marks = ["x-a", "x-b"].filter((name) => headers.has(name)).map((name) =>
      `${name}=${headers.get(name)}`
    );
    assert.equal([method, path, body, ...marks].filter(Boolean).join(" "), line);
  });
}

Deno.test("resource_defaults are laid under texts and objects, and not under functions", async () => {
  await withApi(() => [{ id: 1, at: 1 }, { id: 1, at: 2 }], async (api) => {
    const written = defineResource("written", {}, async function* () {
      yield [{ id: 1 }, { id: 1 }];
    });
    const config = {
      client: {},
      resource_defaults: { primary_key: "id", write_disposition: "merge" },
      resources: ["texts", { name: "own", write_disposition: "append" }, { name: "objects" }, written],
    };
    await api.load(config);
    const { tables } = await api.load(config);
    assert.deepEqual(
      ["texts", "objects", "own", "written"].map((name) => tables[name]!.length),
      [1, 1, 4, 4],
    );
  });
});

Deno.test("resource_defaults are replaced whole by keys of the resource, and null takes one back", async () => {
  await withApi(() => [{ a: 1, b: 2, list: [1] }], async (api) => {
    const double = (field: string) => [{ map: (row: Row) => ({ ...row, [field]: 0 }) }];
    const { tables } = await api.load({
      client: {},
      resource_defaults: { processing_steps: double("a"), max_table_nesting: 0 },
      resources: [
        "shared",
        { name: "own", processing_steps: double("b"), max_table_nesting: 1 },
        { name: "none", processing_steps: null, max_table_nesting: null },
      ],
    });
    assert.deepEqual(tables.shared![0], { a: 0, b: 2, list: "[1]" });
    assert.deepEqual(tables.own![0], { a: 1, b: 0 });
    assert.deepEqual(tables.none![0], { a: 1, b: 2 });
    assert.deepEqual(Object.keys(tables).filter((name) => name.includes("__")), [
      "none__list",
      "own__list",
    ]);
  });
});

Deno.test("resource_defaults merge columns by name and hint; null of the resource takes them all back", async () => {
  await withApi(() => [{ id: 5, at: 5, n: 5 }], async (api) => {
    const { tables } = await api.load({
      client: {},
      resource_defaults: {
        columns: { id: { data_type: "text" }, at: { nullable: false }, n: { data_type: "text" } },
      },
      resources: [
        { name: "by_name", columns: { at: { data_type: "double" }, n: { nullable: false } } },
        { name: "by_list", columns: [{ name: "n", data_type: "double" }] },
        { name: "none", columns: null },
      ],
    });
    const types = (table: string) =>
      Object.fromEntries(Object.entries(tables[table]![0]!).map(([name, value]) => [name, typeof value]));
    assert.deepEqual(tables.by_name, [{ id: "5", n: "5", at: 5 }]);
    assert.deepEqual(Object.keys(tables.by_name![0]!), ["id", "n", "at"]);
    assert.deepEqual(types("by_list"), { id: "string", at: "number", n: "number" });
    assert.deepEqual(types("none"), { id: "number", at: "number", n: "number" });
  });
});

Deno.test("resources written by hand stand beside others, as parents and as children", async () => {
  await withApi(({ path }) => path === "/users/1/roles" ? [{ r: "admin" }] : [{ id: 1 }], async (api) => {
    const seen: unknown[] = [];
    const users = defineResource("users", {}, async function* () {
      yield [{ id: 1 }];
    });
    const mails = defineResource(
      "mails",
      { data_from: "groups", include_from_parent: ["id"] },
      async function* ({ parent }) {
        seen.push(parent);
        yield [{ mail: 1 }];
      },
    );
    const { tables } = await api.load({
      client: {},
      resources: [mails, users, { name: "roles", endpoint: "users/{resources.users.id}/roles" }, "groups"],
    });
    assert.deepEqual(tables, {
      groups: [{ id: 1 }],
      mails: [{ mail: 1, _groups_id: 1 }],
      roles: [{ r: "admin" }],
      users: [{ id: 1 }],
    });
    assert.deepEqual(seen, [{ id: 1 }]);
  });
});

Deno.test("run() leaves the author's configuration as it was", async () => {
  await withApi(() => [{ id: 1 }], async (api) => {
    const config = {
      client: { base_url: api.base, auth: { type: "bearer", token: "t0ken-of-the-api" } },
      resource_defaults: { endpoint: { params: { a: 1 } }, columns: { id: { data_type: "text" } } },
      resources: [{
        name: "users",
        columns: { id: { nullable: false } },
        endpoint: { path: "{x}", params: { x: 1 } },
      }],
    };
    const before = structuredClone(config);
    await api.load(config);
    assert.deepEqual(config, before);
  });
});
