/**
 * Cursors of declarative resources: what they put into requests, and which records they let pass.
 * @module
 */
import assert from "assert";
import type { IncrementalConfig } from "../mod.ts";
import { feed } from "./rest_api_feed.ts";
import { failure, withApi } from "./rest_api_scene.ts";

const FEED = { paginator: "json_link", data_selector: "data" };
const DAYS = [1, 2, 3, 4].map((id) => ({ id, at: `2024-01-0${id}T00:00:00Z` }));

/** Events with a cursor; `more` is laid over the endpoint. */
function events(incremental: Partial<IncrementalConfig>, more: object = {}): object {
  return {
    client: {},
    resources: [{
      name: "events",
      endpoint: { ...FEED, incremental: { cursor_path: "at", ...incremental }, ...more },
    }],
  };
}

/** The requests of a first and a second run over four days. */
async function twoRuns(config: object): Promise<[string[], string[]]> {
  const lines: string[][] = [];
  await withApi(() => ({ data: DAYS, next: null }), async (api) => {
    for (let run = 0; run < 2; run++) {
      await api.load(config);
      lines.push(api.lines().slice(lines.flat().length).map(decodeURIComponent));
    }
  });
  return lines as [string[], string[]];
}

const START = "{incremental.start_value}";
const FORMS: [string, object, string, string][] = [
  [
    "endpoint.incremental with a placeholder",
    events({ initial_value: "2024" }, { params: { since: START } }),
    "GET /events?since=2024",
    "GET /events?since=2024-01-04T00:00:00Z",
  ],
  [
    "start_param",
    events({ start_param: "from", initial_value: "2024" }),
    "GET /events?from=2024",
    "GET /events?from=2024-01-04T00:00:00Z",
  ],
  [
    "a parameter of type incremental",
    {
      client: {},
      resources: [{
        name: "events",
        endpoint: {
          ...FEED,
          params: { after: { type: "incremental", cursor_path: "at", initial_value: "2024" }, x: 1 },
        },
      }],
    },
    "GET /events?x=1&after=2024",
    "GET /events?x=1&after=2024-01-04T00:00:00Z",
  ],
  [
    "both forms: the parameter's",
    events({ cursor_path: "other", start_param: "no" }, {
      params: { after: { type: "incremental", cursor_path: "at", initial_value: "2024" } },
    }),
    "GET /events?after=2024",
    "GET /events?after=2024-01-04T00:00:00Z",
  ],
  [
    "a cursor in resource_defaults",
    {
      client: {},
      resource_defaults: {
        endpoint: { ...FEED, incremental: { cursor_path: "at", start_param: "since" } },
      },
      resources: ["events"],
    },
    "GET /events",
    "GET /events?since=2024-01-04T00:00:00Z",
  ],
  [
    "no initial value: the parameter is left out",
    events({ start_param: "since" }),
    "GET /events",
    "GET /events?since=2024-01-04T00:00:00Z",
  ],
  [
    "no initial value: a text with the placeholder is left out",
    events({}, { params: { q: `at >= ${START}`, n: 5 } }),
    "GET /events?n=5",
    "GET /events?q=at >= 2024-01-04T00:00:00Z&n=5",
  ],
  [
    "last_value and initial_value",
    events({ initial_value: "2024" }, {
      params: { last: "{incremental.last_value}", first: "{incremental.initial_value}" },
    }),
    "GET /events?last=2024&first=2024",
    "GET /events?last=2024-01-04T00:00:00Z&first=2024",
  ],
  [
    "a placeholder in the path",
    events({ initial_value: "2024" }, { path: `events/from/${START}/list` }),
    "GET /events/from/2024/list",
    "GET /events/from/2024-01-04T00:00:00Z/list",
  ],
  [
    "convert",
    events({ start_param: "since", initial_value: "2024", convert: (value) => value.slice(0, 10) }),
    "GET /events?since=2024",
    "GET /events?since=2024-01-04",
  ],
  [
    "transform, its older name",
    events({
      start_param: "since",
      initial_value: "2024-01-01T00:00:00Z",
      transform: (value) => Date.parse(value) / 1000,
    }),
    "GET /events?since=1704067200",
    "GET /events?since=1704326400",
  ],
  [
    "convert to a date",
    events({ start_param: "since", initial_value: "2024", convert: (value) => new Date(value) }),
    "GET /events?since=2024-01-01T00:00:00.000Z",
    "GET /events?since=2024-01-04T00:00:00.000Z",
  ],
  [
    "convert to nothing",
    events({ start_param: "since", initial_value: "2024", convert: () => null }),
    "GET /events",
    "GET /events",
  ],
  [
    "lag",
    events({ start_param: "since", initial_value: "2024-01-01T00:00:00Z", lag: 3600 }),
    "GET /events?since=2024-01-01T00:00:00Z",
    "GET /events?since=2024-01-03T23:00:00Z",
  ],
  [
    "lag never goes behind initial_value",
    events({ start_param: "since", initial_value: "2024-01-03T12:00:00Z", lag: 86_400 * 30 }),
    "GET /events?since=2024-01-03T12:00:00Z",
    "GET /events?since=2024-01-03T12:00:00Z",
  ],
  [
    "end_value and end_param: the same each time",
    events({ start_param: "from", end_param: "to", initial_value: "2024-01-01", end_value: "2024-01-03" }),
    "GET /events?from=2024-01-01&to=2024-01-03",
    "GET /events?from=2024-01-01&to=2024-01-03",
  ],
  [
    "initial_value 0 is a value",
    events({ cursor_path: "id", start_param: "since", initial_value: 0 }),
    "GET /events?since=0",
    "GET /events?since=4",
  ],
  [
    "last_value_func min",
    events({ cursor_path: "id", start_param: "before", initial_value: 9, last_value_func: "min" }),
    "GET /events?before=9",
    "GET /events?before=1",
  ],
  [
    "last_value_func min with lag",
    events({ cursor_path: "id", start_param: "before", initial_value: 9, last_value_func: "min", lag: 2 }),
    "GET /events?before=9",
    "GET /events?before=3",
  ],
  [
    "a function as last_value_func",
    events({
      cursor_path: "id",
      start_param: "x",
      last_value_func: (values) => values.reduce((one, other) => one % 4 > other % 4 ? one : other),
    }),
    "GET /events",
    "GET /events?x=3",
  ],
];

