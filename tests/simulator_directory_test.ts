/**
 * Users, groups and applications of the Okta simulator: filters, dates, memberships, assignments (S-30 to S-40).
 *
 * @module
 */

import assert from "assert";
import { type OktaSimulator, startOktaSimulator } from "../simulator/okta/mod.ts";
import { parseFilter } from "../simulator/okta/filter.ts";
import { idsOf, query, Visitor } from "../simulator/visitor.ts";

const NOW = Date.UTC(2026, 2, 4, 5, 6, 7);

type Row = Record<string, unknown>;

function rows(sim: OktaSimulator, resource: Parameters<OktaSimulator["truth"]>[0]): Row[] {
  return [...sim.truth(resource)];
}

function userOf(sim: OktaSimulator, id: string): Row {
  return rows(sim, "users").find((user) => user.id === id)!;
}

Deno.test("S-30 plain and q lists hide deprovisioned users, filter and search show them", async () => {
  await using sim = await startOktaSimulator({ users: 200, now: NOW });
  const visitor = new Visitor(sim);
  const all = rows(sim, "users");
  const present = all.filter(({ status }) => status !== "DEPROVISIONED");
  assert.ok(present.length < all.length);
  assert.deepEqual(idsOf((await visitor.walk("/api/v1/users")).records), idsOf(present));
  const search = await visitor.walk(`/api/v1/users?${query({ search: "status pr", limit: 50 })}`);
  assert.deepEqual(search.records, all);
  const filter = await visitor.walk(
    `/api/v1/users?${query({ filter: 'lastUpdated gt "1970-01-01T00:00:00.000Z"' })}`,
  );
  assert.deepEqual(filter.records, all);
  const gone = all.find(({ status }) => status === "DEPROVISIONED")!.profile as Row;
  const found = await visitor.visit(`/api/v1/users?${query({ q: String(gone.email) })}`);
  assert.deepEqual(found.body, []);
});

Deno.test("S-31 filters select what they say", async (t) => {
  await using sim = await startOktaSimulator({ users: 300, now: NOW });
  const visitor = new Visitor(sim);
  const [users, groups, apps] = [rows(sim, "users"), rows(sim, "groups"), rows(sim, "apps")];
  const t0 = String(users[50].lastUpdated);
  const g0 = String(groups[5].lastMembershipUpdated);
  const profile = (user: Row) => user.profile as Record<string, string>;
  const login = profile(users[7]).login;
  const cases: [string, Record<string, string>, Row[]][] = [
    ["users", { filter: `lastUpdated gt "${t0}"` }, users.filter((user) => String(user.lastUpdated) > t0)],
    ["users", { filter: `lastUpdated ge "${t0}"` }, users.filter((user) => String(user.lastUpdated) >= t0)],
    ["users", { filter: `profile.login eq "${login}"` }, [users[7]]],
    [
      "users",
      { filter: `status EQ "STAGED" OR status eq "RECOVERY"` },
      users.filter(({ status }) => status === "STAGED" || status === "RECOVERY"),
    ],
    [
      "users",
      { filter: `status eq "STAGED" or status eq "ACTIVE" and lastUpdated lt "${t0}"` },
      users.filter((user) =>
        user.status === "STAGED" || user.status === "ACTIVE" && String(user.lastUpdated) < t0
      ),
    ],
    [
      "users",
      { filter: `(status eq "STAGED" or status eq "ACTIVE") and lastUpdated le "${t0}"` },
      users.filter((user) =>
        ["STAGED", "ACTIVE"].includes(String(user.status)) && String(user.lastUpdated) <= t0
      ),
    ],
    [
      "users",
      { search: `profile.department eq "r&d"` },
      users.filter((user) => profile(user).department === "R&D"),
    ],
    [
      "users",
      { search: `profile.email co "MAYA"` },
      users.filter((user) => profile(user).email.includes("maya")),
    ],
    [
      "users",
      { search: `profile.skills eq "sql"` },
      users.filter((user) => profile(user).skills.includes("sql")),
    ],
    [
      "users",
      { search: "profile.badgeNumber ge 50000 and profile.isContractor eq true" },
      users.filter((user) => {
        return Number(profile(user).badgeNumber) >= 50000 && String(profile(user).isContractor) === "true";
      }),
    ],
    ["groups", { filter: `type eq "BUILT_IN"` }, groups.filter(({ type }) => type === "BUILT_IN")],
    [
      "groups",
      { filter: `lastUpdated gt "${g0}" or lastMembershipUpdated gt "${g0}"` },
      groups.filter((group) => String(group.lastUpdated) > g0 || String(group.lastMembershipUpdated) > g0),
    ],
    [
      "groups",
      { search: `profile.name sw "sales"` },
      groups.filter((group) => profile(group).name.startsWith("Sales")),
    ],
    ["apps", { filter: `status eq "INACTIVE"` }, apps.filter(({ status }) => status === "INACTIVE")],
    ["apps", { filter: `name eq "oidc_client"` }, apps.filter(({ name }) => name === "oidc_client")],
  ];
  for (const [list, parameters, expected] of cases) {
    await t.step(`${list} ${Object.values(parameters)[0]}`, async () => {
      assert.ok(expected.length > 0, "the case must select something");
      const { records } = await visitor.walk(`/api/v1/${list}?${query({ ...parameters, limit: 50 })}`);
      assert.deepEqual(idsOf(records), idsOf(expected));
    });
  }
});

