/**
 * An imitation of a GraphQL API with connections, after the conventions of GitHub's: the cursor travels in the
 * variables of a POST, and errors have status 200.
 * @module
 */
import { BEGINNING, DAY, dice, isoSeconds, madeAt, many, person, TITLES } from "./invent.ts";
import { type Field, GraphqlError, parseQuery } from "./graphql_query.ts";
import {
  type Answer,
  bearerToken,
  type Call,
  type Imitation,
  type ImitationOptions,
  listen,
} from "./server.ts";

/** Options of {@link startGraphql}. */
export interface GraphqlOptions extends Omit<ImitationOptions, "now"> {
  /** @default 70 */
  readonly books?: number;
}

/** A book with everything that can be selected of it. */
export interface GraphqlBook {
  readonly id: string;
  readonly title: string;
  readonly isbn: string;
  readonly pages: number;
  readonly rating: number | null;
  readonly publishedAt: string | null;
  readonly updatedAt: string;
  readonly tags: readonly string[];
  readonly author: { readonly id: string; readonly name: string; readonly birthYear: number | null };
  readonly chapters: readonly { readonly number: number; readonly title: string }[];
}

/** A running imitation of a GraphQL API. */
export interface GraphqlImitation extends Imitation<{ readonly books: readonly GraphqlBook[] }> {
  readonly token: string;
  /** Where queries are posted. */
  readonly endpoint: string;
}

const TOKEN = "gql_imitation";
const MOST = 100;

/** Types of fields that have fields of their own; all others are leaves. */
const SCHEMA: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  Query: { books: "BookConnection", book: "Book" },
  BookConnection: { totalCount: "", pageInfo: "PageInfo", nodes: "Book", edges: "BookEdge" },
  BookEdge: { cursor: "", node: "Book" },
  PageInfo: { hasNextPage: "", hasPreviousPage: "", startCursor: "", endCursor: "" },
  Book: {
    id: "",
    title: "",
    isbn: "",
    pages: "",
    rating: "",
    publishedAt: "",
    updatedAt: "",
    tags: "",
    author: "Author",
    chapters: "Chapter",
  },
  Author: { id: "", name: "", birthYear: "" },
  Chapter: { number: "", title: "" },
};

const ARGUMENTS: Readonly<Record<string, readonly string[]>> = {
  "Query.books": ["first", "after", "updatedSince"],
  "Query.book": ["id"],
};

/** Starts an imitation of a GraphQL API on loopback. */
export async function startGraphql(options: GraphqlOptions = {}): Promise<GraphqlImitation> {
  const { seed = 1, books: count = 70 } = options;
  const books = many(count, (index) => inventBook(seed, index, count));
  const listener = await listen((call) => answer(call, books), options.port);
  const endpoint = `${listener.url}/graphql`;
  const query = JSON.stringify({
    query: "{ books(first: 2) { nodes { id title } pageInfo { endCursor } } }",
  });
  return {
    ...listener,
    token: TOKEN,
    endpoint,
    truth: { books },
    tryIt:
      `curl -s -H "Authorization: Bearer ${TOKEN}" -H "Content-Type: application/json" -d '${query}' ${endpoint}`,
  };
}

function inventBook(seed: number, index: number, count: number): GraphqlBook {
  const die = dice(seed, "book", index);
  const authorIndex = die.below(20);
  const { first, last } = person(seed, authorIndex);
  const published = BEGINNING - die.below(9000) * DAY;
  return {
    id: `B_${die.code(12)}`,
    title: `${die.pick(TITLES)}, ${index + 1}`,
    isbn: `978-3-${die.code(6, "0123456789")}-${die.code(2, "0123456789")}-${index % 10}`,
    pages: 40 + die.below(900),
    rating: die.chance(0.8) ? (10 + die.below(40)) / 10 : null,
    publishedAt: die.chance(0.9) ? new Date(published).toISOString().slice(0, 10) : null,
    updatedAt: isoSeconds(madeAt(index, count)),
    tags: die.some(["Krimi", "history", "詩", "children"], 3),
    author: {
      id: `A_${authorIndex}`,
      name: `${first} ${last}`,
      birthYear: authorIndex % 4 ? 1900 + authorIndex : null,
    },
    chapters: many(die.below(4), (at) => ({ number: at + 1, title: die.pick(TITLES) })),
  };
}

function answer(call: Call, books: readonly GraphqlBook[]): Answer {
  const token = bearerToken(call.headers);
  if (token === undefined) return failed(401, "This endpoint requires you to be authenticated.");
  if (token !== TOKEN) return failed(401, "Bad credentials");
  if (call.url.pathname !== "/graphql" || call.method !== "POST") return failed(404, "Not Found");
  const body = readBody(call);
  if (!body) return failed(400, "Problems parsing JSON");
  if (typeof body.query !== "string") {
    return failed(400, "A query attribute must be specified and must be a string.");
  }
  const errors: GraphqlError[] = [];
  let data: Record<string, unknown> | undefined;
  try {
    const fields = parseQuery(body.query, (body.variables ?? {}) as Record<string, unknown>);
    checkSelection(fields, "Query");
    data = Object.fromEntries(fields.map((field) => [field.alias, resolved(field, books, errors)]));
  } catch (error) {
    if (!(error instanceof GraphqlError)) throw error;
    errors.push(error);
  }
  return { status: 200, body: { ...(data && { data }), ...(errors.length && { errors }) } };
}

