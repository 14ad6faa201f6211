/**
 * OAuth with a signed client assertion, against a server that checks every claim: keys, tokens, DPoP, refusals.
 * @module
 */
import assert from "assert";
import { createPrivateKey } from "node:crypto";
import {
  calculateJwkThumbprint,
  decodeJwt,
  EmbeddedJWK,
  exportJWK,
  exportPKCS8,
  generateKeyPair,
  jwtVerify,
} from "jose";
import { ConfigError, formatError } from "../pipeline/errors.ts";
import type { RunEvent } from "../pipeline/events.ts";
import { redact, Secret } from "../pipeline/secret.ts";
import { createAuth } from "../rest/auth/mod.ts";
import { RestClient } from "../rest/client.ts";
import { failure, type Handler, json, type JumpingTimer, withClient } from "./rest_harness_test.ts";

const CANARY = "canary-auth-0123456789";

const rsa = await generateKeyPair("RS256", { extractable: true });
const ec = await generateKeyPair("ES384", { extractable: true });
const rsa512 = await generateKeyPair("RS512", { extractable: true });
const rsaPem = await exportPKCS8(rsa.privateKey);
const rsaJwk = await exportJWK(rsa.privateKey);
const ecPem = await exportPKCS8(ec.privateKey);
const PASSPHRASE = "canary-passphrase-0123456789";
const encryption = { cipher: "aes-256-cbc", passphrase: PASSPHRASE };

/** A key in another of its PEM forms. */
function pem(pkcs8: string, type: "pkcs1" | "sec1" | "pkcs8", more: Record<string, string> = {}): string {
  return String(
    createPrivateKey(pkcs8).export({ type, format: "pem", ...more } as { type: "pkcs8"; format: "pem" }),
  );
}
const legacyPem = pem(rsaPem, "pkcs1", encryption);

/** What the authorization server does; each is switched on by a test. */
interface Behaviour {
  publicKey?: CryptoKey;
  dpop?: boolean;
  needsNonce?: boolean;
  apiNonce?: string;
  expiresIn?: number;
  scope?: string;
  /** Server time minus the client's. */
  skewMs?: number;
  refuse?: { status: number; error?: string; error_description?: string };
  failures?: number;
  /** Refusals of the API after the first wait for this. */
  hold?: Promise<void>;
}

/** An API with its token endpoint; checks every claim and signature as strictly as the standards ask. */
class TokenServer {
  readonly behaviour: Behaviour;
  readonly tokenRequests: {
    grant: URLSearchParams;
    proof: string | null;
    assertion: Record<string, unknown>;
  }[] = [];
  readonly problems: string[] = [];
  readonly #usedIds = new Set<unknown>();
  readonly #thumbprints = new Map<string, string | undefined>();
  timer!: JumpingTimer;
  validTokens = new Set<string>();
  rejections = 0;

  constructor(behaviour: Behaviour) {
    this.behaviour = behaviour;
  }
  get now(): Date {
    return new Date(this.timer.now() + (this.behaviour.skewMs ?? 0));
  }
  readonly handle: Handler = async (request) => {
    const isToken = new URL(request.url).pathname === "/token";
    const response = isToken ? await this.#token(request) : await this.#api(request);
    response.headers.set("date", this.now.toUTCString());
    return response;
  };

