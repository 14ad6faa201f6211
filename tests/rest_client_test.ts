/**
 * The REST client against servers on loopback: what is sent, what comes back, and every way to fail.
 * @module
 */
import assert from "assert";
import { ExtractError, formatError } from "../pipeline/errors.ts";
import { Secret } from "../pipeline/secret.ts";
import type { RequestOptions } from "../rest/client.ts";
import { failure, json, type JumpingTimer, withClient } from "./rest_harness_test.ts";

const CANARY = "canary-0123456789abcdef";

Deno.test("send() returns the parsed body, bytes, status and server time", async () => {
  await withClient(
    () =>
      json({ id: 12345678901234567890n.toString(), n: 1 }, {
        headers: { date: "Sun, 01 Mar 2026 10:00:00 GMT" },
      }),
    {},
    async ({ client, requests, events }) => {
      const response = await client.send(client.request("/users", { params: { limit: 2 } }), {
        resource: "users",
      });
      assert.equal(response.status, 200);
      assert.deepEqual(response.body, { id: "12345678901234567890", n: 1 });
      assert.equal(response.serverTime, Date.parse("2026-03-01T10:00:00Z"));
      assert.equal(client.lastServerTime, response.serverTime);
      assert.equal(requests[0]!.headers.get("accept"), "application/json");
      const event = events.find((event) => event.type === "request");
      assert.equal(event?.request, `GET ${client.origin}/users (params: limit)`);
      assert.equal(event?.resource, "users");
    },
  );
});

const json200 = (text: string | Uint8Array<ArrayBuffer>, type = "application/json") =>
  new Response(text, { headers: { "content-type": type } });
const html = "<!doctype html><title>Sign in</title>";
const utf8 = (text: string) => new TextEncoder().encode(text);

const bodies: { name: string; make: () => Response; body?: unknown; code?: string; tries?: number }[] = [
  { name: "a list", make: () => json200("[1]"), body: [1] },
  { name: "a byte order mark", make: () => json200(utf8("\ufeff[1]")), body: [1] },
  { name: "a charset", make: () => json200("[1]", "application/json; charset=UTF-8"), body: [1] },
  { name: "a vendor's JSON type", make: () => json200("[1]", "application/vnd.api+json"), body: [1] },
  { name: "JSON under another name", make: () => json200("[1]", "text/plain"), body: [1] },
  {
    name: "a number beyond 2^53",
    make: () => json200("[12345678901234567890]"),
    body: [12345678901234567890n],
  },
  { name: "204", make: () => new Response(null, { status: 204 }), body: undefined },
  { name: "an empty 202", make: () => new Response("", { status: 202 }), body: undefined },
  { name: "an empty JSON body", make: () => json200(""), code: "truncated", tries: 3 },
  { name: "cut JSON", make: () => json200('[{"id": 1'), code: "invalid-json", tries: 3 },
  {
    name: "broken UTF-8",
    make: () => json200(new Uint8Array([0x22, 0xff, 0x22])),
    code: "invalid-utf8",
    tries: 3,
  },
  { name: "HTML", make: () => json200(html, "text/html"), code: "not-json", tries: 1 },
  { name: "an empty HTML page", make: () => json200("", "text/html"), code: "not-json", tries: 1 },
  { name: "HTML without a type", make: () => new Response(utf8(html)), code: "not-json", tries: 1 },
  { name: "XML", make: () => json200("<a/>", "application/xml"), code: "not-json", tries: 1 },
];

for (const { name, make, body, code, tries } of bodies) {
  Deno.test(`send() ${code ? `gives up with "${code}" on` : "reads"} ${name}`, async () => {
    await withClient(make, { retry: { max_attempts: 3 } }, async ({ client, requests }) => {
      const sent = client.send(client.request("/x"), { resource: "things" });
      if (!code) return assert.deepEqual((await sent).body, body);
      const error = await failure(sent);
      assert.equal(error.code, code);
      assert.ok(error instanceof ExtractError);
      assert.equal(error.recovery, tries === 1 ? "abort" : "retry");
      assert.equal(requests.length, tries);
    });
  });
}

