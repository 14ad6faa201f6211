/**
 * Notion in the words of dlt: a database by POST with the cursor in the body, users by GET with the cursor in
 * the query, and later what was edited since.
 * @module
 */
import assert from "assert";
import type { RestApiConfig } from "../../mod.ts";
import { type NotionImitation, startNotion } from "../../simulator/imitations/mod.ts";
import { NOW } from "./asking.ts";
import { assertAllAnswered, lines, workplace } from "./workplace.ts";

function config({ url, token, databaseId }: NotionImitation): RestApiConfig {
  return {
    client: {
      base_url: `${url}/v1/`,
      headers: { "Notion-Version": "2022-06-28" },
      auth: { type: "bearer", token },
      paginator: { type: "cursor", cursor_path: "next_cursor", cursor_param: "start_cursor" },
    },
    resource_defaults: {
      primary_key: "id",
      write_disposition: "merge",
      endpoint: { data_selector: "results" },
    },
    resources: [
      { name: "users", endpoint: { params: { page_size: 4 } } },
      {
        name: "pages",
        endpoint: {
          path: `databases/${databaseId}/query`,
          method: "POST",
          json: {
            page_size: 50,
            filter: {
              timestamp: "last_edited_time",
              last_edited_time: { on_or_after: "{incremental.start_value}" },
            },
          },
          paginator: { type: "cursor", cursor_path: "next_cursor", cursor_body_path: "start_cursor" },
          incremental: { cursor_path: "last_edited_time", initial_value: "2020-01-01T00:00:00.000Z" },
        },
      },
    ],
  };
}

Deno.test("run loads all pages and users of Notion", async () => {
  await using notion = await startNotion({ pages: 120, users: 9 });
  await using place = await workplace("notion");
  await place.load(config(notion));
  const { pages, users } = notion.truth;
  assert.equal(await place.holds("pages", pages, "id"), 120);
  assert.equal(await place.holds("users", users, "id"), 9);

  assertAllAnswered(notion);
  const gets = lines(notion.requests).filter((line) => line.startsWith("GET"));
  assert.deepEqual(gets, [
    "GET /v1/users?page_size=4",
    `GET /v1/users?page_size=4&start_cursor=${users[4].id}`,
    `GET /v1/users?page_size=4&start_cursor=${users[8].id}`,
  ]);
  const bodies = notion.requests.filter(({ method }) => method === "POST").map(({ body }) =>
    JSON.parse(body)
  );
  assert.deepEqual(bodies.map(({ start_cursor }) => start_cursor), [undefined, pages[50].id, pages[100].id]);
});

Deno.test("run again asks Notion for pages edited since, by a filter in the body", async () => {
  await using notion = await startNotion({ pages: 60, now: NOW });
  await using place = await workplace("notion");
  await place.load(config(notion), { resources: ["pages"] });
  const newest = notion.truth.pages.map(({ last_edited_time }) => last_edited_time).sort().at(-1);
  notion.updatePage(notion.truth.pages[7].id, { title: "Umbenannt", price: 12.5, done: true });
  notion.addPage({ title: "新しい", price: null });
  notion.requests.length = 0;
  const info = await place.load(config(notion), { resources: ["pages"] });
  assert.equal(await place.holds("pages", notion.truth.pages, "id"), 61);
  assert.equal(info.loadPackages[0].rows.pages, 2);
  assert.equal(notion.requests.length, 1);
  const { filter } = JSON.parse(notion.requests[0].body);
  assert.equal(filter.last_edited_time.on_or_after, newest);
});
