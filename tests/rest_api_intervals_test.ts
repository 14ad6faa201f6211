/**
 * Bounds that a scheduler sets for one run: `DLT_INTERVAL_START` and `DLT_INTERVAL_END`.
 * @module
 */
import assert from "assert";
import { failure, withApi } from "./rest_api_scene.ts";

const START = "2026-01-01T22:30:00Z";
const END = "2026-01-31T23:30:00Z";
const both = { DLT_INTERVAL_START: START, DLT_INTERVAL_END: END };

/** The query of a first run with this cursor in this environment. */
async function query(cursor: object, env: Record<string, string>): Promise<string> {
  let path = "";
  await withApi(() => [], async (api) => {
    const incremental = { cursor_path: "at", start_param: "from", end_param: "to", ...cursor };
    await api.load({ client: {}, resources: [{ name: "e", endpoint: { incremental } }] }, { env });
    path = api.requests[0]!.path;
  });
  return decodeURIComponent(path.slice("/e".length));
}

const allowed = { allow_external_schedulers: true };
const seconds = (text: string) => Date.parse(text) / 1000;

const cases: [what: string, cursor: object, env: Record<string, string>, query: string][] = [
  ["nothing where the cursor does not allow it", { initial_value: "2020" }, both, "?from=2020"],
  ["nothing where no scheduler set any", { ...allowed, initial_value: "2020" }, {}, "?from=2020"],
  ["both bounds", allowed, both, `?from=${START}&to=${END}`],
  [
    "the own start where it is later",
    { ...allowed, initial_value: "2026-01-15T00:00:00Z" },
    both,
    `?from=2026-01-15T00:00:00Z&to=${END}`,
  ],
  [
    "its start where it is later",
    { ...allowed, initial_value: "2025-01-15T00:00:00Z" },
    both,
    `?from=${START}&to=${END}`,
  ],
  [
    "the own end where it is earlier",
    { ...allowed, initial_value: "2026-01-02T00:00:00Z", end_value: "2026-01-20T00:00:00Z" },
    both,
    "?from=2026-01-02T00:00:00Z&to=2026-01-20T00:00:00Z",
  ],
  [
    "seconds for a cursor of numbers",
    { ...allowed, initial_value: 0 },
    both,
    `?from=${seconds(START)}&to=${seconds(END)}`,
  ],
  [
    "days for a cursor of days",
    { ...allowed, initial_value: "2020-01-01" },
    both,
    "?from=2026-01-01&to=2026-01-31",
  ],
  ["days in the scheduler's zone", { ...allowed, initial_value: "2020-01-01" }, {
    ...both,
    DLT_INTERVAL_TIMEZONE: "Europe/Vienna",
  }, "?from=2026-01-01&to=2026-02-01"],
  [
    "converted values",
    { ...allowed, convert: (text: string) => text.slice(0, 4) },
    both,
    "?from=2026&to=2026",
  ],
];

for (const [what, cursor, env, expected] of cases) {
  Deno.test(`run() asks with ${what}`, async () => {
    assert.equal(await query(cursor, env), expected);
  });
}

Deno.test("run() remembers nothing of an interval, and takes only what lies in it", async () => {
  const records = ["2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z", "2026-01-31T23:30:00Z"].map((at) => ({
    at,
  }));
  await withApi({ "/e": records }, async (api) => {
    const incremental = { cursor_path: "at", start_param: "from", ...allowed };
    const config = { client: {}, resources: [{ name: "e", endpoint: { incremental } }] };
    const { tables } = await api.load(config, { env: both });
    assert.equal(tables.e!.length, 1);
    await api.load(config);
    assert.equal(api.requests.at(-1)!.path, "/e");
  });
});

const wrong: [env: Record<string, string>, message: RegExp][] = [
  [{ DLT_INTERVAL_START: START }, /DLT_INTERVAL_START is set and DLT_INTERVAL_END is not$/],
  [{ DLT_INTERVAL_END: END }, /DLT_INTERVAL_END is set and DLT_INTERVAL_START is not$/],
  [{ ...both, DLT_INTERVAL_END: "soon" }, /DLT_INTERVAL_END is no date-time$/],
  [{ ...both, DLT_INTERVAL_TIMEZONE: "Vienna" }, /DLT_INTERVAL_TIMEZONE is no time zone$/],
];

for (const [env, message] of wrong) {
  Deno.test(`run() refuses an interval of ${Object.entries(env).join(" ")}`, async () => {
    await withApi(() => [], async (api) => {
      const incremental = { cursor_path: "at", ...allowed };
      const config = { client: {}, resources: [{ name: "e", endpoint: { incremental } }] };
      const error = await failure(api.load(config, { env }));
      assert.deepEqual([error.code, error.exitCode, api.lines()], ["invalid-interval", 2, []]);
      assert.match(error.message, message);
    });
  });
}
