/**
 * A GraphQL API in the words of dlt: one query, whose variables carry the cursor.
 * @module
 */
import assert from "assert";
import type { RestApiConfig } from "../../mod.ts";
import { type GraphqlImitation, startGraphql } from "../../simulator/imitations/mod.ts";
import { assertAllAnswered, workplace } from "./workplace.ts";

const QUERY = `
query Books($first: Int!, $after: String) {
  books(first: $first, after: $after) {
    nodes {
      id title isbn pages rating publishedAt updatedAt tags
      author { id name birthYear }
      chapters { number title }
    }
    pageInfo { hasNextPage endCursor }
  }
}`;

function config({ url, token }: GraphqlImitation, query = QUERY): RestApiConfig {
  return {
    client: {
      base_url: url,
      auth: { type: "bearer", token },
      error_format: { message: "errors.0.message" },
    },
    resources: [
      {
        name: "books",
        primary_key: "id",
        write_disposition: "merge",
        endpoint: {
          path: "graphql",
          method: "POST",
          // Braces of a text are doubled where they are no placeholders.
          json: { query: query.replaceAll("{", "{{").replaceAll("}", "}}"), variables: { first: 30 } },
          data_selector: "data.books.nodes",
          // Errors come with status 200; without this they would look like a list without books.
          response_actions: [{ content: '"errors":', action: (response) => void (response.status = 422) }],
          paginator: {
            type: "cursor",
            cursor_path: "data.books.pageInfo.endCursor",
            cursor_body_path: "variables.after",
            has_more_path: "data.books.pageInfo.hasNextPage",
          },
        },
      },
    ],
  };
}

Deno.test("run loads all books of a GraphQL connection", async () => {
  await using graphql = await startGraphql({ books: 70 });
  await using place = await workplace("library");
  await place.load(config(graphql));
  assert.equal(await place.holds("books", graphql.truth.books, "id"), 70);

  assertAllAnswered(graphql);
  const bodies = graphql.requests.map(({ body }) => JSON.parse(body));
  assert.ok(bodies.every(({ query }) => query === QUERY));
  const cursor = (index: number) => btoa(`cursor:v2:${index}`);
  assert.deepEqual(bodies.map(({ variables }) => variables), [
    { first: 30 },
    { first: 30, after: cursor(29) },
    { first: 30, after: cursor(59) },
  ]);
});

Deno.test("run fails with the error that GraphQL sends under status 200", async () => {
  await using graphql = await startGraphql({ books: 70 });
  await using place = await workplace("library");
  const loading = place.load(config(graphql, QUERY.replace("isbn", "ibsn")));
  await assert.rejects(loading, {
    name: "ExtractError",
    message: /Field 'ibsn' doesn't exist on type 'Book'/,
  });
  assert.equal(graphql.requests.length, 1);
});
