/**
 * A kill at any file operation of a load leaves the old data or the new data, and the next run goes on from
 * there.
 * @module
 */
import assert from "assert";
import { join } from "node:path";
import { filesystem, filesystemOver } from "../destinations/filesystem.ts";
import type { FileLayer } from "../pipeline/file_layer.ts";
import type { Publication, Session, SessionContext } from "../pipeline/destination.ts";
import { LoadError } from "../pipeline/errors.ts";
import { copyFolder } from "./copy_folder.ts";
import { FailingFiles, type Failure, swiftDisk } from "./destination_failing_files.ts";
import { childRows, DATASET, type Part, PIPELINE, scope, table, Workplace } from "./destination_workplace.ts";

const subject = {
  destination: filesystem,
  parameters: (directory: string) => ({ bucket_url: directory, replace_strategy: undefined }),
};

const logs = table("logs", { text: "text" });
const users = table("users", { id: "bigint" }, { write_disposition: "replace" });
const tags = table("users__tags", { value: "text" }, { parent: "users" });
const members = table("members", { group_id: "text", user_id: { data_type: "text", primary_key: true } }, {
  write_disposition: "merge",
  "x-merge-strategy": "replace-per-parent",
});

/** A load that appends, replaces with children, and rewrites one file and removes another. */
function parts(number: number, walked: string[], ...memberRows: [string, string][]): Part[] {
  return [
    { table: logs, rows: [{ text: `line ${number}`, _dlt_id: `l${number}` }] },
    {
      table: users,
      rows: [{ id: number, _dlt_id: `u${number}` }],
      replaceAll: true,
      children: [{ table: tags, rows: childRows(`u${number}`, `tag ${number}`) }],
    },
    {
      table: members,
      rows: memberRows.map(([group_id, user_id]) => ({ group_id, user_id, _dlt_id: `m${number}${user_id}` })),
      scope: scope(["group_id"], walked.map((group) => [[group], true]), false),
    },
  ];
}

const first = parts(1, [], ["a", "ann"], ["b", "bob"]);
const second = parts(2, [], ["c", "cid"]);
const third = parts(3, ["b", "c"], ["b", "eve"]);

function open(directory: string, files: FileLayer = swiftDisk, readOnly = false): Promise<Session> {
  const context: SessionContext = {
    pipelineName: PIPELINE,
    datasetName: DATASET,
    workingDirectory: directory,
    readOnly,
  };
  return filesystemOver(files).open({ bucket_url: directory, replace_strategy: undefined }, context);
}

/** Opens, loads and publishes over a file layer. */
async function run(
  directory: string,
  files: FileLayer,
  publication: Publication,
  place: Workplace,
): Promise<void> {
  await using session = await open(directory, files);
  await using load = await session.begin(publication);
  await load.migrate(third.map((part) => part.table));
  await place.write(load, third, publication.loadId);
  await load.publish(publication);
}

/** Every visible file with its text; each must end with its last line. */
async function contents(directory: string): Promise<Record<string, string>> {
  const files: Record<string, string> = {};
  for await (const { name, isDirectory } of Deno.readDir(directory)) {
    if (name.startsWith(".")) continue;
    const path = join(directory, name);
    if (isDirectory) {
      for (const [below, text] of Object.entries(await contents(path))) files[`${name}/${below}`] = text;
      continue;
    }
    files[name] = await Deno.readTextFile(path);
    if (name !== "init") {
      assert.ok(files[name].endsWith("}\n"), `${path} is whole`);
      for (const line of files[name].trimEnd().split("\n")) JSON.parse(line);
    }
  }
  return files;
}

async function answers(directory: string): Promise<unknown> {
  await using session = await open(directory, swiftDisk, true);
  const { rows } = await session.query(
    "SELECT 'log', text FROM logs UNION ALL SELECT 'user', id FROM users UNION ALL SELECT 'tag', value FROM users__tags " +
      "UNION ALL SELECT 'member', user_id FROM members UNION ALL SELECT 'load', load_id FROM _dlt_loads " +
      "UNION ALL SELECT 'state', state FROM _dlt_pipeline_state ORDER BY 1, 2",
  );
  return rows;
}

/** A dataset before and after the third load, in directories of their own. */
async function prepare(place: Workplace) {
  const before = join(place.directory, "before");
  await place.load(first, "state 1");
  await place.load(second, "state 2");
  await copyFolder(join(place.directory, DATASET), join(before, DATASET));
  const publication = place.publication(third, "state 3");
  const after = join(place.directory, "after");
  await copyFolder(before, after);
  const files = new FailingFiles();
  await run(after, files.files, publication, place);
  const [old, current] = [await answers(before), await answers(after)];
  return { before, after, old, current, publication, operations: files.log };
}

type Prepared = Awaited<ReturnType<typeof prepare>>;

/** Checks what a kill left behind, then that the same load can be handed over again. */
async function checkLeftBehind(directory: string, prepared: Prepared, place: Workplace): Promise<boolean> {
  const { before, after, old, current, publication } = prepared;
  const asRead = await answers(directory);
  await using session = await open(directory);
  const isLoaded = await session.hasLoad(publication.loadId);
  assert.deepEqual(asRead, isLoaded ? current : old, "a session that only reads");
  assert.deepEqual(
    await contents(join(directory, DATASET)),
    await contents(join(isLoaded ? after : before, DATASET)),
    "the files after opening",
  );
  assert.equal((await session.stored(PIPELINE, PIPELINE)).state, isLoaded ? "state 3" : "state 2");
  assert.deepEqual((await swiftDisk.list(join(directory, DATASET, ".sluice")))?.map(({ name }) => name), [
    "lock",
  ]);
  await run(directory, swiftDisk, publication, place);
  assert.deepEqual(
    await contents(join(directory, DATASET)),
    await contents(join(after, DATASET)),
    "the run after",
  );
  return isLoaded;
}

