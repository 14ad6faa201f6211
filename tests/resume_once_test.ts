/**
 * What an extraction that goes on must not do: load rows twice, give one request the answer of another, ask again
 * because time has passed, or put what it read onto a dataset that has changed meanwhile.
 */
import assert from "assert";
import { join } from "node:path";
import { DatabaseSync } from "sqlite";
import { defineSource, pollFeed, type RunEvent } from "../mod.ts";
import { type AnyConfig, type Api, withApi } from "./rest_api_scene.ts";

const PAGER = { type: "json_link", next_url_path: "next" };

for (const unit of ["iso", "seconds", "milliseconds"] as const) {
  Deno.test(`run that goes on appends once what came into being meanwhile: ${unit}`, async () => {
    const spell = (ms: number) =>
      unit === "iso" ? new Date(ms).toISOString() : unit === "seconds" ? Math.floor(ms / 1000) : ms;
    const began = Date.now();
    const records = [1, 2, 3, 4].map((id) => ({ id, at: spell(began - 100_000 + id * 1000) }));
    let isBroken = true;
    await withApi(({ path }) => {
      const url = new URL(path, "http://host");
      const page = Number(url.searchParams.get("page") ?? 1);
      if (isBroken && page === 2) return new Response("{}", { status: 404 });
      const since = url.searchParams.get("since");
      const found = records.filter(({ at }) =>
        since === null || (unit === "iso" ? at >= since : Number(at) >= Number(since))
      );
      const next = found.length > page * 2 && `/log?page=${page + 1}${since ? `&since=${since}` : ""}`;
      return { data: found.slice(page * 2 - 2, page * 2), ...(next && { next }) };
    }, async (api) => {
      const config: AnyConfig = {
        client: { paginator: PAGER },
        resources: [{
          name: "log",
          write_disposition: "append",
          primary_key: "id",
          endpoint: {
            path: "log",
            data_selector: "data",
            incremental: { cursor_path: "at", start_param: "since" },
          },
        }],
      };
      await assert.rejects(api.load(config), { code: "http-status" });
      isBroken = false;
      records.push({ id: 5, at: spell(Date.now() + 60_000) }, { id: 6, at: spell(Date.now() + 61_000) });
      await api.load(config);
      const { tables } = await api.load(config);
      assert.deepEqual(tables.log?.map(({ id }) => id), [1, 2, 3, 4, 5, 6]);
    });
  });
}

/** Runs until a package is sealed and cannot be loaded. */
async function leavePackage(api: Api, config: AnyConfig): Promise<void> {
  let database: DatabaseSync | undefined;
  const onEvent = (event: RunEvent) => {
    if (event.type !== "step" || event.step !== "extract" || event.state !== "finished") return;
    database = new DatabaseSync(join(api.folder, "scene.sqlite"));
    database.exec("BEGIN IMMEDIATE");
  };
  const files = { "config.toml": "[destination.sqlite]\nlock_timeout = 0\n" };
  await assert.rejects(api.load(config, { files, onEvent }), { code: "locked" });
  database!.close();
}

const rows: AnyConfig = {
  resources: [
    { name: "plain", write_disposition: "append", endpoint: { path: "rows", data_selector: "$" } },
    { name: "all", write_disposition: "replace", endpoint: { path: "rows", data_selector: "$" } },
  ],
};

Deno.test("run that finishes an earlier one does not append its rows once more", async () => {
  await withApi({ "/rows": [{ id: 1 }, { id: 2 }] }, async (api) => {
    await leavePackage(api, { client: {}, ...rows });
    const { tables, warnings } = await api.load({ client: {}, ...rows });
    assert.deepEqual([tables.plain?.length, tables.all?.length], [2, 2]);
    assert.match(warnings.join(), /already-read/);
    assert.equal((await api.load({ client: {}, ...rows })).tables.plain?.length, 4, "a run of its own");
  });
});

Deno.test("run that finishes an earlier one and then gets no answer still does not append its rows once more", async () => {
  let isDown = false;
  const answer = () => isDown ? new Response("{}", { status: 404 }) : [{ id: 1 }, { id: 2 }];
  await withApi(({ path }) => path === "/rows" ? answer() : undefined, async (api) => {
    const config = { client: {}, ...rows };
    await leavePackage(api, config);
    isDown = true;
    for (const _twice of [1, 2]) await assert.rejects(api.load(config), { code: "http-status" });
    isDown = false;
    const { tables, warnings } = await api.load(config);
    assert.deepEqual([tables.plain?.length, tables.all?.length], [2, 2]);
    assert.match(warnings.join(), /already-read/);
    assert.equal((await api.load(config)).tables.plain?.length, 4, "a run of its own");
  });
});

