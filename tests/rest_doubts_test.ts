/**
 * Warnings about what was found out, guessed or left out while an endpoint was read: each is said once for a
 * resource, with what to set; nothing is said where nothing says that something is wrong.
 * @module
 */
import assert from "assert";
import type { Answer, ApiRequest } from "./rest_api_scene.ts";
import { withApi } from "./rest_api_scene.ts";

const rows = (count: number, from = 0) => Array.from({ length: count }, (_, at) => ({ id: from + at }));

interface Case {
  readonly name: string;
  readonly answer: Answer | ((request: ApiRequest, count: number) => Answer);
  readonly endpoint?: object;
  readonly client?: object;
  /** The whole of the warnings; none where nothing is to be said. */
  readonly warnings: readonly RegExp[];
}

function check({ name, answer, endpoint = {}, client = {}, warnings: expected }: Case): void {
  Deno.test(`pipeline().run() ${expected.length ? "warns of" : "says nothing about"} ${name}`, async () => {
    const answers = (request: ApiRequest, count: number) =>
      typeof answer === "function"
        ? answer(request, count)
        : answer instanceof Response
        ? answer.clone()
        : answer;
    await withApi(answers, async (api) => {
      const { warnings } = await api.load({ client, resources: [{ name: "things", endpoint }] });
      assert.equal(warnings.length, expected.length, warnings.join("\n"));
      for (const [index, each] of expected.entries()) assert.match(warnings[index]!, each);
      for (const each of warnings) assert.ok(!each.includes("private") && !each.endsWith("."), each);
    });
  });
}

const withHeaders = (body: unknown, headers: Record<string, string>) => Response.json(body, { headers });

// Paging that nobody described, where only the first page was read.
const unknown: [name: string, answer: Answer, seen: RegExp, set: RegExp][] = [
  [
    "has_more that is true",
    { data: rows(3), has_more: true },
    /"has_more" is true/,
    /\{"type": "offset", "limit": 3, "has_more_path": "has_more"\}/,
  ],
  ["has_more that is 1", { data: rows(3), meta: { hasMore: 1 } }, /"meta\.hasMore" is true/, /has_more_path/],
  ["more", { data: rows(3), page: { more: true } }, /"page\.more" is true/, /has_more_path/],
  ["has_more without records", { data: [], has_more: true }, /"has_more" is true/, /"limit": 100/],
  ["truncation", { data: rows(3), IsTruncated: "true" }, /"IsTruncated" is true/, /has_more_path/],
  [
    "a page that is not the last",
    { values: rows(3), isLast: false },
    /"isLast" is false/,
    /"total_path": null/,
  ],
  ["is_last_page", { values: rows(3), is_last_page: false }, /"is_last_page" is false/, /offset/],
  ["end_of_stream", { users: rows(3), end_of_stream: false }, /"end_of_stream" is false/, /offset/],
  ["a greater total", { items: rows(3), total: 7 }, /"total" is 7, the page has 3/, /"total_path": "total"/],
  ["a total as text", { items: rows(3), meta: { totalCount: "7" } }, /"meta\.totalCount" is 7/, /total_path/],
  [
    "a greater count",
    { results: rows(3), count: 7 },
    /"count" is 7, the page has 3/,
    /"total_path": "count"/,
  ],
  ["@odata.count", { value: rows(3), "@odata.count": 7 }, /"\['@odata\.count'\]" is 7/, /total_path/],
  [
    "a total in an object",
    { hits: { total: { value: 7 }, hits: rows(3) } },
    /"hits\.total\.value" is 7/,
    /./,
  ],
  ["no records of some", { items: [], total: 7 }, /"total" is 7, the page has 0/, /"limit": 100/],
  [
    "a total in a header",
    withHeaders(rows(3), { "x-total-count": "7" }),
    /header "x-total-count" says 7, the page has 3/,
    /"total_path": null/,
  ],
  [
    "a range in a header",
    withHeaders(rows(3), { "content-range": "items 0-2/7" }),
    /"content-range" says 7/,
    /./,
  ],
  [
    "a cursor in a paging object",
    { results: rows(3), paging: { next: { after: "private", link: "?after=private" } } },
    /"paging\.next\.after" holds what looks like a cursor/,
    /\{"type": "cursor", "cursor_path": "paging\.next\.after", "cursor_param": "after"\}/,
  ],
  [
    "a cursor",
    { list: rows(3), continuationToken: "private" },
    /"continuationToken" holds/,
    /continuationToken/,
  ],
  [
    "a next page in a header",
    withHeaders(rows(3), { "x-next-page": "2" }),
    /header "x-next-page" tells of a next page/,
    /\{"type": "header_cursor", "cursor_key": "x-next-page", "cursor_param": "page"\}/,
  ],
  ["a full page", { list: rows(3), per_page: 3 }, /the page is full, as "per_page" says 3/, /"limit": 3/],
  ["20 records", rows(20), /the page has exactly 20 records, a usual page size/, /"limit": 20/],
  ["100 records", { data: rows(100) }, /exactly 100 records/, /"limit": 100/],
];
for (const [name, answer, seen, set] of unknown) {
  const all = new RegExp(
    `^paging-unknown: only the first page was read: .*${seen.source}.*, but nothing tells how to ask for the next ` +
      `one; set paginator, e\\.g\\. to .*${set.source}.*, or to "single_page" if that is all$`,
  );
  check({ name: `${name}, where paging is not known`, answer, warnings: [all] });
  check({
    name: `${name}, where the paginator is said`,
    answer,
    endpoint: { paginator: "single_page" },
    warnings: [],
  });
}

