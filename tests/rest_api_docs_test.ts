/**
 * Keeps the reference page of the grammar true: its tables and the JSON Schema are made from the schema that
 * checks configurations, and each row of the reference points to tests that exist. With `SLUICE_UPDATE_DOCS=1`
 * tables and schema are written.
 * @module
 */
import assert from "assert";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { restApiJsonSchema, SCHEMA_PARTS } from "../extract/definition/schema.ts";
import type { ParameterSpecs } from "../pipeline/parameters.ts";
import { authParameters } from "../rest/auth/mod.ts";
import { paginatorParameters } from "../rest/paginators/mod.ts";
import { startPokeapi } from "../simulator/imitations/mod.ts";
import { withWorkplace } from "./cli_commands.ts";

const PAGE = new URL("../docs/rest-api.md", import.meta.url);
const SCHEMA = new URL("../docs/rest-api.schema.json", import.meta.url);
const UPDATE = Deno.env.get("SLUICE_UPDATE_DOCS") === "1";

interface Described {
  readonly title?: string;
  readonly description?: string;
  readonly type?: string | string[];
  readonly enum?: unknown[];
  readonly const?: unknown;
  readonly anyOf?: Described[];
  readonly oneOf?: Described[];
  readonly items?: Described;
  readonly additionalProperties?: unknown;
  readonly properties?: Record<string, Described>;
  readonly required?: string[];
  readonly $ref?: string;
}

/** Rows of a table: key, type, meaning. */
function rowsOf(schema: z.ZodType): string[][] {
  const json = z.toJSONSchema(schema, { unrepresentable: "any", io: "input" }) as Described;
  return Object.entries(json.properties ?? {}).map(([key, each]) => [
    `\`${key}\`${json.required?.includes(key) ? ", required" : ""}`,
    typeText(each),
    each.description ?? "",
  ]);
}

function typeText(schema: Described): string {
  if (schema.title) return schema.title;
  const choices = schema.anyOf ?? schema.oneOf ??
    (Array.isArray(schema.type) ? schema.type.map((type) => ({ type })) : undefined);
  if (choices) {
    const texts = [...new Set(choices.map(typeText).flatMap((text) => text.split(" or ")))];
    return texts.filter((text) => text !== "null").join(" or ");
  }
  if (schema.enum) return schema.enum.map((each) => `\`${each}\``).join(" or ");
  if (schema.const !== undefined) return `\`${schema.const}\``;
  switch (schema.type) {
    case "string":
      return "text";
    case "integer":
      return "integer";
    case "array":
      return "list";
    case undefined:
      return "any";
    default:
      return String(schema.type);
  }
}

function kindRows(kinds: Readonly<Record<string, ParameterSpecs>>): string[][] {
  return Object.entries(kinds).flatMap(([type, specs]) => {
    const entries = Object.entries(specs);
    if (!entries.length) return [[`\`${type}\``, "", "", ""]];
    return entries.map(([name, { help, default: preset, required, secret }], index) => [
      index === 0 ? `\`${type}\`` : "",
      `\`${name}\``,
      [required && "required", secret && "secret", preset !== undefined && `\`${preset}\``].filter(Boolean)
        .join(", "),
      help,
    ]);
  });
}

function tableOf(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const escaped = rows.map((row) => row.map((cell) => cell.replaceAll("|", "\\|")));
  return [head, head.map(() => "-"), ...escaped].map((row) => `| ${row.join(" | ")} |`).join("\n");
}

/** Cells without what formatting adds. */
function cells(table: string): string[][] {
  return table.trim().split("\n").map((line) =>
    line.trim().replace(/^\||\|$/g, "").split(/(?<!\\)\|/).map((cell) => cell.trim().replace(/^-+$/, "-"))
  );
}

function checkBlock(marker: string, expected: string): void {
  const text = Deno.readTextFileSync(PAGE);
  const opening = `<!-- rest: ${marker} -->`;
  const start = text.indexOf(opening) + opening.length;
  const end = text.indexOf("<!-- end -->", start);
  assert.ok(start >= opening.length && end > start, `docs/rest-api.md has no block "${marker}"`);
  if (UPDATE) Deno.writeTextFileSync(PAGE, `${text.slice(0, start)}\n\n${expected}\n\n${text.slice(end)}`);
  else assert.deepEqual(cells(text.slice(start, end)), cells(expected), `"${marker}" is stale`);
}

