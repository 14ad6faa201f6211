/**
 * Good statuses with answers that are none: what is noticed, what an honest API may say all the same, and how a
 * pipeline goes on afterwards.
 * @module
 */
import assert from "assert";
import { type AnyConfig, failure, withApi } from "./rest_api_scene.ts";

const ERROR = { error: { code: 500, message: "shard is down" } };
const config = (endpoint: AnyConfig = {}, more: AnyConfig = {}): AnyConfig => ({
  client: { paginator: "single_page" },
  resources: [{ name: "r", endpoint: { path: "r", ...endpoint }, ...more }],
});
const data_selector = "data";

for (
  const [what, body, endpoint, code] of [
    ["an error where a list was looked for", ERROR, {}, "error-body"],
    ["an error beside an empty list", { ...ERROR, data: [] }, {}, "error-body"],
    ["errors alone, which are a list", { errors: [{ message: "no" }] }, {}, "error-body"],
    ["an error without the list that is set", ERROR, { data_selector }, "error-body"],
    ["an error and null", { errors: ["no"], data: null }, { data_selector }, "error-body"],
    ["a list where an object is set", [{ id: 1 }], { data_selector }, "page-shape"],
  ] as const
) {
  Deno.test(`run refuses ${what}`, async () => {
    await withApi(() => body, async (api) => {
      assert.equal((await failure(api.load(config(endpoint)))).code, code);
    });
  });
}

for (
  const [what, body, endpoint, rows] of [
    ["a record with a field called error", { id: 1, error: "none so far" }, {}, 1],
    ["a record whose error is null", { error: null, message: "fine" }, {}, 1],
    ["records beside an error", { errors: ["one shard is down"], data: [{ id: 1 }] }, { data_selector }, 1],
    ["no list at all where one is set", { kind: "list" }, { data_selector }, 0],
    ["an empty list where an object is set", [], { data_selector }, 0],
    ["an error that is the record", ERROR, { data_selector: "$" }, 1],
  ] as const
) {
  Deno.test(`run takes ${what}`, async () => {
    await withApi(() => body, async (api) => {
      assert.equal((await api.load(config(endpoint))).tables.r?.length ?? 0, rows);
    });
  });
}

Deno.test("run refuses a page that is no list after pages that were", async () => {
  const next = (base: string) => ({ link: `<${base}/r?page=2>; rel="next"` });
  for (const body of [{ id: 2 }, null, "maintenance"]) {
    await withApi(
      ({ path, headers }) =>
        Response.json(path.includes("page=2") ? body : [{ id: 1 }], {
          headers: path.includes("page=2") ? {} : next(`http://${headers.get("host")}`),
        }),
      async (api) => {
        const { code } = await failure(api.load(config({ paginator: "header_link" })));
        assert.equal(code, "page-shape");
      },
    );
  }
});

Deno.test("run refuses values that are nested too deeply, and says so", async () => {
  for (const id of ["1", "1.0"]) {
    const body = `[{"id":${id},"deep":${"[".repeat(20_000)}${"]".repeat(20_000)}}]`;
    await withApi(
      () => new Response(body, { headers: { "content-type": "application/json" } }),
      async (api) => {
        assert.equal((await failure(api.load(config()))).code, "too-deep");
      },
    );
  }
});

Deno.test("run goes on after a page that cannot be loaded, as soon as the API answers rightly", async () => {
  let isWrong = true;
  await withApi(() => isWrong ? [{ id: 1 }, 0] : [{ id: 1 }, { id: 2 }], async (api) => {
    const merge = config({}, { primary_key: "id", write_disposition: "merge" });
    assert.equal((await failure(api.load(merge))).code, "constraint");
    assert.equal((await failure(api.load(merge))).code, "constraint");
    isWrong = false;
    assert.deepEqual((await api.load(merge)).tables.r, [{ id: 1 }, { id: 2 }]);
  });
});

Deno.test("run reads UTF-8 under the name of a charset of single bytes, and that charset where it is no UTF-8", async () => {
  const typed = (bytes: BodyInit) =>
    new Response(bytes, { headers: { "content-type": "application/json; charset=ISO-8859-1" } });
  const latin1 = Uint8Array.from('[{"id":"Z\u00fcrich"}]', (letter) => letter.charCodeAt(0));
  for (const body of ['[{"id":"Z\u00fcrich"}]', latin1]) {
    await withApi(() => typed(body), async (api) => {
      assert.deepEqual((await api.load(config())).tables.r, [{ id: "Z\u00fcrich" }]);
    });
  }
});
