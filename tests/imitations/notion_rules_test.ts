/**
 * The imitation of Notion keeps the rules of its API.
 * @module
 */
import assert from "assert";
import { type NotionImitation, type NotionPage, startNotion } from "../../simulator/imitations/mod.ts";
import { ask, type Got, NOW, post } from "./asking.ts";

function signedIn({ token }: NotionImitation): Record<string, string> {
  return { authorization: `Bearer ${token}`, "notion-version": "2022-06-28" };
}

function query(notion: NotionImitation, body: unknown): Promise<Got> {
  return post(`${notion.url}/v1/databases/${notion.databaseId}/query`, signedIn(notion), body);
}

const ids = ({ body }: Got) => body.results.map(({ id }: { id: string }) => id);

Deno.test("startNotion() pages a database by start_cursor in the body", async () => {
  await using notion = await startNotion({ pages: 120 });
  const seen: string[] = [];
  let cursor: string | undefined;
  for (;;) {
    const page: Got = await query(notion, { page_size: 50, start_cursor: cursor });
    seen.push(...ids(page));
    assert.equal(page.body.has_more, page.body.next_cursor !== null);
    if (!page.body.has_more) break;
    cursor = page.body.next_cursor;
  }
  assert.deepEqual(seen, notion.truth.pages.map(({ id }) => id));
  assert.equal(notion.requests.length, 3);
});

Deno.test("startNotion() needs no body and gives a hundred pages then", async () => {
  await using notion = await startNotion({ pages: 100 });
  const url = `${notion.url}/v1/databases/${notion.databaseId.replaceAll("-", "")}/query`;
  const got = await ask(url, signedIn(notion), { method: "POST" });
  assert.deepEqual([got.body.results.length, got.body.has_more, got.body.next_cursor], [100, false, null]);
});

Deno.test("startNotion() lists users by start_cursor in the query", async () => {
  await using notion = await startNotion({ users: 5 });
  const first = await ask(`${notion.url}/v1/users?page_size=3`, signedIn(notion));
  const second = await ask(
    `${notion.url}/v1/users?page_size=3&start_cursor=${first.body.next_cursor}`,
    signedIn(notion),
  );
  assert.deepEqual([...first.body.results, ...second.body.results], notion.truth.users);
  assert.equal(second.body.has_more, false);
});

Deno.test("startNotion() filters and sorts by the time of the last edit, which has no seconds", async () => {
  await using notion = await startNotion({ now: NOW + 30_000 });
  notion.updatePage(notion.truth.pages[4].id, { done: true, price: null });
  const made = notion.addPage({ title: "Neu" });
  const filter = { timestamp: "last_edited_time", last_edited_time: { on_or_after: "2026-01-15T12:01:00Z" } };
  const got = await query(notion, {
    filter,
    sorts: [{ timestamp: "last_edited_time", direction: "descending" }],
  });
  assert.deepEqual(ids(got), [made.id, notion.truth.pages[4].id]);
  assert.equal(got.body.results[0].last_edited_time, "2026-01-15T12:02:00.000Z");
  assert.equal(got.body.results[1].properties["Price (€)"].number, null);
});

Deno.test("startNotion() filters by checkbox and status, joined by and, or", async () => {
  await using notion = await startNotion({ pages: 90 });
  const done = { property: "Done", checkbox: { equals: true } };
  const working = { property: "Status", status: { equals: "In Arbeit" } };
  const is = ({ properties }: NotionPage) => {
    const held = properties as { Done: { checkbox: boolean }; Status: { status: { name: string } } };
    return [held.Done.checkbox, held.Status.status.name === "In Arbeit"];
  };
  const both = notion.truth.pages.filter((page) => is(page).every(Boolean));
  const either = notion.truth.pages.filter((page) => is(page).some(Boolean));
  assert.deepEqual(ids(await query(notion, { filter: { and: [done, working] } })), both.map(({ id }) => id));
  assert.deepEqual(ids(await query(notion, { filter: { or: [done, working] } })), either.map(({ id }) => id));
});

for (
  const [what, body, code] of [
    ["a page size above a hundred", { page_size: 101 }, "validation_error"],
    ["a page size of zero", { page_size: 0 }, "validation_error"],
    ["a cursor of null", { start_cursor: null }, "validation_error"],
    ["an unknown cursor", { start_cursor: "d9c1" }, "validation_error"],
    ["an unknown key", { cursor: "x" }, "validation_error"],
    ["an empty filter", { filter: {} }, "validation_error"],
    ["a filter by a time that is none", {
      filter: { timestamp: "last_edited_time", last_edited_time: { after: "None" } },
    }, "validation_error"],
    ["an unknown property", { filter: { property: "Age", checkbox: { equals: true } } }, "validation_error"],
    ["a list", [], "invalid_json"],
  ] as const
) {
  Deno.test(`startNotion() answers 400 to ${what}`, async () => {
    await using notion = await startNotion({ pages: 3 });
    const got = await query(notion, body);
    assert.deepEqual([got.status, got.body.object, got.body.code], [400, "error", code]);
  });
}

Deno.test("startNotion() refuses missing headers, other versions, other databases and other paths", async () => {
  await using notion = await startNotion({ pages: 3 });
  const headers = signedIn(notion);
  const users = `${notion.url}/v1/users`;
  const cases = [
    [await ask(users), 401, "unauthorized"],
    [await ask(users, { authorization: headers.authorization }), 400, "missing_version"],
    [await ask(users, { ...headers, "notion-version": "2020-01-01" }), 400, "validation_error"],
    [await ask(`${users}/nobody`, headers), 404, "object_not_found"],
    [await post(`${notion.url}/v1/databases/0/query`, headers, {}), 404, "object_not_found"],
    [await ask(`${notion.url}/v1/databases/${notion.databaseId}/query`, headers), 400, "invalid_request_url"],
  ] as const;
  for (const [got, status, code] of cases) assert.deepEqual([got.status, got.body.code], [status, code]);
});
