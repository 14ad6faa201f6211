/** An extraction that was cut short is gone on with: nothing is asked twice, and the tables are the same. */
import assert from "assert";
import { basename, join } from "node:path";
import { type AnyConfig, type Api, type ApiRequest, type Loaded, withApi } from "./rest_api_scene.ts";

const PAGES = 5;

/** `/users?page=1…5`, three records each; `/users/<id>/pets`, one record each. */
function answer({ path }: ApiRequest): unknown {
  const url = new URL(path, "http://host");
  const pets = /^\/users\/(\d+)\/pets$/.exec(url.pathname);
  if (pets) return { data: [{ pet: `${pets[1]}a` }] };
  const page = Number(url.searchParams.get("page") ?? 1);
  const at = (id: number) => `2024-01-01T00:00:${String(id).padStart(2, "0")}Z`;
  const data = [0, 1, 2].map((n) => ({ id: page * 3 + n, at: at(page * 3 + n) }));
  return { data, ...(page < PAGES && { next: `/users?page=${page + 1}` }) };
}

const users = (more: AnyConfig = {}): AnyConfig => ({
  client: { paginator: { type: "json_link", next_url_path: "next" } },
  resources: [{
    name: "users",
    primary_key: "id",
    endpoint: { path: "users", data_selector: "data" },
    ...more,
  }],
});
const pets = {
  name: "pets",
  include_from_parent: ["id"],
  endpoint: { path: "users/{resources.users.id}/pets", data_selector: "data" },
};

/** Serves until a request for which `breaks` holds, which is answered with 404 until it is mended. */
async function withBreak(
  breaks: (path: string) => boolean,
  use: (api: Api, mend: () => void) => Promise<void>,
  status = 404,
): Promise<void> {
  let isBroken = true;
  await withApi(
    (request) =>
      isBroken && breaks(request.path) ? Response.json({ message: "broken" }, { status }) : answer(request),
    async (api) => {
      await use(api, () => {
        isBroken = false;
        api.requests.splice(0);
      });
    },
  );
}

const sorted = ({ tables }: Loaded) =>
  Object.fromEntries(
    Object.entries(tables).map(([name, rows]) => [name, rows.map((row) => row.id ?? row.pet)]),
  );

const ids = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, n) => from + n);
const whole = { users: ids(3, 17) };

for (const write_disposition of ["append", "replace", "merge"]) {
  Deno.test(`run goes on after the last page that was kept: ${write_disposition}`, async () => {
    await withBreak((path) => path.includes("page=4"), async (api, mend) => {
      await assert.rejects(api.load(users({ write_disposition })), { code: "http-status" });
      assert.equal(api.requests.length, 4);
      mend();
      const loaded = await api.load(users({ write_disposition }));
      assert.deepEqual(sorted(loaded), whole);
      assert.deepEqual(api.lines(), ["GET /users?page=4", "GET /users?page=5"]);
      assert.ok(loaded.events.some((event) => event.type === "resumed" && event.answers === 3));
    });
  });
}

Deno.test("run walks no parent twice", async () => {
  const config = users();
  config.resources.push(pets);
  await withBreak((path) => path === "/users/9/pets", async (api, mend) => {
    await assert.rejects(api.load(config), { code: "http-status" });
    const before = new Set(api.lines());
    mend();
    const { tables } = await api.load(config);
    assert.deepEqual(tables.pets?.map(({ _users_id }) => Number(_users_id)), ids(3, 17));
    const twice = api.lines().filter((line) => before.has(line) && line.endsWith("/pets"));
    // What was under way when the run failed is asked for again.
    assert.ok(twice.every((line) => Number(line.split("/")[2]) >= 9), twice.join());
  });
});

Deno.test("run goes on with an author's own walk, too", async () => {
  const config = users();
  config.resources = [{
    name: "users",
    // deno-lint-ignore no-explicit-any
    records: async function* ({ client }: any) {
      for await (const page of client.paginate(client.request("users"), { dataSelector: "data" })) {
        yield page.records.map(({ id }: { id: number }) => ({ id, twice: id * 2 }));
      }
    },
  }];
  await withBreak((path) => path.includes("page=3"), async (api, mend) => {
    await assert.rejects(api.load(config));
    mend();
    assert.deepEqual(sorted(await api.load(config)), whole);
    assert.equal(api.lines()[0], "GET /users?page=3");
  });
});

