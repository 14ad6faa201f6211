/**
 * What is read out of OpenAPI documents: base URL, sign-in, lists, names, keys, parents and paging; and that
 * no document, however hostile, makes a module that fails to parse or does something by itself.
 * @module
 */
import assert from "assert";
import * as property from "property";
import { moduleText, originLines } from "../cli/init/module_text.ts";
import { describeApi, type Reading } from "../openapi/describe.ts";
import { type ApiDescription, ParameterUse, type ResourceDescription } from "../openapi/description.ts";
import { parseOpenApi } from "../openapi/document.ts";
import { resourceNames, singular, snakeName } from "../openapi/names.ts";
import type { ConfigError } from "../pipeline/errors.ts";
import { built, evaluate } from "./init_module.ts";

type Json = Record<string, unknown>;

function read(document: Json, baseUrl?: string): Reading {
  return describeApi(parseOpenApi(JSON.stringify(document), "api.json"), { file: "api.json", baseUrl });
}

function describe(document: Json): ApiDescription {
  return read(document).description;
}

/** A document of OpenAPI 3 with these paths. */
function api(paths: Json, rest: Json = {}): Json {
  return {
    openapi: "3.0.0",
    info: { title: "Things", version: "1" },
    servers: [{ url: "https://things.example" }],
    paths,
    ...rest,
  };
}

const object = (properties: Json, rest: Json = {}): Json => ({ type: "object", properties, ...rest });
const list = (items: Json): Json => ({ type: "array", items });
const thing = object({ id: { type: "integer" }, name: { type: "string" } });
const query = (name: string, schema: Json = {}, rest: Json = {}): Json => ({
  name,
  in: "query",
  schema,
  ...rest,
});

/** A GET that answers this schema. */
function get(schema: Json, parameters: Json[] = [], rest: Json = {}): Json {
  const { headers, ...operation } = rest;
  return {
    get: {
      parameters,
      responses: { 200: { description: "ok", headers, content: { "application/json": { schema } } } },
      ...operation,
    },
  };
}

/** The only resource of `/things`. */
function only(
  schema: Json,
  parameters: Json[] = [],
  rest: Json = {},
): ResourceDescription & { client?: unknown } {
  const { resources, paginator } = describe(api({ "/things": get(schema, parameters, rest) }));
  assert.equal(resources.length, 1);
  return { ...resources[0], paginator: resources[0].paginator ?? paginator };
}

// Documents

const unreadable: [name: string, text: string, problem: RegExp][] = [
  ["text", "just text", /it is no object/],
  ["a list", "[1]", /it is no object/],
  ["a page", "<html>\n<body>\n<p>a: b</p>", /neither JSON nor YAML/],
  ["half a document", '{"openapi": "3.0.0", ', /neither JSON nor YAML/],
  ["a version that is no text", '{"openapi": {"toString": 1}}', /neither "openapi" nor "swagger"/],
  ["no version", '{"info": {}}', /neither "openapi" nor "swagger"/],
  ["an old version", '{"swagger": "1.2"}', /none of 2.0, 3.0 and 3.1/],
  ["a version to come", "openapi: 4.0.0", /none of 2.0, 3.0 and 3.1/],
  ["deep nesting", `openapi: ${"[".repeat(50_000)}`, /nested too deeply/],
  ["an alias without an anchor", "openapi: 3.0.0\npaths: *nowhere", /before its anchor/],
  [
    "aliases that multiply",
    `openapi: 3.0.0\na: &a [${"x,".repeat(50)}]\n${
      ["b", "c", "d", "e", "f"].map((key, index) => `${key}: &${key} [${`*${"abcde"[index]},`.repeat(50)}]`)
        .join("\n")
    }`,
    /aliases expand/,
  ],
];
for (const [name, text, problem] of unreadable) {
  Deno.test(`parseOpenApi() refuses ${name} and says what is wrong`, () => {
    assert.throws(() => parseOpenApi(text, "api.yaml"), (error: ConfigError) => {
      assert.deepEqual([error.code, error.exitCode], ["openapi-invalid", 2]);
      assert.match(error.message, /^Cannot read OpenAPI document "api\.yaml": /);
      assert.match(error.message, problem);
      return true;
    });
  });
}

Deno.test("parseOpenApi() says at which line and column YAML goes wrong", () => {
  assert.throws(
    () => parseOpenApi("openapi: 3.0.0\npaths:\n  - {a: [}\n", "api.yaml"),
    (error: ConfigError) => {
      assert.equal(error.at.line, 3);
      assert.ok(error.at.columnNumber! > 0);
      return true;
    },
  );
});

Deno.test("parseOpenApi() reads JSON and YAML, with or without a byte order mark and quotes round the version", () => {
  const texts = [
    '{"openapi":"3.1.0","paths":{}}',
    "\uFEFFopenapi: 3.1.0\npaths: {}",
    "swagger: 2.0",
    "openapi: 3.1",
  ];
  const versions = texts.map((text) => parseOpenApi(text, "x")).map(({ major, version }) => [major, version]);
  assert.deepEqual(versions, [[3, "3.1.0"], [3, "3.1.0"], [2, "2.0"], [3, "3.1"]]);
});

Deno.test("parseOpenApi() keeps a key of prototypes as a key", () => {
  for (
    const text of [
      '{"openapi":"3.0.0","__proto__":{"polluted":1}}',
      "openapi: 3.0.0\n__proto__: {polluted: 1}",
    ]
  ) {
    const { root } = parseOpenApi(text, "x");
    assert.ok(Object.hasOwn(root, "__proto__"));
    assert.equal((root as { polluted?: unknown }).polluted, undefined);
  }
});

