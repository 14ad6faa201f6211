/**
 * What the Okta simulator's organisation looks like: sizes, statuses, dates, and hostile values (S-80 to S-91).
 *
 * @module
 */

import assert from "assert";
import { startOktaSimulator } from "../simulator/okta/mod.ts";
import { ODD_EMPTIES, ODD_NAMES, ODD_NUMBERS, ODD_TEXTS } from "../simulator/okta/odd_values.ts";
import { idsOf, query, Visitor } from "../simulator/visitor.ts";

const NOW = Date.UTC(2026, 2, 4, 5, 6, 7);

// deno-lint-ignore no-explicit-any -- odd records have odd shapes
type Odd = any;

function hostile(options: Parameters<typeof startOktaSimulator>[0] = {}) {
  return startOktaSimulator({ users: 300, data: "hostile", now: { at: NOW, frozen: true }, ...options });
}

Deno.test("S-80 organisation has the shape of its size", async (t) => {
  for (const [users, groups, apps] of [[10, 8, 6], [500, 60, 40], [1000, 60, 40]]) {
    await t.step(`${users} users`, async () => {
      await using sim = await startOktaSimulator({ users, events: 0, now: NOW });
      assert.equal([...sim.truth("users")].length, users);
      assert.equal([...sim.truth("groups")].length, groups);
      assert.equal([...sim.truth("apps")].length, apps);
    });
  }
  await using sim = await startOktaSimulator({ users: 5000, groups: 300, apps: 100, events: 0, now: NOW });
  const sizes = new Map(idsOf(sim.truth("groups")).map((id) => [id, 0]));
  for (const { groupId } of sim.truth("group_users")) {
    sizes.set(String(groupId), sizes.get(String(groupId))! + 1);
  }
  const ordered = [...sizes.values()].sort((a, b) => a - b);
  const empty = ordered.filter((size) => size === 0).length / ordered.length;
  assert.ok(empty > 0.2 && empty < 0.4, `${empty} of the groups are empty`);
  assert.ok(ordered[150] >= 4 && ordered[150] <= 30, `median is ${ordered[150]}`);
  assert.ok(ordered.at(-1)! > 3500 && ordered.at(-2)! >= 1000, "Everyone, then every 25th group");
  const types = Map.groupBy(sim.truth("groups"), ({ type }) => type);
  assert.deepEqual([...types.keys()].sort(), ["APP_GROUP", "BUILT_IN", "OKTA_GROUP"]);
  assert.ok((types.get("APP_GROUP") as Odd[]).every(({ profile }) => profile.objectSid && profile.dn));
  assert.ok((types.get("OKTA_GROUP") as Odd[]).some(({ profile }) => profile.owner));
});

Deno.test("S-80 applications are empty, small or for everybody", async () => {
  await using sim = await startOktaSimulator({ users: 2000, apps: 100, groups: 200, events: 0, now: NOW });
  const counts = new Map(idsOf(sim.truth("apps")).map((id) => [id, 0]));
  for (const { appId } of sim.truth("apps_assigned")) {
    counts.set(String(appId), counts.get(String(appId))! + 1);
  }
  const sizes = [...counts.values()];
  const share = (test: (size: number) => boolean) => sizes.filter(test).length / sizes.length;
  assert.ok(Math.abs(share((size) => size === 0) - 0.2) < 0.06);
  assert.ok(share((size) => size > 0 && size < 400) > 0.55);
  assert.ok(share((size) => size > 1000) >= 0.1);
});

Deno.test("S-80 a million users are listed from any place without being held", async () => {
  await using sim = await startOktaSimulator({ users: 1_000_000, now: NOW });
  const visitor = new Visitor(sim);
  const id = sim.idOf("user", 999_999);
  assert.equal((await visitor.visit(`/api/v1/users/${id}`)).body.id, id);
  const filter = query({ filter: 'lastUpdated gt "2026-02-28T23:50:00.000Z"' });
  const started = performance.now();
  const { records } = await visitor.walk(`/api/v1/users?${filter}`);
  assert.ok(records.length > 0 && records.length < 2000);
  assert.ok(performance.now() - started < 5000);
});

Deno.test("S-81 statuses are spread as in the reference and bulk imports share one lastUpdated", async () => {
  await using sim = await startOktaSimulator({ users: 4000, events: 0, now: NOW });
  const users = [...sim.truth("users")] as Odd[];
  const shares = { ACTIVE: 0.7, DEPROVISIONED: 0.18, PROVISIONED: 0.04, STAGED: 0.03, SUSPENDED: 0.02 };
  for (const [status, expected] of Object.entries(shares)) {
    const actual = users.filter((user) => user.status === status).length / users.length;
    assert.ok(Math.abs(actual - expected) < 0.02, `${status} is ${actual}`);
  }
  for (const status of ["LOCKED_OUT", "PASSWORD_EXPIRED", "RECOVERY"]) {
    assert.ok(users.some((user) => user.status === status), status);
  }
  const ties = [...Map.groupBy(users, ({ lastUpdated }) => lastUpdated).values()].map(({ length }) => length);
  assert.ok(Math.max(...ties) > 200, "more than a page");
  assert.ok(
    users.every(({ created, lastUpdated }) => created <= lastUpdated && Date.parse(lastUpdated) < NOW),
  );
  assert.ok(users.every(({ lastUpdated }) => lastUpdated.endsWith(".000Z")));
});

