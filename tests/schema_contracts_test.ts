/**
 * Schema contracts through whole runs: what a violation says and leaves, what is counted and kept, and that it
 * never blocks the pipeline.
 * @module
 */
import assert from "assert";
import { join } from "node:path";
import { formatLoadInfo, type RunOptions, SluiceError, type SourceSettings } from "../mod.ts";
import { Schema } from "../pipeline/schema.ts";
import { type Rows, RowsBench, type Settings } from "./rows_bench.ts";

const create = () => RowsBench.create("contracts");

function run(
  bench: RowsBench,
  rows: Rows,
  settings: Settings = {},
  run: RunOptions = {},
  about?: SourceSettings,
) {
  return bench.load(settings, rows, { run, about });
}

async function tables(bench: RowsBench): Promise<unknown[]> {
  const names = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE '\\_dlt%' ESCAPE '\\'";
  return (await bench.query(names)).flat();
}

/** The schema as it is stored last. */
async function storedSchema(bench: RowsBench): Promise<Schema> {
  const [[text]] = await bench.query("SELECT schema FROM _dlt_version ORDER BY version DESC LIMIT 1");
  return Schema.parse(String(text));
}

function packages({ folder }: RowsBench): string[] {
  return [...Deno.readDirSync(join(folder, ".dlt/.var/contracts/packages"))].map(({ name }) => name);
}

const known = [{ id: 1, a: 1, l: [{ x: 1 }] }];
const violations = [
  { entity: "columns", row: { id: 2, b: 987654 }, message: 'add column "b" to table "t"' },
  { entity: "columns", row: { id: 2, o: { p: 987654 } }, message: 'add column "o__p" to table "t"' },
  { entity: "columns", row: { id: 2, l: [{ y: 987654 }] }, message: 'add column "y" to table "t__l"' },
  { entity: "data_type", row: { id: 2, a: "987654x" }, message: 'of type text in column "a" of table "t"' },
  { entity: "tables", row: { id: 2, m: [987654] }, message: 'add table "t__m"' },
] as const;

for (const { entity, row, message } of violations) {
  Deno.test(`run() with ${entity} frozen refuses ${Object.keys(row)[1]}, and leaves the tables as they were`, async () => {
    await using bench = await create();
    await run(bench, known);
    const before = await bench.query(
      "SELECT * FROM t JOIN t__l ON 1 JOIN _dlt_version ON 1 JOIN _dlt_loads ON 1",
    );
    const error = await run(bench, [{ id: 3 }, row], {}, { schemaContract: { [entity]: "freeze" } }).catch((
      error,
    ) => error);
    assert(error instanceof SluiceError);
    assert.deepEqual([error.code, error.exitCode], ["schema-contract", 1]);
    assert(error.message.includes(message), error.message);
    assert(error.message.includes(`schema "contracts" for ${entity} is "freeze"`), error.message);
    assert.deepEqual([error.at.resource, error.at.page], ["t", 1]);
    assert.match(error.next!, new RegExp(`schema_contract.${entity}`));
    assert(!`${error.message} ${error.next}`.includes("987654"), "a message holds a value of a row");
    assert.deepEqual(
      await bench.query("SELECT * FROM t JOIN t__l ON 1 JOIN _dlt_version ON 1 JOIN _dlt_loads ON 1"),
      before,
    );
    assert.deepEqual(await tables(bench), ["t", "t__l"]);
  });
}

Deno.test("run() that a contract stopped is no obstacle: the next one reads under its own contract", async () => {
  await using bench = await create();
  await run(bench, known);
  await assert.rejects(run(bench, [{ id: 2, b: 1 }], { schema_contract: "freeze" }), {
    code: "schema-contract",
  });
  assert.deepEqual(packages(bench), []);
  const info = await run(bench, [{ id: 3, b: 1 }], { schema_contract: "evolve" });
  assert.equal(info.loadPackages.length, 1);
  assert.deepEqual(await bench.query("SELECT id, b FROM t ORDER BY id"), [[1, null], [3, 1]]);
});

// Where records choose their tables, rows are made when everything is read.
const chosen = { table_name: () => "t" } as const;

Deno.test("run() loads a package that a contract refused once the contract lets it, without reading again", async () => {
  await using bench = await create();
  await run(bench, known);
  await assert.rejects(run(bench, [{ id: 2, b: 1 }], { schema_contract: "freeze", ...chosen }), {
    code: "schema-contract",
  });
  assert.equal(packages(bench).length, 1);
  const info = await run(bench, [{ id: 3 }], { schema_contract: "evolve", ...chosen });
  // What is appended was read by then, and is not read again.
  assert.equal(info.loadPackages.length, 1);
  assert.deepEqual(await bench.query("SELECT id, b FROM t ORDER BY id"), [[1, null], [2, 1]]);
  assert.deepEqual(packages(bench), []);
});

Deno.test("run() drops a package that the contract still refuses, says so, and reads again", async () => {
  await using bench = await create();
  await run(bench, known);
  const frozen = { schema_contract: { columns: "freeze" }, ...chosen } as const;
  await assert.rejects(run(bench, [{ id: 2, b: 1 }], frozen), { code: "schema-contract" });
  const info = await run(bench, [{ id: 2 }], frozen);
  assert.deepEqual(bench.warnings, ["package-dropped"]);
  assert.equal(info.loadPackages.length, 1);
  assert.deepEqual(await bench.query("SELECT id FROM t ORDER BY id"), [[1], [2]]);
  assert.deepEqual(packages(bench), []);
});

