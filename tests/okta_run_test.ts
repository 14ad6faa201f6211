/**
 * What a run does with cursors, state, rights, limits and faults: one behaviour each.
 * @module
 */
import assert from "assert";
import { join } from "node:path";
import type { RunEvent } from "../mod.ts";
import { type Scene, scene } from "./okta_scene.ts";

const count = (stage: Scene, table: string) => stage.value(`SELECT count(*) FROM ${table}`);

Deno.test("run okta goes on incrementally when only the database file is left", async () => {
  await using stage = await scene();
  await stage.run();
  await Deno.remove(join(stage.folder, ".dlt"), { recursive: true });
  stage.sim.clock.advance(3_600_000);
  stage.sim.mutate({ op: "user.update", id: stage.sim.idOf("user", 4), profile: { title: "Chief" } });
  const { resources } = await stage.run();
  assert.ok(resources.users.rows < 5, `${resources.users.rows} users were read again`);
  assert.equal(
    await stage.value(`SELECT profile__title FROM users WHERE id = '${stage.sim.idOf("user", 4)}'`),
    "Chief",
  );
});

Deno.test("run okta does not move a cursor past what a page limit left out", async () => {
  await using stage = await scene({}, { users: 450 });
  await stage.run({ resources: ["users"], limit: 1 });
  assert.equal(await count(stage, "users"), 200);
  await stage.run({ resources: ["users"] });
  assert.equal(await count(stage, "users"), 450);
});

Deno.test("run okta with fullRefresh reads everything again and drops what is gone", async () => {
  await using stage = await scene();
  await stage.run();
  stage.sim.mutate({ op: "user.deactivate", id: stage.sim.idOf("user", 1) });
  stage.sim.mutate({ op: "user.purge", id: stage.sim.idOf("user", 1) });
  const { resources } = await stage.run({ fullRefresh: true });
  assert.equal(resources.users.rows, 59);
  assert.equal(await count(stage, "users"), 59);
  assert.equal(await count(stage, "system_log"), [...stage.sim.truth("system_log")].length);
});

Deno.test("run okta loads only the resources that are named", async () => {
  await using stage = await scene();
  const { resources } = await stage.run({ resources: ["group_users"] });
  assert.deepEqual(Object.keys(resources), ["group_users"]);
  assert.equal(await count(stage, "group_users"), [...stage.sim.truth("group_users")].length);
  assert.equal(await stage.value("SELECT count(*) FROM sqlite_schema WHERE name = 'groups'"), 0);
});

Deno.test("run okta reads members of all groups when they are first asked for after the groups were read", async () => {
  await using stage = await scene();
  await stage.run({ resources: ["groups"] });
  await stage.run({ resources: ["groups", "group_users"] });
  assert.equal(await count(stage, "group_users"), [...stage.sim.truth("group_users")].length);
});

Deno.test("run okta holds each log event once when the stored position is refused", async () => {
  await using stage = await scene();
  await stage.run({ resources: ["system_log"] });
  stage.sim.mutate({ op: "event.emit", count: 20 });
  stage.sim.mutate({ op: "log.invalidateCursors" });
  stage.sim.clock.advance(60_000);
  const { warnings } = await stage.run({ resources: ["system_log"] });
  assert.ok(warnings.some((each) => each.code === "cursor-refused"));
  assert.equal(await count(stage, "system_log"), [...stage.sim.truth("system_log")].length);
});

Deno.test("run okta holds each log event once when the log delivers some twice", async () => {
  await using stage = await scene();
  stage.sim.switches.duplicateDelivery = true;
  await stage.run({ resources: ["system_log"] });
  assert.equal(await count(stage, "system_log"), [...stage.sim.truth("system_log")].length);
  assert.equal(await stage.value("SELECT count(DISTINCT uuid) - count(*) FROM system_log"), 0);
});

Deno.test("run okta ends although the log grows with every request", async () => {
  await using stage = await scene();
  stage.sim.switches.logTrickle = true;
  await stage.run({ resources: ["system_log"] });
});

Deno.test("run okta derives sessions from the log over several runs", async () => {
  await using stage = await scene();
  await stage.run({ resources: ["sessions"] });
  const sessionId = "102LateSession0000001";
  stage.sim.mutate({ op: "event.emit", eventType: "user.session.start", sessionId });
  stage.sim.clock.advance(60_000);
  const first = await stage.run({ resources: ["sessions"] });
  assert.equal(first.warnings.filter((each) => each.code === "sessions-derived").length, 1);
  assert.equal(await stage.value(`SELECT is_open FROM sessions WHERE id = '${sessionId}'`), 1);
  stage.sim.mutate({ op: "event.emit", eventType: "user.session.end", sessionId });
  stage.sim.clock.advance(60_000);
  await stage.run({ resources: ["sessions"] });
  const { rows } = await stage.pipeline().query(
    `SELECT is_open, started_at IS NULL, ended_at IS NULL FROM sessions WHERE id = '${sessionId}'`,
  );
  assert.deepEqual(rows, [[0, 0, 0]]);
});

