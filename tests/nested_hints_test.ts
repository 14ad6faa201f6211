/**
 * Hints for tables of lists, keys of root rows for all children or none, and annotations: through whole runs.
 * @module
 */
import assert from "assert";
import {
  Configuration,
  defineSource,
  type HandWrittenResource,
  pipeline,
  type SourceSettings,
} from "../mod.ts";
import { Schema } from "../pipeline/schema.ts";

type Settings = Omit<HandWrittenResource, "name" | "records">;

/** Loads batches one after the other and hands on a way to ask. */
async function loaded(
  batches: readonly (readonly unknown[])[],
  settings: Settings,
  about: SourceSettings = {},
): Promise<{ rows: (sql: string) => Promise<unknown[][]>; schema: Schema }> {
  const folder = await Deno.makeTempDir({ prefix: "sluice_nested_" });
  try {
    const place = pipeline({
      pipelineName: "nested",
      projectDirectory: folder,
      destinationParameters: { credentials: `sqlite:///${folder}/nested.db` },
      configuration: await Configuration.load({ projectDirectory: folder, env: {} }),
    });
    for (const batch of batches) {
      const records = async function* () {
        yield [...batch];
      };
      await place.run(defineSource("nested", {}, () => [{ name: "t", ...settings, records }], about)());
    }
    const results = new Map<string, unknown[][]>();
    const tables = (await place.query("SELECT name FROM sqlite_schema WHERE type = 'table'")).rows.flat().map(
      String,
    );
    for (const table of tables) {
      const { columns, rows } = await place.query(`SELECT * FROM "${table}" ORDER BY rowid`);
      results.set(table, [columns, ...rows]);
    }
    const text = results.get("_dlt_version")!.at(-1)!.at(-1);
    const rows = (table: string) => {
      const [columns = [], ...found] = results.get(table) ?? [];
      const shown = columns.flatMap((name, at) => String(name).startsWith("_dlt_") ? [] : [at]);
      return Promise.resolve(found.map((row) => shown.map((at) => row[at])));
    };
    return { rows, schema: Schema.parse(String(text)) };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("run() merges the table of a list by a key of its own, beside its records", async () => {
  const { rows, schema } = await loaded(
    [
      [{ id: 1, l: [{ k: 1, v: "a" }, { k: 2, v: "b" }] }, { id: 2, l: [{ k: 3, v: "c" }] }],
      [{ id: 1, l: [{ k: 2, v: "B", m: [7] }] }],
    ],
    {
      primary_key: "id",
      write_disposition: "merge",
      nested_hints: { l: { primary_key: "k", write_disposition: "merge" } },
    },
  );
  assert.deepEqual((await rows("t")).flat().sort(), [1, 2]);
  assert.deepEqual((await rows("t__l")).toSorted(), [[1, "a"], [2, "B"], [3, "c"]]);
  assert.deepEqual(await rows("t__l__m"), [[7]]);
  assert.equal(schema.tables.get("t__l")!.parent, undefined);
  assert.equal(schema.tables.get("t__l__m")!.parent, "t__l");
});

Deno.test("run() replaces the table of a list that is a root, although its records are appended", async () => {
  const { rows } = await loaded(
    [[{ id: 1, l: [{ k: 1 }] }], [{ id: 2, l: [{ k: 2 }] }]],
    { nested_hints: { l: { primary_key: "k", write_disposition: "replace" } } },
  );
  assert.deepEqual(await rows("t"), [[1], [2]]);
  assert.deepEqual(await rows("t__l"), [[2]]);
});

Deno.test("run() puts the hints of a list inside a list, or inside an object, where its rows are", async () => {
  const { rows, schema } = await loaded(
    [[{ id: 1, l: [{ mM: [{ k: 1 }] }], o: { l: [{ k: 1 }] } }]],
    {
      nested_hints: {
        "l__mM": { columns: { k: { data_type: "text" } } },
        "o__l": { columns: { k: { data_type: "double" } } },
      },
    },
  );
  assert.deepEqual(await rows("t__l__m_m"), [["1"]]);
  assert.equal(schema.tables.get("t__l__m_m")!.parent, "t__l");
  assert.equal(schema.tables.get("t__o__l")!.parent, "t");
  assert.equal(schema.tables.get("t__o__l")!.columns.get("k")!.data_type, "double");
  assert.deepEqual(schema.descendants("t").sort(), ["t__l", "t__l__m_m", "t__o__l"]);
});

Deno.test("run() keeps a list with a key a child where parent_table_name says so", async () => {
  const { schema } = await loaded(
    [[{ id: 1, l: [{ k: 1 }] }]],
    { nested_hints: { l: { primary_key: "k", parent_table_name: "t" } } },
  );
  const table = schema.tables.get("t__l")!;
  assert.equal(table.parent, "t");
  assert.equal(table.columns.get("k")!.primary_key, true);
});

Deno.test("run() refuses a disposition of a list that the destination cannot do, before it reads anything", async () => {
  await assert.rejects(
    loaded([[{ id: 1 }]], {
      nested_hints: {
        l: { merge_key: "k", write_disposition: { disposition: "merge", strategy: "upsert" } },
      },
    }),
    { code: "primary-key-missing" },
  );
});

Deno.test("run() keeps annotations of tables, lists and columns in the schema", async () => {
  const { schema } = await loaded([[{ id: 1, l: [{ k: 1 }] }]], {
    columns: { id: { "x-unit": "pieces" } },
    "x-owner": { team: "data" },
    nested_hints: { l: { "x-pii": true, columns: { k: { "x-unit": "m" } } } },
  });
  assert.deepEqual(schema.tables.get("t")!["x-owner"], { team: "data" });
  assert.equal(schema.tables.get("t")!.columns.get("id")!["x-unit"], "pieces");
  assert.equal(schema.tables.get("t__l")!["x-pii"], true);
  assert.equal(schema.tables.get("t__l")!.columns.get("k")!["x-unit"], "m");
});

for (const strategy of ["delete-insert", "upsert", "insert-only"] as const) {
  Deno.test(`run() merges by ${strategy} without keys of root rows as with them, list by list`, async () => {
    const batches = [
      [{ id: 1, l: [{ x: 1, m: [1, 2] }, { x: 2, m: [3] }] }, { id: 2, l: [{ x: 3, m: [4] }] }],
      [{ id: 1, l: [{ x: 4, m: [5] }] }, { id: 3 }, { id: 3, l: [{ x: 5, m: [6, 7] }] }],
      [{ id: 2 }, { id: 3, l: [{ x: 6 }] }],
    ];
    const settings: Settings = { primary_key: "id", write_disposition: { disposition: "merge", strategy } };
    const [without, with_] = [
      await loaded(batches, settings, { rootKey: false }),
      await loaded(batches, settings, { rootKey: true }),
    ];
    assert(!without.schema.tables.get("t__l__m")!.columns.has("_dlt_root_id"));
    assert(with_.schema.tables.get("t__l__m")!.columns.has("_dlt_root_id"));
    for (const table of ["t", "t__l", "t__l__m"]) {
      assert.deepEqual((await without.rows(table)).sort(), (await with_.rows(table)).sort(), table);
    }
  });
}