Deno.test("run() counts what it discarded, per table, in the load info", async () => {
  await using bench = await create();
  await run(bench, known);
  const rows = [{ id: 2, b: 1, l: [{ x: "q" }, { x: 2 }] }, { id: 3, a: "x", l: [{ x: 3 }] }, {
    id: 4,
    m: [1, 2],
  }];
  const contract = { tables: "discard_row", columns: "discard_value", data_type: "discard_row" } as const;
  const info = await run(bench, rows, { schema_contract: contract });
  assert.deepEqual(info.loadPackages[0].discarded, {
    t: { rows: 1, values: 1 },
    t__l: { rows: 1, values: 0 },
    t__m: { rows: 2, values: 0 },
  });
  assert.deepEqual(info.loadPackages[0].rows, { t: 2, t__l: 1 });
  assert.match(
    formatLoadInfo(info),
    /kept 1 row\(s\) and 1 value\(s\) out of table t\n.*kept 1 row\(s\) out of table t__l/,
  );
  assert.deepEqual(await bench.query("SELECT id FROM t ORDER BY id"), [[1], [2], [4]]);
});

Deno.test("run() keeps what a contract kept out in the table that rejected_table names", async () => {
  await using bench = await create();
  await run(bench, known);
  const settings = { schema_contract: { columns: "discard_row", data_type: "discard_value" } } as const;
  const rows = [{ id: 2, b: 1, l: [{ x: 5 }] }, { id: 3, a: "x" }];
  await run(bench, rows, { ...settings, rejected_table: "quarantine" });
  const found = await bench.query(
    "SELECT reason, entity, mode, resource_name, table_name, column_name, record, " +
      "_dlt_load_id = (SELECT max(load_id) FROM _dlt_loads) FROM quarantine ORDER BY column_name DESC",
  );
  assert.deepEqual(found, [
    [
      'cannot add column "b" to table "t": the contract for columns is "discard_row"',
      "columns",
      "discard_row",
      "t",
      "t",
      "b",
      '{"id":2,"b":1,"l":[{"x":5}]}',
      1,
    ],
    [
      'cannot store a value of type text in column "a" of table "t": the contract for data_type is "discard_value"',
      "data_type",
      "discard_value",
      "t",
      "t",
      "a",
      '{"a":"x"}',
      1,
    ],
  ]);
  await run(bench, rows, { ...settings, rejected_table: "quarantine" });
  assert.deepEqual(await bench.query("SELECT count(*), count(DISTINCT _dlt_load_id) FROM quarantine"), [[
    4,
    2,
  ]]);
});

Deno.test("run() keeps rejected rows by the run's word before the resource's, and that before the source's", async () => {
  await using bench = await create();
  await run(bench, known);
  const row = [{ id: 2, b: 1 }];
  const contract = { schema_contract: "discard_row" } as const;
  await run(bench, row, contract, {}, { rejectedTable: true });
  await run(bench, row, { ...contract, rejected_table: "of_resource" }, {}, { rejectedTable: true });
  await run(bench, row, { ...contract, rejected_table: "of_resource" }, { rejectedTable: "of_run" });
  await run(bench, row, { ...contract, rejected_table: false }, {}, { rejectedTable: true });
  assert.deepEqual(await tables(bench), ["t", "t__l", "rejected_rows", "of_resource", "of_run"]);
});

Deno.test("run() refuses a rejected_table that holds other rows", async () => {
  await using bench = await create();
  await run(bench, known);
  const settings = { schema_contract: "discard_row", rejected_table: "t" } as const;
  await assert.rejects(run(bench, [{ id: 2, b: 1 }], settings), { code: "rejected-table-taken" });
});

Deno.test("run() keeps contracts in the schema: of a resource with its table, of run and source with the settings", async () => {
  await using bench = await create();
  await run(bench, known, { schema_contract: { columns: "discard_row" } }, {}, {
    schemaContract: "discard_value",
  });
  const own = await storedSchema(bench);
  assert.deepEqual(own.tables.get("t")!.schema_contract, { columns: "discard_row" });
  assert.equal(own.settings.schema_contract, "discard_value");
  await run(bench, known, {}, { schemaContract: { data_type: "freeze" } });
  const ofRun = await storedSchema(bench);
  assert.deepEqual(ofRun.tables.get("t")!.schema_contract, { data_type: "freeze" });
  assert.deepEqual(ofRun.settings.schema_contract, { data_type: "freeze" });
});

Deno.test("run() holds tables that records choose to their contract, each as it is first met", async () => {
  await using bench = await create();
  const choose = { table_name: (record: Record<string, unknown>) => String(record.kind) };
  await run(bench, [{ kind: "a" }], choose);
  const info = await run(bench, [{ kind: "a" }, { kind: "b" }, { kind: "b" }], choose, {
    schemaContract: { tables: "discard_row" },
  });
  assert.deepEqual(info.loadPackages[0].discarded, { b: { rows: 2, values: 0 } });
  assert.deepEqual(await tables(bench), ["a"]);
});

Deno.test("run() refuses a contract that is none before it reads anything", async () => {
  await using bench = await create();
  const contract = { column: "freeze" } as never;
  await assert.rejects(run(bench, known, {}, { schemaContract: contract }), {
    code: "invalid-schema-contract",
  });
  await assert.rejects(run(bench, known, {}, {}, { schemaContract: contract }), {
    code: "invalid-schema-contract",
  });
  await assert.rejects(run(bench, known, { schema_contract: contract }), { code: "invalid-source" });
  assert.equal(bench.reads, 0);
});