Deno.test("S-31 filters outside the subset of an endpoint are refused", async (t) => {
  await using sim = await startOktaSimulator({ users: 20, now: NOW });
  const visitor = new Visitor(sim);
  const cases: [string, Record<string, string>, string, RegExp?][] = [
    ["users", { filter: 'status ne "ACTIVE"' }, "E0000031", /Unsupported operator for property status: ne/],
    ["users", { filter: 'not (status eq "ACTIVE")' }, "E0000031", /not/],
    ["users", { filter: 'Status eq "ACTIVE"' }, "E0000031", /Invalid property: Status/],
    ["users", { filter: "status eq ACTIVE" }, "E0000031", /double quotes/],
    ["users", { filter: "lastUpdated gt 2026-01-01T00:00:00.000Z" }, "E0000031", /double quotes/],
    ["users", { filter: 'lastUpdated gt "yesterday"' }, "E0000031", /Invalid date/],
    ["users", { filter: '(status eq "ACTIVE"' }, "E0000031", /parenthesis/],
    ["users", { filter: 'status eq "ACTIVE" and' }, "E0000031", /end of expression/],
    ["users", { filter: 'status like "A"' }, "E0000031", /operator/],
    ["users", { filter: 'status eq "ACTIVE' }, "E0000031", /Unterminated/],
    ["users", { search: 'status ne "ACTIVE"' }, "E0000031", /ne/],
    ["users", { search: 'profile.city co "Os"' }, "E0000031", /co/],
    ["users", { search: "status pr", filter: "status pr" }, "E0000033"],
    ["groups", { filter: 'lastUpdated ge "2026-01-01T00:00:00.000Z"' }, "E0000031", /ge/],
    [
      "apps",
      { filter: 'lastUpdated gt "2026-01-01T00:00:00.000Z"' },
      "E0000031",
      /Invalid property: lastUpdated/,
    ],
    ["apps", { filter: 'status eq "ACTIVE" and name eq "x"' }, "E0000031", /too many/],
  ];
  for (const [list, parameters, code, cause] of cases) {
    await t.step(`${list} ${Object.values(parameters)[0]}`, async () => {
      const { status, body } = await visitor.visit(`/api/v1/${list}?${query(parameters)}`);
      assert.deepEqual([status, body.errorCode], [400, code]);
      if (cause) assert.match(body.errorCauses[0].errorSummary, cause);
    });
  }
});

