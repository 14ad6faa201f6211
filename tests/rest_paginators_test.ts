/**
 * The paginators against servers: what each asks for and where it ends, its arguments and what is wrong with
 * them, and that every kind yields every row once.
 * @module
 */
import assert from "assert";
import fc from "property";
import { ConfigError } from "../pipeline/errors.ts";
import { type JsonValue, parseJson, stringifyJson } from "../pipeline/json.ts";
import { createPaginator, cursor, offset, registerPaginator } from "../rest/paginators/mod.ts";
import type { PageView, PaginatorConfig, RequestSpec } from "../rest/types.ts";
import { failure, type Handler, json, withClient } from "./rest_harness_test.ts";

const rows = (count: number) => Array.from({ length: count }, (_, id) => ({ id }));

/** Answers with a slice of rows by offset and limit. */
function serveSlices(count: number, more: (from: number) => object = () => ({ total: count })): Handler {
  return (request) => {
    const { searchParams } = new URL(request.url);
    const [from, limit] = [Number(searchParams.get("offset")), Number(searchParams.get("limit"))];
    return json({ ...more(from), items: rows(count).slice(from, from + limit) });
  };
}

/** Answers with pages of two rows by number; page `first` is the first one. */
function servePages(
  count: number,
  first: number,
  more: (page: number) => object = () => ({ total: count }),
): Handler {
  return (request) => {
    const page = Number(new URL(request.url).searchParams.get("page") ?? first);
    const at = page - first;
    return json({ ...more(page), items: at >= 0 && at < count ? [{ id: 2 * at }, { id: 2 * at + 1 }] : [] });
  };
}

/** Answers with a cursor for each page; none at the end. */
function serveCursors(cursors: readonly JsonValue[], name = "cursor"): Handler {
  return (request) => {
    const given = new URL(request.url).searchParams.get(name);
    const at = given === null ? 0 : cursors.findIndex((each) => String(each) === given) + 1;
    const body = stringifyJson({ items: [{ id: at }], cursors: { next: cursors[at] ?? null } });
    return new Response(body, { headers: { "content-type": "application/json" } });
  };
}

