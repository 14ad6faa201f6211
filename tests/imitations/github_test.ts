/**
 * GitHub in the words of dlt: issues and the comments of each, whole at first and by change later.
 * @module
 */
import assert from "assert";
import type { RestApiConfig } from "../../mod.ts";
import { type GithubImitation, startGithub } from "../../simulator/imitations/mod.ts";
import { NOW } from "./asking.ts";
import { assertAllAnswered, lines, workplace } from "./workplace.ts";

const START = "2024-01-01T00:00:00Z";

function config({ url, token }: GithubImitation): RestApiConfig {
  return {
    client: {
      base_url: `${url}/repos/octo-org/hello-world/`,
      auth: { type: "bearer", token },
      paginator: "header_link",
    },
    resource_defaults: {
      primary_key: "id",
      write_disposition: "merge",
      endpoint: { params: { per_page: 30 } },
    },
    resources: [
      {
        name: "issues",
        endpoint: {
          path: "issues",
          params: { state: "all", sort: "updated", direction: "desc", since: "{incremental.start_value}" },
          incremental: { cursor_path: "updated_at", initial_value: START },
        },
      },
      {
        name: "issue_comments",
        endpoint: { path: "issues/{resources.issues.number}/comments" },
        include_from_parent: ["id", "number"],
      },
    ],
  };
}

/** Comments as they stand in the table: with two fields of their issue. */
function commentsWithIssue({ truth }: GithubImitation): object[] {
  return truth.comments.map((comment) => {
    const { id, number } = truth.issues.find(({ url }) => url === comment.issue_url)!;
    return { ...comment, _issues_id: id, _issues_number: number };
  });
}

Deno.test("run loads every issue and comment of GitHub with one request per page and per issue", async () => {
  await using github = await startGithub({ now: NOW });
  await using place = await workplace("github");
  await place.load(config(github));
  assert.equal(await place.holds("issues", github.truth.issues, "number"), 65);
  assert.equal(
    await place.holds("issue_comments", commentsWithIssue(github), "id"),
    github.truth.comments.length,
  );

  assertAllAnswered(github);
  const asked = lines(github.requests);
  const pages = asked.filter((line) => !line.includes("/comments"));
  const query = `per_page=30&state=all&sort=updated&direction=desc&since=${START}`;
  assert.deepEqual(pages, [
    `GET /repos/octo-org/hello-world/issues?${query}`,
    `GET /repositories/1296269/issues?${query}&page=2`,
    `GET /repositories/1296269/issues?${query}&page=3`,
  ]);
  const threads = asked.filter((line) => line.includes("/comments")).sort();
  const expected = github.truth.issues.map(({ number }) =>
    `GET /repos/octo-org/hello-world/issues/${number}/comments?per_page=30`
  );
  assert.deepEqual(threads, expected.sort());
});

Deno.test("run again reads from GitHub what has changed, and comments of changed issues only", async () => {
  await using github = await startGithub({ now: NOW });
  await using place = await workplace("github");
  await place.load(config(github));
  const newest = github.truth.issues.map(({ updated_at }) => updated_at).sort().at(-1);

  github.updateIssue(2, { title: "Geändert ✓", state: "closed" });
  const { number } = github.addIssue({ title: "Brand new", body: null });
  github.addComment(3, "One more");
  github.addComment(number, "First!");
  github.requests.length = 0;
  await place.load(config(github));
  assert.equal(await place.holds("issues", github.truth.issues, "number"), 66);
  await place.holds("issue_comments", commentsWithIssue(github), "id");

  assertAllAnswered(github);
  const asked = lines(github.requests);
  assert.ok(asked[0].endsWith(`&since=${newest}`), asked[0]);
  assert.deepEqual(
    asked.slice(1).sort(),
    [2, 3, number].map((each) => `GET /repos/octo-org/hello-world/issues/${each}/comments?per_page=30`)
      .sort(),
  );
});
