/**
 * Bad input gets a clear error, and nothing is written: each row is a mistake and the error it gets.
 * @module
 */
import assert from "assert";
import { join } from "node:path";
import { DatabaseSync } from "sqlite";
import { formatError, type PipelineOptions, type RunOptions, SluiceError } from "../mod.ts";
import { type Scene, scene } from "./okta_scene.ts";

interface Mistake {
  readonly what: string;
  readonly code: string;
  /** What the message must tell. */
  readonly tells: RegExp;
  readonly exitCode: number;
  readonly options?: PipelineOptions;
  readonly run?: RunOptions;
  readonly parameters?: (scene: Scene) => Parameters<Scene["run"]>[1];
  readonly before?: (scene: Scene) => void | Promise<void>;
}

const databaseAt = (scene: Scene) => join(scene.folder, "okta_management_pipeline.sqlite");

const MISTAKES: readonly Mistake[] = [
  {
    what: "a wrong token",
    code: "http-status",
    tells: /401[\s\S]*E0000011[\s\S]*next: the token is wrong/,
    exitCode: 3,
    parameters: () => ({ api_token: "00wrongwrongwrong" }),
  },
  {
    what: "a missing token",
    code: "config-missing",
    tells: /SOURCES__OKTA_MANAGEMENT__OKTA_MANAGEMENT_SOURCE__API_TOKEN[\s\S]*api_token = "…"/,
    exitCode: 2,
    parameters: () => ({ api_token: undefined }),
  },
  {
    what: "the placeholder of a template",
    code: "config-placeholder",
    tells: /Security > API > Tokens/,
    exitCode: 2,
    parameters: () => ({ api_token: "your_api_token" }),
  },
  {
    what: "a token whose admin lacks rights",
    code: "http-status",
    tells: /403[\s\S]*next: give the token's admin/,
    exitCode: 3,
    parameters: ({ sim }) => ({ api_token: sim.tokens.none }),
  },
  {
    what: "a service app whose scope is missing, answered without a body",
    code: "http-status",
    tells: /403[\s\S]*okta\.logs\.read/,
    exitCode: 3,
    parameters: ({ sim }) => ({
      api_token: undefined,
      client_id: sim.serviceApp.clientId,
      private_key: sim.serviceApp.privateKeyPem,
      scopes: ["okta.users.read"],
    }),
    run: { resources: ["system_log"] },
  },
  {
    what: "the Admin Console's address",
    code: "invalid-base-url",
    tells: /write https:\/\/acme\.okta\.com/,
    exitCode: 2,
    parameters: () => ({ base_url: "https://acme-admin.okta.com/admin/dashboard" }),
  },
  {
    what: "http to another machine",
    code: "invalid-base-url",
    tells: /the token would travel in the open/,
    exitCode: 2,
    parameters: () => ({ base_url: "http://acme.okta.com" }),
  },
  {
    what: "the domain of the documentation",
    code: "config-placeholder",
    tells: /browser after signing in/,
    exitCode: 2,
    parameters: () => ({ base_url: "https://{yourOktaDomain}" }),
  },
  {
    what: "an unknown resource",
    code: "unknown-resource",
    tells: /did you mean "group_users"/,
    exitCode: 2,
    run: { resources: ["groups_users"] },
  },
  {
    what: "an unknown destination",
    code: "unknown-destination",
    tells: /did you mean "sqlite"/,
    exitCode: 2,
    options: { destination: "sqlit" },
  },
  {
    what: "a folder where the database should be",
    code: "not-a-database",
    tells: /another path/,
    exitCode: 4,
    before: (scene) => Deno.mkdir(databaseAt(scene)),
  },
  {
    what: "a file that is no database",
    code: "not-a-database",
    tells: /not an SQLite database[\s\S]*left alone/,
    exitCode: 4,
    before: (scene) => Deno.writeTextFile(databaseAt(scene), "name,email\nZoë,zoe@acme.test\n"),
  },
  {
    what: "another tool's database",
    code: "foreign-database",
    tells: /belongs to another tool/,
    exitCode: 4,
    before: (scene) => {
      using database = new DatabaseSync(databaseAt(scene));
      database.exec("CREATE TABLE users (name); INSERT INTO users VALUES ('not ours')");
    },
  },
  {
    what: "a folder that does not exist",
    code: "not-writable",
    tells: /folder exists/,
    exitCode: 4,
    options: { destinationParameters: { credentials: "sqlite:///missing/okta.sqlite" } },
  },
  {
    what: "a login page instead of JSON",
    code: "not-json",
    tells: /base_url|domain|login/,
    exitCode: 3,
    before: ({ sim }) => sim.addFault({ route: "users", count: 0, action: { kind: "html-page" } }),
  },
  {
    what: "a redirect",
    code: "http-status",
    tells: /404/i,
    exitCode: 3,
    before: ({ sim }) => sim.addFault({ route: "users", count: 0, action: { kind: "redirect" } }),
  },
  {
    what: "a next link that repeats",
    code: "pagination-loop",
    tells: /next request/,
    exitCode: 3,
    before: ({ sim }) => sim.addFault({ route: "users", count: 0, action: { kind: "endless-next" } }),
  },
  {
    what: "next links that go round in a circle",
    code: "pagination-loop",
    tells: /next request/,
    exitCode: 3,
    before: ({ sim }) =>
      sim.addFault({ route: "users", count: 0, action: { kind: "endless-next", isCycle: true } }),
  },
  {
    what: "a next link to another origin",
    code: "foreign-origin",
    tells: /https:\/\/evil\.example/,
    exitCode: 3,
    before: ({ sim }) =>
      sim.addFault({
        route: "users",
        count: 0,
        action: { kind: "foreign-next", origin: "https://evil.example" },
      }),
  },
];