Deno.test("run reads from the start again where the API has forgotten the position", async () => {
  let isExpired = false;
  await withApi((request) => {
    const isLater = /page=[345]/.test(request.path);
    if (!isExpired && isLater) return new Response("{}", { status: 500 });
    if (isExpired && request.path.includes("old=1")) return new Response("{}", { status: 410 });
    const body = answer(request) as { next?: string };
    return { ...body, next: body.next && `${body.next}${isExpired ? "" : "&old=1"}` };
  }, async (api) => {
    const config = users();
    config.client.retry = { max_attempts: 1 };
    await assert.rejects(api.load(config), { code: "http-status" });
    isExpired = true;
    api.requests.splice(0);
    const { tables, events } = await api.load(config);
    assert.deepEqual(tables.users?.map(({ id }) => id), whole.users);
    assert.ok(events.some((event) => event.type === "warning" && event.code === "resume-refused"));
    assert.equal(api.lines()[1], "GET /users");
    assert.equal(api.requests.length, 1 + PAGES);
  });
});

Deno.test("run asks again for what was kept and cannot be used", async () => {
  let isWrong = true;
  await withApi((request) => isWrong ? { data: [{ id: 3 }] } : answer(request), async (api) => {
    const incremental = { cursor_path: "at" };
    const config = users({ endpoint: { path: "users", data_selector: "data", incremental } });
    await assert.rejects(api.load(config), { code: "cursor-missing" });
    isWrong = false;
    const { tables } = await api.load(config);
    assert.deepEqual(tables.users?.map(({ id }) => id), whole.users);
  });
});

for (const more of [{ fresh: true }, { fullRefresh: true }]) {
  Deno.test(`run with ${Object.keys(more)[0]} starts over`, async () => {
    await withBreak((path) => path.includes("page=4"), async (api, mend) => {
      await assert.rejects(api.load(users()));
      mend();
      assert.deepEqual(sorted(await api.load(users(), more)), whole);
      assert.equal(api.requests.length, PAGES);
    });
  });
}

Deno.test("run starts over when what was kept is older than resume_max_age", async () => {
  await withBreak((path) => path.includes("page=4"), async (api, mend) => {
    await assert.rejects(api.load(users()));
    mend();
    assert.deepEqual(sorted(await api.load(users(), { env: { RESUME_MAX_AGE: "0" } })), whole);
    assert.equal(api.requests.length, PAGES);
  });
});

Deno.test("run that goes on publishes under a newer load id, and leaves no package", async () => {
  await withBreak((path) => path.includes("page=4"), async (api, mend) => {
    await assert.rejects(api.load(users()));
    const [before] = await packagesIn(api.folder);
    mend();
    const { info } = await api.load(users());
    assert.ok(info.loadPackages[0]!.loadId > basename(before!));
    assert.deepEqual(await packagesIn(api.folder), []);
  });
});

Deno.test("run goes on from what is whole when the journal is cut off or damaged", async () => {
  for (const damage of ["cut", "flip", "zeros", "gone"]) {
    await withBreak((path) => path.includes("page=4"), async (api, mend) => {
      await assert.rejects(api.load(users()));
      const [folder] = await packagesIn(api.folder);
      const path = join(folder!, "answers");
      const bytes = await Deno.readFile(path);
      if (damage === "cut") await Deno.truncate(path, bytes.length - 5);
      if (damage === "flip") bytes[bytes.length >> 1]! ^= 1;
      if (damage === "zeros") bytes.fill(0, bytes.length >> 1);
      if (damage === "gone") await Deno.remove(path);
      if (damage === "flip" || damage === "zeros") await Deno.writeFile(path, bytes);
      mend();
      assert.deepEqual(sorted(await api.load(users())), whole, damage);
      assert.ok(api.requests.length <= PAGES && api.requests.length >= 3, damage);
    });
  }
});

Deno.test("run does not move a cursor past what may have changed before it went on", async () => {
  const config = users({
    write_disposition: "merge",
    endpoint: {
      path: "users",
      data_selector: "data",
      incremental: { cursor_path: "at", start_param: "since" },
    },
  });
  let isBroken = true;
  const now = () => new Date(Date.now() + 3_600_000).toISOString();
  await withApi((request) => {
    if (isBroken && request.path.includes("page=2")) return new Response("{}", { status: 404 });
    const body = answer(request) as { data: { at: string }[]; next?: string };
    // A record that changes while the run is interrupted is newer than its beginning.
    if (request.path.includes("page=5")) body.data[0]!.at = now();
    return body;
  }, async (api) => {
    await assert.rejects(api.load(config));
    isBroken = false;
    await api.load(config);
    api.requests.splice(0);
    await api.load(config);
    const since = new URL(api.requests[0]!.path, "http://host").searchParams.get("since")!;
    assert.ok(Date.parse(since) < Date.now(), since);
  });
});

/** The load packages that are left, by their folders. */
async function packagesIn(folder: string): Promise<string[]> {
  const kept = join(folder, ".dlt", ".var");
  const found: string[] = [];
  for await (const { name } of Deno.readDir(kept)) {
    const packages = join(kept, name, "packages");
    for await (const entry of Deno.readDir(packages)) found.push(join(packages, entry.name));
  }
  return found;
}