check({
  name: "a page as large as was asked for",
  answer: rows(7),
  endpoint: { params: { "page[size]": 7, q: 7 } },
  warnings: [/^paging-unknown: .*as many records as parameter "page\[size\]" asks for/],
});

// Nothing says that there is more.
const silent: [name: string, answer: Answer, endpoint?: object][] = [
  ["a list", rows(7)],
  ["a list with an equal total", { items: rows(20), total: 20 }],
  ["a list with an equal count", { results: rows(7), count: 7 }],
  ["a list with a smaller count", { results: rows(7), count: 1 }],
  ["a list without more", { data: rows(20), has_more: false }],
  ["a list without more, whatever it counts", { data: rows(20), has_more: false, total: 90 }],
  ["a last page", { values: rows(50), isLast: true, total: 90 }],
  ["a list with an empty next", { results: rows(20), next: null, count: 90 }],
  ["a list with empty links", { data: rows(20), links: { first: "?page=1", next: null } }],
  ["a list with no next in its Link header", withHeaders(rows(20), { link: '<?page=1>; rel="first"' })],
  ["a list with an equal total in its header", withHeaders(rows(20), { "x-total-count": "20" })],
  ["a page that is not full", { list: rows(20), pagination: { page: 1, per_page: 50 } }],
  ["an endless page info", { nodes: rows(20), pageInfo: { hasNextPage: false, endCursor: "private" } }],
  ["a paging object about what was before", { list: rows(3), paging: { previous: { after: "x" }, page: 1 } }],
  ["an empty list", []],
  ["a list of one", { data: rows(1), total: 1 }],
  ["one record", { name: "x", total: 90, has_more: true, cursor: "x" }],
  ["a single entity", { id: 1, data: rows(10), total: 90 }, { path: "things/{id}", params: { id: 1 } }],
  ["one selected record", { thing: { id: 1 }, total: 90 }, { data_selector: "thing" }],
  ["bytes in a header", withHeaders(rows(3), { "content-range": "bytes 0-2/7" })],
];
for (const [name, answer, endpoint] of silent) check({ name, answer, endpoint, warnings: [] });

