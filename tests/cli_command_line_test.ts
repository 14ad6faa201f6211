/**
 * The program as a user starts it: help, mistakes, exit codes, and one run from simulator to query.
 * @module
 */
import assert from "assert";
import { join, resolve } from "node:path";
import { startOktaSimulator } from "../simulator/okta/mod.ts";
import { sluice, sluiceCommand } from "./cli_commands.ts";
import { homeIn } from "./deno_directory.ts";

const CONFIG = resolve("deno.json");

async function withFolder(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "sluice_cli_" });
  try {
    await use(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const mistakes: [args: string[], problem: RegExp, next: RegExp][] = [
  [["rum"], /unknown command "rum"/, /did you mean "run"\?/],
  [["run"], /missing required argument "source"/, /run --help/],
  [["run", "okt"], /there is no such source/, /did you mean "okta"\?/],
  [["run", "./okt.ts"], /there is no such file/, /check the path/],
  [["run", "okta", "--limt", "3"], /unknown option "--limt"/, /did you mean --limit\?/],
  [["run", "okta", "--limit", "0"], /must be an integer from 1 on/, /run --help/],
  [["run", "okta", "--limit", "1.5"], /must be an integer from 1 on/, /run --help/],
  [["run", "okta", "--resources", ","], /names separated by commas/, /run --help/],
  [["run", "okta", "--destination", "sqlit"], /there is no such destination/, /did you mean "sqlite"\?/],
  [["run", "okta", "--progress", "loud"], /Allowed choices are auto, plain, json, off/, /run --help/],
  [["run", "okta", "extra"], /too many arguments/, /run --help/],
  [["query", "SELECT 1", "--format", "xml"], /Allowed choices are table, json, csv/, /query --help/],
  [["simulate", "oktaa"], /unknown command "oktaa"/, /okta/],
];

for (const [args, problem, next] of mistakes) {
  Deno.test(`sluice ${args.join(" ")} ends with 2 and says what to do`, async () => {
    const { code, out, err } = await sluice(args);
    assert.equal(code, 2);
    assert.equal(out, "");
    assert.match(err, /^Cannot /);
    assert.match(err, problem);
    assert.match(err.slice(err.indexOf("next: ")), next);
    assert.doesNotMatch(err, /\.ts:\d|^\s+at file/m);
  });
}

Deno.test("sluice without arguments prints help and ends with 2", async () => {
  const { code, out, err } = await sluice([]);
  assert.equal(code, 2);
  assert.equal(out, "");
  assert.match(err, /Usage: sluice/);
});

Deno.test("sluice --version prints the version alone", async () => {
  const manifest = JSON.parse(await Deno.readTextFile(CONFIG));
  assert.deepEqual(await sluice(["--version"]), { code: 0, out: `${manifest.version}\n`, err: "" });
});

Deno.test("sluice --help of every command has examples and exit codes", async () => {
  const commands = [[], ["run"], ["sources"], ["query"], ["simulate"], ["simulate", "okta"], ["demo"]];
  const results = await Promise.all(commands.map((command) => sluice([...command, "--help"])));
  results.forEach(({ code, out, err }, index) => {
    assert.deepEqual([code, err], [0, ""], commands[index].join(" "));
    assert.match(out, /Examples:\n {2}deno task sluice /);
    assert.match(out, /Exit codes:\n {2}0 {4}done/);
    assert.match(out, / {2}130 {2}interrupted/);
  });
});

Deno.test("sluice sources lists resources and what a source must be told", async () => {
  const { code, out } = await sluice(["sources"]);
  assert.equal(code, 0);
  assert.match(out, /group_users +GET \/groups\/\{groups\.id\}\/users/);
  assert.match(out, /Loaded only when named with --resources\n {4}user /);
  assert.match(out, /api_token +required without access_token or client_id, secret/);
  assert.match(out, /below \[sources\.okta_management_source\]/);
  const json = JSON.parse((await sluice(["sources", "okta", "--json"])).out);
  const okta = json.sources[0];
  assert.equal(okta.section, "sources.okta_management_source");
  const token = okta.parameters.find((each: { name: string }) => each.name === "api_token");
  assert.equal(token.file, ".dlt/secrets.toml");
  assert.equal(token.environment, "SOURCES__OKTA_MANAGEMENT_SOURCE__API_TOKEN");
});

Deno.test("sluice run --json reports missing configuration as one object", async () => {
  await withFolder(async (cwd) => {
    const { code, out, err } = await sluice(["run", "okta", "--json"], { cwd, env: await homeIn(cwd) });
    assert.equal(code, 2);
    assert.equal(out.trim().split("\n").length, 1);
    const { ok, error } = JSON.parse(out);
    assert.deepEqual([ok, error.name, error.code, error.exitCode], [
      false,
      "ConfigError",
      "config-missing",
      2,
    ]);
    assert.match(err, /SOURCES__OKTA_MANAGEMENT__OKTA_MANAGEMENT_SOURCE__API_TOKEN/);
  });
});

Deno.test("sluice run ends with 2 and no stack for a source that breaks, with a stack when asked", async () => {
  await withFolder(async (cwd) => {
    await Deno.writeTextFile(join(cwd, "broken.ts"), 'throw new TypeError("broken\\u001b[2J");\n');
    const { code, err } = await sluice(["run", "./broken.ts"], { cwd });
    assert.equal(code, 2);
    assert.equal(
      err,
      'Cannot load "./broken.ts": it threw TypeError: broken\\u001b[2J\n  at broken.ts:1:7\n  next: correct the module\n',
    );
    assert.match(
      (await sluice(["run", "./broken.ts", "--debug"], { cwd })).err,
      /TypeError: broken.*\n.*broken\.ts:1/,
    );
  });
});

Deno.test("sluice run loads, query reads what the last run loaded", async () => {
  await using simulator = await startOktaSimulator({ users: 30, rateLimits: { profile: "none" } });
  await withFolder(async (cwd) => {
    const prefix = "SOURCES__OKTA_MANAGEMENT_SOURCE__";
    const env = {
      ...await homeIn(cwd),
      [`${prefix}BASE_URL`]: simulator.url,
      [`${prefix}API_TOKEN`]: simulator.token,
    };
    const flags = ["--resources", "users,groups", "--pipeline-name", "people", "--dataset-name", "crew"];

    const text = await sluice(["run", "okta", ...flags, "--progress", "plain"], { cwd, env });
    assert.equal(text.code, 0, text.err);
    assert.match(text.out, /^Pipeline people load step completed in \d+\.\d\d seconds\n1 load package/);
    assert.match(text.err, /users: 1 page, 30 rows, .*finished/);

    const json = await sluice(["run", "okta", ...flags, "--full-refresh", "--json", "--progress", "off"], {
      cwd,
      env,
    });
    const info = JSON.parse(json.out);
    assert.deepEqual([info.ok, info.resources.users], [true, { pages: 1, rows: 30 }]);
    assert.equal(json.err, "");

    const counted = await sluice(["query", "SELECT count(*) AS n FROM crew.users", "--format", "csv"], {
      cwd,
    });
    assert.deepEqual([counted.code, counted.out], [0, "n\n30\n"], counted.err);
    const wrong = await sluice(["query", "DELETE FROM users"], { cwd });
    assert.equal(wrong.code, 2);
    const all = text.out + text.err + json.out;
    assert.ok(!all.includes(simulator.token));
  });
});

Deno.test({
  name: "sluice run ends with 130 on Ctrl-C",
  ignore: Deno.build.os === "windows",
  async fn() {
    await using simulator = await startOktaSimulator({ users: 30, rateLimits: { profile: "none" } });
    simulator.addFault({ route: "groups", count: 0, action: { kind: "hang" } });
    await withFolder(async (cwd) => {
      const prefix = "SOURCES__OKTA_MANAGEMENT_SOURCE__";
      const child = sluiceCommand(["run", "okta", "--progress", "json"], {
        cwd,
        env: {
          ...await homeIn(cwd),
          [`${prefix}BASE_URL`]: simulator.url,
          [`${prefix}API_TOKEN`]: simulator.token,
        },

        stdout: "null",
        stderr: "piped",
      }).spawn();
      let err = "";
      for await (const text of child.stderr.pipeThrough(new TextDecoderStream())) {
        const wasReading = err.includes('"users"');
        err += text;
        if (!wasReading && err.includes('"users"')) child.kill("SIGINT");
      }
      assert.equal((await child.status).code, 130, err);
      assert.match(err, /Stopping; press Ctrl-C again/);
    });
  },
});

Deno.test({
  name: "sluice simulate okta says how to use it and stops with Ctrl-C",
  ignore: Deno.build.os === "windows",
  async fn() {
    const child = sluiceCommand(["simulate", "okta", "--port", "0", "--users", "5"], {
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const asked = child.stderr.pipeThrough(new TextDecoderStream()).getReader();
    assert.match((await asked.read()).value ?? "", /Press Ctrl-C to stop/);
    const out = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
    const text = (await out.read()).value ?? "";
    assert.match(text, /\[sources\.okta_management_source\]\n {2}base_url = "http:\/\/127\.0\.0\.1:\d+"/);
    assert.match(text, /deno task sluice run okta/);
    child.kill("SIGINT");
    assert.equal((await child.status).code, 0);
    await asked.cancel();
    await out.cancel();
  },
});
