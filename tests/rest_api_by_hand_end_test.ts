/**
 * How resources written by hand end: by a page limit, by a stop, by an error of their own; and that they are
 * always closed.
 * @module
 */
import assert from "assert";
import { ConfigError, defineSource, type ExtractContext, formatError, Secret, type Source } from "../mod.ts";
import { failure, load, type Row, withApi } from "./rest_api_scene.ts";

type Records = (context: ExtractContext) => unknown;

function single(records: Records, more: object = {}): Source {
  return defineSource("rest_api", {}, () => [{ name: "items", records: records as never, ...more }])();
}

const ids = (rows: readonly Row[] = []) => rows.map(({ id }) => id);

/** A function that counts for ever, and what became of it. */
function counting(pause: () => Promise<unknown> | undefined = () => undefined) {
  const seen = { yielded: 0, closed: 0 };
  const records = async function* () {
    try {
      for (;;) {
        await pause();
        yield [{ id: ++seen.yielded }];
      }
    } finally {
      seen.closed++;
    }
  };
  return { records, seen };
}

Deno.test("records() that never ends is stopped by a page limit and closed", async () => {
  const { records, seen } = counting();
  const { tables } = await load(single(records), { limit: 3 });
  assert.deepEqual(ids(tables.items), [1, 2, 3]);
  assert.deepEqual(seen, { yielded: 3, closed: 1 });
});

Deno.test("records() that never ends, waits for ever or yields nothing for ever is stopped by the signal", async () => {
  const forever: [string, Records][] = [
    ["counts", counting().records],
    ["waits", counting(() => new Promise(() => {})).records],
    ["yields nothing", async function* () {
      for (;;) yield [];
    }],
    ["yields no page at all", function* () {
      for (;;) yield undefined;
    }],
    ["is stuck while it ends", async function* () {
      try {
        for (;;) yield [{ id: 1 }];
      } finally {
        await new Promise(() => {});
      }
    }],
  ];
  for (const [name, records] of forever) {
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 20);
    const error = await failure(load(single(records), { signal: controller.signal }));
    assert.equal(error.code, "interrupted", name);
    assert.equal(error.exitCode, 130);
  }
});

Deno.test("records() of many parents end when one of them fails, and all are closed", async () => {
  let open = 0;
  const child = async function* ({ parent }: ExtractContext) {
    open++;
    try {
      if (parent.id === 3) throw new Error("third");
      for (;;) {
        yield [{ id: 1 }];
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
    } finally {
      open--;
    }
  };
  const parents = { name: "parents", records: () => [1, 2, 3, 4, 5].map((id) => ({ id })) as Row[] };
  const source = defineSource(
    "rest_api",
    {},
    () => [parents, { name: "items", data_from: "parents", records: child }],
  );
  const error = await failure(load(source()));
  assert.equal(error.message, 'Cannot read "items": its own function threw Error: third');
  assert.equal(open, 0);
});

const THROWN: [string, () => unknown, RegExp][] = [
  ["an error", () => new Error("no luck"), /threw Error: no luck$/],
  ["an error of several lines", () => new RangeError("first.\nsecond"), /threw RangeError: first$/],
  ["an error without a message", () => new TypeError(), /threw TypeError$/],
  [
    "a parser's error, which quotes",
    () => caught(() => JSON.parse('{"password": "x1y2')),
    /threw SyntaxError$/,
  ],
  [
    "an address with a query",
    () => new Error("GET https://u:p@api.test/a?key=k1 failed"),
    /GET https:\/\/api\.test\/a failed$/,
  ],
  ["a secret", () => new Error(`token ${new Secret("s3cr3t-t0ken").reveal()}`), /threw Error: token \*\*\*$/],
  ["a text", () => "text", /threw a value of type string$/],
  ["null", () => null, /threw null$/],
  ["a very long message", () => new Error("x".repeat(5000)), /threw Error: x{200}$/],
];

function caught(action: () => unknown): unknown {
  try {
    return action();
  } catch (error) {
    return error;
  }
}

for (const [name, thrown, message] of THROWN) {
  Deno.test(`records() that throws ${name} is told as the source's own fault`, async () => {
    const ways: Records[] = [
      () => {
        throw thrown();
      },
      async () => {
        throw thrown();
      },
      async function* () {
        yield [{ id: 1 }];
        throw thrown();
      },
    ];
    for (const records of ways) {
      const error = await failure(load(single(records)));
      assert.equal(error.code, "source-failed");
      assert.equal(error.exitCode, 3);
      assert.match(error.message, message);
      assert.equal(error.at.resource, "items");
      assert.match(error.next!, /own/);
    }
  });
}

Deno.test("records() that throws is told with file, line and column", async () => {
  const records = async function* ({ parent }: { parent: { none: { id: number } } | undefined }) {
    yield [{ id: parent!.none.id }];
  };
  const parents = { name: "parents", records: () => [{ id: 1 }] as Row[] };
  const child = { name: "items", data_from: "parents", records: records as never };
  const error = await failure(load(defineSource("rest_api", {}, () => [parents, child])()));
  assert.match(
    formatError(error),
    /at pipeline scene, items, tests.rest_api_by_hand_end_test\.ts:\d+:\d+\n {2}next: correct the function/,
  );
});

Deno.test("records() may throw an error of Sluice, which keeps its code and learns its resource", async () => {
  const records = () => {
    throw new ConfigError("Cannot go on: not today", { code: "own-code" });
  };
  const error = await failure(load(single(records)));
  assert.deepEqual([error.code, error.exitCode, error.at.resource], ["own-code", 2, "items"]);
});

Deno.test("records() that fails while it is closed by a limit is told, too", async () => {
  const records = async function* () {
    try {
      for (;;) yield [{ id: 1 }];
    } finally {
      // deno-lint-ignore no-unsafe-finally -- that is what is tested
      throw new Error("while closing");
    }
  };
  const error = await failure(load(single(records), { limit: 1 }));
  assert.match(error.message, /Error: while closing$/);
});

Deno.test("records() that returns no pages is told what to do", async () => {
  for (const records of [() => undefined, async () => {}, () => null]) {
    const error = await failure(load(single(records)));
    assert.equal(error.code, "source-failed");
    assert.match(error.next!, /async function\* and yield/);
  }
});

Deno.test("records() whose requests fail is told with the request, and nothing is published", async () => {
  await withApi(({ path }) => path === "/items" ? [{ id: 1 }] : undefined, async (api) => {
    const records = async function* ({ client }: ExtractContext) {
      yield* client.paginate(client.request("items"));
      yield* client.paginate(client.request("gone", { params: { key: "k" } }));
    };
    const parts = { client: { base_url: api.base }, resources: [{ name: "items", records }] };
    const error = await failure(api.load(defineSource("rest_api", {}, () => parts)()));
    assert.equal(error.code, "http-status");
    assert.deepEqual([error.at.resource, error.at.page], ["items", 1]);
    assert.match(error.at.request!, /^GET http:\/\/127\.0\.0\.1:\d+\/gone \(params: key\)$/);
    const good = defineSource("rest_api", {}, () => [{ name: "other", records: () => [{ id: 1 }] as Row[] }]);
    assert.deepEqual(Object.keys((await api.load(good())).tables), ["other"]);
  });
});
