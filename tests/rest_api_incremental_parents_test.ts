/**
 * Cursors on parents and children: who is asked again, from where, and what is remembered for whom.
 * @module
 */
import assert from "assert";
import { feed, type FeedRecord, stateOf } from "./rest_api_feed.ts";
import { type Api, withApi } from "./rest_api_scene.ts";

const FEED = { data_selector: "data" };

/** A tree of lists: albums, the songs of each, the takes of each song. */
interface Tree {
  albums: FeedRecord[];
  songs: FeedRecord[];
  takes: FeedRecord[];
}

/** Serves a tree, which may change between runs. */
async function withTree(tree: Tree, use: (api: Api, asked: () => string[]) => Promise<void>): Promise<void> {
  const lists: [RegExp, (id: string) => FeedRecord[]][] = [
    [/^\/albums$/, () => tree.albums],
    [/^\/albums\/(\w+)\/songs$/, (id) => tree.songs.filter(({ album }) => album === id)],
    [/^\/songs\/(\w+)\/takes$/, (id) => tree.takes.filter(({ song }) => song === id)],
  ];
  await withApi((request) => {
    const path = request.path.split("?")[0]!;
    for (const [pattern, list] of lists) {
      const match = pattern.exec(path);
      if (match) return feed(list(match[1]!), { size: 2 })(request);
    }
    return undefined;
  }, async (api) => {
    let seen = 0;
    await use(api, () => {
      const lines = api.lines().slice(seen).map((line) => line.slice("GET ".length));
      seen += lines.length;
      return lines.sort();
    });
  });
}

const tree = (): Tree => ({
  albums: [{ id: "a", at: "2024-01" }, { id: "b", at: "2024-02" }],
  songs: [
    { id: "a1", album: "a", at: "2024-01" },
    { id: "a2", album: "a", at: "2024-03" },
    { id: "b1", album: "b", at: "2024-02" },
  ],
  takes: [{ id: "t1", song: "a1" }, { id: "t2", song: "b1" }, { id: "t3", song: "a2" }],
});

const CURSOR = { cursor_path: "at", start_param: "since" };
const MERGE = { primary_key: "id", write_disposition: "merge" };
const albums = { name: "albums", ...MERGE, endpoint: { ...FEED, incremental: CURSOR } };
const songs = { name: "songs", ...MERGE, endpoint: { ...FEED, path: "albums/{resources.albums.id}/songs" } };
const takes = { name: "takes", ...MERGE, endpoint: { ...FEED, path: "songs/{resources.songs.id}/takes" } };
const source = (...resources: object[]) => ({ client: { paginator: "json_link" }, resources });

const ids = (rows: readonly FeedRecord[] = []) => rows.map(({ id }) => id).sort();

Deno.test("run asks only for children of parents that changed since", async () => {
  const world = tree();
  await withTree(world, async (api, asked) => {
    await api.load(source(albums, songs));
    asked();
    await api.load(source(albums, songs));
    assert.deepEqual(asked(), ["/albums?since=2024-02"], "the parent at the boundary is known");
    world.albums[1] = { id: "b", at: "2024-02", title: "changed at the same moment" };
    await api.load(source(albums, songs));
    assert.deepEqual(asked(), ["/albums/b/songs", "/albums?since=2024-02"]);
    world.albums.push({ id: "c", at: "2024-04" });
    world.songs.push({ id: "c1", album: "c" });
    const { tables } = await api.load(source(albums, songs));
    assert.deepEqual(asked(), ["/albums/c/songs", "/albums?since=2024-02"]);
    assert.deepEqual(ids(tables.songs), ["a1", "a2", "b1", "c1"]);
  });
});

Deno.test("run asks for every parent of a child that is new, and of one with every_parent", async () => {
  await withTree(tree(), async (api, asked) => {
    await api.load(source(albums));
    asked();
    const { tables } = await api.load(source(albums, songs));
    assert.deepEqual(asked(), ["/albums", "/albums/a/songs", "/albums/b/songs"]);
    assert.deepEqual([ids(tables.albums), ids(tables.songs)], [["a", "b"], ["a1", "a2", "b1"]]);
    await api.load(source(albums, { ...songs, every_parent: true }));
    assert.deepEqual(asked(), ["/albums", "/albums/a/songs", "/albums/b/songs"]);
  });
});

