/**
 * Refresh modes, full refresh and restoring: what a run takes away before its own rows come, what it remembers
 * then, and that a failure or a kill leaves what was there.
 * @module
 */
import assert from "assert";
import { findDestination } from "../destinations/mod.ts";
import {
  Configuration,
  defineSource,
  type Destination,
  type JsonObject,
  type Load,
  pipeline,
  type PipelineOptions,
  type RunOptions,
  type Session,
  SluiceError,
} from "../mod.ts";
import { TextLineStream } from "./text_lines.ts";

type Records = Readonly<Record<string, readonly JsonObject[]>>;
type Hints = Readonly<Record<string, unknown>>;

/** A source whose resources have these records this time; each follows `at`. */
function source(records: Records, hints: Hints = {}) {
  return defineSource("pets", {}, () => ({
    resources: Object.entries(records).map(([name, each]) => ({
      name,
      incremental: { cursor_path: "at" },
      records: async function* () {
        yield [...each];
      },
      ...hints,
    })),
  }))();
}

const FIRST: Records = {
  cats: [{ id: 1, at: 5, old: true, tags: ["a"] }, { id: 2, at: 6, tags: ["b"] }],
  dogs: [{ id: 1, at: 5 }],
};
const SECOND = { cats: [{ id: 3, at: 1 }], dogs: [{ id: 2, at: 9 }] };

interface Place {
  readonly folder: string;
  run(records: Records, run?: RunOptions, more?: PipelineOptions & { hints?: Hints }): Promise<void>;
  rows(sql: string): Promise<unknown[]>;
  tables(): Promise<string[]>;
}