// Base URL

const servers: [name: string, document: Json, baseUrl: string | undefined, placeholder?: string][] = [
  [
    "the first server",
    { servers: [{ url: "https://a.example/v1/" }, { url: "https://b.example" }] },
    "https://a.example/v1",
  ],
  [
    "variables with defaults",
    {
      servers: [{
        url: "https://{place}.a.example:{port}",
        variables: { place: { default: "eu" }, port: { default: 8443 } },
      }],
    },
    "https://eu.a.example:8443",
  ],
  [
    "a variable without one",
    { servers: [{ url: "https://{tenant}.a.example/v2" }] },
    undefined,
    "https://{your-api-host}/v2",
  ],
  ["a default that is a placeholder", {
    servers: [{ url: "https://{x}.a.example", variables: { x: { default: "your-domain" } } }],
  }, undefined],
  ["a relative server", { servers: [{ url: "/api/v3" }] }, undefined, "https://{your-api-host}/api/v3"],
  [
    "a relative server before an absolute one",
    { servers: [{ url: "/" }, { url: "https://a.example" }] },
    "https://a.example",
  ],
  ["no server", { servers: [] }, undefined, "https://{your-api-host}"],
  ["a server without a scheme", { servers: [{ url: "//a.example/x" }] }, "https://a.example/x"],
  ["a server for something else", { servers: [{ url: "wss://a.example" }] }, undefined],
  [
    "credentials in the address",
    { servers: [{ url: "https://me:pw@a.example/?q=1#f" }] },
    "https://a.example",
  ],
];
for (const [name, document, baseUrl, placeholder] of servers) {
  Deno.test(`describeApi() finds the base URL of ${name}`, () => {
    const found = describe(api({}, document));
    assert.equal(found.baseUrl, baseUrl);
    if (placeholder) assert.equal(found.baseUrlPlaceholder, placeholder);
  });
}

const swaggerHosts: [document: Json, baseUrl: string | undefined, placeholder?: string][] = [
  [{ host: "a.example", basePath: "/v2", schemes: ["http", "https"] }, "https://a.example/v2"],
  [{ host: "a.example:8080", schemes: ["http"] }, "http://a.example:8080"],
  [{ host: "a.example", basePath: "/" }, "https://a.example"],
  [{ basePath: "/v2" }, undefined, "https://{your-api-host}/v2"],
];
for (const [document, baseUrl, placeholder] of swaggerHosts) {
  Deno.test(`describeApi() finds the base URL in Swagger's ${JSON.stringify(document)}`, () => {
    const found = describe({ swagger: "2.0", paths: {}, ...document });
    assert.equal(found.baseUrl, baseUrl);
    if (placeholder) assert.equal(found.baseUrlPlaceholder, placeholder);
  });
}

Deno.test("describeApi() takes a base URL that it is given before that of the document", () => {
  const { description } = read(api({}), "https://other.example");
  assert.equal(description.baseUrl, "https://other.example");
});

// Sign-in

const use = (name: string) => new ParameterUse(name);
const flows = (flow: string, rest: Json) => ({ type: "oauth2", flows: { [flow]: rest } });
const basic = { type: "http_basic", username: use("username"), password: use("password") };
const bearer = { type: "bearer", token: use("api_token") };
const credentials = {
  type: "oauth2_client_credentials",
  access_token_url: use("access_token_url"),
  client_id: use("client_id"),
  client_secret: use("client_secret"),
};
const key = (name: string, location?: string) => ({
  type: "api_key",
  name,
  api_key: use("api_key"),
  ...(location ? { location } : {}),
});

const schemes: [name: string, schemes: Json, auth: unknown, security?: Json[]][] = [
  ["a bearer token", { a: { type: "http", scheme: "Bearer" } }, bearer],
  ["HTTP Basic", { a: { type: "http", scheme: "basic" } }, basic],
  ["a key in a header", { a: { type: "apiKey", in: "header", name: "X-Key" } }, key("X-Key")],
  ["a key in the query", { a: { type: "apiKey", in: "query", name: "key" } }, key("key", "query")],
  ["a key in a cookie", { a: { type: "apiKey", in: "cookie", name: "sid" } }, key("sid", "cookie")],
  [
    "client credentials",
    { a: flows("clientCredentials", { tokenUrl: "https://id.example/token" }) },
    credentials,
  ],
  [
    "a person's OAuth as a token",
    { a: flows("authorizationCode", { tokenUrl: "https://id.example/token" }) },
    bearer,
  ],
  ["OpenID Connect as a token", { a: { type: "openIdConnect" } }, bearer],
  [
    "none for what cannot be used",
    { a: { type: "mutualTLS" }, b: { type: "http", scheme: "digest" } },
    undefined,
  ],
  ["the first usable of several", { a: { type: "mutualTLS" }, b: { type: "http", scheme: "basic" } }, basic],
  [
    "a machine's way before a person's",
    { a: { type: "openIdConnect" }, b: { type: "apiKey", in: "header", name: "K" } },
    key("K"),
  ],
  [
    "the required one of several",
    { a: { type: "http", scheme: "basic" }, b: { type: "http", scheme: "bearer" } },
    bearer,
    [{ b: [] }],
  ],
];
for (const [name, securitySchemes, auth, security] of schemes) {
  Deno.test(`describeApi() signs in with ${name}`, () => {
    const { signIn } = describe(api({}, { components: { securitySchemes }, security }));
    assert.deepEqual(signIn.auth, auth);
    // Every credential is a parameter that the module can take.
    const used = Object.values(signIn.auth ?? {}).filter((value) => value instanceof ParameterUse);
    assert.deepEqual(signIn.parameters.map((parameter) => use(parameter.name)), used);
  });
}

