/**
 * Redirects against servers on loopback: followed within one origin, and nowhere else.
 * @module
 */
import assert from "assert";
import { formatError } from "../pipeline/errors.ts";
import { failure, json, withClient } from "./rest_harness_test.ts";

const CANARY = "canary-0123456789abcdef";

/** What a server saw: method, path, body and its type. */
const lineOf = async (request: Request) =>
  [
    request.method,
    request.url.replace(/^https?:\/\/[^/]+/, ""),
    await request.text(),
    request.headers.get("content-type"),
  ].filter(Boolean).join(" ");

const redirects: { status: number; method?: string; second: string }[] = [
  ...[301, 302, 303, 307, 308].map((status) => ({ status, second: "GET /y?a=1" })),
  ...[301, 302, 303].map((status) => ({ status, method: "POST", second: "GET /y?a=1" })),
  ...[307, 308].map((status) => ({
    status,
    method: "POST",
    second: 'POST /y?a=1 {"n":1} application/json',
  })),
  { status: 301, method: "PUT", second: 'PUT /y?a=1 {"n":1} application/json' },
  { status: 303, method: "PUT", second: "GET /y?a=1" },
];

for (const { status, method = "GET", second } of redirects) {
  Deno.test(`send() follows a ${status} of a ${method} within the origin`, async () => {
    const lines: string[] = [];
    let made = 0;
    const auth = { type: "own", headers: () => Promise.resolve({ "x-key": String(++made) }) };
    await withClient(
      async (request, count) => {
        lines.push(await lineOf(request));
        return count === 1 ? new Response(null, { status, headers: { location: "/y?a=1" } }) : json([1]);
      },
      { auth },
      async ({ client, requests, events }) => {
        const body = method === "GET" ? {} : { json: { n: 1 } };
        const request = client.request("/x?b=2", { method, headers: { "x-own": "1" }, ...body });
        assert.deepEqual((await client.send(request)).body, [1]);
        assert.equal(lines[1], second);
        // Credentials are made anew for each address, and own headers go along.
        assert.deepEqual(requests.map(({ headers }) => headers.get("x-key")), ["1", "2"]);
        assert.equal(requests[1]!.headers.get("x-own"), "1");
        const told = events.filter((event) => event.type === "request").map((event) => event.request);
        assert.match(told[1]!, /\/y \(params: a\)$/);
      },
    );
  });
}

Deno.test("paginate() goes on from the address that a redirect led to", async () => {
  const handler = (request: Request) => {
    const { pathname, search } = new URL(request.url);
    if (pathname === "/old") {
      return new Response(null, { status: 301, headers: { location: `new/list${search}` } });
    }
    return json([{ at: pathname + search }], search ? {} : { headers: { link: '<?page=2>; rel="next"' } });
  };
  await withClient(handler, { paginator: "header_link" }, async ({ client }) => {
    const pages = await Array.fromAsync(client.paginate(client.request("/old")));
    assert.deepEqual(pages.flatMap(({ records }) => records), [{ at: "/new/list" }, {
      at: "/new/list?page=2",
    }]);
    assert.equal(pages[0]!.request.url, `${client.origin}/new/list`);
  });
});

const elsewhere: { name: string; location: (base: string) => string; message: RegExp }[] = [
  {
    name: "another host",
    location: () => `https://evil.example/login?token=${CANARY}`,
    message: /redirects to https:\/\/evil\.example, only redirects within/,
  },
  {
    name: "another port",
    location: (base) => base.replace(/:\d+$/, ":1/x"),
    message: /redirects to http:\/\/127\.0\.0\.1:1, /,
  },
  {
    name: "another host without a scheme",
    location: () => "//evil.example/x",
    message: /to http:\/\/evil\.example, /,
  },
  {
    name: "a user name",
    location: (base) => base.replace("//", "//user:pass@"),
    message: /redirects to http/,
  },
  { name: "another scheme", location: () => "file:///etc/passwd", message: /a "file:" address/ },
  { name: "no address", location: () => "https://[bad", message: /an address that is not a URL/ },
];

for (const { name, location, message } of elsewhere) {
  Deno.test(`send() does not follow a redirect to ${name}`, async () => {
    let base = "";
    const handler = () => new Response(null, { status: 302, headers: { location: location(base) } });
    await withClient(handler, {}, async (seen) => {
      base = seen.base;
      const error = await failure(seen.client.send(seen.client.request("/x")));
      assert.equal(error.code, "redirected");
      assert.match(error.message, message);
      assert.match(error.next ?? "", /set base_url/);
      assert.ok(!formatError(error).includes("login") && !formatError(error).includes("pass@"));
      assert.equal(seen.requests.length, 1);
    });
  });
}

Deno.test("send() follows five redirects and no more", async () => {
  const hops = (most: number) => (_request: Request, count: number) =>
    count <= most ? new Response(null, { status: 302, headers: { location: `/${count}` } }) : json([count]);
  await withClient(hops(5), {}, async ({ client }) => {
    assert.deepEqual((await client.send(client.request("/x"))).body, [6]);
  });
  await withClient(hops(Infinity), {}, async ({ client, requests }) => {
    const error = await failure(client.send(client.request("/x")));
    assert.equal(error.code, "redirected");
    assert.match(error.message, /more than 5 times in a row/);
    assert.equal(error.at.request, `GET ${client.origin}/5`);
    assert.equal(requests.length, 6);
  });
});

Deno.test("send() counts redirects against the limits", async () => {
  const rate_limit = { limit_header: "x-limit", remaining_header: "x-remaining", reset_header: "x-reset" };
  const handler = (_request: Request, count: number) => {
    const headers = { "x-limit": "1", "x-remaining": "0", "x-reset": "30", location: "/y" };
    return count === 1 ? new Response(null, { status: 302, headers }) : json([1]);
  };
  await withClient(handler, { rate_limit }, async ({ client, timer }) => {
    await client.send(client.request("/x"));
    assert.deepEqual(timer.slept.map((ms) => Math.round(ms / 1000)), [31]);
  });
});

Deno.test("send() says a redirect without an address as the status it is", async () => {
  await withClient(() => new Response(null, { status: 302 }), {}, async ({ client }) => {
    const error = await failure(client.send(client.request("/x")));
    assert.equal(error.code, "http-status");
    assert.match(error.message, /answered 302$/);
  });
});
