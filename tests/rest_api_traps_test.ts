/**
 * Traps of real APIs and of dlt's grammar: lists that do not end, links that lead elsewhere, clocks that are
 * wrong, settings that win over others.
 * @module
 */
import assert from "assert";
import { cursor, offset, type PageView, type SluiceError } from "../mod.ts";
import { stateOf } from "./rest_api_feed.ts";
import { type Answers, type ApiRequest, failure, type Row, withApi } from "./rest_api_scene.ts";

const CLIENT = { retry: { max_attempts: 1 }, max_pages: 50 };
const ids = (rows: readonly Row[] = []) => rows.map(({ id }) => id);
const param = ({ path }: ApiRequest, name: string) => new URL(path, "http://x").searchParams.get(name);

/** A source of one list. */
const items = (endpoint: object, client: object = {}) => ({
  client: { ...CLIENT, ...client },
  resources: [{ name: "items", endpoint }],
});

Deno.test("one paginator object, or function, serves all parents at once without mixing them up", async () => {
  const answer = (request: ApiRequest) => {
    if (request.path === "/parents") return [1, 2, 3, 4].map((id) => ({ id }));
    const id = Number(request.path.split("/")[2]);
    const at = Number(param(request, "offset") ?? 0);
    return { data: [0, 1].map((n) => ({ id: 10 * id + at + n })).slice(0, Math.max(0, id - at)) };
  };
  const next = ({ index, request, records }: PageView) => {
    const url = new URL(request.url);
    url.searchParams.set("offset", String(2 * (index + 1)));
    return records.length ? url.href : null;
  };
  for (const paginator of [offset({ limit: 2, total_path: null }), next]) {
    await withApi(answer, async (api) => {
      const endpoint = { path: "parents/{resources.parents.id}/items", data_selector: "data", paginator };
      const { tables } = await api.load({ client: {}, resources: ["parents", { name: "items", endpoint }] });
      assert.deepEqual(ids(tables.items), [10, 20, 21, 30, 31, 32, 40, 41, 42, 43]);
    });
  }
});

const byNumber = { type: "page_number", base_page: 1, total_path: null };
/** Name, endpoint, answers; the code of the error. */
const ENDLESS: [string, object, Answers, string][] = [
  [
    "has_more is true for ever, the cursor the same",
    { paginator: cursor({ cursor_path: "next", has_more_path: "more" }) },
    () => ({ data: [{ id: 1 }], next: "c", more: true }),
    "pagination-loop",
  ],
  [
    "has_more is true for ever, the page the same",
    { paginator: { ...byNumber, has_more_path: "more" } },
    () => ({ data: [{ id: 1 }], more: true }),
    "pagination-loop",
  ],
  [
    "every page is another one",
    { paginator: byNumber },
    (_, count) => ({ data: [{ id: count }] }),
    "pagination-endless",
  ],
  [
    "next is the present page",
    { paginator: "json_link" },
    ({ path }) => ({ data: [{ id: 1 }], next: path }),
    "pagination-loop",
  ],
  ["next goes back to the first page", { paginator: "json_link" }, ({ path }) => ({
    data: [{ id: path.length }],
    next: path === "/items" ? "/items?page=2" : "/items",
  }), "pagination-loop"],
  [
    "the offset is ignored",
    { paginator: { type: "offset", limit: 1, total_path: null } },
    () => [{ id: 1 }],
    "pagination-loop",
  ],
];

for (const [name, endpoint, answers, code] of ENDLESS) {
  Deno.test(`run ends with an error when ${name}`, async () => {
    await withApi(answers, async (api) => {
      const error = await failure(api.load(items(endpoint)));
      assert.equal(error.code, code);
      assert.equal(error.at.resource, "items");
      assert.ok(api.requests.length <= 51, `${api.requests.length} requests`);
    });
  });
}

Deno.test("run goes on after an empty page that has a next link", async () => {
  const answers: Answers = {
    "/items": { data: [], next: "/items?page=2" },
    "/items?page=2": { data: [{ id: 1 }], next: null },
  };
  await withApi(answers, async (api) => {
    assert.deepEqual(ids((await api.load(items({ paginator: "json_link" }))).tables.items), [1]);
  });
});

/** A link, and what is asked for by it; undefined when nothing may be. */
const LINKS: [string, string | undefined][] = [
  ["/v1/items?page=2", "GET /v1/items?page=2"],
  ["?page=2", "GET /v1/items?page=2"],
  ["items?page=2", "GET /v1/items?page=2"],
  ["../v1/items?page=2#x", "GET /v1/items?page=2"],
  ["//evil.test/items", undefined],
  ["https://evil.test/v1/items?page=2", undefined],
  ["http://127.0.0.1:1/v1/items?page=2", undefined],
  ["javascript:alert(1)", undefined],
  ["file:///etc/passwd", undefined],
];

for (const [link, expected] of LINKS) {
  Deno.test(`run ${expected ? "follows" : "refuses"} the next link ${link}`, async () => {
    const answers: Answers = (request) =>
      param(request, "page") ? { data: [], next: null } : { data: [{ id: 1 }], next: link };
    await withApi(answers, async (api) => {
      const loading = api.load(
        items({ paginator: "json_link", params: { size: 5 } }, { base_url: `${api.base}/v1` }),
      );
      if (expected) {
        await loading;
        assert.deepEqual(api.lines(), ["GET /v1/items?size=5", expected]);
        return;
      }
      const error = await failure(loading);
      assert.match(error.code, /^(?:foreign-origin|invalid-next-link)$/);
      assert.equal(api.requests.length, 1);
    });
  });
}