Deno.test("S-31 parseFilter unescapes quotes and backslashes and binds and before or", () => {
  const filter = parseFilter(String.raw`a eq "say \"hi\" \\ bye" or b pr and not (c eq 1)`);
  assert.deepEqual(filter, {
    kind: "or",
    parts: [
      { kind: "compare", attribute: "a", operator: "eq", value: String.raw`say "hi" \ bye` },
      {
        kind: "and",
        parts: [
          { kind: "compare", attribute: "b", operator: "pr" },
          { kind: "not", part: { kind: "compare", attribute: "c", operator: "eq", value: 1 } },
        ],
      },
    ],
  });
});

Deno.test("S-32 search lags behind changes, filter does not unless switched, and holes lag longer", async () => {
  await using sim = await startOktaSimulator({
    users: 30,
    now: { at: NOW, frozen: true },
    switches: { searchLagMs: 5000 },
  });
  const visitor = new Visitor(sim);
  const id = sim.mutate({ op: "user.create", status: "ACTIVE" }).id!;
  const searched = async () =>
    idsOf((await visitor.walk(`/api/v1/users?${query({ search: "status pr" })}`)).records);
  const filter = query({ filter: 'lastUpdated gt "1970-01-01T00:00:00.000Z"' });
  const filtered = async () => idsOf((await visitor.walk(`/api/v1/users?${filter}`)).records);
  assert.ok(!(await searched()).includes(id));
  assert.ok((await filtered()).includes(id));
  sim.switches.filterIsLagged = true;
  assert.ok(!(await filtered()).includes(id));
  sim.clock.advance(5000);
  assert.ok((await searched()).includes(id));
  sim.switches.searchHoleEvery = 1;
  assert.ok(!(await searched()).includes(id));
  sim.clock.advance(50_000);
  assert.ok((await searched()).includes(id));
  sim.addFault({ route: "users", action: { kind: "error", code: "E0000100" } });
  const unavailable = await visitor.visit(`/api/v1/users?${query({ search: "status pr" })}`);
  assert.deepEqual([unavailable.status, unavailable.body.errorCode], [503, "E0000100"]);
});

Deno.test("S-32 search still shows a changed user as before, and a purged one", async () => {
  await using sim = await startOktaSimulator({ users: 30, now: { at: NOW, frozen: true } });
  const visitor = new Visitor(sim);
  const search = `/api/v1/users?${query({ search: "status pr" })}`;
  const before = (await visitor.visit(search)).body;
  const gone = rows(sim, "users").find(({ status }) => status === "DEPROVISIONED")!;
  sim.mutate({ op: "user.update", id: sim.idOf("user", 1), profile: { title: "Later" } });
  sim.mutate({ op: "user.purge", id: String(gone.id) });
  assert.deepEqual((await visitor.visit(search)).body, before);
  sim.clock.advance(1000);
  assert.deepEqual((await visitor.visit(search)).body, rows(sim, "users"));
});

Deno.test("S-33 sortBy orders a search with ties by id and is ignored without search", async () => {
  await using sim = await startOktaSimulator({ users: 150, now: NOW });
  const visitor = new Visitor(sim);
  const sorted = [...rows(sim, "users")].sort((a, b) =>
    String(a.lastUpdated) < String(b.lastUpdated) ? -1 : String(a.lastUpdated) > String(b.lastUpdated) ? 1 : 0
  );
  const parameters = { search: "status pr", sortBy: "lastUpdated", sortOrder: "asc", limit: 20 };
  const ascending = await visitor.walk(`/api/v1/users?${query(parameters)}`);
  assert.deepEqual(idsOf(ascending.records), idsOf(sorted));
  const descending = await visitor.walk(`/api/v1/users?${query({ ...parameters, sortOrder: "desc" })}`);
  assert.equal(descending.records[0].lastUpdated, sorted.at(-1)!.lastUpdated);
  const plain = await visitor.walk("/api/v1/users");
  const ignored = await visitor.walk(`/api/v1/users?${query({ sortBy: "lastUpdated" })}`);
  assert.deepEqual(idsOf(ignored.records), idsOf(plain.records));
});