function failed(status: number, message: string): Answer {
  return { status, body: { message, documentation_url: "https://docs.github.com/graphql" } };
}

function readBody({ body }: Call): Readonly<Record<string, unknown>> | undefined {
  try {
    const parsed: unknown = JSON.parse(body);
    return parsed !== null && typeof parsed === "object"
      ? parsed as Readonly<Record<string, unknown>>
      : undefined;
  } catch {
    return undefined;
  }
}

/** Refuses unknown fields and arguments, objects without a selection, and selections of leaves. */
function checkSelection(fields: readonly Field[], type: string): void {
  for (const { name, args, selection, line, column } of fields) {
    const locations = [{ line, column }];
    const fieldType = Object.hasOwn(SCHEMA[type], name) ? SCHEMA[type][name] : undefined;
    if (fieldType === undefined) {
      throw new GraphqlError(`Field '${name}' doesn't exist on type '${type}'`, { locations });
    }
    const known = ARGUMENTS[`${type}.${name}`] ?? [];
    const stray = Object.keys(args).find((argument) => !known.includes(argument));
    if (stray !== undefined) {
      throw new GraphqlError(`Field '${name}' doesn't accept argument '${stray}'`, { locations });
    }
    if (fieldType !== "" && selection.length === 0) {
      throw new GraphqlError(`Field '${name}' must have selections (it returns ${fieldType})`, { locations });
    }
    if (fieldType === "" && selection.length > 0) {
      throw new GraphqlError(`Selections can't be made on scalars (field '${name}' of ${type})`, {
        locations,
      });
    }
    if (fieldType !== "") checkSelection(selection, fieldType);
  }
}

/** The value of a field of the query; one that fails is null and listed under the errors. */
function resolved(field: Field, books: readonly GraphqlBook[], errors: GraphqlError[]): unknown {
  try {
    if (field.name === "books") return selected(field, connection(field.args, books));
    const book = books.find(({ id }) => id === field.args.id);
    if (book) return selected(field, book);
    const message = `Could not resolve to a node with the global id of '${field.args.id}'`;
    throw new GraphqlError(message, { type: "NOT_FOUND" });
  } catch (error) {
    if (!(error instanceof GraphqlError)) throw error;
    const { line, column, alias } = field;
    errors.push(
      new GraphqlError(error.message, { ...error.more, path: [alias], locations: [{ line, column }] }),
    );
    return null;
  }
}

function cursorOf(index: number): string {
  return btoa(`cursor:v2:${index}`);
}

function connection(args: Field["args"], books: readonly GraphqlBook[]): Record<string, unknown> {
  const { first, after, updatedSince } = args;
  if (typeof first !== "number" || !Number.isInteger(first)) {
    const message = "You must provide a `first` value to properly paginate the `books` connection.";
    throw new GraphqlError(message, { type: "MISSING_PAGINATION_BOUNDARIES" });
  }
  if (first < 1 || first > MOST) {
    const message =
      `Requesting ${first} records on the \`books\` connection exceeds the \`first\` limit of ${MOST} records.`;
    throw new GraphqlError(message, { type: "EXCESSIVE_PAGINATION" });
  }
  const found = books.filter(({ updatedAt }) =>
    typeof updatedSince !== "string" || Date.parse(updatedAt) >= Date.parse(updatedSince)
  );
  const start = after === undefined || after === null
    ? 0
    : found.findIndex((_, index) => cursorOf(index) === after) + 1;
  if (start === 0 && after !== undefined && after !== null) {
    const message = `\`${after}\` does not appear to be a valid cursor.`;
    throw new GraphqlError(message, { type: "INVALID_CURSOR_ARGUMENTS" });
  }
  const nodes = found.slice(start, start + first);
  const edges = nodes.map((node, index) => ({ cursor: cursorOf(start + index), node }));
  return {
    totalCount: found.length,
    nodes,
    edges,
    pageInfo: {
      hasNextPage: start + first < found.length,
      hasPreviousPage: start > 0,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
  };
}

function selected({ selection }: Field, value: unknown): unknown {
  if (value === null || selection.length === 0) return value;
  if (Array.isArray(value)) return value.map((item) => selected({ selection } as Field, item));
  const object = value as Readonly<Record<string, unknown>>;
  return Object.fromEntries(selection.map((field) => [field.alias, selected(field, object[field.name])]));
}
