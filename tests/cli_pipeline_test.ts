/**
 * `pipelines` and `pipeline <name> …` as a user meets them: what they tell after runs that went well and runs
 * that did not, what they ask before something goes, and how they end.
 * @module
 */
import assert from "assert";
import { join } from "node:path";
import { DatabaseSync } from "sqlite";
import { sluiceCommand, withWorkplace, type Workplace } from "./cli_commands.ts";

const PETS = `
import { defineSource } from "@sluice/sluice";

export default defineSource("pets", {
  fail: { type: "boolean", default: false, help: "Whether cats fail." },
  api_token: { type: "text", secret: true, help: "A token." },
}, ({ fail }) => ({
  client: { base_url: "https://pets.example" },
  resources: [
    {
      name: "cats",
      primary_key: "id",
      write_disposition: "merge",
      incremental: { cursor_path: "seen", initial_value: 0 },
      records: async function* () {
        yield [{ id: 1, seen: 5, tags: ["a", "b"] }, { id: 2, seen: 7, tags: [] }];
        if (fail) throw new Error("out of cats");
      },
    },
    { name: "dogs", write_disposition: "replace", records: async function* () { yield [{ id: 9 }]; } },
  ],
}));
`;
const CANARY = "canary-5d2e77ab";
const SECRETS = `[sources.pets]\napi_token = "${CANARY}"\n`;

function withPets(use: (place: Workplace) => Promise<void>): Promise<void> {
  return withWorkplace({ files: { "pets.ts": PETS, ".dlt/secrets.toml": SECRETS } }, use);
}

const run = (place: Workplace, ...args: string[]) =>
  place.sluice("run", "./pets.ts", "--progress", "off", "--pipeline-name", "pets", ...args);

/** A command that must go well, with its `--json` read. */
async function json(place: Workplace, ...args: string[]) {
  const { code, out, err } = await place.sluice(...args, "--json");
  assert.equal(code, 0, err + out);
  const read = JSON.parse(out);
  assert.equal(read.ok, true);
  return read;
}

/** The database as it is, without Sluice. */
function rows(place: Workplace, sql: string): unknown[][] {
  using database = new DatabaseSync(join(place.folder, "pets.sqlite"), { readOnly: true });
  return database.prepare(sql).all().map((row: Record<string, unknown>) => Object.values(row));
}

/** Leaves a package that waits: the database is locked once the run has read. */
async function leavePending(place: Workplace): Promise<void> {
  // A lock taken before the run opens the database would stop it before it reads.
  using database = new DatabaseSync(join(place.folder, "pets.sqlite"));
  await using blocker = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, () => {
    database.exec("BEGIN IMMEDIATE");
    return new Response();
  });
  const host = `127.0.0.1:${blocker.addr.port}`;
  await Deno.writeTextFile(
    join(place.folder, ".dlt/config.toml"),
    "[destination.sqlite]\nlock_timeout = 0.05\n",
  );
  await Deno.writeTextFile(
    join(place.folder, "locking.ts"),
    PETS.replace(
      "async function* () { yield [{ id: 9 }]; }",
      `async function* () { yield [{ id: 9 }]; await (await fetch("http://${host}/")).text(); }`,
    ),
  );
  const { code, err } = await place.sluice(
    "run",
    "./locking.ts",
    "--progress",
    "off",
    "--pipeline-name",
    "pets",
    "--allow",
    `net=${host}`,
  );
  assert.equal(code, 4, err);
}

