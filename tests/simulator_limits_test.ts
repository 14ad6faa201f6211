/**
 * Rate limits, latency and faults of the Okta simulator (S-60 to S-74).
 *
 * @module
 */

import assert from "assert";
import { type FaultAction, startOktaSimulator } from "../simulator/okta/mod.ts";
import { idsOf, query, Visitor } from "../simulator/visitor.ts";

const NOW = Date.UTC(2026, 2, 4, 5, 6, 7);
const FROZEN = { at: NOW, frozen: true };

Deno.test("S-60 buckets are counted apart in windows that start at the first call", async () => {
  await using sim = await startOktaSimulator({ users: 20, now: FROZEN, rateLimits: { profile: "tiny" } });
  const visitor = new Visitor(sim);
  const statuses = [];
  for (let turn = 0; turn < 6; turn++) statuses.push((await visitor.visit("/api/v1/users")).status);
  assert.deepEqual(statuses, [200, 200, 200, 200, 200, 429]);
  assert.equal((await visitor.visit("/api/v1/groups")).status, 200);
  assert.equal((await visitor.visit(`/api/v1/users/${sim.idOf("user", 1)}`)).status, 200);
  sim.clock.advance(59_000);
  const refused = await visitor.visit("/api/v1/users");
  assert.equal(refused.headers.get("x-rate-limit-reset"), String(NOW / 1000 + 60));
  sim.clock.advance(1000);
  assert.equal((await visitor.visit("/api/v1/users")).status, 200);
});

Deno.test("S-60 profiles have the published ceilings and windows scale", async (t) => {
  const cases = [["integrator", "/users", 50], ["workforce", "/users", 300], [
    "workforce",
    "/apps",
    50,
  ]] as const;
  for (const [profile, path, limit] of cases) {
    await t.step(`${profile} ${path}`, async () => {
      await using sim = await startOktaSimulator({ users: 20, now: FROZEN, rateLimits: { profile } });
      const { headers } = await new Visitor(sim).visit(`/api/v1${path}`);
      assert.equal(headers.get("x-rate-limit-limit"), String(limit));
    });
  }
  const rateLimits = { profile: "tiny", windowMs: 1000 } as const;
  await using sim = await startOktaSimulator({ users: 20, now: FROZEN, rateLimits });
  for (let turn = 0; turn < 5; turn++) await new Visitor(sim).visit("/api/v1/users");
  sim.clock.advance(1000);
  assert.equal((await new Visitor(sim).visit("/api/v1/users")).status, 200);
});

Deno.test("S-61 limit header shows the ceiling of the credential", async () => {
  const rateLimits = { profile: "workforce", share: 0.1 } as const;
  await using sim = await startOktaSimulator({ users: 20, now: FROZEN, rateLimits });
  const visitor = new Visitor(sim);
  const { headers } = await visitor.visit("/api/v1/users");
  assert.deepEqual([headers.get("x-rate-limit-limit"), headers.get("x-rate-limit-remaining")], ["60", "59"]);
  const other = await visitor.visit("/api/v1/users", { authorization: `SSWS ${sim.tokens.super}` });
  assert.equal(other.headers.get("x-rate-limit-remaining"), "59");
});

Deno.test("S-62 rate limit answer has the documented body, no cache headers and no Retry-After", async () => {
  await using sim = await startOktaSimulator({ users: 20, now: FROZEN, rateLimits: { profile: "tiny" } });
  const visitor = new Visitor(sim);
  for (let turn = 0; turn < 5; turn++) await visitor.visit("/api/v1/users");
  const { status, body, headers } = await visitor.visit("/api/v1/users");
  assert.deepEqual([status, body.errorCode, body.errorLink], [429, "E0000047", "E0000047"]);
  assert.equal(body.errorSummary, "API call exceeded rate limit due to too many requests.");
  assert.deepEqual(body.errorCauses, []);
  for (const name of ["cache-control", "pragma", "expires", "retry-after"]) {
    assert.equal(headers.get(name), null);
  }
  sim.switches.retryAfter = true;
  assert.equal((await visitor.visit("/api/v1/users")).headers.get("retry-after"), "60");
});