/** A process that lives on says whether the load is true. */
function checkMessage(error: unknown, isLoaded: boolean): void {
  if (error === undefined) return assert.ok(isLoaded);
  assert.ok(error instanceof LoadError, String(error));
  assert.equal(error.code, isLoaded ? "commit-not-applied" : "disk-full");
  assert.ok(error.next);
}

async function failEverywhere(place: Workplace, failure: Failure): Promise<boolean[]> {
  const prepared = await prepare(place);
  const outcomes: boolean[] = [];
  for (const [index, operation] of prepared.operations.entries()) {
    if (failure === "killed-halfway" && !operation.startsWith("append")) continue;
    const directory = join(place.directory, `failed${index}`);
    await copyFolder(prepared.before, directory);
    const files = new FailingFiles(index + 1, failure);
    const error = await run(directory, files.files, prepared.publication, place).then(
      () => undefined,
      (error) => error,
    );
    assert.ok(files.hasFailed, operation);
    try {
      outcomes.push(await checkLeftBehind(directory, prepared, place));
      if (failure === "disk-full") checkMessage(error, outcomes.at(-1)!);
    } catch (error) {
      throw new Error(`${failure} at operation ${index + 1}: ${operation}`, { cause: error });
    }
    await Deno.remove(directory, { recursive: true });
  }
  return outcomes;
}

Deno.test("filesystem publish leaves old or new when killed before any operation", async () => {
  await using place = await Workplace.create(subject);
  const outcomes = await failEverywhere(place, "killed");
  assert.deepEqual(outcomes, outcomes.toSorted(), "once published, always published");
  assert.deepEqual([outcomes.at(0), outcomes.at(-1)], [false, true]);
});

Deno.test("filesystem publish leaves old or new when killed halfway through any write", async () => {
  await using place = await Workplace.create(subject);
  const outcomes = await failEverywhere(place, "killed-halfway");
  assert.ok(outcomes.length > 5);
  assert.ok(outcomes.every((isLoaded) => !isLoaded), "all is written before the load is true");
});

Deno.test("filesystem publish leaves old or new, and says which, when any operation fails", async () => {
  await using place = await Workplace.create(subject);
  const outcomes = await failEverywhere(place, "disk-full");
  assert.deepEqual(outcomes, outcomes.toSorted());
});

Deno.test("filesystem open finishes a published load when killed at any operation while finishing it", async () => {
  await using place = await Workplace.create(subject);
  const prepared = await prepare(place);
  const record = prepared.operations.findIndex((operation) => /rename .*commit\.json$/.test(operation));
  const unfinished = join(place.directory, "unfinished");
  await copyFolder(prepared.before, unfinished);
  await run(unfinished, new FailingFiles(record + 2).files, prepared.publication, place).then(
    () => {},
    () => {},
  );
  assert.deepEqual(await answers(unfinished), prepared.current, "read through the record");
  for (let fatal = 1, hasFailed = true; hasFailed; fatal++) {
    const directory = join(place.directory, `open${fatal}`);
    await copyFolder(unfinished, directory);
    const files = new FailingFiles(fatal);
    await open(directory, files.files).then((session) => session[Symbol.asyncDispose](), () => {});
    hasFailed = files.hasFailed;
    assert.equal(await checkLeftBehind(directory, prepared, place), true, files.log.at(-1));
    await Deno.remove(directory, { recursive: true });
  }
});

Deno.test("filesystem publish into a new dataset leaves nothing or all when killed at any operation", async () => {
  await using place = await Workplace.create(subject);
  const publication = place.publication(third, "state 3");
  for (let fatal = 1, hasFailed = true; hasFailed; fatal++) {
    const directory = join(place.directory, `new${fatal}`);
    const files = new FailingFiles(fatal);
    await run(directory, files.files, publication, place).then(() => {}, () => {});
    hasFailed = files.hasFailed;
    await using session = await open(directory);
    const isLoaded = await session.hasLoad(publication.loadId);
    const visible = Object.keys(await contents(join(directory, DATASET)));
    assert.equal(visible.length, isLoaded ? 8 : 1, `${files.log.at(-1)}: ${visible}`);
    await run(directory, swiftDisk, publication, place);
    assert.equal(Object.keys(await contents(join(directory, DATASET))).length, 8);
    await Deno.remove(directory, { recursive: true });
  }
});

Deno.test("filesystem publish has every file on the disk before the record, and moves _dlt_loads last", async () => {
  await using place = await Workplace.create(subject);
  const { operations } = await prepare(place);
  const record = operations.findIndex((operation) => /rename .*commit\.json$/.test(operation));
  const moves = operations.slice(record + 1).filter((operation) => operation.startsWith("rename"));
  for (const move of moves) {
    const synced = operations.indexOf(`sync ${move.split(" ")[1]}`);
    assert.ok(synced !== -1 && synced < record, move);
  }
  assert.match(moves.at(-1)!, /_dlt_loads\//);
  const lastChange = operations.findLastIndex((operation) => /^(rename|remove) .*\.jsonl$/.test(operation));
  assert.match(operations[lastChange], /_dlt_loads\//);
});
