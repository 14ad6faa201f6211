/**
 * The imitation of a GraphQL API keeps the rules of such APIs.
 * @module
 */
import assert from "assert";
import { type GraphqlImitation, startGraphql } from "../../simulator/imitations/mod.ts";
import { ask, type Got, post } from "./asking.ts";

const BOOKS = `
  query Books($first: Int!, $after: String) {
    books(first: $first, after: $after) {
      totalCount
      nodes { id title pages rating publishedAt updatedAt isbn tags author { id name birthYear } chapters { number title } }
      pageInfo { hasNextPage endCursor }
    }
  }`;

function run(graphql: GraphqlImitation, query: string, variables?: unknown): Promise<Got> {
  return post(graphql.endpoint, { authorization: `Bearer ${graphql.token}` }, { query, variables });
}

Deno.test("startGraphql() pages a connection by the cursor in the variables", async () => {
  await using graphql = await startGraphql({ books: 70 });
  const nodes: unknown[] = [];
  let after: string | null = null;
  do {
    const { body }: Got = await run(graphql, BOOKS, { first: 30, after });
    nodes.push(...body.data.books.nodes);
    after = body.data.books.pageInfo.hasNextPage ? body.data.books.pageInfo.endCursor : null;
  } while (after !== null);
  const inOrder = (value: unknown) => JSON.parse(JSON.stringify(value));
  assert.deepEqual(nodes, inOrder(graphql.truth.books));
  assert.equal(graphql.requests.length, 3);
});

Deno.test("startGraphql() answers with the fields that are selected, under their aliases", async () => {
  await using graphql = await startGraphql({ books: 3 });
  const [book] = graphql.truth.books;
  const query = `# one book\n{ first: book(id: "${book.id}") { name: title author { name } } }`;
  const { body } = await run(graphql, query);
  assert.deepEqual(body, { data: { first: { name: book.title, author: { name: book.author.name } } } });
});

Deno.test("startGraphql() filters by updatedSince and pages what is left", async () => {
  await using graphql = await startGraphql({ books: 40 });
  const since = graphql.truth.books[30].updatedAt;
  const query = `query ($after: String, $since: String = "${since}") {
    books(first: 6, after: $after, updatedSince: $since) { edges { cursor node { id } } }
  }`;
  const first = await run(graphql, query);
  const { edges } = first.body.data.books;
  const second = await run(graphql, query, { after: edges.at(-1).cursor });
  const seen = [...edges, ...second.body.data.books.edges].map(({ node }: { node: { id: string } }) =>
    node.id
  );
  assert.deepEqual(seen, graphql.truth.books.slice(30).map(({ id }) => id));
});

for (
  const [what, query, variables, message] of [
    ["no page size", "{ books { nodes { id } } }", {}, /^You must provide a `first` value/],
    ["a page size above a hundred", BOOKS, { first: 101 }, /exceeds the `first` limit of 100/],
    ["a cursor of its own making", BOOKS, { first: 3, after: "abc" }, /does not appear to be a valid cursor/],
    [
      "an unknown field",
      "{ books(first: 1) { nodes { colour } } }",
      {},
      /^Field 'colour' doesn't exist on type 'Book'/,
    ],
    ["a field of every object", "{ constructor }", {}, /^Field 'constructor' doesn't exist/],
    ["an unknown argument", "{ books(last: 1) { totalCount } }", {}, /doesn't accept argument 'last'/],
    ["a connection without selection", "{ books(first: 1) }", {}, /must have selections/],
    [
      "a selection of a text",
      "{ books(first: 1) { totalCount { x } } }",
      {},
      /^Selections can't be made on scalars/,
    ],
    ["a missing variable", BOOKS, {}, /^Variable \$first of type Int! was provided invalid value/],
    ["a variable of another type", BOOKS, { first: "3" }, /^Variable \$first of type Int!/],
    [
      "an undeclared variable",
      "{ books(first: $n) { totalCount } }",
      { n: 1 },
      /^Variable \$n is used but not declared/,
    ],
    [
      "an unclosed selection",
      "{ books(first: 1) { totalCount }",
      {},
      /^Parse error: Unexpected end of document/,
    ],
    ["a stray character", "{ books(first: 1) { totalCount ; } }", {}, /^Parse error: Unexpected character/],
    ["a mutation", "mutation { books(first: 1) { totalCount } }", {}, /^Only queries/],
    ["an unknown book", '{ book(id: "x") { id } }', {}, /^Could not resolve to a node/],
  ] as const
) {
  Deno.test(`startGraphql() answers 200 with errors to ${what}`, async () => {
    await using graphql = await startGraphql({ books: 3 });
    const { status, body } = await run(graphql, query, variables);
    assert.equal(status, 200);
    assert.match(body.errors[0].message, message);
    assert.ok(!body.data || Object.values(body.data).every((value) => value === null));
  });
}

Deno.test("startGraphql() says where in the query an error is", async () => {
  await using graphql = await startGraphql({ books: 3 });
  const { body } = await run(graphql, "{\n  all: books(first: 0) { totalCount }\n}");
  assert.deepEqual(body.data, { all: null });
  assert.deepEqual([body.errors[0].path, body.errors[0].locations], [["all"], [{ line: 2, column: 3 }]]);
  assert.equal(body.errors[0].type, "EXCESSIVE_PAGINATION");
});

Deno.test("startGraphql() answers other statuses only to what is no query at all", async () => {
  await using graphql = await startGraphql({ books: 3 });
  const headers = { authorization: `Bearer ${graphql.token}` };
  const statuses = [
    await ask(graphql.endpoint, {}, { body: "{}" }),
    await ask(graphql.endpoint, { authorization: "Bearer wrong" }, { body: "{}" }),
    await ask(graphql.endpoint, headers, { body: "{ books" }),
    await post(graphql.endpoint, headers, { variables: {} }),
    await ask(graphql.endpoint, headers),
  ].map(({ status }) => status);
  assert.deepEqual(statuses, [401, 401, 400, 400, 404]);
});