Deno.test("run okta looks up single users and sessions by id and says which do not exist", async () => {
  await using stage = await scene();
  const ids = [stage.sim.idOf("user", 2), "00uNobody00000000001"];
  const { warnings } = await stage.run({ resources: ["user", "sessions"] }, {
    "user.ids": ids,
    "sessions.ids": ["102Nothing0000000001"],
  });
  assert.deepEqual((await stage.pipeline().query("SELECT id FROM user")).rows, [[ids[0]]]);
  assert.equal(warnings.filter((each) => each.code === "not-found").length, 2);
});

Deno.test("run okta reads every user singly when user is selected without ids", async () => {
  await using stage = await scene();
  await stage.run({ resources: ["user"] });
  assert.equal(await count(stage, "user"), 60);
});

for (const app of ["serviceApp", "dpopServiceApp"] as const) {
  Deno.test(`run okta signs in as a service app (${app}) and renews its token during the run`, async () => {
    await using stage = await scene();
    stage.sim.switches.tokenLifetimeS = 1;
    const { clientId, privateKeyPem, kid } = stage.sim[app];
    const parameters = { api_token: undefined, client_id: clientId, private_key: privateKeyPem, key_id: kid };
    const { warnings } = await stage.run(
      { resources: ["users", "groups", "group_users", "users_me"] },
      parameters,
    );
    assert.equal(await count(stage, "users"), 60);
    assert.ok(
      warnings.some((each) => each.resource === "users_me"),
      "a service app is nobody, and that is said",
    );
  });
}

Deno.test("run okta reports empty answers of a service app without a role", async () => {
  await using stage = await scene();
  const { clientId, privateKeyPem } = stage.sim.rolelessServiceApp;
  const { warnings } = await stage.run({ resources: ["users", "groups", "apps"] }, {
    api_token: undefined,
    client_id: clientId,
    private_key: privateKeyPem,
  });
  assert.deepEqual(warnings.filter((each) => each.code === "empty").map((each) => each.resource).sort(), [
    "apps",
    "groups",
    "users",
  ]);
});

Deno.test("run okta skips and counts groups and apps that vanish while they are read", async () => {
  await using stage = await scene();
  stage.sim.addFault({ route: "group_users", nth: 2, action: { kind: "error", code: "E0000007" } });
  const { warnings } = await stage.run({ resources: ["groups", "group_users"] });
  assert.match(warnings.find((each) => each.code === "parents-vanished")!.message, /^1 groups vanished/);
});

Deno.test("run okta keeps the rows of a group that it may not read any more", async () => {
  await using stage = await scene();
  await stage.run({ resources: ["groups_assigned_apps"] });
  const before = await count(stage, "groups_assigned_apps");
  stage.sim.addFault({
    route: "groups_assigned_apps",
    count: 0,
    action: { kind: "error", code: "E0000006" },
  });
  const { warnings } = await stage.run({ resources: ["groups_assigned_apps"] });
  assert.equal(await count(stage, "groups_assigned_apps"), before);
  assert.ok(warnings.some((each) => each.code === "not-readable"));
});

Deno.test("run okta reads on with smaller pages when large ones fail", async () => {
  await using stage = await scene({}, { users: 700 });
  stage.sim.addFault({ route: "group_users", limitAbove: 500, action: { kind: "error", code: "E0000009" } });
  await stage.run({ resources: ["group_users"] });
  assert.equal(await count(stage, "group_users"), [...stage.sim.truth("group_users")].length);
});

const PASSING_FAULTS = [
  "empty-body",
  "truncated-json",
  "invalid-utf8",
  "reset-before-headers",
  "reset-mid-body",
] as const;
for (const kind of PASSING_FAULTS) {
  Deno.test(`run okta gets over a passing fault: ${kind}`, async () => {
    await using stage = await scene();
    stage.sim.addFault({ route: "users", nth: 1, count: 1, action: { kind } });
    await stage.run({ resources: ["users"] });
    assert.equal(await count(stage, "users"), 60);
    assert.ok(stage.events.some((event) => event.type === "wait" && event.reason === "retry"));
  });
}

