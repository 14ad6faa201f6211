/**
 * Building requests and checking the base URL.
 * @module
 */
import assert from "assert";
import { ConfigError, formatError } from "../pipeline/errors.ts";
import { Double } from "../pipeline/json.ts";
import { Secret } from "../pipeline/secret.ts";
import { type RequestOptions, RestClient } from "../rest/client.ts";
import { describeRequest } from "../rest/origin.ts";
import type { ClientConfig } from "../rest/types.ts";
import { failure, json, withClient } from "./rest_harness_test.ts";

const CANARY = "canary-0123456789abcdef";

const built: { name: string; base?: string; path: string; params?: Record<string, unknown>; url: string }[] =
  [
    { name: "joins with one slash", base: "https://h/api//", path: "//users", url: "https://h/api/users" },
    { name: "leaves an empty path", base: "https://h/api", path: "", url: "https://h/api" },
    { name: "keeps an absolute path", path: "https://other/x?y=%2c", url: "https://other/x?y=%2c" },
    {
      name: "drops nulls and repeats lists",
      path: "x",
      params: { a: null, b: [1, undefined, 2], c: undefined },
      url: "https://h/x?b=1&b=2",
    },
    {
      name: "writes booleans small",
      path: "x",
      params: { a: true, b: false, c: 0 },
      url: "https://h/x?a=true&b=false&c=0",
    },
    {
      name: "encodes spaces as %20",
      path: "x",
      params: { "a b": 'c "d"&+é' },
      url: "https://h/x?a%20b=c%20%22d%22%26%2B%C3%A9",
    },
    {
      name: "writes numbers as they are",
      path: "x",
      params: { a: 12345678901234567890n, b: 1.5, c: new Double(1) },
      url: "https://h/x?a=12345678901234567890&b=1.5&c=1",
    },
    {
      name: "repeats a parameter that is in the path",
      path: "x?a=1",
      params: { a: 2 },
      url: "https://h/x?a=1&a=2",
    },
    { name: "leaves out empty lists", path: "x", params: { a: [] }, url: "https://h/x" },
    { name: "adds to a query", path: "x?a=1#top", params: { b: 2 }, url: "https://h/x?a=1&b=2#top" },
    { name: "takes lone surrogates", path: "x", params: { a: "\ud800" }, url: "https://h/x?a=%EF%BF%BD" },
  ];

for (const { name, base = "https://h", path, params, url } of built) {
  Deno.test(`request() ${name}`, () => {
    const client = new RestClient({ base_url: base }, { signal: new AbortController().signal, emit() {} });
    assert.equal(client.request(path, { params: params as Record<string, string> }).url, url);
  });
}

const impossible: { name: string; options: RequestOptions; message: RegExp; next: RegExp }[] = [
  {
    name: "json and data",
    options: { method: "POST", json: {}, data: { a: CANARY } },
    message: /both json and data/,
    next: /leave one of them out/,
  },
  {
    name: "JSON with GET",
    options: { json: { a: CANARY } },
    message: /its method is GET/,
    next: /method to "POST"/,
  },
  {
    name: "data with head",
    options: { method: "head", data: CANARY },
    message: /its method is HEAD/,
    next: /POST/,
  },
  { name: "a method that nobody may send", options: { method: "TRACE" }, message: /its method/, next: /GET/ },
  { name: "a method that is none", options: { method: "G T" }, message: /its method/, next: /GET/ },
  {
    name: "an object as a parameter",
    options: { params: { a: { b: CANARY } as unknown as string } },
    message: /parameter "a" is an object/,
    next: /plain|of their own/,
  },
  {
    name: "an object in a form",
    options: { method: "POST", data: { a: [{ b: CANARY } as unknown as string] } },
    message: /form field "a" is an object/,
    next: /of their own/,
  },
  {
    name: "a list that is no form",
    options: { method: "POST", data: [CANARY] as unknown as [] },
    message: /"data" is a list/,
    next: /list as json/,
  },
];

for (const { name, options, message, next } of impossible) {
  Deno.test(`request() refuses ${name}`, () => {
    const client = new RestClient({ base_url: "https://h" }, {
      signal: new AbortController().signal,
      emit() {},
    });
    assert.throws(() => client.request("x", options), (error) => {
      assert.ok(error instanceof ConfigError);
      assert.equal(error.code, "invalid-request");
      assert.match(error.message, message);
      assert.match(error.next ?? "", next);
      assert.ok(!formatError(error).includes(CANARY));
      return true;
    });
  });
}

