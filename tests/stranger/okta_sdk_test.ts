/**
 * A stranger reads the simulator: the official Okta SDK for Node, which knows nothing of this project, must find
 * in it what the simulator says is there, with every way of signing in.
 *
 * Long, and in need of npm: it runs only with `SLUICE_STRANGER=1`.
 *
 * @module
 */

import assert from "assert";
import { fileURLToPath } from "node:url";
import { type OktaSimulator, startOktaSimulator } from "../../simulator/okta/mod.ts";
import { idsOf } from "../../simulator/visitor.ts";

const SDK = "@okta/okta-sdk-nodejs@8.1.0";
const SCRIPT = fileURLToPath(new URL("./okta_sdk.cjs", import.meta.url));
const isIgnored = Deno.env.get("SLUICE_STRANGER") !== "1";
// In the name, because a quiet run prints nothing else of an ignored test.
const reason = isIgnored ? " (skipped: installs the SDK with npm; set SLUICE_STRANGER=1)" : "";

async function run(command: string, args: string[], options: { cwd: string; env?: Record<string, string> }) {
  const output = await new Deno.Command(command, { args, ...options }).output();
  const decoder = new TextDecoder();
  assert.ok(output.success, `${command} failed: ${decoder.decode(output.stderr)}`);
  return decoder.decode(output.stdout);
}

/** What the SDK should find. */
function expectation(sim: OktaSimulator) {
  const ids = (resource: Parameters<OktaSimulator["truth"]>[0]) => idsOf(sim.truth(resource));
  const pairs = (resource: "group_users" | "groups_assigned_apps" | "apps_assigned") =>
    [...sim.truth(resource)].map((record) => `${record.groupId ?? record.appId} ${record.id}`);
  const users = [...sim.truth("users")];
  const profile = users[1].profile as { login: string; skills: string[] };
  return {
    searched: ids("users"),
    filtered: ids("users"),
    present: idsOf(users.filter(({ status }) => status !== "DEPROVISIONED")),
    groups: ids("groups"),
    apps: ids("apps"),
    group_users: pairs("group_users"),
    apps_assigned: pairs("apps_assigned"),
    groups_assigned_apps: pairs("groups_assigned_apps"),
    system_log: ids("system_log").sort(),
    user: [users[1].id, profile.login, profile.skills],
  };
}

Deno.test(
  { name: `official Okta SDK reads the simulator as its truth says${reason}`, ignore: isIgnored },
  async (t) => {
    const folder = await Deno.makeTempDir({ prefix: "sluice-stranger-" });
    try {
      await Deno.writeTextFile(`${folder}/package.json`, '{"private":true}');
      await run("npm", ["install", "--no-audit", "--no-fund", "--loglevel=error", SDK], { cwd: folder });
      await using sim = await startOktaSimulator({ users: 220, events: 900 });
      const scopes = sim.serviceApp.scopes.join(" ");
      const byKey = (app: OktaSimulator["serviceApp"], privateKey: string) => ({
        authorizationMode: "PrivateKey",
        clientId: app.clientId,
        keyId: app.kid,
        scopes,
        privateKey,
      });
      const { serviceApp, dpopServiceApp } = sim;
      const cases: [string, Record<string, unknown>, string][] = [
        ["API token", { token: sim.token }, "ssws:readonly"],
        ["private key as PEM", byKey(serviceApp, serviceApp.privateKeyPem), `oauth:${serviceApp.clientId}`],
        [
          "private key as JWK",
          byKey(serviceApp, JSON.stringify(serviceApp.privateKeyJwk)),
          `oauth:${serviceApp.clientId}`,
        ],
        [
          "private key with DPoP",
          byKey(dpopServiceApp, dpopServiceApp.privateKeyPem),
          `oauth:${dpopServiceApp.clientId}`,
        ],
      ];
      for (const [name, client, credential] of cases) {
        await t.step(name, async () => {
          sim.clearRequests();
          const env = { SETTINGS: JSON.stringify({ orgUrl: sim.url, ...client }) };
          const found = JSON.parse(await run("node", [SCRIPT], { cwd: folder, env }));
          found.system_log.sort();
          assert.deepEqual(found, expectation(sim));
          const used = new Set(
            sim.requests().filter(({ route }) => route !== "token").map((record) => record.credential),
          );
          assert.deepEqual([...used], [credential]);
        });
      }
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
);
