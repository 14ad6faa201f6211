/**
 * Credentials that a configuration leaves out: where they are looked for, in what order, and what is said when
 * they are nowhere.
 * @module
 */
import assert from "assert";
import { bearer, defineSource, formatError } from "../mod.ts";
import { type Api, failure, type LoadMore, withApi } from "./rest_api_scene.ts";

const TOKEN = "t0ken-from-the-right-place";
const OTHER = "t0ken-from-a-wrong-place";

/** What the one request was authorised with. */
async function sent(auth: unknown, more: LoadMore, header = "authorization"): Promise<string | null> {
  let value: string | null = null;
  await withApi(() => [], async (api) => {
    await api.load({ client: { auth }, resources: ["users"] }, { name: "pets", ...more });
    value = api.requests[0]!.headers.get(header);
  });
  return value;
}

// In the order in which they are asked; each goes before all below it.
const places: [where: string, env: Record<string, string>, secrets: string][] = [
  ["the pipeline's own variable", { SCENE__SOURCES__REST_API__PETS__CREDENTIALS__TOKEN: TOKEN }, ""],
  ["the pipeline's own table", {}, `[scene.sources.rest_api.pets.credentials]\ntoken = "${TOKEN}"`],
  ["SOURCES__REST_API__PETS", { SOURCES__REST_API__PETS__CREDENTIALS__TOKEN: TOKEN }, ""],
  ["SOURCES__REST_API", { SOURCES__REST_API__CREDENTIALS__TOKEN: TOKEN }, ""],
  ["SOURCES__PETS", { SOURCES__PETS__CREDENTIALS__TOKEN: TOKEN }, ""],
  ["SOURCES", { SOURCES__CREDENTIALS__TOKEN: TOKEN }, ""],
  ["CREDENTIALS", { CREDENTIALS__TOKEN: TOKEN }, ""],
  ["sources.rest_api.pets", {}, `[sources.rest_api.pets.credentials]\ntoken = "${TOKEN}"`],
  ["sources.rest_api", {}, `[sources.rest_api.credentials]\ntoken = "${TOKEN}"`],
  ["sources.pets", {}, `[sources.pets.credentials]\ntoken = "${TOKEN}"`],
  ["sources", {}, `[sources.credentials]\ntoken = "${TOKEN}"`],
  ["credentials", {}, `[credentials]\ntoken = "${TOKEN}"`],
];

for (const [index, [where, env, secrets]] of places.entries()) {
  Deno.test(`run() takes a token from ${where}, before every less specific place`, async () => {
    const below = places.slice(index + 1);
    const others = Object.assign({}, ...below.map(([, env]) => env), env);
    const tables = below.map(([, , table]) => table).filter(Boolean);
    const value = await sent("bearer", {
      env: Object.fromEntries(Object.keys(others).map((name) => [name, name in env ? TOKEN : OTHER])),
      files: { "secrets.toml": [secrets, ...tables.map((table) => table.replace(TOKEN, OTHER))].join("\n") },
    });
    assert.equal(value, `Bearer ${TOKEN}`);
  });
}

const env = (fields: Record<string, string>) =>
  Object.fromEntries(
    Object.entries(fields).map((
      [name, value],
    ) => [`SOURCES__PETS__CREDENTIALS__${name.toUpperCase()}`, value]),
  );
const basic = (text: string) => `Basic ${btoa(text)}`;

const completed: [auth: unknown, fields: Record<string, string>, header: string, value: string][] = [
  ["bearer", { token: TOKEN }, "authorization", `Bearer ${TOKEN}`],
  [{ type: "bearer" }, { token: TOKEN }, "authorization", `Bearer ${TOKEN}`],
  [{}, { token: TOKEN }, "authorization", `Bearer ${TOKEN}`],
  [{ token: null }, { token: TOKEN }, "authorization", `Bearer ${TOKEN}`],
  [{ token: TOKEN }, { token: OTHER }, "authorization", `Bearer ${TOKEN}`],
  ["api_key", { api_key: TOKEN }, "authorization", TOKEN],
  ["api_key", { api_key: TOKEN, name: "x-key" }, "x-key", TOKEN],
  [{ type: "api_key", name: "x-key" }, { api_key: TOKEN, name: "x-other" }, "x-key", TOKEN],
  [{ type: "api_key", api_key: TOKEN }, { prefix: "SSWS" }, "authorization", `SSWS ${TOKEN}`],
  ["http_basic", { username: "me", password: TOKEN }, "authorization", basic(`me:${TOKEN}`)],
  [
    { type: "http_basic", username: "you" },
    { username: "me", password: TOKEN },
    "authorization",
    basic(`you:${TOKEN}`),
  ],
];

for (const [auth, fields, header, value] of completed) {
  Deno.test(`run() completes ${JSON.stringify(auth)} by ${Object.keys(fields).join(" and ")}`, async () => {
    assert.equal(await sent(auth, { env: env(fields) }, header), value);
  });
}

