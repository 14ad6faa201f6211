/**
 * What an API sends never becomes SQL or a path: tables, columns and values of any text land where they belong, or
 * are refused, and nothing beside them changes.
 * @module
 */
import assert from "assert";
import fc from "property";
import { join } from "node:path";
import { defineSource, type JsonObject, pipeline, SluiceError } from "../../mod.ts";

const NASTY = [
  "../up",
  "../../etc/passwd",
  "..",
  ".",
  "/etc/passwd",
  "C:\\Windows",
  "\\\\server\\share",
  "a/b",
  "a\\b",
  "nul",
  "CON",
  "com1.txt",
  "aux",
  "a\0b",
  'a"b',
  "a'b",
  "a`b",
  "a]b",
  "a;b",
  'x"); DROP TABLE witness; --',
  "'; DELETE FROM witness; --",
  '" (id INT); ATTACH DATABASE "evil.db" AS e; --',
  "/* */",
  "--",
  "$(id)",
  "`id`",
  "select",
  "table",
  "sqlite_master",
  "sqlite_stat1",
  "_dlt_loads",
  "_dlt_version",
  "rowid",
  "_rowid_",
  "oid",
  "_dlt_id",
  "_dlt_load_id",
  "__proto__",
  "constructor",
  "toString",
  "init",
  ".sluice",
  "name.ndjson",
  "a".repeat(300),
  "é".repeat(200),
  "\u202eabc",
  "\ud800",
  "\ufeff",
  "a\nb",
  "\x1b[31m",
  "%2e%2e%2f",
  "~",
  "-rf",
  "witness",
  "WITNESS",
  "",
  " ",
];

const name = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...NASTY) },
  { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 40 }) },
  {
    weight: 1,
    arbitrary: fc.tuple(fc.constantFrom(...NASTY), fc.constantFrom(...NASTY)).map((two) => two.join("")),
  },
);
const scalar = fc.oneof(name, fc.integer(), fc.boolean(), fc.constant(null));
const record = fc.array(
  fc.tuple(
    name,
    fc.oneof(scalar, fc.array(scalar, { maxLength: 2 }), fc.array(fc.tuple(name, scalar)).map(objectOf)),
  ),
  { maxLength: 5 },
).map(objectOf) as fc.Arbitrary<JsonObject>;

/** Also for a key like `__proto__`. */
function objectOf(pairs: readonly (readonly [string, unknown])[]): object {
  return JSON.parse(
    `{${pairs.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`).join(",")}}`,
  );
}

const source = (resource: string, table: string | undefined, records: unknown[]) =>
  defineSource("hostile", {}, () => ({
    resources: [{
      name: resource,
      ...(table !== undefined && { table_name: () => table }),
      async *records() {
        yield records;
      },
    }],
  }))();

const witness = defineSource("hostile_witness", {}, () => ({
  resources: [{
    name: "witness",
    records: async function* () {
      yield [{ id: 1, said: "I was here" }];
    },
  }],
}))();

async function tree(folder: string, below = ""): Promise<string[]> {
  const names: string[] = [];
  for await (const entry of Deno.readDir(join(folder, below))) {
    const path = join(below, entry.name);
    names.push(path);
    if (entry.isDirectory && !path.startsWith("inner")) names.push(...await tree(folder, path));
  }
  return names.sort();
}

for (const destination of ["sqlite", "filesystem"]) {
  Deno.test(`run() into ${destination} makes neither SQL nor paths of what an API sends`, async () => {
    const folder = await Deno.makeTempDir({ prefix: "sluice_hostile_" });
    try {
      const projectDirectory = join(folder, "inner");
      await Deno.mkdir(projectDirectory);
      const hostile = pipeline({
        pipelineName: "hostile",
        datasetName: "data",
        destination,
        projectDirectory,
      });
      await hostile.run(witness);
      const around = await tree(folder);
      const inner = async () =>
        (await Array.fromAsync(Deno.readDir(projectDirectory))).map((entry) => entry.name).sort();
      const beside = await inner();
      let loads = 0;
      await fc.assert(
        fc.asyncProperty(
          name,
          fc.option(name, { nil: undefined }),
          fc.array(record, { minLength: 1, maxLength: 3 }),
          async (resource, table, records) => {
            // The witness itself may be written to by its name; that is what a name is for.
            if (/witness/i.test(`${resource} ${table}`)) return;
            try {
              await hostile.run(source(resource, table, records), { fresh: true });
              loads++;
            } catch (error) {
              assert.ok(error instanceof SluiceError, error instanceof Error ? error.stack : String(error));
            }
            const { rows } = await hostile.query('SELECT id, said FROM "witness"');
            assert.deepEqual(rows.map((row) => row.map(String)), [["1", "I was here"]]);
            assert.deepEqual(await tree(folder), around);
            assert.deepEqual(await inner(), beside);
            if (destination === "sqlite") {
              const { rows: objects } = await hostile.query(
                "SELECT name FROM sqlite_master WHERE type = 'table'",
              );
              for (const [object] of objects) assert.match(String(object), /^[\p{Nd}a-z_]+$|^sqlite_/u);
            }
          },
        ),
        { numRuns: 60 },
      );
      assert.ok(loads > 10, `only ${loads} were loaded`);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });

  Deno.test(`run() into ${destination} keeps each value as it came`, async () => {
    const folder = await Deno.makeTempDir({ prefix: "sluice_hostile_" });
    try {
      const values = NASTY.filter((text) => text.isWellFormed() && !text.includes("\0"));
      const loaded = pipeline({
        pipelineName: "values",
        datasetName: "data",
        destination,
        projectDirectory: folder,
      });
      await loaded.run(source("texts", undefined, values.map((said, id) => ({ id, said }))));
      const { rows } = await loaded.query('SELECT said FROM "texts" ORDER BY id');
      assert.deepEqual(rows.map(([said]) => said), values);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
}