Deno.test("describeApi() reads the security definitions of Swagger", () => {
  const signIn = (definition: Json) =>
    describe({ swagger: "2.0", host: "a.example", paths: {}, securityDefinitions: { a: definition } }).signIn;
  assert.deepEqual(signIn({ type: "basic" }).auth, basic);
  const application = signIn({ type: "oauth2", flow: "application", tokenUrl: "https://a.example/token" });
  assert.deepEqual(application.auth, credentials);
  assert.equal(application.parameters[0].default, "https://a.example/token");
  assert.deepEqual(signIn({ type: "oauth2", flow: "implicit" }).auth, bearer);
});

Deno.test("describeApi() tells of other ways to sign in, and of several that are needed together", () => {
  const securitySchemes = {
    app: { type: "apiKey", in: "header", name: "X-App" },
    user: { type: "apiKey", in: "header", name: "X-User" },
  };
  const { notes } =
    describe(api({}, { components: { securitySchemes }, security: [{ app: [], user: [] }] })).signIn;
  assert.match(notes.join("\n"), /also names "user": an API key, header "X-User"/);
  assert.match(notes.join("\n"), /need "user" as well/);
});

Deno.test("describeApi() takes a required parameter for a key where no security is described", () => {
  const { signIn, resources, parameters } = describe(api({
    "/things": get(list(thing), [query("api_key", { type: "string" }, { required: true })]),
  }));
  assert.deepEqual(signIn.auth, key("api_key", "query"));
  assert.deepEqual([...resources[0].params], []);
  assert.deepEqual(parameters, []);
});

// Lists

const page = object({ next: { type: "string" }, total: { type: "integer" } });
const answers: [name: string, schema: Json, selector: string | undefined | null][] = [
  ["a list", list(thing), undefined],
  ["a list of texts", list({ type: "string" }), undefined],
  ["a known key", object({ data: list(thing), errors: list(object({ code: {} })) }), "data"],
  ["the path's own key", object({ things: list(thing), count: { type: "integer" } }), "things"],
  [
    "another key round which there are only totals",
    object({ widgets: list(thing), total_count: {}, meta: page }),
    "widgets",
  ],
  [
    "an object in an object",
    object({ response: object({ things: object({ list: list(thing) }) }) }),
    "response.things.list",
  ],
  ["HAL", object({ _embedded: object({ things: list(thing) }), _links: object({}) }), "_embedded.things"],
  ["OData", object({ "@odata.count": {}, value: list(thing) }), "value"],
  ["a key that needs quotes", object({ "the things": list(thing) }), "['the things']"],
  ["a page joined of parts", { allOf: [page, object({ items: list(thing) })] }, "items"],
  ["one of two pages", { oneOf: [{ type: "null" }, object({ items: list(thing) })] }, "items"],
  ["a type that may be null", {
    type: ["object", "null"],
    properties: { items: { type: ["array", "null"], items: thing } },
  }, "items"],
  ["no types at all", { properties: { results: { items: { properties: { id: {} } } } } }, "results"],
  ["one record with lists in it", object({ id: {}, name: {}, tags: list(object({ name: {} })) }), null],
  ["one record with items", object({ id: {}, items: list(thing) }), null],
  ["one record in an envelope", object({ data: object({ id: {}, tags: list(thing) }) }), null],
  ["an object without lists", object({ status: { type: "string" } }), null],
];
for (const [name, schema, selector] of answers) {
  Deno.test(`describeApi() ${selector === null ? "finds no list in" : "finds the list of"} ${name}`, () => {
    const { resources, leftOut } = describe(api({ "/things": get(schema), "/others": get(list(thing)) }));
    const found = resources.find((each) => each.operation === "GET /things");
    if (selector === null) {
      assert.equal(found, undefined);
      assert.equal(leftOut[0].operation, "GET /things");
    } else assert.equal(found?.dataSelector, selector);
  });
}

Deno.test("describeApi() leaves out what is deprecated, not JSON or elsewhere, each with its reason", () => {
  const { resources, leftOut } = describe(api({
    "/things": get(list(thing)),
    "/old": get(list(thing), [], { deprecated: true }),
    "/text": { get: { responses: { 200: { description: "", content: { "text/csv": {} } } } } },
    "/nothing": { get: { responses: { 404: { description: "" } } } },
    "/elsewhere": { $ref: "paths.yaml#/elsewhere" },
    "/answer": { get: { responses: { 200: { $ref: "answers.yaml" } } } },
    "/things/{id}": get(thing),
  }));
  assert.deepEqual(resources.map(({ name }) => name), ["things"]);
  assert.deepEqual(
    leftOut.map(({ operation, reason }) => `${operation}: ${reason}`).toSorted(),
    [
      '/elsewhere: it stands elsewhere, at "paths.yaml#/elsewhere"',
      'GET /answer: its answer stands elsewhere, at "answers.yaml"',
      "GET /nothing: no good answer is described",
      "GET /old: deprecated",
      "GET /text: no JSON answer is described",
      "GET /things/{id}: one record of what is listed",
    ],
  );
});

