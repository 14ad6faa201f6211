/**
 * What cursors remember: its layout, the records at the boundary, and when it moves.
 * @module
 */
import assert from "assert";
import type { IncrementalConfig } from "../mod.ts";
import { feed, type FeedRecord, stateOf } from "./rest_api_feed.ts";
import { type Answers, type Api, failure, type LoadMore, withApi } from "./rest_api_scene.ts";

const FEED = { paginator: "json_link", data_selector: "data" };

function events(incremental: Partial<IncrementalConfig> = {}, settings: object = {}): object {
  return {
    client: {},
    resources: [{
      name: "events",
      ...settings,
      endpoint: { ...FEED, incremental: { cursor_path: "at", start_param: "since", ...incremental } },
    }],
  };
}

/** Loads what the server has at each step, and returns the ids in the table after it. */
async function idsAfter(
  steps: readonly (readonly FeedRecord[])[],
  config: object,
  more: LoadMore = {},
): Promise<unknown[][]> {
  const found: unknown[][] = [];
  await withRuns(steps, async (api) => {
    const { tables } = await api.load(config, more);
    found.push((tables.events ?? []).map(({ id }) => id));
  });
  return found;
}

/** Runs once for each step, with a server that has its records. */
async function withRuns(
  steps: readonly (readonly FeedRecord[])[],
  use: (api: Api, step: number) => Promise<void>,
): Promise<void> {
  let answer: (request: never) => unknown = () => undefined;
  const answers: Answers = (request) => answer(request as never);
  await withApi(answers, async (api) => {
    for (const [step, records] of steps.entries()) {
      answer = feed(records, { size: 2 }) as typeof answer;
      await use(api, step);
    }
  });
}

const at = (id: number, day: number): FeedRecord => ({ id, at: `2024-01-0${day}` });

Deno.test("incremental keeps its state in dlt's layout, with dlt's hash of a record", async () => {
  const vector = [{ id: 1, u: "2024-01-01T00:00:00Z" }, { id: 2, u: "2024-01-02T00:00:00Z" }];
  await withApi({ "/events": { data: vector } }, async (api) => {
    await api.load(events({ cursor_path: "u", initial_value: "2023", convert: () => "converted" }));
    assert.deepEqual(await stateOf(api.folder), {
      events: {
        incremental: {
          u: {
            initial_value: "2023",
            last_value: "2024-01-02T00:00:00Z",
            unique_hashes: ["b3Co+6c2OUqZ4aFCbpQ/"],
            start_value: "2023",
          },
        },
      },
    });
  });
});

Deno.test("incremental keeps its start from the first run on, and its last value whatever comes", async () => {
  const steps = [[], [at(1, 2)], [at(1, 2)], [at(1, 2), at(2, 3)], []];
  const states = [
    { last_value: "2024-01-01", start_value: "2024-01-01" },
    { last_value: "2024-01-02", start_value: "2024-01-01" },
    { last_value: "2024-01-02", start_value: "2024-01-01" },
    { last_value: "2024-01-03", start_value: "2024-01-02" },
    { last_value: "2024-01-03", start_value: "2024-01-02" },
  ];
  await withRuns(steps, async (api, step) => {
    await api.load(events({ initial_value: "2024-01-01" }, { primary_key: "id" }));
    const { incremental } = (await stateOf(api.folder)).events!;
    const { unique_hashes, ...slot } = (incremental as Record<string, FeedRecord>).at!;
    assert.deepEqual(slot, { initial_value: "2024-01-01", ...states[step] });
    assert.equal((unique_hashes as string[]).length, step === 0 ? 0 : 1);
  });
});

const KEYS: [string, object, Partial<IncrementalConfig>, string[]][] = [
  ["a key as text", { primary_key: "id" }, {}, ["Tp44cKMYfAuJiBfxLAqu"]],
  ["a key as list", { primary_key: ["id"] }, {}, ["y/yGik6NApHVti/+cWcf"]],
  ["a key of the cursor's own", { primary_key: "u" }, { primary_key: "id" }, ["Tp44cKMYfAuJiBfxLAqu"]],
  ["no key", {}, {}, ["b3Co+6c2OUqZ4aFCbpQ/"]],
  ["an empty key: none are told apart", { primary_key: "id" }, { primary_key: [] }, []],
  ["an open start", {}, { range_start: "open" }, []],
  ["a lag", {}, { lag: 1 }, []],
];