async function withPlace(destination: string, use: (place: Place) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "sluice_refresh_" });
  const place = { pipelineName: "pets", projectDirectory: folder, destination };
  try {
    await Deno.mkdir(`${folder}/.dlt`);
    const rows = async (sql: string) => (await pipeline(place).query(sql)).rows.map((row) => row.join(" "));
    await use({
      folder,
      rows,
      run: async (records, run, { hints, ...more } = {}) => {
        await pipeline({ ...place, ...more }).run(source(records, hints), run);
      },
      tables: async () => {
        const [schema] = await rows(
          "SELECT schema FROM _dlt_version ORDER BY inserted_at DESC, version DESC LIMIT 1",
        );
        return Object.keys(JSON.parse(String(schema)).tables).filter((name) => !name.startsWith("_dlt"))
          .sort();
      },
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

interface Expectation {
  readonly run: RunOptions;
  readonly cats: readonly string[];
  readonly dogs: readonly string[];
  readonly tables: readonly string[];
  readonly versions: number;
}

const CASES: readonly Expectation[] = [
  // Without a refresh, the cat is behind the cursor.
  {
    run: { resources: ["cats"] },
    cats: ["1", "2"],
    dogs: ["1"],
    tables: ["cats", "cats__tags", "dogs"],
    versions: 1,
  },
  {
    run: { resources: ["cats"], refresh: "drop_data" },
    cats: ["3"],
    dogs: ["1"],
    tables: ["cats", "cats__tags", "dogs"],
    versions: 1,
  },
  {
    run: { resources: ["cats"], refresh: "drop_resources" },
    cats: ["3"],
    dogs: ["1"],
    tables: ["cats", "dogs"],
    versions: 1,
  },
  {
    run: { resources: ["cats"], refresh: "drop_sources" },
    cats: ["3"],
    dogs: [],
    tables: ["cats"],
    versions: 1,
  },
  { run: { refresh: "drop_sources" }, cats: ["3"], dogs: ["2"], tables: ["cats", "dogs"], versions: 1 },
];

for (const destination of ["sqlite", "filesystem"]) {
  for (const { run, cats, dogs, tables, versions } of CASES) {
    const name = `${run.refresh ?? "no refresh"}${run.resources ? ` of ${run.resources}` : ""}`;
    Deno.test(`run() with ${name} leaves in ${destination} what it should`, async () => {
      await withPlace(destination, async (place) => {
        await place.run(FIRST);
        await place.run(SECOND, run);
        assert.deepEqual(await place.rows("SELECT id FROM cats ORDER BY id"), cats);
        if (tables.includes("dogs")) assert.deepEqual(await place.rows("SELECT id FROM dogs"), dogs);
        if (tables.includes("cats__tags")) {
          assert.equal((await place.rows("SELECT value FROM cats__tags")).length, run.refresh ? 0 : 2);
        }
        assert.deepEqual(await place.tables(), tables);
        assert.deepEqual(await place.rows("SELECT count(*) FROM _dlt_version"), [String(versions)]);
        // Dogs go on where they were, unless they were forgotten; cats go on from where they are now.
        await place.run({ cats: [{ id: 4, at: 2 }, { id: 0, at: 0 }], dogs: [{ id: 3, at: 4 }] });
        assert.deepEqual(
          await place.rows("SELECT id FROM cats ORDER BY id"),
          run.refresh ? [...cats, "4"] : cats,
        );
        const forgotten = run.refresh === "drop_sources" && run.resources;
        assert.deepEqual(await place.rows("SELECT id FROM dogs"), forgotten ? ["3"] : dogs);
      });
    });
  }

  Deno.test(`run() with a refresh that brings what was there keeps a schema, in ${destination}`, async () => {
    for (const refresh of ["drop_sources", "drop_resources", "drop_data"] as const) {
      await withPlace(destination, async (place) => {
        for (let run = 0; run < 3; run++) await place.run(FIRST, { refresh });
        assert.deepEqual(await place.tables(), ["cats", "cats__tags", "dogs"]);
        assert.deepEqual(await place.rows("SELECT id FROM cats ORDER BY id"), ["1", "2"]);
        assert.deepEqual(await place.rows("SELECT count(*) FROM _dlt_version"), ["1"]);
        const known = "SELECT count(*) FROM _dlt_version AS v JOIN _dlt_loads AS l ON " +
          "l.schema_version_hash = v.version_hash WHERE l.load_id = (SELECT max(load_id) FROM _dlt_loads)";
        assert.deepEqual(await place.rows(known), ["1"]);
      });
    }
  });

  Deno.test(`run() with a refresh that fails before ${destination} publishes leaves the tables; the next run finishes it`, async () => {
    for (const refresh of ["drop_sources", "drop_resources", "drop_data"] as const) {
      await withPlace(destination, async (place) => {
        await place.run(FIRST);
        const failing = withoutPublish(await findDestination(destination));
        await assert.rejects(place.run(SECOND, { refresh }, { destination: failing }), /gone/);
        assert.deepEqual(await place.rows("SELECT id FROM cats ORDER BY id"), ["1", "2"]);
        assert.deepEqual(await place.rows("SELECT value FROM cats__tags ORDER BY value"), ["a", "b"]);
        await place.run({ cats: [], dogs: [] });
        assert.deepEqual(await place.rows("SELECT id FROM cats"), ["3"]);
        assert.deepEqual(await place.rows("SELECT id FROM dogs"), ["2"]);
      });
    }
  });

  Deno.test(`a refreshing run that is killed leaves all of the old or all of the new in ${destination}`, async () => {
    for (const moment of ["page", "rows", "loaded"]) {
      await withPlace(destination, async (place) => {
        await place.run(FIRST);
        await Deno.writeTextFile(`${place.folder}/pets.ts`, MODULE);
        const flags = ["-d", destination, "--pipeline-name", "pets", "--refresh", "drop_sources"];
        await command(["run", "./pets.ts", ...flags], place.folder, moment);
        const left = (await place.rows("SELECT id FROM cats ORDER BY id")).join();
        assert.ok(["1,2", "3"].includes(left), `${moment}: ${left}`);
        assert.equal((await place.tables()).includes("cats__tags"), left !== "3");
        await command(["run", "./pets.ts", ...flags.slice(0, 4)], place.folder);
        const after = await place.rows("SELECT id FROM cats ORDER BY id");
        // Killed while it read, the refresh never was; the cat is then behind the cursor.
        assert.ok(["1,2", "3"].includes(after.join()), `${moment}: ${after}`);
      });
    }
  });
}

const MODULE = `
import { defineSource } from ${JSON.stringify(new URL("../mod.ts", import.meta.url).href)};
export default defineSource("pets", {}, () => ({
  resources: [{
    name: "cats",
    incremental: { cursor_path: "at" },
    records: async function* () { yield [{ id: 3, at: 1 }]; },
  }],
}));
`;

/** Runs a command; with the type of an event, it is killed at the first one. */
async function command(args: readonly string[], cwd: string, killedAt?: string): Promise<void> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-q", "-P=cli", "--no-prompt", "--config", CONFIG, MAIN, ...args, "--progress", "json"],
    cwd,
    stdout: "null",
    stderr: "piped",
  }).spawn();
  let isKilled = false;
  const lines = child.stderr.pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream());
  for await (const line of lines) {
    if (isKilled || JSON.parse(line).type !== killedAt) continue;
    isKilled = true;
    child.kill("SIGKILL");
  }
  assert.equal((await child.status).success, killedAt === undefined);
}

