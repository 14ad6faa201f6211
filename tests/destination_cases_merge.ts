/**
 * Conformance cases for merge strategies, replaced parents and pruning.
 * @module
 */
import type { Capabilities } from "../pipeline/destination.ts";
import type { MergeStrategy } from "../pipeline/schema_types.ts";
import { type Case, childRows, type Part, scope, table, type Workplace } from "./destination_workplace.ts";

const needs = (strategy: MergeStrategy) => (capabilities: Capabilities) =>
  capabilities.mergeStrategies.includes(strategy) ? undefined : `a merge by ${strategy} appends here`;

const USERS = "SELECT id, name, age FROM users ORDER BY id";
const TAGS = "SELECT value FROM users__tags ORDER BY value";
const tags = table("users__tags", { value: "text" }, { parent: "users" });

function usersTable(strategy: MergeStrategy) {
  return table("users", { id: { data_type: "bigint", primary_key: true }, name: "text", age: "bigint" }, {
    write_disposition: "merge",
    "x-merge-strategy": strategy,
  });
}

type User = [id: number, name: string | null, age: number | null, ...tags: string[]];

let made = 0;

/** Users with their tags; row ids are new every time. */
function usersPart(strategy: MergeStrategy, ...users: User[]): Part {
  const rows = users.map(([id, name, age]) => ({ id, name, age, _dlt_id: `u${made++}` }));
  const childTags = users.flatMap(([, , , ...values], index) => childRows(rows[index]._dlt_id, ...values));
  return { table: usersTable(strategy), rows, children: [{ table: tags, rows: childTags }] };
}

const members = table("members", {
  group_id: { data_type: "bigint", primary_key: true },
  user_id: { data_type: "text", primary_key: true },
}, { write_disposition: "merge", "x-merge-strategy": "replace-per-parent" });
const roles = table("members__roles", { value: "text" }, { parent: "members" });
const MEMBERS = "SELECT group_id, user_id FROM members ORDER BY 1, 2";
const ROLES = "SELECT value FROM members__roles ORDER BY 1";

type Member = [groupId: number | bigint, userId: string];

/** Members of groups, each with one role called `<user>@<group>`. */
function membersPart(list: Member[], keys: [string[], boolean][], complete = false): Part {
  const rows = list.map(([group_id, user_id]) => ({ group_id, user_id, _dlt_id: `m${made++}` }));
  const roleRows = rows.flatMap((row) => childRows(row._dlt_id, `${row.user_id}@${row.group_id}`));
  return {
    table: members,
    rows,
    children: [{ table: roles, rows: roleRows }],
    scope: scope(["group_id"], keys, complete),
  };
}

async function loadGroups(place: Workplace): Promise<void> {
  const everyone: Member[] = [[1, "ann"], [1, "bob"], [2, "cid"], [3, "dan"]];
  await place.load([membersPart(everyone, [[["1"], true], [["2"], true], [["3"], true]])]);
}