Deno.test("S-63 too many requests in flight answer 429 with zero limits and a bogus reset", async () => {
  await using sim = await startOktaSimulator({
    users: 20,
    now: FROZEN,
    rateLimits: { profile: "workforce", concurrency: 2 },
  });
  const visitor = new Visitor(sim);
  sim.addFault({ count: 0, action: { kind: "delay", ms: 40 } });
  const visits = await Promise.all([1, 2, 3, 4].map(() => visitor.visit("/api/v1/users?limit=1")));
  const refused = visits.filter(({ status }) => status === 429);
  assert.equal(refused.length, 2);
  for (const { headers } of refused) {
    assert.equal(headers.get("x-rate-limit-limit"), "0");
    assert.equal(headers.get("x-rate-limit-remaining"), "0");
    assert.equal(headers.get("x-rate-limit-reset"), String(Math.floor(NOW / 1000) + 60));
  }
  assert.equal(sim.politeness().concurrencyRefusals, 2);
});

Deno.test("S-64 other clients take from the bucket", async () => {
  const rateLimits = { profile: "workforce", share: 1, externalLoad: 590 } as const;
  await using sim = await startOktaSimulator({ users: 20, now: FROZEN, rateLimits });
  const visitor = new Visitor(sim);
  const first = Number((await visitor.visit("/api/v1/users")).headers.get("x-rate-limit-remaining"));
  sim.clock.advance(30_000);
  const later = Number((await visitor.visit("/api/v1/users")).headers.get("x-rate-limit-remaining"));
  assert.ok(first - later > 250, `${first} then ${later}`);
});

Deno.test("S-65 rate headers can be doubled, missing or no number", async (t) => {
  await using sim = await startOktaSimulator({ users: 20, now: FROZEN });
  const visitor = new Visitor(sim);
  const cases = [["duplicate", /^\d+, \d+$/], ["missing", /^null$/], ["not-a-number", /^soon$/]] as const;
  for (const kind of ["rate-headers", "throttle"] as const) {
    for (const [headers, pattern] of cases) {
      await t.step(`${kind} ${headers}`, async () => {
        sim.addFault({ route: "users", action: { kind, headers } });
        const visit = await visitor.visit("/api/v1/users");
        assert.equal(visit.status, kind === "throttle" ? 429 : 200);
        assert.match(String(visit.headers.get("x-rate-limit-reset")), pattern);
        sim.clearFaults();
      });
    }
  }
});

Deno.test("S-66 politeness counts requests made although nothing remained", async () => {
  await using sim = await startOktaSimulator({ users: 20, now: FROZEN, rateLimits: { profile: "tiny" } });
  const visitor = new Visitor(sim);
  for (let turn = 0; turn < 7; turn++) await visitor.visit("/api/v1/users");
  const politeness = sim.politeness();
  assert.deepEqual([politeness.requests, politeness.throttled, politeness.whileExhausted], [7, 2, 2]);
  assert.deepEqual(politeness.buckets["/users"], { requests: 7, throttled: 2, whileExhausted: 2 });
  assert.equal(politeness.maxConcurrency, 1);
  const last = sim.requests().at(-1)!;
  assert.deepEqual([last.route, last.bucket, last.status, last.credential], [
    "users",
    "/users",
    429,
    "ssws:readonly",
  ]);
  assert.ok(!JSON.stringify(sim.requests()).includes(sim.token), "records hold no secret");
});

Deno.test("S-70 latency grows with the setting and with the records", async () => {
  await using sim = await startOktaSimulator({ users: 200, now: FROZEN, latencyMs: 20 });
  const visitor = new Visitor(sim);
  const times = async (limit: number) => {
    for (let turn = 0; turn < 3; turn++) await visitor.visit(`/api/v1/users?limit=${limit}`);
    return Math.min(...sim.requests().slice(-3).map(({ durationMs }) => durationMs));
  };
  const small = await times(1);
  assert.ok(small >= 7);
  assert.ok(await times(200) >= small + 10);
});