  async #token(request: Request): Promise<Response> {
    const grant = new URLSearchParams(await request.text());
    const text = grant.get("client_assertion")!;
    const proof = request.headers.get("dpop");
    this.tokenRequests.push({ grant, proof, assertion: decodeJwt(text) });
    const { behaviour } = this;
    if (behaviour.failures && behaviour.failures-- > 0) return new Response("busy", { status: 503 });
    const error = (error: string, headers: HeadersInit = {}, status = 400) =>
      json({ error }, { status, headers });
    try {
      const { payload } = await jwtVerify(text, behaviour.publicKey ?? rsa.publicKey, {
        audience: request.url,
        issuer: "client-1",
        subject: "client-1",
        currentDate: this.now,
        requiredClaims: ["exp", "iat", "jti"],
      });
      if (this.#usedIds.has(payload.jti)) return error("invalid_client", {}, 401);
      this.#usedIds.add(payload.jti);
      if (payload.iat! * 1000 > this.now.getTime()) return error("invalid_client", {}, 401);
    } catch {
      return error("invalid_client", {}, 401);
    }
    if (behaviour.refuse) return json(behaviour.refuse, { status: behaviour.refuse.status });
    let thumbprint: string | undefined;
    if (behaviour.dpop) {
      if (!proof) return error("invalid_dpop_proof");
      const claims = await this.#verifyProof(proof, request).catch((error) =>
        void this.problems.push(String(error))
      );
      if (!claims) return error("invalid_dpop_proof");
      const nonce = { "dpop-nonce": "nonce-1" };
      if (behaviour.needsNonce && claims.nonce !== "nonce-1") return error("use_dpop_nonce", nonce);
      thumbprint = claims.thumbprint;
    }
    const token = `access-${this.tokenRequests.length}-${crypto.randomUUID()}`;
    this.#thumbprints.set(token, thumbprint);
    this.validTokens.add(token);
    return json({
      access_token: token,
      token_type: behaviour.dpop ? "DPoP" : "Bearer",
      expires_in: behaviour.expiresIn ?? 3600,
      scope: behaviour.scope ?? grant.get("scope"),
    });
  }

  async #api(request: Request): Promise<Response> {
    const [scheme, token = ""] = (request.headers.get("authorization") ?? "").split(" ");
    if (!this.validTokens.has(token)) {
      if (this.rejections++ > 0) await this.behaviour.hold;
      return new Response(null, { status: 401 });
    }
    if (!this.behaviour.dpop) return scheme === "Bearer" ? json([]) : json({}, { status: 400 });
    try {
      const proof = await this.#verifyProof(request.headers.get("dpop")!, request);
      const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(token));
      assert.equal(scheme, "DPoP");
      assert.equal(proof.ath, new Uint8Array(hash).toBase64({ alphabet: "base64url", omitPadding: true }));
      assert.equal(proof.thumbprint, this.#thumbprints.get(token));
      if (this.behaviour.apiNonce && proof.nonce !== this.behaviour.apiNonce) {
        const headers = {
          "www-authenticate": 'DPoP error="use_dpop_nonce"',
          "dpop-nonce": this.behaviour.apiNonce,
        };
        return new Response(null, { status: 401, headers });
      }
      return json([]);
    } catch (error) {
      this.problems.push(String(error));
      return json({}, { status: 400 });
    }
  }

  async #verifyProof(proof: string, request: Request) {
    const { payload, protectedHeader } = await jwtVerify(proof, EmbeddedJWK, { typ: "dpop+jwt" });
    const { origin, pathname } = new URL(request.url);
    assert.equal(payload.htm, request.method);
    assert.equal(payload.htu, origin + pathname);
    assert.ok(Math.abs(payload.iat! * 1000 - this.now.getTime()) < 60_000, "proof is not of now");
    assert.ok(!this.#usedIds.has(payload.jti), "proof was used before");
    assert.ok(!("d" in protectedHeader.jwk!));
    this.#usedIds.add(payload.jti);
    const thumbprint = await calculateJwkThumbprint(protectedHeader.jwk!);
    return { nonce: payload.nonce, ath: payload.ath, thumbprint };
  }
}

/** A client of a {@link TokenServer}. */
async function withTokens(
  behaviour: Behaviour,
  options: Record<string, unknown>,
  use: (
    parts: { server: TokenServer; get: () => Promise<unknown>; timer: JumpingTimer; events: RunEvent[] },
  ) => Promise<void>,
): Promise<void> {
  const server = new TokenServer(behaviour);
  await withClient(
    (request, count) => server.handle(request, count),
    {},
    async ({ base, timer, events, controller }) => {
      server.timer = timer;
      const auth = {
        type: "private_key_jwt",
        token_url: `${base}/token`,
        client_id: "client-1",
        private_key: rsaPem,
        scopes: ["things.read", "more.read"],
        ...options,
      };
      const client = new RestClient({ base_url: base, auth, retry: { max_attempts: 3 } }, {
        signal: controller.signal,
        emit: (event) => events.push(event),
        timer,
      });
      await use({
        server,
        get: () => client.send(client.request("/x?q=1"), { resource: "things" }),
        timer,
        events,
      });
      assert.deepEqual(server.problems, []);
    },
  );
}

