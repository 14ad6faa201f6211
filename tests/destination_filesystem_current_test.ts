/**
 * Queries on merged tables, whose files can only be appended to, show the current rows; and what several
 * sessions on one dataset see of each other.
 * @module
 */
import assert from "assert";
import { join } from "node:path";
import { filesystem, filesystemOver } from "../destinations/filesystem.ts";
import { disk, type FileLayer } from "../pipeline/file_layer.ts";
import { LoadError } from "../pipeline/errors.ts";
import type { MergeStrategy } from "../pipeline/schema_types.ts";
import { childRows, DATASET, type Part, PIPELINE, table, Workplace } from "./destination_workplace.ts";

const subject = {
  destination: filesystem,
  parameters: (directory: string) => ({ bucket_url: directory, replace_strategy: undefined }),
};

const tags = table("users__tags", { value: "text" }, { parent: "users" });
const TAGS = "SELECT value FROM users__tags ORDER BY value";
const USERS = "SELECT id, name, age FROM users ORDER BY id";

type User = [id: number, name: string | null, age: number | null, ...tags: string[]];

/** Users with one tag each; ids come from keys when `prefix` is always the same. */
function usersPart(strategy: MergeStrategy, prefix: string, ...users: User[]): Part {
  const columns = {
    id: { data_type: "bigint", primary_key: true },
    name: "text",
    age: "bigint",
    gone: { data_type: "bool", hard_delete: true },
  } as const;
  return {
    table: table("users", columns, { write_disposition: "merge", "x-merge-strategy": strategy }),
    rows: users.map(([id, name, age]) => ({
      id,
      name,
      age,
      gone: name === "gone",
      _dlt_id: `${prefix}${id}`,
    })),
    children: [{
      table: tags,
      rows: users.flatMap(([id, , , ...values]) => childRows(`${prefix}${id}`, ...values)),
    }],
  };
}

Deno.test("filesystem query shows the newest row of a key and its children; the files keep all", async () => {
  await using place = await Workplace.create(subject);
  await place.load([usersPart("delete-insert", "a", [1, "ann", 1, "1"], [2, "bob", 2, "2"])]);
  await place.load([
    usersPart("delete-insert", "b", [2, "BOB", null, "3"], [3, "x", 3, "4"], [4, "gone", 4, "5"]),
  ]);
  await place.load([usersPart("delete-insert", "c", [3, "cid", 3])]);
  await place.expect(USERS, [[1, "ann", 1], [2, "BOB", null], [3, "cid", 3]]);
  await place.expect(TAGS, [["1"], ["3"]]);
  const lines = [];
  for await (const { name } of Deno.readDir(join(place.directory, DATASET, "users"))) {
    const text = await Deno.readTextFile(join(place.directory, DATASET, "users", name));
    lines.push(...text.trimEnd().split("\n"));
  }
  assert.equal(lines.length, 6);
});

Deno.test("filesystem query tells children of old and new rows apart where ids come from keys", async () => {
  await using place = await Workplace.create(subject);
  await place.load([usersPart("delete-insert", "same", [1, "ann", 1, "old"])]);
  await place.load([usersPart("delete-insert", "same", [1, "ANN", 1, "new"])]);
  await place.expect(TAGS, [["new"]]);
});

Deno.test("filesystem query shows the first row of a key in an insert-only table", async () => {
  await using place = await Workplace.create(subject);
  await place.load([usersPart("insert-only", "a", [1, "ann", 1, "1"])]);
  await place.load([usersPart("insert-only", "b", [1, "new", 2, "2"], [2, "bob", 2, "3"])]);
  await place.expect(USERS, [[1, "ann", 1], [2, "bob", 2]]);
  await place.expect(TAGS, [["1"], ["3"]]);
});

Deno.test("filesystem query fills what newer rows of a coalesce table leave out", async () => {
  await using place = await Workplace.create(subject);
  await place.load([usersPart("coalesce", "a", [1, "ann", 30])]);
  await place.load([usersPart("coalesce", "b", [1, null, 31], [2, null, null])]);
  await place.expect(USERS, [[1, "ann", 31], [2, null, null]]);
});

