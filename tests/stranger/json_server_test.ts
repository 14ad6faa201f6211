/**
 * A strange server: json-server from npm, which knows nothing of this project, is loaded as a declarative source
 * that says nothing about its paging, and every row has to arrive once.
 *
 * In need of npm: it runs only with `SLUICE_STRANGER=1`. Once the server is installed, no network is used.
 *
 * @module
 */

import assert from "assert";
import { fileURLToPath } from "node:url";
import { load, type Row } from "../rest_api_scene.ts";

const SERVER = "json-server@0.17.4";
const SCRIPT = fileURLToPath(new URL("./json_server.cjs", import.meta.url));

/** A folder with the server, or why there is none. */
async function install(): Promise<{ folder: string } | { reason: string }> {
  if (Deno.env.get("SLUICE_STRANGER") !== "1") {
    return { reason: "installs json-server with npm; set SLUICE_STRANGER=1" };
  }
  const folder = await Deno.makeTempDir({ prefix: "sluice-stranger-" });
  await Deno.writeTextFile(`${folder}/package.json`, '{"private":true}');
  const args = ["install", "--no-audit", "--no-fund", "--loglevel=error", SERVER];
  const problem = await new Deno.Command("npm", { args, cwd: folder, stdout: "null" }).output().then(
    ({ success, stderr }) => success ? undefined : new TextDecoder().decode(stderr).split("\n")[0],
    (error: Error) => error.name,
  );
  if (problem === undefined) return { folder };
  await Deno.remove(folder, { recursive: true });
  return { reason: `${SERVER} cannot be installed: ${problem}` };
}

const installed = await install();
// In the name, because a quiet run prints nothing else of an ignored test.
const skipped = "reason" in installed ? ` (skipped: ${installed.reason})` : "";

const range = <T>(count: number, make: (at: number) => T) =>
  Array.from({ length: count }, (_, at) => make(at));
const database = {
  users: range(57, (at) => ({ id: `u/${at} ü`, name: `User ${at}`, age: at % 7, address: { city: "Köln" } })),
  posts: range(43, (at) => ({ id: at + 1, title: `Post "${at}"`, views: at * 10, draft: at % 2 === 0 })),
  // Some posts have none, one has more than a page.
  comments: range(
    130,
    (at) => ({ id: at + 1, postId: at < 60 ? 7 : 1 + (at * at) % 40, text: `Comment ${at}` }),
  ),
  photos: range(1200, (at) => ({ id: at + 1, url: `https://photos.example/${at}` })),
  empty: [],
  profile: { name: "stranger", version: 3 },
};

interface Server extends AsyncDisposable {
  readonly base: string;
}

async function serve(folder: string): Promise<Server> {
  await Deno.writeTextFile(`${folder}/db.json`, JSON.stringify(database));
  const child = new Deno.Command("node", {
    args: [SCRIPT, `${folder}/db.json`],
    cwd: folder,
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const reader = child.stdout.getReader();
  const { value } = await reader.read();
  return {
    base: `http://127.0.0.1:${Number(new TextDecoder().decode(value))}`,
    async [Symbol.asyncDispose]() {
      child.kill();
      await reader.cancel();
      await child.status;
    },
  };
}

const byId = (rows: readonly Row[] = []) => rows.map(({ id }) => id).toSorted();
const ids = (records: readonly { id: unknown }[]) => records.map(({ id }) => id).toSorted();

Deno.test(
  { name: `json-server is read to its last row, however it pages${skipped}`, ignore: "reason" in installed },
  async (t) => {
    const { folder } = installed as { folder: string };
    try {
      await using server = await serve(folder);
      const client = { base_url: server.base };
      const paged = (limit: number) => ({ endpoint: { params: { _page: 1, _limit: limit } } });

      for (const limit of [10, 43, 500]) {
        await t.step(`pages of ${limit}, by the Link header that is found out`, async () => {
          const { tables, warnings, events } = await load({
            client,
            resource_defaults: paged(limit),
            resources: ["users", "posts", "photos", "empty"],
          });
          assert.deepEqual(byId(tables.users), ids(database.users));
          assert.deepEqual(byId(tables.posts), ids(database.posts));
          assert.deepEqual(byId(tables.photos), ids(database.photos));
          assert.ok(!tables.empty?.length);
          assert.deepEqual(warnings, []);
          const pages = Object.fromEntries(
            events.flatMap((event) => event.type === "page" ? [[event.resource, event.pages]] : []),
          );
          const expected = (count: number) => Math.max(1, Math.ceil(count / limit));
          assert.deepEqual(pages, {
            users: expected(57),
            posts: expected(43),
            photos: expected(1200),
            empty: 1,
          });
        });
      }

      await t.step("children of parents, all pages of each", async () => {
        const { tables } = await load({
          client,
          resource_defaults: paged(20),
          resources: ["posts", {
            name: "comments",
            include_from_parent: ["id", "title"],
            endpoint: "posts/{resources.posts.id}/comments",
          }],
        });
        const titles = new Map(database.posts.map(({ id, title }) => [id, title]));
        assert.deepEqual(
          tables.comments!.map(({ id, post_id, _posts_id, _posts_title, text }) =>
            JSON.stringify([id, post_id, _posts_id, _posts_title, text])
          ).toSorted(),
          database.comments.map(({ id, postId, text }) =>
            JSON.stringify([id, postId, postId, titles.get(postId), text])
          ).toSorted(),
        );
      });

      await t.step("by page numbers that are said, and by a slice", async () => {
        const { tables, warnings } = await load({
          client,
          resources: [
            {
              name: "users",
              endpoint: {
                params: { _limit: 25 },
                paginator: { type: "page_number", base_page: 1, page_param: "_page", total_path: null },
              },
            },
            {
              name: "photos",
              endpoint: {
                paginator: { type: "offset", limit: 700, offset_param: "_start", limit_param: "_limit" },
              },
            },
          ],
        });
        assert.deepEqual(byId(tables.users), ids(database.users));
        assert.deepEqual(byId(tables.photos), ids(database.photos));
        assert.deepEqual(warnings, []);
      });

      await t.step("single entities, whole", async () => {
        const { tables } = await load({
          client,
          resource_defaults: { endpoint: { params: { _page: 1 } } },
          resources: [
            "users",
            { name: "details", endpoint: { path: "users/{resources.users.id}", params: { _page: null } } },
            "profile",
          ],
        });
        assert.deepEqual(byId(tables.details), ids(database.users));
        assert.deepEqual(tables.profile, [database.profile]);
        assert.equal(tables.details![0]!.address__city, "Köln");
      });

      await t.step("a first page that is all that was asked for, with a warning", async () => {
        const { tables, warnings } = await load({
          client,
          resources: [{ name: "posts", endpoint: { params: { _limit: 10 } } }],
        });
        assert.equal(tables.posts!.length, 10);
        assert.equal(warnings.length, 1);
        assert.match(warnings[0]!, /^paging-unknown: .*header "x-total-count" says 43, the page has 10/);
      });

      await t.step("what is new, by a cursor that the server filters by", async () => {
        const { tables } = await load({
          client,
          resources: [{
            name: "posts",
            endpoint: {
              params: { _page: 1, _limit: 5 },
              incremental: { cursor_path: "views", initial_value: 250, start_param: "views_gte" },
            },
          }],
        });
        assert.deepEqual(byId(tables.posts), ids(database.posts.filter(({ views }) => views >= 250)));
      });
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
);