const keyForms: {
  name: string;
  private_key: unknown;
  publicKey?: CryptoKey;
  key_id?: string;
  kid?: string;
  private_key_passphrase?: string | Secret;
  alg: string;
}[] = [
  { name: "PEM", private_key: rsaPem, alg: "RS256", key_id: "k1", kid: "k1" },
  { name: "a Secret", private_key: new Secret(rsaPem), alg: "RS256" },
  { name: "PEM with literal line breaks", private_key: rsaPem.replaceAll("\n", "\\n"), alg: "RS256" },
  { name: "PEM on one line", private_key: rsaPem.replaceAll("\n", " "), alg: "RS256" },
  { name: "PEM with Windows line breaks", private_key: rsaPem.replaceAll("\n", "\r\n"), alg: "RS256" },
  { name: "an EC PEM", private_key: ecPem, publicKey: ec.publicKey, alg: "ES384" },
  { name: "PKCS#1", private_key: pem(rsaPem, "pkcs1"), alg: "RS256" },
  { name: "PKCS#1 on one line", private_key: pem(rsaPem, "pkcs1").replaceAll("\n", "\\n"), alg: "RS256" },
  { name: "SEC1", private_key: pem(ecPem, "sec1"), publicKey: ec.publicKey, alg: "ES384" },
  {
    name: "SEC1 with its curve before it",
    private_key: `-----BEGIN EC PARAMETERS-----\nBgUrgQQAIg==\n-----END EC PARAMETERS-----\n${
      pem(ecPem, "sec1")
    }`,
    publicKey: ec.publicKey,
    alg: "ES384",
  },
  {
    name: "encrypted PKCS#8",
    private_key: pem(rsaPem, "pkcs8", encryption),
    private_key_passphrase: new Secret(PASSPHRASE),
    alg: "RS256",
  },
  {
    name: "encrypted PKCS#8 on one line",
    private_key: pem(ecPem, "pkcs8", encryption).replaceAll("\n", " "),
    private_key_passphrase: PASSPHRASE,
    publicKey: ec.publicKey,
    alg: "ES384",
  },
  {
    name: "PKCS#1 that is encrypted the old way",
    private_key: legacyPem,
    private_key_passphrase: PASSPHRASE,
    alg: "RS256",
  },
  {
    name: "a passphrase that is not needed",
    private_key: rsaPem,
    private_key_passphrase: PASSPHRASE,
    alg: "RS256",
  },
  { name: "JWK text", private_key: JSON.stringify({ ...rsaJwk, kid: "own" }), alg: "RS256", kid: "own" },
  {
    name: "a JWK object",
    private_key: { ...await exportJWK(rsa512.privateKey), use: "sig", alg: "RS512" },
    publicKey: rsa512.publicKey,
    alg: "RS512",
  },
  { name: "an EC JWK", private_key: await exportJWK(ec.privateKey), publicKey: ec.publicKey, alg: "ES384" },
];

for (const { name, private_key, publicKey, key_id, kid, alg, private_key_passphrase } of keyForms) {
  Deno.test(`private_key_jwt signs with ${name}`, async () => {
    await withTokens(
      { publicKey },
      { private_key, key_id, private_key_passphrase },
      async ({ server, get }) => {
        await get();
        const text = server.tokenRequests[0]!.grant.get("client_assertion")!;
        const header = JSON.parse(atob(text.split(".")[0]!));
        assert.deepEqual(header, { alg, typ: "JWT", ...(kid ? { kid } : {}) });
        assert.equal(server.tokenRequests[0]!.grant.get("grant_type"), "client_credentials");
        assert.equal(server.tokenRequests[0]!.grant.get("scope"), "things.read more.read");
        const { iat, exp } = server.tokenRequests[0]!.assertion as { iat: number; exp: number };
        assert.equal(exp - iat, 305);
      },
    );
  });
}