Deno.test("describeApi() suggests records that no list names, and loads them where there is no list at all", () => {
  const paths = {
    "/me": get(thing),
    "/people/{name}": get(thing, [{ name: "name", in: "path", required: true, schema: {} }]),
  };
  const beside = describe(api({ ...paths, "/things": get(list(thing)) }));
  const suggested = beside.resources.filter((each) => each.suggested);
  assert.deepEqual(suggested.map(({ path, params }) => [path, [...params]]), [["people/{name}", [[
    "name",
    "…",
  ]]]]);
  assert.deepEqual(beside.parameters, []);
  const alone = describe(api(paths));
  assert.deepEqual(alone.resources.map(({ path, suggested }) => [path, suggested]), [["me", undefined], [
    "people/{person_name}",
    undefined,
  ]]);
  assert.deepEqual(alone.parameters.map(({ name }) => name), ["person_name"]);
});

Deno.test("describeApi() suggests searches with POST, paged in the body", () => {
  const schema = object({ results: list(thing), next_cursor: { type: "string" } });
  const { get: post } = get(schema) as { get: Json };
  const content = {
    "application/json": {
      schema: object({ q: { type: "string" }, kind: { enum: ["a", "b"] }, cursor: { type: "string" } }, {
        required: ["q", "kind"],
      }),
    },
  };
  const { resources } = describe(api({
    "/things/search": { post: { ...post, requestBody: { content } } },
    "/things/create": { post },
    "/others": get(list(thing)),
  }));
  const [search, ...more] = resources.filter(({ suggested }) => suggested);
  assert.deepEqual(more, []);
  assert.deepEqual([search.method, search.json, search.paginator], ["POST", { q: "…", kind: "a" }, {
    type: "cursor",
    cursor_path: "next_cursor",
    cursor_body_path: "cursor",
  }]);
});

Deno.test("describeApi() takes answers from examples where there is no schema", () => {
  const content = {
    "application/json": { examples: { one: { value: { things: [{ thing_id: 1 }], next: null } } } },
  };
  const { resources } = describe(
    api({ "/things": { get: { responses: { 200: { description: "", content } } } } }),
  );
  assert.deepEqual([resources[0].dataSelector, resources[0].primaryKey], ["things", ["thing_id"]]);
});

// Names

Deno.test("resourceNames() takes the last words of a path, more where that is not enough", () => {
  const paths = [
    "/v1/users",
    "/v1/users/{id}/posts",
    "/posts",
    "/teams/{id}/posts",
    "/v1/userGroups.json",
    "/users/search",
    "/{a}/posts",
    "/v2",
    "/",
  ];
  assert.deepEqual(resourceNames(paths), [
    "users",
    "users_posts",
    "posts",
    "teams_posts",
    "user_groups",
    "users_search",
    "posts_by_a",
    "v2",
    "root",
  ]);
});

Deno.test("resourceNames() gives every path a name of its own that a table can have", () => {
  property.assert(property.property(property.array(property.string({ unit: "binary" })), (texts) => {
    const names = resourceNames(texts.map((text) => `/${text}`));
    assert.equal(new Set(names).size, names.length);
    for (const name of names) assert.match(name, /^[a-z][a-z0-9_]*$/);
  }));
});

Deno.test("snakeName() and singular() make names of any text", () => {
  const names = [
    "userGroups",
    "OAuthApps",
    "HTTPServer2",
    "Größe-é",
    "2fa",
    "a__b",
    "漢字",
    "$top",
    "__proto__",
  ];
  assert.deepEqual(names.map(snakeName), [
    "user_groups",
    "o_auth_apps",
    "http_server2",
    "gro_e_e",
    "n2fa",
    "a_b",
    "",
    "top",
    "proto",
  ]);
  const plurals = [
    "users",
    "companies",
    "addresses",
    "boxes",
    "statuses",
    "people",
    "status",
    "class",
    "data",
    "user_keys",
  ];
  assert.deepEqual(plurals.map(singular), [
    "user",
    "company",
    "address",
    "box",
    "status",
    "person",
    "status",
    "class",
    "data",
    "user_key",
  ]);
});

// Keys

const keys: [fields: Json, key: string[], detail?: string][] = [
  [{ id: {}, uuid: {} }, ["id"]],
  [{ name: {}, Id: {} }, ["Id"]],
  [{ thing_id: {}, key: {} }, ["thing_id"]],
  [{ thingId: {} }, ["thingId"]],
  [{ uuid: {}, key: {} }, ["uuid"]],
  [{ key: {}, name: {} }, ["key"]],
  [{ login: {}, name: {} }, ["login"], "login"],
  [{ login: {}, name: {} }, ["name"], "thing_name"],
  [{ id: {}, code: { "x-primary-key": true } }, ["code"]],
  [{ id: { type: "object", properties: { a: {} } }, uuid: {} }, ["uuid"]],
  [{ name: {}, size: {} }, []],
];
for (const [fields, expected, detail] of keys) {
  Deno.test(`describeApi() takes ${JSON.stringify(expected)} as key of ${JSON.stringify(fields)}`, () => {
    const paths: Json = { "/things": get(list(object(fields))) };
    if (detail) paths[`/things/{${detail}}`] = get(object(fields));
    assert.deepEqual(describe(api(paths)).resources[0].primaryKey, expected);
  });
}

Deno.test("describeApi() takes a key of several fields from x-primary-key", () => {
  const item = object({ region: {}, number: {} }, { "x-primary-key": ["region", "number"] });
  assert.deepEqual(only(list(item)).primaryKey, ["region", "number"]);
});

