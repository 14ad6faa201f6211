/**
 * Response actions of declarative resources: what an answer means, by status and content.
 * @module
 */
import assert from "assert";
import type { ActionResponse, EndpointConfig } from "../mod.ts";
import { type Answers, failure, withApi } from "./rest_api_scene.ts";

const CLIENT = { retry: { max_attempts: 2, backoff: 0 } };

function items(response_actions: EndpointConfig["response_actions"], more: EndpointConfig = {}): object {
  return { client: CLIENT, resources: [{ name: "items", endpoint: { response_actions, ...more } }] };
}

const answer = (status: number, body: unknown) => () => Response.json(body, { status });
const ROW = [{ id: 1 }];
const toEmpty = (response: ActionResponse) => {
  response.status = 200;
  response.text = "[]";
};

/** Name, actions, what the server answers each time; ids in the table or the code of the error; requests. */
const CASES: [string, EndpointConfig["response_actions"], () => unknown, number[] | string, number][] = [
  ["no action", [], answer(404, {}), "http-status", 1],
  ["a status that matches", [{ status_code: 404, action: "ignore" }], answer(404, {}), [], 1],
  ["a status given as text", [{ status_code: "404", action: "ignore" }], answer(404, {}), [], 1],
  [
    "a status that does not match",
    [{ status_code: 403, action: "ignore" }],
    answer(404, {}),
    "http-status",
    1,
  ],
  ["content that is in the body", [{ content: "No such", action: "ignore" }], answer(404, "No such"), [], 1],
  [
    "content in other letters",
    [{ content: "no such", action: "ignore" }],
    answer(404, "No such"),
    "http-status",
    1,
  ],
  [
    "both conditions",
    [{ status_code: 404, content: "gone", action: "ignore" }],
    answer(404, { why: "gone" }),
    [],
    1,
  ],
  [
    "both conditions of which one holds",
    [{ status_code: 404, content: "gone", action: "ignore" }],
    answer(404, { why: "moved" }),
    "http-status",
    1,
  ],
  ["ignore of a good answer", [{ status_code: 200, action: "ignore" }], answer(200, ROW), [], 1],
  ["ignore of 429, without a retry", [{ status_code: 429, action: "ignore" }], answer(429, {}), [], 1],
  ["ignore of 503, without a retry", [{ status_code: 503, action: "ignore" }], answer(503, {}), [], 1],
  ["503 without an action, tried again", [], answer(503, {}), "http-status", 2],
  [
    "a function that makes a good answer of 503",
    [{ status_code: 503, action: toEmpty }],
    answer(503, {}),
    [],
    1,
  ],
  ["a bare function", [toEmpty], answer(500, {}), [], 1],
  ["an asynchronous function", [async (response) => toEmpty(await response)], answer(500, {}), [], 1],
  [
    "a function whose return value counts",
    [() => ({ status: 200, text: '[{"id":7}]' })],
    answer(404, {}),
    [7],
    1,
  ],
  ["a function without a condition", [{ action: toEmpty }], answer(404, {}), [], 1],
  [
    "functions in a list, one after the other",
    [{
      action: [
        (response) => void (response.text = "[{}]"),
        ({ text }) => ({ text: text.replace("{", '{"id":3') }),
      ],
    }],
    answer(200, []),
    [3],
    1,
  ],
  [
    "actions one after the other on what is left of the answer",
    [{ status_code: 500, action: ({ text }) => ({ text, status: 404 }) }, {
      status_code: 404,
      action: "ignore",
    }],
    answer(500, {}),
    [],
    1,
  ],
  [
    "the first ignore ends them",
    [{ status_code: 404, action: "ignore" }, () => assert.fail("called")],
    answer(404, {}),
    [],
    1,
  ],
  [
    "a function that makes an error of a good answer",
    [{ content: "errors", action: (response) => void (response.status = 422) }],
    answer(200, { errors: [] }),
    "http-status",
    1,
  ],
  [
    "a function that corrects the charset",
    [(response) => response.headers.set("content-type", "application/json; charset=latin1")],
    () => new Response(new Uint8Array([...new TextEncoder().encode('[{"id":1,"n":"'), 0xe4, 34, 125, 93])),
    [1],
    1,
  ],
  [
    "a function that throws",
    [() => {
      throw new Error("secret body");
    }],
    answer(200, ROW),
    "response-action",
    1,
  ],
  ["204, which is no error", [], () => new Response(null, { status: 204 }), [], 1],
];