const recoveries: { name: string; bad: () => Response; isWaiting?: boolean }[] = [
  { name: "cut JSON", bad: () => json200("[1") },
  { name: "an empty JSON body", bad: () => json200("") },
  { name: "500", bad: () => json({}, { status: 500 }) },
  { name: "502 with HTML", bad: () => new Response(html, { status: 502 }) },
  { name: "503", bad: () => new Response(null, { status: 503 }) },
  { name: "423", bad: () => new Response(null, { status: 423 }) },
  { name: "429", bad: () => new Response(null, { status: 429, headers: { "retry-after": "2" } }) },
];

for (const { name, bad } of recoveries) {
  Deno.test(`send() tries again after ${name}`, async () => {
    await withClient((_request, count) => count < 3 ? bad() : json([1]), {}, async (seen) => {
      assert.deepEqual((await seen.client.send(seen.client.request("/x"))).body, [1]);
      assert.equal(seen.requests.length, 3);
      assert.equal(seen.events.filter((event) => event.type === "wait").length, 2);
      assert.equal(seen.events.filter((event) => event.type === "request").length, 3);
    });
  });
}

Deno.test("send() backs off exponentially with jitter and at least as long as the server asks", async () => {
  const config = { retry: { max_attempts: 5, backoff: 2, max_backoff: 5 } };
  await withClient(() => new Response(null, { status: 503 }), config, async ({ client, timer }) => {
    await failure(client.send(client.request("/x")));
    assert.equal(timer.slept.length, 4);
    for (const [index, ceiling] of [2000, 4000, 5000, 5000].entries()) {
      assert.ok(timer.slept[index]! <= ceiling);
    }
  });
  const asking = () => new Response(null, { status: 503, headers: { "retry-after": "30" } });
  await withClient(asking, config, async ({ client, timer }) => {
    await failure(client.send(client.request("/x")));
    assert.deepEqual(timer.slept, [30_000, 30_000, 30_000, 30_000]);
  });
});

Deno.test("send() reads a date to retry after by the server's clock", async () => {
  const headers = { date: "Sun, 01 Mar 2020 00:00:00 GMT", "retry-after": "Sun, 01 Mar 2020 00:00:40 GMT" };
  const handler = (_request: Request, count: number) =>
    count === 1 ? new Response(null, { status: 503, headers }) : json([]);
  await withClient(handler, {}, async ({ client, timer }) => {
    await client.send(client.request("/x"));
    assert.deepEqual(timer.slept.map((ms) => Math.round(ms / 1000)), [40]);
  });
});

Deno.test("send() is not hurried by a server that wants to be asked at once", async () => {
  const random = Math.random;
  Math.random = () => 1;
  try {
    const busy = () => new Response(null, { status: 503, headers: { "retry-after": "0" } });
    await withClient(busy, { retry: { max_attempts: 4 } }, async ({ client, timer }) => {
      await failure(client.send(client.request("/x")));
      assert.deepEqual(timer.slept, [1000, 2000, 4000]);
    });
  } finally {
    Math.random = random;
  }
});

Deno.test("send() does not count pauses between retries as waiting for the budget", async () => {
  const config = { retry: { max_attempts: 4, backoff: 0 }, rate_limit: { max_wait: 50 } };
  const busy = (seconds: string) => () =>
    new Response(null, { status: 503, headers: { "retry-after": seconds } });
  await withClient(busy("40"), config, async ({ client, requests }) => {
    assert.equal((await failure(client.send(client.request("/x")))).code, "http-status");
    assert.equal(requests.length, 4);
  });
  await withClient(busy("400"), config, async ({ client, requests }) => {
    assert.equal((await failure(client.send(client.request("/x")))).code, "rate-limit");
    assert.equal(requests.length, 1);
  });
});