const MAIN = new URL("../main.ts", import.meta.url).pathname;
const CONFIG = new URL("../deno.json", import.meta.url).pathname;

/** A destination that takes everything and then cannot publish. */
function withoutPublish(destination: Destination): Destination {
  return {
    ...destination,
    open: async (parameters, context) => {
      const session = await destination.open(parameters, context);
      const begin: Session["begin"] = async (about) => {
        const load = await session.begin(about);
        return Object.assign(Object.create(load) as Load, {
          drop: (tables: readonly string[]) => load.drop(tables),
          truncate: (tables: readonly string[]) => load.truncate(tables),
          migrate: (tables: Parameters<Load["migrate"]>[0]) => load.migrate(tables),
          write: (batch: Parameters<Load["write"]>[0]) => load.write(batch),
          publish: () => Promise.reject(new SluiceError("Cannot publish: it is gone", { code: "gone" })),
          [Symbol.asyncDispose]: () => load[Symbol.asyncDispose](),
        });
      };
      return {
        location: session.location,
        stored: (...names) => session.stored(...names),
        hasLoad: (loadId) => session.hasLoad(loadId),
        query: (sql) => session.query(sql),
        begin,
        [Symbol.asyncDispose]: () => session[Symbol.asyncDispose](),
      };
    },
  };
}

const REPEATED = { cats: [{ id: 1, at: 5 }, { id: 2, at: 6 }], dogs: [] };

Deno.test("run() with fullRefresh reads everything again, and neither doubles nor loses a row by any disposition", async () => {
  const cases: readonly (readonly [Hints, RunOptions, string[]])[] = [
    [{ write_disposition: "append" }, {}, ["1", "2"]],
    [{ write_disposition: "append", incremental: undefined }, {}, ["1", "2"]],
    [{ write_disposition: "replace" }, {}, ["1", "2"]],
    // A merge keeps what is no longer there, as it does in every run.
    [{ write_disposition: "merge", primary_key: "id" }, {}, ["1", "2", "9"]],
    // What a limit cuts short is not all there is, so that nothing gives way to it.
    [{ write_disposition: "append", pages: 2 }, { limit: 1 }, ["1", "1", "2", "2", "9"]],
  ];
  for (const [{ pages, ...hints }, run, expected] of cases) {
    await withPlace("sqlite", async (place) => {
      await place.run({ cats: [...REPEATED.cats, { id: 9, at: 1 }], dogs: [] }, {}, { hints });
      const records = async function* () {
        yield REPEATED.cats;
        if (pages) yield [{ id: 10, at: 7 }];
      };
      await place.run(REPEATED, { fullRefresh: true, ...run }, {
        hints: { ...hints, ...(pages ? { records } : {}) },
      });
      assert.deepEqual(await place.rows("SELECT id FROM cats ORDER BY id"), expected, JSON.stringify(hints));
    });
  }
});

