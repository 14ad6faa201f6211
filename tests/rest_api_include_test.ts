/**
 * `include_from_parent`: what a child's records take over from the record that they were read for.
 * @module
 */
import assert from "assert";
import { failure, type Row, withApi } from "./rest_api_scene.ts";

/** Rows of a table of this configuration. */
async function rowsOf(
  table: string,
  answers: Record<string, unknown>,
  resources: unknown[],
): Promise<readonly Row[]> {
  let rows: readonly Row[] = [];
  await withApi(answers, async (api) => {
    rows = (await api.load({ client: {}, resources })).tables[table] ?? [];
  });
  return rows;
}

const memberAnswers = {
  "/groups": [{ id: "a", name: "A", org: { id: 9 } }, { id: "b", name: "B", org: { id: 8 } }],
  "/groups/a/users": [{ id: 1 }, { id: 2 }],
  "/groups/b/users": [{ id: 3, _groups_id: "overwritten" }],
  "/users/1/roles": [{ r: 1 }],
  "/users/2/roles": [],
  "/users/3/roles": [{ r: 3 }],
};
const users = { name: "users", endpoint: "groups/{resources.groups.id}/users", parallelized: false };

Deno.test("include_from_parent copies fields as _<parent>_<field>, over fields of the child", async () => {
  const rows = await rowsOf("users", memberAnswers, [
    "groups",
    { ...users, include_from_parent: ["id", "name"] },
  ]);
  assert.deepEqual(rows, [
    { id: 1, _groups_id: "a", _groups_name: "A" },
    { id: 2, _groups_id: "a", _groups_name: "A" },
    { id: 3, _groups_id: "b", _groups_name: "B" },
  ]);
});

Deno.test("include_from_parent gives names of its own by an object, and reaches nested fields", async () => {
  const rows = await rowsOf("users", memberAnswers, [
    "groups",
    { ...users, include_from_parent: { group: "id", org: "org.id" } },
  ]);
  assert.deepEqual(rows[0], { id: 1, group: "a", org: 9 });
});

Deno.test("include_from_parent reaches grandparents by the name that the parent got", async () => {
  const rows = await rowsOf("roles", memberAnswers, [
    "groups",
    { ...users, include_from_parent: ["id"] },
    {
      name: "roles",
      endpoint: "users/{resources.users.id}/roles",
      include_from_parent: ["_groups_id", "id"],
    },
  ]);
  assert.deepEqual(rows.toSorted((a, b) => Number(a.r) - Number(b.r)), [
    { r: 1, _users__groups_id: "a", _users_id: 1 },
    { r: 3, _users__groups_id: "b", _users_id: 3 },
  ]);
});

Deno.test("include_from_parent refuses a field that a parent lacks, and keeps one that is null", async () => {
  await withApi({ "/groups": [{ id: 1, name: null }], "/groups/1/users": [{ id: 5 }] }, async (api) => {
    const load = (fields: string[]) =>
      api.load({ client: {}, resources: ["groups", { ...users, include_from_parent: fields }] });
    assert.deepEqual((await load(["name"])).tables.users, [{ id: 5 }]);
    const error = await failure(load(["uid"]));
    assert.deepEqual([error.code, error.at.resource], ["parent-field-missing", "users"]);
    assert.equal(error.next, "use one of its fields: id, name");
  });
});
