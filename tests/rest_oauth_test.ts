/**
 * OAuth 2.0 by client secret and by service account, against servers that check what they get; kinds of
 * authentication of one's own.
 * @module
 */
import assert from "assert";
import { exportPKCS8, generateKeyPair, jwtVerify } from "jose";
import { ConfigError, formatError } from "../pipeline/errors.ts";
import type { RunEvent } from "../pipeline/events.ts";
import { redact, Secret } from "../pipeline/secret.ts";
import {
  apiKey,
  authParameters,
  bearer,
  createAuth,
  httpBasic,
  oauth2ClientCredentials,
  oauth2Jwt,
  privateKeyJwt,
  registerAuth,
} from "../rest/auth/mod.ts";
import { RestClient } from "../rest/client.ts";
import type { AuthConfig, RestResponse } from "../rest/types.ts";
import { failure, json, JumpingTimer, type SeenRequest, withClient } from "./rest_harness_test.ts";

const SECRET = "canary-secret-0123456789";
const rsa = await generateKeyPair("RS256", { extractable: true });
const ec = await generateKeyPair("ES256", { extractable: true });
const rsaPem = await exportPKCS8(rsa.privateKey);

/** A token endpoint's answer; the n-th request for a token counts from 1. */
type Issue = (form: URLSearchParams, request: Request, count: number) => Response | Promise<Response>;
const issue: Issue = (_form, _request, count) => json({ access_token: `token-${count}`, expires_in: 1000 });

/** An API and its token endpoint; `valid` says which tokens the API takes, default all. */
async function withApi(
  { token = issue, config, valid = () => true, date }: {
    token?: Issue;
    config: (base: string) => AuthConfig;
    valid?: (token: string) => boolean;
    date?: (timer: JumpingTimer) => Date;
  },
  use: (parts: {
    get: () => Promise<RestResponse>;
    forms: URLSearchParams[];
    sent: string[];
    seen: SeenRequest[];
    timer: JumpingTimer;
    events: RunEvent[];
  }) => Promise<void>,
): Promise<void> {
  const forms: URLSearchParams[] = [];
  const sent: string[] = [];
  const timer = new JumpingTimer();
  const dated = (response: Response) => {
    if (date) response.headers.set("date", date(timer).toUTCString());
    return response;
  };
  await withClient(
    async (request) => {
      if (new URL(request.url).pathname === "/token") {
        const form = new URLSearchParams(await request.text());
        forms.push(form);
        return dated(await token(form, request, forms.length));
      }
      const [scheme, value = ""] = (request.headers.get("authorization") ?? "").split(" ");
      assert.equal(scheme, "Bearer");
      sent.push(value);
      return dated(valid(value) ? json([]) : new Response(null, { status: 401 }));
    },
    {},
    async ({ base, requests, events, controller }) => {
      const client = new RestClient({ base_url: base, auth: config(base), retry: { max_attempts: 3 } }, {
        signal: controller.signal,
        emit: (event) => events.push(event),
        timer,
      });
      const get = () => client.send(client.request("/x"), { resource: "things" });
      await use({ get, forms, sent, seen: requests, timer, events });
    },
  );
}

const credentials = (more: Record<string, unknown> = {}) => (base: string) => ({
  type: "oauth2_client_credentials",
  access_token_url: `${base}/token`,
  client_id: "client-1",
  client_secret: new Secret(SECRET),
  ...more,
});

Deno.test("oauth2_client_credentials asks with id, secret and grant type in a form", async () => {
  await withApi({ config: credentials() }, async ({ get, forms, sent, seen }) => {
    await get();
    assert.deepEqual([...forms[0]!], [
      ["client_id", "client-1"],
      ["client_secret", SECRET],
      ["grant_type", "client_credentials"],
    ]);
    assert.equal(seen[0]!.method, "POST");
    assert.equal(seen[0]!.headers.get("content-type"), "application/x-www-form-urlencoded");
    assert.equal(seen[0]!.headers.get("accept"), "application/json");
    assert.equal(seen[0]!.headers.get("authorization"), null);
    assert.deepEqual(sent, ["token-1"]);
  });
});

