/**
 * Resources written by hand: what they may yield, what they work with, and how they end.
 * @module
 */
import assert from "assert";
import {
  bearer,
  type Built,
  defineResource,
  defineSource,
  type ExtractContext,
  type HandWrittenResource,
  offset,
  type RecordsFunction,
  type Source,
} from "../mod.ts";
import { stateOf } from "./rest_api_feed.ts";
import { failure, load, type Row, withApi } from "./rest_api_scene.ts";

function source(built: Built): Source {
  return defineSource("rest_api", {}, () => built)();
}

/** A source of one resource without a client. */
function single(records: (context: ExtractContext) => unknown, more: object = {}): Source {
  return source([{ name: "items", records: records as RecordsFunction, ...more }]);
}

// deno-lint-ignore no-explicit-any -- whatever a function yields
const yields = (...pages: any[]): RecordsFunction =>
  async function* () {
    yield* pages;
  };
const ids = (rows: readonly Row[] = []) => rows.map(({ id }) => id);

class Point {
  constructor(readonly x: number) {}
  get twice(): number {
    return 2 * this.x;
  }
}
const YIELDS: [string, (context: ExtractContext) => unknown, Row[]][] = [
  ["lists of records", yields([{ id: 1 }, { id: 2 }], [], [{ id: 3 }]), [{ id: 1 }, { id: 2 }, { id: 3 }]],
  ["single records", yields({ id: 1 }, { id: 2 }), [{ id: 1 }, { id: 2 }]],
  [
    "dates and what JSON has no word for",
    yields([{ at: new Date(0), no: undefined, f: () => 1, n: NaN, id: 1 }]),
    [
      { at: "1970-01-01 00:00:00.000000", id: 1 },
    ],
  ],
  ["nested values", yields([{ a: { b: new Date(0) } }]), [{ a__b: "1970-01-01 00:00:00.000000" }]],
  ["scalars", yields([1], 2), [{ value: 1 }, { value: 2 }]],
  ["nothing between", yields(undefined, [{ id: 1 }], null), [{ id: 1 }]],
  ["whole numbers of any size", yields([{ id: 2n ** 60n }]), [{ id: 2n ** 60n }]],
  ["objects of a class", yields([new Point(2)]), [{ x: 2 }]],
  ["a set and a map", yields(new Set([{ id: 1 }]), [new Map([["id", 2]])]), [{ id: 1 }, { id: 2 }]],
  ["bytes", yields([{ id: new Uint8Array([1, 2]) }]), [{ id: "AQI=" }]],
  ["a generator that is not asynchronous", function* () {
    yield [{ id: 1 }];
  }, [{ id: 1 }]],
  ["promises", function* () {
    yield Promise.resolve([{ id: 1 }]);
  }, [{ id: 1 }]],
  ["a list that is returned", () => [{ id: 1 }, { id: 2 }], [{ id: 1 }, { id: 2 }]],
  ["a promise of a list", async () => [{ id: 1 }], [{ id: 1 }]],
  ["a generator inside another", async function* () {
    yield (async function* () {
      yield [{ id: 1 }];
      yield { id: 2 };
    })();
    yield [{ id: 3 }];
  }, [{ id: 1 }, { id: 2 }, { id: 3 }]],
];

for (const [name, records, expected] of YIELDS) {
  Deno.test(`records() may yield ${name}`, async () => {
    const { tables } = await load(single(records));
    assert.deepEqual(tables.items, expected);
  });
}

Deno.test("records() keeps what it yields: nothing is added to the author's own objects", async () => {
  const own = Object.freeze({ id: 1, list: Object.freeze([1]) });
  const child: HandWrittenResource = {
    name: "child",
    data_from: "items",
    include_from_parent: ["id"],
    records: yields([own]),
  };
  const { tables } = await load(source([{ name: "items", records: yields([own]) }, child]));
  assert.deepEqual(tables.child, [{ id: 1, _items_id: 1 }]);
});

Deno.test("records() may change the records of a page, or yield a page that it made of one", async () => {
  const changes: [string, RecordsFunction][] = [
    ["in place", async function* ({ client }) {
      for await (const page of client.paginate(client.request("items"))) {
        for (const record of page.records) record.extra = "x";
        yield page;
      }
    }],
    ["in a copy", async function* ({ client }) {
      for await (const page of client.paginate(client.request("items"))) {
        yield { ...page, records: page.records.map((record) => ({ ...record, extra: "x" })) };
      }
    }],
    ["as a list", async function* ({ client }) {
      for await (const { records } of client.paginate(client.request("items"))) {
        yield records.map((record) => ({ ...record, extra: "x" }));
      }
    }],
  ];
  for (const [name, records] of changes) {
    await withApi({ "/items": [{ id: 1 }, { id: 2 }] }, async (api) => {
      const { tables } = await api.load(
        source({ client: { base_url: api.base }, resources: [{ name: "items", records }] }),
      );
      assert.deepEqual(tables.items, [{ id: 1, extra: "x" }, { id: 2, extra: "x" }], name);
    });
  }
});