// Paging that rests on a guess.
check({
  name: "a cursor that is sent under a guessed name",
  answer: ({ path }: ApiRequest) => ({
    data: rows(2),
    next_key: path.includes("cursor=") ? null : "private",
  }),
  warnings: [
    /^paging-guessed: "next_key" is sent back as parameter "cursor", which is a guess; set paginator, e\.g\. to \{"type": "cursor", "cursor_path": "next_key", "cursor_param": "cursor"\}$/,
  ],
});
check({
  name: "pages that are counted in a guessed parameter",
  answer: ({ path }: ApiRequest) => {
    const page = Number(new URLSearchParams(path.split("?")[1]).get("page") ?? 1);
    return { data: rows(2, 2 * page), total_pages: 3, page };
  },
  warnings: [
    /^paging-guessed: the number of the page is sent as parameter "page", which is a guess; set paginator, e\.g\. to \{"type": "page_number", "base_page": 1, "page_param": "page", "total_path": "total_pages"\}$/,
  ],
});
check({
  name: "pages whose first number was found out on the way",
  answer: ({ path }: ApiRequest) => {
    const page = Number(new URLSearchParams(path.split("?")[1]).get("page") ?? 0);
    return { data: rows(2, 2 * page), pages: 3 };
  },
  warnings: [/^paging-guessed: .*"base_page": 0/],
});
check({
  name: "pages that the request itself counts",
  answer: ({ path }: ApiRequest) => {
    const page = Number(new URLSearchParams(path.split("?")[1]).get("page"));
    return { data: rows(2, 2 * page), total_pages: 3 };
  },
  endpoint: { params: { page: 1 } },
  warnings: [],
});
check({ name: "the only page of a guess", answer: { data: rows(2), total_pages: 1, page: 1 }, warnings: [] });
check({ name: "the only page of a cursor", answer: { data: rows(2), next_key: "" }, warnings: [] });
check({
  name: "a cursor that was described",
  answer: ({ path }: ApiRequest) => ({
    data: rows(2),
    next_key: path.includes("cursor=") ? null : "private",
  }),
  endpoint: { paginator: { type: "cursor", cursor_path: "next_key" } },
  warnings: [],
});
check({
  name: "a next link",
  answer: ({ path }: ApiRequest) => ({
    results: rows(20),
    count: 40,
    next: path.includes("p=2") ? null : "/things?p=2",
  }),
  warnings: [],
});

// Pages that are shorter than their limit.
const slices =
  (all: number, most: number, more: (from: number) => object = () => ({ total: all })) =>
  ({ path }: ApiRequest) => {
    const params = new URLSearchParams(path.split("?")[1]);
    const [from, limit] = [Number(params.get("offset")), Math.min(most, Number(params.get("limit")))];
    return { ...more(from), items: rows(all).slice(from, from + limit) };
  };
check({
  name: "pages that the API caps",
  answer: slices(25, 4),
  endpoint: { paginator: { type: "offset", limit: 10 } },
  warnings: [
    /^page-capped: a page has 4 of the 10 records asked for although "total" is 25: the API seems to allow no more at once, and 6 after the first page are left out; set limit to 4$/,
  ],
});
check({
  name: "a capped page that was to be the only one",
  answer: slices(9, 4),
  endpoint: { paginator: { type: "offset", limit: 10 } },
  warnings: [
    /^page-capped: a page has 4 of the 10 .* "total" is 9: .* 5 after the first page are left out; set limit to 4$/,
  ],
});
check({
  name: "capped pages where nobody tells a total",
  answer: slices(25, 4, () => ({})),
  endpoint: { paginator: { type: "offset", limit: 10 } },
  warnings: [
    /^page-capped: a page has 4 of the 10 records asked for and another page followed: .*; set limit to 4$/,
  ],
});
check({
  name: "a list that ends before its total",
  answer: slices(23, 10, () => ({ total: 25 })),
  endpoint: { paginator: { type: "offset", limit: 10 } },
  warnings: [/^page-capped: the list ended 2 records before "total" says/],
});
for (
  const [name, all, limit] of [["full pages", 20, 10], ["a short last page", 23, 10], [
    "one page",
    3,
    10,
  ]] as const
) {
  for (const more of [undefined, () => ({})]) {
    check({
      name: `${name}${more ? " where nobody tells a total" : ""}`,
      answer: slices(all, 10, more),
      endpoint: { paginator: { type: "offset", limit } },
      warnings: [],
    });
  }
}
check({
  name: "a list that was to end early",
  answer: slices(100, 10),
  endpoint: { paginator: { type: "offset", limit: 10, maximum_offset: 20 } },
  warnings: [],
});

