/**
 * What is asked for: paths, parameters, headers and bodies as a configuration writes them. What placeholders
 * take from parents is in tests/rest_api_parents_test.ts.
 * @module
 */
import assert from "assert";
import { type ApiRequest, failure, withApi } from "./rest_api_scene.ts";

// deno-lint-ignore no-explicit-any -- the table holds whatever a configuration may
type Endpoint = any;

/** The one request of a resource with this endpoint. */
async function asked(endpoint: Endpoint, client: object = {}, path = ""): Promise<ApiRequest> {
  let seen: ApiRequest | undefined;
  await withApi(() => [{ id: 1 }], async (api) => {
    await api.load({
      client: { base_url: api.base + path, ...client },
      resources: [{ name: "users", endpoint }],
    });
    assert.equal(api.requests.length, 1, api.lines().join("\n"));
    seen = api.requests[0];
  });
  return seen!;
}

const paths: [endpoint: Endpoint, base: string, line: string][] = [
  [undefined, "", "GET /users"],
  ["members", "/v1", "GET /v1/members"],
  ["/members", "/v1/", "GET /v1/members"],
  ["//members", "/v1///", "GET /v1/members"],
  ["members/", "/v1", "GET /v1/members/"],
  ["a/b/c", "", "GET /a/b/c"],
  ["", "/v1", "GET /v1"],
  ["/", "/v1/", "GET /v1"],
  ["", "", "GET /"],
  ["users?active=1", "", "GET /users?active=1"],
  ["?active=1", "/v1", "GET /v1?active=1"],
  ["users?a=1&b={{x}}", "", "GET /users?a=1&b={x}"],
  ["users/{{id}}", "", "GET /users/%7Bid%7D"],
  ["größe/a b", "", "GET /gr%C3%B6%C3%9Fe/a%20b"],
  [{ path: "orgs/{org}/users", params: { org: "acme" } }, "", "GET /orgs/acme/users"],
  [{ path: "orgs/{org}/users", params: { org: "acme", page: 2 } }, "", "GET /orgs/acme/users?page=2"],
  [{ path: "{p}", params: { p: "a/b c/d?e#f" } }, "", "GET /a/b%20c/d%3Fe%23f"],
  [{ path: "projects/{id}", params: { id: "group%2Fproject" } }, "", "GET /projects/group%2Fproject"],
  [{ path: "x/{n:05d}/{b}", params: { n: 42, b: true } }, "", "GET /x/00042/true"],
  [{ path: "x/{a}{b}-{a}", params: { a: "1", b: "2" } }, "", "GET /x/12-1"],
  [{ path: "x?q={q}&r=1", params: { q: "a/b&c" } }, "", "GET /x?q=a%2Fb%26c&r=1"],
  [{ path: "x/{a.b}", params: { "a.b": "dotted" } }, "", "GET /x/dotted"],
];

for (const [endpoint, base, line] of paths) {
  Deno.test(`run() asks for ${line} with path ${JSON.stringify(endpoint)} below "${base}"`, async () => {
    const { method, path } = await asked(endpoint, {}, base);
    assert.equal(`${method} ${path}`, line);
  });
}

const params: [params: unknown, query: string][] = [
  [{ a: "1", b: 2, c: 1.5 }, "?a=1&b=2&c=1.5"],
  [{ yes: true, no: false }, "?yes=true&no=false"],
  [{ a: null, b: undefined, c: "x" }, "?c=x"],
  [{ a: "" }, "?a="],
  [{ ids: [1, 2, "x", true] }, "?ids=1&ids=2&ids=x&ids=true"],
  [{ ids: [1, null, 3] }, "?ids=1&ids=3"],
  [{ ids: [] }, ""],
  [{ "filter[status]": "a b&c=d/é" }, "?filter%5Bstatus%5D=a%20b%26c%3Dd%2F%C3%A9"],
  [{ $top: 5, "a.b": 1 }, "?%24top=5&a.b=1"],
  [{ q: "{{x}}" }, "?q=%7Bx%7D"],
  [{ "{{k}}": 1 }, "?%7Bk%7D=1"],
  [{ q: "None", n: 0, z: -0.5 }, "?q=None&n=0&z=-0.5"],
  [{ ["__proto__"]: "own", constructor: "own" }, "?__proto__=own&constructor=own"],
  [{}, ""],
  [null, ""],
];

for (const [given, query] of params) {
  Deno.test(`run() sends the parameters ${JSON.stringify(given)} as "${query}"`, async () => {
    assert.equal((await asked({ params: given })).path, `/users${query}`);
  });
}

Deno.test("run() keeps the order of parameters, and adds them to those of the path", async () => {
  assert.equal((await asked({ path: "x?a=1", params: { z: 1, b: 2 } })).path, "/x?a=1&z=1&b=2");
});

Deno.test("run() sends the client's headers under those of the endpoint, whatever their case", async () => {
  const { headers } = await asked(
    { headers: { "X-Version": "2", "x-own": "{{x}}" } },
    { headers: { "x-version": "1", "x-all": "{not a placeholder}" } },
  );
  assert.deepEqual(
    ["x-version", "x-own", "x-all"].map((name) => headers.get(name)),
    ["2", "{x}", "{not a placeholder}"],
  );
  assert.match(headers.get("user-agent")!, /^sluice/);
});

Deno.test("run() sends no body and no content type without one", async () => {
  for (const endpoint of [{}, { json: null }, { data: null }, { json: null, data: null }, { data: "" }]) {
    const { body, headers } = await asked(endpoint);
    assert.deepEqual([body, headers.get("content-type")], ["", null]);
  }
});

