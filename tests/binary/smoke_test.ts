/**
 * What a person does with the executable who has nothing else. With `SLUICE_BINARY` it is that file, so that a
 * release is tried on each system as it will be downloaded; without, it is `deno run` of the sources.
 *
 *     SLUICE_BINARY=dist/sluice-linux-x64 deno test -P=test tests/binary/
 *
 * @module
 */
import assert from "assert";
import manifest from "../../deno.json" with { type: "json" };
import { startPokeapi } from "../../simulator/imitations/mod.ts";
import { isBinary, userFolder } from "./executable.ts";
import { startTicketApi, ticketEnvironment, ticketFiles } from "./tickets.ts";

const COUNTS = "SELECT count(*) AS rows, count(DISTINCT id) AS ids FROM tickets";

Deno.test("sluice --version names the version, and with --json what it was made from", async () => {
  await using user = await userFolder();
  const { code, out } = await user.sluice(["--version"]);
  assert.equal(code, 0);
  assert.ok(out === `${manifest.version}\n` || out.startsWith(`${manifest.version} (`), out);
  const version = JSON.parse((await user.sluice(["--version", "--json"])).out);
  assert.equal(version.version, manifest.version);
  assert.equal(version.deno, Deno.version.deno);
  assert.equal(version.standalone, isBinary);
  if (isBinary) assert.match(`${version.commit} ${version.date}`, /^[0-9a-f]{40} \d{4}-\d\d-\d\dT/);
});

Deno.test("sluice --help lists the commands", async () => {
  await using user = await userFolder();
  const { code, out } = await user.sluice(["--help"]);
  assert.equal(code, 0);
  for (const name of ["run", "init", "check", "deploy", "demo"]) {
    assert.match(out, new RegExp(`^  ${name} `, "m"));
  }
});

Deno.test("sluice demo loads an organisation and shows it", async () => {
  await using user = await userFolder();
  const { code, out, err } = await user.sluice(["demo", "--users", "30"]);
  assert.equal(code, 0, err);
  assert.match(out, /is LOADED and contains no failed jobs/);
  assert.match(out, /│ users +│ +30 │/);
});

Deno.test("sluice init, check and run lead from nothing to tables", async () => {
  await using api = await startPokeapi();
  await using user = await userFolder();
  const options = ["--base-url", api.baseUrl, "--auth", "none", "--path", "pokemon", "--yes"];
  for (const args of [["init", "pokemon", ...options], ["check", "./pokemon.ts"], ["run", "./pokemon.ts"]]) {
    const { code, err } = await user.sluice(args);
    assert.equal(code, 0, `${args[0]}: ${err}`);
  }
  assert.deepEqual(await user.rows("SELECT count(*) AS rows FROM pokemon"), [{
    rows: api.truth.pokemon.length,
  }]);
});

Deno.test("sluice run of a user's module goes on where the last run ended", async () => {
  await using api = startTicketApi(25);
  await using user = await userFolder(ticketFiles);
  const env = ticketEnvironment(api);
  const first = await user.sluice(["run", "./tickets.ts"], env);
  assert.equal(first.code, 0, first.err);
  assert.deepEqual(await user.rows(COUNTS), [{ rows: 25, ids: 25 }]);
  api.put(3, "Ticket 3 again");
  api.put(26, "Ticket 26");
  api.seen.length = 0;
  assert.equal((await user.sluice(["run", "./tickets.ts"], env)).code, 0);
  assert.equal(api.seen.length, 1, "only what changed was asked for");
  assert.deepEqual(await user.rows(COUNTS), [{ rows: 26, ids: 26 }]);
  assert.deepEqual(await user.rows("SELECT loud FROM tickets WHERE id = 3"), [{ loud: "TICKET 3 AGAIN" }]);
});

Deno.test("sluice run stopped by Ctrl-C and run again has every row once", async () => {
  await using api = startTicketApi(45);
  await using user = await userFolder(ticketFiles);
  const env = ticketEnvironment(api);
  const asked = api.hold(3);
  const stopped = user.command(["run", "./tickets.ts"], env).spawn();
  await asked;
  stopped.kill("SIGINT");
  const { code } = await stopped.output();
  api.release();
  // Windows ends a process in place of asking it to stop.
  if (Deno.build.os !== "windows") assert.equal(code, 130);
  const again = await user.sluice(["run", "./tickets.ts"], env);
  assert.equal(again.code, 0, again.err);
  assert.deepEqual(await user.rows(COUNTS), [{ rows: 45, ids: 45 }]);
});

Deno.test("sluice run with a wrong token says so, without the token", async () => {
  await using api = startTicketApi(5);
  await using user = await userFolder(ticketFiles);
  const token = "tk-not-the-right-one";
  const { code, out, err } = await user.sluice(["run", "./tickets.ts"], ticketEnvironment({ ...api, token }));
  assert.equal(code, 3);
  assert.match(err, /Cannot read "tickets": server answered 401/);
  assert.ok(!(out + err).includes(token));
});

for (
  const [what, code, said] of [
    ["a package that is nowhere", 'import "sluice-no-such-package";', /sluice-no-such-package/],
    ["a file that is not there", 'import "./nowhere.ts";', /nowhere\.ts/],
    ["what the library has not", 'import { nothing } from "@sluice/sluice"; nothing();', /nothing/],
    ["an error in its text", "export default {", /module|expected|Unexpected/i],
  ] as const
) {
  Deno.test(`sluice run of a module with ${what} says what is wrong and what to do`, async () => {
    await using user = await userFolder({ "odd.ts": code });
    const result = await user.sluice(["run", "./odd.ts"]);
    assert.equal(result.code, 2, result.err);
    assert.match(result.err, /^Cannot load "\.\/odd\.ts": /);
    assert.match(result.err, said);
    assert.match(result.err, /^ *next: /m);
  });
}
