/**
 * What the filesystem destination writes, byte for byte.
 * @module
 */
import assert from "assert";
import { join } from "node:path";
import { filesystem } from "../destinations/filesystem.ts";
import type { Column, DataType, SqlValue } from "../pipeline/schema_types.ts";
import { childRows, DATASET, type Part, PIPELINE, scope, table, Workplace } from "./destination_workplace.ts";

const subject = {
  destination: filesystem,
  parameters: (directory: string) => ({ bucket_url: directory, replace_strategy: undefined }),
};

const users = table("users", { id: "bigint", name: "text" });
const user = (id: number): Part => ({ table: users, rows: [{ id, name: "Ann", _dlt_id: `u${id}` }] });

/** Paths of the dataset's visible files. */
async function visibleFiles(place: Workplace): Promise<string[]> {
  const root = `${place.directory}/${DATASET}/`;
  const paths = (await place.tree()).map((path) => path.slice(root.length));
  return paths.filter((path) => path && !path.startsWith(".sluice") && /init$|\.jsonl/.test(path));
}

const read = (place: Workplace, path: string) => Deno.readTextFile(join(place.directory, DATASET, path));

Deno.test("filesystem lays a dataset out as dlt does", async () => {
  await using place = await Workplace.create(subject);
  const tags = table("users__tags", { value: "text" }, { parent: "users" });
  await place.load([{ ...user(1), children: [{ table: tags, rows: childRows("u1", "a", "b") }] }], "state 1");
  const files = await visibleFiles(place);
  const version = files.find((path) => path.startsWith("_dlt_version"))!;
  assert.match(version, /^_dlt_version\/conformance__1704067201__[0-9a-f]{64}\.jsonl$/);
  assert.deepEqual(
    files,
    [
      "_dlt_loads/conformance__1704067201.5.jsonl",
      "_dlt_pipeline_state/conformance__1704067201.5__73746174652031.jsonl",
      version,
      "init",
      "users/1704067201.5.0001.jsonl",
      "users__tags/1704067201.5.0001.jsonl",
    ],
  );
  assert.equal(await read(place, "init"), '{"initial_version":2,"current_version":2}');
  assert.equal(
    await read(place, "users/1704067201.5.0001.jsonl"),
    '{"id":1,"name":"Ann","_dlt_load_id":"1704067201.5","_dlt_id":"u1"}\n',
  );
  assert.equal(
    await read(place, "users__tags/1704067201.5.0001.jsonl"),
    '{"value":"a","_dlt_root_id":"u1","_dlt_parent_id":"u1","_dlt_list_idx":0,"_dlt_id":"u1.a"}\n' +
      '{"value":"b","_dlt_root_id":"u1","_dlt_parent_id":"u1","_dlt_list_idx":1,"_dlt_id":"u1.b"}\n',
  );
});

Deno.test("filesystem writes bookkeeping files with dlt's columns", async () => {
  await using place = await Workplace.create(subject);
  await place.load([user(1)], "state 1");
  const rows = new Map<string, Record<string, unknown>>();
  for (const path of await visibleFiles(place)) {
    if (path.startsWith("_dlt_")) rows.set(path.split("/")[0], JSON.parse(await read(place, path)));
  }
  const { schema_version_hash, ...load } = rows.get("_dlt_loads")!;
  assert.deepEqual(load, {
    load_id: "1704067201.5",
    schema_name: PIPELINE,
    status: 0,
    inserted_at: "2024-01-01T00:00:01+00:00",
  });
  assert.deepEqual(rows.get("_dlt_version"), {
    version: 1,
    engine_version: 11,
    inserted_at: "2024-01-01T00:00:01+00:00",
    schema_name: PIPELINE,
    version_hash: schema_version_hash,
    schema: place.schemaText,
  });
  assert.deepEqual(rows.get("_dlt_pipeline_state"), {
    version: 1,
    engine_version: 4,
    pipeline_name: PIPELINE,
    state: "state 1",
    created_at: "2024-01-01T00:00:01+00:00",
    version_hash: btoa("state 1"),
    _dlt_load_id: "1704067201.5",
  });
});

const SPELLINGS: [name: string, type: DataType, value: SqlValue, json: string][] = [
  ["a timestamp", "timestamp", "2024-01-01 10:00:00.123456", '"2024-01-01T10:00:00.123456+00:00"'],
  ["a whole second", "timestamp", "2024-01-01 10:00:00.000000", '"2024-01-01T10:00:00+00:00"'],
  ["a time of day", "time", "10:00:00.000000", '"10:00:00"'],
  ["a date", "date", "2024-01-01", '"2024-01-01"'],
  ["2^64", "bigint", 2n ** 64n, "18446744073709551616"],
  ["a whole double", "double", 3, "3.0"],
  ["-0.0", "double", -0, "-0.0"],
  ["1e21", "double", 1e21, "1e+21"],
  ["a small double", "double", 1.5e-7, "1.5e-7"],
  ["not a number", "double", NaN, '"NaN"'],
  ["infinity", "double", -Infinity, '"-Infinity"'],
  ["a decimal", "decimal", "1.50", '"1.50"'],
  ["wei as bigint", "wei", 2n ** 70n, '"1180591620717411303424"'],
  ["bytes", "binary", new Uint8Array([0, 255]), '"AP8="'],
  ["U+0000", "text", "a\0b", '"a\\u0000b"'],
  ["half a surrogate pair", "text", "\ud800x", '"\ufffdx"'],
  ["json", "json", '{"n":12345678901234567890,"l":[1.0,null]}', '{"n":12345678901234567890,"l":[1.0,null]}'],
  ["json on two lines", "json", '{"a":1,\r\n"b":2}', '{"a":1, "b":2}'],
  [
    "json with half a pair",
    "json",
    '["\\ud800","\\ud83d\\ude00","\\\\ud800"]',
    '["\\ufffd","\\ud83d\\ude00","\\\\ud800"]',
  ],
];

