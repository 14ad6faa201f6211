/**
 * Finds the list of records in the schema of an answer, and what stands round it: totals, cursors and links.
 * @module
 */
import { normalizedPath } from "../pipeline/json_path.ts";
import { plainWord, singular, snakeName } from "./names.ts";
import { isScalar, type Shape, type ShapeOf } from "./shapes.ts";

/** An answer that holds a list. */
export interface ListAnswer {
  /** Keys that lead to the list; none when the answer is the list. */
  readonly keys: readonly string[];
  readonly item: Shape;
  /** Single values outside the list. */
  readonly fields: readonly Field[];
}

/** A single value of an answer. */
export interface Field {
  readonly keys: readonly string[];
  /** JSON path of it. */
  readonly path: string;
  /** The last key as words are compared. */
  readonly word: string;
  readonly shape: Shape;
  /** Every answer has it. */
  readonly isRequired: boolean;
}

/** Keys under which APIs put their records. */
const RECORD_WORDS = new Set(
  ("data items results result entries records rows entities payload content objects values value list members member " +
    "elements hits resources nodes edges collection documents docs features").split(" "),
);
/** Keys of objects that may hold the list one level further down. */
const WRAPPER_WORDS = new Set("data result results response payload body d content embedded feed".split(" "));
/** Keys that stand round a list and are no part of a record. */
const ENVELOPE_WORDS = new Set(
  ("next prev previous first last self total count page pages limit offset skip start size more cursor cursors link " +
    "links meta metadata paging pagination pageinfo status success ok error errors message messages warning warnings " +
    "code version schemas timestamp object type kind etag url href context request requestid traceid api " +
    "truncated took timedout included jsonapi embedded copyright found expand sort filter filters query number empty " +
    "statuscode responsemetadata resultset aggregations facets").split(" "),
);
/** The same, for words that come in many forms. */
const ENVELOPE_REGEXP =
  /^(?:next|prev|previous|total|odata|page|has|is|per|num|number|last|first)(?:page|pages|cursor|token|url|uri|link|count|number|size|size|of\w+|more|next|previous|prev|results?|items?|records?|elements?|truncated|last|first|index|total|hits|offset|context|nextlink|marker|pagetoken|pageurl)?$|^(?:page|items|results|records|current|start|end)(?:count|size|number|index|per\w*|page|cursor|token|total)$|(?:cursor|token|marker)$/;
const IDENTITY_WORDS = new Set(["id", "uuid", "guid"]);
const MAX_KEYS = 3;
const MAX_FIELDS = 300;

/** The list in an answer; undefined when the answer is one record, or nothing tells. */
export function findList(
  schema: unknown,
  path: { name: string; isOne: boolean },
  shapeOf: ShapeOf,
): ListAnswer | undefined {
  const shape = shapeOf(schema);
  if (shape.type === "array") return { keys: [], item: shapeOf(shape.items), fields: [] };
  const keys = listKeys(shape, path, shapeOf);
  if (!keys) return undefined;
  const list = keys.reduce((outer, key) => shapeOf(outer.properties.get(key)), shape);
  return { keys, item: shapeOf(list.items), fields: fieldsOf(shape, keys, shapeOf) };
}

/** Breadth first: a list near the top is the records, one further down may belong to a record. */
function listKeys(
  shape: Shape,
  path: { name: string; isOne: boolean },
  shapeOf: ShapeOf,
): readonly string[] | undefined {
  let level: { keys: readonly string[]; shape: Shape }[] = [{ keys: [], shape }];
  for (let depth = 0; depth < MAX_KEYS && level.length; depth++) {
    const below: typeof level = [];
    for (const { keys, shape } of level) {
      const key = listKey(shape, path, shapeOf);
      if (key !== undefined) return [...keys, key];
      for (const [name, schema] of shape.properties) {
        const inner = shapeOf(schema);
        if (inner.type !== "object" || inner.properties.size === 0) continue;
        const isOnly = [...shape.properties.keys()].every((each) => each === name || isEnvelope(each));
        const isWrapper = WRAPPER_WORDS.has(plainWord(name)) || isOnly && !isEnvelope(name);
        // The object of one record is no wrapper, whatever its key.
        if (isWrapper && !hasIdentity(inner)) below.push({ keys: [...keys, name], shape: inner });
      }
    }
    level = below.slice(0, 20);
  }
}

