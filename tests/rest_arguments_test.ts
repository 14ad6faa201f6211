/**
 * The arguments of paginators and authentications in a configuration: what is described is what the factories
 * read, what is wrong is told once and at its place, and the JSON Schema says the same.
 * @module
 */
import assert from "assert";
import { z } from "zod";
import { resolveSource } from "../extract/definition/validate.ts";
import { restApiJsonSchema } from "../extract/definition/schema.ts";
import { ConfigError } from "../pipeline/errors.ts";
import type { ParameterSpecs } from "../pipeline/parameters.ts";
import { Secret } from "../pipeline/secret.ts";
import { authParameters, bearer, registerAuth } from "../rest/auth/mod.ts";
import {
  auto,
  builtInPaginators,
  createPaginator,
  cursor,
  headerCursor,
  headerLink,
  jsonLink,
  offset,
  pageNumber,
  paginatorParameters,
  registerPaginator,
  singlePage,
} from "../rest/paginators/mod.ts";
import type { Paginator } from "../rest/types.ts";
import { withApi } from "./rest_api_scene.ts";

const factories: Record<string, (options: Record<string, unknown>) => Paginator> = {
  auto,
  cursor,
  header_cursor: headerCursor,
  header_link: headerLink,
  json_link: jsonLink,
  json_response: jsonLink,
  offset,
  page_number: pageNumber,
  single_page: singlePage,
};

function requiredOf(specs: ParameterSpecs): Record<string, unknown> {
  const required = Object.entries(specs).filter(([, spec]) => spec.required);
  return Object.fromEntries(required.map(([name, { range }]) => [name, range?.min ?? "x"]));
}

Deno.test("paginatorParameters describes every kind that comes along", () => {
  assert.deepEqual(Object.keys(factories), [...builtInPaginators]);
});

for (const [type, make] of Object.entries(factories)) {
  const specs = paginatorParameters[type]!;
  const required = requiredOf(specs);

  Deno.test(`paginatorParameters has what "${type}" reads, and nothing else`, () => {
    const read = new Set<string>();
    make(
      new Proxy(required, {
        get(target, name) {
          if (typeof name === "string") read.add(name);
          return Reflect.get(target, name);
        },
      }),
    );
    assert.deepEqual([...read].sort(), Object.keys(specs).sort());
    for (const name of Object.keys(specs).filter((name) => !specs[name]!.required)) {
      createPaginator({ type, ...required, [name]: null });
    }
    assert.throws(() => make({ ...required, nonsense: 1 }), { message: /option "nonsense" is not known/ });
  });

  Deno.test(`paginatorParameters has the defaults of "${type}"`, () => {
    // Where it starts follows from where the API starts.
    const followed = type === "page_number"
      ? { page: paginatorParameters.page_number!.base_page!.default }
      : {};
    const described = Object.entries(specs).map((
      [name, spec],
    ) => [name, spec.default ?? required[name] ?? null]);
    assert.deepEqual(
      Object.entries(make(required).options!).toSorted(),
      Object.entries({ ...Object.fromEntries(described), ...followed }).toSorted(),
    );
  });

  Deno.test(`paginatorParameters explains "${type}" in sentences that fit a line`, () => {
    for (const { help } of Object.values(specs)) assert.match(help, /^[A-Z].{9,77}[^.]\.$/);
  });
}

const STEPS = { step: { type: "integer", required: true, help: "Records per step." } } as const;
registerPaginator("test_steps", ({ step }) => offset({ limit: Number(step) }), STEPS);
registerPaginator("test_silent", () => cursor());
registerAuth("test_badge", ({ badge }) => bearer({ token: String(badge) }), {
  badge: { type: "text", secret: true, required: true, help: "The badge to show." },
});

Deno.test("registerPaginator() makes its arguments known", () => {
  assert.deepEqual(Object.keys(paginatorParameters), [...builtInPaginators, "test_steps", "test_silent"]);
  assert.equal(paginatorParameters.test_steps, STEPS);
  assert.deepEqual(paginatorParameters.test_silent, {});
});

const listed = (names: readonly string[]) => `needed one of ${names.map((name) => `"${name}"`).join(", ")}`;
const ONE_OF_PAGINATORS = listed(Object.keys(paginatorParameters));
const ONE_OF_AUTHS = listed(Object.keys(authParameters));
const JWK = { kty: "EC", crv: "P-256", d: "x", x: "x", y: "y" };