Deno.test("send() backs off from one second on a concurrency 429", async () => {
  const limited = () => new Response(null, { status: 429, headers: { "x-limit": "0", "x-remaining": "0" } });
  const rate_limit = { limit_header: "x-limit", remaining_header: "x-remaining", reset_header: "x-reset" };
  await withClient((_request, count) => count < 4 ? limited() : json([]), { rate_limit }, async (seen) => {
    await seen.client.send(seen.client.request("/x"));
    assert.equal(seen.timer.slept.length, 3);
    for (const [index, ceiling] of [1000, 2000, 4000].entries()) {
      assert.ok(
        seen.timer.slept[index]! >= 1000 && seen.timer.slept[index]! <= ceiling,
        String(seen.timer.slept),
      );
    }
    const waits = seen.events.filter((event) => event.type === "wait");
    assert.deepEqual(waits.map((event) => event.reason), ["concurrency", "concurrency", "concurrency"]);
  });
});

Deno.test("send() gives up when a 429 never ends", async () => {
  const limited = () => new Response(null, { status: 429 });
  const config = { rate_limit: { max_wait: 150 }, error_format: { advice: { "429": "lower the share" } } };
  await withClient(limited, config, async ({ client, requests }) => {
    const error = await failure(client.send(client.request("/x"), { resource: "things", page: 4 }));
    assert.equal(error.code, "rate-limit");
    assert.equal(error.recovery, "retry");
    assert.equal(error.next, "lower the share");
    assert.equal(requests.length, 3);
    assert.equal(error.at.page, 4);
    assert.match(error.message, /asks to wait 60 s after 120 s of waiting, limit is 150 s/);
  });
});

const error_format = {
  code: "errorCode",
  message: "errorSummary",
  request_id_header: "x-request-id",
  advice: { E7: "advice by code", "403": "advice by status" },
};
const apiError = (status: number, body: unknown, headers: Record<string, string> = {}) => () =>
  json(body, { status, headers: { "x-request-id": "req-1", ...headers } });
const scopeChallenge =
  'Bearer realm="x", scope="things.read", error="insufficient_scope", error_description="no"';

const refusals: { name: string; make: () => Response; reason: RegExp; next?: string; tries?: number }[] = [
  {
    name: "an API error",
    make: apiError(404, { errorCode: "E7", errorSummary: "Not found: thing" }),
    reason: /^Cannot read "things": server answered 404 \(E7\), the API says "Not found: thing"$/,
    next: "advice by code",
  },
  {
    name: "a status with advice",
    make: apiError(403, { errorCode: "E6" }),
    reason: /403 \(E6\)$/,
    next: "advice by status",
  },
  {
    name: "a missing scope in an empty 403",
    make: () => new Response(null, { status: 403, headers: { "www-authenticate": scopeChallenge } }),
    reason: /server answered 403, the credentials lack the scope "things.read"$/,
    next: 'grant the scope "things.read" to these credentials',
  },
  {
    name: "a long sentence",
    make: apiError(400, { errorSummary: "x".repeat(500) }),
    reason: /answered 400$/,
  },
  { name: "an HTML error", make: () => new Response(html, { status: 404 }), reason: /answered 404$/ },
  {
    name: "a sentence with a secret",
    make: apiError(400, { errorSummary: `bad ${CANARY}` }),
    reason: /"bad \*\*\*"$/,
  },
  {
    name: "a last 500",
    make: apiError(500, { errorCode: "E9" }),
    reason: /answered 500 \(E9\) after 2 tries$/,
    tries: 2,
  },
  { name: "401 without renewal", make: () => new Response(null, { status: 401 }), reason: /answered 401$/ },
];