Deno.test("run() completes the credentials of defaults and endpoints, and leaves ready-made ones alone", async () => {
  await withApi(() => [], async (api) => {
    await api.load({
      client: { auth: bearer({ token: "t0ken-made-ready" }) },
      resources: [
        "ready",
        { name: "own", endpoint: { auth: "http_basic" } },
        { name: "named", endpoint: { auth: () => ({ "x-own": "yes" }) } },
      ],
    }, { name: "pets", env: env({ token: OTHER, username: "me", password: TOKEN }) });
    const values = Object.fromEntries(
      api.requests.map(({ path, headers }) => [path, headers.get("authorization") ?? headers.get("x-own")]),
    );
    assert.deepEqual(values, {
      "/ready": "Bearer t0ken-made-ready",
      "/own": basic(`me:${TOKEN}`),
      "/named": "yes",
    });
    await api.load({
      client: {},
      resource_defaults: { endpoint: { auth: { type: "bearer" } } },
      resources: ["shared"],
    }, { name: "pets", env: env({ token: TOKEN }) });
    assert.equal(api.requests.at(-1)!.headers.get("authorization"), `Bearer ${TOKEN}`);
  });
});

Deno.test("run() looks below sources.<name> alone for a source of defineSource()", async () => {
  await withApi(() => [], async (api) => {
    const pets = defineSource("pets", {}, () => ({
      client: { base_url: api.base, auth: "bearer" },
      resources: ["users"],
    }));
    const files = {
      "secrets.toml":
        `[sources.rest_api.pets.credentials]\ntoken = "${OTHER}"\n[sources.pets.credentials]\ntoken = "${TOKEN}"`,
    };
    const { warnings } = await api.load(pets(), { files });
    assert.equal(api.requests[0]!.headers.get("authorization"), `Bearer ${TOKEN}`);
    assert.deepEqual(warnings, []);
  });
});

async function refused(
  auth: unknown,
  more: LoadMore,
): Promise<{ text: string; code: string; lines: string[] }> {
  let api: Api | undefined;
  let result = { text: "", code: "", lines: ["not run"] };
  await withApi(() => [], async (started) => {
    api = started;
    const error = await failure(
      api.load({ client: { auth }, resources: ["users"] }, { name: "pets", ...more }),
    );
    result = { text: formatError(error), code: error.code, lines: api.lines() };
  });
  return result;
}

Deno.test("run() reports all that is missing, before any request, with the places and the lines to add", async () => {
  const { text, code, lines } = await refused("http_basic", { env: {} });
  assert.deepEqual([code, lines], ["config-missing", []]);
  assert.match(text, /^Cannot configure source pets: 2 required values are missing\n/);
  for (
    const place of [
      "credentials.password (secret)",
      "SOURCES__REST_API__PETS__CREDENTIALS__PASSWORD",
      "sources.pets.credentials.username",
      '[sources.pets.credentials]\n    username = "…"',
    ]
  ) {
    assert.ok(
      text.includes(place) || text.includes(place.replace("pets", "rest_api.pets")),
      `${place}\n${text}`,
    );
  }
});

Deno.test("run() never shows a credential that it refuses", async () => {
  const secret = "s3cret\nwith-a-break";
  for (
    const [auth, fields] of [
      [{ token: secret }, {}],
      ["bearer", { token: secret }],
      [{ type: "api_key", api_key: "key-that-is-right", name: "no header" }, {}],
      [{ type: "http_basic", username: "me" }, { password: "" }],
    ] as [unknown, Record<string, string>][]
  ) {
    const { text, lines } = await refused(auth, { env: env(fields) });
    assert.doesNotMatch(text, /s3cret|with-a-break|key-that-is-right/);
    assert.deepEqual(lines, []);
  }
});

Deno.test("run() refuses a secret in config.toml", async () => {
  const files = { "config.toml": `[sources.pets.credentials]\ntoken = "${TOKEN}"` };
  const { text, code, lines } = await refused("bearer", { files });
  assert.deepEqual([code, lines], ["secret-in-config", []]);
  assert.ok(!text.includes(TOKEN));
});

Deno.test("run() tells what is wrong with a configuration before what is missing", async () => {
  for (const auth of [{ type: "bearer", tokn: TOKEN }, { type: "beerer" }]) {
    const { text, code } = await refused(auth, { env: {} });
    assert.equal(code, "invalid-source");
    assert.match(text, /has 1 problem/);
    assert.ok(!text.includes(TOKEN));
  }
  await withApi(() => [], async (api) => {
    const wrong = { client: { auth: "bearer" }, resources: ["users", { name: "a", endpoint: "a/{b}" }] };
    assert.equal((await failure(api.load(wrong))).code, "invalid-source");
  });
});

Deno.test("run() leaves a credential out of the error when the API refuses it", async () => {
  const answer = () => new Response(`bad token ${TOKEN}`, { status: 401 });
  await withApi(answer, async (api) => {
    const config = { client: { auth: "bearer" }, resources: ["users"] };
    const error = await failure(api.load(config, { name: "pets", env: env({ token: TOKEN }) }));
    assert.equal(error.code, "http-status");
    assert.ok(!formatError(error).includes(TOKEN));
  });
});