Deno.test("S-71 faults that answer differently", async (t) => {
  await using sim = await startOktaSimulator({ users: 20, now: FROZEN });
  const visitor = new Visitor(sim);
  const cases: [FaultAction, number, RegExp][] = [
    [{ kind: "error", code: "E0000009" }, 500, /"errorCode":"E0000009"/],
    [{ kind: "html", status: 502 }, 502, /^<html>/],
    [{ kind: "html", status: 504 }, 504, /^<html>/],
    [{ kind: "error", code: "E0000010" }, 503, /read only/],
    [{ kind: "error", code: "E0000100" }, 503, /Search is unavailable/],
    [{ kind: "error", code: "E0000181" }, 503, /unavailable/],
    [{ kind: "error", code: "E0000239" }, 423, /reconciled/],
    [{ kind: "edge-404" }, 404, /^\{"status":404,"message":"Resource not found"\}$/],
    [{ kind: "empty-body" }, 200, /^$/],
    [{ kind: "truncated-json" }, 200, /^\[\{.*[^\]]$/],
    [{ kind: "invalid-utf8" }, 200, /\ufffd/],
    [{ kind: "redirect" }, 302, /^$/],
    [{ kind: "html-page" }, 200, /^<!DOCTYPE html>/],
  ];
  for (const [action, status, text] of cases) {
    await t.step(JSON.stringify(action), async () => {
      sim.addFault({ route: "users", action });
      const visit = await visitor.visit("/api/v1/users");
      assert.equal(visit.status, status);
      assert.match(visit.text, text);
      assert.equal((await visitor.visit("/api/v1/users")).status, 200, "once is once");
    });
  }
});

Deno.test("S-71 faults that break the connection", async (t) => {
  await using sim = await startOktaSimulator({ users: 20, now: FROZEN });
  const visitor = new Visitor(sim);
  for (const kind of ["reset-before-headers", "reset-mid-body"] as const) {
    await t.step(kind, async () => {
      // Every attempt is hit: fetch repeats a request itself when a kept-alive connection breaks before an answer.
      sim.addFault({ route: "users", nth: 2, count: 0, action: { kind } });
      assert.equal((await visitor.visit("/api/v1/users")).status, 200);
      await assert.rejects(visitor.visit("/api/v1/users"), TypeError);
      sim.clearFaults();
    });
  }
  await t.step("hang", async () => {
    sim.addFault({ route: "users", action: { kind: "hang" } });
    const signal = AbortSignal.timeout(50);
    const headers = { authorization: `SSWS ${sim.token}` };
    await assert.rejects(fetch(`${sim.url}/api/v1/users`, { headers, signal }), { name: "TimeoutError" });
  });
});

Deno.test("S-72 size-sensitive 500 lets the walk go on from the same cursor with a smaller limit", async () => {
  await using sim = await startOktaSimulator({ users: 900, now: FROZEN });
  const visitor = new Visitor(sim);
  const path = `/api/v1/groups/${sim.idOf("group", 0)}/users`;
  const first = await visitor.visit(`${path}?limit=500`);
  sim.addFault({ route: "group_users", limitAbove: 200, action: { kind: "error", code: "E0000009" } });
  assert.equal((await visitor.visit(first.next!)).status, 500);
  const rest = await visitor.walk(first.next!.replace("limit=500", "limit=200"));
  const everyone = [...sim.truth("group_users")].filter(({ groupId }) => groupId === sim.idOf("group", 0));
  assert.deepEqual([...idsOf(first.body), ...idsOf(rest.records)], idsOf(everyone));
});

Deno.test("S-73 same seed gives the same organisation, ids and fault draws", async () => {
  const run = async (seed: number) => {
    await using sim = await startOktaSimulator({ seed, users: 50, now: FROZEN });
    sim.addFault({ probability: 0.4, action: { kind: "error", code: "E0000009" } });
    const statuses: number[] = [];
    for (let turn = 0; turn < 20; turn++) {
      statuses.push((await new Visitor(sim).visit("/api/v1/apps?limit=1")).status);
    }
    const truths = (["users", "groups", "apps", "system_log"] as const).map((name) => idsOf(sim.truth(name)));
    return JSON.stringify([sim.token, statuses, truths]);
  };
  const [one, again, other] = [await run(1), await run(1), await run(2)];
  assert.equal(one, again);
  assert.notEqual(one, other);
  assert.ok(one.includes("500") && one.includes("200"));
});

Deno.test("S-74 any page can be asked for again after a crash and is the same", async () => {
  await using sim = await startOktaSimulator({ users: 60, now: FROZEN });
  const visitor = new Visitor(sim);
  const filter = query({ filter: 'lastUpdated gt "1970-01-01T00:00:00.000Z"', limit: 9 });
  const { pages } = await visitor.walk(`/api/v1/users?${filter}`);
  for (const page of pages) {
    if (page.next === undefined) continue;
    const [one, two] = [await visitor.visit(page.next), await visitor.visit(page.next)];
    assert.deepEqual([one.text, one.next], [two.text, two.next]);
  }
});
