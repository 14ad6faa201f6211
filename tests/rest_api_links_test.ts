/**
 * Links that stand for a whole path, where they may lead, and the older forms of bound parameters.
 * @module
 */
import assert from "assert";
import { type Api, failure, withApi } from "./rest_api_scene.ts";

const byLink = { name: "details", endpoint: "{resources.list.url}" };

Deno.test("run() follows links of records as whole paths, with the client's credentials", async () => {
  const details = (id: number) => ({ id, results: [{ not: "a record" }] });
  await withApi({ "/api/v2/pokemon/1/": details(1), "/api/v2/pokemon/2/": details(2) }, async (api) => {
    const list = [{ url: `${api.base}/api/v2/pokemon/1/` }, { url: `${api.base}/api/v2/pokemon/2/` }];
    const { tables } = await api.load({
      client: { base_url: `${api.base}/api/v2`, auth: { type: "bearer", token: "t0ken-of-the-api" } },
      resources: [{
        name: "list",
        selected: false,
        records: async function* () {
          yield list;
        },
      }, byLink],
    });
    assert.deepEqual(tables.details!.map(({ id }) => id).toSorted(), [1, 2]);
    assert.ok(
      api.requests.every(({ headers }) => headers.get("authorization") === "Bearer t0ken-of-the-api"),
    );
  });
});

const links: [link: string, path: string | undefined][] = [
  ["/details/1?x=1", "/v1/details/1?x=1"],
  ["//other.example.com/x", "/v1/other.example.com/x"],
  ["details/1", "/v1/details%2F1"],
  ["BASE/v1/details?a=1&b=%20", "/v1/details?a=1&b=%20"],
  ["javascript:alert(1)", "/v1/javascript%3Aalert(1)"],
  ["http://127.0.0.2:1/x", undefined],
  ["https://127.0.0.1/x", undefined],
  ["BASE@127.0.0.2/x", undefined],
  ["http://me:pw@HOST/x", undefined],
];

for (const [link, path] of links) {
  Deno.test(`run() ${path ? `asks for ${path}` : "refuses to go"} by the link ${link} of a record`, async () => {
    await withApi(({ path }) => path === "/v1/list" ? [{ url: linkAt(api!, link) }] : [], async (started) => {
      api = started;
      const loading = api.load({ client: { base_url: `${api.base}/v1` }, resources: ["list", byLink] });
      if (path !== undefined) {
        await loading;
        assert.deepEqual(api.lines(), ["GET /v1/list", `GET ${path}`]);
        return;
      }
      const error = await failure(loading);
      assert.equal(error.code, "foreign-origin", error.message);
      assert.deepEqual(api.lines(), ["GET /v1/list"]);
    });
  });
}
let api: Api | undefined;

function linkAt({ base }: Api, link: string): string {
  return link.replace("BASE", base).replace("HOST", base.slice("http://".length));
}

Deno.test("run() adds parameters to a link, and reads below it", async () => {
  await withApi(({ path }) => path === "/list" ? [{ url: "/d/1" }] : [], async (api) => {
    await api.load({
      client: {},
      resources: [
        "list",
        { name: "a", endpoint: { path: "{resources.list.url}", params: { expand: "all" } } },
        { name: "b", endpoint: "{resources.list.url}/parts" },
        { name: "c", endpoint: { path: "{url}", params: { url: "{resources.list.url}" } } },
        {
          name: "d",
          endpoint: { path: "{u}", params: { u: { type: "resolve", resource: "list", field: "url" } } },
        },
      ],
    });
    assert.deepEqual(api.lines().toSorted(), [
      "GET /d/1",
      "GET /d/1",
      "GET /d/1/parts",
      "GET /d/1?expand=all",
      "GET /list",
    ]);
  });
});

Deno.test("run() without base_url follows links to the origin that their parent was read from, and no other", async () => {
  await withApi({ "/list": () => [{ url: target }], "/d": { id: 4 } }, async (api) => {
    await withApi({ "/d": { id: 5 } }, async (other) => {
      const config = {
        client: { base_url: "" },
        resources: [
          { name: "list", endpoint: `${api.base}/list` },
          {
            ...byLink,
            endpoint: { path: "{resources.list.url}", auth: { type: "bearer", token: "t0ken-own-1" } },
          },
        ],
      };
      target = `${api.base}/d`;
      assert.deepEqual((await api.load(config)).tables.details, [{ id: 4 }]);
      target = `${other.base}/d`;
      assert.equal((await failure(api.load(config))).code, "foreign-origin");
      assert.deepEqual(other.lines(), []);
    });
  });
});
let target = "";