for (const [marker, schema] of Object.entries(SCHEMA_PARTS)) {
  Deno.test(`docs/rest-api.md has every key of "${marker}" as the schema has it`, () => {
    checkBlock(marker, tableOf(["Key", "Type", "Meaning"], rowsOf(schema)));
  });
}

Deno.test("docs/rest-api.md has every argument of every paginator and authentication", () => {
  checkBlock(
    "paginators",
    tableOf(["Type", "Argument", "Default", "Meaning"], kindRows(paginatorParameters)),
  );
  checkBlock("auth", tableOf(["Type", "Field", "Default", "Meaning"], kindRows(authParameters)));
});

Deno.test("docs/rest-api.schema.json is the schema", () => {
  const expected = JSON.stringify(restApiJsonSchema(), null, 2) + "\n";
  if (UPDATE) Deno.writeTextFileSync(SCHEMA, expected);
  else assert.deepEqual(JSON.parse(Deno.readTextFileSync(SCHEMA)), JSON.parse(expected));
});

Deno.test("every key of the grammar has a description", () => {
  for (const [marker, schema] of Object.entries(SCHEMA_PARTS)) {
    for (const [key, , meaning] of rowsOf(schema)) assert.ok(meaning, `${marker}.${key}`);
  }
});

Deno.test("docs/rest-api.md points each row of the reference to tests that exist", () => {
  const text = Deno.readTextFileSync(PAGE);
  const rows = cells(text.slice(text.indexOf("### Known traps"))).filter(([, , tests]) =>
    tests !== undefined && tests !== "-" && tests !== "Shown by"
  );
  assert.ok(rows.length >= 80, `${rows.length} rows`);
  const missing: string[] = [];
  for (const [section, , tests = ""] of rows) {
    const named = [...tests.matchAll(/`(tests\/[\w/.-]+)`(?: "([^"]+)")?/g)];
    if (!named.length) missing.push(`${section}: no test is named`);
    for (const [, path, name] of named) {
      const file = new URL(`../${path}`, import.meta.url);
      const source = readIfThere(file);
      if (source === undefined) missing.push(`${section}: ${path} does not exist`);
      else if (name && !source.includes(name)) missing.push(`${section}: ${path} has no "${name}"`);
    }
  }
  assert.deepEqual(missing, []);
});

/** The modules of the page, by the name in their first line. */
function modules(): Record<string, string> {
  const text = Deno.readTextFileSync(PAGE);
  const blocks = [...text.matchAll(/^```ts\n(\/\/ (\w+\.ts)\n[\s\S]*?)^```/gm)];
  return Object.fromEntries(blocks.map(([, code, name]) => [name!, code!]));
}

Deno.test("docs/rest-api.md has modules that type-check, and run", async () => {
  const files = modules();
  assert.deepEqual(Object.keys(files).sort(), ["issues.ts", "numbers.ts", "pokemon.ts"]);
  await using pokeapi = await startPokeapi();
  const pokemon = files["pokemon.ts"]!.replace("https://pokeapi.co/api/v2", pokeapi.baseUrl);
  await withWorkplace({ files: { ...files, "pokemon.ts": pokemon } }, async ({ folder, sluice }) => {
    const { success, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["check", "-q", "--config", fileURLToPath(new URL("../deno.json", import.meta.url)), "."],
      cwd: folder,
    }).output();
    assert.ok(success, new TextDecoder().decode(stderr));
    for (let run = 0; run < 2; run++) {
      const { code, err } = await sluice("run", "./numbers.ts", "--progress", "off");
      assert.equal(code, 0, err);
    }
    const squares = await sluice("query", "--format", "csv", "SELECT n, square FROM squares ORDER BY n");
    assert.equal(squares.out.trim(), "n,square\n0,0\n1,1\n2,4\n3,9");
    assert.equal((await sluice("run", "./pokemon.ts", "--progress", "off")).code, 0);
    const details = await sluice("query", "--format", "csv", "SELECT count(*) AS n FROM details");
    assert.equal(details.out.trim(), `n\n${pokeapi.truth.pokemon.length}`);
  });
});

function readIfThere(file: URL): string | undefined {
  try {
    return Deno.readTextFileSync(file);
  } catch {
    return undefined;
  }
}
