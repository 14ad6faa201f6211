/**
 * Sources in files of the user's own, run by the command as a user runs it: every form of a default export, and
 * what is said when a module cannot be used.
 * @module
 */
import assert from "assert";
import { dirname, join } from "node:path";
import { type CommandResult, runCommands } from "./command_driver.ts";
import { withApi } from "./rest_api_scene.ts";

const CLIENT = 'client: { base_url: "BASE", paginator: "single_page" }';
const SOURCE = 'import { defineResource, defineSource } from "@sluice/sluice";\n';
const BASE_URL = 'base_url: { type: "text", help: "Where.", default: "BASE" }';
const CATS = 'defineResource("cats", {}, async function* () { yield [{ id: 1 }, { id: 2 }]; })';

const forms: [what: string, files: Record<string, string>, args?: string[]][] = [
  ["a configuration", { "pets.ts": `export default { ${CLIENT}, resources: ["cats"] };` }],
  ["defineSource with a name first", {
    "pets.ts": `${SOURCE}export default defineSource("pets", { ${BASE_URL} }, ({ base_url }) => ({
      client: { base_url }, resources: ["cats"] }));`,
  }],
  ["defineSource with an object", {
    "pets.ts": `${SOURCE}export default defineSource({ name: "pets", parameters: { ${BASE_URL} },
      build: ({ base_url }) => ({ client: { base_url }, resources: ["cats"] }) });`,
  }],
  ["a list of resources", { "pets.ts": `${SOURCE}export default [${CATS}];` }],
  ["one resource", { "pets.ts": `${SOURCE}export default ${CATS};` }],
  ["a source that was called", {
    "pets.ts":
      `${SOURCE}export default defineSource("pets", { base_url: { type: "text", help: "Where.", required: true } },
      ({ base_url }) => ({ client: { base_url }, resources: ["cats", "dogs"] }))({ base_url: "BASE" }).withResources("cats");`,
  }],
  ["restApiSource", {
    "pets.ts": `import { restApiSource } from "@sluice/sluice";
      export default restApiSource({ ${CLIENT}, resources: ["cats"] }, { name: "pets" });`,
  }],
  ["a build that is async", {
    "pets.ts": `${SOURCE}export default defineSource("pets", {}, async () => {
      const names = await Promise.resolve(["cats"]);
      return { ${CLIENT}, resources: names };
    });`,
  }],
  ["a build that returns resources alone", {
    "pets.ts": `${SOURCE}export default defineSource("pets", {}, () => [${CATS}]);`,
  }],
  ["a build that returns both kinds", {
    "pets.ts": `${SOURCE}const dogs = defineResource("dogs", {}, async function* () { yield { id: 3 }; });
      export default defineSource("pets", {}, () => ({ ${CLIENT}, resources: ["cats", dogs] }));`,
  }],
  ["a module of several files", {
    "pets.ts": 'import { client } from "./parts/client.ts";\nexport default { client, resources: ["cats"] };',
    "parts/client.ts": 'import { base } from "./base.js";\nexport const client = { base_url: base };',
    "parts/base.js": 'export const base = "BASE";',
  }],
  ["JavaScript", { "pets.mjs": `export default { ${CLIENT}, resources: ["cats"] };` }],
  ["a configuration of a file pets.config.ts", {
    "pets.config.ts": `export default { ${CLIENT}, resources: ["cats"] };`,
  }],
  ["a parameter of the command line", {
    "pets.ts":
      `${SOURCE}export default defineSource("pets", { ${BASE_URL}, kind: { type: "text", help: "Which." } },
      ({ base_url, kind }) => ({ client: { base_url }, resources: [kind ?? "none"] }));`,
  }, ["--param", "kind=cats"]],
];

