/**
 * Processing steps and table hints of declarative resources: what becomes of records on their way into tables.
 * @module
 */
import assert from "assert";
import type { ProcessingStep } from "../mod.ts";
import { failure, type Row, withApi } from "./rest_api_scene.ts";

const THREE = [{ id: 1, tags: ["a", "b"] }, { id: 2, tags: [] }, { id: 3, tags: ["c"] }];

function items(processing_steps: readonly ProcessingStep[], more: object = {}): object {
  return { client: {}, resources: [{ name: "items", processing_steps, ...more }] };
}

// deno-lint-ignore no-explicit-any -- whatever the API sends
type Item = any;
const double = ({ id }: Item) => ({ id: id * 2 });
const isSmall = ({ id }: Item) => id < 3;

const ORDERS: [string, ProcessingStep[], unknown[]][] = [
  ["filter, then map", [{ filter: isSmall }, { map: double }], [2, 4]],
  ["map, then filter", [{ map: double }, { filter: isSmall }], [2]],
  ["both in one step: filter comes first", [{ map: double, filter: isSmall }], [2, 4]],
  ["all three in one step", [{
    yield_map: (item) => [item, item],
    map: double,
    filter: isSmall,
  }], [2, 2, 4, 4]],
  ["yield_map to none or several", [{ yield_map: ({ tags }) => tags.map((id: string) => ({ id })) }], [
    "a",
    "b",
    "c",
  ]],
  ["yield_map as a generator", [{
    *yield_map({ id }) {
      for (let n = 1; n < id; n++) yield { id: `${id}.${n}` };
    },
  }], ["2.1", "3.1", "3.2"]],
  ["filter by anything that counts as true", [{ filter: ({ tags }) => tags[0] }], [1, 3]],
  ["no step at all", [], [1, 2, 3]],
];

for (const [name, steps, expected] of ORDERS) {
  Deno.test(`processing_steps are taken in order: ${name}`, async () => {
    await withApi({ "/items": THREE }, async (api) => {
      const { tables } = await api.load(items(steps));
      assert.deepEqual(tables.items?.map(({ id }) => id), expected);
    });
  });
}

Deno.test("processing_steps make records of what is none: dates, numbers, lists", async () => {
  const made: [unknown, Row][] = [
    [{ at: new Date("2024-01-01"), none: undefined }, { at: "2024-01-01 00:00:00.000000" }],
    [7, { value: 7 }],
    ["x", { value: "x" }],
    [{ big: 9007199254740993n, yes: true }, { big: 9007199254740993n, yes: 1 }],
  ];
  for (const [value, expected] of made) {
    await withApi({ "/items": [{}] }, async (api) => {
      const { tables } = await api.load(items([{ map: () => value }]));
      assert.deepEqual(tables.items, [expected]);
    });
  }
});

const FAULTS: [string, ProcessingStep, string, RegExp][] = [
  [
    "filter that throws",
    { filter: (item) => item.none.id },
    "source-failed",
    /"filter".*TypeError: Cannot read/,
  ],
  [
    "map that throws",
    {
      map: () => {
        throw new RangeError("too far\nsecond line");
      },
    },
    "source-failed",
    /"map".*RangeError: too far$/,
  ],
  [
    "map that throws a text",
    {
      map: () => {
        throw "text";
      },
    },
    "source-failed",
    /"map".*a value of type string$/,
  ],
  [
    "yield_map that throws while it yields",
    {
      *yield_map() {
        yield 1;
        throw new Error("x");
      },
    },
    "source-failed",
    /"yield_map".*Error: x$/,
  ],
  ["map that returns nothing", { map: () => {} }, "invalid-step", /"map".*gave nothing/],
  [
    "yield_map that yields nothing",
    { yield_map: () => [undefined] },
    "invalid-step",
    /"yield_map".*gave nothing/,
  ],
  ["yield_map that returns no list", { yield_map: () => 5 as never }, "invalid-step", /no list/],
  [
    "filter that returns a promise",
    { filter: () => Promise.resolve(false) },
    "async-function",
    /"filter".*promise/,
  ],
  ["map that returns a promise", { map: async () => ({}) }, "async-function", /"map".*promise/],
  [
    "yield_map that returns a promise",
    { yield_map: (async () => []) as never },
    "async-function",
    /"yield_map".*promise/,
  ],
  ["async generator", { yield_map: (async function* () {}) as never }, "invalid-step", /no list/],
  ["map that makes a circle", { map: (item) => item.self = item }, "source-failed", /RangeError/],
];