for (const [name, config, first, second] of FORMS) {
  Deno.test(`incremental asks a first and a second time with ${name}`, async () => {
    assert.deepEqual(await twoRuns(config), [[first], [second]]);
  });
}

Deno.test("incremental puts its values into headers and bodies, and leaves out what has none", async () => {
  const config = events({ initial_value: 7, cursor_path: "id" }, {
    method: "POST",
    headers: { "X-Since": START, "X-End": "{incremental.end_value}" },
    json: { since: START, text: `>${START}`, none: "<{incremental.end_value}" },
  });
  await withApi(() => ({ data: [], next: null }), async (api) => {
    await api.load(config);
    const { headers, body } = api.requests[0]!;
    assert.equal(headers.get("x-since"), "7");
    assert.equal(headers.get("x-end"), null);
    assert.equal(body, '{"since":7,"text":">7"}');
  });
});

Deno.test("incremental on a resource only chooses records", async () => {
  const config = {
    client: {},
    resources: [{
      name: "events",
      incremental: { cursor_path: "at", initial_value: "2024-01-03" },
      endpoint: FEED,
    }],
  };
  await withApi({ "/events": { data: DAYS } }, async (api) => {
    const { tables } = await api.load(config);
    assert.deepEqual(tables.events?.map(({ id }) => id), [3, 4]);
    assert.deepEqual(api.lines(), ["GET /events"]);
  });
});

const ONE_TO_FIVE = [1, 2, 3, 4, 5].map((id) => ({ id, nested: { at: [id] } }));
const CHOICES: [string, Partial<IncrementalConfig>, number[]][] = [
  ["range_start closed", { initial_value: 3 }, [3, 4, 5]],
  ["range_start open", { initial_value: 3, range_start: "open" }, [4, 5]],
  ["range_end open", { initial_value: 2, end_value: 4 }, [2, 3]],
  ["range_end closed", { initial_value: 2, end_value: 4, range_end: "closed" }, [2, 3, 4]],
  ["both ends the other way", {
    initial_value: 2,
    end_value: 4,
    range_start: "open",
    range_end: "closed",
  }, [3, 4]],
  ["bounds of zero", { initial_value: -1, end_value: 0 }, []],
  ["min", { initial_value: 3, last_value_func: "min" }, [1, 2, 3]],
  ["min with an end", { initial_value: 4, end_value: 2, last_value_func: "min" }, [3, 4]],
  ["a JSON path into lists", { cursor_path: "nested.at[0]", initial_value: 4 }, [4, 5]],
  ["several paths, the greatest of them", { cursor_path: ["none", "id"], initial_value: 4 }, [4, 5]],
  ["a bound as bigint", { initial_value: 4n }, [4, 5]],
];

