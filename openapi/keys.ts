/**
 * Which field tells records apart, and which field of a parent a path parameter stands for.
 * @module
 */
import { plainWord, singular } from "./names.ts";
import type { Parameter } from "./operations.ts";
import { isScalar, type Shape, type ShapeOf } from "./shapes.ts";
import { own } from "./tree.ts";

/** Fields that name a thing for people; they are keys where a path says so. */
const NAME_WORDS = ["slug", "login", "username", "name", "code", "key", "handle", "number"];

/**
 * The key of a resource's records; empty when none is found.
 *
 * @param resource its name, e.g. `users`
 * @param detail parameter of the path of one record, e.g. `userId` in `/users/{userId}`
 */
export function keyOf(item: Shape, resource: string, detail: string | undefined, shapeOf: ShapeOf): string[] {
  const fields = fieldsOf(item, shapeOf);
  if (fields.explicit.length) return [...fields.explicit];
  const thing = plainWord(singular(resource));
  const last = plainWord(singular(resource.split("_").at(-1)!));
  const words = [
    "id",
    `${thing}id`,
    `${last}id`,
    "uuid",
    "guid",
    `${thing}uuid`,
    `${last}uuid`,
    "uid",
    "gid",
    "sid",
  ];
  const found = fieldNamed(fields, words) ?? (detail && detailField(fields, detail, [thing, last])) ??
    fieldNamed(fields, ["key", `${last}key`]);
  return found ? [found] : [];
}

/** A field that the parameter of `/users/{login}` names. */
function detailField(fields: Fields, detail: string, things: readonly string[]): string | undefined {
  const word = plainWord(detail);
  const bare = things.map((thing) => word.startsWith(thing) ? word.slice(thing.length) : "").filter(Boolean);
  return fieldNamed(fields, [word, ...bare]);
}

/** The fields of a record that hold single values. */
interface Fields {
  /** Those that the document calls the key. */
  readonly explicit: readonly string[];
  readonly names: ReadonlySet<string>;
  /** By their words: fields are compared without case and separators. */
  readonly byWord: ReadonlyMap<string, string>;
}

// Many endpoints share a schema.
const known = new WeakMap<Shape, Fields>();

function fieldsOf(item: Shape, shapeOf: ShapeOf): Fields {
  const found = known.get(item);
  if (found) return found;
  const names = [...item.properties].filter(([, schema]) => isScalar(shapeOf(schema))).map(([name]) => name);
  const byWord = new Map<string, string>();
  for (const name of names) if (!byWord.has(plainWord(name))) byWord.set(plainWord(name), name);
  const fields = { explicit: explicitKey(item, shapeOf), names: new Set(names), byWord };
  known.set(item, fields);
  return fields;
}

function explicitKey(item: Shape, shapeOf: ShapeOf): string[] {
  for (const node of item.nodes) {
    const key = own(node, "x-primary-key");
    const names = (Array.isArray(key) ? key : [key]).filter((name) => item.properties.has(name));
    if (names.length) return names;
  }
  return [...item.properties].filter(([, schema]) =>
    shapeOf(schema).nodes.some((node) => own(node, "x-primary-key") === true)
  ).map(([name]) => name);
}

/** The first of some words that is a field. */
function fieldNamed({ byWord }: Fields, words: readonly string[]): string | undefined {
  return words.map((word) => byWord.get(word)).find((field) => field !== undefined);
}

/** The field of a parent that a path parameter stands for; undefined when none can be told. */
export function boundField(
  parameter: Pick<Parameter, "name" | "shape">,
  parent: {
    readonly name: string;
    readonly answer: { readonly item: Shape };
    readonly primaryKey: readonly string[];
  },
  shapeOf: ShapeOf,
): string | undefined {
  const fields = fieldsOf(parent.answer.item, shapeOf);
  const plain = (field: string | undefined) => field !== undefined && isPlainField(field) ? field : undefined;
  const word = plainWord(parameter.name);
  const isExact = fields.names.has(parameter.name);
  const exact = plain(isExact ? parameter.name : fieldNamed(fields, [word]));
  if (exact !== undefined) return exact;
  const thing = plainWord(singular(parent.name.split("_").at(-1)!));
  const rest = word.startsWith(thing) ? word.slice(thing.length) : undefined;
  const named = rest && plain(fieldNamed(fields, [rest]));
  if (named) return named;
  const fits = (field: string) =>
    isSameKind(shapeOf(parent.answer.item.properties.get(field)), parameter.shape);
  const [key] = parent.primaryKey.length === 1 ? parent.primaryKey.filter(isPlainField) : [];
  if (key !== undefined && (fits(key) || rest === "id" || rest === "uuid")) return key;
  // `/repos/{repo}` with a numeric id: the name is meant.
  return NAME_WORDS.map((each) => plain(fieldNamed(fields, [each]))).find((field) => field && fits(field)) ??
    key;
}

/** Placeholders and copied fields are written without quotes. */
function isPlainField(name: string): boolean {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name);
}

function isSameKind(one: Shape, other: Shape): boolean {
  const kind = ({ type }: Shape) => (type === "number" ? "integer" : type);
  return one.type === undefined || other.type === undefined || kind(one) === kind(other);
}