// Parents

const pathParameter = (name: string, type = "string"): Json => ({
  name,
  in: "path",
  required: true,
  schema: { type },
});
const parents: [name: string, fields: Json, parameter: Json, path: string][] = [
  [
    "its id",
    { id: { type: "integer" } },
    pathParameter("thingId", "integer"),
    "things/{resources.things.id}/parts",
  ],
  [
    "the field of that name",
    { id: {}, slug: {} },
    pathParameter("slug"),
    "things/{resources.things.slug}/parts",
  ],
  [
    "the field without the thing",
    { id: {}, code: {} },
    pathParameter("thing_code"),
    "things/{resources.things.code}/parts",
  ],
  ["its key", { thing_id: {} }, pathParameter("x"), "things/{resources.things.thing_id}/parts"],
  [
    "its name where the id is a number",
    { id: { type: "integer" }, name: { type: "string" } },
    pathParameter("thing"),
    "things/{resources.things.name}/parts",
  ],
];
for (const [name, fields, parameter, path] of parents) {
  Deno.test(`describeApi() binds the parameter of a path to a field of the parent: ${name}`, () => {
    const paths = {
      "/things": get(list(object(fields))),
      [`/things/{${parameter.name}}/parts`]: get(list(thing), [parameter]),
    };
    const { resources, parameters } = describe(api(paths));
    const field = /resources\.things\.(\w+)/.exec(path)![1];
    assert.equal(resources[1].path, path);
    assert.deepEqual(resources[1].includeFromParent, [field]);
    assert.deepEqual(resources[1].primaryKey, [`_things_${field}`, "id"]);
    assert.deepEqual(parameters, []);
  });
}

Deno.test("describeApi() hands the keys of grandparents down", () => {
  const { resources } = describe(api({
    "/a": get(list(thing)),
    "/a/{a}/b": get(list(thing)),
    "/a/{a}/b/{b}/c": get(list(thing)),
    "/a/{a}/b/{b}/c/{c}/d": get(list(thing)),
  }));
  assert.deepEqual(resources.map(({ path, includeFromParent }) => [path, includeFromParent]), [
    ["a", undefined],
    ["a/{resources.a.id}/b", ["id"]],
    ["a/{resources.b._a_id}/b/{resources.b.id}/c", ["_a_id", "id"]],
    ["a/{resources.c._b__a_id}/b/{resources.c._b_id}/c/{resources.c.id}/d", ["_b__a_id", "_b_id", "id"]],
  ]);
});

Deno.test("describeApi() finds a parent elsewhere by the name of the parameter", () => {
  const { resources } = describe(
    api({ "/admin/users": get(list(thing)), "/reports/{user_id}": get(list(object({ day: {} }))) }),
  );
  assert.equal(resources[1].path, "reports/{resources.users.id}");
});

Deno.test("describeApi() makes a parameter of the source of what no parent gives, once for each name", () => {
  const { resources, parameters } = describe(api({
    "/orgs/{org}/things": get(list(thing), [{ ...pathParameter("org"), description: "Short name." }]),
    "/orgs/{org}/things/{id}/parts": get(list(thing), [pathParameter("org"), pathParameter("id", "integer")]),
    "/vaults/{id}/keys": get(list(thing), [pathParameter("id", "integer")]),
    "/{base_url}/x": get(list(thing), [pathParameter("base_url")]),
  }));
  assert.deepEqual(parameters.map(({ name, type, help }) => [name, type, help]), [
    ["org", "text", "Short name."],
    ["vault_id", "integer", "Value of vault id."],
    ["base_url_value", "text", "Value of base url value."],
  ]);
  assert.equal(resources[1].path, "orgs/{org}/things/{resources.things.id}/parts");
  assert.deepEqual([...resources[1].params], [["org", use("org")]]);
});

Deno.test("describeApi() sets required parameters that the document gives a value for", () => {
  const required = (name: string, schema: Json, rest: Json = {}) =>
    query(name, schema, { required: true, ...rest });
  const { params, headers } = only(list(thing), [
    required("a", { default: 5 }),
    required("b", { enum: ["x", "y"] }),
    required("c", {}, { example: "{braces}" }),
    required("d", {}, { examples: { one: { value: true } } }),
    required("e", { type: "string" }),
    query("optional", { default: 1 }),
    { name: "X-Version", in: "header", required: true, schema: { enum: [2] } },
    { name: "Accept", in: "header", required: true, schema: { default: "x" } },
  ]);
  assert.deepEqual(Object.fromEntries(params), { a: 5, b: "x", c: "{{braces}}", d: true, e: use("e") });
  assert.deepEqual([...headers!], [["X-Version", "2"]]);
});

// Paging