const wrapped = (label: string) => `-----BEGIN ${label}-----\n${CANARY}\n-----END ${label}-----`;
const badKeys: { name: string; private_key: unknown; message: RegExp; next?: RegExp }[] = [
  {
    name: "an encrypted one without a passphrase",
    private_key: wrapped("ENCRYPTED PRIVATE KEY"),
    message: /"private_key_passphrase" is missing/,
    next: /set "private_key_passphrase"/,
  },
  {
    name: "one encrypted the old way without a passphrase",
    private_key: legacyPem,
    message: /"private_key_passphrase" is missing/,
  },
  { name: "a public key", private_key: wrapped("PUBLIC KEY"), message: /is a public key/ },
  { name: "a path", private_key: "/home/me/key.pem", message: /neither PEM nor a JWK/ },
  {
    name: "a public JWK",
    private_key: { kty: "RSA", n: "x", e: "AQAB" },
    message: /without its private part/,
  },
  { name: "broken JSON", private_key: `{"kty": "${CANARY}`, message: /not valid JSON/ },
  { name: "a JWK of another kind", private_key: { kty: "oct", d: CANARY }, message: /no usable kind/ },
  { name: "nothing", private_key: undefined, message: /"private_key" is missing/ },
];

for (const { name, private_key, message, next } of badKeys) {
  Deno.test(`private_key_jwt refuses ${name} as a key`, () => {
    const auth = { type: "private_key_jwt", token_url: "https://h/token", client_id: "c", private_key };
    assert.throws(() => createAuth(auth), (error) => {
      assert.ok(error instanceof ConfigError);
      assert.match(error.message, message);
      if (next) assert.match(error.next ?? "", next);
      assert.ok(!formatError(error).includes(CANARY));
      return true;
    });
  });
}

Deno.test("private_key_jwt refuses a damaged key when it is used, and an insecure token_url at once", async () => {
  await withTokens({}, { private_key: wrapped("PRIVATE KEY") }, async ({ get, server }) => {
    const error = await failure(get());
    assert.match(error.message, /cannot be imported/);
    assert.equal(server.tokenRequests.length, 0);
  });
  const encrypted = { private_key: pem(rsaPem, "pkcs8", encryption), private_key_passphrase: CANARY };
  await withTokens({}, encrypted, async ({ get, server }) => {
    const error = await failure(get());
    assert.match(error.message, /cannot be decrypted with option "private_key_passphrase"/);
    assert.ok(!formatError(error).includes(CANARY));
    assert.equal(server.tokenRequests.length, 0);
  });
  const auth = { type: "private_key_jwt", token_url: "http://h/token", client_id: "c", private_key: rsaPem };
  assert.throws(() => createAuth(auth), /not an https URL/);
});

Deno.test("private_key_jwt asks for one token for many requests, and a new one at 85 % of its life", async () => {
  await withTokens({ expiresIn: 1000 }, {}, async ({ server, get, timer }) => {
    await Promise.all([get(), get(), get()]);
    assert.equal(server.tokenRequests.length, 1);
    await timer.sleep(849_000, new AbortController().signal);
    await get();
    assert.equal(server.tokenRequests.length, 1);
    await timer.sleep(2_000, new AbortController().signal);
    await Promise.all([get(), get()]);
    assert.equal(server.tokenRequests.length, 2);
  });
});

Deno.test("private_key_jwt renews once for all requests that meet a 401", async () => {
  await withTokens({}, {}, async ({ server, get }) => {
    await get();
    server.validTokens.clear();
    await Promise.all([get(), get(), get()]);
    assert.equal(server.tokenRequests.length, 2);
  });
});

Deno.test("private_key_jwt keeps a new token when an old one is refused late", async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  await withTokens({ hold: promise }, {}, async ({ server, get }) => {
    await get();
    server.validTokens.clear();
    const [early, late] = [get(), get()];
    await Promise.race([early, late]);
    resolve();
    await Promise.all([early, late]);
    assert.equal(server.tokenRequests.length, 2);
  });
});

Deno.test("private_key_jwt makes a new assertion for each try", async () => {
  await withTokens({ failures: 2 }, {}, async ({ server, get, timer }) => {
    await get();
    assert.equal(new Set(server.tokenRequests.map(({ assertion }) => assertion.jti)).size, 3);
    assert.equal(timer.slept.length, 2);
  });
});

const dances: { name: string; behaviour: Behaviour; dpop?: unknown; requests: number }[] = [
  { name: "by itself", behaviour: { dpop: true }, requests: 2 },
  { name: "with a nonce", behaviour: { dpop: true, needsNonce: true }, requests: 3 },
  { name: "at once when told", behaviour: { dpop: true, needsNonce: true }, dpop: true, requests: 2 },
  { name: "with a nonce of the API", behaviour: { dpop: true, apiNonce: "api-1" }, requests: 2 },
];

