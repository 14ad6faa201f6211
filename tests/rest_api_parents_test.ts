/**
 * What placeholders take from the records of parents, and where it goes: path, parameters, headers, bodies. What a
 * child's records take over is in tests/rest_api_include_test.ts.
 * @module
 */
import assert from "assert";
import { type ApiRequest, failure, withApi } from "./rest_api_scene.ts";

// deno-lint-ignore no-explicit-any -- the table holds whatever a configuration may
type Endpoint = any;

/** The requests of a child with this endpoint whose parent has these records. */
async function askedFor(
  parents: unknown[],
  endpoint: Endpoint,
): Promise<{ seen: ApiRequest[]; warnings: readonly string[] }> {
  const seen: ApiRequest[] = [];
  let said: readonly string[] = [];
  await withApi(({ path }) => path === "/groups" ? parents : [], async (api) => {
    const { warnings } = await api.load({
      client: { paginator: "single_page" },
      resources: ["groups", { name: "members", endpoint, parallelized: false }],
    });
    seen.push(...api.requests.slice(1));
    said = warnings;
  });
  return { seen, warnings: said };
}

const group = {
  id: "g1",
  n: 7,
  big: 12345678901234567,
  half: 1.5,
  yes: true,
  none: null,
  empty: "",
  name: "it's",
  tags: ["a", 1],
  profile: { name: "Ops", "first name": "x", list: [{ id: 5 }, { id: 6 }] },
  "x-y": "dash",
};

const lines: [endpoint: Endpoint, line: string | undefined][] = [
  ["groups/{resources.groups.id}/users", "GET /groups/g1/users"],
  ["groups/{ resources.groups.id }/users", "GET /groups/g1/users"],
  ["{resources.groups.id}", "GET /g1"],
  ["a{resources.groups.id}b{resources.groups.n}c", "GET /ag1b7c"],
  ["x/{resources.groups.n:05d}", "GET /x/00007"],
  ["x/{resources.groups.half:.2f}", "GET /x/1.50"],
  ["x/{resources.groups.name!r}", "GET /x/%22it's%22"],
  ["x/{resources.groups.id!s:>4}", "GET /x/%20%20g1"],
  ["x/{resources.groups.yes}/{resources.groups.half}", "GET /x/true/1.5"],
  ["x/{resources.groups.profile.name}", "GET /x/Ops"],
  ["x/{resources.groups.profile['first name']}", "GET /x/x"],
  ["x/{resources.groups.['x-y']}", "GET /x/dash"],
  ["x/{resources.groups.x-y}", "GET /x/dash"],
  ["x/{resources.groups.profile.list[1].id}", "GET /x/6"],
  ["x/{resources.groups.profile.list[0:1].id}", "GET /x/5"],
  ["x/{resources.groups.profile.list[?(@.id > 5)].id}", "GET /x/6"],
  ["x/{resources.groups.tags[*]}", "GET /x/a"],
  ["x/{{{resources.groups.id}}}", "GET /x/%7Bg1%7D"],
  ["x?id={resources.groups.id}&n={resources.groups.n}", "GET /x?id=g1&n=7"],
  ["x?id={resources.groups.none}&n={resources.groups.n}", "GET /x?n=7"],
  ["x?id={resources.groups.empty}", "GET /x?id="],
  [{ path: "g/{gid}", params: { gid: "{resources.groups.id}", a: 1 } }, "GET /g/g1?a=1"],
  [{ path: "g/{gid}", params: { gid: "x/{resources.groups.name}-{resources.groups.n}" } }, "GET /g/x/it's-7"],
  [
    { path: "g/{gid:04d}", params: { gid: { type: "resolve", resource: "groups", field: "n" } } },
    "GET /g/0007",
  ],
  [{ path: "g/{gid}", params: { gid: { type: "resolve", resource: "groups", field: "id" } } }, "GET /g/g1"],
  [
    { path: "x", params: { id: "{resources.groups.id}", l: ["{resources.groups.n}", 2] } },
    "GET /x?id=g1&l=7&l=2",
  ],
  [
    { path: "x", params: { "f[{resources.groups.id}]": "is {resources.groups.yes}" } },
    "GET /x?f%5Bg1%5D=is%20true",
  ],
  [{ path: "x", params: { a: "{resources.groups.none}", b: "{resources.groups.n}" } }, "GET /x?b=7"],
  [{ path: "x", params: { l: ["{resources.groups.none}", "{resources.groups.n}"] } }, "GET /x?l=7"],
  [{ path: "x", params: { "{resources.groups.none}": 1, b: "{resources.groups.id}" } }, "GET /x?b=g1"],
  [{ path: "x", params: { q: "{resources.groups.tags}" } }, "GET /x?q=%5B%22a%22%2C1%5D"],
  ["x/{resources.groups.none}", undefined],
  ["x/{resources.groups.empty}/y", undefined],
  [{ path: "x/{gid}", params: { gid: "{resources.groups.none}" } }, undefined],
];