Deno.test("pipelines lists what ran here, and pipeline shows runs, traces, packages and cursors", async () => {
  await withPets(async (place) => {
    assert.match((await place.sluice("pipelines")).out, /No pipeline ran here yet/);
    assert.equal((await run(place)).code, 0);
    assert.equal((await run(place, "--param", "fail=true")).code, 3);

    const { pipelines: [line] } = await json(place, "pipelines");
    assert.deepEqual([line.pipeline, line.status, line.destination, line.dataset, line.pendingPackages], [
      "pets",
      "failed",
      "sqlite",
      "pets_dataset",
      0,
    ]);
    const { runs } = await json(place, "pipeline", "pets", "runs");
    assert.deepEqual(runs.map((each: { status: string }) => each.status), ["failed", "completed"]);
    assert.equal(runs[1].rows, 5);

    const failed = await json(place, "pipeline", "pets", "trace");
    assert.equal(failed.error.at.resource, "cats");
    const trace = await json(place, "pipeline", "pets", "trace", runs[1].id);
    assert.deepEqual(trace.packages[0].rows, { cats: 2, cats__tags: 2, dogs: 1 });
    const text = await place.sluice("pipeline", "pets", "trace", runs[1].id);
    assert.match(text.out, /: COMPLETED\n/);
    assert.match(text.out, /cats__tags +2 rows/);
    assert.match(text.out, /source pets +api_token +\*\*\*/);
    assert.ok(!JSON.stringify([trace, failed, text]).includes(CANARY));

    const info = await json(place, "pipeline", "pets");
    assert.deepEqual(info.cursors, [{ resource: "cats", cursor: "seen", lastValue: 7 }]);
    assert.deepEqual(info.resources, [
      { resource: "cats", tables: ["cats", "cats__tags"] },
      { resource: "dogs", tables: ["dogs"] },
    ]);
    assert.equal(info.schema.version, 1);
    assert.equal(info.lastRun.status, "failed");

    const loaded = await json(place, "pipeline", "pets", "load-package");
    assert.deepEqual([loaded.state, loaded.rows.dogs], ["loaded", 1]);
    const { runs: failures, packages } = await json(place, "pipeline", "pets", "failed-jobs");
    assert.deepEqual([failures.length, packages], [1, []]);
    assert.match((await place.sluice("pipeline", "pets", "info")).out, /cats +seen +7/);
    // The failed run does not hide where the data is.
    assert.match((await place.sluice("query", "SELECT count(*) AS n FROM cats")).out, /2/);
  });
});

Deno.test("pipeline drop says what goes, asks, and drops tables with children, state and schema at once", async () => {
  await withPets(async (place) => {
    await run(place);
    const asked = await place.sluice("pipeline", "pets", "drop", "re:^ca");
    assert.equal(asked.code, 2);
    assert.match(asked.err, /Tables, with all their rows: cats, cats__tags\nWhat is remembered of: cats/);
    assert.match(asked.err, /--yes/);
    assert.equal(rows(place, "SELECT count(*) FROM cats")[0][0], 2);

    const dropped = await json(place, "pipeline", "pets", "drop", "re:^ca", "--yes");
    assert.deepEqual([dropped.tables, dropped.states], [["cats", "cats__tags"], ["cats"]]);
    assert.deepEqual(rows(place, "SELECT name FROM sqlite_schema WHERE name LIKE 'cat%'"), []);
    assert.deepEqual(rows(place, "SELECT id FROM dogs"), [[9]]);
    assert.deepEqual(rows(place, "SELECT count(*) FROM _dlt_loads WHERE status = 0"), [[2]]);
    const info = await json(place, "pipeline", "pets", "info");
    assert.deepEqual([info.cursors, info.schema.version, info.schema.tables], [[], 2, 1]);

    assert.equal((await run(place)).code, 0);
    assert.equal(rows(place, "SELECT count(*) FROM cats")[0][0], 2);
  });
});

Deno.test("pipeline drop --state-only keeps tables and reads again, --drop-all takes every resource", async () => {
  await withPets(async (place) => {
    await run(place);
    await json(place, "pipeline", "pets", "drop", "cats", "--state-only", "--yes");
    assert.equal(rows(place, "SELECT count(*) FROM cats")[0][0], 2);
    assert.deepEqual((await json(place, "pipeline", "pets", "info")).cursors, []);
    const all = await json(place, "pipeline", "pets", "drop", "--drop-all", "--yes");
    assert.deepEqual(all.tables, ["cats", "cats__tags", "dogs"]);
    const again = await place.sluice("pipeline", "pets", "drop", "--drop-all", "--yes");
    assert.deepEqual([again.code, /nothing to drop/.test(again.err)], [0, true]);
  });
});

