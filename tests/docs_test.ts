/**
 * Keeps the documentation true: what the code offers must be in it, what it says of the code must be so, and
 * its links and examples must work. With `SLUICE_UPDATE_DOCS=1` the tables made from the code are written.
 * @module
 */
import assert from "assert";
import { Command, type Option } from "cli";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { commands, loadCommand } from "../cli/mod.ts";
import { listSource } from "../cli/sources.ts";
import manifest from "../deno.json" with { type: "json" };
import { destinationNames, findDestination } from "../destinations/mod.ts";
import type { ParameterSpec, ParameterSpecs } from "../pipeline/parameters.ts";
import { FAULTS, ODDITIES, startOktaSimulator } from "../simulator/okta/mod.ts";
import { builtInSources } from "../sources/mod.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const CODE_FOLDERS = ["confine", "pipeline", "extract", "rest", "openapi", "sources", "destinations", "cli"];
const UPDATE = Deno.env.get("SLUICE_UPDATE_DOCS") === "1";

const read = (path: string) => Deno.readTextFileSync(join(ROOT, path));

/** Paths of all Markdown files, from the root. */
function documents(): string[] {
  const found = ["README.md", "CHANGELOG.md", "CONTRIBUTING.md"];
  for (const { name } of Deno.readDirSync(join(ROOT, "docs"))) {
    if (name.endsWith(".md")) found.push(`docs/${name}`);
  }
  return found;
}

/** Texts of all modules that users meet. */
function* sources(folders: readonly string[] = CODE_FOLDERS): Generator<string> {
  for (const folder of folders) {
    for (const { name, isDirectory } of Deno.readDirSync(join(ROOT, folder))) {
      if (isDirectory) yield* sources([join(folder, name)]);
      else if (name.endsWith(".ts")) yield read(join(folder, name));
    }
  }
}

/** The first column of every table of a text, where it is code. */
function namedInTables(text: string): string[] {
  return [...text.matchAll(/^ *\| `([^`]+)`/gm)].map(([, name]) => name);
}

/** Rows of a Markdown table without what formatting adds. */
function cells(table: string): string[][] {
  return table.trim().split("\n").map((line) =>
    line.trim().replace(/^\||\|$/g, "").split("|").map((cell) => cell.trim().replace(/^-+$/, "-"))
  );
}

function tableOf(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => "-"), ...rows].map((row) => `| ${row.join(" | ")} |`).join("\n");
}

/** Checks, or with `SLUICE_UPDATE_DOCS=1` writes, a table that is made from the code. */
function checkTable(marker: string, expected: string, path = "docs/configuration.md"): void {
  const text = read(path);
  const start = text.indexOf(`<!-- ${marker} -->`) + `<!-- ${marker} -->`.length;
  const end = text.indexOf("<!-- end -->", start);
  assert.ok(start > marker.length && end > start, `${path} has no block "${marker}"`);
  if (UPDATE) {
    Deno.writeTextFileSync(
      join(ROOT, path),
      `${text.slice(0, start)}\n\n${expected}\n\n${text.slice(end)}`,
    );
  } else assert.deepEqual(cells(text.slice(start, end)), cells(expected), `"${marker}" in ${path} is stale`);
}

function parameterTable(specs: ParameterSpecs): string {
  const rows = Object.entries(specs).map(([name, spec]) => [
    `\`${name}\``,
    spec.secret ? `${spec.type}, secret` : spec.type,
    need(spec),
    spec.help.replaceAll("|", "\\|").replaceAll("<", "\\<"),
  ]);
  return tableOf(["Parameter", "Type", "Default", "Meaning"], rows);
}

function need({ required, requiredUnless, default: standard }: ParameterSpec): string {
  if (required) return "required";
  if (requiredUnless) return `required without ${requiredUnless.map((name) => `\`${name}\``).join(" or ")}`;
  if (standard === undefined) return "";
  return [standard].flat().map((value) => `\`${value}\``).join(", ");
}

/** Every command with its options, subcommands after their parents. */
async function allCommands(): Promise<Command[]> {
  const program = new Command("sluice");
  for (const entry of commands) (await loadCommand(entry)).define(program.command(entry.name));
  const below = (command: Command): Command[] => [command, ...command.commands.flatMap(below)];
  return program.commands.flatMap(below);
}

function fullName(command: Command): string {
  return command.parent?.parent ? `${fullName(command.parent)} ${command.name()}` : command.name();
}

