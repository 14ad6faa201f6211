/**
 * Files of the configuration: syntax errors, encodings and permissions.
 * @module
 */
import assert from "assert";
import { Configuration } from "../pipeline/config.ts";
import { ConfigError, formatError } from "../pipeline/errors.ts";
import { withProject } from "./config_project.ts";

const integer = { type: "integer", help: "A number." } as const;

async function loadError(
  name: string,
  content: string | Uint8Array,
): Promise<{ error: ConfigError; text: string }> {
  let error: unknown;
  let text = "";
  await withProject({ [name]: content }, async (projectDirectory, machineFolder) => {
    error = await Configuration.load({ projectDirectory, machineFolder, env: {} }).catch((reason) => reason);
    assert.ok(error instanceof ConfigError, String(error));
    text = formatError(error).replaceAll(projectDirectory, "");
  });
  return { error: error as ConfigError, text };
}

const mistakes: [toml: string, line: number, column: number, problem: RegExp][] = [
  ["[a]\ntoken = canary\n", 2, 9, /neither quoted text/],
  ['[a]\r\nb = 1\r\ntoken = "canary\r\n', 3, 16, /no closing quote/],
  ['token = "canary"\ntoken = "canary"\n', 2, 1, /there twice/],
  ["[a]\nb = 1\n[a]\nc = 2\n", 3, 2, /there twice/],
  ["[a\nb = 1\n", 1, 3, /lacks its equals sign or bracket/],
  ["canary\n", 1, 7, /no equals sign|the key/],
  ['a = "x" canary\n', 1, 9, /follows the value/],
  ['a = "\\canary"\n', 1, 7, /backslash/],
  ["a = 0123\n", 1, 5, /starts with a zero/],
  ["a = [1, 2\nb = 3\n", 2, 1, /lacks a comma/],
];

Deno.test("load() places a TOML mistake and says it in plain words, without the line", async () => {
  for (const [toml, line, column, problem] of mistakes) {
    const { error, text } = await loadError("secrets.toml", toml);
    assert.equal(error.code, "toml-syntax", toml);
    assert.deepEqual([error.at.line, error.at.columnNumber], [line, column], toml);
    assert.match(error.message, problem, toml);
    assert.doesNotMatch(text + error.stack + String(error.cause), /canary/, toml);
  }
});

Deno.test("load() prints a TOML mistake in three lines", async () => {
  const { text } = await loadError("secrets.toml", "[a]\ntoken = canary\n");
  assert.equal(
    text,
    'Cannot read "/.dlt/secrets.toml": the value is neither quoted text, number, true, false, list nor table\n' +
      "  at /.dlt/secrets.toml:2:9\n" +
      "  next: correct line 2; text values stand in double quotes",
  );
});

Deno.test("load() accepts a byte order mark, Windows line ends and old Mac line ends", async () => {
  for (const toml of ["\uFEFFa = 1\r\nb = 2\r\n", "a = 1\rb = 2\r", "a = 1\nb = 2"]) {
    await withProject({ "config.toml": toml }, async (projectDirectory, machineFolder) => {
      const configuration = await Configuration.load({ projectDirectory, machineFolder, env: {} });
      assert.deepEqual([configuration.value("a", integer), configuration.value("b", integer)], [1, 2]);
    });
  }
});

Deno.test("load() refuses text that is not UTF-8", async () => {
  const { error } = await loadError("config.toml", new Uint8Array([0xff, 0xfe, 0x61, 0x00]));
  assert.equal(error.code, "toml-syntax");
  assert.match(error.message, /not UTF-8/);
});

Deno.test("load() names a file that cannot be read", async () => {
  await withProject({ ".dlt/config.toml/x": "" }, async (projectDirectory, machineFolder) => {
    const loading = Configuration.load({ projectDirectory, machineFolder, env: {} });
    await assert.rejects(loading, { code: "config-unreadable" });
  });
});

Deno.test({
  name: "load() warns about secrets that other users can read",
  ignore: Deno.build.os === "windows",
  async fn() {
    await withProject({ "secrets.toml": "a = 1\n" }, async (projectDirectory, machineFolder) => {
      const load = () => Configuration.load({ projectDirectory, machineFolder, env: {} });
      assert.deepEqual((await load()).warnings, []);
      await Deno.chmod(`${projectDirectory}/.dlt/secrets.toml`, 0o640);
      const path = `${projectDirectory}/.dlt/secrets.toml`;
      assert.deepEqual((await load()).warnings, [
        `"${path}" can be read by other users of this machine; run: chmod 600 ${path}`,
      ]);
    });
  },
});

Deno.test("load() accepts the project's own committed files", async () => {
  const configuration = await Configuration.load({
    projectDirectory: ".",
    machineFolder: "/nowhere",
    env: {},
  });
  const progress = configuration.value("progress", { type: "text", help: "Progress." }, {
    sections: [["runtime"]],
  });
  assert.equal(progress, "auto");
  const example = await Deno.readTextFile(".dlt/example.secrets.toml");
  await withProject({ "secrets.toml": example }, async (projectDirectory, machineFolder) => {
    await Configuration.load({ projectDirectory, machineFolder, env: {} });
  });
});