const traces: {
  name: string;
  paginator: PaginatorConfig;
  handler: Handler;
  params?: Record<string, string>;
  requests: string[];
}[] = [
  {
    name: "offset up to the total",
    paginator: { type: "offset", limit: 2 },
    handler: serveSlices(5),
    requests: ["?offset=0&limit=2", "?offset=2&limit=2", "?offset=4&limit=2"],
  },
  {
    name: "offset until a page is empty",
    paginator: { type: "offset", limit: 2, total_path: null },
    handler: serveSlices(5),
    requests: ["?offset=0&limit=2", "?offset=2&limit=2", "?offset=4&limit=2", "?offset=6&limit=2"],
  },
  {
    name: "offset until a page is empty where nobody tells a total",
    paginator: { type: "offset", limit: 2 },
    handler: serveSlices(3, () => ({})),
    requests: ["?offset=0&limit=2", "?offset=2&limit=2", "?offset=4&limit=2"],
  },
  {
    name: "offset with the total switched off by an empty text",
    paginator: { type: "offset", limit: 2, total_path: "", has_more_path: "" },
    handler: serveSlices(2),
    requests: ["?offset=0&limit=2", "?offset=2&limit=2"],
  },
  {
    name: "offset below its maximum",
    paginator: { type: "offset", limit: 2, total_path: null, maximum_offset: 3 },
    handler: serveSlices(5),
    requests: ["?offset=0&limit=2", "?offset=2&limit=2"],
  },
  {
    name: "offset below its maximum although there is more",
    paginator: { type: "offset", limit: 2, maximum_offset: 4, has_more_path: "more" },
    handler: serveSlices(9, () => ({ more: true })),
    requests: ["?offset=0&limit=2", "?offset=2&limit=2"],
  },
  {
    name: "offset as long as there is more, whatever the total",
    paginator: { type: "offset", limit: 2, has_more_path: "more" },
    handler: serveSlices(9, (from) => ({ total: 2, more: from < 4 ? "yes" : "f" })),
    requests: ["?offset=0&limit=2", "?offset=2&limit=2", "?offset=4&limit=2"],
  },
  {
    name: "offset to an empty page although there is more",
    paginator: { type: "offset", limit: 2, has_more_path: "more" },
    handler: serveSlices(2, () => ({ more: true })),
    requests: ["?offset=0&limit=2", "?offset=2&limit=2"],
  },
  {
    name: "offset under other names, over parameters of the same name",
    paginator: { type: "offset", limit: 3, offset: 1, offset_param: "skip", limit_param: "page[size]" },
    handler: () => json({ total: 4, items: [{ id: 1 }] }),
    params: { skip: "9", q: "a b" },
    requests: ["?skip=1&q=a%20b&page%5Bsize%5D=3"],
  },
  {
    name: "offset with a total that is text",
    paginator: { type: "offset", limit: 2, total_path: "meta.count" },
    handler: serveSlices(3, () => ({ meta: { count: "3" } })),
    requests: ["?offset=0&limit=2", "?offset=2&limit=2"],
  },
  {
    name: "page_number up to the total",
    paginator: "page_number",
    handler: servePages(2, 0),
    requests: ["?page=0", "?page=1"],
  },
  {
    name: "page_number from 1",
    paginator: { type: "page_number", base_page: 1 },
    handler: servePages(2, 1),
    requests: ["?page=1", "?page=2"],
  },
  {
    name: "page_number from 1, beginning at 2",
    paginator: { type: "page_number", base_page: 1, page: 2 },
    handler: servePages(2, 1),
    requests: ["?page=2"],
  },
  {
    name: "page_number below its maximum",
    paginator: { type: "page_number", base_page: 1, total_path: null, maximum_page: 3 },
    handler: servePages(99, 1),
    requests: ["?page=1", "?page=2"],
  },
  {
    name: "page_number until a page is empty",
    paginator: { type: "page_number", base_page: 1, total_path: null },
    handler: servePages(2, 1),
    requests: ["?page=1", "?page=2", "?page=3"],
  },
  {
    name: "cursor until there is none",
    paginator: "cursor",
    handler: serveCursors(["a", "b"]),
    params: { x: "1" },
    requests: ["?x=1", "?x=1&cursor=a", "?x=1&cursor=b"],
  },
  {
    name: "cursor digit for digit",
    paginator: { type: "cursor", cursor_param: "after" },
    handler: serveCursors([7, 12345678901234567890n], "after"),
    requests: ["", "?after=7", "?after=12345678901234567890"],
  },
  {
    name: "cursor until a page is empty",
    paginator: { type: "cursor", stop_after_empty_page: true },
    handler: (_request, count) => json({ items: count < 3 ? [{ count }] : [], cursors: { next: count } }),
    requests: ["", "?cursor=1", "?cursor=2"],
  },
  {
    name: "cursor over an empty page",
    paginator: "cursor",
    handler: (_request, count) => json({ items: [], cursors: { next: count < 3 ? count : "" } }),
    requests: ["", "?cursor=1", "?cursor=2"],
  },
  {
    name: "cursor until there is no more",
    paginator: { type: "cursor", has_more_path: "more" },
    handler: (_request, count) => json({ items: [{ count }], more: count < 2, cursors: { next: count } }),
    requests: ["", "?cursor=1"],
  },
  {
    name: "cursor until it is missing, also where more is not told then",
    paginator: { type: "cursor", has_more_path: "more" },
    handler: (_request, count) =>
      json(count < 2 ? { items: [], more: true, cursors: { next: 1 } } : { items: [] }),
    requests: ["", "?cursor=1"],
  },
  {
    name: "json_link, which leaves out other parameters",
    paginator: "json_link",
    handler: (_request, count) => json({ items: [], next: count === 1 ? "/list?p=2" : null }),
    params: { x: "1" },
    requests: ["?x=1", "?p=2"],
  },
  {
    name: "json_response, its old name, on a quoted path",
    paginator: { type: "json_response", next_url_path: "['@odata.nextLink']" },
    handler: (_request, count) => json({ value: [], "@odata.nextLink": count === 1 ? "?p=2" : undefined }),
    requests: ["", "?p=2"],
  },
  {
    name: "json_link to an empty link",
    paginator: "json_link",
    handler: () => json({ items: [], next: "" }),
    requests: [""],
  },
  {
    name: "json_link with a whole URL and one without a scheme",
    paginator: "json_link",
    handler: (request, count) => {
      const { host } = new URL(request.url);
      return json({ items: [], next: [`http://${host}/list?p=2`, `//${host}/list?p=3`, null][count - 1] });
    },
    requests: ["", "?p=2", "?p=3"],
  },
  {
    name: "header_cursor until there is none",
    paginator: { type: "header_cursor", cursor_key: "X-Next", cursor_param: "after" },
    handler: (_request, count) => json([], { headers: count < 3 ? { "x-next": `c ${count}` } : {} }),
    params: { x: "1" },
    requests: ["?x=1", "?x=1&after=c%201", "?x=1&after=c%202"],
  },
  {
    name: "header_cursor under its default names",
    paginator: "header_cursor",
    handler: (_request, count) => json([], { headers: count < 2 ? { next: "n" } : {} }),
    requests: ["", "?cursor=n"],
  },
  {
    name: "a function that gives links",
    paginator: ({ index }: PageView) => index < 2 ? `?p=${index + 1}` : null,
    handler: () => json([]),
    requests: ["", "?p=1", "?p=2"],
  },
  {
    name: "a function that gives requests",
    paginator: ({ index, request }: PageView): RequestSpec | undefined =>
      index < 1 ? { ...request, url: `${request.url}?r=1` } : undefined,
    handler: () => json([]),
    requests: ["", "?r=1"],
  },
];