// Where the records were taken from.
const taken: [name: string, answer: Answer, message: RegExp][] = [
  [
    "errors taken for records",
    { meta: { errors: [1] }, response: { users: { list: rows(2) } } },
    /^selector-guessed: "meta\.errors" was taken for the list of records, but "response\.users\.list" looks more like it; set data_selector to "response\.users\.list", or to "meta\.errors" if that is right$/,
  ],
  [
    "no errors taken for records",
    { errors: [], users: rows(2) },
    /"errors" was taken .* "users" looks more like it/,
  ],
  ["links taken for records", { _links: [{ rel: "self" }], users: rows(2) }, /"_links" was taken .* "users"/],
  ["texts taken for records", { names: ["a"], people: rows(2) }, /"names" was taken .* "people" looks more/],
  [
    "a list further down than is looked",
    { tags: ["a"], a: { b: { c: { d: rows(2) } } } },
    /"tags" .* "a\.b\.c\.d"/,
  ],
  [
    "tags of one record",
    { id: 1, name: "private", tags: ["x"] },
    /^selector-guessed: "tags" was taken .*, but the answer as a whole looks like one record; set data_selector to "\$", or to "tags" if that is right$/,
  ],
  ["children of one record", { id: 1, orders: rows(2) }, /"orders" was taken .* one record/],
];
for (const [name, answer, message] of taken) {
  check({ name, answer, warnings: [message] });
  check({
    name: `${name}, where the selector is said`,
    answer,
    endpoint: { data_selector: "$" },
    warnings: [],
  });
}
const clear: [name: string, answer: Answer][] = [
  ["data beside errors", { errors: [1], data: rows(2) }],
  ["no data beside what is included", { data: [], included: rows(2) }],
  ["messages where there is nothing else", { ok: true, messages: rows(2) }],
  ["texts where there is nothing else", { names: ["a", "b"] }],
  ["two lists of records", { people: rows(2), places: rows(2) }],
  ["one record without lists", { id: 1, name: "x" }],
  ["an answer with an id of its own", { id: "x", data: rows(2) }],
];
for (const [name, answer] of clear) check({ name, answer, warnings: [] });

check({
  name: "null in place of records",
  answer: { data: null },
  endpoint: { data_selector: "data" },
  warnings: [
    /^null-records: "data" is null and was taken for no records; set data_selector if they are elsewhere$/,
  ],
});
check({
  name: "an answer that is null",
  answer: () => new Response("null"),
  warnings: [/^null-records: an answer is null/],
});
check({
  name: "records that are missing",
  answer: { ok: true },
  endpoint: { data_selector: "data" },
  warnings: [],
});
check({
  name: "nulls in a list",
  answer: { data: [null] },
  endpoint: { data_selector: "data" },
  warnings: [],
});

Deno.test("pipeline().run() says a doubt once for all parents", async () => {
  const answers = {
    "/groups": rows(3),
    "/groups/0/users": rows(10),
    "/groups/1/users": rows(10),
    "/groups/2/users": [],
  };
  await withApi(answers, async (api) => {
    const { events } = await api.load({
      client: {},
      resources: ["groups", { name: "users", endpoint: "groups/{resources.groups.id}/users" }],
    });
    const warnings = events.flatMap((event) =>
      event.type === "warning" ? [`${event.resource}: ${event.code}`] : []
    );
    assert.deepEqual(warnings, ["users: paging-unknown"]);
  });
});

Deno.test("pipeline().run() says what a paginator of one's own doubts", async () => {
  await withApi({ "/things": rows(3) }, async (api) => {
    const paginator = {
      type: "own",
      first: <T>(request: T) => request,
      next: () => undefined,
      doubt: () => ({ code: "own-doubt", message: "it may be otherwise" }),
    };
    const { warnings } = await api.load({ client: { paginator }, resources: ["things"] });
    assert.deepEqual(warnings, ["own-doubt: it may be otherwise"]);
  });
});