const JSON_TYPE = "application/json";
const FORM_TYPE = "application/x-www-form-urlencoded";
const bodies: [endpoint: Endpoint, body: string, type: string | null][] = [
  [
    { json: { a: 1, b: [true, null, "x"], c: { d: 1.5 } } },
    '{"a":1,"b":[true,null,"x"],"c":{"d":1.5}}',
    JSON_TYPE,
  ],
  [{ json: {} }, "{}", JSON_TYPE],
  [{ json: [] }, "[]", JSON_TYPE],
  [{ json: [{ a: 1 }] }, '[{"a":1}]', JSON_TYPE],
  [{ json: "text" }, '"text"', JSON_TYPE],
  [{ json: { "{{k}}": "{{v}}" } }, '{"{k}":"{v}"}', JSON_TYPE],
  [{ json: { n: 9007199254740993n } }, '{"n":9007199254740993}', JSON_TYPE],
  [{ json: { ["__proto__"]: 1 } }, '{"__proto__":1}', JSON_TYPE],
  [{ json: { a: undefined, b: 1 } }, '{"b":1}', JSON_TYPE],
  [{ data: { a: 1, b: "x y", c: true } }, "a=1&b=x+y&c=true", FORM_TYPE],
  [{ data: { a: ["x", "y"], n: null } }, "a=x&a=y", FORM_TYPE],
  [{ data: [["a", "1"], ["a", "2"], ["b", "ü"]] }, "a=1&a=2&b=%C3%BC", FORM_TYPE],
  [{ data: "raw text" }, "raw text", null],
  [{ data: '{{"a": 1}}', headers: { "content-type": "application/x-own" } }, '{"a": 1}', "application/x-own"],
  [{ data: new TextEncoder().encode("{bytes}") }, "{bytes}", null],
  [
    { json: { a: 1 }, headers: { "Content-Type": "application/vnd.own+json" } },
    '{"a":1}',
    "application/vnd.own+json",
  ],
];

for (const [endpoint, body, type] of bodies) {
  for (const method of ["POST", "PUT"]) {
    Deno.test(`run() sends ${body} by ${method} for ${Deno.inspect(endpoint, { compact: true })}`, async () => {
      const seen = await asked({ method, ...endpoint });
      assert.deepEqual([seen.method, seen.body, seen.headers.get("content-type")], [method, body, type]);
    });
  }
}

Deno.test("run() reads a whole URL of another origin, without the client's credentials and headers", async () => {
  await withApi({ "/others": [{ id: 7 }] }, async (other) => {
    await withApi({ "/users": [{ id: 1 }] }, async (api) => {
      const { tables } = await api.load({
        client: { auth: { type: "bearer", token: "t0ken-of-the-api" }, headers: { "x-key": "secret-key" } },
        resources: [
          "users",
          { name: "others", endpoint: `${other.base}/others` },
          { name: "more", endpoint: { path: "{url}", params: { url: `${other.base}/others` } } },
          {
            name: "by_host",
            endpoint: { path: "http://{host}/others", params: { host: other.base.slice(7) } },
          },
        ],
      });
      assert.deepEqual([tables.others, tables.more, tables.by_host], Array(3).fill([{ id: 7 }]));
      assert.equal(api.requests[0]!.headers.get("authorization"), "Bearer t0ken-of-the-api");
      for (const { headers } of other.requests) {
        assert.deepEqual([headers.get("authorization"), headers.get("x-key")], [null, null]);
      }
    });
  });
});

Deno.test("run() sends the credentials that an endpoint names itself, and none where it says null", async () => {
  await withApi(() => [], async (api) => {
    await api.load({
      client: { auth: { type: "bearer", token: "t0ken-of-the-api" } },
      resource_defaults: { endpoint: { auth: { type: "bearer", token: "t0ken-by-default" } } },
      resources: [
        "by_default",
        { name: "own", endpoint: { auth: { type: "api_key", name: "x-key", api_key: "own-key-1" } } },
        { name: "none", endpoint: { auth: null } },
        { name: "undefined", endpoint: { auth: undefined } },
      ],
    });
    const sent = Object.fromEntries(
      api.requests.map(({ path, headers }) => [path, [headers.get("authorization"), headers.get("x-key")]]),
    );
    assert.deepEqual(sent, {
      "/by_default": ["Bearer t0ken-by-default", null],
      "/own": [null, "own-key-1"],
      "/none": [null, null],
      "/undefined": ["Bearer t0ken-by-default", null],
    });
  });
});

Deno.test("run() sends the credentials of defaults to no other origin, and those that a resource names itself", async () => {
  await withApi(() => [], async (other) => {
    await withApi(() => [], async (api) => {
      await api.load({
        client: {},
        resource_defaults: { endpoint: { auth: { type: "bearer", token: "t0ken-by-default" } } },
        resources: [
          { name: "inherits", endpoint: `${other.base}/inherits` },
          {
            name: "own",
            endpoint: { path: `${other.base}/own`, auth: { type: "bearer", token: "t0ken-of-its-own" } },
          },
        ],
      });
      const sent = other.requests.map(({ path, headers }) => [path, headers.get("authorization")]).toSorted();
      assert.deepEqual(sent, [["/inherits", null], ["/own", "Bearer t0ken-of-its-own"]]);
    });
  });
});

Deno.test("run() reads whole URLs alone when base_url is empty", async () => {
  await withApi({ "/users": [{ id: 1 }] }, async (api) => {
    const users = { name: "users", endpoint: `${api.base}/users` };
    const { tables } = await api.load({ client: { base_url: "" }, resources: [users] });
    assert.deepEqual(tables.users, [{ id: 1 }]);
    const error = await failure(api.load({ client: { base_url: "" }, resources: [users, "groups"] }));
    assert.match(
      error.message,
      /resources\[1\] "groups"\.endpoint\.path: is no whole URL, which it has to be/,
    );
  });
});
