/**
 * Authentication against the Okta simulator: API tokens, service apps, DPoP, clock skew (S-10 to S-18).
 *
 * @module
 */

import assert from "assert";
import { calculateJwkThumbprint, exportJWK, generateKeyPair, importPKCS8, SignJWT } from "jose";
import { type OktaSimulator, type ServiceApp, startOktaSimulator } from "../simulator/okta/mod.ts";
import { Visitor } from "../simulator/visitor.ts";

const ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
const SCOPES = "okta.users.read okta.groups.read okta.apps.read okta.logs.read";

interface AssertionChanges {
  readonly claims?: Record<string, unknown>;
  readonly header?: Record<string, unknown>;
  readonly key?: CryptoKey;
}

async function assertionOf(
  sim: OktaSimulator,
  app: ServiceApp,
  { claims, header, key }: AssertionChanges = {},
) {
  const now = Math.floor(sim.clock.now() / 1000);
  const usual = {
    iss: app.clientId,
    sub: app.clientId,
    aud: `${sim.url}/oauth2/v1/token`,
    iat: now,
    exp: now + 300,
  };
  return await new SignJWT({ ...usual, jti: crypto.randomUUID(), ...claims })
    .setProtectedHeader({ alg: "RS256", kid: app.kid, ...header })
    .sign(key ?? await importPKCS8(app.privateKeyPem, "RS256"));
}

async function requestToken(
  sim: OktaSimulator,
  app: ServiceApp,
  options: AssertionChanges & { form?: Record<string, string>; proof?: string; contentType?: string } = {},
) {
  const form = {
    grant_type: "client_credentials",
    scope: SCOPES,
    client_assertion_type: ASSERTION_TYPE,
    client_assertion: await assertionOf(sim, app, options),
    ...options.form,
  };
  return new Visitor(sim).visit("/oauth2/v1/token", {
    method: "POST",
    authorization: "",
    headers: {
      "content-type": options.contentType ?? "application/x-www-form-urlencoded",
      ...(options.proof !== undefined && { dpop: options.proof }),
    },
    body: new URLSearchParams(form).toString(),
  });
}

Deno.test("S-10 API tokens see what their role may see", async (t) => {
  await using sim = await startOktaSimulator({ users: 60 });
  const visitor = new Visitor(sim);
  const everyone = sim.idOf("group", 0);
  const cases = [
    ["super", "/users", 200],
    ["readonly", "/users", 200],
    ["readonly", "/logs", 200],
    ["reportonly", "/logs", 200],
    ["reportonly", "/users", 403],
    ["groupadmin", `/groups/${everyone}`, 404],
    ["groupadmin", "/logs", 403],
    ["none", "/users", 403],
  ] as const;
  for (const [role, path, status] of cases) {
    await t.step(`${role} ${path}`, async () => {
      const visit = await visitor.visit(`/api/v1${path}`, { authorization: `SSWS ${sim.tokens[role]}` });
      assert.equal(visit.status, status);
      if (status === 403) assert.equal(visit.body.errorCode, "E0000006");
    });
  }
  const all = (await visitor.walk("/api/v1/groups")).records.length;
  const partial = await visitor.walk("/api/v1/groups", { authorization: `SSWS ${sim.tokens.groupadmin}` });
  assert.ok(partial.records.length > 0 && partial.records.length < all);
  assert.ok(partial.records.every(({ type }) => type !== "BUILT_IN"));
});

Deno.test("S-10 API tokens that are wrong or absent are refused", async () => {
  await using sim = await startOktaSimulator({ users: 20 });
  const visitor = new Visitor(sim);
  const wrong = await visitor.visit("/api/v1/users", { authorization: "SSWS 00wrong" });
  assert.deepEqual([wrong.status, wrong.body.errorCode], [401, "E0000011"]);
  const absent = await visitor.visit("/api/v1/users", { authorization: "" });
  assert.deepEqual([absent.status, absent.body.errorCode], [403, "E0000005"]);
  sim.switches.missingAuthorization = 401;
  const switched = await visitor.visit("/api/v1/users", { authorization: "" });
  assert.deepEqual([switched.status, switched.body.errorCode], [401, "E0000011"]);
});

