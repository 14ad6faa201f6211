/**
 * Wrong configurations and what is printed for each, whole: tests/golden/wrong_config.txt, which
 * `SLUICE_UPDATE_GOLDEN=1` writes.
 * @module
 */
import assert from "assert";
import { fileURLToPath } from "node:url";
import { formatError, restApiSource, type SluiceError } from "../mod.ts";
import { failure, load, withApi } from "./rest_api_scene.ts";
import { WRONG_CONFIGS } from "./wrong_configs.ts";

const GOLDEN = fileURLToPath(new URL("golden/wrong_config.txt", import.meta.url));
const UPDATE = Deno.env.get("SLUICE_UPDATE_GOLDEN") === "1";
const SECRET = "s3cret-t0ken-value";

async function refused(config: unknown): Promise<{ error: SluiceError; made: string[] }> {
  const folder = await Deno.makeTempDir({ prefix: "sluice_wrong_" });
  try {
    const error = await failure(load(config, { folder }));
    return { error, made: [...Deno.readDirSync(folder)].map(({ name }) => name) };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** The lines of a golden file by the line above them, which begins with "# ". */
function sections(text: string): Map<string, string> {
  return new Map(
    text.split(/^# /m).slice(1).map((section) => {
      const [title, ...lines] = section.split("\n");
      return [title!, lines.join("\n").trim()];
    }),
  );
}

const printed = new Map<string, string>();
for (const [title, config] of Object.entries(WRONG_CONFIGS)) {
  Deno.test(`run() refuses ${title}, says where and what is needed, and touches nothing`, async () => {
    const { error, made } = await refused(config);
    const text = formatError(error);
    printed.set(title, text);
    assert.deepEqual([error.name, error.code, error.exitCode], ["ConfigError", "invalid-source", 2]);
    assert.deepEqual(made, [".dlt"]);
    assert.ok(!text.includes(SECRET) && !/Invalid|invalid input|expected|zod/i.test(text), text);
    assert.doesNotMatch(text, /undefined|\[object/);
    const problems = text.split("\n").filter((line) => /^ {2}\S/.test(line) && !line.startsWith("  next: "));
    assert.equal(new Set(problems).size, problems.length, text);
    if (title !== "several faults at once") assert.equal(problems.length, 1, text);
    problems.forEach((line) => assert.match(line, /^ {2}.*[^.]$/));
    if (!UPDATE) assert.equal(text, sections(await Deno.readTextFile(GOLDEN)).get(title));
  });
}

Deno.test("golden/wrong_config.txt holds these configurations and no others", async () => {
  if (UPDATE) {
    const lines = [...printed].map(([title, text]) => `# ${title}\n${text}\n`);
    await Deno.writeTextFile(GOLDEN, lines.join("\n"));
  }
  assert.deepEqual([...sections(await Deno.readTextFile(GOLDEN)).keys()], Object.keys(WRONG_CONFIGS));
});

Deno.test("run() sends no request for a wrong configuration", async () => {
  await withApi({}, async (api) => {
    const error = await failure(api.load({ client: {}, resources: ["users", { name: "users" }] }));
    assert.equal(error.code, "invalid-source");
    assert.deepEqual(api.lines(), []);
  });
});

Deno.test("run() names the source in the message", async () => {
  const error = await failure(load(restApiSource({ client: {} as never, resources: [] }, { name: "pets" })));
  assert.match(error.message, /^Cannot use source pets: its configuration has 1 problem\n/);
});

Deno.test("run() refuses every fault beside every other, so that no fault hides a later one", async () => {
  const faults = [
    { name: "a", endpoint: { method: "get" } },
    { name: "b", endpoint: { path: "b/{id}" } },
    { name: "c", endpoint: { path: "c/{resources.x.id}" } },
    { name: "d", primery_key: "id" },
    { name: "e", endpoint: { data_selector: "[" } },
    { name: "f", endpoint: { paginator: "offset" } },
  ];
  const client = { base_url: "https://api.example.com" };
  for (const one of faults) {
    for (const other of faults) {
      if (one === other) continue;
      const { message } = (await refused({ client, resources: [one, other] })).error;
      assert.match(message, /has 2 problems/);
      for (const { name } of [one, other]) assert.match(message, new RegExp(`resources\\[\\d\\] "${name}"`));
    }
  }
});
