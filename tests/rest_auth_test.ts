/**
 * Authentication by fixed credentials, and renewal after a 401.
 * @module
 */
import assert from "assert";
import { ConfigError, formatError } from "../pipeline/errors.ts";
import { redact, Secret } from "../pipeline/secret.ts";
import { createAuth } from "../rest/auth/mod.ts";
import type { AuthConfig } from "../rest/types.ts";
import { failure, type Handler, json, withClient } from "./rest_harness_test.ts";

const CANARY = "canary-auth-0123456789";

const simple: { name: string; auth: AuthConfig; header: string; value: string }[] = [
  {
    name: "bearer",
    auth: { type: "bearer", token: CANARY },
    header: "authorization",
    value: `Bearer ${CANARY}`,
  },
  {
    name: "no type",
    auth: { token: new Secret(CANARY) },
    header: "authorization",
    value: `Bearer ${CANARY}`,
  },
  {
    name: "a pasted token",
    auth: { token: ` ${CANARY}\n` },
    header: "authorization",
    value: `Bearer ${CANARY}`,
  },
  {
    name: "api_key",
    auth: { type: "api_key", api_key: `SSWS ${CANARY}` },
    header: "authorization",
    value: `SSWS ${CANARY}`,
  },
  {
    name: "api_key with a prefix",
    auth: { type: "api_key", api_key: new Secret(CANARY), prefix: "SSWS" },
    header: "authorization",
    value: `SSWS ${CANARY}`,
  },
  {
    name: "api_key by name",
    auth: { type: "api_key", name: "X-Key", api_key: CANARY },
    header: "x-key",
    value: CANARY,
  },
  {
    name: "api_key in a cookie",
    auth: { type: "api_key", name: "sid", api_key: CANARY, location: "cookie" },
    header: "cookie",
    value: `sid=${CANARY}`,
  },
  {
    name: "http_basic",
    auth: { type: "http_basic", username: "é", password: new Secret(CANARY) },
    header: "authorization",
    value: `Basic ${new TextEncoder().encode(`é:${CANARY}`).toBase64()}`,
  },
  {
    name: "an own object",
    auth: { type: "own", headers: () => Promise.resolve({ "x-own": "1" }) },
    header: "x-own",
    value: "1",
  },
];

for (const { name, auth, header, value } of simple) {
  Deno.test(`createAuth() sends ${name}`, async () => {
    await withClient(() => json([]), { auth }, async ({ client, requests }) => {
      await client.send(client.request("/x"));
      await client.send(client.request("/x"), { auth: null });
      assert.equal(requests[0]!.headers.get(header), value);
      assert.equal(requests[1]!.headers.get(header), null);
    });
  });
}

Deno.test("createAuth() adds a query key to the URL that is sent and to nothing else", async () => {
  const auth = { type: "api_key", name: "key", api_key: `${CANARY}&=`, location: "query" };
  await withClient(() => json({}, { status: 400 }), { auth }, async ({ client, requests, events }) => {
    const error = await failure(client.send(client.request("/x", { params: { a: 1, key: "old" } })));
    assert.equal(new URL(requests[0]!.url).search, `?a=1&key=${CANARY}%26%3D`);
    assert.ok(!(Deno.inspect(events) + formatError(error)).includes(CANARY));
  });
});

Deno.test("createAuth() adds a key to the cookies that are there", async () => {
  const auth = { type: "api_key", name: "sid", api_key: CANARY, location: "cookie" };
  await withClient(() => json([]), { auth, headers: { Cookie: "a=1" } }, async ({ client, requests }) => {
    await client.send(client.request("/x"));
    assert.equal(requests[0]!.headers.get("cookie"), `a=1; sid=${CANARY}`);
  });
});

for (const location of ["query", "param"]) {
  Deno.test(`createAuth() keeps a key in the ${location} out of the request that a redirect leads to`, async () => {
    const auth = { type: "api_key", name: "api key[1]", api_key: CANARY, location };
    await withClient(
      (request) => {
        const { pathname, search } = new URL(request.url);
        const headers = { location: `/y${search}&b=2` };
        return pathname === "/x" ? new Response(null, { status: 302, headers }) : json([]);
      },
      { auth, paginator: "single_page" },
      async ({ client, base, requests }) => {
        const [page] = await Array.fromAsync(client.paginate(client.request("/x", { params: { a: 1 } })));
        assert.equal(page!.request.url, `${base}/y?a=1&b=2`);
        assert.equal(new URL(requests[1]!.url).search, `?a=1&b=2&api%20key%5B1%5D=${CANARY}`);
      },
    );
  });
}

Deno.test("createAuth() knows a name for the secret where there is no password", () => {
  createAuth({ type: "http_basic", username: "canary-user-key", password: "" });
  assert.equal(redact("canary-user-key"), "***");
});

const refused: { name: string; auth: AuthConfig; code: string; message: RegExp; next?: RegExp }[] = [
  { name: "an unknown type", auth: "baerer", code: "unknown-auth", message: /"baerer"/, next: /"bearer"/ },
  { name: "a missing token", auth: "bearer", code: "invalid-options", message: /option "token" is missing/ },
  {
    name: "a masked secret",
    auth: { token: `${new Secret(CANARY)}` },
    code: "invalid-options",
    message: /masked/,
  },
  {
    name: "a token with a line break",
    auth: { token: `${CANARY}\nx` },
    code: "invalid-options",
    message: /line breaks/,
  },
  {
    name: "an unknown option",
    auth: { tokken: CANARY },
    code: "invalid-options",
    message: /"tokken"/,
    next: /"token"/,
  },
  {
    name: "a wrong place",
    auth: { type: "api_key", api_key: CANARY, location: "body" },
    code: "invalid-options",
    message: /one of/,
  },
  { name: "a number", auth: { token: 7 }, code: "invalid-options", message: /is number, text is required/ },
];

for (const { name, auth, code, message, next } of refused) {
  Deno.test(`createAuth() refuses ${name}`, () => {
    assert.throws(() => createAuth(auth), (error) => {
      assert.ok(error instanceof ConfigError);
      assert.equal(error.code, code);
      assert.match(error.message, message);
      if (next) assert.match(error.next ?? "", next);
      assert.ok(!formatError(error).includes(CANARY));
      return true;
    });
  });
}

Deno.test("createAuth() makes nothing of nothing", () => {
  assert.equal(createAuth(undefined), undefined);
  assert.equal(createAuth(null), undefined);
});

Deno.test("send() renews credentials once after a 401", async () => {
  let key = 0;
  const auth = {
    type: "own",
    headers: () => Promise.resolve({ "x-key": String(key) }),
    renew: () => Promise.resolve(++key > 0),
  };
  const needs = (wanted: string): Handler => (request) =>
    request.headers.get("x-key") === wanted ? json([]) : new Response(null, { status: 401 });
  await withClient(needs("1"), { auth }, async ({ client, requests }) => {
    await client.send(client.request("/x"));
    assert.equal(requests.length, 2);
  });
  key = 0;
  await withClient(needs("never"), { auth }, async ({ client, requests }) => {
    assert.equal((await failure(client.send(client.request("/x")))).code, "http-status");
    assert.equal(requests.length, 2);
  });
});