for (const { name, behaviour, dpop, requests } of dances) {
  Deno.test(`private_key_jwt uses DPoP ${name}`, async () => {
    await withTokens(behaviour, { dpop }, async ({ server, get }) => {
      await get();
      await Promise.all([get(), get()]);
      assert.equal(server.tokenRequests.length, requests);
      // The nonce is kept: a later token takes one request.
      server.validTokens.clear();
      await get();
      assert.equal(server.tokenRequests.length, requests + 1);
    });
  });
}

for (const skewMs of [-3_600_000, 3_600_000]) {
  Deno.test(`private_key_jwt sets its clock by the server when ours is ${-skewMs / 3_600_000} h off`, async () => {
    for (const dpop of [false, true]) {
      await withTokens(
        { skewMs, dpop, needsNonce: dpop },
        { dpop: dpop || "auto" },
        async ({ server, get }) => {
          await get();
          assert.equal(server.tokenRequests.length, dpop ? 3 : 2);
        },
      );
    }
  });
}

const tokenErrors: {
  name: string;
  behaviour: Behaviour;
  options?: Record<string, unknown>;
  code: string;
  message: RegExp;
  next: RegExp;
  isConfig?: boolean;
  requests?: number;
}[] = [
  {
    name: "a wrong key",
    behaviour: { publicKey: (await generateKeyPair("RS256")).publicKey },
    code: "token-refused",
    message: /answered 401 \(invalid_client\)/,
    next: /check client_id, private_key/,
    isConfig: true,
  },
  {
    name: "an unknown scope",
    behaviour: {
      refuse: {
        status: 400,
        error: "invalid_scope",
        error_description: "One or more scopes are not configured.",
      },
    },
    code: "token-refused",
    message: /\(invalid_scope\), it says "One or more scopes/,
    next: /grant the requested scopes/,
    isConfig: true,
  },
  {
    name: "a policy",
    behaviour: { refuse: { status: 403, error: "access_denied" } },
    code: "token-refused",
    message: /403 \(access_denied\)/,
    next: /administrator/,
  },
  {
    name: "a busy server",
    behaviour: { failures: 9 },
    code: "token-refused",
    message: /answered 503/,
    next: /rerun/,
    requests: 3,
  },
  {
    name: "fewer scopes",
    behaviour: { scope: "more.read" },
    code: "missing-scopes",
    message: /granted 1 of 2 scopes, missing things.read$/,
    next: /grant the missing/,
    isConfig: true,
  },
  {
    name: "DPoP when it is off",
    behaviour: { dpop: true },
    options: { dpop: false },
    code: "token-refused",
    message: /invalid_dpop_proof/,
    next: /set dpop to "auto"/,
    isConfig: true,
  },
  {
    name: "nonces that never fit",
    behaviour: { refuse: { status: 400, error: "use_dpop_nonce" } },
    code: "token-refused",
    message: /use_dpop_nonce/,
    next: /dpop/,
    isConfig: true,
    requests: 2,
  },
];

for (
  const { name, behaviour, options = {}, code, message, next, isConfig = false, requests = 1 } of tokenErrors
) {
  Deno.test(`private_key_jwt explains ${name}`, async () => {
    await withTokens({ ...behaviour }, options, async ({ server, get }) => {
      const error = await failure(get());
      assert.equal(error.code, code);
      assert.equal(error instanceof ConfigError, isConfig);
      assert.match(error.message, message);
      assert.match(error.next ?? "", next);
      assert.match(error.at.request ?? "", /^POST .*\/token$/);
      assert.equal(error.at.resource, "things");
      assert.equal(server.tokenRequests.length, requests);
    });
  });
}

Deno.test("private_key_jwt registers its tokens as secrets", async () => {
  await withTokens({}, {}, async ({ server, get, events }) => {
    await get();
    const [token] = server.validTokens;
    assert.equal(redact(`x ${token} y`), "x *** y");
    assert.ok(events.some((event) => event.type === "request" && event.request.endsWith("/token")));
    assert.ok(!Deno.inspect(events, { depth: 9 }).includes(token!));
  });
});
