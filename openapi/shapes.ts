/**
 * What a schema says about a value, whichever way it is written: `allOf` joined, alternatives reduced to what
 * they share, types inferred where they are left out. Each schema is worked out once, however often it is used.
 * @module
 */
import type { References } from "./references.ts";
import { entriesAt, isTree, listAt, own, textAt, type Tree } from "./tree.ts";

/** What is known of a value. */
export interface Shape {
  /** `object`, `array`, `string`, `integer`, `number` or `boolean`; undefined when nothing tells. */
  readonly type?: string;
  readonly format?: string;
  /** Schemas of an object's properties. */
  readonly properties: ReadonlyMap<string, unknown>;
  readonly required: ReadonlySet<string>;
  /** Schema of a list's items. */
  readonly items?: unknown;
  /** The schema and what it is joined of, for facts such as `default`. */
  readonly nodes: readonly Tree[];
}

/** Works out the shape of a schema. */
export type ShapeOf = (schema: unknown) => Shape;

const UNKNOWN: Shape = { properties: new Map(), required: new Set(), nodes: [] };
const MAX_DEPTH = 48;
const MAX_PROPERTIES = 2000;
const MAX_PARTS = 100;

/** Makes the function that works out shapes of one document's schemas. */
export function shapesOf({ follow }: References): ShapeOf {
  const known = new WeakMap<object, Shape>();
  const shapeOf = (schema: unknown, depth: number): Shape => {
    if (!isTree(schema) || depth > MAX_DEPTH) return UNKNOWN;
    const found = known.get(schema);
    if (found) return found;
    // Met again while it is being worked out, a schema that contains itself adds nothing.
    known.set(schema, UNKNOWN);
    const node = follow(schema);
    // What a reference names is worked out under its own name, for all that refer to it.
    const shape = node !== schema
      ? shapeOf(node, depth + 1)
      : joined(schema, (part) => shapeOf(part, depth + 1));
    known.set(schema, shape);
    return shape;
  };
  return (schema) => shapeOf(schema, 0);
}

function joined(node: Tree, shapeOf: (schema: unknown) => Shape): Shape {
  const parts = listAt(node, "allOf").slice(0, MAX_PARTS).map(shapeOf);
  const choices = ["oneOf", "anyOf", "items"].flatMap((key) => {
    // Converters write the alternatives of a value as a list of items without a type.
    if (key === "items" && own(node, "type") !== undefined) return [];
    const alternatives = listAt(node, key).slice(0, MAX_PARTS)
      .filter((each) => textAt(each, "type") !== "null");
    return alternatives.length ? [shared(alternatives.map(shapeOf))] : [];
  });
  const others = [...parts, ...choices];
  const properties = new Map<string, unknown>();
  for (const part of others) {
    for (const [name, schema] of part.properties) {
      if (properties.size < MAX_PROPERTIES) properties.set(name, schema);
    }
  }
  for (const [name, schema] of entriesAt(node, "properties", MAX_PROPERTIES)) properties.set(name, schema);
  const items = itemsOf(node) ?? first(others, "items");
  return {
    type: typeOf(node) ?? first(others, "type") ?? (properties.size ? "object" : items ? "array" : undefined),
    format: textAt(node, "format") ?? first(others, "format"),
    properties,
    required: new Set([
      ...listAt(node, "required").filter((name) => typeof name === "string").slice(0, MAX_PROPERTIES),
      ...others.flatMap(({ required }) => [...required]).slice(0, MAX_PROPERTIES),
    ]),
    items,
    nodes: [node, ...others.flatMap(({ nodes }) => nodes)].slice(0, MAX_PARTS),
  };
}

function first<K extends "type" | "format" | "items">(shapes: readonly Shape[], key: K): Shape[K] {
  return shapes.find((shape) => shape[key] !== undefined)?.[key];
}

/** What one of several alternatives is for sure; a list among them is what is looked for. */
function shared(shapes: readonly Shape[]): Shape {
  const [head, ...rest] = shapes.filter(({ type }) => type !== undefined);
  if (!head || rest.length === 0) return head ?? UNKNOWN;
  const list = [head, ...rest].find(({ type }) => type === "array");
  if (list) return list;
  const properties = [...head.properties].filter(([name]) => rest.every((each) => each.properties.has(name)));
  const isOneType = rest.every(({ type }) => type === head.type);
  return {
    ...UNKNOWN,
    type: isOneType ? head.type : undefined,
    format: rest.every(({ format }) => format === head.format) ? head.format : undefined,
    properties: new Map(properties),
  };
}

function typeOf(node: Tree): string | undefined {
  const type = own(node, "type");
  const types = Array.isArray(type) ? type : [type];
  return types.find((each): each is string => typeof each === "string" && each !== "null");
}

function itemsOf(node: Tree): unknown {
  const items = own(node, "items") ?? own(node, "prefixItems");
  if (!Array.isArray(items)) return items;
  return own(node, "type") === undefined && own(node, "prefixItems") === undefined ? undefined : items[0];
}

/** Whether a value is text, a number or a boolean, or may be. */
export function isScalar({ type, properties, items }: Shape): boolean {
  return type === undefined
    ? properties.size === 0 && items === undefined
    : type !== "object" && type !== "array";
}

/** Whether a value may be null. */
export function isNullable({ nodes }: Shape): boolean {
  return nodes.some((node) =>
    own(node, "nullable") === true || own(node, "x-nullable") === true ||
    listAt(node, "type").includes("null") ||
    ["oneOf", "anyOf"].some((key) => listAt(node, key).some((each) => textAt(each, "type") === "null"))
  );
}

/** A schema as an example suggests it, for documents that only show answers. */
export function schemaOfExample(value: unknown, depth = 0): Tree | undefined {
  if (depth > 6 || value === null || value === undefined) return undefined;
  if (Array.isArray(value)) return { type: "array", items: schemaOfExample(value[0], depth + 1) ?? {} };
  if (isTree(value)) {
    const properties = Object.entries(value).slice(0, 200).map(([name, each]) => [
      name,
      schemaOfExample(each, depth + 1) ?? {},
    ]);
    return { type: "object", properties: Object.fromEntries(properties) };
  }
  if (typeof value === "number") return { type: Number.isInteger(value) ? "integer" : "number" };
  if (typeof value !== "string") return { type: typeof value };
  return { type: "string", format: formatOf(value) };
}

function formatOf(text: string): string | undefined {
  if (/^\d{4}-\d\d-\d\d[T ]\d\d:\d\d/.test(text)) return "date-time";
  return /^https?:\/\//.test(text) ? "uri" : undefined;
}
