/**
 * The resources of a module as code: the short form wherever it says the same, and what all share said once.
 * @module
 */
import type { Paging, ResourceDescription } from "../../openapi/description.ts";
import { type Code, CodeObject, commentText, objectOf, Remark } from "./code.ts";

type Entry = readonly [key: string, value: Code] | Remark;

/** What all resources share, and the items of the list of resources. */
export function resourceItems(
  resources: readonly ResourceDescription[],
): { defaults: CodeObject; items: (Code | Remark)[] } {
  const shared = sharedKey(resources);
  const isMerged = resources.some(({ primaryKey, suggested }) => primaryKey.length && !suggested);
  const disposition = isMerged ? "merge" : "replace";
  return {
    defaults: new CodeObject([
      ...(shared === undefined ? [] : [["primary_key", shared] as const]),
      ["write_disposition", disposition],
    ]),
    items: resources.flatMap((each) => resourceItem(each, shared, disposition)),
  };
}

/** The key that at least half of the resources without parents have; below parents keys differ anyway. */
function sharedKey(resources: readonly ResourceDescription[]): string | undefined {
  const counts = new Map<string, number>();
  const active = resources.filter(({ suggested, includeFromParent }) => !suggested && !includeFromParent);
  for (const { primaryKey } of active) {
    if (primaryKey.length === 1) counts.set(primaryKey[0], (counts.get(primaryKey[0]) ?? 0) + 1);
  }
  const [key, count] = [...counts].reduce((best, each) => (each[1] > best[1] ? each : best), ["", 0]);
  return count > 0 && count * 2 >= active.length ? key : undefined;
}

function resourceItem(
  resource: ResourceDescription,
  shared: string | undefined,
  disposition: string,
): (Code | Remark)[] {
  const { name, primaryKey, includeFromParent, suggested, operation, summary } = resource;
  const entries: Entry[] = [["name", name]];
  const isShared = primaryKey.length === 1 && primaryKey[0] === shared;
  const isKeyless = primaryKey.length === 0;
  if (!isShared && (!isKeyless || shared !== undefined)) {
    entries.push(["primary_key", primaryKey.length === 1 ? primaryKey[0] : primaryKey]);
  }
  const wanted = isKeyless ? "replace" : "merge";
  if (wanted !== disposition) entries.push(["write_disposition", wanted]);
  if (includeFromParent) entries.push(["include_from_parent", includeFromParent]);
  const endpoint = endpointCode(resource);
  if (endpoint !== undefined) entries.push(["endpoint", endpoint]);
  const code = entries.length === 1 ? name : new CodeObject(entries);
  if (suggested !== undefined) {
    return [
      new Remark(`Not loaded, ${suggested}:`),
      ...(operation === undefined ? [] : [new Remark(headline(operation, summary))]),
      new Remark({ value: code }),
    ];
  }
  if (operation === undefined) return [code];
  const note = isKeyless ? [new Remark("No key was found, so each run replaces the table.")] : [];
  return [new Remark(headline(operation, summary)), ...note, code];
}

function headline(operation: string, summary = ""): string {
  const head = commentText(operation, 90);
  const rest = Math.max(20, 96 - head.length);
  return summary.trim() ? `${head}: ${commentText(summary, rest)}` : head;
}

function endpointCode(resource: ResourceDescription): Code | undefined {
  const { name, path, method, params, headers, json, dataSelector, paginator, incremental } = resource;
  const entries: Entry[] = [["path", path]];
  if (method) entries.push(["method", method]);
  if (params.size) entries.push(["params", objectOf(params)]);
  if (headers?.size) entries.push(["headers", objectOf(headers)]);
  if (json) entries.push(["json", json]);
  if (dataSelector !== undefined) entries.push(["data_selector", dataSelector]);
  if (paginator) entries.push(["paginator", paginatorCode(paginator)]);
  if (incremental) {
    entries.push(
      new Remark("To load only what changed since the last run:"),
      new Remark({ key: "incremental", value: incremental }),
    );
  }
  if (entries.length > 1) return new CodeObject(entries);
  return path === name ? undefined : path;
}

/** A paginator, by its type alone where that says all. */
export function paginatorCode(paginator: Paging): Code {
  return Object.keys(paginator).length > 1 ? paginator : paginator.type;
}
