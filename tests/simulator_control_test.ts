/**
 * The control plane of the Okta simulator, and the object that does the same in process (12.9).
 *
 * @module
 */

import assert from "assert";
import { startOktaSimulator } from "../simulator/okta/mod.ts";
import { idsOf, Visitor } from "../simulator/visitor.ts";

const NOW = Date.UTC(2026, 2, 4, 5, 6, 7);

Deno.test("control plane tells the truth as JSON lines, equal to what the API lists", async (t) => {
  await using sim = await startOktaSimulator({ users: 60, now: { at: NOW, frozen: true } });
  const visitor = new Visitor(sim);
  const { body } = await visitor.visit("/__sim/truth", { authorization: "" });
  assert.equal(body.resources.length, 9);
  for (const resource of body.resources) {
    await t.step(resource, async () => {
      const { text, headers } = await visitor.visit(`/__sim/truth/${resource}`, { authorization: "" });
      assert.equal(headers.get("content-type"), "application/x-ndjson");
      assert.equal(text, [...sim.truthLines(resource)].map((line) => `${line}\n`).join(""));
    });
  }
  const unknown = await visitor.visit("/__sim/truth/nothing");
  assert.deepEqual([unknown.status, unknown.body.error.slice(0, 34)], [
    400,
    'Cannot tell the truth about "nothi',
  ]);
});

Deno.test("truth of every resource equals what the API lists", async (t) => {
  await using sim = await startOktaSimulator({ users: 300, now: { at: NOW, frozen: true } });
  const visitor = new Visitor(sim);
  const walk = async (path: string) => (await visitor.walk(`/api/v1${path}`)).records;
  await t.step(
    "groups",
    async () => assert.deepEqual(await walk("/groups?limit=7"), [...sim.truth("groups")]),
  );
  await t.step("apps", async () => assert.deepEqual(await walk("/apps?limit=7"), [...sim.truth("apps")]));
  const children = [
    ["group_users", "groups", "users?limit=90", "groupId"],
    ["groups_assigned_apps", "groups", "apps?limit=3", "groupId"],
    ["apps_assigned", "apps", "users?limit=90", "appId"],
  ] as const;
  for (const [resource, parent, path, key] of children) {
    await t.step(resource, async () => {
      const found = [];
      for (const id of idsOf(sim.truth(parent))) {
        for (const record of await walk(`/${parent}/${id}/${path}`)) found.push({ ...record, [key]: id });
      }
      assert.deepEqual(found, [...sim.truth(resource)]);
    });
  }
});

Deno.test("control plane mutates, injects faults, moves the clock, switches, records and resets", async () => {
  await using sim = await startOktaSimulator({ users: 20, now: { at: NOW, frozen: true } });
  const visitor = new Visitor(sim);
  const post = (path: string, value: unknown) =>
    visitor.visit(`/__sim/${path}`, { method: "POST", authorization: "", body: JSON.stringify(value) });
  const { body: { id } } = await post("mutate", { op: "user.create", profile: { title: "Guest" } });
  assert.equal((await visitor.visit(`/api/v1/users/${id}`)).body.profile.title, "Guest");
  assert.equal((await post("mutate", { op: "user.update", id: "nobody", profile: {} })).status, 400);
  assert.match(
    (await post("mutate", { op: "user.explode" })).body.error,
    /known operations are user.create/,
  );
  await post("faults", [{ route: "users", action: { kind: "error", code: "E0000009" } }]);
  assert.equal((await visitor.visit("/api/v1/users")).status, 500);
  await post("faults", { route: "users", count: 0, action: { kind: "error", code: "E0000009" } });
  await visitor.visit("/__sim/faults", { method: "DELETE" });
  assert.equal((await visitor.visit("/api/v1/users")).status, 200);
  assert.equal((await post("clock", { advanceMs: 5000 })).body.now, NOW + 5000);
  assert.equal((await post("switches", { overMaxLimit: "reject" })).body.overMaxLimit, "reject");
  assert.equal((await visitor.visit("/api/v1/users?limit=999")).status, 400);
  const records = (await visitor.visit("/__sim/requests")).text.trim().split("\n").map((line) =>
    JSON.parse(line)
  );
  assert.deepEqual(records.map(({ route, status }) => [route, status]), [
    ["user", 200],
    ["users", 500],
    ["users", 200],
    ["users", 400],
  ]);
  assert.equal((await visitor.visit("/__sim/politeness")).body.requests, 4);
  await post("reset", { seed: 9, users: 12 });
  const users = await visitor.visit("/api/v1/users");
  assert.equal(users.status, 200, "the token of the new organisation is the simulator's token now");
  assert.equal([...sim.truth("users")].length, 12);
  assert.equal((await visitor.visit("/__sim/nothing")).status, 404);
});

Deno.test("root page says what this is and which token to use", async () => {
  await using sim = await startOktaSimulator({ users: 20, now: NOW });
  const { status, text } = await new Visitor(sim).visit("/", { authorization: "" });
  assert.equal(status, 200);
  assert.ok(text.includes(sim.token) && text.includes("curl") && text.includes("20 users"));
});

Deno.test("history of the log keeps its texts when things are renamed", async () => {
  await using sim = await startOktaSimulator({
    users: 30,
    now: { at: NOW, frozen: true },
    switches: { mutationsEmitEvents: false },
  });
  const before = [...sim.truthLines("system_log")];
  for (let index = 0; index < 8; index++) {
    sim.mutate({
      op: "user.update",
      id: sim.idOf("user", index),
      profile: { login: `new${index}@example.com` },
    });
    sim.mutate({ op: "user.deactivate", id: sim.idOf("user", index) });
    sim.mutate({ op: "group.update", id: sim.idOf("group", index), profile: { name: `Renamed ${index}` } });
  }
  assert.deepEqual([...sim.truthLines("system_log")], before);
});
