/**
 * dlt's `snake_case` naming convention: raw keys become identifiers that every destination takes.
 * @module
 */
import { createHash } from "node:crypto";
import { trimSpaces } from "./python_text.ts";

/** Separates the parts of a flattened path in a column or table name. */
export const PATH_SEPARATOR = "__";
const TAG_LENGTH = 6;
const TRANSLATIONS: Readonly<Record<string, string>> = { "+": "x", "-": "_", "*": "x", "@": "a", "|": "l" };

/** One identifier, unshortened. An empty or blank one becomes `_empty`. */
function snakeCase(identifier: string): string {
  const trimmed = trimSpaces(identifier);
  if (!trimmed) return "_empty";
  return trimmed
    .replace(/[-+*@|]/g, (character) => TRANSLATIONS[character])
    // Digits of any script are kept, letters only of ASCII: that is what dlt's pattern does.
    .replace(/[^a-zA-Z\p{Nd}_]+/gu, "_")
    .replace(/([^_])([A-Z][a-z]+)/g, "$1_$2")
    .replace(/([a-z0-9])([A-Z])/g, "$1_$2")
    .toLowerCase()
    .replace(/^(?=\p{Nd})/u, "_")
    .replace(/_+$/, (run) => "x".repeat(run.length))
    .replace(/_{2,}/g, "_");
}

/** Cuts a name that is too long and puts a tag of the original in its middle, so that names stay distinct. */
export function shorten(name: string, limit: number, original: string): string {
  // A digit outside the first plane counts as one character, and is never cut in two.
  if (name.length <= limit || [...name].length <= limit) return name;
  const tag = createHash("shake128", { outputLength: 4 }).update(original).digest("base64")
    .replaceAll("=", "").replaceAll("/", "a").replaceAll("+", "b").toLowerCase();
  const rest = limit - TAG_LENGTH;
  const characters = [...name];
  return characters.slice(0, Math.ceil(rest / 2)).join("") + tag +
    (rest > 1 ? characters.slice(-Math.floor(rest / 2)).join("") : "");
}

/**
 * Turns raw names into identifiers, remembering each answer.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { Naming } from "@sluice/sluice";
 *
 * const naming = new Naming();
 * assert.equal(naming.identifier("firstName"), "first_name");
 * assert.equal(naming.path("a__bC"), "a__b_c");
 * assert.equal(naming.join("users", "profile__tags"), "users__profile__tags");
 * ```
 */
export class Naming {
  readonly #limit: number;
  readonly #identifiers = new Map<string, string>();
  readonly #paths = new Map<string, string>();

  /** @param limit the longest identifier that the destination takes, in characters */
  constructor(limit = 65_536) {
    this.#limit = limit;
  }

  /** One identifier; `__` in it collapses. */
  identifier(raw: string): string {
    return cached(this.#identifiers, raw, () => this.#part(raw));
  }

  /** Spaces around it are no part of what the tag is made of. */
  #part(raw: string): string {
    return shorten(snakeCase(raw), this.#limit, trimSpaces(raw));
  }

  /** A name that may already be a path: each part between `__` is normalised. This is what data keys get. */
  path(raw: string): string {
    return cached(this.#paths, raw, () => {
      const parts = raw.split(PATH_SEPARATOR).filter(trimSpaces).map((part) => this.#part(part));
      return parts.length ? shorten(parts.join(PATH_SEPARATOR), this.#limit, raw) : this.#part(raw);
    });
  }

  /** Joins two normalised names. */
  join(parent: string, child: string): string {
    return this.shortened(parent + PATH_SEPARATOR + child);
  }

  /** A whole path of normalised names, cut to the limit. Its tag is made of the path as it is before any cut. */
  shortened(path: string): string {
    return shorten(path, this.#limit, path);
  }
}

/** Whether a name is, once normalised, one of those that loads, or SQLite itself, are kept in. */
export function isReservedTable(rawName: string): boolean {
  return /^(?:_dlt|sqlite_)/.test(new Naming().path(rawName));
}

function cached(cache: Map<string, string>, key: string, make: () => string): string {
  let value = cache.get(key);
  if (value === undefined) {
    value = make();
    // Free-form maps can have millions of keys; a cache must not.
    if (cache.size >= 100_000) cache.clear();
    cache.set(key, value);
  }
  return value;
}