Deno.test("oauth2_client_credentials lets request data add, override and leave out fields", async () => {
  const access_token_request_data = {
    grant_type: "password",
    scope: "a b",
    audience: ["x", "y"],
    client_id: null,
    password: new Secret("canary-password-1"),
    exact: true,
    n: 3,
  };
  await withApi({ config: credentials({ access_token_request_data }) }, async ({ get, forms }) => {
    await get();
    assert.deepEqual([...forms[0]!], [
      ["client_secret", SECRET],
      ["grant_type", "password"],
      ["scope", "a b"],
      ["audience", "x"],
      ["audience", "y"],
      ["password", "canary-password-1"],
      ["exact", "true"],
      ["n", "3"],
    ]);
  });
});

const lives: { name: string; expires_in?: unknown; options?: Record<string, unknown>; seconds: number }[] = [
  { name: "what the server says", expires_in: 100, seconds: 85 },
  { name: "what the server says as text", expires_in: "100", seconds: 85 },
  { name: "an hour when it says nothing", seconds: 3060 },
  { name: "an hour when it says nonsense", expires_in: -5, seconds: 3060 },
  { name: "default_token_expiration", options: { default_token_expiration: 200 }, seconds: 170 },
];

for (const { name, expires_in, options, seconds } of lives) {
  Deno.test(`oauth2_client_credentials renews a token before its end: ${name}`, async () => {
    const token: Issue = (_form, _request, count) => json({ access_token: `token-${count}`, expires_in });
    await withApi({ token, config: credentials(options) }, async ({ get, sent, timer }) => {
      const { signal } = new AbortController();
      await get();
      await timer.sleep((seconds - 1) * 1000, signal);
      await get();
      await timer.sleep(2000, signal);
      await get();
      assert.deepEqual(sent, ["token-1", "token-1", "token-2"]);
    });
  });
}

Deno.test("oauth2_client_credentials fetches one token for requests that start together", async () => {
  await withApi({ config: credentials() }, async ({ get, forms }) => {
    await Promise.all([get(), get(), get(), get()]);
    assert.equal(forms.length, 1);
  });
});

Deno.test("oauth2_client_credentials uses a preset token until it is refused", async () => {
  const preset = "preset-token-0123456789";
  let isRevoked = false;
  const valid = (token: string) => token !== preset || !isRevoked;
  await withApi(
    { valid, config: credentials({ access_token: preset }) },
    async ({ get, forms, sent, timer }) => {
      await get();
      await timer.sleep(86_400_000, new AbortController().signal);
      await get();
      assert.equal(forms.length, 0);
      isRevoked = true;
      await Promise.all([get(), get()]);
      assert.equal(forms.length, 1);
      assert.deepEqual(sent.filter((token) => token !== preset), ["token-1", "token-1"]);
    },
  );
});

Deno.test("oauth2_client_credentials gives up when a new token is refused, too", async () => {
  await withApi({ valid: () => false, config: credentials() }, async ({ get, forms }) => {
    const error = await failure(get());
    assert.equal(error.code, "http-status");
    assert.equal(forms.length, 2);
  });
});

Deno.test("oauth2_client_credentials is patient with a busy token endpoint", async () => {
  const token: Issue = (form, request, count) =>
    count === 1
      ? new Response(null, { status: 503 })
      : count === 2
      ? new Response(null, { status: 429, headers: { "retry-after": "7" } })
      : issue(form, request, count);
  await withApi({ token, config: credentials() }, async ({ get, forms, timer }) => {
    await get();
    assert.equal(forms.length, 3);
    assert.equal(timer.slept[1], 7000);
  });
});

const refusals: {
  name: string;
  token: Issue;
  message: RegExp;
  next: RegExp;
  isConfig?: boolean;
  requests?: number;
}[] = [
  {
    name: "a wrong secret",
    token: () => json({ error: "invalid_client", error_description: `no ${SECRET} here` }, { status: 401 }),
    message: /answered 401 \(invalid_client\), it says "no \*\*\* here"$/,
    next: /check client_id and client_secret/,
    isConfig: true,
  },
  {
    name: "a wrong grant",
    token: () => json({ error: "unsupported_grant_type" }, { status: 400 }),
    message: /\(unsupported_grant_type\)/,
    next: /check access_token_url/,
    isConfig: true,
  },
  {
    name: "a redirect to somewhere else",
    token: () => new Response(null, { status: 302, headers: { location: "https://evil.example/" } }),
    message: /answered 302$/,
    next: /check access_token_url/,
  },
  {
    name: "a page in place of a token",
    token: () => new Response("<html>", { headers: { "content-type": "text/html" } }),
    message: /answered 200 without a token$/,
    next: /check access_token_url/,
  },
  {
    name: "a token that is none",
    token: () => json({ access_token: null }),
    message: /answered 200 without a token$/,
    next: /check access_token_url/,
  },
  {
    name: "a server that stays down",
    token: () => new Response(null, { status: 500 }),
    message: /answered 500$/,
    next: /rerun later/,
    requests: 3,
  },
];

