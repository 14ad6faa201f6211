/**
 * Parts of what is remembered of a source, by JSON path: finding them, saying where they are, removing them.
 * @module
 */
import { ConfigError } from "./errors.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "./json.ts";
import { jsonPathPlaces } from "./json_path.ts";

/** Keys and indexes from the source's state on. */
export type StatePlace = readonly (string | number)[];

/**
 * The places that these paths find in the state of a source, each once. What is remembered of resources is
 * dropped with them, so a path that takes all keys leaves `resources`.
 *
 * @throws {ConfigError} `invalid-json-path`, and `unknown-state-path` where one finds nothing
 */
export function statePlaces(state: JsonObject, paths: readonly string[]): StatePlace[] {
  const found = new Map<string, StatePlace>();
  for (const path of paths) {
    const places = jsonPathPlaces(path, state).filter((place) => place.length && !isResources(place));
    if (!places.length) throw unknownPath(path, state);
    for (const place of places) found.set(placeText(place), place);
  }
  return [...found.values()];
}

function isResources(place: StatePlace): boolean {
  return place.length === 1 && place[0] === "resources";
}

/** A place as a path, e.g. `resources.cats.incremental`. */
export function placeText(place: StatePlace): string {
  return place.map((part, index) => {
    if (typeof part === "number") return `[${part}]`;
    return /^[\p{L}_][\p{L}\p{N}_]*$/u.test(part)
      ? `${index ? "." : ""}${part}`
      : `[${JSON.stringify(part)}]`;
  }).join("");
}

/** Removes what is at these places. */
export function removePlaces(state: JsonObject, places: readonly StatePlace[]): void {
  // All parents are looked up first: removing moves the items behind.
  const gone = new Map<JsonValue, Set<string | number>>();
  for (const place of places) {
    const parent = place.slice(0, -1).reduce<JsonValue>((at, part) => (at as JsonObject)[part]!, state);
    gone.set(parent, (gone.get(parent) ?? new Set()).add(place.at(-1)!));
  }
  for (const [parent, parts] of gone) {
    if (Array.isArray(parent)) parent.splice(0, Infinity, ...parent.filter((_, index) => !parts.has(index)));
    else if (isJsonObject(parent)) { for (const part of parts) delete parent[part]; }
  }
}

function unknownPath(path: string, state: JsonObject): ConfigError {
  const keys = Object.keys(state);
  return new ConfigError(`Cannot drop state at "${path}": nothing is remembered there`, {
    code: "unknown-state-path",
    next: keys.length
      ? `the path starts at the source; it remembers ${keys.join(", ")}`
      : "the source remembers nothing",
  });
}
