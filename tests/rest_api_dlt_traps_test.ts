/**
 * Where dlt's grammar surprises: what is asked for, and which rows come of it, from configuration to table.
 * @module
 */
import assert from "assert";
import { type ApiRequest, failure, type Row, withApi } from "./rest_api_scene.ts";

const param = ({ path }: ApiRequest, name: string) => new URL(path, "http://x").searchParams.get(name);
const ONE = { id: 5, data: [{ z: 1 }] };
const GROUPS = { d: [{ id: 1, t: ["a", "b"] }, { id: 2, t: ["c"] }], o: { k: 1 }, n: null };

/** Name, endpoint, body of every answer, rows. */
const SELECTIONS: [string, object, unknown, Row[]][] = [
  ["a path to one entity that holds a list: the list is found", { path: "one/5" }, ONE, [{ z: 1 }]],
  ["the same with a placeholder: the entity is the record", { path: "one/{id}", params: { id: 5 } }, ONE, [{
    id: 5,
  }]],
  ["a selector of a list", { data_selector: "d[*].id" }, GROUPS, [{ value: 1 }, { value: 2 }]],
  ["a selector of one of a list", { data_selector: "d[0]" }, GROUPS, [{ id: 1 }]],
  ["a selector through lists", { data_selector: "d[*].t[*]" }, GROUPS, [{ value: "a" }, { value: "b" }, {
    value: "c",
  }]],
  ["a selector of an object", { data_selector: "o" }, GROUPS, [{ k: 1 }]],
  ["a selector of null", { data_selector: "n" }, GROUPS, []],
  ["a selector of nothing", { data_selector: "zzz" }, GROUPS, []],
  ["one match that is a list is the list", { data_selector: "g[*].t" }, { g: [{ t: [1, 2] }] }, [
    { value: 1 },
    {
      value: 2,
    },
  ]],
  ["a list of errors before the records: the known name wins", {}, { errors: [1], data: [{ id: 2 }] }, [{
    id: 2,
  }]],
  ["a list of errors above the records: the first one found wins", {}, {
    meta: { errors: [7] },
    response: { list: [{ id: 1 }] },
  }, [{ value: 7 }]],
  ["an object with a list of tags: the tags are taken", {}, { id: 1, tags: ["x"] }, [{ value: "x" }]],
  ["lists four keys deep are not looked for", {}, { a: { b: { c: { items: [1] } } } }, [{}]],
];

for (const [name, endpoint, body, rows] of SELECTIONS) {
  Deno.test(`run selects records: ${name}`, async () => {
    await withApi(() => body, async (api) => {
      const { tables } = await api.load({ client: {}, resources: [{ name: "items", endpoint }] });
      assert.deepEqual(tables.items ?? [], rows);
    });
  });
}

/** Answers by page 1 to 3 of one row each. */
const byPage = (request: ApiRequest) => {
  const page = Number(param(request, "page") ?? 1);
  return { items: page <= 3 ? [{ id: page }] : [], total_pages: 3, total: 3, next: null };
};
/** Five rows by offset. */
const byOffset = (more: object) => (request: ApiRequest) => {
  const at = Number(param(request, "offset") ?? 0);
  return { items: [0, 1, 2, 3, 4].slice(at, at + 2).map((id) => ({ id })), ...more };
};