Deno.test("S-11 token endpoint grants a good assertion and names what is wrong with a bad one", async (t) => {
  await using sim = await startOktaSimulator({ users: 20 });
  const app = sim.serviceApp;
  const good = await requestToken(sim, app);
  assert.equal(good.status, 200);
  assert.deepEqual([good.body.token_type, good.body.expires_in, good.body.scope], ["Bearer", 3600, SCOPES]);
  const authorization = `Bearer ${good.body.access_token}`;
  assert.equal((await new Visitor(sim).visit("/api/v1/users", { authorization })).status, 200);
  const now = Math.floor(sim.clock.now() / 1000);
  const { privateKey: stranger } = await generateKeyPair("RS256");
  const cases: [string, Parameters<typeof requestToken>[2], number, string, RegExp][] = [
    ["form", { contentType: "text/plain" }, 400, "invalid_request", /form encoded/],
    ["grant type", { form: { grant_type: "password" } }, 400, "unsupported_grant_type", /not supported/],
    ["no scope", { form: { scope: "" } }, 400, "invalid_scope", /No scopes were requested/],
    ["ungranted scope", { form: { scope: "okta.policies.read" } }, 400, "invalid_scope", /not configured/],
    ["assertion type", { form: { client_assertion_type: "x" } }, 401, "invalid_client", /private_key_jwt/],
    ["signature", { key: stranger }, 401, "invalid_client", /signature is invalid/],
    ["kid", { header: { kid: "other" } }, 401, "invalid_client", /kid/],
    ["issuer", { claims: { iss: "0oaother" } }, 401, "invalid_client", /client_id/],
    ["subject", { claims: { sub: "0oaother" } }, 401, "invalid_client", /'sub' and 'iss'/],
    ["audience", { claims: { aud: `${sim.url}/oauth2/default` } }, 401, "invalid_client", /audience/],
    ["expired", { claims: { exp: now - 60 } }, 401, "invalid_client", /expired/],
    ["too long", { claims: { exp: now + 7200 } }, 401, "invalid_client", /too far into the future/],
    ["future", { claims: { iat: now + 600 } }, 401, "invalid_client", /issued time in the future/],
    ["unreadable", { form: { client_assertion: "x.y.z" } }, 401, "invalid_client", /readable/],
  ];
  for (const [name, options, status, code, text] of cases) {
    await t.step(name, async () => {
      const { status: actual, body } = await requestToken(sim, app, options);
      assert.deepEqual([actual, body.error], [status, code]);
      assert.match(body.error_description, text);
    });
  }
});

Deno.test("S-11 token endpoint refuses an assertion used twice and a forbidden algorithm", async () => {
  await using sim = await startOktaSimulator({ users: 20 });
  const once = await assertionOf(sim, sim.serviceApp);
  assert.equal((await requestToken(sim, sim.serviceApp, { form: { client_assertion: once } })).status, 200);
  const twice = await requestToken(sim, sim.serviceApp, { form: { client_assertion: once } });
  assert.match(twice.body.error_description, /already been used/);
  const [, payload] = once.split(".");
  const header = btoa('{"alg":"HS256"}').replaceAll("=", "");
  const symmetric = await requestToken(sim, sim.serviceApp, {
    form: { client_assertion: `${header}.${payload}.AA` },
  });
  assert.match(symmetric.body.error_description, /HS256.*not allowed/);
});

Deno.test("S-11 token endpoint reduces mixed scopes when told to", async () => {
  await using sim = await startOktaSimulator({ users: 20, switches: { mixedScopes: "reduce" } });
  const { body } = await requestToken(sim, sim.serviceApp, {
    form: { scope: "okta.users.read okta.policies.read" },
  });
  assert.equal(body.scope, "okta.users.read");
});

Deno.test("S-12 access token expires after its lifetime with a challenge and no body", async () => {
  await using sim = await startOktaSimulator({ users: 20, switches: { tokenLifetimeS: 3 } });
  const { body } = await requestToken(sim, sim.serviceApp);
  const authorization = `Bearer ${body.access_token}`;
  const visitor = new Visitor(sim);
  assert.equal((await visitor.visit("/api/v1/users", { authorization })).status, 200);
  sim.clock.advance(4000);
  const expired = await visitor.visit("/api/v1/users", { authorization });
  assert.equal(expired.status, 401);
  assert.match(expired.headers.get("www-authenticate")!, /error="invalid_token"/);
});