for (const { name, paginator, handler, params, requests } of traces) {
  for (const prefetch of [false, true]) {
    Deno.test(`paginate() reads ${name}${prefetch ? ", ahead" : ""}`, async () => {
      await withClient(handler, { paginator }, async (parts) => {
        const { client } = parts;
        const pages = await Array.fromAsync(
          client.paginate(client.request("/list", { params }), { prefetch }),
        );
        const asked = pages.map(({ request }) => new URL(request.url).search);
        assert.deepEqual(asked, requests);
        // Ahead of time a page may be asked for that nobody needs, never one twice.
        const seen = parts.requests.map(({ url }) => new URL(url).search);
        if (prefetch) assert.equal(new Set(seen).size, seen.length);
        else assert.deepEqual(seen, requests);
      });
    });
  }
}

Deno.test("paginate() keeps positions in a JSON body, with their types and beside what is there", async () => {
  const bodies: JsonValue[] = [];
  const answers = [
    { items: [{}], cursors: { next: 12 } },
    { items: [{}], cursors: { next: { id: 1.5, key: ["a"] } } },
    { items: [{}], cursors: { next: [] } },
  ];
  const handler: Handler = async (request, count) => {
    bodies.push(parseJson(await request.text()));
    return json(answers[count - 1]);
  };
  const paginator = { type: "cursor", cursor_body_path: "page.after" };
  await withClient(handler, { paginator }, async ({ client, requests }) => {
    const start = client.request("/list", { method: "POST", json: { q: "x", page: { size: 2 } } });
    await Array.fromAsync(client.paginate(start));
    assert.deepEqual(requests.map(({ method }) => method), ["POST", "POST", "POST"]);
    assert.deepEqual(start.json, { q: "x", page: { size: 2 } });
  });
  assert.deepEqual(bodies, [
    { q: "x", page: { size: 2 } },
    { q: "x", page: { size: 2, after: 12 } },
    { q: "x", page: { size: 2, after: { id: 1.5, key: ["a"] } } },
  ]);
});

Deno.test("paginate() counts in a JSON body, and makes one where there is none", async () => {
  const bodies: JsonValue[] = [];
  const handler: Handler = async (request) => {
    bodies.push(parseJson(await request.text()));
    return json({ total: 3, items: [{}] });
  };
  const walk = async (paginator: PaginatorConfig, body?: JsonValue) => {
    bodies.length = 0;
    await withClient(handler, { paginator }, async ({ client }) => {
      await Array.fromAsync(client.paginate(client.request("/list", { method: "POST", json: body })));
    });
    return bodies;
  };
  const places = { offset_body_path: "page.from", limit_body_path: "page.size" };
  assert.deepEqual(await walk({ type: "offset", limit: 2, ...places }, { page: { from: "9", sort: 1 } }), [
    { page: { from: 0, size: 2, sort: 1 } },
    { page: { from: 2, size: 2, sort: 1 } },
  ]);
  assert.deepEqual(await walk({ type: "page_number", page_body_path: "page" }), [{ page: 0 }, { page: 1 }, {
    page: 2,
  }]);
  const error = await failure(walk({ type: "page_number", page_body_path: "page" }, [1]));
  assert.equal(error.code, "invalid-options");
});

