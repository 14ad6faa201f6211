/**
 * What a person should know about a page that was read without an error: how paging was found out, and where the
 * records were taken from. Pure; who asks tells each doubt once.
 * @module
 */
import { isJsonObject, type JsonObject, type JsonValue } from "../pipeline/json.ts";
import { jsonPath, normalizedPath } from "../pipeline/json_path.ts";
import { isUsualList, listPaths } from "../rest/select.ts";
import type { Doubt, RestPage } from "../rest/types.ts";

/** Lists about records, not of them; so is what stands below such a name. */
const ASIDE = new Set([
  "error",
  "errors",
  "warning",
  "warnings",
  "message",
  "messages",
  "notices",
  "link",
  "links",
  "tag",
  "tags",
  "labels",
  "included",
  "includes",
  "facets",
  "filters",
  "aggregations",
  "headers",
  "columns",
  "extras",
  "meta",
  "metadata",
  "paging",
  "pagination",
]);
const ID_NAMES = new Set(["id", "_id", "uuid", "guid"]);
/** Further down than detection looks, so that what it could not see is named. */
const MOST_KEYS = 6;

/** The doubts about a page. `isDetected` tells that the selector was found out, and not set. */
export function pageDoubts(page: RestPage, { isDetected }: { isDetected: boolean }): Doubt[] {
  const { paginator, response: { body }, selector, records } = page;
  const doubts = [
    paginator.doubt?.(page),
    records.length === 0 ? nullDoubt(body, selector) : undefined,
    isDetected && page.index === 0 ? selectorDoubt(body, selector) : undefined,
  ];
  return doubts.filter((each) => each !== undefined);
}

/** Null where records were expected: an empty list, or not the place where they are. */
function nullDoubt(body: JsonValue | undefined, selector: string): Doubt | undefined {
  const matches = jsonPath(selector).all(body);
  if (matches.length !== 1 || matches[0] !== null) return undefined;
  const what = selector === "$" ? "an answer" : `"${selector}"`;
  return {
    code: "null-records",
    message: `${what} is null and was taken for no records; set data_selector if they are elsewhere`,
  };
}

/** A list that detection took although the body has something that looks more like the records. */
function selectorDoubt(body: JsonValue | undefined, selector: string): Doubt | undefined {
  const { keys = [] } = jsonPath(selector);
  if (keys.length === 0 || !isJsonObject(body)) return undefined;
  const better = isDoubtful(body, keys) ? betterList(body, selector) : undefined;
  const nearer = better !== undefined
    ? `"${better}" looks more like it`
    : hasId(body) && !isUsualList(keys)
    ? "the answer as a whole looks like one record"
    : undefined;
  if (nearer === undefined) return undefined;
  return {
    code: "selector-guessed",
    message: `"${selector}" was taken for the list of records, but ${nearer}; set data_selector to ` +
      `"${better ?? "$"}", or to "${selector}" if that is right`,
  };
}

function isDoubtful(body: JsonObject, keys: readonly string[]): boolean {
  if (isAside(keys)) return true;
  const list = listAt(body, keys);
  return list.length === 0 ? !isUsualList(keys) : !list.every(isJsonObject);
}

/** Another list that is one of objects, and not about something else. */
function betterList(body: JsonObject, selector: string): string | undefined {
  const lists = [...listPaths(body, MOST_KEYS)].filter((keys) => {
    const list = listAt(body, keys);
    return !isAside(keys) && list.length > 0 && list.every(isJsonObject);
  });
  const best = lists.find(isUsualList) ?? lists[0];
  const path = best && normalizedPath(best);
  return path === selector ? undefined : path;
}

function listAt(body: JsonObject, keys: readonly string[]): readonly JsonValue[] {
  const found = jsonPath(normalizedPath(keys)).first(body);
  return Array.isArray(found) ? found : [];
}

function isAside(keys: readonly string[]): boolean {
  return keys.some((key) => ASIDE.has(key.toLowerCase().replace(/^[_@]+/, "")));
}

function hasId(body: JsonObject): boolean {
  return Object.entries(body).some(([key, value]) =>
    ID_NAMES.has(key.toLowerCase()) && (typeof value === "string" || typeof value === "number")
  );
}
