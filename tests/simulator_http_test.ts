/**
 * The HTTP surface of the Okta simulator: routes, headers, links, hosts, negotiation (S-01 to S-08).
 *
 * @module
 */

import assert from "assert";
import { get } from "node:http";
import { startOktaSimulator } from "../simulator/okta/mod.ts";
import { idsOf, Visitor } from "../simulator/visitor.ts";

const NOW = Date.UTC(2026, 2, 4, 5, 6, 7);

/** Raw header lines, which fetch joins. */
function rawLines(url: string, headers: Record<string, string>): Promise<string[]> {
  const { promise, resolve, reject } = Promise.withResolvers<string[]>();
  get(url, { headers, agent: false }, (response) => {
    response.resume();
    response.on("end", () => resolve(response.rawHeaders));
  }).on("error", reject);
  return promise;
}

Deno.test("S-01 simulator answers every route of the reference and refuses others", async (t) => {
  await using sim = await startOktaSimulator({ users: 60, now: NOW });
  const visitor = new Visitor(sim);
  const [user, group, app] = [sim.idOf("user", 1), sim.idOf("group", 0), sim.idOf("app", 0)];
  const open = [...sim.truth("sessions")].find(({ startedAt, endedAt }) => startedAt && !endedAt)!;
  const cases: [string, number, string?][] = [
    ["/users", 200],
    [`/users/${user}`, 200],
    ["/users/me", 200],
    [`/users/${user}/groups`, 200],
    ["/groups", 200],
    [`/groups/${group}`, 200],
    [`/groups/${group}/users`, 200],
    [`/groups/${group}/apps`, 200],
    ["/apps", 200],
    [`/apps/${app}`, 200],
    [`/apps/${app}/users`, 200],
    [`/apps/${app}/groups`, 200],
    ["/logs", 200],
    [`/sessions/${open.id}`, 200],
    ["/nothing", 404, "E0000008"],
    ["/users/", 404, "E0000008"],
    ["/users/nobody", 404, "E0000007"],
  ];
  for (const [path, status, code] of cases) {
    await t.step(path, async () => {
      const { status: actual, body } = await visitor.visit(`/api/v1${path}`);
      assert.equal(actual, status);
      assert.equal(body.errorCode, code);
    });
  }
  const post = await visitor.visit("/api/v1/users", { method: "POST" });
  assert.deepEqual([post.status, post.body.errorCode], [405, "E0000022"]);
  assert.equal((await visitor.visit("/.well-known/okta-organization")).status, 200);
});

Deno.test("S-02 sessions list answers 405 without rate headers, unknown session 404", async () => {
  await using sim = await startOktaSimulator({ users: 20, now: NOW });
  const visitor = new Visitor(sim);
  for (const path of ["/api/v1/sessions", "/api/v1/sessions/"]) {
    const { status, body, headers } = await visitor.visit(path);
    assert.deepEqual([status, body.errorCode], [405, "E0000022"]);
    assert.equal(headers.get("x-rate-limit-limit"), null);
    assert.equal(headers.get("x-okta-request-id"), null);
  }
  const unknown = await visitor.visit("/api/v1/sessions/102unknown");
  assert.equal(unknown.status, 404);
  assert.match(unknown.body.errorSummary, /102unknown \(AppSession\)$/);
});