// What is printed on standard error, with the code that the command ends with.
const broken: [what: string, files: Record<string, string>, code: number, lines: string[]][] = [
  ["a syntax error", { "pets.ts": "export default {\n  a: 1\n  b: 2,\n};" }, 2, [
    "Cannot load \"./pets.ts\": SyntaxError: Expected ',', got 'b'",
    "  at pets.ts:3:3",
    "  next: correct the module at that place",
  ]],
  [
    "a syntax error in a file beside it",
    {
      "pets.ts": 'import "./parts/dogs.ts";\nexport default {};',
      "parts/dogs.ts": "\nexport const = 1;",
    },
    2,
    [
      'Cannot load "./pets.ts": SyntaxError: Unexpected token `=`. Expected yield, an identifier, [ or {',
      "  at parts/dogs.ts:2:14",
      "  next: correct the module at that place",
    ],
  ],
  ["a file that is missing", { "pets.ts": 'import "./gone.ts";\nexport default {};' }, 2, [
    'Cannot load "./pets.ts": Module not found "gone.ts"',
    "  at pets.ts:1:8",
    "  next: correct the import; files beside the module, built-in modules and @sluice/sluice can be imported",
  ]],
  ["a package", { "pets.ts": 'import "left-pad";\nexport default {};' }, 2, [
    'Cannot load "./pets.ts": Import "left-pad" not a dependency and not in import map from "pets.ts"',
    "  at pets.ts:1:8",
    "  next: correct the import; files beside the module, built-in modules and @sluice/sluice can be imported",
  ]],
  [
    "a name that is not exported",
    { "pets.ts": 'import { gone } from "@sluice/sluice";\nexport default gone;' },
    2,
    [
      "Cannot load \"./pets.ts\": The requested module '@sluice/sluice' does not provide an export named 'gone'",
      "  at pets.ts:1:10",
      "  next: correct the name of what is imported",
    ],
  ],
  ["an error while it is loaded", { "pets.ts": '\nthrow new TypeError("broken\\u001b[2J");' }, 2, [
    'Cannot load "./pets.ts": it threw TypeError: broken\\u001b[2J',
    "  at pets.ts:2:7",
    "  next: correct the module",
  ]],
  [
    "an error in a function beside it",
    {
      "pets.ts": 'import { parse } from "./parse.ts";\nexport default parse("{secret text}");',
      "parse.ts": "export const parse = (text: string) =>\n  JSON.parse(text);",
    },
    2,
    ['Cannot load "./pets.ts": it threw SyntaxError', "  at parse.ts:2:8", "  next: correct the module"],
  ],
  ["no default export", { "pets.ts": "export const pets = 1, dogs = 2;" }, 2, [
    'Cannot load "./pets.ts": it has no default export, only dogs, pets',
    "  at ./pets.ts",
    "  next: export default defineSource(…), a configuration { client, resources }, or a list of resources",
  ]],
  ["a number", { "pets.ts": "export default 5;" }, 2, [
    'Cannot load "./pets.ts": its default export is not a source',
    "  at ./pets.ts",
    "  next: export default defineSource(…), a configuration { client, resources }, or a list of resources",
  ]],
  ["a function", { "pets.ts": "export default () => ({});" }, 2, [
    'Cannot load "./pets.ts": its default export is a function that defineSource did not make',
    "  at ./pets.ts",
    "  next: export default defineSource(…), a configuration { client, resources }, or a list of resources",
  ]],
  [
    "defineSource without its function",
    { "pets.js": `${SOURCE}export default defineSource({ name: "pets", parameters: {} });` },
    2,
    [
      'Cannot load "./pets.js": "build" is missing, a function is needed that returns a configuration or resources',
      "  at ./pets.js",
      "  next: write defineSource({ name, parameters, build }), or defineSource(name, parameters, build)",
    ],
  ],
  [
    "several faults",
    { "pets.ts": 'export default { client: { base_url: "x" }, resources: ["a", "a", { nam: 1 }] };' },
    2,
    [
      "Cannot use source pets: its configuration has 3 problems",
      '  client.base_url: is not an absolute URL, it must begin with https://; set base_url to the address of the API, e.g. "https://api.example.com/v1"',
      '  resources[1].name: "a" is the name of resources[0] already; each needs one of its own',
      '  resources[2].nam: is not known; did you mean "name"?',
      "  next: correct what is listed; docs/rest-api.md describes every key",
    ],
  ],
  [
    "an error in build",
    {
      "pets.ts":
        `${SOURCE}export default defineSource("pets", {}, () => {\n  const none = undefined as any;\n  return none.resources;\n});`,
    },
    3,
    [
      "Cannot build source \"pets\": its build function threw TypeError: Cannot read properties of undefined (reading 'resources')",
      "  at pets, pets.ts:4:15",
      "  next: correct the function; it is the source's own",
    ],
  ],
  [
    "a build that returns nothing",
    { "pets.ts": `${SOURCE}export default defineSource("pets", {}, () => undefined as any);` },
    2,
    [
      "Cannot use source pets: its configuration has 1 problem",
      '  found nothing, needed an object with "client" and "resources", or a list of resources',
      "  next: correct what is listed; docs/rest-api.md describes every key",
    ],
  ],
  [
    "a rejection in build",
    {
      "pets.ts":
        `${SOURCE}export default defineSource("pets", {}, async () => {\n  throw new Error("see https://me:pw@example.com/?key=hidden");\n});`,
    },
    3,
    [
      'Cannot build source "pets": its build function threw Error: see https://example.com/',
      "  at pets, pets.ts:3:9",
      "  next: correct the function; it is the source's own",
    ],
  ],
];