Deno.test("run reads everything for a grandchild that is new, without loading the rest again", async () => {
  await withTree(tree(), async (api, asked) => {
    const appended = (each: object) => ({ ...each, primary_key: undefined, write_disposition: "append" });
    const resources = [albums, songs, takes].map(appended);
    await api.load(source(...resources.slice(0, 2)));
    asked();
    const { tables } = await api.load(source(...resources));
    assert.deepEqual(asked().filter((line) => line.includes("takes")).length, 3);
    assert.deepEqual(ids(tables.songs), ["a1", "a2", "b1"]);
    assert.deepEqual(ids(tables.takes), ["t1", "t2", "t3"]);
    await api.load(source(...resources));
    assert.deepEqual(asked(), ["/albums?since=2024-02"]);
  });
});

Deno.test("run reads a parent for its child alone without moving the parent's own cursor", async () => {
  await withTree(tree(), async (api, asked) => {
    const config = source(albums, songs);
    const { tables } = await api.load(config, { resources: ["songs"] });
    assert.deepEqual([ids(tables.albums), ids(tables.songs)], [[], ["a1", "a2", "b1"]]);
    asked();
    const both = await api.load(config);
    assert.deepEqual(asked(), ["/albums"], "the parent starts at its beginning, the child has nothing new");
    assert.deepEqual(ids(both.tables.albums), ["a", "b"]);
  });
});

Deno.test("row_order ends a list for its resource only, children still see what they need", async () => {
  const world = tree();
  world.albums = Array.from({ length: 6 }, (_, index) => ({ id: `x${9 - index}`, at: `2024-0${9 - index}` }));
  const ordered = { ...albums, endpoint: { ...FEED, incremental: { cursor_path: "at", row_order: "desc" } } };
  await withTree(world, async (api, asked) => {
    await api.load(source(ordered));
    asked();
    await api.load(source(ordered));
    assert.deepEqual(asked(), ["/albums"], "the first page passes the start");
    await api.load(source(ordered, songs));
    assert.equal(asked().filter((line) => line.endsWith("/songs")).length, 6);
    world.albums.unshift({ id: "x10", at: "2024-10" });
    await api.load(source(ordered, songs));
    // The first page ends at the start, the second one passes it.
    assert.deepEqual(asked(), ["/albums", "/albums/x10/songs", "/albums?from=2"]);
  });
});

Deno.test("per_parent gives each parent a cursor of its own, kept under its key", async () => {
  const world = tree();
  world.albums.forEach((album) => delete album.at);
  const plain = { ...albums, endpoint: FEED };
  const own = {
    ...songs,
    primary_key: undefined,
    write_disposition: "append",
    endpoint: { ...songs.endpoint, incremental: { ...CURSOR, initial_value: "2020", per_parent: true } },
  };
  await withTree(world, async (api, asked) => {
    await api.load(source(plain, own));
    assert.deepEqual(asked(), ["/albums", "/albums/a/songs?since=2020", "/albums/b/songs?since=2020"]);
    world.albums.push({ id: "c" });
    // Older than what the others have.
    world.songs.push({ id: "c1", album: "c", at: "2021-01" }, { id: "b2", album: "b", at: "2024-02" });
    const { tables } = await api.load(source(plain, own));
    assert.deepEqual(asked(), [
      "/albums",
      "/albums/a/songs?since=2024-03",
      "/albums/b/songs?since=2024-02",
      "/albums/c/songs?since=2020",
      "/albums?from=2",
    ]);
    assert.deepEqual(tables.songs?.map(({ id }) => id), ["a1", "a2", "b1", "b2", "c1"]);
    const state = (await stateOf(api.folder)).songs as FeedRecord;
    const cursors = state.incremental.at.per_parent;
    assert.deepEqual(
      Object.entries<FeedRecord>(cursors).map(([key, slot]) => [key, slot.initial_value, slot.last_value]),
      [["a", "2020", "2024-03"], ["b", "2020", "2024-02"], ["c", "2020", "2021-01"]],
    );
    assert.equal(state.incremental.at.last_value, undefined);
  });
});

Deno.test("per_parent on a middle level: a new parent's grandchildren are read although they are older", async () => {
  const world = tree();
  const plain = { ...albums, endpoint: FEED };
  const own = { ...songs, endpoint: { ...songs.endpoint, incremental: { ...CURSOR, per_parent: true } } };
  await withTree(world, async (api, asked) => {
    await api.load(source(plain, own, takes));
    asked();
    world.albums.push({ id: "c", at: "2020" });
    world.songs.push({ id: "c1", album: "c", at: "2020-01" });
    world.takes.push({ id: "t4", song: "c1" });
    const { tables } = await api.load(source(plain, own, takes));
    assert.deepEqual(asked().filter((line) => line.includes("takes")), ["/songs/c1/takes"]);
    assert.deepEqual(ids(tables.takes), ["t1", "t2", "t3", "t4"]);
  });
});

