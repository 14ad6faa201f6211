/**
 * Jira in the words of dlt: issues and projects by offset, up to a total.
 * @module
 */
import assert from "assert";
import type { EndpointConfig, RestApiConfig } from "../../mod.ts";
import { type JiraImitation, startJira } from "../../simulator/imitations/mod.ts";
import { assertAllAnswered, lines, workplace } from "./workplace.ts";

function config({ url, email, apiToken }: JiraImitation, search: EndpointConfig): RestApiConfig {
  return {
    client: {
      base_url: `${url}/rest/api/2/`,
      auth: { type: "http_basic", username: email, password: apiToken },
      paginator: { type: "offset", limit: 50, offset_param: "startAt", limit_param: "maxResults" },
    },
    resource_defaults: { primary_key: "id", write_disposition: "merge" },
    resources: [
      { name: "issues", endpoint: { path: "search", data_selector: "issues", ...search } },
      { name: "projects", endpoint: { path: "project/search", data_selector: "values" } },
    ],
  };
}

Deno.test("run loads all issues and projects of Jira by offset", async () => {
  await using jira = await startJira({ issues: 130, projects: 50 });
  await using place = await workplace("jira");
  await place.load(config(jira, { params: { jql: "ORDER BY created ASC" } }));
  assert.equal(await place.holds("issues", jira.truth.issues, "key"), 130);
  assert.equal(await place.holds("projects", jira.truth.projects, "key"), 50);
  assertAllAnswered(jira);
  const query = "GET /rest/api/2/search?jql=ORDER+BY+created+ASC";
  assert.deepEqual(
    lines(jira.requests).map((line) => line.replaceAll(" BY created ", "+BY+created+")).sort(),
    [
      "GET /rest/api/2/project/search?startAt=0&maxResults=50",
      `${query}&startAt=0&maxResults=50`,
      `${query}&startAt=100&maxResults=50`,
      `${query}&startAt=50&maxResults=50`,
    ],
  );
});

Deno.test("run searches issues of Jira by POST with offset and limit in the body", async () => {
  await using jira = await startJira({ issues: 90, projects: 3 });
  await using place = await workplace("jira");
  const paginator = {
    type: "offset",
    limit: 40,
    offset_body_path: "startAt",
    limit_body_path: "maxResults",
    total_path: "total",
  };
  await place.load(config(jira, { method: "POST", json: { jql: "project = AAB" }, paginator }), {
    resources: ["issues"],
  });
  const found = jira.truth.issues.filter(({ key }) => key.startsWith("AAB-"));
  assert.equal(await place.holds("issues", found, "key"), found.length);
  assertAllAnswered(jira);
  const pages = Math.ceil(found.length / 40);
  assert.deepEqual(
    jira.requests.map(({ body }) => JSON.parse(body)),
    Array.from(
      { length: pages },
      (_, page) => ({ jql: "project = AAB", startAt: page * 40, maxResults: 40 }),
    ),
  );
});
