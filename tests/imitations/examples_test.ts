/**
 * The example modules, as a newcomer runs them: each against its imitation, by one command.
 * @module
 */
import assert from "assert";
import { fileURLToPath } from "node:url";
import github from "../../docs/examples/github.ts";
import notion from "../../docs/examples/notion.ts";
import { examples } from "../../docs/examples/run.ts";
import { startGithub, startNotion } from "../../simulator/imitations/mod.ts";
import { NOW } from "./asking.ts";
import { assertAllAnswered, workplace } from "./workplace.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

for (const name of Object.keys(examples)) {
  Deno.test(`deno task example ${name} loads the imitation and shows rows, with the permissions of the task`, async () => {
    const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-q", "-P=example", "--no-prompt", "docs/examples/run.ts", name],
      cwd: ROOT,
      env: { NO_COLOR: "1" },
    }).output();
    const text = new TextDecoder().decode(stdout);
    assert.ok(success, new TextDecoder().decode(stderr));
    assert.match(text, /is LOADED and contains no failed jobs\n\n\d+ requests\n/);
    assert.ok(text.split("\n┌").length > 2, "tables are shown");
  });
}

Deno.test("deno task example without a known name says which there are", async () => {
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-q", "-P=example", "--no-prompt", "docs/examples/run.ts", "gitlab"],
    cwd: ROOT,
  }).output();
  assert.equal(code, 2);
  assert.match(new TextDecoder().decode(stderr), /github, pokeapi, notion/);
});

Deno.test("docs/examples/github.ts goes on from the last change", async () => {
  await using imitation = await startGithub({ now: NOW });
  await using place = await workplace("github");
  const { url: base_url, token: access_token, owner, repo: repository, truth } = imitation;
  const source = github({ base_url, access_token, owner, repository });
  await place.load(source);
  assert.equal(await place.holds("issues", truth.issues, "number"), 65);
  imitation.addComment(3, "Another one");
  imitation.requests.length = 0;
  await place.load(source);
  assert.equal(await place.holds("issues", truth.issues, "number"), 65);
  const withNumber = truth.comments.map((comment) => ({
    ...comment,
    _issues_number: Number(comment.issue_url.split("/").at(-1)),
  }));
  await place.holds("comments", withNumber, "id");
  assertAllAnswered(imitation);
  assert.equal(imitation.requests.length, 2);
});

Deno.test("docs/examples/notion.ts goes on from the last edit", async () => {
  await using imitation = await startNotion({ pages: 30, now: NOW });
  await using place = await workplace("notion");
  const { url: base_url, token, databaseId: database_id, truth } = imitation;
  const source = notion({ base_url, token, database_id });
  await place.load(source);
  assert.equal(await place.holds("pages", truth.pages, "id"), 30);
  imitation.updatePage(truth.pages[2].id, { title: "Umbenannt" });
  await place.load(source);
  assert.equal(await place.holds("pages", truth.pages, "id"), 30);
  assert.equal(await place.holds("users", truth.users, "id"), 9);
  assertAllAnswered(imitation);
});