Deno.test("run() without base_url refuses links of records that were read from nowhere", async () => {
  const list = {
    name: "list",
    records: async function* () {
      yield [{ url: "https://api.example.com/x" }];
    },
  };
  await withApi({}, async (api) => {
    const error = await failure(api.load({ client: { base_url: "" }, resources: [list, byLink] }));
    assert.match(
      error.message,
      /details"\.endpoint\.path: takes its address from records; set client\.base_url/,
    );
  });
});

Deno.test("run() takes the older form of a cursor as a parameter, and goes on with it", async () => {
  const since = {
    type: "incremental",
    cursor_path: "at",
    initial_value: 1,
    transform: (n: number) => `v${n}`,
  };
  const config = { client: {}, resources: [{ name: "events", endpoint: { params: { a: 1, since } } }] };
  await withApi({ "/events": [{ at: 3 }, { at: 5 }] }, async (api) => {
    await api.load(config);
    await api.load(config);
    assert.deepEqual(api.lines(), ["GET /events?a=1&since=v1", "GET /events?a=1&since=v5"]);
  });
});

Deno.test("run() lets a cursor in a parameter go before endpoint.incremental", async () => {
  const endpoint = {
    params: { since: { type: "incremental", cursor_path: "at", initial_value: 1 } },
    incremental: { cursor_path: "id", initial_value: 100, start_param: "from" },
  };
  await withApi({ "/events": [{ at: 3, id: 1 }] }, async (api) => {
    await api.load({ client: {}, resources: [{ name: "events", endpoint }] });
    assert.deepEqual(api.lines(), ["GET /events?since=1"]);
  });
});

const cursors: [endpoint: object, first: string, second: string][] = [
  [
    { params: { since: "{incremental.start_value}" }, incremental: { cursor_path: "at" } },
    "/e",
    "/e?since=5",
  ],
  [
    { params: { since: "{incremental.start_value}" }, incremental: { cursor_path: "at", initial_value: 2 } },
    "/e?since=2",
    "/e?since=5",
  ],
  [
    {
      params: { q: "at>={incremental.last_value} from {incremental.initial_value}" },
      incremental: { cursor_path: "at", initial_value: 2 },
    },
    "/e?q=at%3E%3D2%20from%202",
    "/e?q=at%3E%3D5%20from%202",
  ],
  [
    {
      params: { since: "{incremental.start_value:04d}" },
      incremental: { cursor_path: "at", initial_value: 2, lag: 2 },
    },
    "/e?since=0002",
    "/e?since=0003",
  ],
  [
    {
      path: "e?since={incremental.start_value}",
      paginator: "auto",
      data_selector: "$",
      incremental: { cursor_path: "at" },
    },
    "/e",
    "/e?since=5",
  ],
  [{ incremental: { cursor_path: "at", start_param: "from", end_param: "to" } }, "/e", "/e?from=5"],
  [
    {
      incremental: {
        cursor_path: "at",
        initial_value: 1,
        end_value: 9,
        start_param: "from",
        end_param: "to",
      },
    },
    "/e?from=1&to=9",
    "/e?from=1&to=9",
  ],
  [
    {
      params: { to: "{incremental.end_value}" },
      incremental: { cursor_path: "at", initial_value: 1, end_value: 9 },
    },
    "/e?to=9",
    "/e?to=9",
  ],
];

for (const [endpoint, first, second] of cursors) {
  Deno.test(`run() asks for ${first}, then ${second}, with a cursor by ${JSON.stringify(endpoint)}`, async () => {
    await withApi({ "/e": [{ at: 3 }, { at: 5 }] }, async (api) => {
      const config = { client: {}, resources: [{ name: "e", endpoint }] };
      await api.load(config);
      await api.load(config);
      assert.deepEqual(api.requests.map(({ path }) => path), [first, second]);
    });
  });
}

Deno.test("run() makes no request where the path itself waits for a cursor that has no value yet", async () => {
  await withApi({}, async (api) => {
    const endpoint = { path: "since/{incremental.start_value}/e", incremental: { cursor_path: "at" } };
    const { warnings } = await api.load({ client: {}, resources: [{ name: "e", endpoint }] });
    assert.deepEqual([api.lines(), warnings.length], [[], 1]);
  });
});
