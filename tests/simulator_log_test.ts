/**
 * The System Log of the Okta simulator: orders, polling, late events, bounds (S-50 to S-59).
 *
 * @module
 */

import assert from "assert";
import { type OktaSimulator, startOktaSimulator } from "../simulator/okta/mod.ts";
import { idsOf, query, Visitor } from "../simulator/visitor.ts";

const NOW = Date.UTC(2026, 2, 4, 5, 6, 7);
const DAY_MS = 86_400_000;
const at = (ms: number) => new Date(ms).toISOString();
const ALL = "/api/v1/logs?" + query({ since: at(NOW - 100 * DAY_MS), limit: 500 });

function frozen(options: Parameters<typeof startOktaSimulator>[0] = {}) {
  return startOktaSimulator({ users: 40, events: 2000, now: { at: NOW, frozen: true }, ...options });
}

async function emitted(sim: OktaSimulator, path: string): Promise<string[]> {
  const { records } = await new Visitor(sim).walk(path);
  return records.filter(({ eventType }) => String(eventType).startsWith("test.")).map(({ eventType }) =>
    String(eventType)
  );
}

Deno.test("S-50 events are stored after they happened, mostly at once, sometimes half an hour later", async () => {
  const noon = Date.UTC(2026, 2, 4, 12);
  await using sim = await startOktaSimulator({ users: 40, events: 200_000, now: { at: noon, frozen: true } });
  sim.switches.logTrickle = true;
  const delays: number[] = [];
  let lastStored = noon;
  for (let step = 0; step < 60; step++) {
    sim.clock.advance(60_000);
    const { body } = await new Visitor(sim).visit(
      `/api/v1/logs?${query({ since: at(lastStored + 1), limit: 1000 })}`,
    );
    for (const { published } of body) delays.push(sim.clock.now() - Date.parse(published));
    lastStored = sim.clock.now();
  }
  assert.ok(delays.length > 50);
  assert.ok(delays.every((delay) => delay >= 0 && delay <= 31 * 60_000));
  assert.ok(delays.filter((delay) => delay <= 62_000).length > delays.length * 0.9);
});

Deno.test("S-51 polling reads by storage, bounded queries by occurrence without late events", async () => {
  await using sim = await frozen();
  const [early, late] = [NOW + 1000, NOW + 60_000];
  sim.mutate({ op: "event.emit", eventType: "test.late", published: at(early), delayMs: 1_500_000 });
  sim.mutate({ op: "event.emit", eventType: "test.prompt", published: at(late) });
  sim.clock.advance(120_000);
  const bounded = `/api/v1/logs?${query({ since: at(NOW), until: at(NOW + DAY_MS) })}`;
  const polled = `/api/v1/logs?${query({ since: at(NOW) })}`;
  assert.deepEqual(await emitted(sim, bounded), ["test.prompt"]);
  assert.deepEqual(await emitted(sim, polled), ["test.prompt"]);
  sim.clock.advance(1_800_000);
  assert.deepEqual(await emitted(sim, bounded), ["test.late", "test.prompt"]);
  assert.deepEqual(await emitted(sim, polled), ["test.prompt", "test.late"]);
  const afterPrompt = `/api/v1/logs?${query({ since: at(late + 1) })}`;
  assert.deepEqual(
    await emitted(sim, afterPrompt),
    ["test.late"],
    "since is compared with storage when polling",
  );
});

Deno.test("S-51 both orders hold every event of the history once", async () => {
  await using sim = await frozen();
  const visitor = new Visitor(sim);
  const expected = idsOf(sim.truth("system_log"));
  assert.equal(expected.length, 2000);
  assert.equal(new Set(expected).size, 2000);
  assert.deepEqual(idsOf((await visitor.walk(ALL)).records), expected);
  const bounded = await visitor.walk(`${ALL}&until=${at(NOW + 1)}`);
  assert.deepEqual(idsOf(bounded.records).sort(), [...expected].sort());
  const times = bounded.records.map(({ published }) => String(published));
  assert.deepEqual(times, [...times].sort());
  assert.equal(bounded.pages.at(-1)!.next, undefined);
});

Deno.test("S-52 polling always links on, to itself when empty, and finds new events there", async () => {
  await using sim = await frozen();
  const visitor = new Visitor(sim);
  const { pages } = await visitor.walk(ALL);
  const last = pages.at(-1)!;
  assert.equal(last.text, "[]");
  assert.equal(last.next, pages.at(-2)!.next);
  sim.mutate({ op: "event.emit", eventType: "test.new" });
  const more = await visitor.visit(last.next!);
  assert.deepEqual(more.body.map(({ eventType }: { eventType: string }) => eventType), ["test.new"]);
  const fresh = await visitor.visit(`/api/v1/logs?${query({ since: at(NOW + 1), limit: 5 })}`);
  assert.deepEqual([fresh.text, fresh.next], [
    "[]",
    `${sim.url}/api/v1/logs?${query({ since: at(NOW + 1), limit: 5 })}`,
  ]);
});