function listKey(
  shape: Shape,
  { name, isOne }: { name: string; isOne: boolean },
  shapeOf: ShapeOf,
): string | undefined {
  const lists: { key: string; hasObjects: boolean }[] = [];
  for (const [key, schema] of shape.properties) {
    const inner = shapeOf(schema);
    if (inner.type !== "array") continue;
    const item = shapeOf(inner.items);
    if (item.type === "object" || item.type === undefined) {
      lists.push({ key, hasObjects: item.type === "object" });
    }
  }
  const named = lists.filter(({ key }) => isNamed(key, name));
  const best = named.find(({ hasObjects }) => hasObjects) ?? named[0];
  const others = [...shape.properties.keys()];
  if (best) {
    // An order has an id and items, and is one record; an envelope with an id of its own holds "data".
    const isRecord = hasIdentity(shape) &&
      (isOne || !["data", "results", "records"].includes(plainWord(best.key)));
    return isRecord || (isOne && others.some((key) => key !== best.key && !isEnvelope(key)))
      ? undefined
      : best.key;
  }
  const candidates = lists.filter(({ key, hasObjects }) => hasObjects && !isEnvelope(key));
  const [only] = candidates;
  const isEnvelopeAround = candidates.length === 1 &&
    others.every((key) => key === only.key || isEnvelope(key));
  return isEnvelopeAround && !isOne && !hasIdentity(shape) ? only.key : undefined;
}

/** Named like records, or like the path: `users` in the answer of `/users`. */
function isNamed(key: string, name: string): boolean {
  const snake = snakeName(key);
  return RECORD_WORDS.has(plainWord(key)) || snake === name || singular(snake) === singular(name) ||
    name.endsWith(`_${snake}`);
}

function isEnvelope(key: string): boolean {
  const word = plainWord(key);
  return ENVELOPE_WORDS.has(word) || ENVELOPE_REGEXP.test(word);
}

function hasIdentity(shape: Shape): boolean {
  return [...shape.properties.keys()].some((key) => IDENTITY_WORDS.has(plainWord(key)));
}

function fieldsOf(shape: Shape, listKeys: readonly string[], shapeOf: ShapeOf): Field[] {
  const fields: Field[] = [];
  const walk = (outer: Shape, keys: readonly string[], isRequired: boolean) => {
    for (const [name, schema] of outer.properties) {
      if (fields.length >= MAX_FIELDS) return;
      const inner = shapeOf(schema);
      const path = [...keys, name];
      const isHere = isRequired && outer.required.has(name);
      if (inner.type === "array" && path.join("\0") === listKeys.join("\0")) continue;
      if (isScalar(inner)) {
        fields.push({
          keys: path,
          path: normalizedPath(path),
          word: plainWord(name),
          shape: inner,
          isRequired: isHere,
        });
      } else if (inner.type === "array") linkField(path, inner, shapeOf, fields);
      else if (path.length <= MAX_KEYS) walk(inner, path, isHere);
    }
  };
  walk(shape, [], true);
  return fields;
}

/** Links as a list of relations, `[{ "rel": "next", "href": … }]`: a field whose last key is a filter. */
function linkField(keys: readonly string[], list: Shape, shapeOf: ShapeOf, fields: Field[]): void {
  if (!/^_?links?$/i.test(keys.at(-1)!)) return;
  const { properties } = shapeOf(list.items);
  const relation = ["rel", "relation"].find((name) => properties.has(name));
  const target = ["href", "url", "uri"].find((name) => properties.has(name));
  if (!relation || !target) return;
  const shape = { ...shapeOf(properties.get(target)), format: "uri" };
  const path = `${normalizedPath(keys)}[?(@.${relation} == 'next')].${target}`;
  fields.push({ keys: [...keys, target], path, word: "nextlink", shape, isRequired: false });
}