/** Cases for rows that give way to others. */
export const mergeCases: readonly Case[] = [
  {
    name: "delete-insert replaces rows by key with their children, the last row of a key winning",
    skip: needs("delete-insert"),
    async run(place) {
      await place.load([usersPart("delete-insert", [1, "a", 1, "1", "2"], [2, "b", 2, "3"])]);
      await place.load([
        usersPart("delete-insert", [2, "B", null, "9"], [3, "x", 1, "lost"], [3, "y", 2, "won"]),
      ]);
      await place.expect(USERS, [[1, "a", 1], [2, "B", null], [3, "y", 2]]);
      await place.expect(TAGS, [["1"], ["2"], ["9"], ["won"]]);
    },
  },
  {
    name: "delete-insert leaves the table alone when the load brings no rows",
    skip: needs("delete-insert"),
    async run(place) {
      await place.load([usersPart("delete-insert", [1, "a", 1, "1"])]);
      await place.load([usersPart("delete-insert")]);
      await place.expect(USERS, [[1, "a", 1]]);
      await place.expect(TAGS, [["1"]]);
    },
  },
  {
    name: "insert-only keeps the rows that are there, and their children",
    skip: needs("insert-only"),
    async run(place) {
      await place.load([usersPart("insert-only", [1, "a", 1, "1", "2"])]);
      await place.load([usersPart("insert-only", [1, "new", 2, "5", "6", "7"], [2, "b", 3, "8"])]);
      await place.expect(USERS, [[1, "a", 1], [2, "b", 3]]);
      await place.expect(TAGS, [["1"], ["2"], ["8"]]);
    },
  },
  {
    name: "coalesce keeps old values where the new row has none",
    skip: needs("coalesce"),
    async run(place) {
      await place.load([usersPart("coalesce", [1, "a", 30], [2, "b", 40])]);
      await place.load([usersPart("coalesce", [1, null, 31], [3, null, null])]);
      await place.expect(USERS, [[1, "a", 31], [2, "b", 40], [3, null, null]]);
    },
  },
  {
    name: "replace-per-parent replaces all rows of walked parents, also of one that now has none",
    skip: needs("replace-per-parent"),
    async run(place) {
      await loadGroups(place);
      const again: Member[] = [[1, "bob"], [1, "eve"]];
      await place.load([membersPart(again, [[["1"], true], [["2"], true], [["3"], false]])]);
      await place.expect(MEMBERS, [[1, "bob"], [1, "eve"], [3, "dan"]]);
      await place.expect(ROLES, [["bob@1"], ["dan@3"], ["eve@1"]]);
    },
  },
  {
    name: "replace-per-parent removes the rows of parents that a complete listing lacks",
    skip: needs("replace-per-parent"),
    async run(place) {
      await loadGroups(place);
      await place.load([membersPart([[2, "fay"]], [[["1"], false], [["2"], true]], true)]);
      await place.expect(MEMBERS, [[1, "ann"], [1, "bob"], [2, "fay"]]);
      await place.expect(ROLES, [["ann@1"], ["bob@1"], ["fay@2"]]);
    },
  },
  {
    name: "replace-per-parent keeps everything when no parent was walked",
    skip: needs("replace-per-parent"),
    async run(place) {
      await loadGroups(place);
      await place.load([membersPart([], [[["1"], false], [["2"], false], [["3"], false]], true)]);
      await place.expect("SELECT count(*) FROM members", [[4]]);
      await place.expect("SELECT count(*) FROM members__roles", [[4]]);
    },
  },
  {
    name: "replace-per-parent tells keys beyond 2^53 apart",
    skip: needs("replace-per-parent"),
    async run(place) {
      const [even, odd] = [2n ** 53n, 2n ** 53n + 1n];
      await place.load([membersPart([[even, "ann"], [odd, "bob"]], [])]);
      await place.load([membersPart([], [[[String(odd)], true]])]);
      await place.expect(MEMBERS, [[even, "ann"]]);
    },
  },
  {
    name: "replace-per-parent keeps the last of new rows with one key, and replaces its old row",
    skip: needs("replace-per-parent"),
    async run(place) {
      await loadGroups(place);
      // Group 2 was not read to its end, so it does not count as walked.
      const part = membersPart([[2, "cid"], [2, "cid"], [4, "gus"]], [[["4"], true]]);
      await place.load([part]);
      await place.expect(MEMBERS, [[1, "ann"], [1, "bob"], [2, "cid"], [3, "dan"], [4, "gus"]]);
      await place.expect("SELECT count(*) FROM members__roles WHERE value = 'cid@2'", [[1]]);
    },
  },
  {
    name: "a merged table loses the rows that a complete listing lacks, with their children",
    async run(place) {
      await place.load([usersPart("delete-insert", [1, "a", 1, "1"], [2, "b", 2, "2"], [3, "c", 3, "3"])]);
      const part = usersPart("delete-insert", [4, "d", 4, "4"]);
      const listed: [string[], boolean][] = [[["1"], false], [["3"], false], [["4"], true]];
      await place.load([{ ...part, scope: scope(["id"], listed, true) }]);
      await place.expect(USERS, [[1, "a", 1], [3, "c", 3], [4, "d", 4]]);
      await place.expect(TAGS, [["1"], ["3"], ["4"]]);
    },
  },
  {
    name: "a merged table keeps the rows that an incomplete listing lacks",
    async run(place) {
      await place.load([usersPart("delete-insert", [1, "a", 1], [2, "b", 2])]);
      const part = usersPart("delete-insert", [3, "c", 3]);
      await place.load([{ ...part, scope: scope(["id"], [[["3"], true]], false) }]);
      await place.expect(USERS, [[1, "a", 1], [2, "b", 2], [3, "c", 3]]);
    },
  },
  {
    name: "a merged table is replaced as a whole when the load says so",
    async run(place) {
      await place.load([usersPart("delete-insert", [1, "a", 1, "1"], [2, "b", 2, "2"])]);
      await place.load([{ ...usersPart("delete-insert", [2, "B", 2, "9"]), replaceAll: true }]);
      await place.expect(USERS, [[2, "B", 2]]);
      await place.expect(TAGS, [["9"]]);
    },
  },
];
