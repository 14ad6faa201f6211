/**
 * Pages of the Okta simulator: cursors, limits, odd pages, changes while paging (S-20 to S-28).
 *
 * @module
 */

import assert from "assert";
import { startOktaSimulator } from "../simulator/okta/mod.ts";
import { idsOf, query, Visitor } from "../simulator/visitor.ts";

const NOW = Date.UTC(2026, 2, 4, 5, 6, 7);
const EVERY_USER = "/api/v1/users?" +
  query({ filter: 'lastUpdated ge "1970-01-01T00:00:00.000Z"', limit: 10 });

Deno.test("S-20 cursor works only for the list it came from", async (t) => {
  await using sim = await startOktaSimulator({ users: 60, now: NOW });
  const visitor = new Visitor(sim);
  const after = new URL((await visitor.visit("/api/v1/groups?limit=2")).next!).searchParams.get("after")!;
  const search = query({ search: "status pr", limit: 2 });
  const searched = new URL((await visitor.visit(`/api/v1/users?${search}`)).next!).searchParams.get("after")!;
  const cases: [string, string, string][] = [
    ["tampered", `/api/v1/groups?limit=2&after=${after.slice(0, -1)}x`, "E0000029"],
    ["foreign", `/api/v1/apps?after=${after}`, "E0000029"],
    ["other query", `/api/v1/groups?after=${after}&q=x`, "E0000029"],
    ["garbage", "/api/v1/apps?after=200uzzz", "E0000029"],
    ["search", `/api/v1/users?${search}&after=${searched.slice(0, -2)}`, "E0000031"],
  ];
  for (const [name, path, code] of cases) {
    await t.step(name, async () => {
      const { status, body } = await visitor.visit(path);
      assert.deepEqual([status, body.errorCode], [400, code]);
      assert.deepEqual(body.errorCauses, [{ errorSummary: "Invalid cursor." }]);
    });
  }
  assert.equal((await visitor.visit(`/api/v1/groups?after=${after}&limit=1`)).body.length, 1);
});

Deno.test("S-21 limit has a default, a maximum and a lower bound per list", async (t) => {
  await using sim = await startOktaSimulator({ users: 1200, apps: 30, groups: 30, now: NOW });
  const visitor = new Visitor(sim);
  const [group, app] = [sim.idOf("group", 0), sim.idOf("app", 0)];
  const shown = async (path: string) => {
    const { headers } = await visitor.visit(path);
    return new URL(/<([^>]*)>; rel="self"/.exec(headers.get("link")!)![1]).searchParams.get("limit");
  };
  const cases: [string, string, string][] = [
    ["/api/v1/users", "200", "200"],
    ["/api/v1/groups", "10000", "10000"],
    [`/api/v1/groups/${group}/users`, "1000", "1000"],
    [`/api/v1/groups/${group}/apps`, "20", "200"],
    ["/api/v1/apps", "20", "200"],
    [`/api/v1/apps/${app}/users`, "50", "500"],
    [`/api/v1/apps/${app}/groups`, "20", "200"],
    [`/api/v1/users/${sim.idOf("user", 1)}/groups`, "200", "200"],
    ["/api/v1/logs", "100", "1000"],
  ];
  for (const [path, usual, max] of cases) {
    await t.step(path, async () => {
      assert.equal(await shown(path), usual);
      assert.equal(await shown(`${path}?limit=99999`), max);
    });
  }
  for (const limit of ["0", "-1", "abc", "1.5"]) {
    const { status, body } = await visitor.visit(`/api/v1/users?limit=${limit}`);
    assert.deepEqual([status, body.errorCode], [400, "E0000001"], limit);
  }
  assert.equal((await visitor.visit("/api/v1/logs?limit=0")).text, "[]");
  sim.switches.overMaxLimit = "reject";
  assert.equal((await visitor.visit("/api/v1/users?limit=201")).body.errorCode, "E0000001");
});

Deno.test("S-22 exactly full last page ends, or links to an empty page when told to", async () => {
  await using sim = await startOktaSimulator({ users: 40, now: NOW });
  const visitor = new Visitor(sim);
  const plain = await visitor.walk(EVERY_USER);
  assert.deepEqual(plain.pages.map(({ body }) => body.length), [10, 10, 10, 10]);
  sim.switches.exactlyFullLastPage = "next-to-empty";
  const switched = await visitor.walk(EVERY_USER);
  assert.deepEqual(switched.pages.map(({ body }) => body.length), [10, 10, 10, 10, 0]);
  assert.deepEqual(idsOf(switched.records), idsOf(plain.records));
});

