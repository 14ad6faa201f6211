/**
 * Requests to another origin than the client's: what goes along, and that they stay there.
 * @module
 */
import assert from "assert";
import { failure, json, withClient } from "./rest_harness_test.ts";

const CANARY = "canary-0123456789abcdef";

/** A second server on another port, which is another origin. */
async function withOther(
  handler: (request: Request) => Response,
  use: (origin: string, headers: Headers[]) => Promise<void>,
): Promise<void> {
  const headers: Headers[] = [];
  await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => {
    headers.push(new Headers(request.headers));
    return handler(request);
  });
  await use(`http://127.0.0.1:${server.addr.port}`, headers);
}

const guarded = {
  auth: { type: "bearer", token: CANARY },
  headers: { "x-key": CANARY, "user-agent": "acme/1", "accept": "application/x-own" },
};

Deno.test("send() to another origin takes neither credentials nor headers of the client along", async () => {
  await withOther(() => json([1]), async (origin, headers) => {
    await withClient(() => json([2]), guarded, async ({ client, requests }) => {
      const request = client.request(`${origin}/x`, { headers: { "x-own": "1" } });
      assert.deepEqual((await client.send(request, { origin })).body, [1]);
      const own = { type: "own", headers: () => Promise.resolve({ "x-other": "2" }) };
      await client.send(request, { origin, auth: own });
      assert.ok(!Deno.inspect(headers).includes(CANARY));
      assert.deepEqual(
        ["authorization", "x-key", "user-agent", "accept", "x-own", "x-other"].map((name) =>
          headers[1]!.get(name)
        ),
        [null, null, "sluice", "application/json", "1", "2"],
      );
      assert.equal(requests.length, 0);
      // And back home they are there again.
      await client.send(client.request("/x"));
      assert.equal(requests[0]!.headers.get("authorization"), `Bearer ${CANARY}`);
      assert.equal(requests[0]!.headers.get("x-key"), CANARY);
    });
  });
});

Deno.test("send() with another origin does not go back to the client's, nor to a third", async () => {
  const seen: string[] = [];
  await withClient(() => json([]), guarded, async ({ client, base, requests }) => {
    const targets = [`${base}/y`, "https://third.example/"];
    const handler = () => new Response(null, { status: 302, headers: { location: targets.shift()! } });
    await withOther(handler, async (origin) => {
      for (const url of [`${base}/x`, "https://third.example/"]) {
        const request = { method: "GET", url, headers: {} };
        seen.push((await failure(client.send(request, { origin }))).code);
      }
      for (const _ of [1, 2]) {
        seen.push((await failure(client.send(client.request(`${origin}/x`), { origin }))).code);
      }
    });
    assert.deepEqual(seen, ["foreign-origin", "foreign-origin", "redirected", "redirected"]);
    assert.equal(requests.length, 0);
  });
});

Deno.test("paginate() with another origin stays there", async () => {
  const handler = (request: Request) =>
    json([{ at: new URL(request.url).search }], {
      headers: new URL(request.url).search ? {} : { link: '</x?page=2>; rel="next"' },
    });
  await withOther(handler, async (origin, headers) => {
    await withClient(() => json([]), { ...guarded, paginator: "header_link" }, async ({ client }) => {
      const pages = await Array.fromAsync(client.paginate(client.request(`${origin}/x`), { origin }));
      assert.deepEqual(pages.flatMap(({ records }) => records), [{ at: "" }, { at: "?page=2" }]);
      assert.ok(!Deno.inspect(headers).includes(CANARY));
    });
  });
});

Deno.test("send() keeps clock and limits of another origin apart", async () => {
  const theirs = "Sun, 01 Mar 2020 00:00:00 GMT";
  const limited = () =>
    json([], { status: 429, headers: { date: theirs, "retry-after": "Sun, 01 Mar 2020 00:00:09 GMT" } });
  let count = 0;
  await withOther(
    () => ++count === 1 ? limited() : json([], { headers: { date: theirs } }),
    async (origin) => {
      await withClient(() => json([]), {}, async ({ client, timer, events }) => {
        await client.send(client.request("/x"));
        const before = client.lastServerTime;
        const response = await client.send(client.request(`${origin}/x`), { origin });
        assert.equal(response.serverTime, Date.parse(theirs));
        assert.equal(client.lastServerTime, before);
        assert.deepEqual(timer.slept.map((ms) => Math.round(ms / 1000)), [9]);
        assert.equal(events.find((event) => event.type === "wait")?.bucket, new URL(origin).host);
      });
    },
  );
});

for (const origin of ["http://api.example.com", "ftp://h", "nonsense"]) {
  Deno.test(`send() refuses to go to ${origin} at all`, async () => {
    await withClient(() => json([]), {}, async ({ client, requests }) => {
      const request = { method: "GET", url: `${origin}/x`, headers: {} };
      assert.match((await failure(client.send(request, { origin }))).code, /^(insecure|invalid)-base-url$/);
      assert.throws(() => client.paginate(request, { origin }), /Cannot send request/);
      assert.equal(requests.length, 0);
    });
  });
}