for (const { name, make, reason, next, tries = 1 } of refusals) {
  Deno.test(`send() explains ${name}`, async () => {
    const auth = { type: "bearer", token: new Secret(CANARY) };
    await withClient(
      make,
      { error_format, auth, retry: { max_attempts: 2 } },
      async ({ client, requests }) => {
        const request = client.request("/a/b", { params: { q: CANARY, limit: 1 } });
        const error = await failure(client.send(request, { resource: "things", page: 2 }));
        assert.ok(error instanceof ExtractError);
        assert.equal(error.code, "http-status");
        assert.match(error.message, reason);
        if (next) assert.equal(error.next, next);
        assert.equal(requests.length, tries);
        assert.equal(error.at.request, `GET ${client.origin}/a/b (params: q, limit)`);
        assert.equal(error.at.resource, "things");
        assert.equal(error.at.page, 2);
        if (error.message.includes("E7")) assert.equal(error.at.requestId, "req-1");
        assert.ok(!formatError(error).includes(CANARY));
      },
    );
  });
}

Deno.test("send() gives its place back when the credentials fail", async () => {
  let isBroken = true;
  const headers = () => isBroken ? Promise.reject(new Error("no key")) : Promise.resolve({});
  const config = { max_concurrency: 1, auth: { type: "own", headers } };
  await withClient(() => json([1]), config, async ({ client }) => {
    await assert.rejects(client.send(client.request("/x")), /no key/);
    isBroken = false;
    assert.equal((await client.send(client.request("/x"))).status, 200);
  });
});

const foreign: { name: string; url: (base: string) => string }[] = [
  { name: "another host", url: () => "https://evil.example/x" },
  { name: "another port", url: (base) => base.replace(/:\d+$/, ":1/x") },
  { name: "another scheme", url: (base) => base.replace("http:", "https:") },
  { name: "a user name", url: (base) => base.replace("//", "//user:pass@") },
  { name: "a host that begins alike", url: (base) => `${base}.evil.example/x`.replace(/:\d+/, "") },
  { name: "no URL", url: () => "https://[bad" },
  { name: "data", url: () => "data:application/json,[]" },
];

for (const { name, url } of foreign) {
  Deno.test(`send() refuses a URL with ${name} before anything is sent`, async () => {
    let asked = 0;
    const auth = { type: "own", headers: () => Promise.resolve({ "x-key": `${++asked}` }) };
    await withClient(() => json([]), { auth }, async ({ client, base, requests, events }) => {
      const request = { method: "GET", url: url(base), headers: {} };
      assert.equal((await failure(client.send(request))).code, "foreign-origin");
      assert.equal(asked, 0);
      assert.equal(requests.length, 0);
      assert.equal(events.length, 0);
    });
  });
}

Deno.test("send() ends by a signal of its own alone, in line, in flight or in a wait", async () => {
  const { promise: release, resolve } = Promise.withResolvers<void>();
  const handler = async () => (await release, json([1]));
  await withClient(handler, { max_concurrency: 1 }, async ({ client }) => {
    const [first, second] = [new AbortController(), new AbortController()];
    const request = client.request("/x");
    const inFlight = client.send(request, { signal: first.signal });
    const inLine = client.send(request, { signal: second.signal });
    const other = client.send(request);
    second.abort(new Error("second"));
    await assert.rejects(inLine, /second/);
    first.abort(new Error("first"));
    await assert.rejects(inFlight, /first/);
    await assert.rejects(client.send(request, { signal: first.signal }), /first/);
    resolve();
    assert.deepEqual((await other).body, [1]);
  });
});

Deno.test("send() throws the signal's reason when it aborts in flight or in a wait", async () => {
  await withClient(
    () => new Promise<Response>((resolve) => setTimeout(() => resolve(json([])), 30)),
    {},
    async (seen) => {
      const sent = seen.client.send(seen.client.request("/x"));
      setTimeout(() => seen.controller.abort(new Error("stopped")), 5);
      await assert.rejects(sent, /stopped/);
      await assert.rejects(seen.client.send(seen.client.request("/x")), /stopped/);
    },
  );
});