/** Name, client's paginator, endpoint, answers, requests without their path. */
const PAGES: [string, unknown, object, (request: ApiRequest) => unknown, string[]][] = [
  [
    "page numbers that are found out: the first page again, where the API does not tell its number",
    undefined,
    {},
    byPage,
    [
      "",
      "page=1",
      "page=2",
      "page=3",
    ],
  ],
  ["page_number counts from 0 and total is one of pages", "page_number", {}, byPage, [
    "page=0",
    "page=1",
    "page=2",
  ]],
  ["base_page", { type: "page_number", base_page: 1 }, {}, byPage, ["page=1", "page=2", "page=3"]],
  [
    "maximum_page is not read",
    { type: "page_number", base_page: 1, total_path: null, maximum_page: 3 },
    {},
    byPage,
    [
      "page=1",
      "page=2",
    ],
  ],
  ["offset by total", { type: "offset", limit: 2 }, {}, byOffset({ total: 5 }), [0, 2, 4].map(offsetLine)],
  [
    "offset without total ends at an empty page",
    { type: "offset", limit: 2, total_path: null },
    {},
    byOffset({}),
    [
      0,
      2,
      4,
      6,
    ].map(offsetLine),
  ],
  [
    "maximum_offset is not read",
    { type: "offset", limit: 2, total_path: null, maximum_offset: 3 },
    {},
    byOffset({}),
    [
      0,
      2,
    ].map(offsetLine),
  ],
  [
    "auto at an endpoint leaves the client's in place",
    { type: "page_number", base_page: 1 },
    { paginator: "auto" },
    byPage,
    [
      "page=1",
      "page=2",
      "page=3",
    ],
  ],
  [
    "one entity is one page, whatever the client's paginator",
    { type: "page_number", base_page: 1 },
    {
      path: "items/{id}",
      params: { id: 1 },
    },
    byPage,
    [""],
  ],
];

function offsetLine(at: number): string {
  return `offset=${at}&limit=2`;
}

for (const [name, paginator, endpoint, answer, expected] of PAGES) {
  Deno.test(`run pages by dlt's rules: ${name}`, async () => {
    await withApi(answer, async (api) => {
      await api.load({ client: { paginator }, resources: [{ name: "items", endpoint }] });
      assert.deepEqual(api.lines().map((line) => line.split("?")[1] ?? ""), expected);
    });
  });
}

Deno.test("run reads every row once where it finds out the page numbers by itself", async () => {
  await withApi(byPage, async (api) => {
    const { tables } = await api.load({ client: {}, resources: ["items"] });
    assert.deepEqual(tables.items, [{ id: 1 }, { id: 2 }, { id: 3 }]);
  });
});

Deno.test("run goes on to an empty page where the default total is missing, at which dlt fails", async () => {
  await withApi(byOffset({}), async (api) => {
    const client = { paginator: { type: "offset", limit: 2 } };
    const { tables } = await api.load({ client, resources: ["items"] });
    assert.equal(tables.items?.length, 5);
    assert.equal(api.requests.length, 4);
  });
});

Deno.test("run encodes what parents put into paths, where dlt lets a slash split them", async () => {
  const answer = ({ path }: ApiRequest) => path === "/groups" ? [{ id: "g 1" }, { id: "g/2" }] : [];
  await withApi(answer, async (api) => {
    const users = { name: "users", endpoint: "groups/{resources.groups.id}/users" };
    await api.load({ client: {}, resources: ["groups", users] });
    assert.deepEqual(api.lines().sort(), [
      "GET /groups",
      "GET /groups/g%201/users",
      "GET /groups/g%2F2/users",
    ]);
  });
});

Deno.test("run leaves a parameter out that dlt sends as None, and sends doubled braces as single ones", async () => {
  await withApi(() => [], async (api) => {
    const endpoint = {
      params: { since: "{incremental.start_value}", q: "{{x}}", none: null, yes: true, list: [1, 2] },
      incremental: { cursor_path: "at" },
    };
    await api.load({ client: {}, resources: [{ name: "items", endpoint }] });
    assert.deepEqual(api.lines(), ["GET /items?q=%7Bx%7D&yes=true&list=1&list=2"]);
  });
});

Deno.test("run ends a failing request with an error that holds no value of the query, and no body", async () => {
  const answer = () => Response.json({ message: "no such thing as hidden-value" }, { status: 400 });
  await withApi(answer, async (api) => {
    const endpoint = { params: { filter: "hidden-value" }, response_actions: [() => {}] };
    const error = await failure(api.load({ client: {}, resources: [{ name: "items", endpoint }] }));
    assert.equal(error.code, "http-status");
    assert.doesNotMatch(`${error.message}${JSON.stringify(error.at)}`, /hidden-value/);
    assert.match(error.at.request!, /filter/);
  });
});
