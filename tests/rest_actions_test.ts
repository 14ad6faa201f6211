/**
 * Response actions in the client: they see every answer first, change it, end the walk with it, or fail.
 * @module
 */
import assert from "assert";
import { gzipSync } from "node:zlib";
import { ConfigError, ExtractError, formatError } from "../pipeline/errors.ts";
import type { ActionResponse, Actions } from "../rest/types.ts";
import { failure, type Handler, json, withClient } from "./rest_harness_test.ts";

const CANARY = "canary-action-0123456789";
const answer = (status: number, body = "", headers: Record<string, string> = {}): Handler => () =>
  new Response(status === 204 ? null : body, { status, headers });
const when = (status: number, name = "ignore"): Actions => (response) =>
  Promise.resolve(response.status === status ? name : undefined);

const ends: { name: string; make: Handler; status: number; body?: unknown }[] = [
  { name: "404", make: answer(404, '{"code":1}'), status: 404, body: { code: 1 } },
  { name: "503 without a retry", make: answer(503), status: 503 },
  { name: "401 without a renewal", make: answer(401), status: 401 },
  { name: "429 without a wait", make: answer(429, "", { "retry-after": "3600" }), status: 429 },
  { name: "a redirect that is not followed", make: answer(302, "", { location: "/y" }), status: 302 },
  { name: "200", make: answer(200, "[1]"), status: 200, body: [1] },
  { name: "204", make: answer(204), status: 204 },
  {
    name: "a page in HTML",
    make: answer(200, "<html>", { "content-type": "text/html" }),
    status: 200,
  },
  { name: "cut JSON", make: answer(200, "[1", { "content-type": "application/json" }), status: 200 },
];

for (const { name, make, status, body } of ends) {
  Deno.test(`actions end a request with ${name}`, async () => {
    let renewals = 0;
    const auth = {
      type: "own",
      headers: () => Promise.resolve({}),
      renew: () => Promise.resolve(++renewals > 0),
    };
    await withClient(make, { auth }, async ({ client, requests, timer }) => {
      for (const count of [1, 2]) {
        const response = await client.send(client.request("/x"), { actions: when(status, "named") });
        assert.equal(response.ended, "named");
        assert.equal(response.status, status);
        assert.deepEqual(response.body, body);
        assert.equal(requests.length, count);
      }
      assert.deepEqual(timer.slept, []);
      assert.equal(renewals, 0);
    });
  });
}

Deno.test("actions see every answer, also those that are retried, redirected and renewed", async () => {
  const auth = { type: "own", headers: () => Promise.resolve({}), renew: () => Promise.resolve(true) };
  const answers = [
    answer(503),
    answer(429),
    answer(302, "", { location: "/y" }),
    answer(401),
    answer(200, "[1]"),
  ];
  const seen: string[] = [];
  const actions: Actions = ({ status, url }) => {
    seen.push(`${status} ${new URL(url).pathname}`);
    return Promise.resolve(undefined);
  };
  await withClient((request, count) => answers[count - 1]!(request, count), { auth }, async ({ client }) => {
    const response = await client.send(client.request("/x"), { actions });
    assert.deepEqual(response.body, [1]);
    assert.equal(response.ended, undefined);
    assert.deepEqual(seen, ["503 /x", "429 /x", "302 /x", "401 /y", "200 /y"]);
  });
});