for (const [name, actions, server, expected, requests] of CASES) {
  Deno.test(`response_actions: ${name}`, async () => {
    await withApi(server, async (api) => {
      const loading = api.load(items(actions));
      if (typeof expected === "string") {
        const error = await failure(loading);
        assert.equal(error.code, expected);
        assert.equal(error.at.resource, "items");
        assert.doesNotMatch(error.message, /secret/);
      } else {
        assert.deepEqual((await loading).tables.items?.map(({ id }) => id) ?? [], expected);
      }
      assert.equal(api.requests.length, requests);
    });
  });
}

Deno.test("response_actions: an action that is misspelt, missing or without a condition is refused", async () => {
  await withApi({}, async (api) => {
    const misspelt = await failure(api.load(items([{ status_code: 404, action: "ignroe" as never }])));
    assert.equal(misspelt.code, "invalid-source");
    assert.match(misspelt.message, /"ignroe".*"ignore"/s);
    for (const wrong of [{ status_code: 404 }, { action: "ignore" }, { action: "skip" }, "ignore"]) {
      assert.equal((await failure(api.load(items([wrong as never])))).code, "invalid-source");
    }
    assert.equal(api.requests.length, 0);
  });
});

Deno.test("response_actions: ignore leaves the pages that were read before", async () => {
  const answers: Answers = {
    "/items": { data: ROW, next: "/items?page=2" },
    "/items?page=2": answer(404, {}),
  };
  await withApi(answers, async (api) => {
    const config = items([{ status_code: 404, action: "ignore" }], { paginator: "json_link" });
    const { tables } = await api.load(config);
    assert.deepEqual(tables.items, ROW);
  });
});

/** Parents 1 to 3; the child of the second one answers with `status` from the second run on. */
function family(status: number): Answers {
  let runs = 0;
  return ({ path }) => {
    if (path === "/groups") {
      runs++;
      return [1, 2, 3].map((id) => ({ id }));
    }
    const id = Number(path.split("/")[2]);
    return runs > 1 && id === 2 ? Response.json({}, { status }) : [{ id: id * 10 }];
  };
}

function familySource(action: "ignore" | "skip", status_code: number): object {
  return {
    client: CLIENT,
    resources: ["groups", {
      name: "members",
      primary_key: ["group_id", "id"],
      merge_key: "group_id",
      write_disposition: { disposition: "merge", strategy: "replace-per-parent" },
      include_from_parent: { group_id: "id" },
      endpoint: { path: "groups/{resources.groups.id}/members", response_actions: [{ status_code, action }] },
    }],
  };
}

Deno.test("response_actions: ignore for a child means that it has none, skip that it keeps its rows", async () => {
  for (
    const [action, status, expected, code] of [
      ["ignore", 404, [10, 30], "parents-vanished: 1 groups"],
      ["skip", 403, [10, 20, 30], "not-readable: 1 groups"],
    ] as const
  ) {
    await withApi(family(status), async (api) => {
      await api.load(familySource(action, status));
      const { tables, warnings } = await api.load(familySource(action, status));
      assert.deepEqual(tables.members?.map(({ id }) => id).sort(), expected);
      assert.ok(warnings.some((text) => text.startsWith(code)), String(warnings));
    });
  }
});

Deno.test("response_actions: neither skip nor ignore of a whole list removes rows by prune", async () => {
  for (const action of ["ignore", "skip"] as const) {
    let runs = 0;
    const answers: Answers = () => ++runs > 1 ? Response.json({}, { status: 403 }) : ROW;
    await withApi(answers, async (api) => {
      const [resource] = (items([{ status_code: 403, action }]) as { resources: object[] }).resources;
      const config = {
        client: CLIENT,
        resources: [{
          ...resource,
          primary_key: "id",
          write_disposition: { disposition: "merge", prune: true },
        }],
      };
      await api.load(config);
      assert.deepEqual((await api.load(config)).tables.items, ROW);
    });
  }
});
