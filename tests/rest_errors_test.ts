/**
 * The API's own sentence in an error: where it is looked for, and that it never repeats what was sent.
 * @module
 */
import assert from "assert";
import fc from "property";
import type { AuthConfig, ClientConfig } from "../rest/types.ts";
import type { RequestOptions } from "../rest/client.ts";
import { Secret } from "../pipeline/secret.ts";
import { failure, json, withClient } from "./rest_harness_test.ts";

/** What an error says of a body. */
async function said(
  body: unknown,
  config: Partial<ClientConfig> = {},
  options: RequestOptions = {},
): Promise<string | undefined> {
  let message = "";
  await withClient(() => json(body, { status: 400 }), config, async ({ client }) => {
    const error = await failure(client.send(client.request("/things", { method: "POST", ...options })));
    assert.equal(error.code, "http-status");
    assert.doesNotMatch(error.message, /\(E1\)/);
    message = error.message;
  });
  return /the API says "(.*)"$/.exec(message)?.[1];
}

const bodies: [body: unknown, sentence: string | undefined][] = [
  [{ message: "No such thing." }, "No such thing."],
  [{ error: { message: "No such thing.", code: "E1" } }, "No such thing."],
  [{ error: "invalid_request", error_description: "No such thing." }, "No such thing."],
  [{ error: "No such thing." }, "No such thing."],
  [{ type: "about:blank", title: "Bad", detail: "No such thing." }, "No such thing."],
  [{ type: "about:blank", title: "No such thing." }, "No such thing."],
  [{ errors: [{ message: "No such thing." }, { message: "More." }] }, "No such thing."],
  [{ errors: [{ title: "Bad", detail: "No such thing." }] }, "No such thing."],
  [{ errors: ["No such thing."] }, "No such thing."],
  [{ errorMessages: ["No such thing."] }, "No such thing."],
  [{ errorCode: "E1", errorSummary: "No such thing." }, "No such thing."],
  [{ description: "No such thing." }, "No such thing."],
  [[{ message: "No such thing.", errorCode: "E1" }], "No such thing."],
  [{ message: { text: "no" }, error: { message: ["no"] }, detail: "No such thing." }, "No such thing."],
  [{ message: "", error: " \n ", title: "No such thing." }, "No such thing."],
  [{ message: "x".repeat(200), title: "No such thing." }, "No such thing."],
  [{ message: 'No\tsuch\n"thing"\u001b[2J' }, "No such thing [2J"],
  [{ code: "E1", status: 400 }, undefined],
  [{ reason: "No such thing." }, undefined],
  [[], undefined],
  [null, undefined],
];
for (const [body, sentence] of bodies) {
  Deno.test(`send() finds the sentence in ${JSON.stringify(body).slice(0, 80)}`, async () => {
    assert.equal(await said(body), sentence);
  });
}

Deno.test("send() looks where error_format says, and nowhere else", async () => {
  const error_format = { message: "why.text" };
  assert.equal(
    await said({ message: "Other.", why: { text: "No such thing." } }, { error_format }),
    "No such thing.",
  );
  assert.equal(await said({ message: "Other." }, { error_format }), undefined);
});

Deno.test("send() has no sentence of a body that is no JSON", async () => {
  await withClient(() => new Response("<h1>message</h1>", { status: 400 }), {}, async ({ client }) => {
    const error = await failure(client.send(client.request("/things")));
    assert.equal(error.message, "Cannot read the API: server answered 400");
  });
});

const KEY = "sk_live_51Hx7Qz9";
const auths: Record<string, AuthConfig> = {
  "a bearer token": { type: "bearer", token: KEY },
  "a key in a header": { type: "api_key", name: "x-api-key", api_key: KEY },
  "a key with its scheme": { type: "api_key", api_key: KEY, prefix: "SSWS" },
  "a key in the query": { type: "api_key", name: "k", api_key: KEY, location: "query" },
  "a key in a cookie": { type: "api_key", name: "sid", api_key: KEY, location: "cookie" },
  "a password": { type: "http_basic", username: "ann", password: KEY },
  "a key as a name": { type: "http_basic", username: KEY },
  "headers of one's own": () => ({ "x-anything": new Secret(KEY).reveal() }),
};
const echoes = [
  `Invalid key: ${KEY}`,
  `Invalid key: ${KEY.slice(0, 8)}…`,
  `Invalid key ending in ${KEY.slice(-6)}`,
  `Invalid key: ${KEY.slice(0, 4)}********${KEY.slice(-3)}`,
  `Invalid key: ${KEY.toUpperCase()}`,
  `Invalid key: x${KEY}x`,
];
for (const [name, auth] of Object.entries(auths)) {
  Deno.test(`send() shows no sentence that repeats ${name}`, async () => {
    for (const echo of echoes) {
      assert.equal(await said({ message: echo, title: "Not allowed." }, { auth }), "Not allowed.", echo);
    }
    assert.equal(
      await said({ message: "The bearer token is invalid." }, { auth }),
      "The bearer token is invalid.",
    );
  });
}

Deno.test("send() shows no piece of a credential, wherever a server puts it", async () => {
  const token = fc.stringMatching(/^[0-9a-f]{12,40}$/);
  const parts = fc.record({
    token,
    from: fc.nat(30),
    length: fc.integer({ min: 6, max: 40 }),
    before: fc.constantFrom("Invalid key ", "", "key=", "(", "prefix"),
    after: fc.constantFrom(" is wrong", "", ").", "…", "suffix"),
    place: fc.constantFrom("message", "error", "detail", "title"),
  });
  await fc.assert(
    fc.asyncProperty(parts, async ({ token, from, length, before, after, place }) => {
      const start = Math.min(from, token.length - 6);
      const piece = token.slice(start, start + length);
      const body = { [place]: before + piece + after };
      const sentence = await said(body, { auth: { type: "bearer", token } });
      assert.ok(!sentence?.includes(piece), sentence);
    }),
    { numRuns: 100 },
  );
});

Deno.test("send() puts stars for values of the request in a sentence", async () => {
  const options: RequestOptions = {
    params: { status: "dormant", email: "ann@example.com", n: 5, expand: "a.b+c" },
    headers: { "x-tenant": "acme-west" },
    json: { filter: [{ name: "Ann Example" }] },
  };
  const sentences: Record<string, string> = {
    'No status "dormant"': "No status  ***",
    "There is no ann@example.com in acme-west": "There is no *** in ***",
    "Unknown: Ann Example, a.b+c": "Unknown: ***, ***",
    "dormants are 5": "dormants are 5",
    "Job 5f2b8c1e9d3a47b6a0c2e4f6 failed": "Job *** failed",
  };
  for (const [message, shown] of Object.entries(sentences)) {
    assert.equal(await said({ message }, {}, options), shown);
  }
});
