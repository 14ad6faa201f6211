/**
 * Building requests and checking the base URL.
 * @module
 */
import assert from "assert";
import { ConfigError, formatError } from "../pipeline/errors.ts";
import { RestClient } from "../rest/client.ts";

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
    { name: "adds to a query", path: "x?a=1#top", params: { b: 2 }, url: "https://h/x?a=1&b=2#top" },
    { name: "takes lone surrogates", path: "x", params: { a: "\ud800" }, url: "https://h/x?a=%EF%BF%BD" },
  ];

for (const { name, base = "https://h", path, params, url } of built) {
  Deno.test(`request() ${name}`, () => {
    const client = new RestClient({ base_url: base }, { signal: new AbortController().signal, emit() {} });
    assert.equal(client.request(path, { params: params as Record<string, string> }).url, url);
  });
}

const badBases: { base_url: string; code: string }[] = [
  { base_url: "http://api.example.com", code: "insecure-base-url" },
  { base_url: "http://localhost.evil.example", code: "insecure-base-url" },
  { base_url: "api.example.com", code: "invalid-base-url" },
  { base_url: "", code: "invalid-base-url" },
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