Deno.test("S-34 changes of a user move the dates they move on the real server", async (t) => {
  const cases = [
    ["user.login", ["lastLogin"]],
    ["user.update", ["lastUpdated"]],
    ["user.deactivate", ["lastUpdated", "statusChanged"]],
    ["user.password", ["passwordChanged"]],
  ] as const;
  for (const [op, moved] of cases) {
    await t.step(op, async () => {
      await using sim = await startOktaSimulator({ users: 20, now: NOW });
      const id = sim.idOf("user", 0);
      const before = userOf(sim, id);
      sim.mutate(op === "user.update" ? { op, id, profile: { title: "Chief" } } : { op, id });
      const after = userOf(sim, id);
      const dates = Object.keys(after).filter((name) =>
        /^(created|activated|last|password|statusC)/.test(name)
      );
      assert.deepEqual(dates.filter((name) => before[name] !== after[name]).sort(), [...moved].sort());
      for (const name of moved) assert.equal(after[name], "2026-03-04T05:06:07.000Z");
      if (op === "user.update") assert.equal((after.profile as Row).title, "Chief");
    });
  }
  await using sim = await startOktaSimulator({
    users: 20,
    now: NOW,
    switches: { passwordChangeBumpsLastUpdated: true },
  });
  sim.mutate({ op: "user.password", id: sim.idOf("user", 0) });
  assert.equal(userOf(sim, sim.idOf("user", 0)).lastUpdated, "2026-03-04T05:06:07.000Z");
});

Deno.test("S-34 purge needs a deprovisioned user and leaves no trace in lists", async () => {
  await using sim = await startOktaSimulator({ users: 30, now: NOW });
  const id = sim.idOf("user", 0);
  assert.throws(() => sim.mutate({ op: "user.purge", id }), /status is ACTIVE, DEPROVISIONED is required/);
  sim.mutate({ op: "user.deactivate", id });
  sim.mutate({ op: "user.purge", id });
  assert.equal(userOf(sim, id), undefined);
  assert.equal((await new Visitor(sim).visit(`/api/v1/users/${id}`)).status, 404);
  const types = rows(sim, "system_log").map(({ eventType }) => eventType);
  assert.ok(types.includes("user.lifecycle.delete.completed"));
});

Deno.test("S-35 memberships move lastMembershipUpdated only, edits lastUpdated only", async () => {
  await using sim = await startOktaSimulator({ users: 30, now: NOW });
  const groupId = sim.mutate({ op: "group.create", profile: { name: "Crew" } }).id!;
  const groupOf = () => rows(sim, "groups").find(({ id }) => id === groupId)!;
  const created = groupOf();
  sim.clock.advance(60_000);
  const userId = sim.idOf("user", 4);
  sim.mutate({ op: "group.addMember", groupId, userId });
  const joined = groupOf();
  assert.equal(joined.lastUpdated, created.lastUpdated);
  assert.equal(joined.lastMembershipUpdated, "2026-03-04T05:07:07.000Z");
  const members = await new Visitor(sim).walk(`/api/v1/groups/${groupId}/users`);
  assert.deepEqual(idsOf(members.records), [userId]);
  sim.clock.advance(60_000);
  sim.mutate({ op: "group.update", id: groupId, profile: { name: "Crew 2" } });
  assert.equal(groupOf().lastMembershipUpdated, "2026-03-04T05:07:07.000Z");
  assert.equal(groupOf().lastUpdated, "2026-03-04T05:08:07.000Z");
  sim.mutate({ op: "group.removeMember", groupId, userId });
  assert.equal((await new Visitor(sim).walk(`/api/v1/groups/${groupId}/users`)).records.length, 0);
});