function optionMeaning({ description, argChoices, defaultValue }: Option): string {
  const choices = argChoices ? `: ${argChoices.map((choice) => `\`${choice}\``).join(", ")}` : "";
  const standard = defaultValue === undefined ? "" : `; default \`${defaultValue}\``;
  return `${description}${choices}${standard}`.replaceAll("|", "\\|");
}

Deno.test("docs/configuration.md has every parameter of every source as the code has it", async () => {
  for (const [name, load] of Object.entries(builtInSources)) {
    checkTable(`parameters: source ${name}`, parameterTable((await load()).definition.parameters));
  }
});

Deno.test("docs/configuration.md has every parameter of every destination as the code has it", async () => {
  for (const name of destinationNames) {
    const { name: ownName, parameters } = await findDestination(name);
    if (name === ownName) checkTable(`parameters: destination ${name}`, parameterTable(parameters));
  }
});

Deno.test("docs/configuration.md has every command and option as the code has it", async () => {
  const rows = (await allCommands()).flatMap((command) =>
    command.options.map((
      option,
    ) => [`\`${fullName(command)}\``, `\`${option.flags}\``, optionMeaning(option)])
  );
  checkTable("options", tableOf(["Command", "Option", "Meaning"], rows));
});

Deno.test("docs/simulator.md has every kind of fault and oddity as the code has it", () => {
  const parametersOf = (samples: readonly object[] = []) => [...new Set(samples.flatMap(Object.keys))];
  const faults = Object.entries(FAULTS).map(([name, { group, help, samples, deceives = "nobody" }]) => [
    `\`${name}\``,
    parametersOf(samples).map((each) => `\`${each}\``).join(", "),
    group,
    help,
    deceives,
  ]);
  const head = ["Kind", "Parameters", "Bites", "What happens", "Deceives"];
  checkTable("faults", tableOf(head, faults), "docs/simulator.md");
  const oddities = Object.entries(ODDITIES).map(([name, { help }]) => [`\`${name}\``, help]);
  checkTable("oddities", tableOf(["Oddity", "What it is"], oddities), "docs/simulator.md");
});

Deno.test("README.md shows every command and names every destination", () => {
  const readme = read("README.md");
  for (const { name } of commands) {
    assert.match(readme, new RegExp(`deno(?:@[\\d.]+)? task (?:sluice )?${name}\\b`), name);
  }
  for (const name of destinationNames) assert.ok(readme.includes(name), name);
});

Deno.test("README.md and docs/okta.md have every resource of the Okta source with its endpoint", async () => {
  const { definition } = await builtInSources.okta();
  for (const { name, endpoint } of (await listSource("okta", definition)).resources) {
    assert.ok(namedInTables(read("README.md")).includes(name), `README.md: ${name}`);
    const section = read("docs/okta.md").split(/^### /m).find((part) => part.startsWith(`${name}\n`));
    assert.ok(section, `docs/okta.md: ${name}`);
    // The walk's placeholder `{groups.id}` is written `{groupId}` there; what stands before it must agree.
    assert.ok(section.includes(endpoint.split("{")[0]), `docs/okta.md: ${name} reads ${endpoint}`);
  }
});

Deno.test("docs/errors.md has every error and warning code, and none that is not in the code", () => {
  const patterns = [
    /\bcode: "([a-z0-9-]+)"/g,
    /\bcode: \w+ \? "([a-z0-9-]+)"/g,
    /\bcode: \w+ \? "[a-z0-9-]+" : "([a-z0-9-]+)"/g,
    /\b(?:warn|fail|ExchangeError)\(\s*"([a-z0-9]+(?:-[a-z0-9]+)*)",/g,
    /\bNOT_WRITABLE = "([a-z-]+)"/g,
  ];
  const texts = [...sources(), read("main.ts")];
  const inCode = new Set(["unknown-auth", "unknown-paginator"]);
  for (const text of texts) {
    const code = text.replace(/^ *(?:\*|\/\/).*$/gm, "");
    for (const pattern of patterns) for (const [, name] of code.matchAll(pattern)) inCode.add(name);
  }
  const inDocs = new Set(namedInTables(read("docs/errors.md")).filter((name) => !/^[A-Z]/.test(name)));
  // Described beside the table of classes.
  inCode.delete("bug");
  assert.deepEqual([...inCode].filter((code) => !inDocs.has(code)), [], "missing in docs/errors.md");
  const isUsed = (code: string) => inCode.has(code) || texts.some((text) => text.includes(`"${code}"`));
  assert.deepEqual([...inDocs].filter((code) => !isUsed(code)), [], "not in the code");
});

Deno.test("docs/dependencies.md has every import of deno.json with its version", () => {
  const lines = read("docs/dependencies.md").split("\n");
  for (const [name, specifier] of Object.entries(manifest.imports)) {
    if (specifier.startsWith("./")) continue;
    const line = lines.find((each) => each.startsWith(`| \`${name}\``));
    assert.ok(line?.includes(`\`${specifier}\``), `${name}: ${specifier}`);
  }
});

Deno.test("CONTRIBUTING.md has every task of deno.json that it names, and names the registries", () => {
  const text = read("CONTRIBUTING.md");
  for (const [, name] of text.matchAll(/deno task ([\w:]+)/g)) {
    assert.ok(Object.hasOwn(manifest.tasks, name), `there is no task ${name}`);
  }
  const registries = text.matchAll(/^\|.*\| `(\w+)` in \[([^\]]+)\]/gm);
  const found = [...registries].map(([, constant, file]) => {
    assert.match(read(file), new RegExp(`\\b${constant}\\b`), `${file} has no ${constant}`);
    return file;
  });
  assert.equal(found.length, 10);
});

Deno.test("every relative link and anchor of the documentation leads somewhere", () => {
  const broken: string[] = [];
  for (const document of documents()) {
    const text = read(document).replace(/^ *```[\s\S]*?^ *```/gm, "");
    for (const [, target] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^[a-z]+:/.test(target)) continue;
      const [path, anchor] = target.split("#");
      const file = path ? join(dirname(document), path) : document;
      if (!exists(file) || (anchor && !anchors(read(file)).includes(anchor))) {
        broken.push(`${document}: ${target}`);
      }
    }
  }
  assert.deepEqual(broken, []);
});