for (const { name, token, message, next, isConfig = false, requests = 1 } of refusals) {
  Deno.test(`oauth2_client_credentials explains ${name} and sends nothing to the API`, async () => {
    await withApi({ token, config: credentials() }, async ({ get, forms, sent, events }) => {
      const error = await failure(get());
      assert.equal(error.code, "token-refused");
      assert.equal(error instanceof ConfigError, isConfig);
      assert.match(error.message, message);
      assert.match(error.next ?? "", next);
      assert.match(error.at.request ?? "", /^POST .*\/token$/);
      assert.equal(error.at.resource, "things");
      assert.equal(forms.length, requests);
      assert.deepEqual(sent, []);
      assert.ok(!(formatError(error) + Deno.inspect(events, { depth: 9 })).includes(SECRET));
    });
  });
}

Deno.test("oauth2_client_credentials registers its tokens as secrets", async () => {
  const token: Issue = () => json({ access_token: "issued-token-0123456789" });
  await withApi({ token, config: credentials() }, async ({ get }) => {
    await get();
    assert.equal(redact("x issued-token-0123456789 y"), "x *** y");
  });
});

const account = (more: Record<string, unknown> = {}) => (base: string) => ({
  type: "oauth2_jwt",
  client_id: "robot@example.com",
  private_key: rsaPem,
  auth_endpoint: `${base}/token`,
  scopes: ["read", "list"],
  ...more,
});

/** Checks an assertion and returns its claims. */
async function verify(form: URLSearchParams, request: Request, now: Date, key = rsa.publicKey) {
  assert.equal(form.get("grant_type"), "urn:ietf:params:oauth:grant-type:jwt-bearer");
  const { payload, protectedHeader } = await jwtVerify(form.get("assertion")!, key, {
    audience: request.url,
    issuer: "robot@example.com",
    subject: "robot@example.com",
    currentDate: now,
    requiredClaims: ["iat", "exp"],
  });
  assert.equal(payload.exp! - payload.iat!, 3600);
  assert.ok(payload.iat! * 1000 <= now.getTime());
  return { scope: payload.scope, alg: protectedHeader.alg };
}

const accounts: {
  name: string;
  more?: Record<string, unknown>;
  scope?: string;
  alg?: string;
  key?: CryptoKey;
  headers?: Record<string, string>;
}[] = [
  { name: "a list of scopes", scope: "read list" },
  { name: "a text of scopes", more: { scopes: "read  list" }, scope: "read list" },
  { name: "no scopes", more: { scopes: undefined } },
  {
    name: "an elliptic key",
    more: { private_key: await exportPKCS8(ec.privateKey) },
    scope: "read list",
    alg: "ES256",
    key: ec.publicKey,
  },
  {
    name: "headers of its own",
    more: { headers: { "X-Tenant": "acme", "x-key": new Secret(SECRET) } },
    scope: "read list",
    headers: { "x-tenant": "acme", "x-key": SECRET },
  },
];

for (const { name, more, scope, alg = "RS256", key, headers = {} } of accounts) {
  Deno.test(`oauth2_jwt exchanges a signed assertion for a token with ${name}`, async () => {
    const problems: unknown[] = [];
    const now = Date.parse("2026-03-01T00:00:00Z");
    const token: Issue = async (form, request, count) => {
      try {
        const claims = await verify(form, request, new Date(now), key);
        assert.equal(claims.scope, scope);
        assert.equal(claims.alg, alg);
        for (const [name, value] of Object.entries(headers)) assert.equal(request.headers.get(name), value);
      } catch (error) {
        problems.push(error);
      }
      return issue(form, request, count);
    };
    await withApi({ token, config: account(more), date: () => new Date(now) }, async ({ get, sent }) => {
      await get();
      assert.deepEqual(problems, []);
      assert.deepEqual(sent, ["token-1"]);
    });
  });
}