Deno.test("S-13 missing scope answers 403 without body and names the scope", async () => {
  await using sim = await startOktaSimulator({ users: 20 });
  const { body } = await requestToken(sim, sim.serviceApp, { form: { scope: "okta.users.read" } });
  const authorization = `Bearer ${body.access_token}`;
  const { status, text, headers } = await new Visitor(sim).visit("/api/v1/groups", { authorization });
  assert.deepEqual([status, text, headers.get("content-length")], [403, "", "0"]);
  const challenge = headers.get("www-authenticate")!;
  assert.match(
    challenge,
    /scope="okta.groups.read", error="insufficient_scope".*resource="\/api\/v1\/groups"/,
  );
});

Deno.test("S-14 service app without a role reads empty lists", async () => {
  await using sim = await startOktaSimulator({ users: 60 });
  const { body } = await requestToken(sim, sim.rolelessServiceApp);
  const authorization = `Bearer ${body.access_token}`;
  const visitor = new Visitor(sim);
  const children = [`/groups/${sim.idOf("group", 0)}/users`, `/apps/${sim.idOf("app", 0)}/users`];
  for (const path of ["/users", "/groups", "/apps", "/logs?until=2030-01-01T00:00:00.000Z", ...children]) {
    const { status, text, headers } = await visitor.visit(`/api/v1${path}`, { authorization });
    assert.deepEqual([status, text], [200, "[]"], path);
    assert.match(headers.get("link")!, /^<[^>]*>; rel="self"$/);
  }
});

Deno.test("S-15 token endpoint leads through the nonce dance of DPoP", async () => {
  await using sim = await startOktaSimulator({ users: 20 });
  const prover = await proverOf(sim);
  const endpoint = `${sim.url}/oauth2/v1/token`;
  const bare = await requestToken(sim, sim.dpopServiceApp);
  assert.deepEqual([bare.status, bare.body.error], [400, "invalid_dpop_proof"]);
  assert.equal(bare.body.error_description, "The DPoP proof JWT header is missing.");
  const asked = await requestToken(sim, sim.dpopServiceApp, {
    proof: await prover({ htm: "POST", htu: endpoint }),
  });
  assert.deepEqual([asked.status, asked.body.error], [400, "use_dpop_nonce"]);
  const nonce = asked.headers.get("dpop-nonce")!;
  const proof = await prover({ htm: "POST", htu: endpoint, nonce });
  const granted = await requestToken(sim, sim.dpopServiceApp, { proof });
  assert.deepEqual([granted.status, granted.body.token_type], [200, "DPoP"]);
  sim.clock.advance(4 * 86_400_000);
  const stale = await requestToken(sim, sim.dpopServiceApp, {
    proof: await prover({ htm: "POST", htu: endpoint, nonce }),
  });
  assert.equal(stale.body.error, "use_dpop_nonce");
  assert.notEqual(stale.headers.get("dpop-nonce"), nonce);
});

Deno.test("S-15 token endpoint gives an ordinary token to an app that need not prove, proof or not", async () => {
  await using sim = await startOktaSimulator({ users: 20 });
  const proof = await (await proverOf(sim))({ htm: "POST", htu: `${sim.url}/oauth2/v1/token` });
  assert.equal((await requestToken(sim, sim.serviceApp, { proof })).body.token_type, "Bearer");
});