const paged = (fields: Json) => object({ data: list(thing), ...fields });
const integer = { type: "integer" };
const text = { type: "string" };
const limit = query("limit", { type: "integer", maximum: 50 });
const paginators: [
  name: string,
  schema: Json,
  parameters: Json[],
  paginator: unknown,
  params?: Json,
  rest?: Json,
][] = [
  [
    "pages and their number",
    paged({ total_pages: integer }),
    [query("page", { ...integer, default: 1 }), query("per_page", { ...integer, maximum: 100 })],
    { type: "page_number", base_page: 1, total_path: "total_pages" },
    { per_page: 100 },
  ],
  [
    "pages from zero",
    paged({ page: object({ totalPages: integer }) }),
    [query("page", { ...integer, minimum: 0 })],
    { type: "page_number", base_page: 0, total_path: "page.totalPages" },
  ],
  [
    "pages without a number",
    paged({}),
    [query("pageNo", integer)],
    { type: "page_number", base_page: 1, page_param: "pageNo", total_path: null },
  ],
  [
    "pages that say whether there are more",
    paged({ has_more: { type: "boolean" } }),
    [query("page", integer)],
    { type: "page_number", base_page: 1, total_path: null },
  ],
  [
    "pages that always say whether there are more",
    { ...paged({ has_more: { type: "boolean" } }), required: ["data", "has_more"] },
    [query("page", integer)],
    { type: "page_number", base_page: 1, total_path: null, has_more_path: "has_more" },
  ],
  [
    "the number of the next page",
    paged({ next_page: integer }),
    [query("page", integer)],
    { type: "cursor", cursor_path: "next_page", cursor_param: "page" },
  ],
  ["an offset", paged({ total: integer }), [query("offset", integer), limit], {
    type: "offset",
    limit: 50,
    total_path: "total",
  }, {}],
  [
    "an offset without a total",
    paged({ total: { type: "integer", nullable: true } }),
    [query("skip", integer), query("take", { ...integer, default: 20 })],
    { type: "offset", limit: 20, offset_param: "skip", limit_param: "take", total_path: null },
  ],
  [
    "a start index from one",
    object({ Resources: list(thing), totalResults: integer }),
    [query("startIndex", { ...integer, minimum: 1 }), query("count", { ...integer, maximum: 200 })],
    {
      type: "offset",
      limit: 200,
      offset: 1,
      offset_param: "startIndex",
      limit_param: "count",
      total_path: null,
    },
  ],
  [
    "a count beside links",
    object({ results: list(thing), count: integer, next: text, previous: text }),
    [query("offset", integer), limit],
    { type: "offset", limit: 50, total_path: "count" },
  ],
  [
    "a cursor",
    paged({ meta: object({ next_cursor: text }) }),
    [query("cursor", text), limit],
    { type: "cursor", cursor_path: "meta.next_cursor", cursor_param: "cursor" },
    { limit: 50 },
  ],
  [
    "a page token",
    object({ things: list(thing), nextPageToken: text }),
    [query("pageToken", text)],
    { type: "cursor", cursor_path: "nextPageToken", cursor_param: "pageToken" },
  ],
  [
    "a token of that name",
    paged({ next_token: text }),
    [query("next_token", text)],
    { type: "cursor", cursor_path: "next_token", cursor_param: "next_token" },
  ],
  [
    "cursors in an object",
    paged({ paging: object({ cursors: object({ before: text, after: text }) }) }),
    [query("after", text)],
    {
      type: "cursor",
      cursor_path: "paging.cursors.after",
      cursor_param: "after",
      stop_after_empty_page: true,
    },
  ],
  [
    "a cursor that stays",
    paged({ pageInfo: object({ endCursor: text, hasNextPage: { type: "boolean" } }) }),
    [query("after", text)],
    {
      type: "cursor",
      cursor_path: "pageInfo.endCursor",
      cursor_param: "after",
      has_more_path: "pageInfo.hasNextPage",
    },
  ],
  [
    "the id of the last record",
    paged({ has_more: { type: "boolean" } }),
    [query("starting_after", text), limit],
    { type: "cursor", cursor_path: "data[-1].id", cursor_param: "starting_after", has_more_path: "has_more" },
  ],
  [
    "an offset that is a token",
    object({ records: list(thing), offset: text }),
    [query("offset", text)],
    { type: "cursor", cursor_path: "offset", cursor_param: "offset" },
  ],
  ["a link", paged({ next: { type: "string", format: "uri" } }), [query("page", integer)], {
    type: "json_link",
    next_url_path: "next",
  }],
  ["a link among links", paged({ links: object({ next: text }) }), [], {
    type: "json_link",
    next_url_path: "links.next",
  }],
  ["HAL", paged({ _links: object({ next: object({ href: text }) }) }), [], {
    type: "json_link",
    next_url_path: "_links.next.href",
  }],
  ["OData", object({ value: list(thing), "@odata.nextLink": text }), [], {
    type: "json_link",
    next_url_path: "['@odata.nextLink']",
  }],
  [
    "a list of links",
    paged({ links: list(object({ rel: text, href: text })) }),
    [],
    { type: "json_link", next_url_path: "links[?(@.rel == 'next')].href" },
  ],
  ["a Link header", list(thing), [query("page", integer)], { type: "header_link" }, {}, {
    headers: { link: {} },
  }],
  [
    "a cursor in a header",
    list(thing),
    [query("cursor", text)],
    { type: "header_cursor", cursor_key: "X-Next-Cursor", cursor_param: "cursor" },
    {},
    { headers: { "X-Next-Cursor": {} } },
  ],
  ["nothing", list(thing), [limit], undefined, { limit: 50 }],
  ["a text that only sounds like a link", paged({ next: text }), [], undefined],
];
for (const [name, schema, parameters, paginator, params, rest] of paginators) {
  Deno.test(`describeApi() pages by ${name}`, () => {
    const found = only(schema, parameters, rest);
    assert.deepEqual(found.paginator, paginator);
    if (params) assert.deepEqual(Object.fromEntries(found.params), params);
  });
}

