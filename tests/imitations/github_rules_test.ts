/**
 * The imitation of GitHub keeps the rules of its API.
 * @module
 */
import assert from "assert";
import { get } from "node:http";
import { type GithubImitation, startGithub } from "../../simulator/imitations/mod.ts";
import { ask, type Got, linkOf, NOW } from "./asking.ts";

function issuesUrl({ url }: GithubImitation, query = ""): string {
  return `${url}/repos/octo-org/hello-world/issues${query}`;
}

function read(github: GithubImitation, url: string, headers: Record<string, string> = {}): Promise<Got> {
  return ask(url, { authorization: `Bearer ${github.token}`, ...headers });
}

const numbers = ({ body }: Got) => body.map(({ number }: { number: number }) => number);

Deno.test("startGithub() lists open issues, newest first, thirty at a time", async () => {
  await using github = await startGithub();
  const first = await read(github, issuesUrl(github));
  const open = github.truth.issues.filter(({ state }) => state === "open").map(({ number }) => number)
    .reverse();
  assert.equal(first.status, 200);
  assert.deepEqual(numbers(first), open.slice(0, 30));
  assert.ok(
    github.truth.issues.some(({ pull_request }) => pull_request),
    "pull requests are among the issues",
  );
});

Deno.test("startGithub() links pages by first, prev, next and last below the repository's number", async () => {
  await using github = await startGithub({ issues: 5 });
  const first = await read(github, issuesUrl(github, "?state=all&per_page=2"));
  const base = `${github.url}/repositories/1296269/issues?state=all&per_page=2&page=`;
  assert.equal(first.headers.get("link"), `<${base}2>; rel="next", <${base}3>; rel="last"`);
  const second = await read(github, linkOf(first, "next")!);
  assert.deepEqual(["prev", "next", "last", "first"].map((rel) => linkOf(second, rel)), [
    `${base}1`,
    `${base}3`,
    `${base}3`,
    `${base}1`,
  ]);
  const last = await read(github, linkOf(second, "next")!);
  assert.equal(linkOf(last, "next"), undefined);
  assert.deepEqual([first, second, last].flatMap(numbers), [5, 4, 3, 2, 1]);
});

Deno.test("startGithub() sends no Link header when all fits on one page, and never more than a hundred", async () => {
  await using github = await startGithub({ issues: 120 });
  const whole = await read(github, issuesUrl(github, "?state=all&per_page=500"));
  assert.equal(whole.body.length, 100);
  assert.ok(linkOf(whole, "next"));
  const few = await read(github, issuesUrl(github, "/1/comments"));
  assert.equal(few.headers.get("link"), null);
});

Deno.test("startGithub() filters by since and sorts by update", async () => {
  await using github = await startGithub();
  const since = "2024-06-01T00:00:00Z";
  const got = await read(
    github,
    issuesUrl(github, `?state=all&since=${since}&sort=updated&direction=asc&per_page=100`),
  );
  const times = got.body.map(({ updated_at }: { updated_at: string }) => updated_at);
  assert.deepEqual(times, times.toSorted());
  assert.equal(times.length, github.truth.issues.filter(({ updated_at }) => updated_at >= since).length);
});

Deno.test("startGithub() lists the comments of each issue, oldest first, and none of others", async () => {
  await using github = await startGithub({ issues: 12 });
  let seen = 0;
  for (const { number, comments, url } of github.truth.issues) {
    const got = await read(github, issuesUrl(github, `/${number}/comments`));
    assert.equal(got.body.length, comments);
    assert.ok(got.body.every(({ issue_url }: { issue_url: string }) => issue_url === url));
    seen += got.body.length;
  }
  assert.equal(seen, github.truth.comments.length);
});

for (
  const [what, path, headers, status, message] of [
    ["a wrong token", "", { authorization: "Bearer wrong" }, 401, "Bad credentials"],
    ["an unknown issue", "/9999/comments", {}, 404, "Not Found"],
    ["an unknown state", "?state=done", {}, 422, "Validation Failed"],
    ["a since that is no date", "?since=yesterday", {}, 422, "Validation Failed"],
    ["another format", "", { accept: "text/xml" }, 415, "Unsupported 'Accept' header"],
    ["an unknown version", "", { "x-github-api-version": "1999-01-01" }, 400, "is not a supported version"],
  ] as const
) {
  Deno.test(`startGithub() answers ${status} to ${what}`, async () => {
    await using github = await startGithub({ issues: 3 });
    const got = await read(github, issuesUrl(github, path), headers);
    assert.equal(got.status, status);
    assert.ok(got.body.message.includes(message), got.body.message);
    assert.ok(got.body.documentation_url);
  });
}

Deno.test("startGithub() refuses requests without a User-Agent header", async () => {
  await using github = await startGithub({ issues: 3 });
  const { promise, resolve } = Promise.withResolvers<number | undefined>();
  // The client of Node sends none of its own.
  get(issuesUrl(github), (response) => response.resume().on("end", () => resolve(response.statusCode)));
  assert.equal(await promise, 403);
});

Deno.test("startGithub() hides a private repository from somebody without a token", async () => {
  await using github = await startGithub({ issues: 3 });
  const got = await ask(issuesUrl(github));
  assert.deepEqual([got.status, got.body.message], [404, "Not Found"]);
});

Deno.test("startGithub() counts requests down and refuses those beyond the limit", async () => {
  await using github = await startGithub({ issues: 3, rateLimit: 2 });
  const remaining = [];
  for (let request = 0; request < 3; request++) {
    const got = await read(github, issuesUrl(github));
    remaining.push([got.status, got.headers.get("x-ratelimit-remaining")]);
    assert.ok(Number(got.headers.get("x-ratelimit-reset")) > Date.now() / 1000);
  }
  assert.deepEqual(remaining, [[200, "1"], [200, "0"], [403, "0"]]);
});

Deno.test("startGithub() answers 304 to an ETag that still holds, at no cost", async () => {
  await using github = await startGithub({ issues: 3, now: NOW });
  const first = await read(github, issuesUrl(github));
  const headers = { "if-none-match": first.headers.get("etag")! };
  const second = await read(github, issuesUrl(github), headers);
  assert.deepEqual([second.status, second.text], [304, ""]);
  github.addIssue({ title: "New" });
  const third = await read(github, issuesUrl(github), headers);
  assert.deepEqual([third.status, third.headers.get("x-ratelimit-used")], [200, "2"]);
});

Deno.test("startGithub() moves updated_at when an issue is changed, made or commented on", async () => {
  await using github = await startGithub({ issues: 8, now: NOW });
  github.updateIssue(2, { title: "Geändert", state: "closed" });
  github.addComment(3, "One more");
  const made = github.addIssue({ title: "Brand new" });
  const got = await read(github, issuesUrl(github, "?state=all&since=2026-01-15T12:00:00Z"));
  assert.deepEqual(numbers(got), [made.number, 3, 2]);
  assert.equal(got.body[2].closed_at, "2026-01-15T12:01:00Z");
});

Deno.test("startGithub() invents the same issues for the same seed", async () => {
  await using one = await startGithub({ seed: 4 });
  await using other = await startGithub({ seed: 5 });
  await using same = await startGithub({ seed: 4 });
  const titles = ({ truth }: GithubImitation) => truth.issues.map(({ title, state }) => [title, state]);
  assert.deepEqual(titles(one), titles(same));
  assert.notDeepEqual(titles(one), titles(other));
});