Deno.test("run okta waits for its budget instead of running into the limit", async () => {
  await using stage = await scene({}, { rateLimits: { profile: "tiny", windowMs: 300 } });
  await stage.run({ resources: ["groups", "group_users", "apps"] });
  const { throttled, whileExhausted } = stage.sim.politeness();
  assert.deepEqual({ throttled, whileExhausted }, { throttled: 0, whileExhausted: 0 });
  const wait = stage.events.find((event): event is Extract<RunEvent, { type: "wait" }> =>
    event.type === "wait"
  );
  assert.equal(wait?.reason, "rate-limit");
});

Deno.test("run okta leaves the share of the budget that max_share reserves", async () => {
  await using stage = await scene({}, { rateLimits: { profile: "tiny", windowMs: 300, share: 1 } });
  await stage.run({ resources: ["groups", "group_users"] }, { max_share: 0.5 });
  assert.ok(stage.sim.requests().every((each) => each.remaining === undefined || each.remaining >= 2));
});

Deno.test("run okta keeps client secrets of applications out of tables", async () => {
  await using stage = await scene({}, { data: "hostile" });
  await stage.run({ resources: ["apps", "groups_assigned_apps"] });
  const { columns } = await stage.pipeline().query("SELECT * FROM apps");
  assert.deepEqual(columns.filter((name) => name.includes("secret")), []);
});

Deno.test("run okta refuses a second run of the same pipeline and says who has it", async () => {
  await using stage = await scene();
  stage.sim.addFault({ route: "users", action: { kind: "delay", ms: 150 } });
  const first = stage.run({ resources: ["users"] });
  const second = stage.run({ resources: ["users"] });
  const results = await Promise.allSettled([first, second]);
  const refused = results.filter((each) => each.status === "rejected");
  assert.equal(refused.length, 1);
  assert.equal(refused[0].reason.code, "pipeline-running");
  assert.match(refused[0].reason.message, /in process \d+ on \S+ since \d{4}-/);
});

Deno.test("run okta waits for another run of the same pipeline, as long as it is told", async () => {
  await using stage = await scene();
  await stage.run({ resources: ["users_me"] });
  stage.events.splice(0);
  stage.sim.addFault({ route: "users", action: { kind: "delay", ms: 400 } });
  const first = stage.run({ resources: ["users"] });
  while (!stage.events.some((event) => event.type === "step" && event.step === "extract")) await delay();
  await assert.rejects(stage.run({ resources: ["groups"], waitSeconds: 0.01 }), { code: "pipeline-running" });
  const second = await stage.run({ resources: ["groups"], waitSeconds: Infinity });
  await first;
  assert.deepEqual(second.warnings.map(({ code }) => code), ["pipeline-waits"]);
  assert.match(second.warnings[0]!.message, /in process \d+ on \S+ since/);
  assert.ok(Number(await stage.value("SELECT count(*) FROM groups")) > 0);
});

const delay = () => new Promise((resolve) => setTimeout(resolve, 0));

Deno.test("run okta stopped by its signal leaves the tables as they were", async () => {
  await using stage = await scene();
  await stage.run({ resources: ["users"] });
  const stop = new AbortController();
  stage.sim.addFault({ route: "groups", action: { kind: "hang" } });
  const running = stage.run({ resources: ["groups"], signal: stop.signal });
  stop.abort();
  await assert.rejects(running, { code: "interrupted", exitCode: 130 });
  stage.sim.clearFaults();
  assert.equal(await stage.value("SELECT count(*) FROM sqlite_schema WHERE name = 'groups'"), 0);
  await stage.run({ resources: ["groups"] });
});

Deno.test("run okta keeps all rows when the token's rights vanish and lists come back empty", async () => {
  await using stage = await scene();
  await stage.run();
  const { clientId, privateKeyPem } = stage.sim.rolelessServiceApp;
  const parameters = { api_token: undefined, client_id: clientId, private_key: privateKeyPem };
  const { warnings } = await stage.run({
    fullRefresh: true,
    resources: ["users", "groups", "group_users", "apps", "users_me"],
  }, parameters);
  for (const table of ["users", "groups", "group_users", "apps"] as const) {
    assert.equal(await count(stage, table), [...stage.sim.truth(table)].length, table);
  }
  assert.equal(await count(stage, "users_me"), 1, "a record that may not be read keeps its row");
  assert.ok(warnings.some((each) => each.code === "empty"));
});

for (const days of [-200, 200]) {
  Deno.test(`run okta holds every log event although the server's clock is ${days} days off`, async () => {
    await using stage = await scene({}, { now: Date.now() + days * 86_400_000 });
    await stage.run({ resources: ["system_log"] });
    stage.sim.mutate({ op: "event.emit", count: 1500, spacingMs: 1 });
    stage.sim.clock.advance(60_000);
    await stage.run({ resources: ["system_log"] });
    assert.equal(await count(stage, "system_log"), [...stage.sim.truth("system_log")].length);
  });
}
