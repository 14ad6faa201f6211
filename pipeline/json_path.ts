/**
 * JSON paths: RFC 9535, and the short forms that dlt configurations use (`a.b`, `a[*].b`, `'@odata.nextLink'`,
 * `a | b`). A path is compiled once; what it finds are the very values of the document, own properties only.
 * @module
 */
import { compile, JSONPathError, type JSONPathQuery } from "jsonpath";
import { ConfigError } from "./errors.ts";
import { isJsonObject, type JsonValue } from "./json.ts";
import { type Query, queryOf } from "./json_path_query.ts";
import { PathProblem, standardPaths } from "./json_path_text.ts";

/** A compiled path. */
export interface JsonPath {
  /** As it was written. */
  readonly text: string;
  /** The keys from the root on, where the path is nothing but names; then it has one match at most. */
  readonly keys?: readonly string[];
  /** Whether the path is nothing but names. */
  readonly simple: boolean;
  /** Every match, in document order. */
  all(value: JsonValue | undefined): JsonValue[];
  /** The first match; undefined when there is none. */
  first(value: JsonValue | undefined): JsonValue | undefined;
}

const CACHED_PATHS = 1000;
/** One name of a path that holds nothing else: bare, or quoted between brackets. */
// deno-lint-ignore no-control-regex
const NAME_REGEXP = /(\.?)([\p{L}_][\p{L}\p{N}_-]*)|\['((?:[^'\\\u0000-\u001f]|\\.)*)'\]/suy;
const ESCAPE_REGEXP = /\\(?:u([0-9A-Fa-f]{4})|(.))/gs;
const ESCAPES: Readonly<Record<string, string>> = {
  "'": "'",
  "\\": "\\",
  "/": "/",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
};
const PLAIN_KEY_REGEXP = /^[\p{L}_][\p{L}\p{N}_-]*$/u;

const cache = new Map<string, JsonPath>();

/**
 * Compiles a path, or takes it from the cache.
 *
 * @throws {ConfigError} "invalid-json-path"; it names the path, the position and what is wrong there
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { jsonPath } from "./json_path.ts";
 *
 * const body = { users: [{ id: 1, age: 50 }, { id: 2, age: 20 }], "@odata.nextLink": "/users?page=2" };
 * assert.deepEqual(jsonPath("users[*].id").all(body), [1, 2]);
 * assert.deepEqual(jsonPath("users[?(@.age > 30)].id").all(body), [1]);
 * assert.equal(jsonPath("'@odata.nextLink'").first(body), "/users?page=2");
 * ```
 */
export function jsonPath(text: string): JsonPath {
  const cached = cache.get(text);
  if (cached) return cached;
  const path = compilePath(text);
  if (cache.size >= CACHED_PATHS) cache.delete(cache.keys().next().value!);
  cache.set(text, path);
  return path;
}

/** The path of these keys from the root on: dotted where that says it, else quoted. */
export function normalizedPath(keys: readonly string[]): string {
  if (keys.length === 0) return "$";
  return keys.map((key, index) => PLAIN_KEY_REGEXP.test(key) ? (index ? `.${key}` : key) : quoted(key)).join(
    "",
  );
}