Deno.test("S-36 single users carry lifecycle links, lists only self, unset attributes are absent", async () => {
  await using sim = await startOktaSimulator({ users: 400, now: NOW });
  const users = rows(sim, "users");
  const single = (await new Visitor(sim).visit(`/api/v1/users/${users[0].id}`)).body;
  assert.ok("suspend" in single._links && "resetPassword" in single._links);
  assert.deepEqual(Object.keys(users[0]._links as Row), ["self"]);
  assert.deepEqual({ ...single, _links: users[0]._links }, users[0]);
  const always = ["login", "email", "firstName", "lastName", "mobilePhone", "secondEmail"];
  for (const { profile } of users) assert.ok(always.every((name) => Object.hasOwn(profile as Row, name)));
  assert.ok(users.some(({ profile }) => !Object.hasOwn(profile as Row, "title")));
  assert.ok(users.some(({ profile }) => (profile as Row).mobilePhone === null));
  const credentials = users.map((user) =>
    user.credentials as { password?: object; provider: { type: string } }
  );
  assert.ok(credentials.some(({ password }) => password) && credentials.some(({ password }) => !password));
  const providers = new Set(credentials.map(({ provider }) => provider.type));
  assert.deepEqual([...providers].sort(), ["ACTIVE_DIRECTORY", "FEDERATION", "LDAP", "OKTA"]);
});

Deno.test("S-36 users are found by id, login and short login", async () => {
  await using sim = await startOktaSimulator({ users: 40, now: NOW });
  const visitor = new Visitor(sim);
  const { id, profile } = rows(sim, "users")[9] as { id: string; profile: { login: string } };
  for (const key of [id, profile.login, profile.login.split("@")[0]]) {
    assert.equal((await visitor.visit(`/api/v1/users/${encodeURIComponent(key)}`)).body.id, id, key);
  }
});

Deno.test("S-37 members may be inactive, Everyone holds all others, stats count right", async () => {
  await using sim = await startOktaSimulator({ users: 300, now: NOW });
  const visitor = new Visitor(sim);
  const byGroup = Map.groupBy(rows(sim, "group_users"), ({ groupId }) => groupId);
  const { records } = await visitor.walk(`/api/v1/groups?${query({ expand: "stats", limit: 10 })}`);
  const appsOf = Map.groupBy(rows(sim, "groups_assigned_apps"), ({ groupId }) => groupId);
  for (const { id, _embedded } of records as { id: string; _embedded: { stats: Record<string, number> } }[]) {
    assert.equal(_embedded.stats.usersCount, byGroup.get(id)?.length ?? 0);
    assert.equal(_embedded.stats.appsCount, appsOf.get(id)?.length ?? 0);
  }
  const everyone = sim.idOf("group", 0);
  const present = rows(sim, "users").filter(({ status }) => status !== "DEPROVISIONED");
  assert.deepEqual(idsOf(byGroup.get(everyone)!), idsOf(present));
  const members = rows(sim, "group_users").filter(({ groupId }) => groupId !== everyone);
  assert.ok(members.some(({ status }) => status === "DEPROVISIONED"));
  assert.ok(members.some(({ status }) => status === "SUSPENDED" || status === "STAGED"));
  sim.switches.deprovisionedStayInGroups = false;
  sim.switches.everyoneIncludesDeprovisioned = true;
  const switched = rows(sim, "group_users");
  assert.equal(switched.filter(({ groupId }) => groupId === everyone).length, 300);
  assert.ok(!switched.some(({ groupId, status }) => groupId !== everyone && status === "DEPROVISIONED"));
});

Deno.test("S-38 applications cover states and sign-on modes, hide governance, and obey their parameters", async () => {
  await using sim = await startOktaSimulator({ users: 500, now: NOW });
  const visitor = new Visitor(sim);
  const apps = rows(sim, "apps");
  assert.deepEqual(new Set(apps.map(({ status }) => status)), new Set(["ACTIVE", "INACTIVE"]));
  const modes = new Set(apps.map(({ signOnMode }) => signOnMode));
  assert.equal(modes.size, 10);
  assert.ok(modes.has(null));
  assert.ok(!apps.some(({ name }) => name === "okta_iga"));
  assert.equal((await visitor.visit(`/api/v1/apps/${sim.idOf("app", 3)}`)).body.name, "okta_iga");
  const lean = await visitor.visit("/api/v1/apps?useOptimization=true");
  assert.deepEqual(Object.keys(lean.body[0]).length, 8);
  const user = String(rows(sim, "apps_assigned")[0].id);
  const filter = `user.id eq "${user}"`;
  const mine = await visitor.walk(`/api/v1/apps?${query({ filter, expand: `user/${user}`, limit: 50 })}`);
  const held = rows(sim, "apps_assigned").filter(({ id }) => id === user).map(({ appId }) => appId);
  assert.deepEqual(idsOf(mine.records).sort(), held.sort());
  assert.ok(mine.records.every(({ _embedded }) => (_embedded as { user: Row }).user.id === user));
  const malformed = await visitor.visit(`/api/v1/apps?expand=user/${user}`);
  assert.equal(malformed.body.errorCode, "E0000001");
});