Deno.test("S-53 short pages mid-stream lose nothing", async () => {
  await using sim = await frozen({ switches: { shortPages: true } });
  const { records, pages } = await new Visitor(sim).walk(ALL);
  assert.deepEqual(idsOf(records), idsOf(sim.truth("system_log")));
  assert.ok(new Set(pages.map(({ body }) => body.length)).size > 5);
});

Deno.test("S-54 logs have the defaults and bounds of the reference", async (t) => {
  await using sim = await frozen();
  const visitor = new Visitor(sim);
  const week = await visitor.walk("/api/v1/logs");
  assert.ok(week.pages[0].body.length === 100 || week.records.length < 100);
  assert.ok(
    week.records.every(({ published }) => Date.parse(String(published)) >= NOW - 7 * DAY_MS - 1_800_000),
  );
  const old = await visitor.walk(`/api/v1/logs?${query({ since: at(NOW - 170 * DAY_MS), limit: 1000 })}`);
  assert.equal(old.records.length, 2000);
  sim.clock.advance(10 * DAY_MS);
  const retained = await visitor.walk(
    `/api/v1/logs?${query({ since: at(NOW - 100 * DAY_MS), limit: 1000 })}`,
  );
  assert.ok(retained.records.length < 2000, "retention moves with the clock");
  const after = new URL(retained.pages[0].next!).searchParams.get("after")!;
  const cases: [string, Record<string, string>, string][] = [
    ["older than 180 days", { since: at(NOW - 200 * DAY_MS) }, "E0000053"],
    ["bad date", { since: "yesterday" }, "E0000001"],
    ["since with after", { since: at(NOW), after }, "E0000001"],
    ["invalid filter", { filter: "eventType eq" }, "E0000053"],
    ["filter on published", { filter: `published gt "${at(NOW)}"` }, "E0000053"],
    ["contains on url", { filter: 'debugContext.debugData.url co "x"' }, "E0000053"],
    ["too many keywords", { q: "a b c d e f g h i j k" }, "E0000001"],
    ["bad cursor", { after: "200unothing" }, "E0000031"],
    ["limit", { limit: "-1" }, "E0000001"],
  ];
  for (const [name, parameters, code] of cases) {
    await t.step(name, async () => {
      const { status, body } = await visitor.visit(`/api/v1/logs?${query(parameters)}`);
      assert.deepEqual([status, body.errorCode], [400, code]);
      assert.deepEqual(Object.keys(body), ["errorCode", "errorSummary", "errorId"]);
      assert.match(body.errorId, /^[0-9a-f]{8}-[0-9a-f]{4}-4/);
    });
  }
  sim.switches.logBadDate = "E0000030";
  assert.equal((await visitor.visit("/api/v1/logs?since=x")).body.errorCode, "E0000030");
});

Deno.test("S-54 log filters reach into events", async (t) => {
  await using sim = await frozen();
  const visitor = new Visitor(sim);
  // deno-lint-ignore no-explicit-any -- events are walked freely here
  const events = [...sim.truth("system_log")] as any[];
  const actor = events[4].actor.id;
  const cases: [string, (event: (typeof events)[number]) => boolean][] = [
    ['eventType eq "user.session.start"', ({ eventType }) => eventType === "user.session.start"],
    [
      'eventType sw "user.session." and outcome.result ne "SUCCESS"',
      ({ eventType, outcome }) => eventType.startsWith("user.session.") && outcome.result !== "SUCCESS",
    ],
    [`not (actor.id eq "${actor}")`, (event) => event.actor.id !== actor],
    [
      'target.type eq "UserGroup"',
      ({ target }) => target?.some(({ type }: { type: string }) => type === "UserGroup"),
    ],
    ["securityContext.isProxy eq true", ({ securityContext }) => securityContext.isProxy],
  ];
  for (const [filter, expected] of cases) {
    await t.step(filter, async () => {
      const { records } = await visitor.walk(`${ALL}&${query({ filter })}`);
      assert.ok(records.length > 0);
      assert.deepEqual(idsOf(records), idsOf(events.filter(expected)));
    });
  }
});