for (const [name, step, code, message] of FAULTS) {
  Deno.test(`processing_steps say whose fault it is: ${name}`, async () => {
    await withApi({ "/items": THREE }, async (api) => {
      const error = await failure(api.load(items([step])));
      assert.equal(error.code, code);
      assert.match(error.message, message);
      assert.match(error.message, /^Cannot read "items": /);
      assert.equal(error.at.resource, "items");
      assert.ok(error.next);
    });
  });
}

Deno.test("processing_steps that throw are told with file and line", async () => {
  await withApi({ "/items": THREE }, async (api) => {
    const error = await failure(api.load(items([{ map: (item) => item.a.b }])));
    assert.match(error.at.file!, /tests.rest_api_steps_test\.ts$/);
    assert.ok(error.at.line! > 1);
    assert.equal(error.exitCode, 3);
  });
});

const family = (parent: object, child: object) => ({
  client: {},
  resources: [{ name: "groups", ...parent }, {
    name: "members",
    endpoint: "groups/{resources.groups.id}/members",
    ...child,
  }],
});
const members = ({ path }: { path: string }) =>
  path === "/groups" ? [{ id: 1, name: "one" }, { id: 2, name: "two" }] : [{ path }];

Deno.test("processing_steps of a parent come before its children see its records", async () => {
  await withApi(members, async (api) => {
    const steps = [{ filter: ({ id }: Item) => id > 1 }, { map: () => ({ id: new Date(0) }) }];
    await api.load(family({ processing_steps: steps }, {}));
    assert.deepEqual(api.lines().map(decodeURIComponent), [
      "GET /groups",
      "GET /groups/1970-01-01T00:00:00.000Z/members",
    ]);
  });
});

Deno.test("include_from_parent comes before the steps of the child", async () => {
  await withApi(members, async (api) => {
    const seen: unknown[] = [];
    const config = family({}, {
      include_from_parent: ["name"],
      processing_steps: [{ filter: (item: Item) => seen.push(item._groups_name) > 1 }],
    });
    const { tables } = await api.load(config);
    assert.deepEqual(seen.sort(), ["one", "two"]);
    assert.equal(tables.members?.length, 1);
  });
});

Deno.test("include_from_parent wins over a field of the same name, and its lack is an error", async () => {
  const include = (fields: string[]) => family({}, { include_from_parent: fields });
  await withApi(
    ({ path }) => path === "/groups" ? [{ id: 1, none: null }] : [{ _groups_id: "own" }],
    async (api) => {
      const { tables } = await api.load(include(["id", "none"]));
      assert.deepEqual(tables.members, [{ _groups_id: 1 }]);
      const error = await failure(api.load(include(["title"])));
      assert.equal(error.code, "parent-field-missing");
      assert.equal(error.at.resource, "members");
      assert.match(error.next!, /id, none/);
    },
  );
});

Deno.test("selected false: read for its children, loaded when it is named", async () => {
  await withApi(members, async (api) => {
    const config = family({ selected: false }, {});
    const { tables } = await api.load(config);
    assert.deepEqual(Object.keys(tables), ["members"]);
    const named = await api.load(config, { resources: ["groups"] });
    assert.equal(named.tables.groups?.length, 2);
  });
});

Deno.test("scalars and lists are records with the field value", async () => {
  await withApi({ "/numbers": [1, "two", null], "/lists": [[1, 2], [3]] }, async (api) => {
    const { tables } = await api.load({ client: {}, resources: ["numbers", "lists"] });
    assert.deepEqual(tables.numbers?.map(({ value }) => value), [1, undefined, undefined]);
    assert.deepEqual(tables.numbers?.map(({ value__v_text }) => value__v_text), [
      undefined,
      "two",
      undefined,
    ]);
    assert.deepEqual(tables.lists__value?.map(({ value }) => value), [1, 2, 3]);
  });
});