const wrong: { paginator?: unknown; auth?: unknown; lines: string[] }[] = [
  {
    paginator: { type: "cursor", cursor_pth: "x" },
    lines: ['paginator.cursor_pth: is not known; did you mean "cursor_path"?'],
  },
  {
    paginator: { type: "offset", limit: "50", totl_path: "x", offset: -1 },
    lines: [
      'paginator.limit: found "50", needed a whole number',
      "paginator.offset: found the number -1, needed at least 0",
      'paginator.totl_path: is not known; did you mean "total_path"?',
    ],
  },
  {
    paginator: { type: "offset", limit: 0.5 },
    lines: ["paginator.limit: found the number 0.5, needed a whole number"],
  },
  { paginator: { type: "offset" }, lines: ["paginator.limit: is missing, needed a whole number"] },
  {
    paginator: "offset",
    lines: ['paginator: option "limit" is missing; write {"type": "offset", "limit": …}'],
  },
  {
    paginator: { type: "cursr" },
    lines: [`paginator.type: found "cursr", ${ONE_OF_PAGINATORS}; did you mean "cursor"?`],
  },
  { paginator: "cursr", lines: [`paginator: found "cursr", ${ONE_OF_PAGINATORS}; did you mean "cursor"?`] },
  {
    paginator: "test_stp",
    lines: [`paginator: found "test_stp", ${ONE_OF_PAGINATORS}; did you mean "test_steps"?`],
  },
  { paginator: { type: 7 }, lines: [`paginator.type: found the number 7, ${ONE_OF_PAGINATORS}`] },
  { paginator: {}, lines: [`paginator.type: is missing, ${ONE_OF_PAGINATORS}`] },
  {
    paginator: ["cursor"],
    lines: [
      'paginator: found a list, needed the name of a type, an object with a "type", a ready-made paginator or a function',
    ],
  },
  { paginator: { type: "test_steps" }, lines: ["paginator.step: is missing, needed a whole number"] },
  {
    paginator: { type: "cursor", cursor_param: "a", cursor_body_path: "b" },
    lines: [
      'paginator: options "cursor_param" and "cursor_body_path" exclude each other; remove one of them',
    ],
  },
  { auth: { type: "bearer", tokn: "abc" }, lines: ['auth.tokn: is not known; did you mean "token"?'] },
  { auth: { tokn: "abc" }, lines: ['auth.tokn: is not known; did you mean "token"?'] },
  { auth: { type: "bearer", token: 5 }, lines: ["auth.token: found a number, needed a text"] },
  {
    auth: { type: "bearer", token: "abc", session: {} },
    lines: ["auth.session: is not known; sessions are Python's, use retry, timeout and headers"],
  },
  {
    auth: { type: "api_key", api_key: "abc", location: "headers" },
    lines: [
      'auth.location: found a text, needed one of "header", "query", "cookie", "param"; did you mean "header"?',
    ],
  },
  {
    auth: { type: "bearr" },
    lines: [`auth.type: found "bearr", ${ONE_OF_AUTHS}; did you mean "bearer"?`],
  },
  { auth: "api_kee", lines: [`auth: found a text, ${ONE_OF_AUTHS}; did you mean "api_key"?`] },
  {
    auth: 5,
    lines: [
      'auth: found a number, needed the name of a type, an object with a "type", a ready-made auth or a function',
    ],
  },
  {
    auth: {
      type: "oauth2_client_credentials",
      access_token_url: "https://a.example",
      client_id: "a",
      client_secret: "b",
      default_token_expiration: 0,
    },
    lines: ["auth.default_token_expiration: found a number, needed at least 1"],
  },
];

/** The lines that list what is wrong with a source. */
function complaints(source: unknown): string[] {
  try {
    resolveSource(source as never, "source x");
  } catch (error) {
    assert.ok(error instanceof ConfigError, String(error));
    return error.message.split("\n").slice(1).map((line) => line.trim());
  }
  return [];
}

const base_url = "https://api.example.com";

for (const { lines, ...settings } of wrong) {
  const [[name, value]] = Object.entries(settings) as [[string, unknown]];
  Deno.test(`resolveSource() tells what is wrong with ${name} ${JSON.stringify(value)}, once and at its place`, () => {
    const at = (place: string) => lines.map((line) => `${place}.${line}`);
    assert.deepEqual(complaints({ client: { base_url, ...settings }, resources: ["a", "b"] }), at("client"));
    assert.deepEqual(
      complaints({ client: { base_url }, resources: ["b", { name: "a", endpoint: { ...settings } }] }),
      at('resources[1] "a".endpoint'),
    );
    assert.deepEqual(
      complaints({
        client: { base_url },
        resource_defaults: { endpoint: { ...settings } },
        resources: ["a", "b"],
      }),
      at("resource_defaults.endpoint"),
    );
  });
}