Deno.test("send() never has more requests in flight than max_concurrency", async () => {
  let inFlight = 0, peak = 0;
  await withClient(
    async () => {
      peak = Math.max(peak, ++inFlight);
      await new Promise((resolve) => setTimeout(resolve, 5));
      inFlight--;
      return json([]);
    },
    { max_concurrency: 3 },
    async ({ client }) => {
      await Promise.all(Array.from({ length: 10 }, (_, index) => client.send(client.request(`/${index}`))));
      assert.equal(peak, 3);
    },
  );
});

Deno.test("send() halves the page size after the status and code that ask for it", async () => {
  const sizes: string[] = [];
  const retry = { max_attempts: 2, shrink: { status: 500, code: "E9", param: "limit", min: 40 } };
  const handler = (request: Request) => {
    sizes.push(new URL(request.url).search);
    return json({ errorCode: "E9" }, { status: 500 });
  };
  await withClient(handler, { retry, error_format }, async ({ client }) => {
    await failure(client.send({ ...client.request("/x"), url: `${client.origin}/x?f=a,%2c+b&limit=200&z` }));
  });
  // 40 is tried twice: shrinking is not counted as a try, the rest is.
  assert.deepEqual(sizes.map((search) => search.replace(/^\?f=a,%2c\+b&limit=(\d+)&z$/, "$1")), [
    "200",
    "100",
    "50",
    "40",
    "40",
  ]);
});

Deno.test("lastServerTime and serverTime follow the Date header, else the local clock", async () => {
  const date = "Sun, 01 Mar 2026 09:00:00 GMT";
  await withClient(() => json([], { headers: { date } }), {}, async ({ client, timer }) => {
    assert.equal(client.lastServerTime, undefined);
    await client.send(client.request("/x"));
    assert.equal(client.lastServerTime, Date.parse(date));
    assert.notEqual(timer.now(), client.lastServerTime);
  });
});

/** What a server saw: method, path, body and its type. */
const lineOf = async (request: Request) =>
  [
    request.method,
    request.url.replace(/^https?:\/\/[^/]+/, ""),
    await request.text(),
    request.headers.get("content-type"),
  ].filter(Boolean).join(" ");

const sentBodies: {
  name: string;
  options: RequestOptions;
  headers?: Record<string, string>;
  line: string;
}[] = [
  { name: "an object as JSON", options: { json: { a: [1, null] } }, line: '{"a":[1,null]} application/json' },
  { name: "an empty object as JSON", options: { json: {} }, line: "{} application/json" },
  { name: "nothing for null", options: { json: null }, line: "" },
  {
    name: "fields as a form",
    options: { data: { "a b": "c&d é", n: 1, yes: true, none: null, list: ["x", undefined, "y"] } },
    line: "a+b=c%26d+%C3%A9&n=1&yes=true&list=x&list=y application/x-www-form-urlencoded",
  },
  {
    name: "pairs as a form",
    options: { data: [["b", 2], ["a", 1], ["b", [3, 4]]] },
    line: "b=2&a=1&b=3&b=4 application/x-www-form-urlencoded",
  },
  {
    name: "a form of another type",
    options: { data: { a: "1" }, headers: { "Content-Type": "application/x-own" } },
    line: "a=1 application/x-own",
  },
  { name: "text without a type", options: { data: "a=é" }, line: "a=é" },
  { name: "bytes without a type", options: { data: utf8("[1]") }, line: "[1]" },
  {
    name: "text with the client's type",
    options: { data: "[1]" },
    headers: { "content-type": "application/x-own" },
    line: "[1] application/x-own",
  },
  {
    name: "JSON with the client's type",
    options: { json: [1] },
    headers: { "Content-Type": "application/vnd.api+json" },
    line: "[1] application/vnd.api+json",
  },
  ...[{}, [], "", new Uint8Array()].map((data) => ({
    name: `nothing for ${Deno.inspect(data)}`,
    options: { data },
    line: "",
  })),
  { name: "JSON beside data that is empty", options: { json: [1], data: {} }, line: "[1] application/json" },
];

