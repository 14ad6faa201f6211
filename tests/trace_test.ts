/**
 * Traces of runs: what is kept of one that completed, failed or was stopped, that none holds a secret, and that
 * a run does not fail when its trace cannot be kept.
 * @module
 */
import assert from "assert";
import { join } from "node:path";
import { defineSource, type JsonObject, pipeline, type RunEvent } from "../mod.ts";
import type { Trace } from "../pipeline/trace.ts";
import { keepTrace, keptTraces, newestTrace, readTraces } from "../pipeline/traces.ts";
import { scene } from "./okta_scene.ts";

const CANARY = "canary-3f9c1d77";

async function withFolder(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "sluice_trace_" });
  try {
    await use(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** A source whose records a test hands in. */
const pets = (records: () => AsyncGenerator<JsonObject[]>) =>
  defineSource({
    name: "pets",
    parameters: {
      colour: { type: "text", default: "any", help: "Which." },
      api_token: { type: "text", secret: true, help: "A token." },
      address: { type: "text", help: "Where." },
      extra: { type: "json", help: "More." },
    },
    build: () => ({
      client: { base_url: "https://pets.example" },
      resources: [{ name: "cats", primary_key: "id", write_disposition: "merge", records }],
    }),
  });

const directoryOf = (folder: string) => join(folder, ".dlt", ".var", "pets");
const open = (projectDirectory: string, emit?: (event: RunEvent) => void) =>
  pipeline({ pipelineName: "pets", projectDirectory, emit });

async function* twoCats() {
  yield [{ id: 1, name: "Mia", tags: ["a", "b"] }, { id: 2, name: "Leo", tags: [] }];
}

Deno.test("run() keeps a trace with steps, counts, schema changes, configuration and versions", async () => {
  await withFolder(async (folder) => {
    const source = pets(twoCats);
    await open(folder).run(source({ colour: "black" }), { limit: 9 });
    const [trace] = await readTraces(directoryOf(folder));
    assert.equal(trace.status, "completed");
    assert.deepEqual(
      [trace.pipelineName, trace.datasetName, trace.destination, trace.source],
      ["pets", "pets_dataset", "sqlite", "pets"],
    );
    assert.equal(trace.location, `sqlite:///${join(folder, "pets.sqlite")}`);
    assert.deepEqual(trace.options, { limit: 9 });
    assert.deepEqual(trace.steps.map(({ step, status }) => [step, status]), [
      ["extract", "completed"],
      ["normalize", "completed"],
      ["load", "completed"],
    ]);
    assert.ok(
      trace.steps.every(({ startedAt, finishedAt, seconds }) => startedAt <= finishedAt! && seconds! >= 0),
    );
    assert.deepEqual(trace.resources, { cats: { pages: 1, rows: 2, requests: 0 } });
    const [loaded] = trace.packages;
    assert.deepEqual(loaded.rows, { cats: 2, cats__tags: 2 });
    assert.deepEqual(loaded.schemaChanges.map(({ table, isNew }) => [table, isNew]), [
      ["cats", true],
      ["cats__tags", true],
    ]);
    assert.ok(
      loaded.schemaChanges[0].newColumns.some(({ name, type }) => name === "id" && type === "bigint"),
    );
    assert.ok(
      trace.configuration.some(({ owner, name, value, from }) =>
        owner === "source pets" && name === "colour" && value === "black" && from === "argument"
      ),
    );
    assert.match(trace.versions.sluice, /^\d+\.\d+\.\d+$/);
    assert.equal(trace.versions.deno, Deno.version.deno);
  });
});

Deno.test("run() tells in the trace only what this run changed about the schema", async () => {
  await withFolder(async (folder) => {
    await open(folder).run(pets(twoCats)());
    await open(folder).run(
      pets(async function* () {
        yield [{ id: 3, name: "Zoe", weight: 4.5 }];
      })(),
    );
    const trace = (await newestTrace(directoryOf(folder)))!;
    assert.deepEqual(trace.packages[0].schemaChanges, [
      { table: "cats", isNew: false, newColumns: [{ name: "weight", type: "double" }] },
    ]);
  });
});

Deno.test("run() keeps a trace of a run that fails, with the error and the step it was in", async () => {
  await withFolder(async (folder) => {
    const failing = pets(async function* () {
      yield [{ id: 1 }];
      throw new Error("out of cats");
    });
    await assert.rejects(open(folder).run(failing()));
    const [trace] = await readTraces(directoryOf(folder));
    assert.equal(trace.status, "failed");
    assert.deepEqual(trace.steps.map(({ step, status, finishedAt }) => [step, status, finishedAt]), [
      ["extract", "failed", undefined],
    ]);
    assert.equal(trace.resources.cats.pages, 1);
    assert.equal(trace.error?.at?.resource, "cats");
    assert.ok(trace.error?.code && trace.error.message.startsWith("Cannot"));
    assert.deepEqual(trace.packages, []);
  });
});

Deno.test("run() keeps a trace of a run that is stopped, as interrupted", async () => {
  await withFolder(async (folder) => {
    const controller = new AbortController();
    const stopped = pets(async function* () {
      yield [{ id: 1 }];
      controller.abort();
      yield [{ id: 2 }];
    });
    await assert.rejects(open(folder).run(stopped(), { signal: controller.signal }), { code: "interrupted" });
    const [trace] = await readTraces(directoryOf(folder));
    assert.deepEqual([trace.status, trace.error?.code], ["interrupted", "interrupted"]);
    assert.equal(trace.steps[0].status, "interrupted");
  });
});

Deno.test("run() keeps a package that could not be loaded in the trace, and its load in the next one", async () => {
  await using stage = await scene({ destinationParameters: { lock_timeout: 0.05 } });
  await stage.run({ resources: ["users_me"] });
  const database = join(stage.folder, "okta_management_pipeline.sqlite");
  const { DatabaseSync } = await import("sqlite");
  const directory = join(stage.folder, ".dlt/.var/okta_management_pipeline");
  let lock: InstanceType<typeof DatabaseSync> | undefined;
  const locking = pipeline({
    pipelineName: "okta_management_pipeline",
    datasetName: "okta_management_data",
    projectDirectory: stage.folder,
    destinationParameters: { lock_timeout: 0.05 },
    emit: (event) => {
      if (event.type !== "step" || event.step !== "extract" || event.state !== "finished") return;
      lock = new DatabaseSync(database);
      lock.exec("BEGIN IMMEDIATE");
    },
  });
  const { default: okta } = await import("../sources/okta.ts");
  const source = okta({ base_url: stage.sim.url, api_token: stage.sim.token }).withResources("users");
  await assert.rejects(locking.run(source), { code: "locked" });
  lock!.close();
  const failed = (await newestTrace(directory))!;
  assert.deepEqual(failed.packages.map(({ state }) => state), ["pending"]);
  assert.ok(failed.requests > 0 && failed.resources.users.requests === failed.requests);
  await stage.run({ resources: ["users_me"] });
  const next = (await newestTrace(directory))!;
  assert.equal(next.packages[0].loadId, failed.packages[0].loadId);
  assert.deepEqual(next.packages.map(({ state }) => state), ["loaded", "loaded"]);
});

Deno.test("a trace holds no secret, wherever one was hidden", async () => {
  await withFolder(async (folder) => {
    const leaking = pets(async function* () {
      yield [{ id: 1, name: `${CANARY}-row` }];
      throw new Error(`server said ${CANARY}-token`);
    });
    const parameters = {
      api_token: `${CANARY}-token`,
      address: `https://me:${CANARY}-user@pets.example/v1?key=${CANARY}-query#${CANARY}-fragment`,
      extra: { password: `${CANARY}-json`, list: [{ "x-api-key": `${CANARY}-list` }], plain: "shown" },
    };
    await assert.rejects(open(folder).run(leaking(parameters)));
    await open(folder).run(pets(twoCats)(parameters));
    for (const { path } of await keptTraces(directoryOf(folder))) {
      const text = await Deno.readTextFile(path);
      assert.ok(!text.includes(CANARY), text);
    }
    const { configuration } = (await newestTrace(directoryOf(folder)))!;
    const shown = Object.fromEntries(configuration.map(({ name, value }) => [name, value]));
    assert.equal(shown.api_token, "***");
    assert.equal(shown.address, "https://***@pets.example/v1?key=***#***");
    assert.equal((shown.extra as JsonObject).plain, "shown");
  });
});

Deno.test("a run does not fail when its trace cannot be kept, and says so", async () => {
  await withFolder(async (folder) => {
    await Deno.mkdir(directoryOf(folder), { recursive: true });
    await Deno.writeTextFile(join(directoryOf(folder), "traces"), "a file where a folder should be");
    const events: RunEvent[] = [];
    const info = await open(folder, (event) => events.push(event)).run(pets(twoCats)());
    assert.equal(info.loadPackages[0].rows.cats, 2);
    assert.ok(events.some((event) => event.type === "warning" && event.code === "trace-not-kept"));
  });
});

Deno.test("a run that fails before it does anything leaves nothing in a folder that is no project", async () => {
  await withFolder(async (folder) => {
    await assert.rejects(open(folder).run(pets(twoCats)(), { resources: ["dogs"] }));
    assert.deepEqual([...Deno.readDirSync(folder)], []);
    await Deno.mkdir(join(folder, ".dlt"));
    await assert.rejects(open(folder).run(pets(twoCats)(), { resources: ["dogs"] }));
    assert.equal((await readTraces(directoryOf(folder)))[0].error?.code, "unknown-resource");
  });
});

Deno.test("keepTrace() keeps the newest hundred, and the newest that completed", async () => {
  await withFolder(async (folder) => {
    const trace = (number: number, status: Trace["status"]) =>
      ({ id: `20260101T${String(number).padStart(6, "0")}Z-abc`, status, format: 1 }) as Trace;
    await keepTrace(folder, trace(0, "completed"));
    for (let number = 1; number <= 104; number++) await keepTrace(folder, trace(number, "failed"));
    const kept = await keptTraces(folder);
    assert.equal(kept.length, 101);
    assert.equal(kept[0].id, "20260101T000104Z-abc");
    assert.equal(kept.at(-1)!.status, "completed");
    assert.equal(kept.at(-2)!.id, "20260101T000005Z-abc");
  });
});

Deno.test("readTraces() passes over what is damaged", async () => {
  await withFolder(async (folder) => {
    await open(folder).run(pets(twoCats)());
    await Deno.writeTextFile(
      join(directoryOf(folder), "traces", "20990101T000000000Z-aaaaaa.completed.json"),
      '{"format":1',
    );
    assert.equal((await keptTraces(directoryOf(folder))).length, 2);
    assert.equal((await readTraces(directoryOf(folder))).length, 1);
    assert.equal((await newestTrace(directoryOf(folder), "completed"))?.source, "pets");
  });
});
