/**
 * What `deploy github-actions` writes, run as a runner of GitHub would: step by step, in a clean home, with the
 * repository, its secrets, artifacts and caches on this disk.
 * @module
 */
import assert from "assert";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { DatabaseSync } from "sqlite";
import { startOktaSimulator } from "../../simulator/okta/mod.ts";
import { startTicketApi, ticketEnvironment, ticketFiles } from "../binary/tickets.ts";
import { type Forge, forge, git } from "./forge.ts";
import { runWorkflow } from "./runner.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const CONFIG = join(ROOT, "deno.json");
const SLUICE = ["run", "-q", "-P=cli", "--no-prompt", "--config", CONFIG, join(ROOT, "main.ts")];
// The runner is that of the workflows, which is Linux.
const IGNORED = Deno.build.os !== "linux";

/** Runs `deploy github-actions` in a clone, lets somebody change the file, and pushes it. */
async function deploy(
  place: Forge,
  args: readonly string[],
  change: (text: string) => string = (text) => text,
): Promise<string> {
  const clone = join(place.folder, "clone");
  await git(place.folder, "clone", "--quiet", place.repository, clone);
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [...SLUICE, "deploy", "github-actions", ...args],
    cwd: clone,
    env: { NO_COLOR: "1" },
  }).output();
  assert.equal(code, 0, new TextDecoder().decode(stderr));
  const out = new TextDecoder().decode(stdout);
  const [, file] = /(\.github\/workflows\/\S+)/.exec(out)!;
  await Deno.writeTextFile(join(clone, file), change(await Deno.readTextFile(join(clone, file))));
  await git(clone, "add", "--all");
  await git(clone, "commit", "--quiet", "-m", "Deploy");
  await git(clone, "push", "--quiet");
  return out;
}

/** A file of a branch, as a database that can be asked. */
async function branchDatabase(place: Forge, branch: string, file: string): Promise<DatabaseSync> {
  const path = join(place.folder, `${crypto.randomUUID()}.sqlite`);
  const { stdout } = await new Deno.Command("git", {
    args: ["show", `${branch}:${file}`],
    cwd: place.repository,
  })
    .output();
  await Deno.writeFile(path, stdout);
  return new DatabaseSync(path, { readOnly: true });
}

function count(database: DatabaseSync, table: string): { rows: number; ids: number } {
  return {
    ...database.prepare(`SELECT count(*) AS rows, count(DISTINCT id) AS ids FROM ${table}`).get(),
  } as never;
}

/** The sources of Sluice, as a repository that somebody cloned. */
async function ownFiles(): Promise<Record<string, string>> {
  const names = (await git(ROOT, "ls-files", "--cached", "--others", "--exclude-standard", "--deduplicate"))
    .split("\n");
  const needed = names.filter((name) => !/^(?:tests|bench|docs)\//.test(name));
  return Object.fromEntries(
    await Promise.all(needed.map(async (name) => [name, await Deno.readTextFile(join(ROOT, name))])),
  );
}

Deno.test({
  name: "deploy github-actions okta in a clone loads incrementally, and goes on after a run that was killed",
  ignore: IGNORED,
}, async () => {
  await using okta = await startOktaSimulator({
    users: 40,
    seed: 3,
    events: 100,
    rateLimits: { profile: "none" },
  });
  await using place = await forge(await ownFiles());
  const told = await deploy(place, [
    "okta",
    "--schedule",
    "0 */6 * * *",
    "--resources",
    "users,groups,system_log",
  ]);
  const secrets = [...told.matchAll(/gh secret set (\S+)/g)].map(([, name]) => name);
  assert.deepEqual(secrets, [
    "SOURCES__OKTA_MANAGEMENT_SOURCE__API_TOKEN",
    "SOURCES__OKTA_MANAGEMENT_SOURCE__BASE_URL",
  ]);
  Object.assign(place.secrets, { [secrets[0]]: okta.token, [secrets[1]]: okta.url });
  const holds = async (users: number) => {
    using database = await branchDatabase(place, "sluice-data-okta", "okta.sqlite");
    assert.deepEqual(count(database, "users"), { rows: users, ids: users });
  };

  const first = await runWorkflow(place, "sluice-okta.yml");
  assert.equal(first.conclusion, "success", first.log);
  await holds(40);
  assert.equal(first.outputs.schema_changed, "true");
  assert.match(first.summary, /^### ✅ Loaded: okta/);

  okta.mutate({ op: "user.create", profile: { login: "new@example.com", email: "new@example.com" } });
  const second = await runWorkflow(place, "sluice-okta.yml");
  assert.equal(second.conclusion, "success", second.log);
  await holds(41);
  assert.ok(Number(second.outputs.rows) < Number(first.outputs.rows) / 5, "only what changed came");
  assert.equal(second.outputs.schema_changed, "false");

  okta.mutate({ op: "user.create", profile: { login: "newer@example.com", email: "newer@example.com" } });
  const killed = await runWorkflow(place, "sluice-okta.yml", { killAt: /extract finished/ });
  assert.equal(killed.conclusion, "failure");
  assert.equal(killed.steps.Load, "failure");
  assert.equal(killed.steps["Keep the load package of a failed run"], "success");

  const third = await runWorkflow(place, "sluice-okta.yml");
  assert.equal(third.conclusion, "success", third.log);
  assert.match(third.log, new RegExp(`Taken from run ${killed.id}`));
  await holds(42);
  assert.equal(await git(place.repository, "rev-list", "--count", "sluice-data-okta"), "3");
  for (const { log, summary } of [first, second, killed, third]) {
    assert.ok(!(log + summary).includes(okta.token), "the token is nowhere");
  }
});

/** A user's repository, whose workflow downloads a release that is a launcher of these sources. */
async function ticketForge(args: readonly string[], change?: (text: string) => string): Promise<Forge> {
  const place = await forge({ ...ticketFiles, "README.md": "Tickets\n" });
  const launcher = `#!/bin/sh\nexec '${Deno.execPath()}' ${
    SLUICE.map((word) => `'${word}'`).join(" ")
  } "$@"\n`;
  await place.release("sluice-linux-x64", launcher);
  const sum = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(launcher)))
    .toHex();
  await place.release("SHA256SUMS", `${"0".repeat(64)}  sluice-macos-x64\n${sum}  sluice-linux-x64\n`);
  await deploy(place, ["./tickets.ts", "--with", "binary", "--repository", "acme/sluice", ...args], change);
  return place;
}

