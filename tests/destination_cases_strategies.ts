/**
 * Conformance cases for merge strategies by dlt's rules: marks of deletion, sorting, row keys and versions.
 * @module
 */
import type { Capabilities } from "../pipeline/destination.ts";
import type { Column, MergeStrategy, Table } from "../pipeline/schema_types.ts";
import { type Case, type Part, type Row, table, type Workplace } from "./destination_workplace.ts";

/** Why a destination cannot take a case of a strategy. */
export const needs = (strategy: MergeStrategy) => (capabilities: Capabilities) =>
  capabilities.mergeStrategies.includes(strategy) ? undefined : `a merge by ${strategy} is not done here`;

/** A root row with a list of values; its id is `key` where the strategy makes ids of keys. */
export interface Item {
  readonly row: Row & { readonly _dlt_id: string };
  readonly tags?: readonly number[];
}

/** A root table `name` and its child table of tags, merged by a strategy. */
export function itemTables(
  name: string,
  strategy: MergeStrategy,
  more: Record<string, Omit<Column, "name">> = {},
): { root: Table; tags: Table } {
  const root = table(name, { id: { data_type: "bigint", primary_key: true }, v: "bigint", ...more }, {
    write_disposition: "merge",
    "x-merge-strategy": strategy,
  });
  return { root, tags: table(`${name}__tags`, { value: "bigint" }, { parent: name }) };
}

/** The columns of a table of versions, told apart by `rev`. */
export const VERSIONED: Record<string, Omit<Column, "name">> = {
  valid_from: { data_type: "timestamp", nullable: true, "x-valid-from": true },
  valid_to: { data_type: "timestamp", nullable: true, "x-valid-to": true },
  rev: { data_type: "text", nullable: false, "x-row-version": true },
};

/** Items as rows of a load; ids of tags come from the id of their root row and their place. */
export function itemsPart({ root, tags }: { root: Table; tags: Table }, items: readonly Item[]): Part {
  const rows = items.flatMap(({ row: { _dlt_id: id }, tags: values = [] }) =>
    values.map((value, index): Row => ({
      value,
      // Versions are linked by their parents only.
      _dlt_root_id: root["x-merge-strategy"] === "scd2" ? null : id,
      _dlt_parent_id: id,
      _dlt_list_idx: index,
      _dlt_id: `${id}/${index}`,
    }))
  );
  return { table: root, rows: items.map(({ row }) => row), children: [{ table: tags, rows }] };
}

const item = (id: number, v: number | null, tags: number[] = [], more: Row = {}): Item => ({
  row: { id, v, ...more, _dlt_id: `k${id}` },
  tags,
});

/** Loads lists of items one after the other; ids are new every time unless the strategy makes them of keys. */
async function loadItems(
  place: Workplace,
  tables: { root: Table; tags: Table },
  ...loads: (readonly Item[])[]
): Promise<void> {
  const isKeyed = ["upsert", "insert-only"].includes(tables.root["x-merge-strategy"]!);
  let made = 0;
  for (const items of loads) {
    const own = items.map((each) =>
      isKeyed ? each : { ...each, row: { ...each.row, _dlt_id: `r${made++}` } }
    );
    await place.load([itemsPart(tables, own)]);
  }
}

const ITEMS = "SELECT id, v FROM items ORDER BY id, v";
const TAGS = "SELECT value FROM items__tags ORDER BY value";
const MARKED: Record<string, Omit<Column, "name">> = { gone: { data_type: "bool", hard_delete: true } };
const SORTED: Record<string, Omit<Column, "name">> = { n: { data_type: "bigint", dedup_sort: "desc" } };

/** Cases for strategies. */
export const strategyCases: readonly Case[] = [
  ...(["delete-insert", "upsert"] as const).map((strategy): Case => ({
    name: `${strategy} takes rows away that are marked as deleted, with their children`,
    skip: needs(strategy),
    async run(place) {
      const tables = itemTables("items", strategy, MARKED);
      await loadItems(place, tables, [item(1, 1, [1]), item(2, 2, [2])], [
        item(1, 1, [3], { gone: true }),
        item(3, 3, [4], { gone: true }),
        item(4, 4, [5], { gone: false }),
      ]);
      await place.expect(ITEMS, [[2, 2], [4, 4]]);
      await place.expect(TAGS, [[2], [5]]);
    },
  })),
  {
    name: "delete-insert keeps of new rows with one key the first by dedup_sort",
    skip: needs("delete-insert"),
    async run(place) {
      const tables = itemTables("items", "delete-insert", SORTED);
      await loadItems(place, tables, [item(1, 1, [1], { n: 99 })], [
        item(1, 2, [2], { n: 9 }),
        item(1, 3, [3], { n: 10 }),
        item(1, 4, [4], { n: null }),
      ]);
      await place.expect(ITEMS, [[1, 3]]);
      await place.expect(TAGS, [[3]]);
    },
  },
  {
    name: "upsert overwrites with nulls, and takes list items away that are no more",
    skip: needs("upsert"),
    async run(place) {
      await loadItems(
        place,
        itemTables("items", "upsert"),
        [item(1, 1, [1, 2]), item(2, 2, [3])],
        [item(1, null, [5]), item(3, 3)],
      );
      await place.expect(ITEMS, [[1, null], [2, 2], [3, 3]]);
      await place.expect(TAGS, [[3], [5]]);
    },
  },
  {
    name: "insert-only adds list items at new places below rows that stay",
    skip: needs("insert-only"),
    async run(place) {
      await loadItems(place, itemTables("items", "insert-only"), [item(1, 1, [1, 2])], [
        item(1, 9, [5, 6, 7]),
      ]);
      await place.expect(ITEMS, [[1, 1]]);
      await place.expect(TAGS, [[1], [2], [7]]);
    },
  },
  {
    name: "scd2 ends versions at the moment when the next begin",
    skip: needs("scd2"),
    async run(place) {
      const tables = itemTables("items", "scd2", VERSIONED);
      const version = (id: number, v: number, tags: number[]) => item(id, v, tags, { rev: `${id}.${v}` });
      await loadItems(place, tables, [version(1, 1, [1]), version(2, 1, [2])], [
        version(1, 1, [9]),
        version(2, 2, [3]),
      ]);
      await place.expect(
        "SELECT id, v, valid_to IS NULL, valid_from < valid_to FROM items ORDER BY id, v",
        [[1, 1, 1, null], [2, 1, 0, 1], [2, 2, 1, null]],
      );
      await place.expect(
        "SELECT count(*) FROM items AS o JOIN items AS n ON n.valid_from = o.valid_to WHERE n.rev = '2.2'",
        [[1]],
      );
      await place.expect(TAGS, [[1], [2], [3]]);
    },
  },
];