const sizes: [parameter: Json, size: number | undefined][] = [
  [query("limit", { ...integer, maximum: 500 }), 500],
  [query("limit", { ...integer, maximum: 2147483647 }), undefined],
  [query("limit", { ...integer, maximum: 101, exclusiveMaximum: true }), 100],
  [query("limit", { ...integer, exclusiveMaximum: 101 }), 100],
  [query("limit", { ...integer, enum: [10, 200, 50] }), 200],
  [query("limit", integer, { description: "How many (max 100)." }), 100],
  [query("limit", integer, { description: "Between 1 and 1,000, 20 by default." }), 1000],
  [query("limit", integer, { description: "Defaults to 25" }), undefined],
  [query("limit", { type: "string", maximum: 5 }), undefined],
];
for (const [parameter, size] of sizes) {
  Deno.test(`describeApi() takes ${size} as the largest page of ${JSON.stringify(parameter)}`, () => {
    assert.equal(only(list(thing), [parameter]).params.get("limit"), size);
  });
}

Deno.test("describeApi() gives the client the paginator that most share, and keeps others from it", () => {
  const byPage = (path: string): Json => ({
    [path]: get(paged({ total_pages: integer }), [query("page", integer)]),
  });
  const { paginator, resources } = describe(api({
    ...byPage("/a"),
    ...byPage("/b"),
    "/c": get(paged({ next_cursor: text }), [query("cursor", text)]),
    "/d": get(list(thing)),
  }));
  assert.deepEqual(paginator, { type: "page_number", base_page: 1, total_path: "total_pages" });
  assert.deepEqual(resources.map((each) => each.paginator?.type), [
    undefined,
    undefined,
    "cursor",
    "single_page",
  ]);
});

Deno.test("describeApi() leaves paging to be found out wherever an endpoint pages in an unknown way", () => {
  const byCursor = get(paged({ next_cursor: text }), [query("cursor", text)]);
  const { paginator, resources } = describe(
    api({ "/a": byCursor, "/b": byCursor, "/c": get(list(thing), [limit]) }),
  );
  assert.equal(paginator, undefined);
  assert.deepEqual(resources.map((each) => each.paginator?.type), ["cursor", "cursor", undefined]);
});

// Changes

const changes: [parameter: Json, fields: Json, found: Json | undefined][] = [
  [query("updated_since", text), { updated_at: { type: "string", format: "date-time" } }, {
    cursor_path: "updated_at",
  }],
  [query("modifiedAfter", text), { lastModified: text, created: text }, { cursor_path: "lastModified" }],
  [query("updated_at[gte]", text), { updated_at: text }, { cursor_path: "updated_at" }],
  [query("since", text), { created_at: text }, { cursor_path: "created_at" }],
  [query("since", integer), { created: integer }, { cursor_path: "created", initial_value: 0 }],
  [query("since", integer), { created_at: text }, undefined],
  [query("created_after", text), { updated_at: text }, undefined],
  [query("from", text), { created_at: text }, undefined],
  [query("from", { type: "string", format: "date" }), { date: { type: "string", format: "date" } }, {
    initial_value: "2024-01-01",
  }],
  [query("q", text), { updated_at: text }, undefined],
];
for (const [parameter, fields, found] of changes) {
  const name = `${parameter.name} and ${Object.keys(fields)}`;
  Deno.test(`describeApi() ${found ? "suggests" : "suggests no"} cursor for ${name}`, () => {
    const { incremental } = only(list(object({ id: {}, ...fields })), [parameter]);
    assert.equal(incremental?.start_param, found && parameter.name);
    for (const [key, value] of Object.entries(found ?? {})) assert.equal(incremental?.[key], value);
  });
}

// Documents that mean no good

Deno.test("describeApi() comes to an end with schemas that contain each other, and with ones that multiply", () => {
  const schemas: Json = {
    loop: {
      allOf: [{ $ref: "#/components/schemas/loop" }],
      properties: { a: { $ref: "#/components/schemas/loop" } },
    },
  };
  for (let level = 0; level < 60; level++) {
    const next = { $ref: `#/components/schemas/s${level + 1}` };
    schemas[`s${level}`] = {
      allOf: [next, next, next],
      oneOf: [next, next],
      properties: { a: next, b: next },
    };
  }
  const paths: Json = {};
  for (const name of ["loop", "s0", "s30"]) {
    paths[`/${name}`] = get({ $ref: `#/components/schemas/${name}` });
    paths[`/list/${name}`] = get(list({ $ref: `#/components/schemas/${name}` }));
  }
  assert.equal(describe(api(paths, { components: { schemas } })).resources.length, 3);
});

Deno.test("describeApi() comes to an end with YAML whose aliases go in a circle", () => {
  const text = `openapi: 3.0.0
paths: &paths
  /things: &item
    get:
      parameters: [&parameter {name: a, in: query, required: true, schema: &schema {items: *schema, default: *schema}}]
      responses:
        200: &answer {content: {application/json: {schema: {type: array, items: *schema}}}, headers: *answer}
    post: *item
  /others: *paths
`;
  const { resources } = describeApi(parseOpenApi(text, "api.yaml"), { file: "api.yaml" }).description;
  assert.deepEqual(resources.map(({ name }) => name), ["things"]);
});