for (const keep of ["artifact", "cache"]) {
  Deno.test({
    name: `deploy github-actions of a module with --keep ${keep} goes on where the last run ended`,
    ignore: IGNORED,
  }, async () => {
    await using api = startTicketApi(25);
    await using place = await ticketForge(["--keep", keep, "--destination", "ndjson"]);
    Object.assign(place.secrets, ticketEnvironment(api));
    const first = await runWorkflow(place, "sluice-tickets.yml");
    assert.equal(first.conclusion, "success", first.log);
    assert.equal(first.outputs.rows, "25");
    api.put(3, "Ticket 3 again");
    api.seen.length = 0;
    const second = await runWorkflow(place, "sluice-tickets.yml");
    assert.equal(second.conclusion, "success", second.log);
    assert.equal(api.seen.length, 1);
    assert.match(second.outputs.load_id, /^\d+\.\d+$/);
  });
}

Deno.test({
  name: "deploy github-actions with --keep branch lets the history start anew once it is past its size",
  ignore: IGNORED,
}, async () => {
  await using api = startTicketApi(5);
  const small = (text: string) => text.replace(/SQUASH_BYTES: .*/, 'SQUASH_BYTES: "1"');
  await using place = await ticketForge(["--branch", "data/tickets"], small);
  Object.assign(place.secrets, ticketEnvironment(api));
  const commits: number[] = [];
  for (let run = 0; run < 3; run++) {
    api.put(1, `Ticket, run ${run}`);
    const { conclusion, log } = await runWorkflow(place, "sluice-tickets.yml");
    assert.equal(conclusion, "success", log);
    commits.push(Number(await git(place.repository, "rev-list", "--count", "data/tickets")));
  }
  assert.deepEqual(commits, [1, 1, 1]);
  assert.equal(await git(place.repository, "rev-parse", "--abbrev-ref", "main"), "main");
});

Deno.test({
  name: "deploy github-actions with a binary that is not what was released runs nothing",
  ignore: IGNORED,
}, async () => {
  await using api = startTicketApi(5);
  await using place = await ticketForge([]);
  Object.assign(place.secrets, ticketEnvironment(api));
  await place.release("sluice-linux-x64", "#!/bin/sh\necho taken over\n");
  const { conclusion, steps, log } = await runWorkflow(place, "sluice-tickets.yml");
  assert.equal(conclusion, "failure");
  assert.equal(steps.Load, "skipped");
  assert.equal(steps["Commit to the data branch"], "skipped");
  assert.ok(!log.includes("taken over"));
});