/** Files below a folder, with sizes. */
async function inventory(folder: string): Promise<string[]> {
  const found: string[] = [];
  for await (const entry of Deno.readDir(folder)) {
    const path = join(folder, entry.name);
    if (entry.isDirectory && entry.name !== ".dlt") found.push(...await inventory(path));
    else if (entry.isFile) found.push(`${path} ${(await Deno.stat(path)).size}`);
  }
  return found.sort();
}

for (const mistake of MISTAKES) {
  Deno.test(`run okta says what is wrong and writes nothing when given ${mistake.what}`, async () => {
    await using stage = await scene(mistake.options);
    await mistake.before?.(stage);
    const before = await inventory(stage.folder);
    const error = await stage.run(mistake.run, mistake.parameters?.(stage)).then(
      () => assert.fail("the run succeeded"),
      (error) => error,
    );
    assert.ok(error instanceof SluiceError, String(error?.stack ?? error));
    const text = formatError(error);
    assert.equal(error.code, mistake.code, text);
    assert.equal(error.exitCode, mistake.exitCode, text);
    assert.match(text, mistake.tells);
    assert.ok(!text.includes(stage.sim.token), "the token is in the message");
    const created = (await inventory(stage.folder)).filter((each) => !before.includes(each));
    assert.deepEqual(created, []);
  });
}

Deno.test("run okta waits for a locked database and then says whom to ask", async () => {
  await using stage = await scene({ destinationParameters: { lock_timeout: 0.3 } });
  await stage.run({ resources: ["users_me"] });
  using database = new DatabaseSync(databaseAt(stage));
  database.exec("BEGIN IMMEDIATE");
  const error = await stage.run().then(() => assert.fail("the run succeeded"), (error) => error);
  assert.equal(error.code, "locked");
  assert.match(formatError(error), /another process is writing[\s\S]*fuser/);
  database.exec("ROLLBACK");
  await stage.run({ resources: ["users_me"] });
});

Deno.test("run okta points out a misspelt key of its own table in a TOML file", async () => {
  await using stage = await scene();
  await Deno.mkdir(join(stage.folder, ".dlt"), { recursive: true });
  const toml =
    "[sources.okta_management_source]\nmax_shares = 0.5\n\n[sources.okta_management_source.sessions]\nids = []\n";
  await Deno.writeTextFile(join(stage.folder, ".dlt/config.toml"), toml);
  const { warnings } = await stage.run({ resources: ["users_me"] });
  assert.match(
    warnings.find((each) => each.code === "unknown-key")!.message,
    /"max_shares", set in .*did you mean "max_share"/,
  );
});

for (const [name, value] of [["max_share", 5], ["max_share", 0], ["max_concurrency", -3]] as const) {
  Deno.test(`run okta refuses ${name} = ${value}`, async () => {
    await using stage = await scene();
    await assert.rejects(stage.run({}, { [name]: value }), { code: "config-cast", exitCode: 2 });
  });
}
