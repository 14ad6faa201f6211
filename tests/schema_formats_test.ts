/**
 * A schema as YAML, JSON, DBML, Mermaid, SQL and TypeScript: whole files, and names that try to break out. With
 * `SLUICE_UPDATE_GOLDEN=1` the files in tests/golden/schema are written.
 * @module
 */
import assert from "assert";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import * as property from "property";
import { DatabaseSync } from "sqlite";
import { parse } from "yaml";
import { parseJson } from "../pipeline/json.ts";
import { formatSchema, SCHEMA_FORMATS, type SchemaFormat } from "../pipeline/schema_formats/mod.ts";
import { schemaDocument } from "../pipeline/schema_formats/parts.ts";
import { Schema } from "../pipeline/schema.ts";
import { nastySchemas, orders } from "./schema_scene.ts";

const GOLDEN = fileURLToPath(new URL("golden/schema/", import.meta.url));
const CONFIG = fileURLToPath(new URL("../deno.json", import.meta.url));
const UPDATE = Deno.env.get("SLUICE_UPDATE_GOLDEN") === "1";
const ENDINGS: Record<SchemaFormat, string> = {
  yaml: "yaml",
  json: "json",
  dbml: "dbml",
  mermaid: "mmd",
  sql: "sql",
  typescript: "ts",
};
const formats = SCHEMA_FORMATS;

for (const format of formats) {
  const file = `orders.${ENDINGS[format]}`;
  Deno.test(`formatSchema() writes tests/golden/schema/${file}`, async () => {
    const text = await formatSchema(orders(), format);
    if (UPDATE) Deno.writeTextFileSync(join(GOLDEN, file), text);
    assert.equal(text, Deno.readTextFileSync(join(GOLDEN, file)));
  });
}

Deno.test("formatSchema() leaves the bookkeeping tables out when told", async () => {
  for (const format of formats) {
    assert.doesNotMatch(
      await formatSchema(orders(), format, { system: false }),
      /_dlt_(loads|version|pipeline_state)/,
    );
  }
});

Deno.test("schemaToYaml() writes what dlt wrote, byte for byte, whatever the order of tables", async () => {
  const written = Deno.readTextFileSync(join(GOLDEN, "dlt.schema.yaml"));
  const document = parse(written);
  assert.equal(await formatSchema(Schema.parse(JSON.stringify(document)), "yaml"), written);
});

Deno.test("schemaToYaml() and schemaToJson() are read back as the same document, whatever the names", async () => {
  await property.assert(property.asyncProperty(nastySchemas, async (schema) => {
    const document = schemaDocument(schema);
    const expected = JSON.stringify(document);
    assert.equal(JSON.stringify(parseJson(await formatSchema(schema, "json"))), expected);
    const yaml = await formatSchema(schema, "yaml");
    for (const version of ["1.1", "1.2"] as const) {
      assert.equal(JSON.stringify(parse(yaml, { version })), expected);
    }
  }));
});

Deno.test("formatSchema() never lets a character through that a terminal obeys", async () => {
  // deno-lint-ignore no-control-regex
  const dangerous = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/;
  await property.assert(property.asyncProperty(nastySchemas, async (schema) => {
    for (const format of formats) {
      // SQL names a table as it is called, so there the names are the command's to print.
      if (format !== "sql") assert.doesNotMatch(await formatSchema(schema, format), dangerous, format);
    }
  }));
});

Deno.test("schemaToSql() makes exactly the tables and columns of the schema, whatever their names", async () => {
  await property.assert(property.asyncProperty(nastySchemas, async (schema) => {
    using database = new DatabaseSync(":memory:");
    database.exec(await formatSchema(schema, "sql"));
    const spoken = (name: string) => name.toWellFormed().replaceAll("\0", "\ufffd");
    const made = database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY rowid").all();
    assert.deepEqual(
      made.map(({ name }: Record<string, unknown>) => name),
      [...schema.tables.keys()].map(spoken),
    );
    for (const { name, columns } of schema.tables.values()) {
      const found = database.prepare("SELECT name FROM pragma_table_info(?)").all(spoken(name));
      assert.deepEqual(
        found.map((each: Record<string, unknown>) => each.name),
        [...columns.keys()].map(spoken),
      );
    }
  }));
});

/** Shapes that lines may have, and which of them open and close a block. */
const SHAPES = {
  dbml: {
    opens: /^Table "[^"\\]+" \{$/,
    inside: [
      /^ {2}"[^"\\]+" [a-z]+(?:\(\d+(?:,\d+)?\))?(?: \[(?:(?:pk|not null|unique|note: '(?:[^'\\]|\\['\\])*')(?:, )?)+\])?$/,
      /^ {2}Note: '(?:[^'\\]|\\['\\])*'$/,
      /^$/,
    ],
    closes: /^\}$/,
    outside: [/^Ref: "[^"\\]+"\."[^"\\]+" > "[^"\\]+"\."[^"\\]+"$/, /^$/],
  },
  mermaid: {
    opens: /^ {2}"[^"\\%]+" \{$/,
    inside: [/^ {4}[a-z]+ [A-Za-z_][A-Za-z0-9_]*(?: (?:PK|FK|UK)(?:, (?:PK|FK|UK))*)?(?: "[^"]*")?$/],
    closes: /^ {2}\}$/,
    outside: [/^erDiagram$/, /^ {2}"[^"\\%]+" \|\|--o\{ "[^"\\%]+" : "[^"]+"$/, /^$/],
  },
} as const;

for (const [format, { opens, inside, closes, outside }] of Object.entries(SHAPES)) {
  Deno.test(`formatSchema() stays one document of as many tables and columns, whatever the names: ${format}`, async () => {
    await property.assert(property.asyncProperty(nastySchemas, async (schema) => {
      const text = await formatSchema(schema, format as SchemaFormat, { system: false });
      let isOpen = false;
      const names = new Set<string>();
      let columns = 0;
      for (const line of text.split("\n")) {
        if (!isOpen && opens.test(line)) {
          names.add(line.toLowerCase());
          isOpen = true;
        } else if (isOpen && closes.test(line)) isOpen = false;
        else {
          const shapes: readonly RegExp[] = isOpen ? inside : outside;
          assert.ok(shapes.some((shape) => shape.test(line)), JSON.stringify(line));
          if (isOpen && inside[0].test(line)) columns++;
        }
      }
      const tables = [...schema.tables.values()].filter(({ name }) => !/^_dlt_(l|v|pip)/.test(name));
      assert.equal(names.size, tables.length);
      assert.equal(columns, tables.reduce((sum, each) => sum + each.columns.size, 0));
    }));
  });
}

Deno.test("schemaToTypescript() writes modules that type-check with a property per column, whatever the names", async () => {
  const directory = await Deno.makeTempDir({ prefix: "sluice_schema_" });
  try {
    for (const [index, schema] of property.sample(nastySchemas, { numRuns: 40, seed: 7 }).entries()) {
      const all = [...schema.tables.values()];
      const uses = all.map(({ name, columns }, number) =>
        `export const _${number}: (keyof Tables[${JSON.stringify(name)}])[] = ${
          JSON.stringify([...columns.keys()])
        };`
      );
      const text = `${await formatSchema(schema, "typescript")}\n${uses.join("\n")}\n`;
      Deno.writeTextFileSync(join(directory, `${index}.ts`), text);
    }
    const { code, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["check", "-q", "--config", CONFIG, directory],
      env: { NO_COLOR: "1" },
    }).output();
    assert.equal(code, 0, new TextDecoder().decode(stderr));
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});