Deno.test("pipeline drop --state-paths forgets what a path finds, alone and beside resources, and refuses what finds nothing", async () => {
  await withPets(async (place) => {
    await run(place);
    const path = ["--state-paths", "resources.*.incremental.seen['last_value']"];
    const asked = await place.sluice("pipeline", "pets", "drop", ...path);
    assert.match(asked.err, /remembered at: resources\.cats\.incremental\.seen\.last_value/);
    const dropped = await json(place, "pipeline", "pets", "drop", ...path, "--yes");
    assert.deepEqual([dropped.tables, dropped.states], [[], []]);
    assert.deepEqual((await json(place, "pipeline", "pets", "info")).cursors, [
      { resource: "cats", cursor: "seen" },
    ]);
    assert.equal(rows(place, "SELECT count(*) FROM cats")[0][0], 2);
    const nothing = await place.sluice("pipeline", "pets", "drop", "--state-paths", "tokens[*]", "--yes");
    assert.deepEqual([nothing.code, /nothing is remembered there/.test(nothing.err)], [2, true]);
    const wrong = await place.sluice("pipeline", "pets", "drop", "--state-paths", "a[", "--yes");
    assert.deepEqual([wrong.code, /JSON path/.test(wrong.err)], [2, true]);
  });
});

Deno.test("pipeline runs lists a run that is at work and one that was killed, and run --json names its trace", async () => {
  await withPets(async (place) => {
    const { code, out, err } = await run(place, "--json");
    assert.equal(code, 0, err);
    const waiting = PETS.replace(
      "yield [{ id: 9 }];",
      "console.error('here'); await new Promise(() => setInterval(() => {}, 1000));",
    );
    await Deno.writeTextFile(join(place.folder, "waiting.ts"), waiting);
    const child = sluiceCommand(["run", "./waiting.ts", "--pipeline-name", "pets"], {
      cwd: place.folder,
      stdout: "null",
      stderr: "piped",
    }).spawn();
    const reader = child.stderr.pipeThrough(new TextDecoderStream()).getReader();
    for (let text = ""; !text.includes("here");) {
      const { value, done } = await reader.read();
      assert.ok(!done, text);
      text += value;
    }
    const statuses = async () => {
      const { runs } = await json(place, "pipeline", "pets", "runs");
      return runs.map((each: { id: string; status: string }) => each.status);
    };
    assert.deepEqual(await statuses(), ["running", "completed"]);
    child.kill("SIGKILL");
    await child.status;
    await reader.cancel();
    assert.deepEqual(await statuses(), ["killed", "completed"]);
    const { runs } = await json(place, "pipeline", "pets", "runs");
    assert.equal(runs[1].id, JSON.parse(out).traceId);
    assert.match((await place.sluice("pipeline", "pets", "runs")).out, /killed +20/);
    assert.equal((await run(place)).code, 0);
    assert.deepEqual(await statuses(), ["completed", "killed", "completed"]);
  });
});

Deno.test("pipeline schema shows what schema shows", async () => {
  await withPets(async (place) => {
    await run(place);
    for (const flags of [[], ["--json"], ["--format", "mermaid", "--no-system"], ["--schema", "pets"]]) {
      const other = flags.map((flag) => flag === "--schema" ? "--schema-name" : flag);
      const [one, two] = [
        await place.sluice("pipeline", "pets", "schema", ...flags),
        await place.sluice("schema", "pets", ...other),
      ];
      assert.equal(one.code, 0, one.err);
      assert.match(one.out, /cats/);
      assert.equal(one.out, two.out);
    }
    assert.equal((await place.sluice("pipeline", "pest", "schema")).code, 2);
    assert.equal((await place.sluice("pipeline", "pets", "schema", "--format", "dbm")).code, 2);
  });
});

Deno.test("pipeline drop works on files, and leaves none of them", async () => {
  await withPets(async (place) => {
    await run(place, "--destination", "ndjson");
    await json(place, "pipeline", "pets", "drop", "cats", "--yes");
    const folders = [...Deno.readDirSync(join(place.folder, "pets_data/pets_dataset"))].map(({ name }) =>
      name
    );
    assert.deepEqual(folders.filter((name) => /^[a-z]/.test(name)).sort(), ["dogs", "init"]);
    const { code, err } = await place.sluice("query", "SELECT * FROM cats");
    assert.deepEqual([code, /no such table/.test(err)], [2, true]);
  });
});