Deno.test("records() works with client, restClient, signal, warn and functions for auth and paging", async () => {
  await withApi((request) => {
    const at = new URL(request.path, "http://x").searchParams.get("offset");
    return at === "0" ? [{ id: 1 }, { id: 2 }] : at === "4" ? [] : [{ id: 3 }];
  }, async (api) => {
    const paginator = offset({ limit: 2, total_path: null });
    const records: RecordsFunction = async function* ({ client, restClient, warn, signal }) {
      assert.equal(signal.aborted, false);
      warn("note", "said once");
      warn("note", "said once");
      yield* client.paginate(client.request("items"));
      const other = restClient({ base_url: api.base, auth: (request) => ({ "x-own": request.method }) });
      const page = await other.send(other.request("other", { params: { offset: 0 } }));
      yield page.body as Row[];
      yield* other.paginate(other.request("third"), {
        paginator: ({ index, request }) => index ? undefined : { ...request, url: `${request.url}?offset=1` },
      });
    };
    const client = { base_url: api.base, auth: bearer({ token: "token-1234" }), paginator };
    const { tables, warnings, events } = await api.load(
      source({ client, resources: [{ name: "items", records }] }),
    );
    assert.deepEqual(ids(tables.items), [1, 2, 3, 1, 2, 3, 3]);
    assert.deepEqual(warnings.filter((text) => text.startsWith("note")), ["note: said once"]);
    const seen = api.requests.map(({ path, headers }) =>
      `${path} ${headers.get("authorization") ?? headers.get("x-own")}`
    );
    assert.deepEqual(seen, [
      "/items?offset=0&limit=2 Bearer token-1234",
      "/items?offset=2&limit=2 Bearer token-1234",
      "/items?offset=4&limit=2 Bearer token-1234",
      "/other?offset=0 GET",
      "/third GET",
      "/third?offset=1 GET",
    ]);
    const resources = events.flatMap((event) => event.type === "request" ? [event.resource] : []);
    assert.deepEqual(resources, Array(6).fill("items"));
  });
});

Deno.test("records() keeps a state between runs, published with the rows; replace and --full-refresh drop it", async () => {
  await withApi({}, async (api) => {
    const records: RecordsFunction = async function* ({ state }) {
      const from = Number(state.next ?? 0);
      yield [{ id: from }, { id: from + 1 }];
      state.next = from + 2;
    };
    for (const expected of [[0, 1], [0, 1, 2, 3]]) {
      assert.deepEqual(ids((await api.load(single(records))).tables.items), expected);
    }
    assert.deepEqual((await stateOf(api.folder)).items, { next: 4 });
    const failing: RecordsFunction = async function* ({ state }) {
      state.next = 99;
      yield [];
      throw new Error("stop");
    };
    assert.equal((await failure(api.load(single(failing)))).code, "source-failed");
    assert.deepEqual((await stateOf(api.folder)).items, { next: 4 });
    const replaced = await api.load(single(records, { write_disposition: "replace" }));
    assert.deepEqual(ids(replaced.tables.items), [0, 1]);
    const refreshed = await api.load(single(records), { fullRefresh: true });
    assert.deepEqual(ids(refreshed.tables.items), [0, 1]);
  });
});

Deno.test("records() may keep dates and maps in its state, as JSON; what holds itself is refused", async () => {
  await withApi({}, async (api) => {
    const keeps = (make: () => unknown): RecordsFunction =>
      async function* ({ state }) {
        yield [{ id: 1 }];
        state.kept = make() as string;
      };
    await api.load(single(keeps(() => new Map<string, unknown>([["at", new Date(0)], ["no", undefined]]))));
    assert.deepEqual((await stateOf(api.folder)).items, { kept: { at: "1970-01-01T00:00:00.000Z" } });
    const circle: Record<string, unknown> = {};
    circle.self = circle;
    const error = await failure(api.load(single(keeps(() => circle))));
    assert.deepEqual([error.code, error.at.resource], ["source-failed", "items"]);
  });
});

