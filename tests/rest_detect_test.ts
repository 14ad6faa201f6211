/**
 * Finding out how an API pages: what gives it away, in which order, and how counted pages are read right
 * whether the API counts from 0, from 1, or not at all.
 * @module
 */
import assert from "assert";
import fc from "property";
import { type JsonValue, parseJson } from "../pipeline/json.ts";
import { detectPaginator } from "../rest/detect.ts";
import type { ClientConfig, PageView, RestPage } from "../rest/types.ts";
import { failure, type Handler, json, withClient } from "./rest_harness_test.ts";

function pageOf(
  body: JsonValue | undefined,
  { link, url = "https://api.example.com/x" }: { link?: string; url?: string },
): PageView {
  return {
    index: 0,
    request: { method: "GET", url, headers: {} },
    response: {
      status: 200,
      headers: new Headers(link === undefined ? {} : { link }),
      bytes: new Uint8Array(),
      body,
      serverTime: 0,
    },
    records: [{ id: 1 }],
    selector: "$",
    repeated: false,
  };
}

const next = '<https://api.example.com/x?p=2>; rel="next"';
const detections: {
  name: string;
  body: JsonValue | undefined;
  link?: string;
  type: string;
  options?: Record<string, unknown>;
  reason?: RegExp;
}[] = [
  { name: "a Link header", body: [1], link: next, type: "header_link", reason: /Link header has rel="next"/ },
  {
    name: "a Link header before all else",
    body: { next: "/x?p=2", total_pages: 2 },
    link: next,
    type: "header_link",
  },
  { name: "a Link header without a body", body: undefined, link: next, type: "header_link" },
  { name: "a Link header without a next", body: [1], link: '<x>; rel="last"', type: "single_page" },
  {
    name: "a link in the body",
    body: { items: [], next: "https://api.example.com/x?p=2" },
    type: "json_link",
    options: { next_url_path: "next" },
    reason: /"next" holds a URL/,
  },
  {
    name: "a link further down",
    body: { meta: { pages: { nextUrl: "/x" } } },
    type: "json_link",
    options: { next_url_path: "meta.pages.nextUrl" },
  },
  {
    name: "a link in an object",
    body: { links: { next: { rel: "n", href: "/x" } } },
    type: "json_link",
    options: { next_url_path: "links.next.href" },
  },
  { name: "a link under url…", body: { _links: { Next: { URLs: 1, url_next: "/x" } } }, type: "cursor" },
  { name: "a link before a total", body: { total_pages: 2, next: "/x" }, type: "json_link" },
  {
    name: "a link with an odd name",
    body: { "next.page-url": "/x" },
    type: "json_link",
    options: { next_url_path: "['next.page-url']" },
  },
  {
    name: "a link with @ in its path",
    body: { "@odata": { nextLink: "/x" } },
    type: "json_link",
    options: { next_url_path: "['@odata'].nextLink" },
  },
  {
    name: "the first of two",
    body: { a: { next: "/1" }, next: "/2" },
    type: "json_link",
    options: { next_url_path: "a.next" },
  },
  {
    name: "a link after null",
    body: { next: null, next_url: "/x" },
    type: "json_link",
    options: { next_url_path: "next_url" },
  },
  {
    name: "a number of pages",
    body: { items: [], total_pages: 3 },
    type: "page_number",
    options: { total_path: "total_pages", base_page: 0 },
    reason: /"total_pages" is 3; counted from 0 or 1/,
  },
  {
    name: "a number of pages by another name",
    body: { meta: { totalPages: "3" } },
    type: "page_number",
    options: { total_path: "meta.totalPages" },
  },
  {
    name: "a number of pages called pages",
    body: { PAGES: 3 },
    type: "page_number",
    options: { total_path: "PAGES" },
  },
  { name: "a number of pages before a cursor", body: { next: "abc", pages: 3 }, type: "page_number" },
  { name: "pages that are no number", body: { pages: [{ id: 1 }], next_token: "abc" }, type: "cursor" },
  {
    name: "pages that are text",
    body: { pages: "many", meta: { total_pages: 2 } },
    type: "page_number",
    options: { total_path: "meta.total_pages" },
  },
  {
    name: "a cursor",
    body: { items: [], next_cursor: "abc" },
    type: "cursor",
    options: { cursor_path: "next_cursor", cursor_param: "cursor" },
    reason: /"next_cursor" holds a value that is no URL/,
  },
  { name: "a cursor that is a number", body: { nextPage: 2 }, type: "cursor" },
  { name: "a cursor beyond 2^53", body: parseJson('{"next_id": 9007199254740993}'), type: "cursor" },
  { name: "an empty next", body: { next: "" }, type: "cursor" },
  {
    name: "a token after an empty next",
    body: { next: "", nextToken: "t" },
    type: "cursor",
    options: { cursor_path: "nextToken" },
  },
  {
    name: "no next",
    body: { next: null, items: [] },
    type: "single_page",
    reason: /nothing on the first page/,
  },
  { name: "a next that is a list", body: { next: ["/x"] }, type: "single_page" },
  { name: "a next inside a list", body: { items: [{ next: "/x", total_pages: 3 }] }, type: "single_page" },
  { name: "a list", body: [{ next: "/x" }], type: "single_page" },
  { name: "offsets", body: { offset: 0, limit: 2, total: 9, items: [] }, type: "single_page" },
  { name: "nothing", body: {}, type: "single_page" },
];

