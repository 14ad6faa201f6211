/**
 * Schema files: what a run exports, what it writes to be edited, and what it makes of an edited file.
 * @module
 */
import assert from "assert";
import { join } from "node:path";
import { parse } from "yaml";
import { defineSource, type LoadInfo, pipeline, type Plan, SluiceError, type SqlRow } from "../mod.ts";
import type { SourceParts } from "../extract/definition/source.ts";
import { Configuration } from "../pipeline/config.ts";
import type { JsonObject } from "../pipeline/json.ts";
import { SCHEMA_FILE_PARAMETERS } from "../pipeline/schema_files.ts";
import { SCHEMA_FORMATS } from "../pipeline/schema_formats/mod.ts";

type Settings = Partial<NonNullable<SourceParts["resources"]>[number] & object>;

interface Scene {
  run(records: JsonObject[], settings?: Settings): Promise<LoadInfo>;
  plan(settings?: Settings): Promise<Plan>;
  query(sql: string): Promise<SqlRow[]>;
  read(path: string): Promise<string>;
  edit(change: (text: string) => string): Promise<void>;
}

const CONFIG = '[schema]\nexport_schema_path = "out"\nimport_schema_path = "in"\n';
const FILE = "in/pets.schema.yaml";

async function scene(
  use: (scene: Scene) => Promise<void>,
  { config = CONFIG, files = {}, destination = "sqlite" }: {
    config?: string;
    files?: Record<string, string>;
    destination?: string;
  } = {},
): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "sluice_schema_" });
  try {
    for (const [path, text] of Object.entries({ ".dlt/config.toml": config, ...files })) {
      await Deno.mkdir(join(folder, path, ".."), { recursive: true });
      await Deno.writeTextFile(join(folder, path), text);
    }
    const configuration = await Configuration.load({
      projectDirectory: folder,
      env: {},
      machineFolder: folder,
    });
    const pets = pipeline({ pipelineName: "pets", projectDirectory: folder, configuration, destination });
    const source = (records: JsonObject[], settings?: Settings) => {
      const resource = {
        name: "cats",
        records: async function* () {
          yield records;
        },
        ...settings,
      };
      const build = () => ({ resources: [resource] } as SourceParts);
      return defineSource({ name: "pets", parameters: {}, build })();
    };
    const read = (path: string) => Deno.readTextFile(join(folder, path));
    await use({
      run: (records, settings) => pets.run(source(records, settings)),
      plan: (settings) => pets.plan(source([], settings), { probe: false }),
      query: async (sql) => (await pets.query(sql)).rows,
      read,
      edit: async (change) => {
        const before = await read(FILE);
        const after = change(before);
        assert.notEqual(after, before);
        await Deno.writeTextFile(join(folder, FILE), after);
      },
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const columnTypes =
  "SELECT name, type, \"notnull\" FROM pragma_table_info('cats') WHERE name NOT LIKE '\\_dlt%' ESCAPE '\\'";

Deno.test("run() exports the schema as it is stored, and again when it changed", () =>
  scene(async ({ run, read, query }) => {
    await run([{ id: 1 }]);
    const [[hash]] = await query("SELECT version_hash FROM _dlt_version");
    const first = parse(await read("out/pets.schema.yaml"));
    assert.equal(first.version_hash, hash);
    assert.deepEqual(first.tables.cats.columns.id, { data_type: "bigint", nullable: true });
    await run([{ id: 1, name: "Tom" }]);
    const second = parse(await read("out/pets.schema.yaml"));
    assert.equal(second.version, 2);
    assert.deepEqual(second.previous_hashes, [hash]);
    assert.ok(second.tables.cats.columns.name);
  }));

Deno.test("run() writes what the source says into the import folder, once, and without what the data said", () =>
  scene(async ({ run, read }) => {
    await run([{ id: 1, name: "Tom" }], { primary_key: "id", write_disposition: "merge" });
    const text = await read(FILE);
    assert.deepEqual(parse(text).tables.cats, {
      columns: { id: { nullable: false, primary_key: true } },
      write_disposition: "merge",
      resource: "cats",
    });
    await run([{ id: 1, age: 2 }], { primary_key: "id" });
    assert.equal(await read(FILE), text);
  }));

Deno.test("run() goes by the source, not by a file that nobody edited", () =>
  scene(async ({ run, query, edit }) => {
    await run([{ id: 1 }]);
    await edit((text) => `${text}# a remark is no edit\n`);
    await run([{ id: 2 }], { write_disposition: "replace" });
    assert.deepEqual(await query("SELECT id FROM cats"), [[2]]);
  }));

for (const destination of ["sqlite", "filesystem"]) {
  Deno.test(`run() honours edited hints, types, descriptions and dispositions (${destination})`, () =>
    scene(async ({ run, query, edit, read }) => {
      await run([{ id: 1, age: null }]);
      await edit((text) =>
        text.replace(
          "columns: {}\n    write_disposition: append",
          `columns:
      age:
        data_type: decimal
        precision: 10
        scale: 2
        description: In years
      born:
        data_type: date
    description: Cats & their ages
    write_disposition: replace`,
        )
      );
      await run([{ id: 2, age: 3 }]);
      await run([{ id: 3, age: 4.5 }]);
      assert.deepEqual(await query("SELECT id, age FROM cats"), [[3, "4.5"]]);
      const { cats } = parse(await read("out/pets.schema.yaml")).tables;
      assert.equal(cats.description, "Cats & their ages");
      assert.equal(cats.write_disposition, "replace");
      assert.deepEqual(cats.columns.born, { data_type: "date", nullable: true });
      const { data_type, precision, scale, description } = cats.columns.age;
      assert.deepEqual([data_type, precision, scale, description], ["decimal", 10, 2, "In years"]);
    }, { destination, config: `${CONFIG}[destination.filesystem]\nbucket_url = "files"\n` }));
}

Deno.test("run() makes columns that only the file knows, also in tables of lists that are yet to come", () =>
  scene(async ({ run, query, edit }) => {
    const merged = { primary_key: "id", write_disposition: "merge" } as const;
    await run([{ id: 1 }], merged);
    await edit((text) =>
      text.replace(
        "tables:\n",
        "tables:\n  cats__toys:\n    parent: cats\n    columns:\n      price:\n        data_type: double\n",
      ).replace(
        "columns:\n      id:",
        "columns:\n      name:\n        data_type: text\n        precision: 40\n      id:",
      )
    );
    await run([{ id: 2, toys: [{ price: 3 }] }], merged);
    assert.deepEqual(await query("SELECT price FROM cats__toys"), [[3]]);
    assert.deepEqual((await query(columnTypes)).map(([name, type]) => [name, type]), [
      ["id", "BIGINT"],
      ["name", "VARCHAR(40)"],
    ]);
    await run([{ id: 2, toys: [] }], merged);
    assert.deepEqual(await query("SELECT count(*) FROM cats__toys"), [[0]]);
  }));

Deno.test("run() keeps the type of a column that has values, and says so", () =>
  scene(async ({ run, query, edit }) => {
    await run([{ id: 1 }]);
    await edit((text) => text.replace("columns: {}", "columns:\n      id:\n        data_type: text"));
    const info = await run([{ id: 2 }]);
    assert.deepEqual(info.warnings.map(({ code }) => code), ["schema-type-kept"]);
    assert.match(info.warnings[0].message, /cats\.id stays bigint/);
    assert.deepEqual(await query("SELECT id FROM cats ORDER BY id"), [[1], [2]]);
  }));

Deno.test("run() merges by a key that the file names, and plan() says so", () =>
  scene(async ({ run, plan, query, edit }) => {
    await run([{ id: 1, n: 1 }]);
    await edit((text) =>
      text.replace(
        "columns: {}\n    write_disposition: append",
        "columns:\n      id:\n        primary_key: true\n        nullable: false\n    write_disposition: merge",
      )
    );
    assert.equal((await plan()).resources[0].disposition, "merge");
    const info = await run([{ id: 1, n: 2 }, { id: 2, n: 3 }]);
    assert.deepEqual(info.warnings.map(({ code }) => code), ["schema-file-followed"]);
    assert.deepEqual(await query("SELECT id, n FROM cats ORDER BY id"), [[1, 2], [2, 3]]);
  }));

Deno.test("run() merges by the key that the file names instead of the source's", () =>
  scene(async ({ run, query, edit }) => {
    const settings = { primary_key: "Id", write_disposition: "merge" } as const;
    await run([{ Id: 1, Chip: 1 }], settings);
    await edit((text) => text.replace("      id:\n", "      chip:\n"));
    await run([{ Id: 2, Chip: 1 }, { Id: 2, Chip: 2 }], settings);
    assert.deepEqual(await query("SELECT id, chip FROM cats ORDER BY chip"), [[2, 1], [2, 2]]);
  }));

Deno.test("run() takes a file that dlt wrote and begins with it", () =>
  scene(async ({ run, query }) => {
    await run([{ id: "7" }]);
    assert.deepEqual((await query(columnTypes)).map(([name, type]) => [name, type]), [["id", "BIGINT"]]);
    assert.deepEqual(await query("SELECT id FROM cats"), [[7]]);
  }, {
    files: {
      [FILE]: Deno.readTextFileSync(new URL("golden/schema/dlt.schema.yaml", import.meta.url))
        .replace("name: src", "name: pets").replaceAll("users", "cats")
        .replace(/( {6}name:\n[\s\S]*?)(?= {6}_dlt_load_id)/, "").replace(
          "write_disposition: merge",
          "write_disposition: append",
        ),
    },
  }));

Deno.test("run() finds the folders in the source's own section, too", () =>
  scene(async ({ run, read }) => {
    await run([{ id: 1 }]);
    assert.match(await read("deep/er/pets.schema.yaml"), /^version: 1\n/);
    await assert.rejects(() => read(FILE));
  }, { config: '[sources.pets.schema]\nexport_schema_path = "deep/er"\n' }));

Deno.test("run() refuses one folder for both, since it would undo edits", () =>
  scene(async ({ run }) => {
    await assert.rejects(() => run([]), { code: "schema-paths" });
  }, { config: CONFIG.replace("out", "./in") }));

Deno.test("run() warns when a file cannot be written, for the data is loaded", () =>
  scene(async ({ run, query }) => {
    const info = await run([{ id: 1 }]);
    assert.deepEqual(info.warnings.map(({ code }) => code), ["schema-file-not-written"]);
    assert.deepEqual(await query("SELECT id FROM cats"), [[1]]);
  }, { files: { "out": "a file", "in/keep": "" } }));

const HEAD = "name: pets\ntables:\n  cats:\n";
const bad: readonly [what: string, text: string, line: number, reason: RegExp][] = [
  ["no YAML", "name: pets\ntables: [", 2, /not YAML/],
  ["a list", "- 1\n", 1, /must be keys and values/],
  ["nothing", "", 1, /must be keys and values/],
  ["no tables", "name: pets\n", 1, /no tables/],
  ["another name", "version: 1\nname: dogs\ntables: {}\n", 2, /name is "dogs", and must be "pets"/],
  ["a newer engine", "name: pets\nengine_version: 12\ntables: {}\n", 2, /engine_version is 12/],
  ["an unknown key", "name: pets\ntabels: {}\n", 2, /unknown key "tabels"; did you mean "tables"/],
  [
    "an unknown hint of a table",
    `${HEAD}    write_dispositon: merge\n`,
    4,
    /did you mean "write_disposition"/,
  ],
  ["an unknown disposition", `${HEAD}    write_disposition: upsert\n`, 4, /one of append, replace/],
  [
    "an unknown hint of a column",
    `${HEAD}    columns:\n      id:\n        nulable: true\n`,
    6,
    /did you mean "nullable"/,
  ],
  ["an unknown type", `${HEAD}    columns:\n      id:\n        data_type: int\n`, 6, /one of text, bigint/],
  [
    "text for a switch",
    `${HEAD}    columns:\n      id:\n        nullable: "no"\n`,
    6,
    /must be true or false/,
  ],
  ["a broken size", `${HEAD}    columns:\n      id:\n        precision: -1\n`, 6, /whole number/],
  ["a raw name", `${HEAD}    columns:\n      createdAt: {}\n`, 5, /that is "created_at"/],
  ["a raw table name", "name: pets\ntables:\n  myCats: {}\n", 3, /that is "my_cats"/],
  ["a column that is a text", `${HEAD}    columns:\n      id: text\n`, 5, /must be keys and values/],
  ["a missing parent", `${HEAD}    parent: dogs\n`, 3, /parent "dogs" of table "cats" is not there/],
  ["a circle of parents", `${HEAD}    parent: cats\n`, 3, /its own parent/],
  ["a key twice", `${HEAD}    resource: cats\n    resource: dogs\n`, 5, /unique/],
  ["an alias", `${HEAD}    description: &a x\n  dogs:\n    description: *a\n`, 6, /has an alias/],
  ["a bomb", `${HEAD}    x-a: &a [1]\n    x-b: &b [*a, *a]\n    x-c: [*b, *b]\n`, 5, /has an alias/],
  ["an abyss", `name: pets\ntables: ${"[".repeat(12_000)}`, -1, /not YAML/],
  ["a merge without key", `${HEAD}    write_disposition: merge\n`, -1, /has no key/],
];
for (const [what, text, line, reason] of bad) {
  Deno.test(`run() refuses a schema file with ${what} before anything is read`, () =>
    scene(async ({ run, query }) => {
      let isRead = false;
      const records = async function* () {
        isRead = true;
        yield [];
      };
      const error = await run([], { records } as Settings).then(() => undefined, (reason) => reason);
      assert.ok(error instanceof SluiceError, String(error));
      assert.equal(error.code, "schema-file-invalid");
      assert.match(error.message, reason);
      assert.ok(error.at.file?.endsWith(FILE));
      if (line > 0) assert.equal(error.at.line, line);
      assert.equal(isRead, false);
      await assert.rejects(() => query("SELECT 1"), { code: "dataset-missing" });
    }, { files: { [FILE]: text } }));
}

Deno.test("run() refuses a schema file that is no text", () =>
  scene(async ({ run }) => {
    await assert.rejects(() => run([]), { code: "schema-file-unreadable" });
  }, { files: { [`${FILE}/x`]: "" } }));

Deno.test("docs/schema.md names every key of the schema files and every format", () => {
  const text = Deno.readTextFileSync(new URL("../docs/schema.md", import.meta.url));
  for (const name of [...Object.keys(SCHEMA_FILE_PARAMETERS), ...Object.keys(SCHEMA_FORMATS)]) {
    assert.match(text, new RegExp(`^\\| \`${name}\``, "m"), name);
  }
});