Deno.test("S-03 simulator sends the recorded headers and compresses when told to", async () => {
  await using sim = await startOktaSimulator({ users: 20, now: NOW });
  const visitor = new Visitor(sim);
  const first = await visitor.visit("/api/v1/users");
  const second = await visitor.visit(`/api/v1/users/${sim.idOf("user", 1)}`);
  for (
    const name of [
      "date",
      "x-okta-request-id",
      "x-rate-limit-limit",
      "x-rate-limit-remaining",
      "x-rate-limit-reset",
    ]
  ) {
    assert.ok(first.headers.get(name), name);
  }
  assert.equal(first.headers.get("content-type"), "application/json");
  assert.equal(first.headers.get("expires"), "0");
  assert.equal(first.headers.get("pragma"), "no-cache");
  assert.match(first.headers.get("date")!, /^Wed, 04 Mar 2026 05:0/);
  assert.notEqual(first.headers.get("x-okta-request-id"), second.headers.get("x-okta-request-id"));
  assert.match(second.headers.get("etag")!, /^W\/"/);
  assert.equal(second.headers.get("link"), null);
  sim.switches.gzip = true;
  const compressed = await visitor.visit("/api/v1/users");
  assert.equal(compressed.text, first.text);
  assert.ok(sim.requests().at(-1)!.bytes < first.text.length / 4);
});

Deno.test("S-04 simulator writes Link as two lines, and as the switch says", async (t) => {
  await using sim = await startOktaSimulator({ users: 60, now: NOW });
  const visitor = new Visitor(sim);
  const lines = async () => {
    const raw = await rawLines(`${sim.url}/api/v1/users?limit=5`, { authorization: `SSWS ${sim.token}` });
    return raw.filter((_, at) => at % 2 === 1 && raw[at - 1].toLowerCase() === "link");
  };
  const cases = [
    ["separate", [/rel="self"$/, /rel="next"$/]],
    ["joined", [/rel="self", <.*rel="next"$/]],
    ["next-first", [/rel="next"$/, /rel="self"$/]],
    ["unquoted-rel", [/rel=self$/, /rel=next$/]],
  ] as const;
  for (const [style, patterns] of cases) {
    await t.step(style, async () => {
      sim.switches.link = style;
      const actual = await lines();
      assert.equal(actual.length, patterns.length);
      patterns.forEach((pattern, at) => assert.match(actual[at], pattern));
      const { records } = await visitor.walk("/api/v1/users?limit=7");
      assert.equal(
        records.length,
        [...sim.truth("users")].filter(({ status }) => status !== "DEPROVISIONED").length,
      );
    });
  }
  const empty = await visitor.visit(`/api/v1/groups?filter=${encodeURIComponent('id eq "none"')}`);
  assert.equal(empty.text, "[]");
  assert.match(empty.headers.get("link")!, /rel=self$/);
});

Deno.test("S-05 links show the effective query in normal order", async () => {
  await using sim = await startOktaSimulator({ users: 300, now: NOW });
  const filter = encodeURIComponent('(status eq "ACTIVE") or status eq "STAGED"');
  const { headers, next } = await new Visitor(sim).visit(`/api/v1/users?unknown=1&filter=${filter}`);
  assert.match(
    next!,
    /\/api\/v1\/users\?after=[^&]+&limit=200&filter=\(status\+eq\+%22ACTIVE%22\)\+or\+status\+eq\+%22STAGED%22$/,
  );
  assert.match(headers.get("link")!, /<[^>]*\/users\?limit=200&filter=/);
});

Deno.test("S-06 links use the called host without -admin, or the host of the switch", async (t) => {
  await using sim = await startOktaSimulator({ users: 60, now: NOW });
  const { port } = new URL(sim.url);
  const cases = [
    ["request", "acme-admin.localhost", `http://acme.localhost:${port}/`],
    ["request", "acme.localhost", `http://acme.localhost:${port}/`],
    ["https://id.example.com", "acme.localhost", "https://id.example.com/"],
  ];
  for (const [linkHost, host, expected] of cases) {
    await t.step(`${linkHost} ${host}`, async () => {
      sim.switches.linkHost = linkHost;
      const headers = { authorization: `SSWS ${sim.token}`, host: `${host}:${port}` };
      const raw = await rawLines(`${sim.url}/api/v1/users?limit=5`, headers);
      assert.ok(raw.find((line) => line.includes('rel="next"'))!.startsWith(`<${expected}`));
    });
  }
});

Deno.test("S-07 simulator negotiates content and honours okta-response", async () => {
  await using sim = await startOktaSimulator({ users: 20, now: NOW });
  const visitor = new Visitor(sim);
  const refused = await visitor.visit("/api/v1/users", { headers: { accept: "text/html" } });
  assert.deepEqual([refused.status, refused.body.errorCode], [406, "E0000122"]);
  const contentType =
    'application/json; okta-response="omitCredentials,omitCredentialsLinks,omitTransitioningToStatus"';
  const lean = await visitor.visit("/api/v1/users", { headers: { "content-type": contentType } });
  assert.ok(lean.body.length > 0);
  assert.ok(lean.body.every((user: object) => !("credentials" in user)));
  const full = await visitor.visit("/api/v1/users");
  assert.deepEqual(idsOf(full.body), idsOf(lean.body));
  assert.ok(full.body.every((user: object) => "credentials" in user));
});

Deno.test("S-08 simulator sends the old cookie only when told to", async () => {
  await using sim = await startOktaSimulator({ users: 20, now: NOW });
  const visitor = new Visitor(sim);
  assert.equal((await visitor.visit("/api/v1/users")).headers.get("set-cookie"), null);
  sim.switches.setCookie = true;
  assert.match((await visitor.visit("/api/v1/users")).headers.get("set-cookie")!, /^JSESSIONID=/);
});