Deno.test("paginate() keeps method and body when it follows a link", async () => {
  const seen: string[] = [];
  const handler: Handler = async (request, count) => {
    seen.push(`${request.method} ${new URL(request.url).search} ${await request.text()}`);
    return json({ items: [], next: count === 1 ? "?p=2" : undefined });
  };
  await withClient(handler, { paginator: "json_link" }, async ({ client }) => {
    await Array.fromAsync(client.paginate(client.request("/list", { method: "POST", json: { q: 1 } })));
  });
  assert.deepEqual(seen, ['POST  {"q":1}', 'POST ?p=2 {"q":1}']);
});

const failing: {
  name: string;
  paginator: PaginatorConfig;
  answer: Handler;
  code: string;
  message: RegExp;
  requests?: number;
}[] = [
  {
    name: "a total that was named and is missing",
    paginator: { type: "offset", limit: 2, total_path: "meta.total" },
    answer: () => json({ total: 9, items: [{}] }),
    code: "pagination-field",
    message: /"meta\.total" \(total_path\) is missing in the answer, a whole number is required/,
  },
  {
    name: "a total that is nothing to count with",
    paginator: { type: "page_number", total_path: "total" },
    answer: () => json({ total: { pages: 3 }, items: [{}] }),
    code: "pagination-field",
    message: /"total" \(total_path\) is an object/,
  },
  {
    name: "no total where nothing else ends the walk",
    paginator: { type: "page_number", stop_after_empty_page: false },
    answer: () => json({ items: [{}] }),
    code: "pagination-field",
    message: /"total" \(total_path\) is missing/,
  },
  {
    name: "a missing answer to whether there is more",
    paginator: { type: "offset", limit: 2, has_more_path: "more" },
    answer: () => json({ items: [{}] }),
    code: "pagination-field",
    message: /"more" \(has_more_path\) is missing in the answer, true or false is required/,
  },
  {
    name: "an answer to whether there is more that is none",
    paginator: { type: "cursor", has_more_path: "more" },
    answer: () => json({ items: [{}], more: "maybe", cursors: { next: "x" } }),
    code: "pagination-field",
    message: /"more" \(has_more_path\) is a text/,
  },
  {
    name: "a cursor that fits in no parameter",
    paginator: "cursor",
    answer: () => json({ items: [{}], cursors: { next: { a: 1 } } }),
    code: "pagination-field",
    message: /parameter "cursor" is an object/,
  },
  {
    name: "a link that is a number",
    paginator: "json_link",
    answer: () => json({ items: [{}], next: 2 }),
    code: "pagination-field",
    message: /"next" \(next_url_path\) is a number, a link is required/,
  },
  {
    name: "a cursor that stays the same",
    paginator: "cursor",
    answer: (_request, count) => json({ items: [{ count }], cursors: { next: "same" } }),
    code: "pagination-loop",
    message: /equals the present one/,
    requests: 2,
  },
  {
    name: "a link to another origin",
    paginator: "json_link",
    answer: () => json({ items: [{}], next: "https://evil.example/?q=private" }),
    code: "foreign-origin",
    message: /https:\/\/evil\.example/,
  },
  {
    name: "a link without a scheme to another origin",
    paginator: "json_link",
    answer: () => json({ items: [{}], next: "//evil.example/?q=private" }),
    code: "foreign-origin",
    message: /evil\.example/,
  },
  {
    name: "more for ever without any row",
    paginator: { type: "offset", limit: 2, has_more_path: "more", stop_after_empty_page: false },
    answer: () => json({ items: [], more: true }),
    code: "pagination-endless",
    message: /1000 pages in a row were empty/,
    requests: 1000,
  },
  {
    name: "a parameter that the API ignores",
    paginator: { type: "page_number", has_more_path: "more" },
    answer: () => json({ items: [{ id: 1 }], more: true }),
    code: "pagination-loop",
    message: /the same page came 11 times/,
    requests: 11,
  },
  {
    name: "a function that returns something else",
    paginator: () => 7 as never,
    answer: () => json([]),
    code: "pagination-field",
    message: /returned neither a request nor a link/,
  },
];