for (const { name, options, headers, line } of sentBodies) {
  Deno.test(`send() sends ${name}`, async () => {
    let seen = "";
    await withClient(
      async (request) => (seen = await lineOf(request), json([])),
      { headers },
      async ({ client }) => {
        await client.send(client.request("/x", { method: "POST", ...options }));
        assert.equal(seen, `POST /x ${line}`.trim());
      },
    );
  });
}

Deno.test("send() refuses a body that a hand-made request cannot carry", async () => {
  await withClient(() => json([]), {}, async ({ client, base, requests }) => {
    for (
      const more of [{ method: "GET", json: {} }, { method: "POST", json: {}, body: "x" }, {
        method: "TRACE",
      }]
    ) {
      const error = await failure(client.send({ url: `${base}/x`, headers: {}, ...more }));
      assert.equal(error.code, "invalid-request");
    }
    assert.equal(requests.length, 0);
  });
});

Deno.test("send() merges headers without regard to case and sends JSON bodies", async () => {
  let body = "";
  await withClient(
    async (request) => {
      body = await request.text();
      return json([]);
    },
    { headers: { "User-Agent": "acme/1", "X-A": "client" } },
    async ({ client, requests }) => {
      const request = client.request("/x", {
        method: "post",
        headers: { "x-a": "own" },
        json: { n: 12345678901234567890n },
      });
      await client.send(request);
      const { method, headers } = requests[0]!;
      assert.equal(method, "POST");
      assert.equal(headers.get("user-agent"), "acme/1");
      assert.equal(headers.get("x-a"), "own");
      assert.equal(headers.get("content-type"), "application/json");
      assert.equal(body, '{"n":12345678901234567890}');
    },
  );
});

Deno.test("send() waits for the budget before a 429 can come, whatever our clock says", async () => {
  const rate_limit = { limit_header: "x-limit", remaining_header: "x-remaining", reset_header: "x-reset" };
  const skewMs = -1_800_000;
  let windowEnd = -Infinity, count = 0, rejected = 0;
  let timer: JumpingTimer | undefined;
  const handler = () => {
    const now = timer!.now() + skewMs;
    if (now >= windowEnd) [windowEnd, count] = [now + 60_000, 0];
    if (++count > 3) rejected++;
    const headers = {
      "x-limit": "3",
      "x-remaining": String(Math.max(0, 3 - count)),
      "x-reset": String(windowEnd / 1000),
    };
    return json([], {
      status: count > 3 ? 429 : 200,
      headers: { ...headers, date: new Date(now).toUTCString() },
    });
  };
  await withClient(handler, { rate_limit }, async (seen) => {
    timer = seen.timer;
    const startedAt = timer.now();
    await Promise.all(Array.from({ length: 8 }, () => seen.client.send(seen.client.request("/x"))));
    assert.equal(rejected, 0);
    assert.deepEqual(seen.timer.slept.map((ms) => Math.round(ms / 1000)), [61, 61]);
    const budget = seen.events.find((event) => event.type === "budget");
    assert.equal(budget?.remaining, 2);
    assert.ok(Math.abs(budget!.resetAt - startedAt - 60_000) <= 1000);
  });
});

Deno.test("send() names a header that cannot be sent", async () => {
  await withClient(
    () => json([]),
    { headers: { "x-a": `${CANARY}\n` + "x" } },
    async ({ client, requests }) => {
      const error = await failure(client.send(client.request("/x")));
      assert.equal(error.code, "invalid-header");
      assert.match(error.message, /"x-a"/);
      assert.equal(requests.length, 0);
    },
  );
});