const right: { paginator?: unknown; auth?: unknown; isJson?: false }[] = [
  { paginator: null },
  { paginator: "cursor" },
  { paginator: { type: "auto" } },
  { paginator: { type: "offset", limit: 5, total_path: null, maximum_offset: null, offset_param: "skip" } },
  { paginator: { type: "page_number", base_page: 1, page: null } },
  { paginator: { type: "json_response", next_url_path: "['@odata.nextLink']" } },
  { paginator: { type: "test_steps", step: 5, anything: [1] } },
  { paginator: { type: "test_silent", anything: { a: 1 } } },
  { paginator: cursor(), isJson: false },
  { paginator: () => null, isJson: false },
  { auth: null },
  { auth: { token: "abc" } },
  { auth: { token: new Secret("abc") }, isJson: false },
  { auth: { type: "api_key", api_key: "abc", name: "key", location: "query" } },
  { auth: { type: "http_basic", username: new Secret("abc"), password: "" }, isJson: false },
  {
    auth: {
      type: "oauth2_client_credentials",
      access_token_url: "https://a.example",
      client_id: "a",
      client_secret: "b",
      access_token_request_data: { scope: "read", more: null },
    },
  },
  {
    auth: {
      type: "private_key_jwt",
      token_url: "https://a.example",
      client_id: "a",
      private_key: JWK,
      scopes: "a b",
      dpop: true,
    },
  },
  {
    auth: {
      type: "oauth2_jwt",
      auth_endpoint: "https://a.example",
      client_id: "a",
      private_key: JSON.stringify(JWK),
      scopes: ["a", "b"],
      headers: { "x-a": "b" },
    },
  },
  { auth: { type: "test_badge", badge: "abc", anything: 1 } },
  { auth: bearer({ token: "abc" }), isJson: false },
  { auth: () => ({}), isJson: false },
];

for (const { isJson = true, ...settings } of right) {
  Deno.test(`resolveSource() takes ${Deno.inspect(settings, { breakLength: Infinity })}`, () => {
    assert.deepEqual(complaints({ client: { base_url, ...settings }, resources: ["a"] }), []);
    if (isJson) assert.ok(jsonSchemaTakes(settings));
  });
}

/** Whether the JSON Schema, read by somebody else, allows it. */
function jsonSchemaTakes(settings: object): boolean {
  const schema = z.fromJSONSchema(restApiJsonSchema() as z.core.JSONSchema.JSONSchema);
  return schema.safeParse({ client: { base_url, ...settings }, resources: ["a"] }).success;
}

Deno.test("restApiJsonSchema() refuses arguments that are wrong by themselves", () => {
  for (const { lines, ...settings } of wrong) {
    // What excludes what is beyond it.
    if (!lines[0]!.includes("exclude")) assert.ok(!jsonSchemaTakes(settings), JSON.stringify(settings));
  }
});

Deno.test("restApiJsonSchema() describes every argument of every kind", () => {
  const described = new Set(fieldsOf(restApiJsonSchema()));
  for (const parameters of [paginatorParameters, authParameters]) {
    for (const specs of Object.values(parameters)) {
      for (const [name, { help, default: preset }] of Object.entries(specs)) {
        assert.ok(described.has(`${name}, ${preset}: ${help}`), `${name}: ${help}`);
      }
    }
  }
});

/** Name, default and description of every property in a JSON Schema. */
function* fieldsOf(schema: unknown): Generator<string> {
  if (typeof schema !== "object" || schema === null) return;
  const { properties = {} } = schema as { properties?: Record<string, Record<string, unknown>> };
  for (const [name, each] of Object.entries(properties)) {
    yield `${name}, ${each?.default}: ${each?.description}`;
  }
  for (const each of Object.values(schema)) yield* fieldsOf(each);
}

Deno.test("pipeline().run() tells of a misspelt field before one that is missing", async () => {
  await withApi({}, async (api) => {
    const load = api.load({ client: { auth: { type: "bearer", tokn: "abc" } }, resources: ["a"] });
    await assert.rejects(load, /client\.auth\.tokn: is not known; did you mean "token"\?/);
  });
});