function quoted(key: string): string {
  // deno-lint-ignore no-control-regex
  const escaped = key.replace(/['\\]/g, "\\$&").replace(/[\u0000-\u001f]/g, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
  return `['${escaped}']`;
}

/**
 * Where the matches of a path are: keys and indexes from the root on, in document order.
 *
 * @throws {ConfigError} "invalid-json-path"
 */
export function jsonPathPlaces(text: string, value: JsonValue): (string | number)[][] {
  return compileQueries(text).flatMap((query) =>
    query.query(value as never).nodes.map(({ location }) => location)
  );
}

function compilePath(text: string): JsonPath {
  const names = namesOf(text);
  if (names) return keysPath(text, names);
  const queries = compileQueries(text).map(queryOf);
  if (queries.length === 1 && queries[0]!.keys) return keysPath(text, queries[0]!.keys);
  return queriesPath(text, queries);
}

/**
 * The names of a path that holds nothing else; undefined leaves it to the library. Most paths are such, and
 * the library refuses names with control characters.
 */
function namesOf(text: string): string[] | undefined {
  const names: string[] = [];
  let at = text.startsWith("$") ? 1 : 0;
  const needsDot = at === 1;
  while (at < text.length) {
    NAME_REGEXP.lastIndex = at;
    const [whole, dot, bare, quotedName] = NAME_REGEXP.exec(text) ?? [];
    const isFirst = names.length === 0 && !needsDot;
    const name = quotedName === undefined ? bare : unescaped(quotedName);
    if (whole === undefined || name === undefined || (bare !== undefined && isFirst === (dot === "."))) {
      return undefined;
    }
    names.push(name);
    at += whole.length;
  }
  return names.length ? names : undefined;
}

/** A quoted name without its escapes; undefined where one is wrong. */
function unescaped(text: string): string | undefined {
  let isRight = true;
  const name = text.replace(ESCAPE_REGEXP, (_, code: string | undefined, character: string) => {
    const decoded = code === undefined ? ESCAPES[character] : String.fromCharCode(Number.parseInt(code, 16));
    isRight &&= decoded !== undefined && decoded.isWellFormed();
    return decoded ?? "";
  });
  return isRight ? name : undefined;
}

function keysPath(text: string, keys: readonly string[]): JsonPath {
  const first = (value: JsonValue | undefined) => valueAt(value, keys);
  return {
    text,
    keys,
    simple: true,
    first,
    all: (value) => {
      const found = first(value);
      return found === undefined ? [] : [found];
    },
  };
}

/** Follows own properties of objects; undefined where one is missing. */
function valueAt(value: JsonValue | undefined, keys: readonly string[]): JsonValue | undefined {
  for (const key of keys) {
    if (!isJsonObject(value) || !Object.hasOwn(value, key)) return undefined;
    value = value[key];
  }
  return value;
}

function queriesPath(text: string, queries: readonly Query[]): JsonPath {
  const all = (value: JsonValue | undefined) =>
    value === undefined
      ? []
      : queries.length === 1
      ? queries[0]!.run(value)
      : queries.flatMap((query) => query.run(value));
  return { text, simple: false, all, first: (value) => all(value)[0] };
}

/** A text that is a standard path, at most without its `$`, means what the standard says; any other is translated. */
function compileQueries(text: string): JSONPathQuery[] {
  const trimmed = text.trim();
  const standard = /^[$]/.test(trimmed) ? trimmed : /^[.[]/.test(trimmed) ? `$${trimmed}` : `$.${trimmed}`;
  try {
    return [compile(standard)];
  } catch (error) {
    if (!isPathError(error)) throw error;
  }
  try {
    return standardPaths(text).map((path) => {
      try {
        return compile(path.text);
      } catch (error) {
        if (!(error instanceof JSONPathError)) throw error;
        throw new PathProblem(reasonOf(error), path.positionOf(error.token.index));
      }
    });
  } catch (error) {
    if (error instanceof PathProblem) throw invalidPath(text, error);
    if (error instanceof RangeError) {
      throw invalidPath(text, new PathProblem("it is nested too deeply", 0));
    }
    throw error;
  }
}

function isPathError(error: unknown): boolean {
  // A path that is nested too deeply overflows the library's parser; what that means is said further down.
  return error instanceof JSONPathError || error instanceof RangeError;
}

const TOKENS: Readonly<Record<string, string>> = {
  TOKEN_EOF: "the end",
  TOKEN_RBRACKET: "]",
  TOKEN_LBRACKET: "[",
  TOKEN_RPAREN: ")",
  TOKEN_LPAREN: "(",
  TOKEN_COMMA: ",",
  TOKEN_COLON: ":",
};

/** The library's sentence without its tail, with names of tokens as a person writes them. */
function reasonOf(error: JSONPathError): string {
  const sentence = error.message.replace(/ \('(?:(?! \(')[\s\S])*':-?\d+\)$/, "").replaceAll("'", '"');
  return sentence.replace(
    /TOKEN_\w+/g,
    (name) => TOKENS[name] ?? name.slice(6).toLowerCase().replaceAll("_", " "),
  );
}

function invalidPath(text: string, { reason, position, next }: PathProblem): ConfigError {
  const shown = text.length > 200 ? `${text.slice(0, 200)}…` : text;
  return new ConfigError(`Cannot use JSON path "${shown}": ${reason}, at position ${position + 1}`, {
    code: "invalid-json-path",
    next: next ??
      `write it like "data.items[*].id"; a name with special characters goes into quotes, "['next-page']"`,
  });
}
