/**
 * OpenAPI documents in tests/openapi and the modules that `init` writes from them, whole. With
 * `SLUICE_UPDATE_GOLDEN=1` the modules in tests/golden/openapi are written.
 * @module
 */
import assert from "assert";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { init } from "../cli/init.ts";
import { built, evaluate } from "./init_module.ts";

const DOCUMENTS = fileURLToPath(new URL("openapi/", import.meta.url));
const GOLDEN = fileURLToPath(new URL("golden/openapi/", import.meta.url));
const CONFIG = fileURLToPath(new URL("../deno.json", import.meta.url));
const UPDATE = Deno.env.get("SLUICE_UPDATE_GOLDEN") === "1";

const documents = [...Deno.readDirSync(DOCUMENTS)].map(({ name }) => name).toSorted();
const nameOf = (file: string) => file.replace(/\.\w+$/, "");
const goldenFile = (file: string) => join(GOLDEN, `${nameOf(file)}.ts`);

async function imported(file: string): Promise<string> {
  const directory = await Deno.makeTempDir({ prefix: "sluice_openapi_" });
  try {
    const name = nameOf(file);
    const places = { directory, projectDirectory: directory, folder: join(directory, ".dlt") };
    await init(name, { fromOpenapi: join(DOCUMENTS, file) }, places);
    return await Deno.readTextFile(join(directory, `${name}.ts`));
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

for (const file of documents) {
  Deno.test(`init() writes tests/golden/openapi/${nameOf(file)}.ts from ${file}`, async () => {
    const text = await imported(file);
    if (UPDATE) await Deno.writeTextFile(goldenFile(file), text);
    assert.equal(text, await Deno.readTextFile(goldenFile(file)));
    // Neither credentials of the document nor where it was read from.
    assert.doesNotMatch(text, /hunter2/);
    assert.ok(!text.includes(DOCUMENTS) && !text.includes("sluice_openapi_"));
  });

  Deno.test(`init() writes a source from ${file} that the grammar accepts and that runs nothing by itself`, async () => {
    const source = await evaluate(await Deno.readTextFile(goldenFile(file)));
    const { resources } = built(source);
    assert.ok(resources.length > 0);
    assert.equal((globalThis as { wasRun?: unknown }).wasRun, undefined);
    assert.equal(({} as { wasPolluted?: unknown }).wasPolluted, undefined);
  });
}

async function deno(...args: string[]): Promise<{ code: number; text: string }> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), { args, env: { NO_COLOR: "1" } })
    .output();
  return { code, text: new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr) };
}

Deno.test("init() writes modules as the formatter would", async () => {
  // The golden files themselves are excluded from formatting.
  const directory = await Deno.makeTempDir({ prefix: "sluice_openapi_" });
  try {
    for (const file of documents) {
      await Deno.copyFile(goldenFile(file), join(directory, `${nameOf(file)}.ts`));
    }
    const { code, text } = await deno("fmt", "--check", "--no-config", "--line-width", "110", directory);
    assert.equal(code, 0, text);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});

Deno.test("init() writes modules that type-check and pass the linter", async () => {
  const files = documents.map(goldenFile);
  const checked = await deno("check", "-q", "--config", CONFIG, ...files);
  assert.equal(checked.code, 0, checked.text);
  const linted = await deno("lint", "-q", "--config", CONFIG, ...files);
  assert.equal(linted.code, 0, linted.text);
});