for (const [name, type, value, json] of SPELLINGS) {
  Deno.test(`filesystem spells ${name}`, async () => {
    await using place = await Workplace.create(subject);
    await place.load([{ table: table("t", { v: type }), rows: [{ v: value, _dlt_id: "x" }] }]);
    const text = await read(place, "t/1704067201.5.0001.jsonl");
    assert.equal(text, `{"v":${json},"_dlt_load_id":"1704067201.5","_dlt_id":"x"}\n`);
  });
}

Deno.test("filesystem keeps columns in the table's order, whatever they are called", async () => {
  await using place = await Workplace.create(subject);
  const columns: Column[] = ["z", "2", "1", "__proto__"].map((name) => ({ name, data_type: "text" }));
  columns.push({ name: "naive", data_type: "timestamp", timezone: false });
  const odd = { name: "odd", columns: new Map(columns.map((column) => [column.name, column])) };
  await using session = await place.open();
  const publication = place.publication([{ table: odd }]);
  await using load = await session.begin(publication);
  await load.write({ table: odd, rows: [["a", null, "c", "d", "2024-01-01 10:00:00.000000"], []] });
  await load.publish(publication);
  assert.equal(
    await read(place, `odd/${publication.loadId}.0001.jsonl`),
    '{"z":"a","1":"c","__proto__":"d","naive":"2024-01-01T10:00:00"}\n{}\n',
  );
});

Deno.test("filesystem rewrites only the files that lose rows", async () => {
  await using place = await Workplace.create(subject);
  const members = table("members", { group_id: "text", user_id: "text" }, { write_disposition: "merge" });
  const part = (rows: [string, string][], ...walked: string[]): Part => ({
    table: members,
    rows: rows.map(([group_id, user_id]) => ({ group_id, user_id })),
    strategy: "replace-per-parent",
    scope: scope(["group_id"], walked.map((group) => [[group], true]), false),
  });
  const first = await place.load([part([["a", "ann"], ["b", "bob"]])]);
  const second = await place.load([part([["b", "ben"]])]);
  const third = await place.load([part([["c", "cid"]])]);
  const stat = (loadId: string) => Deno.stat(join(place.directory, DATASET, `members/${loadId}.0001.jsonl`));
  const [before, untouched] = [await stat(first), await stat(third)];
  const line = (await read(place, `members/${first}.0001.jsonl`)).split("\n")[0];
  await place.load([part([], "b")]);
  assert.notEqual((await stat(first)).ino, before.ino);
  assert.equal((await stat(third)).ino, untouched.ino);
  assert.equal(await read(place, `members/${first}.0001.jsonl`), `${line}\n`);
  await assert.rejects(stat(second), Deno.errors.NotFound);
});

Deno.test("filesystem keeps the newest 100 states of a pipeline, and all of others", async () => {
  await using place = await Workplace.create(subject);
  await place.load([user(1)], "state 1");
  const folder = join(place.directory, DATASET, "_dlt_pipeline_state");
  for (let number = 0; number < 120; number++) {
    await Deno.writeTextFile(
      join(folder, `${PIPELINE}__${1600000000 + number}.5__ab.jsonl`),
      '{"state":"old"}\n',
    );
  }
  await Deno.writeTextFile(join(folder, `other__1500000000.5__ab.jsonl`), '{"state":"old"}\n');
  await place.load([user(2)], "state 2");
  const names = (await visibleFiles(place)).filter((path) => path.includes("_dlt_pipeline_state/"));
  assert.equal(names.filter((name) => name.includes(`/${PIPELINE}__`)).length, 100);
  assert.ok(names.some((name) => name.includes("/other__")));
  assert.ok(names.some((name) => name.includes("1600000119.5")));
  assert.equal(names.some((name) => name.includes("1600000021.5")), false);
});

Deno.test("filesystem reads files that dlt compressed, and replaces them", async () => {
  await using place = await Workplace.create(subject);
  await place.load([user(1)]);
  const folder = join(place.directory, DATASET, "users");
  const gzip = (text: string) => new Blob([text]).stream().pipeThrough(new CompressionStream("gzip"));
  await Deno.writeFile(join(folder, "1600000000.5.ab12.jsonl.gz"), gzip('{"id":7,"name":"Gus"}\n{"id":8}\n'));
  await place.expect("SELECT id, name FROM users ORDER BY id", [[1, "Ann"], [7, "Gus"], [8, null]]);
  const merged = table("users", { id: "bigint", name: "text" }, { write_disposition: "merge" });
  await place.load([{ table: merged, scope: scope(["id"], [[["1"], false], [["8"], false]], true) }]);
  assert.equal(await read(place, "users/1600000000.5.ab12.jsonl"), '{"id":8}\n');
  await assert.rejects(Deno.stat(join(folder, "1600000000.5.ab12.jsonl.gz")), Deno.errors.NotFound);
  await place.load([{ table: users, disposition: "replace", replaceAll: true }]);
  await place.expect("SELECT count(*) FROM users", [[0]]);
});