const changes: {
  name: string;
  make: Handler;
  change: (response: ActionResponse) => void;
  body?: unknown;
  stored?: string;
  code?: string;
  requests?: number;
}[] = [
  {
    name: "an error into an answer",
    make: answer(503, "[1]"),
    change: (response) => response.status = 200,
    body: [1],
  },
  {
    name: "a 429 into an answer, without a wait",
    make: answer(429, "[1]", { "retry-after": "60" }),
    change: (response) => response.status = 200,
    body: [1],
  },
  {
    name: "an answer into an error",
    make: answer(200, '{"error":"x"}'),
    change: (response) => response.status = 400,
    code: "http-status",
  },
  {
    name: "an answer into one that is tried again",
    make: answer(200, "[1]"),
    change: (response) => response.status = 503,
    code: "http-status",
    requests: 3,
  },
  {
    name: "the text, whose bytes are kept",
    make: answer(200, "while(1);[12345678901234567890]", { "content-type": "application/json" }),
    change: (response) => response.text = response.text.replace("while(1);", ""),
    body: [12345678901234567890n],
    stored: "[12345678901234567890]",
  },
  {
    name: "a page in HTML into JSON",
    make: answer(200, "<html>é</html>", { "content-type": "text/html; charset=utf-8" }),
    change: (response) => response.text = JSON.stringify([{ html: response.text }]),
    body: [{ html: "<html>é</html>" }],
  },
  {
    name: "latin1 into UTF-8",
    make: () =>
      new Response(new Uint8Array([0x22, 0xe9, 0x22]), {
        headers: { "content-type": "application/json; charset=latin1" },
      }),
    change: (response) => response.text = `[${response.text}]`,
    body: ["é"],
    stored: '["é"]',
  },
  {
    name: "a charset that is wrong",
    make: () =>
      new Response(new Uint8Array([0x22, 0xe9, 0x22]), { headers: { "content-type": "application/json" } }),
    change: (response) => response.headers.set("content-type", "application/json; charset=latin1"),
    body: "é",
    stored: '"é"',
  },
  {
    name: "CSV into better CSV",
    make: answer(200, "sep=,\na\n1", { "content-type": "text/csv" }),
    change: (response) => response.text = response.text.replace(/^sep.*\n/, ""),
    body: [{ a: "1" }],
  },
  {
    name: "CSV into JSON",
    make: answer(200, "a\n1", { "content-type": "text/csv" }),
    change: (response) => response.text = '[{"b":2}]',
    body: [{ b: 2 }],
  },
  {
    name: "a gzip file, of which it sees the text",
    make: () => new Response(gzipSync("x[1]") as Uint8Array<ArrayBuffer>),
    change: (response) => response.text = response.text.slice(1),
    body: [1],
    stored: "[1]",
  },
  {
    name: "an empty body that should be JSON",
    make: answer(200, "", { "content-type": "application/json" }),
    change: (response) => response.text = "[]",
    body: [],
  },
  {
    name: "a text into nothing",
    make: answer(200, "OK", { "content-type": "application/json" }),
    change: (response) => response.text = "",
    body: undefined,
  },
  {
    name: "nothing, by the same text",
    make: answer(200, "[1.50]"),
    change: (response) => response.text = `${response.text}`,
    body: [1.5],
    stored: "[1.50]",
  },
];

for (const { name, make, change, body, stored, code, requests: count = 1 } of changes) {
  Deno.test(`actions change ${name}`, async () => {
    const config = { retry: { max_attempts: 3 } };
    await withClient(make, config, async ({ client, requests, timer }) => {
      const actions: Actions = (response) => Promise.resolve(void change(response));
      const sent = client.send(client.request("/x"), { actions });
      if (code) assert.equal((await failure(sent)).code, code);
      else {
        const response = await sent;
        assert.deepEqual(response.body, body);
        assert.equal(response.ended, undefined);
        if (stored !== undefined) assert.equal(new TextDecoder().decode(response.bytes), stored);
        assert.deepEqual(timer.slept, []);
      }
      assert.equal(requests.length, count);
    });
  });
}

const failures: { name: string; act: Actions; message: RegExp }[] = [
  {
    name: "throws",
    act: () => Promise.reject(new RangeError(CANARY)),
    message: /a response action threw RangeError$/,
  },
  {
    name: "throws at once",
    act: ({ text }) => {
      throw new SyntaxError(`${text} ${CANARY}`);
    },
    message: /a response action threw SyntaxError$/,
  },
  {
    name: "throws a text",
    act: () => Promise.reject(CANARY),
    message: /a response action threw a string$/,
  },
  {
    name: "sets no status",
    act: (response) => Promise.resolve(void (response.status = NaN)),
    message: /set the status to a number that is none/,
  },
  {
    name: "sets no text",
    act: (response) => Promise.resolve(void (response.text = [CANARY] as unknown as string)),
    message: /set the text to a value of type object, text is required/,
  },
];