const EVENTS = [{ id: 1, kind: "click" }, { id: 2, kind: "view" }, { id: 3, kind: "click" }];
const byKind = { table_name: ({ kind }: Item) => `event_${kind}` };
const ids = (rows: readonly Row[] = []) => rows.map(({ id }) => id);

const DISPOSITIONS: [string, number[], number[], number[]][] = [
  ["append", [1, 3, 4], [2, 1], [5]],
  ["merge", [1, 3, 4], [2, 1], [5]],
  ["replace", [4], [1], [5]],
];

for (const [write_disposition, clicks, views, others] of DISPOSITIONS) {
  Deno.test(`table_name as a function gives each record its table by ${write_disposition}`, async () => {
    let answer: unknown[] = EVENTS;
    await withApi(() => answer, async (api) => {
      const config = {
        client: {},
        resources: [{ name: "events", primary_key: "id", write_disposition, ...byKind }],
      };
      const first = await api.load(config);
      assert.deepEqual([ids(first.tables.event_click), ids(first.tables.event_view)], [[1, 3], [2]]);
      answer = [{ id: 4, kind: "click" }, { id: 1, kind: "view" }, { id: 5, kind: "Other/Kind" }];
      const { tables, info } = await api.load(config);
      assert.deepEqual(ids(tables.event_click), clicks);
      assert.deepEqual(ids(tables.event_view), views);
      assert.deepEqual(ids(tables.event_other_kind), others);
      assert.deepEqual(info.resources, { events: { pages: 1, rows: 3 } });
    });
  });
}

Deno.test("table_name as a function by replace empties tables that no record chose any more", async () => {
  let answer: unknown[] = EVENTS;
  await withApi(() => answer, async (api) => {
    const config = { client: {}, resources: [{ name: "events", write_disposition: "replace", ...byKind }] };
    await api.load(config);
    answer = [{ id: 9, kind: "view" }];
    const some = await api.load(config);
    assert.deepEqual([ids(some.tables.event_click), ids(some.tables.event_view)], [[], [9]]);
    answer = [];
    const none = await api.load(config);
    assert.deepEqual([ids(none.tables.event_click), ids(none.tables.event_view)], [[], []]);
  });
});

Deno.test("table_name as a function must give a name for every record", async () => {
  for (const table_name of [() => "", () => undefined, () => Promise.resolve("x")]) {
    await withApi({ "/events": EVENTS }, async (api) => {
      const error = await failure(api.load({ client: {}, resources: [{ name: "events", table_name }] }));
      assert.match(error.code, /invalid-table-name|async-function/);
      assert.equal(error.at.resource, "events");
    });
  }
});

Deno.test("two resources can fill one table by replace, and neither drops the other's rows", async () => {
  await withApi({ "/a": [{ id: 1 }], "/b": [{ id: 2 }] }, async (api) => {
    const both = { table_name: "all", write_disposition: "replace" };
    const config = { client: {}, resources: [{ name: "a", ...both }, { name: "b", ...both }] };
    for (let run = 0; run < 2; run++) {
      assert.deepEqual(ids((await api.load(config)).tables.all).sort(), [1, 2]);
    }
  });
});

Deno.test("max_table_nesting and columns shape the tables", async () => {
  const data = [{ id: "1", price: "1.50", list: [{ deep: [1] }] }];
  await withApi({ "/items": data }, async (api) => {
    const { tables } = await api.load(items([], {
      max_table_nesting: 1,
      columns: { price: { data_type: "decimal", precision: 10, scale: 2 }, id: { data_type: "bigint" } },
    }));
    assert.deepEqual(tables.items, [{ id: 1, price: "1.50" }]);
    assert.deepEqual(tables.items__list, [{ deep: "[1]" }]);
  });
});

Deno.test("hints of null take away what the defaults say", async () => {
  await withApi({ "/items": [{ id: 1 }, { id: 1 }] }, async (api) => {
    const { tables } = await api.load({
      client: {},
      resource_defaults: { primary_key: "id", write_disposition: "merge", max_table_nesting: 1 },
      resources: [{
        name: "items",
        primary_key: null,
        write_disposition: null,
        max_table_nesting: null,
        columns: null,
        processing_steps: null,
        include_from_parent: null,
      }],
    });
    assert.equal(tables.items?.length, 2);
  });
});