Deno.test("oauth2_jwt renews before the end and after a refusal", async () => {
  let revoked = "";
  await withApi(
    { valid: (token) => token !== revoked, config: account() },
    async ({ get, sent, forms, timer }) => {
      await get();
      await timer.sleep(851_000, new AbortController().signal);
      await Promise.all([get(), get()]);
      revoked = "token-2";
      await get();
      assert.deepEqual(sent, ["token-1", "token-2", "token-2", "token-2", "token-3"]);
      assert.equal(forms.length, 3);
    },
  );
});

Deno.test("oauth2_jwt sets its clock by the server when ours is wrong", async () => {
  const date = (timer: JumpingTimer) => new Date(timer.now() - 7_200_000);
  let timer: JumpingTimer | undefined;
  const token: Issue = async (form, request, count) => {
    try {
      await verify(form, request, date(timer!));
    } catch {
      return json({ error: "invalid_grant" }, { status: 400 });
    }
    return issue(form, request, count);
  };
  await withApi({ token, config: account(), date }, async (parts) => {
    timer = parts.timer;
    await parts.get();
    assert.equal(parts.forms.length, 2);
  });
});

Deno.test("oauth2_jwt explains a refused account", async () => {
  const token: Issue = () => json({ error: "invalid_grant" }, { status: 400 });
  await withApi({ token, config: account() }, async ({ get }) => {
    const error = await failure(get());
    assert.ok(error instanceof ConfigError);
    assert.match(error.next ?? "", /check client_id, private_key and scopes/);
  });
});

const https = "https://h.example/token";
const refused: { name: string; auth: AuthConfig; message: RegExp; next?: RegExp }[] = [
  {
    name: "a token address without TLS",
    auth: credentials()("http://h.example"),
    message: /"access_token_url" is not an https URL/,
  },
  {
    name: "a token address with a user name",
    auth: credentials()(`https://user:${SECRET}@h.example`),
    message: /"access_token_url" is not an https URL/,
  },
  {
    name: "a missing secret",
    auth: { type: "oauth2_client_credentials", access_token_url: https, client_id: "c" },
    message: /"client_secret" is missing/,
  },
  {
    name: "request data that is no object",
    auth: credentials({ access_token_request_data: "scope=a" })("https://h.example"),
    message: /"access_token_request_data" is not an object/,
  },
  {
    name: "request data with an object in it",
    auth: credentials({ access_token_request_data: { a: { b: 1 } } })("https://h.example"),
    message: /form field "a" is an object/,
  },
  {
    name: "a lifetime of nothing",
    auth: credentials({ default_token_expiration: 0 })("https://h.example"),
    message: /"default_token_expiration" is no number of seconds above 0/,
  },
  {
    name: "a session",
    auth: credentials({ session: {} })("https://h.example"),
    message: /"session" is an object of Python/,
    next: /remove "session"; retry, timeout and rate_limit/,
  },
  {
    name: "a session of another kind",
    auth: { type: "bearer", token: SECRET, session: {} },
    message: /"session" is an object of Python/,
  },
  {
    name: "an account address without TLS",
    auth: account()("http://h.example"),
    message: /"auth_endpoint" is not an https URL/,
  },
  {
    name: "an account without a key",
    auth: account({ private_key: undefined })("https://h.example"),
    message: /"private_key" is missing/,
  },
  {
    name: "headers that are no texts",
    auth: account({ headers: { a: 1 } })("https://h.example"),
    message: /"headers" has a "a" that is no text/,
  },
  {
    name: "scopes that are no texts",
    auth: account({ scopes: [1] })("https://h.example"),
    message: /"scopes" is not a list of texts/,
  },
];

for (const { name, auth, message, next } of refused) {
  Deno.test(`createAuth() refuses ${name}`, () => {
    assert.throws(() => createAuth(auth), (error) => {
      assert.ok(error instanceof ConfigError);
      assert.match(error.message, message);
      if (next) assert.match(error.next ?? "", next);
      assert.ok(!formatError(error).includes(SECRET));
      return true;
    });
  });
}

Deno.test("an auth function says the headers of each request, and they are secrets", async () => {
  const made: string[] = [];
  const auth: AuthConfig = (request, context) => {
    const value = `canary-made-${made.length}-${context.now() > 0}`;
    made.push(`${request.method} ${new URL(request.url).pathname}`);
    return { authorization: `Custom ${value}`, "x-key": new Secret("canary-boxed") as unknown as string };
  };
  const handler = (_request: Request, count: number) =>
    count < 2 ? new Response(null, { status: 503 }) : json([]);
  await withClient(handler, { auth }, async ({ client, requests }) => {
    await client.send(client.request("/x"));
    assert.deepEqual(made, ["GET /x", "GET /x"]);
    assert.equal(requests[1]!.headers.get("authorization"), "Custom canary-made-1-true");
    assert.equal(requests[1]!.headers.get("x-key"), "canary-boxed");
    assert.equal(redact("canary-made-1-true"), "***");
  });
});

