/**
 * Which paginator counts of all that are written, and paths that name a single entity.
 * @module
 */
import assert from "assert";
import { type ApiRequest, withApi } from "./rest_api_scene.ts";

/** Two pages by a link in the body; `cursor` would ask for `?cursor=`, a single page for nothing more. */
const paged = ({ path }: ApiRequest) =>
  path.includes("page=2") || path.includes("cursor=")
    ? { items: [{ id: 2 }] }
    : { items: [{ id: 1 }], next: `${path.split("?")[0]}?page=2`, token: "t" };

const CURSOR = { type: "cursor", cursor_path: "token" };
const paginators: [
  why: string,
  parts: { client?: unknown; defaults?: unknown; own?: unknown; path?: string },
  second: string | undefined,
][] = [
  ["is found out where nothing is set", {}, "/x?page=2"],
  ["is the client's where the endpoint sets none", { client: CURSOR }, "/x?cursor=t"],
  ["is the endpoint's before the client's", { client: CURSOR, own: "json_link" }, "/x?page=2"],
  ["is the defaults' before the client's", { client: CURSOR, defaults: "single_page" }, undefined],
  ["is the endpoint's before the defaults'", { defaults: "single_page", own: CURSOR }, "/x?cursor=t"],
  ["is the client's where the endpoint says auto", { client: CURSOR, own: "auto" }, "/x?cursor=t"],
  [
    "is the client's where the endpoint says { type: auto }",
    { client: CURSOR, own: { type: "auto" } },
    "/x?cursor=t",
  ],
  ["is the client's where null takes the defaults' back", {
    client: CURSOR,
    defaults: "single_page",
    own: null,
  }, "/x?cursor=t"],
  ["is found out where all say auto", { client: "auto", defaults: "auto", own: "auto" }, "/x?page=2"],
  ["is single_page for one entity", { path: "{p}" }, undefined],
  ["is single_page for one entity, whatever the client says", { client: CURSOR, path: "{p}" }, undefined],
  ["is the endpoint's for one entity", { own: CURSOR, path: "{p}" }, "/x?cursor=t"],
  ["is the defaults' for one entity", { defaults: CURSOR, path: "{p}" }, "/x?cursor=t"],
  [
    "is the client's for one entity that says auto",
    { client: CURSOR, own: "auto", path: "{p}" },
    "/x?cursor=t",
  ],
  ["is found out for one entity that says auto", { own: "auto", path: "{p}" }, "/x?page=2"],
];

for (const [why, { client, defaults, own, path = "x" }, second] of paginators) {
  Deno.test(`the paginator ${why}`, async () => {
    await withApi(paged, async (api) => {
      const endpoint: Record<string, unknown> = { path, params: path === "x" ? {} : { p: "x" } };
      if (own !== undefined) endpoint.paginator = own;
      await api.load({
        client: client === undefined ? {} : { paginator: client },
        resource_defaults: defaults === undefined ? {} : { endpoint: { paginator: defaults } },
        resources: [{ name: "users", endpoint }],
      });
      assert.deepEqual(api.requests.map((each) => each.path), second === undefined ? ["/x"] : ["/x", second]);
    });
  });
}

const entities: [path: string, isSingle: boolean][] = [
  ["{id}", true],
  ["{resources.users.id}", true],
  ["a/{id}/", true],
  ["a/{id}//", true],
  ["user_{id}", true],
  ["{id}.json", true],
  ["{id}?expand=1", true],
  ["x?since={incremental.start_value}", true],
  ["{a-b}", true],
  ["{a.b}", true],
  ["{id}/posts", false],
  ["{id:05d}", false],
  ["{id!s}", false],
  ["5", false],
  ["users/5", false],
  ["x?next=/{{a b}}", false],
];

for (const [path, isSingle] of entities) {
  Deno.test(`a path "${path}" names ${isSingle ? "one entity" : "a list"}`, async () => {
    const body = { id: 7, data: [{ z: 1 }, { z: 2 }] };
    await withApi(({ path }) => path === "/users" ? [{ id: 1 }] : body, async (api) => {
      const params = { id: 5, "a-b": 1, "a.b": 1 };
      const { tables } = await api.load({
        client: {},
        resources: [
          { name: "users", selected: false },
          {
            name: "found",
            endpoint: {
              path,
              params,
              incremental: { cursor_path: "at", on_cursor_value_missing: "include" },
            },
          },
        ],
      });
      assert.deepEqual(tables.found, isSingle ? [{ id: 7 }] : [{ z: 1 }, { z: 2 }]);
      assert.equal("found__data" in tables, isSingle);
    });
  });
}

Deno.test("a single entity's records are where data_selector says, also where the defaults do", async () => {
  await withApi({ "/x/5": { id: 7, data: [{ z: 1 }] } }, async (api) => {
    const { tables } = await api.load({
      client: {},
      resource_defaults: { endpoint: { params: { id: 5 } } },
      resources: [
        { name: "own", endpoint: { path: "x/{id}", data_selector: "data" } },
        { name: "nothing", endpoint: { path: "x/{id}", data_selector: null } },
      ],
    });
    assert.deepEqual([tables.own, tables.nothing], [[{ z: 1 }], [{ id: 7 }]]);
  });
});
