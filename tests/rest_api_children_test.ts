/**
 * Children while a run works: how many are asked for at once, in what order their records come, and that no
 * tree of resources loses, doubles or blocks anything.
 * @module
 */
import assert from "assert";
import { array, assert as assertProperty, asyncProperty, boolean, integer, record } from "property";
import { type ApiRequest, failure, type Row, withApi } from "./rest_api_scene.ts";

const ids = (rows: readonly Row[] = []) => rows.map(({ id }) => id);
const numbers = (count: number) => Array.from({ length: count }, (_, index) => ({ id: index + 1 }));

const CHILD = { name: "children", endpoint: "parents/{resources.parents.id}/children" };
const family = (child: object = {}, client: object = {}) => ({
  client,
  resources: ["parents", { ...CHILD, ...child }],
});

/** Answers for parents and their children, after as long as `turns` says. */
function slowFamily(count: number, turns: (id: number) => number) {
  const seen = { now: 0, most: 0, asked: 0 };
  const answer = async ({ path }: ApiRequest) => {
    if (path === "/parents") return numbers(count);
    seen.asked++;
    seen.most = Math.max(seen.most, ++seen.now);
    const id = Number(path.split("/")[2]);
    for (let turn = turns(id); turn > 0; turn--) await new Promise((resolve) => setTimeout(resolve, 1));
    seen.now--;
    return [{ id }];
  };
  return { answer, seen };
}

const CONCURRENCY: [string, object, object, number][] = [
  ["as many as max_concurrency says", {}, { max_concurrency: 3 }, 3],
  ["eight by default", {}, {}, 8],
  ["one by max_concurrency", {}, { max_concurrency: 1 }, 1],
  ["one after the other by parallelized: false", { parallelized: false }, { max_concurrency: 5 }, 1],
  ["as many as the page limit at most", {}, { max_concurrency: 5 }, 2],
];

for (const [name, child, client, most] of CONCURRENCY) {
  Deno.test(`run asks for children at once: ${name}`, async () => {
    const { answer, seen } = slowFamily(24, () => 3);
    await withApi(answer, async (api) => {
      await api.load(family(child, client), name.includes("limit") ? { limit: 2 } : {});
      assert.equal(seen.most, most);
    });
  });
}

Deno.test("run stores children in the order of their parents, whichever answers first", async () => {
  const { answer } = slowFamily(20, (id) => 20 - id);
  await withApi(answer, async (api) => {
    const { tables } = await api.load(family());
    assert.deepEqual(ids(tables.children), ids(numbers(20)));
  });
});

for (const limit of [1, 3]) {
  Deno.test(`run of 200 parents with --limit ${limit} reads that many pages of each resource`, async () => {
    const { answer, seen } = slowFamily(200, () => 0);
    await withApi(answer, async (api) => {
      const { tables, info } = await api.load(family(), { limit });
      assert.deepEqual(ids(tables.children), ids(numbers(limit)));
      assert.equal(info.resources.children?.pages, limit);
      assert.equal(seen.asked, limit);
    });
  });
}

Deno.test("run with --limit counts every page of one parent, and asks for none beyond it", async () => {
  const answer = ({ path }: ApiRequest) => {
    if (path === "/parents") return numbers(5);
    const page = Number(new URL(path, "http://x").searchParams.get("page") ?? 1);
    return { data: [{ id: page }], next: page < 4 ? `${path.split("?")[0]}?page=${page + 1}` : null };
  };
  await withApi(answer, async (api) => {
    const { tables } = await api.load(family({}, { paginator: "json_link", max_concurrency: 1 }), {
      limit: 3,
    });
    assert.deepEqual(ids(tables.children), [1, 2, 3]);
    assert.equal(api.requests.length, 4);
  });
});

Deno.test("run asks once for each parent row, also where the list repeats a parent", async () => {
  const answer = ({ path }: ApiRequest) => {
    if (path === "/parents") return { data: [{ id: 1 }, { id: 2 }], next: "/parents?page=2" };
    // A parent was inserted in front while the list was paged, so that the last one comes again.
    if (path === "/parents?page=2") return { data: [{ id: 2 }, { id: 3 }], next: null };
    return [{ id: Number(path.split("/")[2]) }];
  };
  await withApi(answer, async (api) => {
    const client = { paginator: "json_link" };
    assert.deepEqual(ids((await api.load(family({}, client))).tables.children), [1, 2, 2, 3]);
    const merged = family({ name: "merged", primary_key: "id", write_disposition: "merge" }, client);
    assert.deepEqual(ids((await api.load(merged)).tables.merged).sort(), [1, 2, 3]);
  });
});

