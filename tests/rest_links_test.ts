/**
 * Links in which a server repeats a credential of the query: they are followed, and the credential is neither
 * kept nor shown.
 * @module
 */
import assert from "assert";
import { extractContext } from "../extract/extract_context.ts";
import type { JsonObject } from "../pipeline/json.ts";
import { pollFeed } from "../rest/polling_feed.ts";
import type { AuthConfig, PaginatorConfig, RequestSpec, RestPage } from "../rest/types.ts";
import { failure, type Handler, json, withClient } from "./rest_harness_test.ts";

const KEY = "k/ey+12 34";
const auth: AuthConfig = { type: "api_key", name: "api key", api_key: KEY, location: "query" };

/** The address of another page, with all that came. */
function nextOf({ url }: Request, page: number): string {
  const next = new URL(url);
  next.searchParams.set("page", String(page));
  return next.href;
}

function pageOf({ url }: Request): number {
  return Number(new URL(url).searchParams.get("page") ?? 1);
}

const servers: Record<string, { paginator: PaginatorConfig; answer: (next: string | null) => Response }> = {
  "a Link header": {
    paginator: "header_link",
    answer: (next) => json([{ id: 1 }], { headers: next === null ? {} : { link: `<${next}>; rel="next"` } }),
  },
  "a link in the body": { paginator: "json_link", answer: (next) => json({ data: [{ id: 1 }], next }) },
  "a relative link in the body": {
    paginator: "json_link",
    answer: (next) => json({ data: [{ id: 1 }], next: next && new URL(next).search }),
  },
  "a link that is found out": { paginator: "auto", answer: (next) => json({ data: [{ id: 1 }], next }) },
  "a link that a function takes": {
    paginator: ({ response }) => (response.body as { next: string | null }).next,
    answer: (next) => json({ data: [{ id: 1 }], next }),
  },
};

/** Whether a key is in what can be seen of something. */
function holdsKey(value: unknown): boolean {
  const text = Deno.inspect(value, { depth: 20, strAbbreviateSize: 1e6 });
  return [KEY, encodeURIComponent(KEY), new URLSearchParams({ k: KEY }).toString().slice(2)].some((form) =>
    text.includes(form)
  );
}

const address = ({ url, method, headers }: RequestSpec) => ({ url, method, headers });
const visible = ({ request, next, paginator, selector }: RestPage) => ({
  request: address(request),
  next: next && address(next),
  paginator,
  selector,
});

for (const [name, { paginator, answer }] of Object.entries(servers)) {
  for (const prefetch of [false, true]) {
    Deno.test(`paginate() keeps no key of the query out of ${name}${prefetch ? ", ahead" : ""}`, async () => {
      const handler: Handler = (request) => {
        const page = pageOf(request);
        return answer(page < 4 ? nextOf(request, page + 1) : null);
      };
      await withClient(handler, { auth, paginator }, async ({ client, requests, events, base }) => {
        const request = client.request("/things", { params: { q: "a b" } });
        const pages = await Array.fromAsync(client.paginate(request, { prefetch }));
        assert.equal(pages.length, 4);
        assert.ok(!holdsKey(pages.map(visible)));
        assert.ok(!holdsKey(events));
        // Each page is asked for once, and with the key.
        assert.equal(requests.length, 4);
        for (const { url } of requests) assert.deepEqual(new URL(url).searchParams.getAll("api key"), [KEY]);
        // What is not the key's stays.
        for (const { next } of pages.slice(0, -1)) {
          assert.ok(next!.url.startsWith(`${base}/things?q=a`), next!.url);
          assert.match(next!.url, /[?&]page=\d$/);
        }
      });
    });
  }
}

Deno.test("paginate() keeps a parameter of the request that has the name of the key", async () => {
  const handler: Handler = (request) =>
    json({ data: [], next: pageOf(request) < 2 ? nextOf(request, 2) : null });
  const own: AuthConfig = { type: "api_key", name: "q", api_key: KEY, location: "query" };
  await withClient(handler, { auth: own, paginator: "json_link" }, async ({ client, requests }) => {
    const pages = await Array.fromAsync(
      client.paginate(client.request("/things", { params: { q: "mine" } })),
    );
    assert.deepEqual(pages.map(({ request }) => new URL(request.url).searchParams.get("q")), [
      "mine",
      "mine",
    ]);
    assert.deepEqual(requests.map(({ url }) => new URL(url).searchParams.get("q")), [KEY, KEY]);
  });
});

Deno.test("paginate() tells an error of a page without the key that its link had", async () => {
  const handler: Handler = (request) =>
    pageOf(request) < 2
      ? json({ data: [], next: nextOf(request, 2) })
      : json({ message: `No such address: ${request.url}` }, { status: 404 });
  await withClient(handler, { auth, paginator: "json_link" }, async ({ client }) => {
    const error = await failure(Array.fromAsync(client.paginate(client.request("/things"))));
    assert.equal(error.code, "http-status");
    assert.equal(error.at.page, 2);
    assert.ok(!holdsKey([error.message, error.at, error.next]));
  });
});

Deno.test("pollFeed() keeps no key of the query in its state", async () => {
  const handler: Handler = (request) => {
    const page = pageOf(request);
    const records = page < 3 ? [{ uuid: String(page), published: "2026-01-01T00:00:00.000Z" }] : [];
    const headers = { link: `<${nextOf(request, Math.min(page + 1, 3))}>; rel="next"` };
    return json(records, { headers });
  };
  await withClient(handler, { auth }, async ({ client, requests, events, controller }) => {
    const state: JsonObject = {};
    const feed = {
      since: (since: string) => client.request("/log", { params: { since } }),
      timePath: "published",
      idPath: "uuid",
      retentionDays: 3650,
      overlapSeconds: 60,
    };
    const poll = async () => {
      const parts = { name: "log", client, state, signal: controller.signal, emit: events.push.bind(events) };
      const pages = [];
      for await (const page of pollFeed(extractContext(parts as never), feed)) {
        pages.push(Array.isArray(page) ? page : page.records);
        assert.ok(!holdsKey(state));
      }
      return pages.flat().length;
    };
    assert.equal(await poll(), 2);
    assert.match(String(state.next_url), /^http:\/\/127\.0\.0\.1:\d+\/log\?since=[^&]+&page=3$/);
    const asked = requests.length;
    assert.equal(await poll(), 0);
    // It went on where it had ended, with the key.
    assert.deepEqual(requests.slice(asked).map(({ url }) => new URL(url).searchParams.get("page")), ["3"]);
    for (const { url } of requests) assert.deepEqual(new URL(url).searchParams.getAll("api key"), [KEY]);
    assert.ok(!holdsKey(events));
  });
});