Deno.test("plain users have about 1 to 1.5 KB and a nested profile with custom attributes", async () => {
  await using sim = await startOktaSimulator({ users: 500, events: 50, now: NOW });
  const lines = [...sim.truthLines("users")];
  const size = lines.join("").length / lines.length;
  assert.ok(size > 1000 && size < 1500, `${size}`);
  const { profile } = JSON.parse(lines[1]);
  assert.ok(Array.isArray(profile.skills) && Number.isInteger(profile.badgeNumber));
  assert.equal(typeof profile.isContractor, "boolean");
  assert.ok(Object.keys(profile).length >= 20);
  const events = [...sim.truthLines("system_log")];
  const bytes = events.join("").length / events.length;
  assert.ok(bytes > 1500 && bytes < 2500, `${bytes}`);
});

Deno.test("S-82 hostile texts arrive as they are, surrogates and long ones included", async () => {
  await using sim = await hostile();
  const { records } = await new Visitor(sim).walk(
    `/api/v1/users?${query({ search: "status pr", limit: 50 })}`,
  );
  const users = records as Odd[];
  assert.deepEqual(new Set(users.map(({ profile }) => profile.oddText)), new Set(ODD_TEXTS));
  assert.ok(users.some(({ profile }) => profile.emoji?.includes("\ud800 end")));
  assert.ok(users.some(({ profile }) => profile.emoji?.includes("\u{1f98a}")));
  assert.ok(
    users.some(({ profile }) => new TextEncoder().encode(profile.postalAddress ?? "").length === 4097),
  );
  assert.ok(users.some(({ profile }) => profile.streetAddress?.length === 1024));
  const events = [...sim.truth("system_log")] as Odd[];
  assert.ok(events.some(({ debugContext }) => debugContext.debugData.large?.length === 100_000));
});

Deno.test("S-83 hostile numbers keep every digit on the wire", async () => {
  await using sim = await hostile();
  const { text } = await new Visitor(sim).visit(`/api/v1/users?${query({ search: "status pr" })}`);
  for (const number of ODD_NUMBERS) assert.ok(text.includes(`"oddNumber":${number},`), number);
  const logs = await new Visitor(sim).visit("/api/v1/logs?limit=1000&since=2026-01-01T00:00:00.000Z");
  for (const number of ODD_NUMBERS) assert.ok(logs.text.includes(`"oddNumber":${number}`), number);
  sim.mutate({ op: "user.update", id: sim.idOf("user", 4), profile: { title: "Changed" } });
  const changed = [...sim.truthLines("users")][4];
  assert.ok(changed.includes('"oddNumber":9007199254740993,') && changed.includes('"title":"Changed"'));
});

Deno.test("S-84 hostile records are null, absent and empty in every way", async () => {
  await using sim = await hostile();
  const users = [...sim.truth("users")] as Odd[];
  const shapes = new Set(users.map(({ profile }) => JSON.stringify(profile.oddEmpty)));
  assert.deepEqual(shapes, new Set(ODD_EMPTIES.map((value) => JSON.stringify(value))));
  const apps = [...sim.truth("apps")] as Odd[];
  assert.ok(apps.some(({ credentials }) => JSON.stringify(credentials.signing) === "{}"));
  const targets = ([...sim.truth("system_log")] as Odd[]).map(({ target }) => target);
  assert.ok(targets.some((target) => target === null) && targets.some((target) => target?.length === 0));
  assert.ok(
    users.some((user) => !Object.hasOwn(user, "activated")) &&
      users.some(({ activated }) => activated === null),
  );
});

Deno.test("S-85 hostile values change their type between records and runs", async () => {
  await using sim = await hostile({ users: 900 });
  const users = [...sim.truth("users")] as Odd[];
  const kinds = new Set(
    users.map(({ profile }) => Array.isArray(profile.drifting) ? "array" : typeof profile.drifting),
  );
  assert.deepEqual(kinds, new Set(["string", "number", "array", "boolean"]));
  assert.deepEqual(new Set(users.map(({ profile }) => profile.flag)), new Set(["true", true]));
  const events = [...sim.truth("system_log")] as Odd[];
  assert.deepEqual(new Set(events.map(({ version }) => version)), new Set(["0", 0]));
  const codes = new Set(events.map(({ client }) => typeof client.geographicalContext?.postalCode));
  assert.deepEqual(codes, new Set(["string", "number", "undefined"]));
  const dates = users.map(({ passwordChanged, lastLogin }) => `${passwordChanged} ${lastLogin}`).join();
  for (const part of ["07:08:09Z", "+00:00", "0001-01-01", "9999-12-31"]) {
    assert.ok(dates.includes(part), part);
  }
  sim.switches.schemaGeneration = 1;
  const [next] = [...sim.truth("users")] as Odd[];
  assert.notEqual(typeof next.profile.drifting, typeof users[0].profile.drifting);
});