for (const { name, body, link, type, options, reason } of detections) {
  Deno.test(`detectPaginator() finds ${type} by ${name}`, () => {
    const paginator = detectPaginator(pageOf(body, { link }));
    assert.equal(paginator.type, type);
    assert.match(paginator.reason ?? "", reason ?? /./);
    for (const [key, value] of Object.entries(options ?? {})) {
      assert.deepEqual(paginator.options?.[key], value);
    }
  });
}

Deno.test("detectPaginator() takes deep and wide bodies", () => {
  const deep = parseJson(`${'{"a":'.repeat(20_000)}{"next":"/x"}${"}".repeat(20_000)}`);
  assert.equal(detectPaginator(pageOf(deep, {})).type, "json_link");
  const wide = Object.fromEntries(Array.from({ length: 200_000 }, (_, index) => [`k${index}`, { v: index }]));
  assert.equal(detectPaginator(pageOf({ ...wide, total_pages: 2 }, {})).type, "page_number");
});

/** An API that counts its pages, of two rows each, in a way that is not told. */
function counted(
  pages: number,
  first: number,
  more: (page: number, count: number) => object = () => ({}),
): Handler {
  return (request, count) => {
    const page = Number(new URL(request.url).searchParams.get("page") ?? first);
    const at = Math.max(0, page - first);
    const items = at < pages ? [{ id: 2 * at }, { id: 2 * at + 1 }] : [];
    return json({ total_pages: pages, ...more(Math.max(page, first), count), items });
  };
}

async function walk(
  handler: Handler,
  { config, prefetch, path = "/x" }: { config?: Partial<ClientConfig>; prefetch?: boolean; path?: string } =
    {},
) {
  let pages: RestPage[] = [];
  const asked: string[] = [];
  await withClient(handler, { ...config }, async ({ client, requests }) => {
    pages = await Array.fromAsync(client.paginate(client.request(path), { prefetch }));
    asked.push(...requests.map(({ url }) => new URL(url).search));
  });
  return { pages, asked, ids: pages.flatMap(({ records }) => records.map(({ id }) => id)) };
}

const counters: {
  name: string;
  handler: Handler;
  asked: string[];
  ids: number[];
  reason: RegExp;
  path?: string;
}[] = [
  {
    name: "from 0",
    handler: counted(3, 0),
    asked: ["", "?page=1", "?page=2"],
    ids: [0, 1, 2, 3, 4, 5],
    reason: /page 1 is not the first page again/,
  },
  {
    name: "from 1",
    handler: counted(3, 1),
    asked: ["", "?page=1", "?page=2", "?page=3"],
    ids: [0, 1, 2, 3, 4, 5],
    reason: /page 1 is the first page again/,
  },
  {
    name: "from 1, two pages",
    handler: counted(2, 1),
    asked: ["", "?page=1", "?page=2"],
    ids: [0, 1, 2, 3],
    reason: /again/,
  },
  {
    name: "one page",
    handler: counted(1, 1),
    asked: [""],
    ids: [0, 1],
    reason: /found out on the next page/,
  },
  { name: "no page", handler: counted(0, 1), asked: [""], ids: [], reason: /found out on the next page/ },
  {
    name: "from 1, with the time in each body",
    handler: counted(3, 1, (_page, count) => ({ at: count })),
    asked: ["", "?page=1", "?page=2", "?page=3"],
    ids: [0, 1, 2, 3, 4, 5],
    reason: /again/,
  },
  {
    name: "from 0, and says so",
    handler: counted(3, 0, (page) => ({ page })),
    asked: ["", "?page=1", "?page=2"],
    ids: [0, 1, 2, 3, 4, 5],
    reason: /number 0 by "page"/,
  },
  {
    name: "from 1, and says so",
    handler: counted(3, 1, (page) => ({ current_page: page })),
    asked: ["", "?page=2", "?page=3"],
    ids: [0, 1, 2, 3, 4, 5],
    reason: /number 1 by "current_page"/,
  },
  {
    name: "from 1, and says so in text",
    handler: counted(3, 1, (page) => ({ pageNumber: String(page) })),
    asked: ["", "?page=2", "?page=3"],
    ids: [0, 1, 2, 3, 4, 5],
    reason: /number 1/,
  },
  {
    name: "from 1, beside something else called number",
    handler: counted(2, 1, () => ({ number: 20 })),
    asked: ["", "?page=1", "?page=2"],
    ids: [0, 1, 2, 3],
    reason: /again/,
  },
  {
    name: "from 1, asked for by the caller",
    path: "/x?page=1",
    handler: counted(3, 1),
    asked: ["?page=1", "?page=2", "?page=3"],
    ids: [0, 1, 2, 3, 4, 5],
    reason: /the request asks for page 1/,
  },
  {
    name: "from 0, asked for by the caller",
    path: "/x?page=0",
    handler: counted(3, 0),
    asked: ["?page=0", "?page=1", "?page=2"],
    ids: [0, 1, 2, 3, 4, 5],
    reason: /the request asks for page 0/,
  },
  {
    name: "from 1, begun further on",
    path: "/x?page=2",
    handler: counted(3, 1, (page) => ({ page })),
    asked: ["?page=2", "?page=3"],
    ids: [2, 3, 4, 5],
    reason: /number 2/,
  },
];