Deno.test("records() with incremental is told where to start and how far it is, and filtered by itself", async () => {
  const told: unknown[] = [];
  const records: RecordsFunction = async function* ({ incremental }) {
    told.push([incremental.start_value, incremental.initial_value, incremental.end_value]);
    yield [{ id: 1, at: 5 }, { id: 2, at: 20 }];
    told.push(incremental.last_value);
    yield [{ id: 3, at: 20 }, { id: 4, at: 30 }];
    told.push(incremental.last_value);
  };
  const config = { incremental: { cursor_path: "at", initial_value: 10 } };
  await withApi({}, async (api) => {
    assert.deepEqual(ids((await api.load(single(records, config))).tables.items), [2, 3, 4]);
    assert.deepEqual(told.splice(0), [[10, 10, undefined], 20, 30]);
    assert.deepEqual(ids((await api.load(single(records, config))).tables.items), [2, 3, 4]);
    assert.deepEqual(told, [[30, 10, undefined], 30, 30]);
  });
});

Deno.test("records() with incremental, prune and a start removes nothing that it did not read again", async () => {
  const config = {
    primary_key: "id",
    write_disposition: { disposition: "merge", prune: true },
    incremental: { cursor_path: "at" },
  };
  await withApi({}, async (api) => {
    await api.load(single(yields([{ id: 1, at: 1 }, { id: 2, at: 2 }]), config));
    const { tables } = await api.load(single(yields([{ id: 3, at: 3 }]), config));
    assert.deepEqual(ids(tables.items), [1, 2, 3]);
  });
});

Deno.test("data_from gives a parent record, over several levels and both ways between code and data", async () => {
  await withApi(
    ({ path }) => path.startsWith("/users") ? [{ id: `${path.split("/")[2] ?? "u"}` }] : undefined,
    async (api) => {
      const resources = [
        { name: "orgs", records: yields([{ id: "a" }, { id: "b" }], { id: "c" }) },
        { name: "users", endpoint: "users/{resources.orgs.id}/list" },
        defineResource(
          "posts",
          { data_from: "users", include_from_parent: ["id"] },
          async function* ({ parent }) {
            yield [{ text: `${parent.id}-1` }, { text: `${parent.id}-2` }];
          },
        ),
        defineResource(
          "likes",
          { data_from: "posts" },
          ({ parent }) => [{ of: parent.text, by: parent._users_id }],
        ),
      ];
      const { tables } = await api.load(source({ client: { base_url: api.base }, resources }));
      assert.deepEqual(ids(tables.users), ["a", "b", "c"]);
      assert.deepEqual(
        tables.likes,
        ["a-1", "a-2", "b-1", "b-2", "c-1", "c-2"].map((of) => ({ of, by: of[0] })),
      );
    },
  );
});

Deno.test("data_from runs several parents at once and yields in their order", async () => {
  let running = 0, most = 0;
  const slowest = async function* ({ parent }: ExtractContext) {
    most = Math.max(most, ++running);
    for (let turn = Number(parent.id); turn < 6; turn++) {
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    running--;
    yield [{ id: parent.id }];
  };
  const parents = { name: "parents", records: yields([1, 2, 3, 4, 5, 6].map((id) => ({ id }))) };
  const children = { name: "items", data_from: "parents", records: slowest };
  assert.deepEqual(ids((await load(source([parents, children]))).tables.items), [1, 2, 3, 4, 5, 6]);
  assert.ok(most > 1);
  most = 0;
  await load(source([parents, { ...children, parallelized: false }]));
  assert.equal(most, 1);
});

Deno.test("data_from: what a function does to its parent record reaches nobody else", async () => {
  const spoil = async function* ({ parent }: ExtractContext) {
    parent.id = "spoilt";
    yield [{ id: 0 }];
  };
  const { tables } = await load(source([
    { name: "parents", records: yields([{ id: 1 }]) },
    { name: "spoiler", data_from: "parents", records: spoil },
    { name: "items", data_from: "parents", records: ({ parent }) => [{ id: parent.id }] as Row[] },
  ]));
  assert.deepEqual([ids(tables.parents), ids(tables.items)], [[1], [1]]);
});

Deno.test("records() is told what it uses and does not have", async () => {
  const uses = [
    ["client", ({ client }: ExtractContext) => client.request("x"), "no-client"],
    ["parent", ({ parent }: ExtractContext) => [parent.id], "no-parent"],
  ] as const;
  for (const [name, records, code] of uses) {
    const error = await failure(load(single(records)));
    assert.equal(error.code, code);
    assert.match(error.message, new RegExp(`Cannot read "items": it uses "${name}"`));
  }
});