for (const { name, paginator, answer, code, message, requests: count = 1 } of failing) {
  Deno.test(`paginate() ends with "${code}" on ${name}`, async () => {
    await withClient(answer, { paginator }, async ({ client, requests }) => {
      const pages = client.paginate(client.request("/list", { params: { secret: "private" } }), {
        resource: "things",
      });
      const error = await failure(Array.fromAsync(pages));
      assert.equal(error.code, code);
      assert.match(error.message, message);
      assert.equal(requests.length, count);
      assert.equal(error.at.resource, "things");
      assert.equal(error.at.page, count);
      assert.ok(!Deno.inspect([error.message, error.at, error.next]).includes("private"));
    });
  });
}

const kinds: { config: PaginatorConfig | null | undefined; type: string; options?: object }[] = [
  { config: undefined, type: "auto" },
  { config: null, type: "auto" },
  { config: "auto", type: "auto" },
  { config: { type: "auto" }, type: "auto" },
  { config: "single_page", type: "single_page", options: {} },
  { config: "header_link", type: "header_link", options: { links_next_key: "next", polls: false } },
  {
    config: { type: "header_link", links_next_key: "older" },
    type: "header_link",
    options: { links_next_key: "older", polls: false },
  },
  { config: "json_response", type: "json_link", options: { next_url_path: "next" } },
  { config: "header_cursor", type: "header_cursor", options: { cursor_key: "next", cursor_param: "cursor" } },
  {
    config: { type: "cursor", cursor_param: null, cursor_body_path: "a.b" },
    type: "cursor",
    options: {
      cursor_path: "cursors.next",
      cursor_param: null,
      cursor_body_path: "a.b",
      stop_after_empty_page: false,
      has_more_path: null,
    },
  },
  {
    config: { type: "offset", limit: 5, total_path: null },
    type: "offset",
    options: {
      limit: 5,
      offset: 0,
      offset_param: "offset",
      offset_body_path: null,
      limit_param: "limit",
      limit_body_path: null,
      total_path: null,
      maximum_offset: null,
      has_more_path: null,
      stop_after_empty_page: true,
    },
  },
  {
    config: { type: "page_number", base_page: 1, maximum_page: 9 },
    type: "page_number",
    options: {
      base_page: 1,
      page: 1,
      page_param: "page",
      page_body_path: null,
      total_path: "total",
      maximum_page: 9,
      has_more_path: null,
      stop_after_empty_page: true,
    },
  },
  { config: cursor({ cursor_path: "after" }), type: "cursor" },
  {
    config: function byHand() {
      return null;
    },
    type: "byHand",
  },
];

for (const { config, type, options } of kinds) {
  Deno.test(`createPaginator(${typeof config === "function" ? "a function" : JSON.stringify(config)}) is ${type}`, () => {
    const paginator = createPaginator(config);
    assert.equal(paginator.type, type);
    if (options) assert.deepEqual(paginator.options, options);
  });
}

const wrong: { config: unknown; code?: string; message: RegExp; next?: RegExp }[] = [
  { config: "header_lnk", code: "unknown-paginator", message: /"header_lnk"/, next: /header_link/ },
  { config: { type: "constructor" }, code: "unknown-paginator", message: /"constructor"/ },
  { config: { type: "__proto__" }, code: "unknown-paginator", message: /"__proto__"/ },
  { config: { limit: 5 }, code: "unknown-paginator", message: /"type" is missing/, next: /offset/ },
  { config: "offset", message: /option "limit" is missing/, next: /"limit": …/ },
  { config: { type: "offset", limit: "5" }, message: /option "limit" is string, a whole number is required/ },
  { config: { type: "offset", limit: 0 }, message: /option "limit" is 0, at least 1 is required/ },
  { config: { type: "offset", limit: 5, offset: -1 }, message: /option "offset" is -1, at least 0/ },
  { config: { type: "page_number", page: 1.5 }, message: /option "page" is no whole number/ },
  {
    config: { type: "offset", limit: 5, offset_param: "a", offset_body_path: "b" },
    message: /options "offset_param" and "offset_body_path" exclude each other/,
  },
  {
    config: { type: "page_number", page_param: "", page_body_path: "" },
    message: /neither "page_param" nor "page_body_path"/,
  },
  { config: { type: "page_number", page_body_path: "a..b" }, message: /"page_body_path" has an empty part/ },
  {
    config: { type: "page_number", total_path: null, stop_after_empty_page: false },
    message: /nothing ends it/,
    next: /"maximum_page"/,
  },
  {
    config: { type: "cursor", cursor_path: "a[" },
    code: "invalid-json-path",
    message: /option "cursor_path": JSON path "a\["/,
  },
  { config: { type: "cursor", stop_after_empty_page: "yes" }, message: /is string, true or false/ },
  {
    config: { type: "cursor", curser_path: "a" },
    message: /"curser_path" is not known/,
    next: /cursor_path/,
  },
  { config: { type: "header_cursor", cursor_key: "a b" }, message: /no name of a header/ },
  { config: { type: "json_link", next_url_path: 5 }, message: /"next_url_path" is number, text is required/ },
  { config: { type: "header_link", link_next_key: "x" }, message: /"link_next_key"/, next: /links_next_key/ },
  { config: { type: "header_link", polls: "yes" }, message: /"polls"/ },
  { config: { type: "single_page", x: 1 }, message: /"x" is not known/ },
  { config: { type: "auto", x: 1 }, message: /"x" is not known/ },
  {
    config: { type: "offset", offset: "x", total_path: "a[", nonsense: 1 },
    message: /"limit" is missing; .*"offset" is string.*; .*"total_path": .*; .*"nonsense" is not known/,
  },
];