Deno.test("S-55 events share a millisecond across a page boundary and may come twice", async () => {
  await using sim = await frozen();
  const visitor = new Visitor(sim);
  sim.mutate({ op: "event.emit", eventType: "test.tie", published: at(NOW), count: 6, spacingMs: 0 });
  const path = `/api/v1/logs?${query({ since: at(NOW), limit: 2 })}`;
  const ties = (await visitor.walk(path)).records.filter(({ eventType }) => eventType === "test.tie");
  assert.equal(new Set(idsOf(ties)).size, 6);
  sim.switches.duplicateDelivery = true;
  const { records } = await visitor.walk(ALL.replace("500", "50"));
  assert.ok(records.length > new Set(idsOf(records)).size);
  assert.deepEqual(new Set(idsOf(records)), new Set(idsOf(sim.truth("system_log"))));
});

Deno.test("S-56 bursts and a continuous trickle can be read to an end", async () => {
  await using sim = await frozen();
  const visitor = new Visitor(sim);
  sim.mutate({
    op: "event.emit",
    eventType: "test.burst",
    count: 10_000,
    spacingMs: 6,
    published: at(NOW - 60_000),
  });
  const burst = await visitor.walk(`/api/v1/logs?${query({ since: at(NOW - 60_000), limit: 1000 })}`);
  assert.equal(burst.records.filter(({ eventType }) => eventType === "test.burst").length, 10_000);
  sim.switches.logTrickle = true;
  sim.clock.advance(6 * 3_600_000);
  const trickle = await visitor.walk(`/api/v1/logs?${query({ since: at(NOW + 1), limit: 3 })}`);
  assert.ok(trickle.records.length > 3);
  const hours = Map.groupBy(
    sim.truth("system_log"),
    ({ published }) => new Date(String(published)).getUTCHours(),
  );
  assert.ok(hours.get(12)!.length > 4 * hours.get(2)!.length, "nights are quiet");
});

Deno.test("S-57 invalidated cursors are refused and since with overlap finds everything", async () => {
  await using sim = await frozen();
  const visitor = new Visitor(sim);
  const first = await visitor.visit(ALL);
  sim.mutate({ op: "log.invalidateCursors" });
  const refused = await visitor.visit(first.next!);
  assert.deepEqual([refused.status, refused.body.errorCode], [400, "E0000031"]);
  const reached = Math.max(
    ...first.body.map(({ published }: { published: string }) => Date.parse(published)),
  );
  const rest = await visitor.walk(`/api/v1/logs?${query({ since: at(reached - 1), limit: 500 })}`);
  const all = new Set([...idsOf(first.body), ...idsOf(rest.records)]);
  assert.deepEqual(all, new Set(idsOf(sim.truth("system_log"))));
});

Deno.test("S-58 large pages time out with E0000009 and smaller ones succeed", async () => {
  await using sim = await frozen();
  const visitor = new Visitor(sim);
  sim.addFault({ route: "system_log", limitAbove: 250, action: { kind: "error", code: "E0000009" } });
  const large = await visitor.visit("/api/v1/logs?limit=1000");
  assert.deepEqual([large.status, large.body.errorCode], [500, "E0000009"]);
  assert.equal((await visitor.visit("/api/v1/logs?limit=250")).status, 200);
});

Deno.test("S-59 descending pages end and rewrite until", async () => {
  await using sim = await frozen();
  const path = `/api/v1/logs?${
    query({ since: at(NOW - 100 * DAY_MS), sortOrder: "DESCENDING", limit: 700 })
  }`;
  const { records, pages } = await new Visitor(sim).walk(path);
  assert.deepEqual(idsOf(records).sort(), idsOf(sim.truth("system_log")).sort());
  const times = records.map(({ published }) => String(published));
  assert.deepEqual(times, [...times].sort().reverse());
  assert.equal(new URL(pages[0].next!).searchParams.get("until"), pages[0].body.at(-1).published);
  assert.equal(pages.at(-1)!.next, undefined);
});

Deno.test("derived sessions tell starts and ends by external session id", async () => {
  await using sim = await frozen();
  const sessions = [...sim.truth("sessions")];
  assert.ok(sessions.length > 150);
  assert.equal(new Set(idsOf(sessions)).size, sessions.length);
  assert.deepEqual(
    new Set(sessions.map(({ endedBy }) => endedBy)),
    new Set([null, "user.session.end", "user.session.expire", "user.session.clear"]),
  );
  assert.ok(
    sessions.every(({ startedAt, endedAt }) =>
      !startedAt || !endedAt || String(startedAt) <= String(endedAt)
    ),
  );
});