Deno.test("describeApi() never throws, whatever a document holds", () => {
  const noise = property.dictionary(property.string(), property.jsonValue());
  const places: ((noise: unknown) => Json)[] = [
    (each) => api({ "/a": each }),
    (each) => api({ "/a": { get: each } }),
    (each) => api({ "/a": { get: { responses: { 200: each } } } }),
    (each) => api({ "/a": { get: { parameters: each, responses: each } } }),
    (each) => api(get(each as Json), { components: each, security: each, servers: each, info: each }),
    (each) =>
      api({}, { components: { securitySchemes: each }, info: { title: each, version: { toString: 1 } } }),
    (each) => ({ swagger: "2.0", host: each, schemes: each, paths: { "/a": each }, definitions: each }),
  ];
  property.assert(property.property(noise, property.constantFrom(...places), (value, place) => {
    const found = describe(place(value));
    assert.ok(moduleText(found, { name: "x", about: [] }).includes("defineSource"));
  }));
});

const FRAGMENTS = [
  "*/",
  "*\u200b/",
  "*\ufeff/",
  "*\u2060/",
  "/*",
  "//",
  "`",
  "${globalThis.wasRun = 1}",
  '"',
  "'",
  "\\",
  "\n",
  "\r",
  "\u2028",
  "\u2029",
  "\u202e",
  "\0",
  "\u007f",
  "\ud800",
  "😀",
  "漢",
  "__proto__",
  "constructor",
  "{",
  "}",
  "{id}",
  "{resources.a.id}",
  "globalThis.wasRun = 1;",
  "</script>",
  "@ts-nocheck",
  "/ <reference path='x' />",
  "deno-fmt-ignore-file",
  "[0]",
  "id",
  "next",
  "page",
  "/",
  "?",
  "#",
  " ",
  "a".repeat(120),
];
const hostile = property.array(property.constantFrom(...FRAGMENTS), { maxLength: 5 }).map((parts) =>
  parts.join("")
);
const hostileSchema = property.oneof(
  property.constant({ type: "string" }),
  property.record({
    type: property.constantFrom("integer", "string", "boolean"),
    default: hostile,
    enum: property.array(hostile),
  }),
);
const hostileObject = property.dictionary(hostile, hostileSchema, { maxKeys: 4 }).map((properties) =>
  object({ ...properties, id: text })
);
const hostileOperation = property.record({
  summary: hostile,
  deprecated: property.boolean(),
  parameters: property.array(
    property.record({
      name: hostile,
      in: property.constantFrom("query", "header", "path"),
      required: property.boolean(),
      description: hostile,
      schema: hostileSchema,
    }),
    { maxLength: 4 },
  ),
  item: hostileObject,
  key: hostile,
  fields: property.dictionary(hostile, property.constant({ type: "string", format: "uri" }), { maxKeys: 3 }),
}).map(({ item, key, fields, ...operation }) => ({
  get: {
    ...operation,
    responses: {
      200: {
        description: "",
        content: { "application/json": { schema: object({ ...fields, [key]: list(item) }) } },
      },
    },
  },
}));
const hostileDocument = property.record({
  info: property.record({ title: hostile, version: hostile }),
  servers: property.array(property.record({ url: hostile.map((each) => `https://a.example/${each}`) }), {
    maxLength: 2,
  }),
  paths: property.dictionary(hostile.map((each) => `/${each}`), hostileOperation, { maxKeys: 5 }),
  securitySchemes: property.dictionary(
    hostile,
    property.record({
      type: property.constantFrom("apiKey", "http", "oauth2"),
      scheme: property.constantFrom("basic", "bearer"),
      in: property.constantFrom("header", "query"),
      name: hostile,
      description: hostile,
    }),
    { maxKeys: 2 },
  ),
});

Deno.test("moduleText() writes modules that parse, run nothing and keep to the grammar, whatever the document", async () => {
  await property.assert(
    property.asyncProperty(hostileDocument, async ({ securitySchemes, ...rest }) => {
      const found = describe(api(rest.paths, { ...rest, components: { securitySchemes } }));
      const text = moduleText(found, { name: "x", about: originLines(found) });
      const source = await evaluate(text);
      const usable = found.resources.filter(({ suggested }) => !suggested);
      // The names of headers and keys may be such that the REST layer refuses them; that is no fault of the text.
      const config = hasUsableKeyName(found) ? built(source) : undefined;
      if (config) {
        const names = config.resources.map((each) => (typeof each === "string" ? each : each.name));
        assert.deepEqual(names, usable.map(({ name }) => name));
      }
      assert.equal((globalThis as { wasRun?: unknown }).wasRun, undefined);
      assert.doesNotMatch(text, /[\u2028\u2029\u202e\0\r\u007f]/);
    }),
    { numRuns: 150 },
  );
});

function hasUsableKeyName({ signIn: { auth } }: ApiDescription): boolean {
  return auth?.type !== "api_key" || (auth.location === "query" && auth.name !== "") ||
    /^[\w!#$%&'*+.^`|~-]+$/.test(String(auth.name));
}

Deno.test("moduleText() is laid out as the formatter would, whatever the document", async () => {
  const directory = await Deno.makeTempDir({ prefix: "sluice_openapi_" });
  try {
    for (const [index, { securitySchemes, ...rest }] of property.sample(hostileDocument, 40).entries()) {
      const found = describe(api(rest.paths, { ...rest, components: { securitySchemes } }));
      await Deno.writeTextFile(
        `${directory}/m${index}.ts`,
        moduleText(found, { name: "x", about: originLines(found) }),
      );
    }
    const { code, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["fmt", "--check", "--no-config", "--line-width", "110", directory],
      env: { NO_COLOR: "1" },
    }).output();
    assert.equal(code, 0, new TextDecoder().decode(stderr));
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});