for (const [name, settings, incremental, hashes] of KEYS) {
  Deno.test(`incremental remembers who stands at the boundary by ${name}`, async () => {
    const data = [{ id: 2, u: "2024-01-02T00:00:00Z" }];
    await withApi({ "/events": { data } }, async (api) => {
      await api.load(events({ cursor_path: "u", ...incremental }, settings));
      const { events: state } = await stateOf(api.folder);
      const slot = (state!.incremental as Record<string, FeedRecord>).u;
      assert.deepEqual([slot?.last_value, slot?.unique_hashes], ["2024-01-02T00:00:00Z", hashes]);
    });
  });
}

const GROWING = [
  [at(1, 1), at(2, 2), at(3, 2), at(4, 2)],
  [at(1, 1), at(2, 2), at(3, 2), at(4, 2), at(5, 2)],
  [at(1, 1), at(2, 2), at(3, 2), at(4, 2), at(5, 2)],
  [at(6, 2), at(7, 3), at(2, 2)],
];
const BOUNDARIES: [string, object, Partial<IncrementalConfig>, number[][]][] = [
  [
    "equal values over pages and runs: each once",
    {},
    {},
    [[1, 2, 3, 4], [1, 2, 3, 4, 5], [1, 2, 3, 4, 5], [1, 2, 3, 4, 5, 6, 7]],
  ],
  [
    "with a key",
    { primary_key: "id" },
    {},
    [[1, 2, 3, 4], [1, 2, 3, 4, 5], [1, 2, 3, 4, 5], [1, 2, 3, 4, 5, 6, 7]],
  ],
  [
    "with an empty key: the boundary again",
    { primary_key: "id" },
    { primary_key: [] },
    [[1, 2, 3, 4], [1, 2, 3, 4, 2, 3, 4, 5], [1, 2, 3, 4, 2, 3, 4, 5, 2, 3, 4, 5], [
      ...[1, 2, 3, 4, 2, 3, 4, 5, 2, 3, 4, 5],
      ...[6, 7, 2],
    ]],
  ],
  ["with an open start: what comes late is lost", {}, { range_start: "open" }, [
    [1, 2, 3, 4],
    [1, 2, 3, 4],
    [1, 2, 3, 4],
    [1, 2, 3, 4, 7],
  ]],
  ["with merge and lag: all of it read again", { primary_key: "id", write_disposition: "merge" }, {
    lag: 30,
    initial_value: "2024-01-01",
  }, [[1, 2, 3, 4], [1, 2, 3, 4, 5], [1, 2, 3, 4, 5], [1, 3, 4, 5, 6, 7, 2]]],
];

for (const [name, settings, incremental, expected] of BOUNDARIES) {
  Deno.test(`incremental at the boundary ${name}`, async () => {
    assert.deepEqual(await idsAfter(GROWING, events(incremental, settings)), expected);
  });
}

Deno.test("incremental refuses a record at the boundary that lacks the key", async () => {
  await withApi({ "/events": { data: [{ at: "x" }] } }, async (api) => {
    const error = await failure(api.load(events({ primary_key: "id" })));
    assert.equal(error.code, "cursor-key-missing");
    assert.equal(error.at.resource, "events");
  });
});

Deno.test("incremental refuses a cursor whose type changed, and --full-refresh forgets it", async () => {
  const steps = [[{ id: 1, at: "2024" }], [{ id: 2, at: 5 }], [{ id: 3, at: 6 }]];
  await withRuns(steps, async (api, step) => {
    if (step === 0) return void await api.load(events());
    if (step === 2) {
      const { tables } = await api.load(events(), { fullRefresh: true });
      return assert.deepEqual(tables.events?.map(({ id }) => id), [3]);
    }
    const error = await failure(api.load(events({ start_param: undefined })));
    assert.equal(error.code, "cursor-type");
    assert.match(error.message, /"at": a record has a number there, the cursor is a string/);
  });
});

