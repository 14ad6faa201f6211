/**
 * The operations of a document in one form, whether Swagger 2.0 or OpenAPI 3: what is asked, with which
 * parameters, and what a good answer looks like.
 * @module
 */
import type { OpenApiDocument } from "./document.ts";
import type { References } from "./references.ts";
import { schemaOfExample, type Shape, type ShapeOf } from "./shapes.ts";
import { entriesAt, firstAt, isTree, listAt, own, textAt, type Tree } from "./tree.ts";

/** One operation. */
export interface Operation {
  readonly method: string;
  readonly path: string;
  readonly summary: string;
  readonly isDeprecated: boolean;
  readonly parameters: readonly Parameter[];
  /** Its own security requirements; undefined: the document's. */
  readonly security?: readonly unknown[];
  /** Its own servers, most specific first; none: the document's. */
  readonly servers: readonly unknown[];
  /** The schema of a JSON body that it takes. */
  readonly body?: unknown;
  readonly answer: Answer;
}

/** A parameter. */
export interface Parameter {
  readonly name: string;
  readonly place: string;
  readonly isRequired: boolean;
  readonly description: string;
  readonly shape: Shape;
  /** A fact such as `default` or `maximum`, wherever it stands. */
  fact(key: string): unknown;
}

/** A good answer: the schema of its JSON body and its headers, or why there is none. */
export type Answer =
  | { readonly schema: unknown; readonly headers: readonly string[] }
  | { readonly problem: string };

const METHODS = ["get", "post", "put", "patch", "delete", "options", "head", "trace"];
/** Paths that are looked at; the rest is named as left out. */
export const MAX_PATHS = 5000;

const LONGEST_NAME = 1000;

/** All operations, and the paths that could not be read with the reason. */
export function operationsOf(
  document: OpenApiDocument,
  references: References,
  shapeOf: ShapeOf,
): { operations: Operation[]; unread: { path: string; reason: string }[] } {
  const operations: Operation[] = [];
  const unread: { path: string; reason: string }[] = [];
  const paths = entriesAt(document.root, "paths", Infinity);
  for (const [path, node] of paths.slice(0, MAX_PATHS)) {
    // Paths start with a slash, extensions with "x-".
    if (path.startsWith("x-")) continue;
    if (path.length > LONGEST_NAME) {
      unread.push({ path: path.slice(0, 80), reason: "its path is longer than any address" });
      continue;
    }
    const item = references.follow(node);
    if (!isTree(item)) {
      const reference = textAt(node, "$ref");
      unread.push({ path, reason: reference ? `it stands elsewhere, at "${reference}"` : "it is no object" });
      continue;
    }
    for (const method of METHODS) {
      const operation = references.follow(own(item, method));
      if (isTree(operation)) {
        operations.push(readOperation({ document, references, shapeOf, item, operation, method, path }));
      }
    }
  }
  if (paths.length > MAX_PATHS) {
    unread.push({ path: `${paths.length - MAX_PATHS} more paths`, reason: `only ${MAX_PATHS} are read` });
  }
  return { operations, unread };
}

interface Context {
  readonly document: OpenApiDocument;
  readonly references: References;
  readonly shapeOf: ShapeOf;
  readonly item: Tree;
  readonly operation: Tree;
  readonly method: string;
  readonly path: string;
}

function readOperation(context: Context): Operation {
  const { document, references, item, operation, method, path } = context;
  const security = own(operation, "security");
  return {
    method: method.toUpperCase(),
    path,
    summary: textAt(operation, "summary") ?? textAt(operation, "description") ?? textAt(item, "summary") ??
      "",
    isDeprecated: own(operation, "deprecated") === true || own(item, "deprecated") === true,
    parameters: parametersOf(context),
    security: Array.isArray(security) ? security : undefined,
    servers: document.major === 2 ? [] : [...listAt(operation, "servers"), ...listAt(item, "servers")],
    body: bodyOf(context),
    answer: answerOf(document, references, operation),
  };
}

function parametersOf({ references, shapeOf, item, operation }: Context): Parameter[] {
  const found = new Map<string, Parameter>();
  for (const each of [...listAt(item, "parameters"), ...listAt(operation, "parameters")].slice(0, 500)) {
    const node = references.follow(each);
    const name = textAt(node, "name");
    const place = textAt(node, "in");
    if (!isTree(node) || name === undefined || place === undefined || name.length > LONGEST_NAME) continue;
    const schema = own(node, "schema") ?? own(entriesAt(node, "content", 1)[0]?.[1], "schema") ?? node;
    const shape = shapeOf(schema);
    const nodes = [node, ...shape.nodes];
    found.set(`${place} ${name}`, {
      name,
      place,
      isRequired: own(node, "required") === true || place === "path",
      description: textAt(node, "description") ?? "",
      shape,
      fact: (key) => firstAt(nodes, key),
    });
  }
  return [...found.values()];
}

function bodyOf({ document, references, operation }: Context): unknown {
  if (document.major === 2) {
    const body = listAt(operation, "parameters").map((each) => references.follow(each))
      .find((each) => textAt(each, "in") === "body");
    return own(body, "schema");
  }
  return jsonContent(references.follow(own(operation, "requestBody")), references)?.schema;
}

function answerOf(document: OpenApiDocument, references: References, operation: Tree): Answer {
  const responses = Object.fromEntries(entriesAt(operation, "responses", 100));
  const code = ["200", "2XX", "2xx", "206", "201", "203", "default"].find((each) =>
    own(responses, each) !== undefined
  );
  if (code === undefined) return { problem: "no good answer is described" };
  const written = own(responses, code);
  const response = references.follow(written);
  if (!isTree(response)) {
    return { problem: `its answer stands elsewhere, at "${textAt(written, "$ref") ?? "?"}"` };
  }
  const headers = entriesAt(response, "headers", 100).map(([name]) => name);
  if (document.major === 3) {
    const content = jsonContent(response, references);
    return content ? { ...content, headers } : { problem: "no JSON answer is described" };
  }
  const types = own(operation, "produces") ?? own(document.root, "produces");
  if (Array.isArray(types) && types.length && !types.some(isJson)) {
    return { problem: "no JSON answer is described" };
  }
  const examples = entriesAt(response, "examples", 5).filter(([type]) => isJson(type));
  const schema = own(response, "schema") ?? schemaOfExample(parsed(examples[0]?.[1]));
  return schema === undefined ? { problem: "its answer has no schema" } : { schema, headers };
}

/** The schema of the JSON form of a body; undefined when it has no JSON form. */
function jsonContent(node: unknown, references: References): { schema: unknown } | undefined {
  const types = entriesAt(node, "content", 50).filter(([type]) => isJson(type));
  const exact = types.find(([type]) => /^application\/json\b/i.test(type));
  const media = references.follow((exact ?? types[0])?.[1]);
  if (media === undefined) return undefined;
  const schema = own(media, "schema");
  if (schema !== undefined) return { schema };
  const example = own(media, "example") ??
    own(references.follow(entriesAt(media, "examples", 1)[0]?.[1]), "value");
  return { schema: schemaOfExample(parsed(example)) };
}

function isJson(type: unknown): boolean {
  return typeof type === "string" &&
    /^(?:[\w.+-]+\/(?:[\w.+-]*\+)?json|\*\/\*|application\/\*)\s*(?:;|$)/i.test(type);
}

/** Examples are now and then written as text. */
function parsed(example: unknown): unknown {
  if (typeof example !== "string") return example;
  try {
    return JSON.parse(example);
  } catch {
    return undefined;
  }
}