Deno.test("S-15 API calls with a bound token need a fitting proof", async (t) => {
  await using sim = await startOktaSimulator({ users: 20 });
  const prover = await proverOf(sim);
  const token = await boundToken(sim, prover);
  const visitor = new Visitor(sim);
  const htu = `${sim.url}/api/v1/users`;
  const ath = await hashOf(token);
  const call = (proof: string, scheme = "DPoP") =>
    visitor.visit("/api/v1/users?limit=1", { authorization: `${scheme} ${token}`, headers: { dpop: proof } });
  const good = await prover({ htm: "GET", htu, ath });
  assert.equal((await call(good)).status, 200);
  const stranger = await proverOf(sim);
  const now = Math.floor(sim.clock.now() / 1000);
  const cases: [string, string, RegExp][] = [
    ["replay", good, /already been used/],
    ["method", await prover({ htm: "POST", htu, ath }), /htm/],
    ["url with query", await prover({ htm: "GET", htu: `${htu}?limit=1`, ath }), /htu/],
    ["token hash", await prover({ htm: "GET", htu, ath: "x" }), /ath/],
    ["old", await prover({ htm: "GET", htu, ath, iat: now - 400 }), /too old/],
    ["future", await prover({ htm: "GET", htu, ath, iat: now + 400 }), /future/],
    ["other key", await stranger({ htm: "GET", htu, ath }), /another key/],
    ["garbage", "x.y.z", /not valid/],
  ];
  for (const [name, proof, text] of cases) {
    await t.step(name, async () => {
      const { status, headers } = await call(proof);
      assert.equal(status, 401);
      assert.match(headers.get("www-authenticate")!, text);
    });
  }
  const bearer = await call(await prover({ htm: "GET", htu, ath }), "Bearer");
  assert.deepEqual([bearer.status, bearer.body.error], [400, "invalid_request"]);
});

Deno.test("S-16 users_me answers by kind of credential", async (t) => {
  await using sim = await startOktaSimulator({ users: 20 });
  const visitor = new Visitor(sim);
  const own = await visitor.visit("/api/v1/users/me");
  assert.deepEqual(own.body, [...sim.truth("users_me")][0]);
  const { body } = await requestToken(sim, sim.serviceApp);
  const authorization = `Bearer ${body.access_token}`;
  for (const status of [401, 403, 404] as const) {
    await t.step(`service app ${status}`, async () => {
      sim.switches.usersMeForServiceApp = status;
      assert.equal((await visitor.visit("/api/v1/users/me", { authorization })).status, status);
    });
  }
});

Deno.test("S-17 revoked token is refused from then on", async () => {
  await using sim = await startOktaSimulator({ users: 20 });
  const visitor = new Visitor(sim);
  const { token } = sim;
  assert.equal((await visitor.visit("/api/v1/users")).status, 200);
  sim.mutate({ op: "token.revoke", token });
  const { status, body } = await visitor.visit("/api/v1/users");
  assert.deepEqual([status, body.errorCode], [401, "E0000011"]);
});

Deno.test("S-18 skewed clock shows in Date, in resets and in the checks of assertions", async () => {
  await using sim = await startOktaSimulator({ users: 20, clockOffsetMs: 10 * 60_000 });
  const { headers } = await new Visitor(sim).visit("/api/v1/users");
  assert.ok(Date.parse(headers.get("date")!) - Date.now() > 9 * 60_000);
  assert.ok(Number(headers.get("x-rate-limit-reset")) * 1000 - Date.now() > 9 * 60_000);
  const local = Math.floor(Date.now() / 1000);
  const late = await requestToken(sim, sim.serviceApp, { claims: { iat: local, exp: local + 300 } });
  assert.match(late.body.error_description, /expired/);
  sim.clock.setOffset(-10 * 60_000);
  const early = await requestToken(sim, sim.serviceApp, { claims: { iat: local, exp: local + 300 } });
  assert.match(early.body.error_description, /future/);
});

type Prover = (claims: Record<string, unknown>) => Promise<string>;

async function proverOf(sim: OktaSimulator): Promise<Prover> {
  const { privateKey, publicKey } = await generateKeyPair("ES256", { extractable: true });
  const jwk = await exportJWK(publicKey);
  assert.ok(await calculateJwkThumbprint(jwk));
  return (claims) => {
    const usual = { iat: Math.floor(sim.clock.now() / 1000), jti: crypto.randomUUID() };
    return new SignJWT({ ...usual, ...claims }).setProtectedHeader({ typ: "dpop+jwt", alg: "ES256", jwk })
      .sign(privateKey);
  };
}

async function boundToken(sim: OktaSimulator, prover: Prover): Promise<string> {
  const htu = `${sim.url}/oauth2/v1/token`;
  const asked = await requestToken(sim, sim.dpopServiceApp, { proof: await prover({ htm: "POST", htu }) });
  const nonce = asked.headers.get("dpop-nonce");
  const { body } = await requestToken(sim, sim.dpopServiceApp, {
    proof: await prover({ htm: "POST", htu, nonce }),
  });
  return body.access_token;
}

async function hashOf(token: string): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(token)));
  return btoa(String.fromCharCode(...digest)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