Deno.test("S-86 hostile schema drifts and uses every awkward name", async () => {
  await using sim = await hostile();
  const [first, , , fourth] = [...sim.truth("users")] as Odd[];
  for (const name of ODD_NAMES) assert.ok(Object.hasOwn(first.profile, name), name);
  assert.ok(Object.hasOwn(first.profile, "costCenter") && Object.hasOwn(first.profile, "costcenter"));
  assert.ok(!Object.hasOwn(first, "newTopLevel") && Object.hasOwn(fourth, "newTopLevel"));
  sim.switches.schemaGeneration = 1;
  const [later] = [...sim.truth("users")] as Odd[];
  assert.ok(Object.hasOwn(first.profile, "removedLater") && !Object.hasOwn(later.profile, "removedLater"));
  assert.ok(Object.hasOwn(later.profile, "addedInGeneration1"));
  sim.mutate({ op: "user.update", id: later.id, profile: { title: "x" } });
  const changed = [...sim.truth("users")][0] as Odd;
  assert.ok(Object.hasOwn(changed.profile, "__proto__"), "names survive a change");
});

Deno.test("S-87 hostile statuses, modes and results include unknown ones", async () => {
  await using sim = await hostile({ apps: 30 });
  const has = (resource: "users" | "apps" | "system_log", test: (row: Odd) => boolean) =>
    [...sim.truth(resource)].some(test);
  assert.ok(has("users", ({ status }) => status === "NEW_STATUS"));
  assert.ok(has("apps", ({ status }) => status === "NEW_APP_STATUS"));
  assert.ok(has("apps", ({ signOnMode }) => signOnMode === "NEW_SIGN_ON_MODE"));
  assert.ok(has("system_log", ({ outcome }) => outcome.result === "NEW_RESULT"));
  const single = await new Visitor(sim).visit(`/api/v1/users/${sim.idOf("user", 100)}`);
  assert.deepEqual([single.status, single.body.status], [200, "NEW_STATUS"]);
});

Deno.test("S-88 hostile ids differ only in letter case", async () => {
  await using sim = await hostile();
  for (const resource of ["users", "groups", "apps"] as const) {
    const ids = idsOf(sim.truth(resource));
    assert.equal(new Set(ids).size, ids.length);
    if (ids.length > 36) assert.ok(new Set(ids.map((id) => id.toLowerCase())).size < ids.length, resource);
  }
  const { body } = await new Visitor(sim).visit(`/api/v1/users/${sim.idOf("user", 36)}`);
  assert.equal(body.id, sim.idOf("user", 36));
});

Deno.test("S-89 secrets are present so that redaction can be asserted", async () => {
  await using sim = await startOktaSimulator({ users: 100, now: NOW });
  const apps = [...sim.truth("apps")] as Odd[];
  assert.ok(
    apps.some(({ credentials }) =>
      credentials.oauthClient?.client_secret.startsWith("CANARY-client-secret-")
    ),
  );
  const users = [...sim.truth("users")] as Odd[];
  assert.ok(users.some(({ credentials }) => credentials.recovery_question?.question));
});

Deno.test("S-90 hostile records are wide", async () => {
  await using sim = await hostile({ groups: 1010, apps: 60, users: 200 });
  const users = [...sim.truth("users")] as Odd[];
  assert.ok(users.some(({ profile }) => Object.keys(profile).length > 320));
  const app = ([...sim.truth("apps")] as Odd[]).find(({ settings }) =>
    settings.signOn?.acsEndpoints?.length === 100
  )!;
  assert.equal(app.settings.signOn.attributeStatements.length, 200);
  const visitor = new Visitor(sim);
  const own = await visitor.walk(`/api/v1/users/${sim.idOf("user", 1)}/groups`);
  assert.ok(own.records.length >= 1000);
  const apps = await visitor.walk(`/api/v1/groups/${sim.idOf("group", 1)}/apps`);
  assert.equal(apps.records.length, 60);
});

Deno.test("S-90 a group can have a thousand applications", async () => {
  await using sim = await hostile({ groups: 5, apps: 1000, users: 10, events: 0 });
  const { records } = await new Visitor(sim).walk(`/api/v1/groups/${sim.idOf("group", 1)}/apps?limit=200`);
  assert.equal(records.length, 1000);
});

Deno.test("S-91 hostile names collide after snake case", async () => {
  await using sim = await hostile();
  const [{ profile }] = [...sim.truth("users")] as Odd[];
  for (const name of ["firstName", "first_name", "FirstName"]) assert.ok(Object.hasOwn(profile, name), name);
});