for (const { name, handler, asked, ids, reason, path } of counters) {
  Deno.test(`paginate() finds out how an API counts: ${name}`, async () => {
    const result = await walk(handler, { path });
    assert.deepEqual(result.asked, asked);
    assert.deepEqual(result.ids, ids);
    assert.match(result.pages.at(-1)!.paginator.reason ?? "", reason);
    assert.deepEqual((await walk(handler, { path, prefetch: true })).ids, ids);
  });
}

Deno.test("paginate() stores nothing of the page that it asked for twice", async () => {
  const { pages } = await walk(counted(2, 1));
  assert.deepEqual(
    pages.map(({ records, response, repeated }) => [records.length, response.bytes.length > 0, repeated]),
    [
      [2, true, false],
      [0, false, true],
      [2, true, false],
    ],
  );
});

const ignoring: {
  name: string;
  more?: (page: number, count: number) => object;
  pages: number;
  message: RegExp;
  requests: number;
}[] = [
  {
    name: "two pages",
    pages: 2,
    message: /asked for page 2, the API sent the page before once more/,
    requests: 3,
  },
  { name: "many pages", pages: 50, message: /asked for page 2/, requests: 3 },
  {
    name: "the time in each body",
    pages: 3,
    more: (_page, count) => ({ at: count }),
    message: /asked for page 2/,
    requests: 3,
  },
  {
    name: "a field that tells the page",
    pages: 2,
    more: () => ({ page: 1 }),
    message: /asked for page 2, the API sent page 1/,
    requests: 2,
  },
];

for (const { name, more, pages, message, requests: count } of ignoring) {
  Deno.test(`paginate() fails loudly where the API ignores the page number: ${name}`, async () => {
    const handler: Handler = (_request, count) =>
      json({ total_pages: pages, ...more?.(1, count), items: [{ id: 1 }] });
    await withClient(handler, {}, async ({ client, requests }) => {
      const error = await failure(Array.fromAsync(client.paginate(client.request("/x"))));
      assert.equal(error.code, "pagination-loop");
      assert.match(error.message, message);
      assert.match(error.next ?? "", /set the paginator of this resource/);
      assert.equal(requests.length, count);
    });
  });
}

Deno.test("paginate() fails loudly where pages are told otherwise than they are asked for", async () => {
  const handler = counted(4, 0, (page) => ({ page: page + 1 }));
  const error = await failure(walk(handler));
  assert.match(error.message, /asked for page 2, the API sent page 3/);
});

Deno.test("paginate() fails loudly where a cursor was found and the API ignores it", async () => {
  const error = await failure(walk(() => json({ items: [{ id: 1 }], next_token: "abc" })));
  assert.equal(error.code, "pagination-loop");
});

Deno.test("paginate() follows what it found to the end", async () => {
  const linked: Handler = (_request, count) =>
    json({ items: [{ id: count }], links: { next: count < 3 ? `/x?p=${count}` : null } });
  const { ids, pages } = await walk(linked);
  assert.deepEqual(ids, [1, 2, 3]);
  assert.deepEqual(pages.map(({ paginator }) => paginator.reason), Array(3).fill('"links.next" holds a URL'));
});

Deno.test("paginate() asks ahead by a Link header before it has found out anything", async () => {
  const handler: Handler = (_request, count) =>
    json([{ id: count }], { headers: count < 4 ? { link: `<?p=${count}>; rel="next"` } : {} });
  const { ids, asked, pages } = await walk(handler, { prefetch: true });
  assert.deepEqual(ids, [1, 2, 3, 4]);
  assert.deepEqual(asked, ["", "?p=1", "?p=2", "?p=3"]);
  assert.equal(pages[0]!.paginator.type, "header_link");
});

Deno.test("paginate() yields every row once whether an API counts from 0 or 1, told or not", async () => {
  const shape = fc.record({
    pages: fc.nat(9),
    first: fc.nat(1),
    isTold: fc.boolean(),
    prefetch: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(shape, async ({ pages, first, isTold, prefetch }) => {
      const { ids } = await walk(counted(pages, first, isTold ? (page) => ({ page }) : undefined), {
        prefetch,
      });
      assert.deepEqual(ids, Array.from({ length: 2 * pages }, (_, id) => id));
    }),
    { numRuns: 40 },
  );
});
