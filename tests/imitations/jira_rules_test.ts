/**
 * The imitation of Jira keeps the rules of its API.
 * @module
 */
import assert from "assert";
import { type JiraImitation, startJira } from "../../simulator/imitations/mod.ts";
import { ask, basic, type Got, post } from "./asking.ts";

function signedIn({ email, apiToken }: JiraImitation): Record<string, string> {
  return { authorization: basic(email, apiToken) };
}

function read(jira: JiraImitation, path: string): Promise<Got> {
  return ask(path.startsWith("http") ? path : `${jira.url}/rest/api/2/${path}`, signedIn(jira));
}

const keys = ({ body }: Got) => body.issues.map(({ key }: { key: string }) => key);

Deno.test("startJira() searches issues by offset, newest first, and tells the total", async () => {
  await using jira = await startJira();
  const pages = [];
  for (let start = 0; start < 130; start += 50) pages.push(await read(jira, `search?startAt=${start}`));
  assert.deepEqual(pages.map(({ body }) => [body.startAt, body.maxResults, body.total]), [
    [0, 50, 130],
    [50, 50, 130],
    [100, 50, 130],
  ]);
  assert.deepEqual(pages.flatMap(keys), jira.truth.issues.map(({ key }) => key).reverse());
});

Deno.test("startJira() gives a hundred issues at most, and says so", async () => {
  await using jira = await startJira();
  const got = await read(jira, "search?maxResults=500");
  assert.deepEqual([got.body.issues.length, got.body.maxResults], [100, 100]);
});

Deno.test("startJira() understands JQL by project, status and date", async () => {
  await using jira = await startJira();
  const since = "2024-08-01 00:00";
  const jql = `project IN (AAA, "AAB") AND status != Done AND updated >= "${since}" ORDER BY updated ASC`;
  const got = await read(jira, `search?maxResults=100&jql=${encodeURIComponent(jql)}`);
  const expected = jira.truth.issues.filter(({ key, fields }) =>
    /^AA[AB]-/.test(key) && (fields.status as { name: string }).name !== "Done" &&
    Date.parse(String(fields.updated)) >= Date.parse("2024-08-01T00:00Z")
  );
  assert.ok(expected.length > 1);
  assert.deepEqual(keys(got).sort(), expected.map(({ key }) => key).sort());
  const updated = got.body.issues.map(({ fields }: { fields: { updated: string } }) =>
    fields.updated.slice(0, 16)
  );
  assert.deepEqual(updated, updated.toSorted());
});

Deno.test("startJira() takes a search as a body too, and shows the fields that are asked for", async () => {
  await using jira = await startJira();
  const body = { jql: "ORDER BY created ASC", startAt: 3, maxResults: 2, fields: ["summary", "status"] };
  const got = await post(`${jira.url}/rest/api/2/search`, signedIn(jira), body);
  assert.deepEqual(keys(got), jira.truth.issues.slice(3, 5).map(({ key }) => key));
  assert.deepEqual(Object.keys(got.body.issues[0].fields), ["summary", "status"]);
});

Deno.test("startJira() searches projects with nextPage until isLast", async () => {
  await using jira = await startJira({ projects: 12, issues: 1 });
  const first = await read(jira, "project/search?maxResults=5");
  const second = await read(jira, first.body.nextPage);
  const third = await read(jira, second.body.nextPage);
  assert.deepEqual([first, second, third].map(({ body }) => body.isLast), [false, false, true]);
  assert.equal(third.body.nextPage, undefined);
  assert.deepEqual([first, second, third].flatMap(({ body }) => body.values), jira.truth.projects);
});

for (
  const [what, path, status, message] of [
    ["a query without operator", "search?jql=project%20AAA", 400, /^Error in the JQL Query/],
    ["a query that ends early", "search?jql=project%20%3D", 400, /before the end of the query/],
    ["a query in unknown letters", "search?jql=%21", 400, /^Error in the JQL Query/],
    ["an unknown field", "search?jql=colour%3Dred", 400, /^Field 'colour' does not exist/],
    ["a date in another form", "search?jql=updated%3E%3D2024-08-01T00:00:00Z", 400, /^Date value/],
    ["a negative offset", "search?startAt=-1", 400, /startAt/],
    ["an unknown issue", "issue/ZZZ-1", 404, /does not exist/],
    ["an unknown path", "cakes", 404, /Not Found/],
  ] as const
) {
  Deno.test(`startJira() answers ${status} to ${what}`, async () => {
    await using jira = await startJira({ issues: 3 });
    const got = await read(jira, path);
    assert.equal(got.status, status);
    assert.match(got.body.errorMessages[0], message);
  });
}

Deno.test("startJira() answers 401 to a wrong token and 415 to a form", async () => {
  await using jira = await startJira({ issues: 3 });
  const url = `${jira.url}/rest/api/2/search`;
  assert.equal((await ask(url, { authorization: basic(jira.email, "wrong") })).status, 401);
  assert.equal((await ask(url, { authorization: `Bearer ${jira.apiToken}` })).status, 401);
  assert.equal(
    (await ask(url, { ...signedIn(jira), "content-type": "text/plain" }, { body: "jql=" })).status,
    415,
  );
});
