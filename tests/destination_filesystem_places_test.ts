/**
 * Which names and places the filesystem destination takes, and which it refuses.
 * @module
 */
import assert from "assert";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { filesystem } from "../destinations/filesystem.ts";
import type { Session, SessionContext } from "../pipeline/destination.ts";
import { ConfigError, LoadError } from "../pipeline/errors.ts";
import { DATASET, type Part, PIPELINE, table, Workplace } from "./destination_workplace.ts";

const subject = {
  destination: filesystem,
  parameters: (directory: string) => ({ bucket_url: directory, replace_strategy: undefined }),
};

const users = table("users", { id: "bigint" });
const user = (id: number): Part => ({ table: users, rows: [{ id }] });

function refused(code: string) {
  return (error: unknown) => {
    assert.ok(error instanceof LoadError || error instanceof ConfigError, String(error));
    assert.equal(error.code, code);
    assert.ok(error.next, "says what to do");
    return true;
  };
}

const UNSAFE_NAMES = [
  "",
  ".",
  "..",
  "../up",
  "a/b",
  "a\\b",
  "C:",
  "a\0b",
  ".hidden",
  "dot.",
  "space ",
  "init",
  "\ud800",
];

for (const name of UNSAFE_NAMES) {
  Deno.test(`filesystem refuses ${JSON.stringify(name)} as a table name`, async () => {
    await using place = await Workplace.create(subject);
    await place.load([user(1)]);
    const before = await place.tree();
    const unsafe = table(name, { id: "bigint" });
    await assert.rejects(place.load([{ table: unsafe, rows: [{ id: 1 }] }]), refused("unsafe-name"));
    await using session = await place.open();
    await using load = await session.begin({ loadId: "1800000000.5", schemaName: PIPELINE });
    await assert.rejects(load.write({ table: unsafe, rows: [[1]] }), refused("unsafe-name"));
    await load[Symbol.asyncDispose]();
    assert.deepEqual(await place.tree(), before);
  });
}

Deno.test("filesystem refuses load, dataset and pipeline names that are no plain names", async () => {
  await using place = await Workplace.create(subject);
  const open = (context: Partial<SessionContext>, bucket_url?: string) =>
    filesystem.open({ bucket_url, replace_strategy: undefined }, {
      pipelineName: PIPELINE,
      datasetName: DATASET,
      workingDirectory: place.directory,
      ...context,
    });
  await assert.rejects(open({ datasetName: "../up" }), refused("unsafe-name"));
  await assert.rejects(open({ pipelineName: "../up" }), refused("unsafe-name"));
  await using session = await open({});
  for (const loadId of ["../up", "a__b", ".."]) {
    await assert.rejects(session.begin({ loadId, schemaName: PIPELINE }), refused("unsafe-name"));
  }
});

Deno.test("filesystem refuses a table name that is too long for a folder", async () => {
  await using place = await Workplace.create(subject);
  for (const name of ["x".repeat(256), "é".repeat(128)]) {
    await assert.rejects(
      place.load([{ table: table(name, { id: "bigint" }), rows: [{ id: 1 }] }]),
      refused("name-too-long"),
    );
  }
  await place.load([{ table: table("x".repeat(255), { id: "bigint" }), rows: [{ id: 1 }] }]);
  await place.expect(`SELECT id FROM ${"x".repeat(255)}`, [[1]]);
});

Deno.test("filesystem takes relative and absolute paths and file URLs", async () => {
  await using place = await Workplace.create(subject);
  const folder = await Deno.realPath(place.directory);
  const cases: [string | undefined, string][] = [
    [undefined, join(folder, "conformance_data")],
    ["data/below", join(folder, "data/below")],
    [join(folder, "absolute"), join(folder, "absolute")],
    [pathToFileURL(join(folder, "with space")).href, join(folder, "with space")],
  ];
  for (const [bucket_url, place] of cases) {
    await using session: Session = await filesystem.open({ bucket_url, replace_strategy: undefined }, {
      pipelineName: PIPELINE,
      datasetName: "ds",
      workingDirectory: folder,
    });
    assert.equal(session.location, `file://${place}`);
    assert.equal(
      await Deno.readTextFile(join(place, "ds", "init")),
      '{"initial_version":2,"current_version":2}',
    );
  }
});

Deno.test("filesystem refuses other schemes without repeating what may be secret", async () => {
  for (const bucket_url of ["s3://key:canary@bucket", "az://canary", "file://canary/x", " ", "a\0b"]) {
    await assert.rejects(
      async () =>
        await filesystem.open({ bucket_url, replace_strategy: undefined }, {
          pipelineName: "p",
          datasetName: "d",
          workingDirectory: "/",
        }),
      (error) => refused("invalid-bucket-url")(error) && !String((error as Error).message).includes("canary"),
    );
  }
});