Deno.test("an auth function may be asynchronous, and must return header texts", async () => {
  const returned = async (value: unknown) => {
    const auth = (() => Promise.resolve(value)) as AuthConfig;
    let result: unknown;
    await withClient(() => json([]), { auth }, async ({ client, requests }) => {
      const error = await client.send(client.request("/x")).then(() => undefined, (error) => error);
      result = error?.message ?? requests[0]!.headers.get("x-a");
    });
    return result;
  };
  assert.equal(await returned({ "x-a": "1" }), "1");
  assert.match(String(await returned(undefined)), /it returned undefined, an object of header texts/);
  assert.match(String(await returned(null)), /it returned null/);
  assert.match(String(await returned({ "x-a": 1 })), /its header "x-a" is number/);
});

Deno.test("registerAuth() adds a type with its parameters; a taken name is refused", async () => {
  const type = "test_registered";
  registerAuth(type, ({ name }) => () => ({ "x-own": String(name) }), {
    name: { type: "text", required: true, help: "A name." },
  });
  assert.deepEqual(Object.keys(authParameters[type]!), ["name"]);
  await withClient(() => json([]), { auth: { type, name: "me" } }, async ({ client, requests }) => {
    await client.send(client.request("/x"));
    assert.equal(requests[0]!.headers.get("x-own"), "me");
  });
  for (const taken of [type, "bearer"]) {
    assert.throws(
      () => registerAuth(taken, () => bearer({ token: "x" })),
      (error) => error instanceof ConfigError && error.code === "taken-auth",
    );
  }
});

Deno.test("authParameters has what each kind requires, and secrets are secret", () => {
  const required = Object.fromEntries(
    Object.entries(authParameters).filter(([type]) => !type.startsWith("test_")).map(([type, specs]) => [
      type,
      Object.entries(specs).filter(([, spec]) => spec.required).map(([name]) => name),
    ]),
  );
  assert.deepEqual(required, {
    api_key: ["api_key"],
    bearer: ["token"],
    http_basic: ["username", "password"],
    oauth2_client_credentials: ["access_token_url", "client_id", "client_secret"],
    oauth2_jwt: ["client_id", "private_key", "auth_endpoint"],
    private_key_jwt: ["token_url", "client_id", "private_key"],
  });
  for (const specs of Object.values(authParameters)) {
    for (const [name, spec] of Object.entries(specs)) {
      const isSecret = /^(token|api_key|password|client_secret|access_token|private_key.*)$/.test(name);
      assert.equal(spec.secret ?? false, isSecret, name);
    }
  }
});

Deno.test("each kind can be made by a function of its own", () => {
  const private_key = rsaPem;
  const made = [
    apiKey({ api_key: SECRET }),
    bearer({ token: SECRET }),
    httpBasic({ username: "u", password: SECRET }),
    oauth2ClientCredentials({ access_token_url: https, client_id: "c", client_secret: SECRET }),
    oauth2Jwt({ client_id: "c", private_key, auth_endpoint: https }),
    privateKeyJwt({ client_id: "c", private_key, token_url: https }),
  ];
  assert.deepEqual(
    made.map(({ type }) => type),
    Object.keys(authParameters).filter((type) => !type.startsWith("test_")),
  );
  for (const auth of made) assert.equal(createAuth(auth), auth);
});

Deno.test("send() has credentials made ready before the request stands in line", async () => {
  let prepared = 0;
  const { promise: both, resolve } = Promise.withResolvers<void>();
  const auth = {
    type: "own",
    prepare: () => Promise.resolve(++prepared === 2 && resolve()),
    headers: () => Promise.resolve({}),
  };
  // The only place is taken by the first request until the second one is ready for it.
  await withClient(async () => (await both, json([])), { auth, max_concurrency: 1 }, async ({ client }) => {
    await Promise.all([client.send(client.request("/a")), client.send(client.request("/b"))]);
    assert.equal(prepared, 2);
  });
});