for (const { config, code = "invalid-options", message, next } of wrong) {
  Deno.test(`createPaginator(${JSON.stringify(config)}) throws "${code}"`, () => {
    assert.throws(() => createPaginator(config as PaginatorConfig), (error) => {
      assert.ok(error instanceof ConfigError);
      assert.equal(error.code, code);
      assert.match(error.message, message);
      if (next) assert.match(error.next ?? "", next);
      return true;
    });
  });
}

Deno.test("createPaginator() gives the fallback where nothing is set", () => {
  const fallback = offset({ limit: 1 });
  for (const config of [undefined, null, "auto", { type: "auto" }]) {
    assert.equal(createPaginator(config, fallback), fallback);
  }
  assert.equal(createPaginator("cursor", fallback).type, "cursor");
});

Deno.test("registerPaginator() makes a type known, once", () => {
  registerPaginator("test_by_two", ({ param }) => offset({ limit: 2, offset_param: String(param) }));
  assert.equal(createPaginator({ type: "test_by_two", param: "skip" }).options?.offset_param, "skip");
  for (const name of ["test_by_two", "offset", "auto", ""]) {
    assert.throws(() => registerPaginator(name, () => cursor()), { code: "paginator-taken" });
  }
});

Deno.test("paginate() lets one paginator serve many walks at once", async () => {
  const paginator = offset({ limit: 2, total_path: null });
  await withClient(serveSlices(7), {}, async ({ client }) => {
    const walk = async (prefetch: boolean) =>
      (await Array.fromAsync(client.paginate(client.request("/list"), { paginator, prefetch }))).flatMap(
        ({ records }) => records,
      );
    const walks = await Promise.all([walk(false), walk(true), walk(false), walk(true)]);
    for (const each of walks) assert.deepEqual(each, rows(7));
  });
});

Deno.test("paginate() goes on by the page size that the server takes", async () => {
  const retry = { shrink: { status: 500, param: "limit", min: 1 } };
  const handler: Handler = (request) => {
    const { searchParams } = new URL(request.url);
    const [from, limit] = [Number(searchParams.get("offset")), Number(searchParams.get("limit"))];
    if (from + limit > 20 && limit > 3) return json({}, { status: 500 });
    return json({ items: rows(31).slice(from, from + limit), total: 31 });
  };
  for (const prefetch of [false, true]) {
    await withClient(handler, { paginator: { type: "offset", limit: 8 }, retry }, async ({ client }) => {
      const pages = await Array.fromAsync(client.paginate(client.request("/list"), { prefetch }));
      assert.deepEqual(pages.flatMap(({ records }) => records), rows(31));
    });
  }
  const byPage: Handler = (request) => {
    const { searchParams } = new URL(request.url);
    if (searchParams.get("page") === "1" && Number(searchParams.get("limit")) > 4) {
      return json({}, { status: 500 });
    }
    return json({ items: [{ id: 1 }], total: 3 });
  };
  await withClient(byPage, { paginator: "page_number", retry }, async ({ client }) => {
    const pages = client.paginate(client.request("/list", { params: { limit: 8 } }));
    assert.match((await failure(Array.fromAsync(pages))).message, /"limit" had to be lowered/);
  });
});

