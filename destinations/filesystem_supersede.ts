/**
 * Taking superseded rows out of files: whole tables for a replace, single rows for `replace-per-parent` and
 * for pruning. Files are never changed in place; those that lose rows are written anew beside them, and
 * those that lose none are left alone. Memory holds keys, never rows.
 * @module
 */
import type { TablePublication } from "../pipeline/destination.ts";
import { type JsonObject, parseJson } from "../pipeline/json.ts";
import type { Column, Table } from "../pipeline/schema_types.ts";
import { count, type IsGone, survivors } from "./filesystem_filter.ts";
import { joinKey, keyText } from "./filesystem_rows.ts";
import type { StagedFiles } from "./filesystem_staging.ts";
import type { View } from "./filesystem_view.ts";

const NONE_GONE: IsGone = () => false;

/** Plans what publishing does to the files of one root table and its children. */
export async function supersede(
  view: View,
  staged: StagedFiles,
  publication: TablePublication,
): Promise<void> {
  const { table, children, replaceAll, strategy, scope } = publication;
  if (replaceAll) {
    for (const name of [table.name, ...children]) {
      for (const file of await view.list(name)) staged.remove(file.path);
    }
  }
  if (publication.disposition !== "merge") return;
  const isExact = strategy === "replace-per-parent";
  const news = isExact ? await readNewKeys(staged, table) : undefined;
  if (news) await dropRepeatedRows(staged, table.name, children, news);
  if (replaceAll) return;
  const outOfScope = scope && scope.columns.every((name) => table.columns.get(name)?.data_type)
    ? await scopeFilter(publication, isExact)
    : NONE_GONE;
  if (!news && outOfScope === NONE_GONE) return;
  await dropStoredRows(view, staged, publication, (row) => {
    if (outOfScope(row, 0)) return true;
    return news !== undefined && isReplaced(row, news);
  });
}

/** Keys of a load's own rows. `undefined`, the key of a row that has none, is never in them. */
interface NewKeys {
  readonly primaryKey: readonly Column[];
  readonly mergeKey: readonly Column[];
  /** Where the last row of each key is. */
  readonly primary: Map<string | undefined, number>;
  readonly merge: Set<string | undefined>;
  readonly hasRepeated: boolean;
}

function isReplaced(row: JsonObject, { primaryKey, mergeKey, primary, merge }: NewKeys): boolean {
  return (primary.size > 0 && primary.has(keyText(primaryKey, row))) ||
    (merge.size > 0 && merge.has(keyText(mergeKey, row)));
}

function keyColumns(table: Table, hint: "primary_key" | "merge_key"): Column[] {
  return [...table.columns.values()].filter((column) => column[hint] && column.data_type);
}

async function readNewKeys(staged: StagedFiles, table: Table): Promise<NewKeys | undefined> {
  const primaryKey = keyColumns(table, "primary_key");
  const mergeKey = keyColumns(table, "merge_key");
  if (!staged.has(table.name) || !(primaryKey.length || mergeKey.length)) return undefined;
  const primary: NewKeys["primary"] = new Map();
  const merge: NewKeys["merge"] = new Set();
  let hasRepeated = false;
  let ordinal = 0;
  for await (const lines of staged.lines(table.name)) {
    for (const line of lines) {
      const row = parseJson(line) as JsonObject;
      const key = primaryKey.length ? keyText(primaryKey, row) : undefined;
      if (key !== undefined) hasRepeated ||= primary.has(key);
      primary.set(key, ordinal++);
      if (mergeKey.length) merge.add(keyText(mergeKey, row));
    }
  }
  primary.delete(undefined);
  merge.delete(undefined);
  return { primaryKey, mergeKey, primary, merge, hasRepeated };
}

/** Of new rows with one key the last stays. */
async function dropRepeatedRows(
  staged: StagedFiles,
  root: string,
  children: readonly string[],
  { primaryKey, primary, hasRepeated }: NewKeys,
): Promise<void> {
  if (!hasRepeated) return;
  const gone = new Set<string>();
  const kept = new Set<string>();
  await staged.filter(root, (row, ordinal) => {
    const isGone = (primary.get(keyText(primaryKey, row)) ?? ordinal) !== ordinal;
    note(isGone ? gone : kept, row);
    return isGone;
  });
  // Where ids come from keys, the row that stays has the id of the one that goes.
  for (const id of kept) gone.delete(id);
  if (!gone.size) return;
  for (const child of children) await staged.filter(child, childFilter(gone));
}

/** Which stored rows the scope says are no more. */
async function scopeFilter({ table, scope }: TablePublication, isExact: boolean): Promise<IsGone> {
  const { columns, complete } = scope!;
  if (!complete && !isExact) return NONE_GONE;
  const walkedByKey = new Map<string, boolean>();
  for await (const { key, walked } of scope!.keys()) {
    const text = joinKey(key);
    // A list may name a parent twice; once read in full is read in full.
    if (complete || walked) walkedByKey.set(text, walked || walkedByKey.get(text) === true);
  }
  const keyColumns = columns.map((name) => table.columns.get(name)!);
  return (row) => {
    const key = keyText(keyColumns, row);
    const walked = key === undefined ? undefined : walkedByKey.get(key);
    return walked === undefined ? complete : isExact && walked;
  };
}

async function dropStoredRows(
  view: View,
  staged: StagedFiles,
  { table, children }: TablePublication,
  isGone: IsGone,
): Promise<void> {
  const gone = new Set<string>();
  await rewrite(view, staged, table.name, (row, ordinal) => {
    if (!isGone(row, ordinal)) return false;
    note(gone, row);
    return true;
  });
  if (!gone.size) return;
  for (const child of children) await rewrite(view, staged, child, childFilter(gone));
}

/** Children go with their root row, or with their parent where they do not know the root. */
function childFilter(gone: Set<string>): IsGone {
  return (row) => {
    const id = row._dlt_root_id ?? row._dlt_parent_id;
    if (typeof id !== "string" || !gone.has(id)) return false;
    note(gone, row);
    return true;
  };
}

function note(ids: Set<string>, row: JsonObject): void {
  if (typeof row._dlt_id === "string") ids.add(row._dlt_id);
}

async function rewrite(view: View, staged: StagedFiles, table: string, isGone: IsGone): Promise<void> {
  for (const file of await view.list(table)) {
    const { gone, kept } = await count(view.lines(file), isGone);
    if (!gone) continue;
    // What is written anew is not compressed, so it has another name.
    if (kept) await staged.replace(file.path.replace(/\.gz$/, ""), survivors(view.lines(file), isGone));
    if (!kept || file.path.endsWith(".gz")) staged.remove(file.path);
  }
}