function exists(path: string): boolean {
  try {
    Deno.statSync(join(ROOT, path));
    return true;
  } catch {
    return false;
  }
}

/** Anchors as GitHub makes them from headings. */
function anchors(text: string): string[] {
  return [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading]) =>
    heading.toLowerCase().replace(/[^\p{L}\p{N}\s_-]/gu, "").replaceAll(" ", "-")
  );
}

/** The first TypeScript block of a document that holds `text`. */
function example(document: string, text: string): string {
  const blocks = [...read(document).matchAll(/^```ts\n([\s\S]*?)^```/gm)].map(([, code]) => code);
  const found = blocks.find((code) => code.includes(text));
  assert.ok(found, `${document} has no example with ${text}`);
  return found;
}

/** Runs a module as the documentation says, in an empty folder against a small organisation. */
async function runExample(
  code: string,
  { args, section }: { args: (file: string) => string[]; section: string },
): Promise<string> {
  await using simulator = await startOktaSimulator({ users: 20, rateLimits: { profile: "none" } });
  const folder = await Deno.makeTempDir({ prefix: "sluice_docs_" });
  try {
    const file = join(folder, "example.ts");
    await Deno.writeTextFile(
      file,
      code.replaceAll('"./sources/', `"${pathToFileURL(join(ROOT, "sources")).href}/`),
    );
    const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "-q",
        "-P=cli",
        "--no-prompt",
        "--config",
        join(ROOT, "deno.json"),
        ...args(file),
      ],
      cwd: folder,
      env: {
        [`SOURCES__${section}__BASE_URL`]: simulator.url,
        [`SOURCES__${section}__API_TOKEN`]: simulator.token,
      },
    }).output();
    assert.ok(success, new TextDecoder().decode(stderr));
    return new TextDecoder().decode(stdout);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("README.md has a script that loads and queries when it is run", async () => {
  const output = await runExample(example("README.md", "withResources"), {
    section: "OKTA_MANAGEMENT_SOURCE",
    args: (file) => [file],
  });
  assert.match(output, /is LOADED and contains no failed jobs\n\d+ requests, 20 users changed\n[A-Z_]+: \d+/);
});

Deno.test("CONTRIBUTING.md has a source that the command line runs", async () => {
  const output = await runExample(example("CONTRIBUTING.md", "defineSource"), {
    section: "SIMULATED_GROUPS",
    args: (file) => [join(ROOT, "main.ts"), "run", file],
  });
  assert.match(output, /is LOADED and contains no failed jobs/);
});