for (const [endpoint, line] of lines) {
  Deno.test(`run() asks for ${line ?? "nothing"} for each parent by ${JSON.stringify(endpoint)}`, async () => {
    const { seen, warnings } = await askedFor([group], endpoint);
    assert.deepEqual(seen.map(({ method, path }) => `${method} ${path}`), line === undefined ? [] : [line]);
    assert.equal(warnings.filter((text) => text.startsWith("no-value")).length, line === undefined ? 1 : 0);
  });
}

const encoded: [value: unknown, segment: string | undefined][] = [
  ["g 1", "g%201"],
  ["g/2", "g%2F2"],
  ["../admin", "..%2Fadmin"],
  ["a?b#c&d=e", "a%3Fb%23c%26d%3De"],
  ["%2F", "%252F"],
  ["größe 😀", "gr%C3%B6%C3%9Fe%20%F0%9F%98%80"],
  ["\ud800", "%EF%BF%BD"],
  ["a\\b\r\n", "a%5Cb%0D%0A"],
  ["%2e%2e", "%252e%252e"],
  [true, "true"],
  [0, "0"],
  [12345678901234567890n, "12345678901234567890"],
  ["...", "..."],
];

for (const [value, segment] of encoded) {
  Deno.test(`run() puts ${Deno.inspect(value)} into a path as ${segment}`, async () => {
    const parent = typeof value === "bigint" ? `{"id":${value}}` : JSON.stringify({ id: value });
    const paths: string[] = [];
    await withApi(({ path }) => {
      paths.push(path);
      return path === "/groups"
        ? new Response(`[${parent}]`, { headers: { "content-type": "application/json" } })
        : [];
    }, async (api) => {
      await api.load({
        client: {},
        resources: ["groups", { name: "m", endpoint: "g/{resources.groups.id}/m" }],
      });
    });
    assert.deepEqual(paths, ["/groups", `/g/${segment}/m`]);
  });
}

const refused: [endpoint: Endpoint, parent: object][] = [
  ["g/{resources.groups.id}/m", { id: "." }],
  ["g/{resources.groups.id}/m", { id: ".." }],
  ["/g/{resources.groups.id}", { id: ".." }],
  ["g/.{resources.groups.id}/m", { id: "." }],
  ["g/{resources.groups.id}{resources.groups.b}", { id: ".", b: "." }],
  [{ path: "g/{gid}", params: { gid: "{resources.groups.id}" } }, { id: ".." }],
  [{ path: "g/{gid}", params: { gid: { type: "resolve", resource: "groups", field: "id" } } }, { id: ".." }],
  ["%2e{resources.groups.id}/m", { id: "." }],
];

for (const [endpoint, parent] of refused) {
  Deno.test(`run() refuses ${JSON.stringify(parent)} in ${JSON.stringify(endpoint)}, which would lead elsewhere`, async () => {
    await withApi({ "/groups": [parent] }, async (api) => {
      const error = await failure(api.load({ client: {}, resources: ["groups", { name: "m", endpoint }] }));
      assert.deepEqual([error.code, error.at.resource], ["placeholder-invalid", "m"]);
      assert.deepEqual(api.lines(), ["GET /groups"]);
    });
  });
}

Deno.test("run() lets dots stand in a query, and in a segment beside others", async () => {
  const { seen } = await askedFor([{ id: ".." }], {
    path: "g/x{resources.groups.id}?d={resources.groups.id}",
  });
  assert.deepEqual(seen.map(({ path }) => path), ["/g/x..?d=.."]);
});

Deno.test("run() puts values into headers, names too, and leaves those without a value out", async () => {
  const headers = {
    "x-group": "id {resources.groups.id}",
    "x-{resources.groups.id}": "{resources.groups.yes}",
    "x-none": "{resources.groups.none}",
  };
  const { seen } = await askedFor([group], { path: "x", headers });
  const values = ["x-group", "x-g1", "x-none"].map((name) => seen[0]!.headers.get(name));
  assert.deepEqual(values, ["id g1", "true", null]);
});