/** Writes a module and what stands beside it; BASE in them stands for the server's address. */
async function write(folder: string, files: Readonly<Record<string, string>>, base: string): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    await Deno.mkdir(dirname(join(folder, name)), { recursive: true });
    await Deno.writeTextFile(join(folder, name), text.replaceAll("BASE", base));
  }
}

/** Runs the first file of each, all in one process, and then a query if there is one. */
async function runAll(
  cases: readonly { files: Readonly<Record<string, string>>; args?: readonly string[] }[],
  sql?: string,
): Promise<CommandResult[]> {
  let results: CommandResult[] = [];
  await withApi(() => [{ id: 1 }, { id: 2 }], async ({ base, folder }) => {
    const lines = await Promise.all(cases.map(async ({ files, args = [] }, index) => {
      const cwd = join(folder, String(index));
      await write(cwd, files, base);
      const run = { cwd, args: ["run", `./${Object.keys(files)[0]}`, "--progress", "off", ...args] };
      return sql === undefined ? [run] : [run, { cwd, args: ["query", sql, "--format", "csv"] }];
    }));
    results = await runCommands(lines.flat());
  });
  return results;
}

Deno.test("sluice run loads every form of a source", async (test) => {
  const cases = forms.map(([, files, args]) => ({ files, args }));
  const results = await runAll(cases, "SELECT count(*) AS n FROM pets_dataset.cats");
  for (const [index, [what]] of forms.entries()) {
    await test.step(what, () => {
      const [ran, queried] = results.slice(index * 2);
      assert.deepEqual([ran!.code, ran!.err], [0, ""]);
      assert.deepEqual([queried!.code, queried!.out], [0, "n\n2\n"]);
    });
  }
});

Deno.test("sluice run says what is wrong with a module, and where", async (test) => {
  const results = await runAll(broken.map(([, files]) => ({ files })));
  for (const [index, [what, , code, lines]] of broken.entries()) {
    await test.step(`${what} ends with ${code}`, () => {
      const { out, err, code: ended } = results[index]!;
      assert.deepEqual([ended, out], [code, ""]);
      assert.deepEqual(err.trimEnd().split("\n"), lines);
    });
  }
});

Deno.test("sluice run names resource and place of an error in a resource's own function", async () => {
  const text = `${SOURCE}export default defineResource("cats", {}, async function* () {
  yield [{ id: 1 }];
  throw new RangeError("too many");
});`;
  const [{ code, err }] = await runAll([{ files: { "pets.ts": text } }]) as [CommandResult];
  assert.equal(code, 3);
  assert.match(err, /^Cannot read "cats": .* threw RangeError: too many\n {2}at .*cats, pets\.ts:4:9\n/);
  assert.doesNotMatch(err, /bug/i);
});

Deno.test("sluice run tells a folder from a file, and a file that is not there", async () => {
  await withApi({}, async ({ folder: cwd }) => {
    await Deno.mkdir(join(cwd, "pets"));
    const [folder, nothing] = await runCommands([
      { cwd, args: ["run", "./pets"] },
      { cwd, args: ["run", "./pets.ts"] },
    ]) as [CommandResult, CommandResult];
    assert.deepEqual([folder.code, nothing.code], [2, 2]);
    assert.equal(
      folder.err,
      'Cannot load "./pets": it is a folder\n  next: name the file in it that holds the source\n',
    );
    assert.match(nothing.err, /^Cannot load "\.\/pets\.ts": there is no such file\n/);
  });
});