Deno.test("request() sends a secret parameter, and nobody else sees it", async () => {
  await withClient(() => json({}, { status: 400 }), {}, async ({ client, requests, events }) => {
    const request = client.request("/x", { params: { key: new Secret(CANARY), q: "private" } });
    const error = await failure(client.send(request));
    assert.equal(new URL(requests[0]!.url).search, `?key=${CANARY}&q=private`);
    assert.equal(describeRequest(request), `GET ${client.origin}/x (params: key, q)`);
    const shown = Deno.inspect(events) + formatError(error) + Deno.inspect(error);
    assert.ok(!shown.includes(CANARY) && !shown.includes("private"));
  });
});

const badBases: { base_url: string; code: string }[] = [
  { base_url: "http://api.example.com", code: "insecure-base-url" },
  { base_url: "http://localhost.evil.example", code: "insecure-base-url" },
  { base_url: "api.example.com", code: "invalid-base-url" },
  { base_url: "/v1", code: "invalid-base-url" },
  { base_url: "ftp://h", code: "invalid-base-url" },
  { base_url: `https://user:${CANARY}@h`, code: "invalid-base-url" },
  { base_url: "https://h/?a=1", code: "invalid-base-url" },
];

for (const { base_url, code } of badBases) {
  Deno.test(`RestClient refuses base_url "${base_url.replace(CANARY, "x")}"`, () => {
    const { signal } = new AbortController();
    assert.throws(() => new RestClient({ base_url }, { signal, emit() {} }), (error) => {
      assert.ok(error instanceof ConfigError);
      assert.equal(error.code, code);
      assert.ok(!formatError(error).includes(CANARY));
      return true;
    });
  });
}

Deno.test("RestClient takes http on loopback", () => {
  for (const base_url of ["http://localhost:1", "http://127.0.0.1:1", "http://[::1]:1", "https://h"]) {
    const client = new RestClient({ base_url }, { signal: new AbortController().signal, emit() {} });
    assert.equal(client.origin, base_url);
  }
});

const baseless = (config: Partial<ClientConfig> = {}, origin?: string) =>
  new RestClient({ base_url: "", ...config }, { signal: new AbortController().signal, emit() {}, origin });

Deno.test("RestClient without base_url takes whole URLs only", () => {
  const client = baseless();
  assert.equal(client.origin, "");
  assert.equal(client.request("https://h/x", { params: { a: 1 } }).url, "https://h/x?a=1");
  assert.throws(() => client.request(`users?key=${CANARY}`), (error) => {
    assert.ok(error instanceof ConfigError);
    assert.equal(error.code, "invalid-base-url");
    assert.ok(!formatError(error).includes(CANARY));
    return true;
  });
});

Deno.test("RestClient without base_url goes wherever a request does, but not on from there", async () => {
  await withClient(
    (request) => {
      const { origin, pathname } = new URL(request.url);
      const location = pathname === "/far" ? "https://evil.example/" : `${origin}/y`;
      return pathname === "/y" ? json([1]) : new Response(null, { status: 302, headers: { location } });
    },
    {},
    async ({ base }) => {
      const client = baseless();
      assert.deepEqual((await client.send(client.request(`${base}/x`))).body, [1]);
      assert.equal((await failure(client.send(client.request(`${base}/far`)))).code, "redirected");
      assert.equal(
        (await failure(client.send(client.request("http://api.example.com/")))).code,
        "insecure-base-url",
      );
    },
  );
});

for (const config of [{ auth: { type: "bearer", token: CANARY } }, { headers: { "x-key": CANARY } }]) {
  Deno.test(`RestClient without base_url wants to know what its ${Object.keys(config)} is for`, async () => {
    assert.throws(() => baseless(config), (error) => {
      assert.ok(error instanceof ConfigError);
      assert.equal(error.code, "invalid-base-url");
      return true;
    });
    await withClient(() => json([]), {}, async ({ base, requests }) => {
      const elsewhere = base.replace("127.0.0.1", "localhost");
      const client = baseless(config, base);
      await client.send(client.request(`${base}/x`));
      await client.send(client.request(`${elsewhere}/x`), { origin: elsewhere });
      const sent = requests.map(({ headers }) => Deno.inspect(headers).includes(CANARY));
      assert.deepEqual(sent, [true, false]);
      assert.equal((await failure(client.send(client.request(`${elsewhere}/x`)))).code, "foreign-origin");
    });
  });
}
