/**
 * Rows as trees: children stand below their parent, by table and position, and ids that only link rows are
 * replaced by whether they link what they should.
 * @module
 */
import { canonicalJson, type JsonObject, type JsonValue } from "../../pipeline/json.ts";
import { nestedRowId } from "../../pipeline/row_ids.ts";
import type { RawTables } from "./raw.ts";

/** What is known of the links between rows. */
export interface Links {
  /** Ids are kept as they are. */
  readonly literalIds: boolean;
  /** Labels of load ids. */
  readonly loads: ReadonlyMap<string, string>;
  parentOf(table: string): string | undefined;
}

/** Marks the children of a row, before the name of their table. */
export const CHILDREN = "> ";
const RANDOM_ID_REGEXP = /^[A-Za-z0-9+/]{14}$/;

interface Node {
  readonly table: string;
  readonly row: JsonObject;
  /** Comparable. */
  readonly shown: JsonObject;
  isPlaced: boolean;
}

/** Root rows by table, sorted by content, and rows without a parent. */
export function rowTrees(
  raw: RawTables,
  links: Links,
): { roots: Record<string, JsonObject[]>; orphans: JsonObject } {
  const nodes = new Map<string, Node[]>();
  for (const [table, { columns, rows }] of Object.entries(raw)) {
    nodes.set(
      table,
      rows.map((cells) => {
        const row = Object.fromEntries(cells.map((value, at) => [columns[at][0], value]));
        return { table, row, shown: {}, isPlaced: false };
      }),
    );
  }
  const children = childrenByParent(nodes, links);
  const roots: Record<string, JsonObject[]> = {};
  for (const [table, each] of nodes) {
    if (links.parentOf(table) !== undefined) continue;
    roots[table] = sorted(each.map((node) => tree(node, { children, links })));
  }
  const orphans = Object.fromEntries(
    [...nodes].map(([table, each]): [string, JsonValue] => [
      table,
      sorted(each.filter(({ isPlaced }) => !isPlaced).map((node) => orphan(node, links))),
    ]).filter(([, rows]) => (rows as JsonValue[]).length),
  );
  return { roots, orphans };
}

type Children = ReadonlyMap<string, readonly Node[]>;

function childrenByParent(nodes: ReadonlyMap<string, readonly Node[]>, links: Links): Children {
  const children = new Map<string, Node[]>();
  for (const [table, each] of nodes) {
    const parent = links.parentOf(table);
    if (parent === undefined) continue;
    for (const node of each) {
      const key = `${parent} ${node.row._dlt_parent_id}`;
      const siblings = children.get(key) ?? [];
      siblings.push(node);
      children.set(key, siblings);
    }
  }
  return children;
}

interface Above {
  readonly children: Children;
  readonly links: Links;
  /** The id of the parent row and of its root. */
  readonly parentId?: string;
  readonly rootId?: string;
}

function tree(node: Node, { children, links, parentId, rootId }: Above): JsonObject {
  node.isPlaced = true;
  const id = String(node.row._dlt_id);
  const shown = show(node.row, links);
  if (!links.literalIds) showIds(shown, node, { parentId, rootId });
  const below = { children, links, parentId: id, rootId: rootId ?? id };
  const found = (children.get(`${node.table} ${id}`) ?? []).filter((child) => !child.isPlaced);
  for (const [table, each] of Object.entries(Object.groupBy(found, (child) => child.table))) {
    const rows = each!.map((child) => tree(child, below));
    rows.sort((left, right) =>
      Number(left._dlt_list_idx ?? 0) - Number(right._dlt_list_idx ?? 0) || compareText(left, right)
    );
    shown[CHILDREN + table] = rows;
  }
  return shown;
}

function orphan(node: Node, links: Links): JsonObject {
  const shown = show(node.row, links);
  if (!links.literalIds) showIds(shown, node, {});
  return shown;
}

/** Values that are there; the load by its number, and the parent by the row's place. */
function show(row: JsonObject, { loads }: Links): JsonObject {
  const shown: JsonObject = {};
  for (const [column, value] of Object.entries(row)) {
    if (value === null || column === "_dlt_parent_id") continue;
    shown[column] = column === "_dlt_load_id" ? loads.get(String(value)) ?? "load ?" : value;
  }
  return shown;
}

/** An id that is what it should be is not shown: chance at the root, the hash of its place below. */
function showIds(
  shown: JsonObject,
  { table, row }: Node,
  { parentId, rootId }: { parentId?: string; rootId?: string },
): void {
  const id = String(row._dlt_id);
  const isRight = parentId === undefined
    ? RANDOM_ID_REGEXP.test(id)
    : id === nestedRowId(parentId, table, Number(row._dlt_list_idx));
  if (isRight) delete shown._dlt_id;
  else shown._dlt_id = RANDOM_ID_REGEXP.test(id) ? "random" : row._dlt_id;
  if (row._dlt_root_id === undefined) return;
  if (row._dlt_root_id === rootId) delete shown._dlt_root_id;
  else shown._dlt_root_id = row._dlt_root_id === null ? "none" : "of another";
}

function compareText(left: JsonObject, right: JsonObject): number {
  const [a, b] = [canonicalJson(left), canonicalJson(right)];
  return a < b ? -1 : a > b ? 1 : 0;
}

function sorted(rows: JsonObject[]): JsonObject[] {
  return rows.map((row) => [canonicalJson(row), row] as const)
    .sort(([a], [b]) => a < b ? -1 : a > b ? 1 : 0).map(([, row]) => row);
}