Deno.test("refresh and restore_from_destination are found where dlt finds them, and an explicit argument goes before", async () => {
  const run = async (place: Place, env: Record<string, string>, options: RunOptions = {}) => {
    const configuration = await Configuration.load({ projectDirectory: place.folder, env });
    await place.run(SECOND, { resources: ["cats"], ...options }, { configuration });
    return (await place.rows("SELECT id FROM cats ORDER BY id")).join();
  };
  const cases: readonly (readonly [Record<string, string>, RunOptions, string])[] = [
    [{ REFRESH: "drop_data" }, {}, "3"],
    [{ PIPELINES__PETS__REFRESH: "drop_resources" }, {}, "3"],
    [{ PIPELINES__OTHER__REFRESH: "drop_resources" }, {}, "1,2"],
    // Without a state everything is read, and no table is taken away.
    [{ RESTORE_FROM_DESTINATION: "false" }, {}, "1,2,3"],
    [{ RESTORE_FROM_DESTINATION: "true" }, {}, "1,2"],
  ];
  for (const [env, options, expected] of cases) {
    await withPlace("sqlite", async (place) => {
      await place.run(FIRST);
      assert.equal(await run(place, env, options), expected, JSON.stringify(env));
    });
  }
  await withPlace("sqlite", async (place) => {
    await place.run(FIRST);
    await run(place, { REFRESH: "drop_sources" }, { refresh: "drop_data" });
    assert.ok((await place.tables()).includes("cats__tags"), "tables stay");
    await assert.rejects(run(place, { REFRESH: "drop_all" }), { code: "config-cast" });
  });
});

Deno.test("a state that is not restored is followed by one of a higher version, which the next run goes on from", async () => {
  await withPlace("sqlite", async (place) => {
    await place.run(FIRST);
    await place.run({ ...SECOND, cats: [{ id: 3, at: 4 }] });
    const configuration = await Configuration.load({
      projectDirectory: place.folder,
      env: { RESTORE_FROM_DESTINATION: "false" },
    });
    await place.run(SECOND, {}, { configuration });
    const versions = await place.rows("SELECT version FROM _dlt_pipeline_state ORDER BY rowid");
    assert.deepEqual(versions, ["1", "2", "3"]);
    await place.run({ cats: [{ id: 4, at: 2 }], dogs: [] });
    assert.deepEqual(await place.rows("SELECT id FROM cats ORDER BY id"), ["1", "2", "3", "4"]);
  });
});

Deno.test("names that are given count, whatever the restored state says", async () => {
  await withPlace("sqlite", async (place) => {
    await place.run(FIRST, {}, { datasetName: "first" });
    await place.run({ cats: [{ id: 3, at: 7 }], dogs: [] }, {}, { datasetName: "second" });
    assert.deepEqual(
      await place.rows("SELECT id FROM cats ORDER BY id"),
      ["1", "2", "3"],
      "the cursor goes on",
    );
    const { datasetName } = JSON.parse(await newestTraceText(place.folder));
    assert.equal(datasetName, "second");
  });
});

async function newestTraceText(folder: string): Promise<string> {
  const traces = `${folder}/.dlt/.var/pets/traces`;
  const names = [...Deno.readDirSync(traces)].map(({ name }) => name).sort();
  return await Deno.readTextFile(`${traces}/${names.at(-1)}`);
}

Deno.test("run() refuses a refresh before it reads anything where the destination drops no tables", async () => {
  await withPlace("sqlite", async (place) => {
    const { capabilities, ...sqlite } = await findDestination("sqlite");
    const destination = { ...sqlite, capabilities: { ...capabilities, dropsTables: false } };
    await assert.rejects(place.run(FIRST, { refresh: "drop_data" }, { destination }), {
      code: "cannot-drop",
    });
  });
});