Deno.test("paginate() yields rows that move in while paging as the API sends them", async () => {
  let list = rows(6);
  const handler: Handler = (request, count) => {
    if (count === 2) list = [{ id: 100 }, ...list];
    const from = Number(new URL(request.url).searchParams.get("offset"));
    return json({ items: list.slice(from, from + 2), total: list.length });
  };
  await withClient(handler, { paginator: { type: "offset", limit: 2 } }, async ({ client }) => {
    const pages = await Array.fromAsync(client.paginate(client.request("/list")));
    // The row at the seam comes twice, none is missing: a merge by key makes one of it.
    assert.deepEqual(pages.flatMap(({ records }) => records.map(({ id }) => id)), [0, 1, 1, 2, 3, 4, 5]);
  });
});

/** A server for `count` rows in pages of `size`, and the paginator for it. */
const servers: Record<
  string,
  (count: number, size: number) => { paginator: PaginatorConfig; handler: Handler }
> = {
  offset: (count, size) => ({ paginator: { type: "offset", limit: size }, handler: serveSlices(count) }),
  offset_without_total: (count, size) => ({
    paginator: { type: "offset", limit: size },
    handler: serveSlices(count, () => ({})),
  }),
  page_number_0: (count, size) => numbered(count, size, 0),
  page_number_1: (count, size) => numbered(count, size, 1),
  cursor: (count, size) => ({
    paginator: { type: "cursor", cursor_path: "after" },
    handler: sliced(count, size, ({ next }) => ({ body: { after: next } })),
  }),
  json_link: (count, size) => ({
    paginator: "json_link",
    handler: sliced(
      count,
      size,
      ({ next }) => ({ body: { next: next === undefined ? null : `?cursor=${next}` } }),
    ),
  }),
  header_link: (count, size) => ({
    paginator: "header_link",
    handler: sliced(
      count,
      size,
      ({ next, url }) => ({
        headers: headersOf(next, "link", `<${url}?cursor=${next}>; rel="next"`),
      }),
    ),
  }),
  header_cursor: (count, size) => ({
    paginator: "header_cursor",
    handler: sliced(
      count,
      size,
      ({ next }) => ({ headers: headersOf(next, "next", String(next)) }),
    ),
  }),
  found_out: (count, size) => ({
    paginator: "auto",
    handler: sliced(count, size, ({ next }) => ({ body: { nextCursor: next } })),
  }),
};

function headersOf(next: number | undefined, name: string, value: string): Record<string, string> {
  return next === undefined ? {} : { [name]: value };
}

function numbered(count: number, size: number, base: number) {
  const total = Math.ceil(count / size);
  const handler: Handler = (request) => {
    const at = (Number(new URL(request.url).searchParams.get("page")) - base) * size;
    return json({ total, items: at < 0 ? [] : rows(count).slice(at, at + size) });
  };
  return { paginator: { type: "page_number", base_page: base }, handler };
}

function sliced(
  count: number,
  size: number,
  more: (page: { next?: number; url: string }) => { body?: object; headers?: Record<string, string> },
): Handler {
  return (request) => {
    const url = new URL(request.url);
    const from = Number(url.searchParams.get("cursor"));
    const next = from + size < count ? from + size : undefined;
    const { body, headers } = more({ next, url: url.origin + url.pathname });
    return json({ ...body, items: rows(count).slice(from, from + size) }, { headers });
  };
}

for (const [name, serve] of Object.entries(servers)) {
  Deno.test(`paginate() yields every row once and in order, ${name}`, async () => {
    const sizes = fc.record({
      count: fc.nat(40),
      size: fc.integer({ min: 1, max: 12 }),
      prefetch: fc.boolean(),
      aheadPages: fc.integer({ min: 1, max: 6 }),
    });
    await fc.assert(
      fc.asyncProperty(sizes, async ({ count, size, prefetch, aheadPages }) => {
        const { paginator, handler } = serve(count, size);
        await withClient(handler, { paginator }, async ({ client }) => {
          const pages = await Array.fromAsync(
            client.paginate(client.request("/list"), { prefetch, aheadPages }),
          );
          assert.deepEqual(pages.flatMap(({ records }) => records), rows(count));
        });
      }),
      { numRuns: 25 },
    );
  });
}
