/**
 * What earlier versions left on the disk opens in this one: datasets are loaded into, packages that wait are loaded,
 * and extractions that were cut short end well. `tests/data/make.ts` makes the folders.
 */
import assert from "assert";
import { join } from "node:path";
import { pipeline } from "../mod.ts";
import { localPackages } from "../pipeline/pipeline_directory.ts";
import { copyFolder } from "./copy_folder.ts";
import { pets, servePets, truthOf } from "./data/pets.ts";

const DATA = new URL("data/", import.meta.url).pathname;
const FORMATS = [...Deno.readDirSync(DATA)].map(({ name }) => name).filter((name) =>
  name.startsWith("format_")
);

interface Left {
  readonly folder: string;
  readonly destination: string;
  /** The generation of the API's data that a run brings the tables to. */
  readonly generation: number;
  readonly packages: number;
}

const LEFT: readonly Left[] = [
  { folder: "sqlite", destination: "sqlite", generation: 1, packages: 1 },
  { folder: "filesystem", destination: "filesystem", generation: 1, packages: 1 },
  { folder: "pending", destination: "sqlite", generation: 2, packages: 2 },
  { folder: "unfinished", destination: "sqlite", generation: 2, packages: 1 },
];

for (const format of FORMATS.sort()) {
  for (const { folder, destination, generation, packages } of LEFT) {
    Deno.test(`run goes on with what ${format} left: ${folder}`, async () => {
      const project = await Deno.makeTempDir({ prefix: "sluice_format_" });
      await copyFolder(join(DATA, format, folder), project);
      await using server = servePets(() => generation);
      const place = pipeline({ pipelineName: "pets", destination, projectDirectory: project });
      const info = await place.run(pets(server.url));
      assert.equal(info.loadPackages.length, packages);
      const rows = async (sql: string) => (await place.query(sql)).rows.map((row) => row.map(String));
      assert.deepEqual(
        await rows("SELECT id, name FROM cats ORDER BY id"),
        truthOf("cats", generation).map(({ id, name }) => [String(id), name]),
      );
      assert.deepEqual(
        await rows("SELECT event FROM log ORDER BY event"),
        truthOf("log", generation).map(({ event }) => [event]).sort(),
      );
      assert.deepEqual(await rows("SELECT kind FROM kinds"), [[`kind ${generation}`]]);
      assert.deepEqual(await rows("SELECT count(*) FROM cats__toys"), [["12"]]);
      assert.deepEqual(await localPackages(join(project, ".dlt/.var/pets")), []);
      await Deno.remove(project, { recursive: true });
    });
  }
}

Deno.test("run names a package of a newer format, and sets it aside", async () => {
  const project = await Deno.makeTempDir({ prefix: "sluice_format_" });
  await copyFolder(join(DATA, FORMATS[0]!, "pending"), project);
  const packages = join(project, ".dlt/.var/pets/packages");
  const [{ name }] = [...Deno.readDirSync(packages)];
  const manifest = join(packages, name, "package.json");
  await Deno.writeTextFile(
    manifest,
    (await Deno.readTextFile(manifest)).replace(/"format":\d/, '"format":99'),
  );
  await using server = servePets(() => 1);
  const info = await pipeline({ pipelineName: "pets", projectDirectory: project }).run(pets(server.url));
  assert.deepEqual(info.warnings.map(({ code }) => code), ["package-set-aside"]);
  assert.match(info.warnings[0]!.message, /newer version/);
  await Deno.remove(project, { recursive: true });
});