Deno.test("run that has to drop what it kept does not append the rows of the one before it once more", async () => {
  let stage: "right" | "wrong, then down" | "up again" = "right";
  await withApi(({ path }) => {
    if (path === "/plain") return [{ id: 1 }, { id: 2 }];
    if (path === "/b" && stage === "wrong, then down") return new Response("{}", { status: 404 });
    return stage === "wrong, then down" ? [{ id: 3, extra: "x" }] : [{ id: 3 }];
  }, async (api) => {
    const plain = {
      name: "plain",
      write_disposition: "append",
      endpoint: { path: "plain", data_selector: "$" },
    };
    // Rows of a shared table wait until all is read, so that only then it is known that they are refused.
    const shared = ["a", "b"].map((name) => ({
      name,
      table_name: "shared",
      write_disposition: "merge",
      primary_key: "id",
      schema_contract: { columns: "freeze" },
      endpoint: { path: name, data_selector: "$" },
    }));
    const config: AnyConfig = { client: { max_concurrency: 1 }, resources: [plain, ...shared] };
    await api.load({ ...config, resources: shared });
    await leavePackage(api, config);
    stage = "wrong, then down";
    await assert.rejects(api.load(config), { code: "http-status" });
    stage = "up again";
    const { tables, warnings } = await api.load(config);
    assert.match(warnings.join(), /already-read.*package-set-aside/);
    assert.deepEqual([tables.plain?.length, tables.shared?.length], [2, 1]);
    assert.equal((await api.load(config)).tables.plain?.length, 4, "a run of its own");
  });
});

Deno.test("run that fails again over what it kept asks for each resource once more, and not for ever", async () => {
  const requests: string[] = [];
  let isBad = false;
  await withApi(({ path }) => {
    requests.push(path);
    const [, name, page = "1"] = /^\/(\w+)(?:\?page=(\d))?$/.exec(path)!;
    // The third page of the bad one never becomes rows; the good ones have come whole by then.
    const data = isBad && name === "bad" && page === "3" ? [{ id: 3, extra: "x" }] : [{ id: Number(page) }];
    return { data, ...(Number(page) < 3 && { next: `/${name}?page=${Number(page) + 1}` }) };
  }, async (api) => {
    const config: AnyConfig = {
      client: { paginator: PAGER, max_concurrency: 1 },
      resources: ["one", "two", "bad"].map((name) => ({
        name,
        schema_contract: { columns: "freeze" },
        endpoint: { path: name, data_selector: "data" },
      })),
    };
    await api.load(config);
    isBad = true;
    for (const run of [1, 2, 3]) {
      await assert.rejects(api.load(config), { code: "schema-contract" }, `run ${run}`);
      assert.ok(requests.length <= 9 + 18 * run, `${requests.length} requests by run ${run}`);
    }
  });
});

Deno.test("run appends once more when the earlier one is older than resume_max_age", async () => {
  await withApi({ "/rows": [{ id: 1 }, { id: 2 }] }, async (api) => {
    await leavePackage(api, { client: {}, ...rows });
    const { tables } = await api.load({ client: {}, ...rows }, { env: { RESUME_MAX_AGE: "0" } });
    assert.equal(tables.plain?.length, 4);
  });
});

Deno.test("run sets a package aside that was read for another state of the dataset, and reads again", async () => {
  await withApi({ "/rows": [{ id: 1, at: "a" }, { id: 2, at: "b" }] }, async (api) => {
    const config: AnyConfig = {
      client: {},
      resources: [{
        name: "log",
        write_disposition: "append",
        endpoint: { path: "rows", data_selector: "$", incremental: { cursor_path: "at" } },
      }],
    };
    await api.load(config);
    await leavePackage(api, config);
    await Deno.remove(join(api.folder, "scene.sqlite"));
    const { tables, warnings } = await api.load(config);
    assert.deepEqual(
      tables.log?.map(({ id }) => id),
      [1, 2],
      "the package alone would have had none of them",
    );
    assert.match(warnings.join(), /package-set-aside: .*not as it was when the package was read/);
  });
});