Deno.test("per_parent with row_order ends each parent's own list", async () => {
  const world = tree();
  world.songs = ["a", "b"].flatMap((album) =>
    [6, 5, 4, 3, 2, 1].map((n) => ({ id: `${album}${n}`, album, at: `2024-0${n}` }))
  );
  const own = {
    ...songs,
    endpoint: { ...songs.endpoint, incremental: { cursor_path: "at", per_parent: true, row_order: "desc" } },
  };
  await withTree(world, async (api, asked) => {
    await api.load(source({ ...albums, endpoint: FEED }, own));
    assert.equal(asked().length, 7);
    await api.load(source({ ...albums, endpoint: FEED }, own));
    assert.deepEqual(asked(), ["/albums", "/albums/a/songs", "/albums/b/songs"]);
  });
});

Deno.test("one cursor for all parents starts each parent's list at the same, stable value", async () => {
  const world = tree();
  const shared = { ...songs, endpoint: { ...songs.endpoint, incremental: CURSOR } };
  await withTree(world, async (api, asked) => {
    await api.load(source({ ...albums, endpoint: FEED }, shared));
    assert.deepEqual(asked(), ["/albums", "/albums/a/songs", "/albums/b/songs"]);
    await api.load(source({ ...albums, endpoint: FEED }, shared));
    assert.deepEqual(asked(), ["/albums", "/albums/a/songs?since=2024-03", "/albums/b/songs?since=2024-03"]);
  });
});

Deno.test("replace-per-parent with an incremental parent renews changed parents and drops vanished ones' rows", async () => {
  const world = tree();
  const perParent = {
    ...songs,
    primary_key: ["album_id", "id"],
    merge_key: "album_id",
    write_disposition: { disposition: "merge", strategy: "replace-per-parent" },
    include_from_parent: { album_id: "id" },
  };
  await withTree(world, async (api) => {
    await api.load(source(albums, perParent));
    world.songs = world.songs.filter(({ id }) => id !== "b1");
    world.albums[1]!.at = "2024-05";
    const { tables } = await api.load(source(albums, perParent));
    assert.deepEqual(ids(tables.songs), ["a1", "a2"]);
  });
});

Deno.test("replace-per-parent renews a parent that the list names twice, once in its old state", async () => {
  const world = tree();
  const perParent = {
    ...songs,
    primary_key: ["album_id", "id"],
    merge_key: "album_id",
    write_disposition: { disposition: "merge", strategy: "replace-per-parent" },
    include_from_parent: { album_id: "id" },
  };
  const unfiltered = { ...albums, endpoint: { ...FEED, incremental: { cursor_path: "at" } } };
  await withTree(world, async (api) => {
    await api.load(source(unfiltered, perParent));
    world.songs = world.songs.filter(({ id }) => id !== "a1");
    world.albums = [{ id: "a", at: "2024-05" }, { id: "b", at: "2024-02" }, { id: "a", at: "2024-01" }];
    assert.deepEqual(ids((await api.load(source(unfiltered, perParent))).tables.songs), ["a2", "b1"]);
  });
});

Deno.test("prune of a child removes nothing of parents that were not read again", async () => {
  const world = tree();
  const pruned = { ...songs, write_disposition: { disposition: "merge", prune: true } };
  await withTree(world, async (api) => {
    await api.load(source(albums, pruned));
    world.albums.push({ id: "c", at: "2024-06" });
    for (const more of [{}, { every_parent: true }]) {
      const { tables } = await api.load(source(albums, { ...pruned, ...more }));
      assert.deepEqual(ids(tables.songs), ["a1", "a2", "b1"]);
    }
  });
});

Deno.test("prune with an end value, or with a cursor that has a start, removes nothing that was not listed", async () => {
  const world = tree();
  const pruned = (incremental: object) => ({
    ...albums,
    write_disposition: { disposition: "merge", prune: true },
    endpoint: { ...FEED, incremental },
  });
  await withTree(world, async (api) => {
    await api.load(source(pruned(CURSOR)));
    for (const incremental of [CURSOR, { ...CURSOR, initial_value: "2024-02", end_value: "2024-03" }]) {
      const { tables } = await api.load(source(pruned(incremental)));
      assert.deepEqual(ids(tables.albums), ["a", "b"]);
    }
  });
});

Deno.test("run with a page limit above moves no cursor below", async () => {
  await withTree(tree(), async (api) => {
    const own = { ...takes, incremental: { cursor_path: "id" } };
    await api.load(source({ ...albums, endpoint: FEED }, songs, own), { limit: 1 });
    assert.equal((await stateOf(api.folder)).takes, undefined);
  });
});