Deno.test("a package that waits is shown, is in the way of a drop, and can be given up", async () => {
  await withPets(async (place) => {
    await run(place);
    await leavePending(place);
    const { packages } = await json(place, "pipeline", "pets", "failed-jobs");
    assert.deepEqual(packages.map((each: { state: string }) => each.state), ["pending"]);
    const shown = await json(place, "pipeline", "pets", "load-package");
    assert.deepEqual([shown.state, shown.resources.length], ["pending", 2]);
    const refused = await place.sluice("pipeline", "pets", "drop", "cats", "--yes", "--json");
    assert.deepEqual([refused.code, JSON.parse(refused.out).error.code], [4, "package-waits"]);
    const asked = await place.sluice("pipeline", "pets", "drop-pending-packages");
    assert.deepEqual([asked.code, /confirm|--yes/.test(asked.err)], [2, true]);
    const { deleted } = await json(place, "pipeline", "pets", "drop-pending-packages", "--yes");
    assert.deepEqual(deleted, [packages[0].loadId]);
    assert.match(
      (await place.sluice("pipeline", "pets", "drop-pending-packages")).out,
      /No load package waits/,
    );
  });
});

Deno.test("pipeline sync gives up what is left here and says what the destination knows", async () => {
  await withPets(async (place) => {
    await run(place);
    await leavePending(place);
    const synced = await json(place, "pipeline", "pets", "sync", "--yes");
    assert.deepEqual([synced.deleted.length, synced.schema.version, synced.cursors[0].lastValue], [1, 1, 7]);
    await Deno.remove(join(place.folder, ".dlt/.var"), { recursive: true });
    const elsewhere = await json(place, "pipeline", "pets", "sync", "--destination", "sqlite");
    assert.deepEqual([elsewhere.deleted, elsewhere.cursors[0].lastValue], [[], 7]);
  });
});

const mistakes: [args: string[], code: number, problem: RegExp, next: RegExp][] = [
  [["pipeline", "pest", "info"], 2, /no such pipeline ran here/, /did you mean "pets"\?/],
  [["pipeline", "pest"], 2, /no such pipeline ran here/, /did you mean "pets"\?/],
  [["pipeline", "pets", "inof"], 2, /unknown command "inof"/, /did you mean info/],
  [["pipeline", "../pets", "info", "-d", "sqlite"], 2, /becomes a folder/, /letters, digits/],
  [["pipeline", "pets", "trace", "99"], 2, /there is none of this id/, /did you mean "2/],
  [["pipeline", "pets", "load-package", "x"], 2, /there is none of this id/, /did you mean "1/],
  [["pipeline", "pets", "drop"], 2, /no resource is named/, /cats, dogs.*--drop-all/],
  [["pipeline", "pets", "drop", "cat"], 2, /no such resource/, /did you mean "cats"\?/],
  [["pipeline", "pets", "drop", "re:^x"], 2, /no resource matches/, /cats, dogs/],
  [["pipeline", "pets", "drop", "re:("], 2, /no regular expression/, /pattern/],
  [["pipeline", "pets", "runs", "--last", "0"], 2, /integer from 1 on/, /--help/],
];

Deno.test("pipeline ends with its exit code and says what to do when something is wrong", async (t) => {
  await withPets(async (place) => {
    await run(place);
    for (const [args, exitCode, problem, next] of mistakes) {
      await t.step(args.join(" "), async () => {
        const { code, err } = await place.sluice(...args);
        assert.equal(code, exitCode, err);
        assert.match(err, /^Cannot /);
        assert.match(err, problem);
        assert.match(err, next);
      });
    }
  });
});

Deno.test("pipeline shows help for each command, with examples and exit codes", async () => {
  await withWorkplace({}, async (place) => {
    const all = await place.sluice("pipeline", "--help");
    assert.equal(all.code, 0);
    const one = await place.sluice("pipeline", "pets", "drop", "--help");
    assert.deepEqual([one.code, /pipeline <name> drop \[options\] \[resources\.\.\.\]/.test(one.out)], [
      0,
      true,
    ]);
    assert.equal((await place.sluice("help", "pipeline")).out, all.out);
    for (const { out } of [all, one]) assert.match(out, /Examples:[\s\S]*Exit codes:/);
    const none = await place.sluice("pipeline", "pets", "runs");
    assert.match(none.err, /run a source first/);
  });
});