Deno.test("S-23 short and empty pages lose and repeat nothing", async () => {
  await using sim = await startOktaSimulator({
    users: 120,
    now: NOW,
    switches: { shortPages: true, emptyPages: true },
  });
  const visitor = new Visitor(sim);
  const expected = idsOf(sim.truth("users"));
  const { records, pages } = await visitor.walk(EVERY_USER);
  assert.deepEqual(idsOf(records), expected);
  const sizes = pages.slice(0, -1).map(({ body }) => body.length);
  assert.ok(sizes.includes(0) && sizes.some((size) => size > 0 && size < 10));
});

Deno.test("S-24 changes while paging repeat, hide or remove records as the real server may", async () => {
  await using sim = await startOktaSimulator({
    users: 40,
    now: NOW,
    switches: { pagingUnderMutation: "unpleasant" },
  });
  const visitor = new Visitor(sim);
  const first = await visitor.visit(EVERY_USER);
  sim.clock.advance(1000);
  const served = sim.idOf("user", 3);
  sim.mutate({ op: "user.update", id: served, profile: { title: "Changed" } });
  const created = sim.mutate({ op: "user.create" }).id!;
  const rest = await visitor.walk(first.next!);
  const again = rest.records.filter(({ id }) => id === served);
  assert.deepEqual(again.map(({ profile }) => (profile as { title: string }).title), ["Changed"]);
  assert.ok(!idsOf(rest.records).includes(created));
  assert.ok(idsOf((await visitor.walk(EVERY_USER)).records).includes(created));
});

Deno.test("S-24 group deleted between list and child walk answers 404 with the right suffix", async () => {
  await using sim = await startOktaSimulator({ users: 40, now: NOW });
  const visitor = new Visitor(sim);
  const [group, app] = [sim.idOf("group", 2), sim.idOf("app", 1)];
  sim.mutate({ op: "group.delete", id: group });
  sim.mutate({ op: "app.delete", id: app });
  const members = await visitor.visit(`/api/v1/groups/${group}/users`);
  assert.deepEqual([members.status, members.body.errorCode], [404, "E0000007"]);
  assert.match(members.body.errorSummary, /\(UserGroup\)$/);
  assert.match((await visitor.visit(`/api/v1/apps/${app}/users`)).body.errorSummary, /\(AppInstance\)$/);
});

Deno.test("S-25 endless next leads back to the same page or through a cycle", async () => {
  await using sim = await startOktaSimulator({ users: 40, now: NOW });
  const visitor = new Visitor(sim);
  sim.addFault({ route: "groups", count: 0, action: { kind: "endless-next" } });
  const page = await visitor.visit("/api/v1/groups?limit=2");
  assert.equal(page.next, `${sim.url}/api/v1/groups?limit=2`);
  sim.clearFaults();
  sim.addFault({ route: "groups", count: 0, action: { kind: "endless-next", isCycle: true } });
  const { pages } = await visitor.walk("/api/v1/groups?limit=2", { atMost: 5 });
  const links = pages.map(({ next }) => next);
  assert.equal(new Set(links).size, 2);
  assert.equal(links[0], links[2]);
});

Deno.test("S-26 answers to q are not continued", async () => {
  await using sim = await startOktaSimulator({ users: 200, now: NOW });
  const visitor = new Visitor(sim);
  for (
    const path of ["/api/v1/users?q=a&limit=3", "/api/v1/groups?q=e&limit=1", "/api/v1/apps?q=p&limit=1"]
  ) {
    const { body, next } = await visitor.visit(path);
    assert.ok(body.length > 0, path);
    assert.equal(next, undefined);
  }
});

Deno.test("S-27 cursor older than its lifetime is refused", async () => {
  await using sim = await startOktaSimulator({ users: 40, now: NOW, switches: { cursorTtlMs: 5000 } });
  const visitor = new Visitor(sim);
  const { next } = await visitor.visit(EVERY_USER);
  assert.equal((await visitor.visit(next!)).status, 200);
  sim.clock.advance(6000);
  assert.equal((await visitor.visit(next!)).body.errorCode, "E0000029");
});

Deno.test("S-28 next link can point to a foreign origin", async () => {
  await using sim = await startOktaSimulator({ users: 40, now: NOW });
  sim.addFault({ route: "users", action: { kind: "foreign-next", origin: "http://evil.example" } });
  const { next } = await new Visitor(sim).visit(EVERY_USER);
  assert.match(next!, /^http:\/\/evil\.example\/api\/v1\/users\?/);
});