Deno.test("run sends nothing to another server that a next link names, credentials least of all", async () => {
  await withApi({}, async (other) => {
    const answers: Answers = () => ({ data: [{ id: 1 }], next: `${other.base}/items` });
    await withApi(answers, async (api) => {
      const auth = { type: "bearer", token: "t0ken-for-one-origin" };
      const error = await failure(api.load(items({ paginator: "json_link" }, { auth })));
      assert.equal(error.code, "foreign-origin");
      assert.equal(other.requests.length, 0);
    });
  });
});

Deno.test("run repeats no query parameter by following links, by paging or for the key", async () => {
  const answers: Answers = (request) => {
    const page = Number(param(request, "page") ?? 1);
    const url = new URL(request.path, "http://x");
    url.searchParams.set("page", String(page + 1));
    return { data: page < 3 ? [{ id: page }] : [], next: page < 3 ? url.pathname + url.search : null };
  };
  for (const paginator of ["json_link", byNumber]) {
    await withApi(answers, async (api) => {
      const auth = { type: "api_key", name: "key", api_key: "k3y-in-the-query", location: "query" };
      await api.load(items({ paginator, params: { page: 1, sort: "id" }, data_selector: "data" }, { auth }));
      for (const { path } of api.requests) {
        const names = [...new URL(path, "http://x").searchParams.keys()];
        assert.deepEqual(names.sort(), ["key", "page", "sort"]);
      }
      assert.equal(api.requests.length, 3);
    });
  }
});

Deno.test("run never writes down a secret of the query: not in events, errors, state or files", async () => {
  const secret = "s3cr3t+k3y/42";
  const found: string[] = [];
  const search = async (folder: string) => {
    for await (const { name, isDirectory } of Deno.readDir(folder)) {
      const path = `${folder}/${name}`;
      if (isDirectory) await search(path);
      else if (holds(await Deno.readTextFile(path))) found.push(path);
    }
  };
  const holds = (text: string) => text.includes(secret) || text.includes(encodeURIComponent(secret));
  let folder = "";
  const answers: Answers = async (request) => {
    await search(`${folder}/.dlt`);
    if (request.path.startsWith("/gone")) return Response.json({ error: request.path }, { status: 410 });
    const page = Number(param(request, "page") ?? 1);
    // The API repeats the whole request in its link.
    const next = `/items?key=${encodeURIComponent(secret)}&page=${page + 1}`;
    return { data: [{ id: page }], self: request.path, next: page < 3 ? next : null };
  };
  await withApi(answers, async (api) => {
    folder = api.folder;
    const auth = { type: "api_key", name: "key", api_key: secret, location: "query" };
    const config = items({ paginator: "json_link", incremental: { cursor_path: "id" } }, { auth });
    const { events, info, tables } = await api.load(config);
    assert.deepEqual(ids(tables.items), [1, 2, 3]);
    assert.ok(holds(api.requests[0]!.path));
    const error: SluiceError = await failure(api.load({ ...config, resources: ["gone"] }));
    const state = await stateOf(api.folder);
    assert.ok(!holds(JSON.stringify([events, info, state, error, error.message, error.at, error.stack])));
    assert.ok(!holds(Deno.inspect(error, { depth: 10 })));
    await search(`${folder}/.dlt`);
    assert.deepEqual(found, []);
  });
});

Deno.test("run goes by the server's clock: a cursor never passes the moment its walk began there", async () => {
  for (const years of [-3, 3]) {
    const now = new Date();
    now.setFullYear(now.getFullYear() + years);
    now.setMilliseconds(0);
    const later = new Date(now.getTime() + 60_000).toISOString();
    const answers: Answers = () =>
      Response.json([{ id: 1, at: "2001-01-01T00:00:00.000Z" }, { id: 2, at: later }], {
        headers: { date: now.toUTCString() },
      });
    await withApi(answers, async (api) => {
      const incremental = { cursor_path: "at", cap_at_run_start: true };
      await api.load(items({ incremental }));
      const { items: state } = await stateOf(api.folder);
      const slot = (state!.incremental as Record<string, Row>).at!;
      assert.deepEqual([slot.last_value, slot.unique_hashes], [now.toISOString(), []]);
    });
  }
});

Deno.test("run waits for a Retry-After that is over, and no longer than max_wait for one that is far", async () => {
  const soon: Answers = (_, count) =>
    count > 1
      ? [{ id: 1 }]
      : new Response(null, { status: 503, headers: { "retry-after": new Date(0).toUTCString() } });
  await withApi(soon, async (api) => {
    const client = { retry: { max_attempts: 2, backoff: 0 } };
    assert.deepEqual(ids((await api.load(items({}, client))).tables.items), [1]);
  });
  const far = new Date(Date.now() + 86_400_000).toUTCString();
  for (const status of [429, 503]) {
    await withApi(() => new Response(null, { status, headers: { "retry-after": far } }), async (api) => {
      const error = await failure(api.load(items({}, { retry: { max_attempts: 2, backoff: 0 } })));
      assert.equal(error.code, "rate-limit");
      assert.equal(api.requests.length, 1);
    });
  }
});

for (const next of [null, "", 0, false]) {
  Deno.test(`run ends a list whose page cursor is ${JSON.stringify(next)}`, async () => {
    await withApi(() => ({ data: [{ id: 1 }], next }), async (api) => {
      await api.load(items({ paginator: { type: "cursor", cursor_path: "next" } }));
      assert.equal(api.requests.length, 1);
    });
  });
}