for (const status of [200, 429]) {
  for (const { name, act, message } of failures) {
    Deno.test(`an action that ${name} on ${status} is an error without the body`, async () => {
      const config = { max_concurrency: 1 };
      await withClient(answer(status, `["${CANARY}"]`), config, async ({ client, requests, events }) => {
        const sent = client.send(client.request("/x"), { actions: act, resource: "things", page: 3 });
        const error = await failure(sent);
        assert.ok(error instanceof ExtractError);
        assert.equal(error.code, "response-action");
        assert.match(error.message, message);
        assert.equal(error.at.resource, "things");
        assert.equal(error.at.page, 3);
        assert.equal(requests.length, 1);
        assert.ok(!(Deno.inspect(error) + Deno.inspect(events, { depth: 9 })).includes(CANARY));
        assert.ok(!formatError(error).includes(CANARY));
        // The only place is free again.
        if (status === 200) await client.send(client.request("/x"));
      });
    });
  }
}

Deno.test("an action's failure says where it happened", async () => {
  const actions: Actions = () => {
    throw new TypeError("x");
  };
  await withClient(answer(200, "[]"), {}, async ({ client }) => {
    const { at } = await failure(client.send(client.request("/x"), { actions }));
    assert.match(at.file ?? "", /rest_actions_test\.ts$/);
    assert.ok(at.line! > 1);
  });
});

Deno.test("an action's own SluiceError passes as it is, with its place filled in", async () => {
  const actions: Actions = () => Promise.reject(new ConfigError("Cannot go on", { code: "own" }));
  await withClient(answer(200, "[]"), {}, async ({ client }) => {
    const error = await failure(client.send(client.request("/x"), { actions, resource: "things" }));
    assert.equal(error.code, "own");
    assert.equal(error.at.resource, "things");
  });
});

Deno.test("an action may send requests of its own, even when only one may be under way", async () => {
  const handler: Handler = (request) =>
    new URL(request.url).pathname === "/x" ? new Response(null, { status: 404 }) : json(["other"]);
  await withClient(handler, { max_concurrency: 1 }, async ({ client }) => {
    const actions: Actions = async (response) => {
      const { body } = await client.send(client.request("/y"));
      response.status = 200;
      response.text = JSON.stringify(body);
      return undefined;
    };
    assert.deepEqual((await client.send(client.request("/x"), { actions })).body, ["other"]);
  });
});

Deno.test("actions that end a walk end its prefetching, too", async () => {
  const handler: Handler = (request) => {
    const page = Number(new URL(request.url).searchParams.get("page") ?? 1);
    const headers = { link: `</x?page=${page + 1}>; rel="next"` };
    return page < 3 ? json([{ page }], { headers }) : json({ code: 1 }, { headers });
  };
  await withClient(handler, { paginator: "header_link" }, async ({ client, requests }) => {
    const actions: Actions = ({ text }) => Promise.resolve(text.includes("code") ? "done" : undefined);
    const pages = await Array.fromAsync(client.paginate(client.request("/x"), { actions, prefetch: true }));
    assert.deepEqual(pages.map(({ records, response }) => [records.length, response.ended]), [
      [1, undefined],
      [1, undefined],
      [0, "done"],
    ]);
    assert.equal(requests.length, 3);
  });
});

Deno.test("actions are given no credentials that live in the query", async () => {
  const auth = { type: "api_key", name: "key", api_key: CANARY, location: "query" } as const;
  let shown = "";
  await withClient(answer(200, "[]"), { auth }, async ({ client }) => {
    const actions: Actions = (response) =>
      Promise.resolve(void (shown = Deno.inspect(response) + response.url));
    await client.send(client.request("/x"), { actions });
    assert.match(shown, /\/x/);
    assert.ok(!shown.includes(CANARY));
  });
});