Deno.test("S-39 assignments repeat user ids across apps and name the group they come through", async () => {
  await using sim = await startOktaSimulator({ users: 300, now: NOW });
  const assigned = rows(sim, "apps_assigned") as (Row & { _links: Row })[];
  assert.ok(new Set(idsOf(assigned)).size < assigned.length);
  assert.equal(new Set(assigned.map(({ appId, id }) => `${appId} ${id}`)).size, assigned.length);
  for (const { scope, _links } of assigned) assert.equal("group" in _links, scope === "GROUP");
  assert.deepEqual(new Set(assigned.map(({ scope }) => scope)), new Set(["USER", "GROUP"]));
  assert.ok(new Set(assigned.map(({ status }) => status)).size >= 4);
  assert.ok(assigned.some(({ profile }) => Object.keys(profile as Row).length === 0));
  const visitor = new Visitor(sim);
  for (const { id } of rows(sim, "apps")) {
    const { records } = await visitor.walk(`/api/v1/apps/${id}/users?limit=70`);
    const expected = assigned.filter(({ appId }) => appId === id).map(({ appId: _, ...record }) => record);
    assert.deepEqual(records, expected);
  }
});

Deno.test("S-39 assignments follow users, groups and changes", async () => {
  await using sim = await startOktaSimulator({ users: 60, now: NOW });
  const appId = sim.mutate({ op: "app.create", label: "New" }).id!;
  const groupId = sim.mutate({ op: "group.create" }).id!;
  const [one, two, three] = rows(sim, "users").filter(({ status }) => status === "ACTIVE").map(({ id }) =>
    String(id)
  );
  for (const userId of [one, two]) sim.mutate({ op: "group.addMember", groupId, userId });
  sim.mutate({ op: "app.assign", appId, groupId });
  sim.mutate({ op: "app.assign", appId, userId: two });
  sim.mutate({ op: "app.assign", appId, userId: three });
  const held = () =>
    rows(sim, "apps_assigned").filter((row) => row.appId === appId).map(({ id, scope }) => [id, scope]);
  assert.deepEqual(held(), [[two, "USER"], [three, "USER"], [one, "GROUP"]]);
  sim.mutate({ op: "app.unassign", appId, userId: two });
  assert.deepEqual(held(), [[three, "USER"], [one, "GROUP"], [two, "GROUP"]]);
  sim.mutate({ op: "user.deactivate", id: three });
  sim.mutate({ op: "app.unassign", appId, groupId });
  assert.deepEqual(held(), []);
});

Deno.test("S-40 child calls fail as told: forbidden for good, or twice and then not", async () => {
  await using sim = await startOktaSimulator({ users: 40, now: NOW });
  const visitor = new Visitor(sim);
  const [one, two] = [sim.idOf("group", 1), sim.idOf("group", 2)];
  sim.addFault({
    route: "group_users",
    urlIncludes: one,
    count: 0,
    action: { kind: "error", code: "E0000006" },
  });
  sim.addFault({
    route: "group_users",
    urlIncludes: two,
    count: 2,
    action: { kind: "error", code: "E0000009" },
  });
  const statuses = async (id: string) => {
    const visits = [];
    for (let turn = 0; turn < 3; turn++) {
      visits.push((await visitor.visit(`/api/v1/groups/${id}/users`)).status);
    }
    return visits;
  };
  assert.deepEqual(await statuses(one), [403, 403, 403]);
  assert.deepEqual(await statuses(two), [500, 500, 200]);
});