Deno.test("run() refuses a value that no header can carry, and does not show it", async () => {
  const headers = [{ "x-group": "{resources.groups.id}" }, { "x-{resources.groups.id}": "1" }];
  for (const given of headers) {
    await withApi({ "/groups": [{ id: "a\r\nx-evil: private-value" }] }, async (api) => {
      const endpoint = { path: "x", headers: given };
      const error = await failure(api.load({ client: {}, resources: ["groups", { name: "m", endpoint }] }));
      assert.deepEqual([error.code, error.at.resource, error.exitCode], ["placeholder-invalid", "m", 3]);
      assert.doesNotMatch(`${error.message}${error.next}`, /private-value/);
      assert.deepEqual(api.lines(), ["GET /groups"]);
    });
  }
});

const bodies: [part: object, body: string][] = [
  [{ json: { id: "{resources.groups.n}" } }, '{"id":7}'],
  [{ json: { id: "{resources.groups.yes}", l: "{resources.groups.tags}" } }, '{"id":true,"l":["a",1]}'],
  [{ json: { id: "{resources.groups.none}" } }, '{"id":null}'],
  [{ json: { id: "k={resources.groups.none}", a: "{resources.groups.id}" } }, '{"a":"g1"}'],
  [{ json: { id: " {resources.groups.n}" } }, '{"id":" 7"}'],
  [{ json: { id: "{resources.groups.n:03d}", s: "{resources.groups.n!s}" } }, '{"id":"007","s":"7"}'],
  [{ json: { ids: ["{resources.groups.n}", "k={resources.groups.n}"] } }, '{"ids":[7,"k=7"]}'],
  [{ json: { ids: ["k={resources.groups.none}", "{resources.groups.id}"] } }, '{"ids":["g1"]}'],
  [
    { json: { a: { b: [{ "{resources.groups.id}": "{resources.groups.profile.name}" }] } } },
    '{"a":{"b":[{"g1":"Ops"}]}}',
  ],
  [{ json: "{resources.groups.profile.list}" }, '[{"id":5},{"id":6}]'],
  [
    { json: { q: 'query {{ group(id: "{resources.groups.id}") {{ id }} }}' } },
    '{"q":"query { group(id: \\"g1\\") { id } }"}',
  ],
  [{ data: { id: "{resources.groups.n}", s: "{resources.groups.none}" } }, "id=7"],
  [{ data: [["id", "{resources.groups.id}"], ["s", "{resources.groups.none}"]] }, "id=g1"],
  [{ data: [["{resources.groups.id}", ["{resources.groups.n}", 2]]] }, "g1=7&g1=2"],
  [{ data: "raw {resources.groups.id}" }, "raw g1"],
];

for (const [part, body] of bodies) {
  Deno.test(`run() sends ${body} for a parent by ${JSON.stringify(part)}`, async () => {
    const { seen } = await askedFor([group], { path: "x", method: "POST", ...part });
    assert.deepEqual(seen.map((request) => request.body), [body]);
  });
}

Deno.test("run() sends no request when a body that is one text has no value", async () => {
  for (const part of [{ data: "raw {resources.groups.none}" }, { json: "x{resources.groups.none}" }]) {
    const { seen, warnings } = await askedFor([group], { path: "x", method: "POST", ...part });
    assert.deepEqual([seen.length, warnings.length], [0, 1]);
  }
});

Deno.test("run() names field and resource when a parent lacks it, and none of its values", async () => {
  await withApi({ "/groups": [{ id: 1, secret_note: "private" }] }, async (api) => {
    const error = await failure(
      api.load({ client: {}, resources: ["groups", { name: "m", endpoint: "g/{resources.groups.uid}" }] }),
    );
    assert.equal(error.code, "placeholder-missing");
    assert.equal(
      error.message,
      'Cannot fill in {resources.groups.uid}: a record of "groups" has no field "uid"',
    );
    assert.equal(error.next, "use one of its fields: id, secret_note");
    assert.equal(error.at.resource, "m");
  });
});

Deno.test("run() names expression and kind when a format cannot write a value", async () => {
  await withApi({ "/groups": [{ id: "private" }] }, async (api) => {
    const error = await failure(
      api.load({ client: {}, resources: ["groups", { name: "m", endpoint: "g/{resources.groups.id:05d}" }] }),
    );
    assert.equal(error.code, "placeholder-invalid");
    assert.match(error.message, /^Cannot fill in \{resources\.groups\.id\}: .* the value is a text$/);
    assert.doesNotMatch(error.message, /private/);
  });
});