Deno.test("run with a child that fails says which, and leaves the tables as they were", async () => {
  let isBroken = false;
  const answer = ({ path }: ApiRequest) => {
    if (path === "/parents") return numbers(30);
    const id = Number(path.split("/")[2]);
    return isBroken && id === 17 ? undefined : [{ id }];
  };
  await withApi(answer, async (api) => {
    const replaced = family({ write_disposition: "replace" });
    await api.load(replaced);
    isBroken = true;
    const error = await failure(api.load(replaced));
    assert.deepEqual([error.code, error.at.resource, error.at.page], ["http-status", "children", 1]);
    assert.match(error.at.request!, /parents\/17\/children$/);
    const { tables } = await api.load({
      client: {},
      resources: [{ name: "other", endpoint: "parents/1/children" }],
    });
    assert.deepEqual([tables.parents?.length, tables.children?.length], [30, 30]);
  });
});

Deno.test("run stops asking soon after a child failed", async () => {
  const { answer, seen } = slowFamily(500, () => 1);
  await withApi(
    (request) => request.path.startsWith("/parents/3/") ? undefined : answer(request),
    async (api) => {
      await failure(api.load(family()));
      assert.ok(seen.asked < 40, `${seen.asked} requests`);
    },
  );
});

Deno.test("run holds few pages at once, however many parents there are and however slow the first is", async () => {
  const held = { asked: 0 };
  let release = () => {};
  const first = new Promise<void>((resolve) => release = resolve);
  const answer = async ({ path }: ApiRequest) => {
    if (path === "/parents") return numbers(300);
    held.asked++;
    if (path.startsWith("/parents/1/")) await first;
    return [{ id: 1 }];
  };
  await withApi(answer, async (api) => {
    const loading = api.load(family({}, { max_concurrency: 4 }));
    for (let turn = 0; turn < 40; turn++) await new Promise((resolve) => setTimeout(resolve, 2));
    assert.ok(held.asked <= 8, `${held.asked} answers wait for the first one`);
    release();
    assert.equal((await loading).tables.children?.length, 300);
  });
});

const trees = record({
  /** How many records each level has for each one above. */
  widths: array(integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 5 }),
  pageSize: integer({ min: 1, max: 3 }),
  max_concurrency: integer({ min: 1, max: 3 }),
  parallelized: boolean(),
  /** A second child beside each, so that trees branch. */
  isForked: boolean(),
});

Deno.test("run reads every record of every level of any tree exactly once, also one request at a time", async () => {
  await assertProperty(
    asyncProperty(trees, async ({ widths, pageSize, max_concurrency, parallelized, isForked }) => {
      const answer = ({ path }: ApiRequest) => {
        const url = new URL(path, "http://x");
        const [level, id = ""] = url.pathname.slice(1).split("/");
        const from = Number(url.searchParams.get("from") ?? 0);
        const all = Array.from({ length: widths[Number(level!.slice(1))]! }, (_, n) => ({ id: `${id}${n}` }));
        const next = from + pageSize < all.length ? `${url.pathname}?from=${from + pageSize}` : null;
        return { data: all.slice(from, from + pageSize), next };
      };
      const level = (kind: string, at: number) => ({
        name: `${kind}${at}`,
        parallelized,
        endpoint: {
          path: at === 0 ? `${kind}0` : `${kind}${at}/{resources.l${at - 1}.id}`,
          data_selector: "data",
          paginator: "json_link",
        },
      });
      const resources = widths.flatMap((_, at) =>
        isForked && at > 0 ? [level("l", at), level("m", at)] : [level("l", at)]
      );
      await withApi(answer, async (api) => {
        const { tables } = await api.load({ client: { max_concurrency }, resources });
        let expected = [""];
        for (const [at, width] of widths.entries()) {
          expected = expected.flatMap((id) => Array.from({ length: width }, (_, n) => `${id}${n}`));
          assert.deepEqual(ids(tables[`l${at}`]), expected);
          if (isForked && at > 0) assert.deepEqual(ids(tables[`m${at}`]), expected);
        }
      });
    }),
    { numRuns: 30 },
  );
});