for (const [name, incremental, expected] of CHOICES) {
  Deno.test(`incremental lets pass what its bounds say: ${name}`, async () => {
    await withApi({ "/events": { data: ONE_TO_FIVE } }, async (api) => {
      const { tables } = await api.load(events({ cursor_path: "id", ...incremental }));
      assert.deepEqual(tables.events?.map(({ id }) => id) ?? [], expected);
    });
  });
}

Deno.test("incremental takes a Date as bound and compares moments however they are spelled", async () => {
  const spelled = [
    { id: 1, at: "2024-01-01T00:59:59.999999+01:00" },
    { id: 2, at: "2024-01-01T00:00:00Z" },
    { id: 3, at: "2024-01-01T01:00:00+01:00" },
    { id: 4, at: "2024-01-01T00:00:00.5Z" },
  ];
  await withApi({ "/events": { data: spelled } }, async (api) => {
    const { tables } = await api.load(events({ initial_value: new Date("2024-01-01T00:00:00Z") }));
    assert.deepEqual(tables.events?.map(({ id }) => id), [2, 3, 4]);
  });
});

const MISSING: [string, Partial<IncrementalConfig>, number[] | string][] = [
  ["raise", {}, "cursor-missing"],
  ["raise, of a path that none has", { cursor_path: "gone" }, "cursor-missing"],
  ["include", { on_cursor_value_missing: "include" }, [1, 2, 3, 5]],
  ["exclude", { on_cursor_value_missing: "exclude" }, [3, 5]],
];

for (const [name, incremental, expected] of MISSING) {
  Deno.test(`incremental treats records without the cursor by ${name}`, async () => {
    const data = [{ id: 1 }, { id: 2, at: null }, { id: 3, at: "" }, { id: 5, at: "x" }];
    await withApi({ "/events": { data } }, async (api) => {
      const loading = api.load(events(incremental));
      if (typeof expected !== "string") {
        return assert.deepEqual((await loading).tables.events?.map(({ id }) => id), expected);
      }
      const error = await failure(loading);
      assert.equal(error.code, expected);
      assert.equal(error.at.resource, "events");
      assert.match(error.next!, /on_cursor_value_missing.*id/);
    });
  });
}

const ORDERS: [string, Partial<IncrementalConfig>, boolean, number][] = [
  ["asc with an end", { initial_value: 1, end_value: 4, row_order: "asc" }, false, 2],
  ["asc without an end: all pages", { row_order: "asc" }, false, 5],
  ["desc with a start", { initial_value: 8, row_order: "desc" }, true, 2],
  ["no order: all pages", { initial_value: 8 }, true, 5],
];

for (const [name, incremental, isDescending, pages] of ORDERS) {
  Deno.test(`incremental ends a list by row_order ${name}`, async () => {
    const ids = Array.from({ length: 10 }, (_, index) => ({ id: index + 1 }));
    const answer = feed(isDescending ? ids.reverse() : ids, { size: 2 });
    await withApi((request) => answer(request), async (api) => {
      await api.load(events({ cursor_path: "id", ...incremental }));
      assert.equal(api.requests.length, pages);
    });
  });
}

Deno.test("incremental follows the cursor that processing steps leave", async () => {
  const config = {
    client: {},
    resources: [{
      name: "events",
      processing_steps: [{ map: ({ at, ...rest }: { at: string }) => ({ ...rest, moment: new Date(at) }) }],
      endpoint: {
        ...FEED,
        incremental: { cursor_path: "moment", initial_value: "2024-01-03T00:00:00.000Z" },
      },
    }],
  };
  await withApi({ "/events": { data: DAYS } }, async (api) => {
    const { tables } = await api.load(config);
    assert.deepEqual(tables.events?.map(({ id }) => id), [3, 4]);
  });
});