Deno.test("run starts over when the dataset has moved on since the run that was cut short", async () => {
  let isBroken = false;
  await withApi(({ path }) => {
    if (path === "/a") return [{ id: 1, at: isBroken ? "b" : "a" }];
    return isBroken ? new Response("{}", { status: 404 }) : [{ id: 1 }];
  }, async (api) => {
    const a = { name: "a", endpoint: { path: "a", data_selector: "$", incremental: { cursor_path: "at" } } };
    const config = { client: {}, resources: [a, { name: "b", endpoint: { path: "b", data_selector: "$" } }] };
    await api.load(config);
    isBroken = true;
    await assert.rejects(api.load(config));
    await Deno.remove(join(api.folder, "scene.sqlite"));
    isBroken = false;
    api.requests.splice(0);
    await api.load(config);
    assert.deepEqual(api.lines().sort(), ["GET /a", "GET /b"]);
  });
});

Deno.test("run goes on although another source of the pipeline was loaded meanwhile", async () => {
  let isBroken = true;
  await withApi(({ path }) => {
    if (path === "/b" && isBroken) return new Response("{}", { status: 404 });
    return [{ id: 1, at: "a" }];
  }, async (api) => {
    const endpoint = (path: string) => ({
      name: path,
      endpoint: { path, data_selector: "$", incremental: { cursor_path: "at" } },
    });
    const config = { client: {}, resources: [endpoint("a"), endpoint("b")] };
    await assert.rejects(api.load(config));
    await api.load({ client: {}, resources: [endpoint("c")] }, { name: "other" });
    isBroken = false;
    api.requests.splice(0);
    await api.load(config);
    assert.deepEqual(api.lines(), ["GET /b"]);
  });
});

Deno.test("run that goes on tells requests apart by their headers", async () => {
  let isBroken = true;
  const names = ["a", "b", "c", "d", "e", "f"];
  await withApi(async ({ path, headers }) => {
    if (path === "/list") return names.map((id) => ({ id }));
    const who = headers.get("x-who")!;
    if (isBroken && who === "f") return new Response("{}", { status: 404 });
    // The first are the slowest, so that answers are kept in another order than they were asked for.
    if (isBroken) await new Promise((resolve) => setTimeout(resolve, 10 * (6 - names.indexOf(who))));
    return [{ who }];
  }, async (api) => {
    const config = () => ({
      client: {},
      resources: [
        { name: "list", endpoint: { path: "list", data_selector: "$" } },
        {
          name: "whose",
          include_from_parent: ["id"],
          endpoint: { path: "whose", headers: { "x-who": "{resources.list.id}" }, data_selector: "$" },
        },
      ],
    });
    await assert.rejects(api.load(config()), { code: "http-status" });
    isBroken = false;
    const { tables } = await api.load(config());
    assert.deepEqual(
      tables.whose?.map(({ who, _list_id }) => [who, _list_id]),
      names.map((name) => [name, name]),
    );
  });
});

Deno.test("run that goes on asks a feed for nothing twice, whatever time it is", async () => {
  const event = (id: number) => ({
    uuid: `e${id}`,
    published: new Date(Date.now() - 86_400_000 + id).toISOString(),
  });
  let isBroken = true;
  await withApi(({ path }) => {
    const after = Number(new URL(path, "http://host").searchParams.get("after") ?? 0);
    if (isBroken && after === 2) return new Response("{}", { status: 404 });
    const link = { link: `<http://${api_host}/logs?after=${after + 1}>; rel="next"` };
    return Response.json(after < 4 ? [event(after)] : [], { headers: link });
  }, async (api) => {
    api_host = new URL(api.base).host;
    const source = defineSource("feed", {}, () => ({
      client: { base_url: api.base },
      resources: [{
        name: "logs",
        records: (context) =>
          pollFeed(context, {
            since: (moment) => context.client.request("logs", { params: { since: moment } }),
            timePath: "published",
            idPath: "uuid",
            retentionDays: 90,
            overlapSeconds: 10,
          }),
      }],
    }))();
    await assert.rejects(api.load(source), { code: "http-status" });
    isBroken = false;
    api.requests.splice(0);
    await new Promise((resolve) => setTimeout(resolve, 20));
    const { tables } = await api.load(source);
    assert.equal(tables.logs?.length, 4);
    assert.deepEqual(api.lines(), [2, 3, 4].map((after) => `GET /logs?after=${after}`));
  });
});

let api_host = "";
