/**
 * `dev_mode`: each run has a dataset of its own, which nobody had before, and later commands find it.
 * @module
 */
import assert from "assert";
import { Configuration, defineSource, pipeline, type PipelineOptions } from "../mod.ts";
import { devDataset } from "../pipeline/dev_mode.ts";
import { withWorkplace } from "./cli_commands.ts";

const pets = defineSource("pets", {}, () => ({
  resources: [{
    name: "cats",
    incremental: { cursor_path: "at" },
    records: async function* () {
      yield [{ id: 1, at: 1 }];
    },
  }],
}));

async function withFolder(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "sluice_dev_" });
  try {
    await Deno.mkdir(`${folder}/.dlt`);
    await use(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Names in a folder that match. */
function names(folder: string, pattern: RegExp): string[] {
  return [...Deno.readDirSync(folder)].map(({ name }) => name).filter((name) => pattern.test(name)).sort();
}

for (const destination of ["sqlite", "filesystem"]) {
  Deno.test(`run() in dev mode loads into a new ${destination} dataset each time, from the start`, async () => {
    await withFolder(async (folder) => {
      const options: PipelineOptions = { pipelineName: "pets", projectDirectory: folder, destination };
      await pipeline(options).run(pets());
      const seen = new Set<string>();
      for (let run = 0; run < 3; run++) {
        // A pipeline of its own stands for a process of its own.
        const dev = pipeline({ ...options, devMode: true });
        const { datasetName } = await dev.run(pets());
        assert.match(datasetName, /^pets_dataset_20\d{12}$/);
        seen.add(datasetName);
        assert.deepEqual((await dev.query("SELECT id FROM cats")).rows, [[1]]);
        assert.deepEqual((await dev.query("SELECT count(*) FROM _dlt_loads")).rows, [[1]]);
      }
      assert.equal(seen.size, 3);
      const [where, pattern] = destination === "sqlite"
        ? [folder, /^pets_20\d{12}\.sqlite$/] as const
        : [`${folder}/pets_data`, /^pets_dataset_20\d{12}$/] as const;
      assert.equal(names(where, pattern).length, 3);
      // The dataset that is not one run's alone is as it was, and goes on.
      assert.deepEqual((await pipeline(options).run(pets())).loadPackages[0]!.rows, {});
    });
  });
}

Deno.test("dev_mode is found where dlt finds it, and the explicit argument goes before", async () => {
  const cases: readonly (readonly [Record<string, string>, boolean | undefined, boolean])[] = [
    [{ DEV_MODE: "true" }, undefined, true],
    [{ PIPELINES__PETS__DEV_MODE: "true" }, undefined, true],
    [{ PIPELINES__OTHER__DEV_MODE: "true" }, undefined, false],
    [{ DEV_MODE: "true" }, false, false],
    [{ DEV_MODE: "false" }, true, true],
  ];
  for (const [env, devMode, isDev] of cases) {
    await withFolder(async (folder) => {
      const configuration = await Configuration.load({ projectDirectory: folder, env });
      const dev = pipeline({ pipelineName: "pets", projectDirectory: folder, configuration, devMode });
      const { datasetName } = await dev.run(pets());
      assert.equal(/_\d{14}$/.test(datasetName), isDev, JSON.stringify([env, devMode]));
    });
  }
});

Deno.test("devDataset() gives no name twice, not within a second nor when the clock was set back", () => {
  const soon = devDataset("pets", "pets_20990101000000");
  assert.equal(soon, "pets_20990101000001");
  assert.equal(devDataset("pets"), "pets_20990101000002");
  assert.equal(devDataset("pets", "pets_20991231235959"), "pets_21000101000000");
});

const MODULE = `
import { defineSource } from "@sluice/sluice";
export default defineSource("pets", {}, () => ({
  resources: [{ name: "cats", records: async function* () { yield [{ id: 1 }, { id: 2 }]; } }],
}));
`;

Deno.test("run --dev-mode names its dataset, and query, schema and pipeline look into it afterwards", async () => {
  await withWorkplace({ files: { "pets.ts": MODULE, ".dlt/config.toml": "" } }, async (place) => {
    const { code, out, err } = await place.sluice(
      "run",
      "./pets.ts",
      "--dev-mode",
      "--json",
      "--progress",
      "off",
    );
    assert.equal(code, 0, err);
    const { datasetName, location } = JSON.parse(out);
    assert.match(location, /pets_20\d{12}\.sqlite$/);
    assert.match((await place.sluice("query", `SELECT count(*) AS n FROM ${datasetName}.cats`)).out, /2/);
    assert.match((await place.sluice("pipeline", "pets", "info")).out, new RegExp(datasetName));
    assert.match((await place.sluice("pipeline", "pets", "schema")).out, /cats/);
    const copy = `${place.folder}/other.sqlite`;
    await Deno.copyFile(location.replace("sqlite:///", ""), copy);
    assert.match(
      (await place.sluice("query", "--database", copy, "SELECT count(*) AS n FROM cats")).out,
      /2/,
    );
  });
});

Deno.test("run() in dev mode deletes packages that wait for datasets of earlier runs", async () => {
  await withFolder(async (folder) => {
    const options: PipelineOptions = { pipelineName: "pets", projectDirectory: folder, devMode: true };
    const { datasetName } = await pipeline(options).run(pets());
    const waiting = `${folder}/.dlt/.var/pets/packages/1795518312.347000`;
    await Deno.mkdir(waiting, { recursive: true });
    const head = {
      format: 1,
      loadId: "1795518312.347000",
      pipelineName: "pets",
      datasetName,
      destination: "sqlite",
    };
    await Deno.writeTextFile(
      `${waiting}/package.json`,
      JSON.stringify({ ...head, schemaName: "pets", status: "extracted", resources: {}, state: {} }),
    );
    const { warnings } = await pipeline(options).run(pets());
    assert.deepEqual(warnings, []);
    assert.deepEqual(names(`${folder}/.dlt/.var/pets/packages`, /./), []);
  });
});