Deno.test("incremental follows whole numbers beyond 2^53 digit by digit", async () => {
  const body = (...ids: string[]) => new Response(`{"data":[${ids.map((id) => `{"id":${id}}`).join(",")}]}`);
  const bodies = [["9007199254740993", "9007199254740995"], ["9007199254740995", "9007199254740996"]];
  await withApi((_, count) => body(...bodies[count - 1]!), async (api) => {
    const config = events({ cursor_path: "id" });
    await api.load(config);
    const { tables } = await api.load(config);
    assert.deepEqual(tables.events?.map(({ id }) => String(id)), [
      "9007199254740993",
      "9007199254740995",
      "9007199254740996",
    ]);
    assert.deepEqual(api.lines(), ["GET /events", "GET /events?since=9007199254740995"]);
  });
});

const STEPS = [[at(1, 1), at(2, 2), at(3, 3)], [at(2, 2), at(3, 3), at(4, 4)]];
const RESETS: [string, object, LoadMore, string, number[]][] = [
  ["append goes on", {}, {}, "since=2024-01-03", [1, 2, 3, 4]],
  ["replace starts over each time", { write_disposition: "replace" }, {}, "", [2, 3, 4]],
  [
    "--full-refresh starts over",
    { write_disposition: "merge", primary_key: "id" },
    {
      fullRefresh: true,
    },
    "",
    [1, 2, 3, 4],
  ],
  ["a run with an end stores nothing", {}, {}, "", [1, 2, 3, 2, 3]],
];

for (const [name, settings, more, query, expected] of RESETS) {
  Deno.test(`incremental state: ${name}`, async () => {
    const isBounded = name.includes("an end");
    const config = events(isBounded ? { initial_value: "2024", end_value: "2024-01-04" } : {}, settings);
    await withRuns(STEPS, async (api, step) => {
      const { tables } = await api.load(config, more);
      if (step === 0) return;
      const asked = api.lines().findLast((line) => !line.includes("from="))!;
      assert.equal(asked, `GET /events${isBounded ? "?since=2024" : query && `?${query}`}`);
      assert.deepEqual(tables.events?.map(({ id }) => id), expected);
      if (isBounded) assert.equal((await stateOf(api.folder)).events?.incremental, undefined);
    });
  });
}

Deno.test("run with a page limit moves no cursor unless all was read", async () => {
  await withRuns([STEPS[0]!, STEPS[0]!, STEPS[0]!], async (api, step) => {
    await api.load(events({}, { primary_key: "id", write_disposition: "merge" }), { limit: step + 1 });
    const { events: state } = await stateOf(api.folder);
    assert.equal(state !== undefined, step > 0);
  });
});

Deno.test("run that fails moves no cursor", async () => {
  await withApi({
    "/events": () => ({ data: [at(1, 1)], next: "/events?from=1" }),
    "/events?from=1": () => new Response("gone", { status: 410 }),
  }, async (api) => {
    assert.equal((await failure(api.load(events()))).code, "http-status");
    await assert.rejects(stateOf(api.folder));
  });
});

Deno.test("incremental says when more than 200 records share the last value", async () => {
  const many = (count: number) => Array.from({ length: count }, (_, id) => ({ id, at: "2024" }));
  for (const [count, warned] of [[200, false], [201, true]] as const) {
    await withApi(feed(many(count)) as Answers, async (api) => {
      const { warnings, tables } = await api.load(events());
      assert.equal(tables.events?.length, count);
      assert.equal(warnings.some((text) => text.startsWith("coarse-cursor: 201 records share")), warned);
    });
  }
});

Deno.test("incremental keeps what a run without news finds, and hashes records of equal value together", async () => {
  await withRuns([[at(1, 1)], [], [at(1, 1), at(2, 1)], [at(1, 1), at(2, 1)]], async (api, step) => {
    const { tables } = await api.load(events());
    assert.deepEqual(tables.events?.map(({ id }) => id), step < 2 ? [1] : [1, 2]);
  });
});
