/**
 * Dropping tables from files: a kill at any file operation leaves all of them or none, and files of others stay.
 * @module
 */
import assert from "assert";
import { join } from "node:path";
import { filesystem, filesystemOver } from "../destinations/filesystem.ts";
import type { FileLayer } from "../destinations/filesystem_files.ts";
import type { Publication, Session } from "../pipeline/destination.ts";
import { FailingFiles, swiftDisk } from "./destination_failing_files.ts";
import { childRows, DATASET, type Part, PIPELINE, table, Workplace } from "./destination_workplace.ts";

const subject = {
  destination: filesystem,
  parameters: (directory: string) => ({ bucket_url: directory, replace_strategy: undefined }),
};
const users = table("users", { id: "bigint" });
const tags = table("users__tags", { value: "text" }, { parent: "users" });
const PARTS: Part[] = [{
  table: users,
  rows: [{ id: 1, _dlt_id: "u1" }],
  children: [{ table: tags, rows: childRows("u1", "a") }],
}];
const DROPPED = ["users", "users__tags"];

function open(directory: string, files: FileLayer, readOnly = false): Promise<Session> {
  return filesystemOver(files).open({ bucket_url: directory, replace_strategy: undefined }, {
    pipelineName: PIPELINE,
    datasetName: DATASET,
    workingDirectory: directory,
    readOnly,
  });
}

async function drop(directory: string, files: FileLayer, publication: Publication): Promise<void> {
  await using session = await open(directory, files);
  await using load = await session.begin(publication);
  await load.drop(DROPPED);
  await load.publish(publication);
}

/** Folders of tables that a user sees. */
function folders(directory: string): string[] {
  return [...Deno.readDirSync(join(directory, DATASET))].filter(({ name }) => name.startsWith("users"))
    .map(({ name }) => name).sort();
}

/** The schema that is published still has the tables, so they can be asked for; it is rows that go. */
async function hasRows(directory: string): Promise<boolean> {
  await using session = await open(directory, swiftDisk, true);
  const { rows } = await session.query("SELECT count(*) FROM users JOIN users__tags");
  return rows[0][0] === 1;
}

Deno.test("filesystem drops all tables or none when killed before any operation, also while finishing", async () => {
  const outcomes: boolean[] = [];
  for (let fatal = 1, hasFailed = true; hasFailed; fatal++) {
    await using place = await Workplace.create(subject);
    await place.load(PARTS, "state 1");
    const publication = place.publication([], "state 2");
    const files = new FailingFiles(fatal);
    await drop(place.directory, files, publication).then(() => {}, () => {});
    hasFailed = files.hasFailed;
    const isVisible = await hasRows(place.directory);
    {
      // The next process is killed as well while it finishes what this one left.
      const next = new FailingFiles(fatal % 7 + 1);
      await open(place.directory, next).then((session) => session[Symbol.asyncDispose](), () => {});
    }
    await using session = await open(place.directory, swiftDisk);
    const isDropped = await session.hasLoad(publication.loadId);
    assert.equal(isVisible, !isDropped, files.log.at(-1));
    assert.deepEqual(folders(place.directory), isDropped ? [] : DROPPED, files.log.at(-1));
    assert.equal((await session.stored(PIPELINE, PIPELINE)).state, isDropped ? "state 2" : "state 1");
    outcomes.push(isDropped);
  }
  assert.deepEqual(outcomes, outcomes.toSorted(), "once published, always published");
  assert.deepEqual([outcomes.at(0), outcomes.at(-1)], [false, true]);
});

Deno.test("filesystem leaves files of others in the folder of a dropped table", async () => {
  await using place = await Workplace.create(subject);
  await place.load(PARTS);
  const note = join(place.directory, DATASET, "users", "README.md");
  await Deno.writeTextFile(note, "mine");
  await place.drop(DROPPED);
  assert.deepEqual([...Deno.readDirSync(join(place.directory, DATASET, "users"))].map(({ name }) => name), [
    "README.md",
  ]);
  assert.deepEqual(folders(place.directory), ["users"]);
});

const REFILLED: Part[] = [{
  table: users,
  rows: [{ id: 3, _dlt_id: "u3" }],
  children: [{ table: tags, rows: childRows("u3", "x", "y") }],
}];

/** What a user finds: users with how many tags they have. */
async function usersWithTags(directory: string): Promise<unknown[][]> {
  await using session = await open(directory, swiftDisk, true);
  const sql =
    "SELECT u.id, count(*) FROM users AS u JOIN users__tags AS t ON t._dlt_parent_id = u._dlt_id GROUP BY 1";
  return (await session.query(sql)).rows;
}

for (const way of ["drop", "truncate"] as const) {
  Deno.test(`filesystem shows all old or all new rows when killed before any operation of a ${way} that refills`, async () => {
    const outcomes: boolean[] = [];
    for (let fatal = 1, hasFailed = true; hasFailed; fatal++) {
      await using place = await Workplace.create(subject);
      await place.load(PARTS);
      const { version, ...others } = place.publication([...REFILLED, {
        table: table("more", { id: "bigint" }),
      }]);
      const publication = { ...others, version: { ...version!, replacesOlder: way === "drop" } };
      const files = new FailingFiles(fatal);
      const refill = async () => {
        await using session = await open(place.directory, files);
        await using load = await session.begin(publication);
        await load[way](DROPPED);
        await load.migrate([users, tags]);
        await place.write(load, REFILLED, publication.loadId);
        await load.publish(publication);
      };
      await refill().catch(() => {});
      hasFailed = files.hasFailed;
      const seen = await usersWithTags(place.directory);
      await using session = await open(place.directory, swiftDisk);
      const isNew = await session.hasLoad(publication.loadId);
      assert.deepEqual(seen, isNew ? [[3, 2]] : [[1, 1]], files.log.at(-1));
      assert.deepEqual(await usersWithTags(place.directory), seen, "also once it is finished");
      assert.ok((await session.stored(PIPELINE, PIPELINE)).schema);
      outcomes.push(isNew);
    }
    assert.deepEqual(outcomes, outcomes.toSorted(), "once published, always published");
    assert.deepEqual([outcomes.at(0), outcomes.at(-1)], [false, true]);
  });
}