Deno.test("filesystem query follows parents where grandchildren do not know their root", async () => {
  await using place = await Workplace.create(subject);
  const parts = (prefix: string): Part[] => {
    const users = usersPart("delete-insert", prefix, [1, prefix, 1, "tag"]);
    const links = table("users__tags__links", { value: "text" }, { parent: "users__tags" });
    const row = { value: prefix, _dlt_parent_id: `${prefix}1.tag`, _dlt_id: `${prefix}link` };
    return [{ ...users, children: [...users.children!, { table: links, rows: [row] }] }];
  };
  await place.load(parts("old"));
  await place.load(parts("new"));
  await place.expect("SELECT value FROM users__tags__links", [["new"]]);
});

Deno.test("filesystem query answers again from memory until a load becomes true", async () => {
  await using place = await Workplace.create(subject);
  const reads: string[] = [];
  const files: FileLayer = { ...disk, read: (path) => (reads.push(path), disk.read(path)) };
  const context = { pipelineName: PIPELINE, datasetName: DATASET, workingDirectory: place.directory };
  await place.load([usersPart("delete-insert", "a", [1, "ann", 1])]);
  await using session = await filesystemOver(files).open({
    bucket_url: place.directory,
    replace_strategy: undefined,
  }, context);
  await session.query(USERS);
  const first = reads.length;
  await session.query("SELECT max(age) FROM users");
  assert.equal(reads.length, first);
  await place.load([usersPart("delete-insert", "b", [1, "eve", 2])]);
  assert.deepEqual((await session.query(USERS)).rows, [[1, "eve", 2]]);
});

Deno.test("filesystem query sees one moment when another session publishes while it reads", async () => {
  await using place = await Workplace.create(subject);
  const load = (number: number) => {
    const part = usersPart("delete-insert", `${number}`, [number, "ann", 1, `${number}`]);
    return place.load([{ ...part, replaceAll: true }]);
  };
  await load(1);
  let published = 1;
  const files: FileLayer = {
    ...disk,
    async read(path) {
      const bytes = await disk.read(path);
      if (/users\//.test(path) && published < 4) await load(++published);
      return bytes;
    },
  };
  const context = { pipelineName: PIPELINE, datasetName: DATASET, workingDirectory: place.directory };
  await using session = await filesystemOver(files).open({
    bucket_url: place.directory,
    replace_strategy: undefined,
  }, context);
  const { rows } = await session.query("SELECT id, (SELECT group_concat(value) FROM users__tags) FROM users");
  assert.deepEqual(rows, [[4, "4"]]);
});

Deno.test("filesystem leaves the files of a load at work alone, and removes those of a dead one", async () => {
  await using place = await Workplace.create(subject);
  await place.load([usersPart("delete-insert", "a", [1, "ann", 1])]);
  const staging = join(place.directory, DATASET, ".sluice");
  await Deno.mkdir(join(staging, "1700000000.5"));
  await Deno.writeTextFile(join(staging, "1700000000.5", "0.jsonl"), '{"id":');
  await using session = await place.open();
  await using load = await session.begin({ loadId: "1800000000.5", schemaName: PIPELINE });
  const part = usersPart("delete-insert", "b", [2, "bob", 2]);
  await place.write(load, [part], "1800000000.5");
  await using other = await place.open();
  await assert.rejects(other.begin({ loadId: "1800000000.5", schemaName: PIPELINE }), (error) => {
    assert.ok(error instanceof LoadError);
    assert.equal(error.code, "load-in-progress");
    return true;
  });
  const names = (await Array.fromAsync(Deno.readDir(staging))).map((entry) => entry.name);
  assert.deepEqual(names.sort(), ["1800000000.5", "lock"]);
  await load.publish({ ...place.publication([part]), loadId: "1800000000.5" });
  await place.expect(USERS, [[1, "ann", 1], [2, "bob", 2]]);
});

Deno.test("filesystem publish of a load that is there already adds nothing", async () => {
  await using place = await Workplace.create(subject);
  const log = table("log", { line: "text" });
  const parts = [{ table: log, rows: [{ line: "once" }] }];
  const publication = place.publication(parts);
  for (let time = 0; time < 2; time++) {
    await using session = await place.open();
    await using load = await session.begin(publication);
    await place.write(load, parts, publication.loadId);
    await load.publish(publication);
  }
  await place.expect("SELECT line FROM log", [["once"]]);
});
