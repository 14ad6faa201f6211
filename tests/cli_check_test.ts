/**
 * `check`, `explain` and `plan`: what they tell of a source, that they write nothing, and that they show no
 * secret.
 * @module
 */
import assert from "assert";
import { startGithub } from "../simulator/imitations/mod.ts";
import { withWorkplace, type Workplace } from "./cli_commands.ts";
import { type Answers, withApi } from "./rest_api_scene.ts";

const TOKEN = "ghp_imitation";

/** The example module against its imitation. */
async function withGithubModule(use: (workplace: Workplace, url: string) => Promise<void>): Promise<void> {
  await using github = await startGithub();
  const module = await Deno.readTextFile(new URL("../docs/examples/github.ts", import.meta.url));
  const files = {
    "github.ts": module,
    ".dlt/secrets.toml": `[sources.github]\naccess_token = "${github.token}"\n`,
    ".dlt/config.toml": `[sources.github]\nowner = "${github.owner}"\nrepository = "${github.repo}"\n`,
  };
  await withWorkplace({ files, env: { SOURCES__GITHUB__BASE_URL: github.url } }, async (workplace) => {
    await use(workplace, github.url);
    assert.ok(!workplace.has("github.sqlite"), "something was written");
  });
}

/** A bare configuration against a small API. */
async function withModule(
  answers: Answers,
  config: string,
  use: (workplace: Workplace, base: string, lines: () => string[]) => Promise<void>,
): Promise<void> {
  await withApi(answers, async ({ base, lines }) => {
    const text = `export default ${config.replaceAll("BASE", base)};\n`;
    await withWorkplace({ files: { "pets.ts": text } }, (workplace) => use(workplace, base, lines));
  });
}

Deno.test("check shows where each value comes from and asks each resource for one page", async () => {
  await withGithubModule(async ({ sluice }, url) => {
    const { code, out } = await sluice("check", "./github.ts");
    assert.equal(code, 0);
    assert.match(out, /base_url +http:\S+ +environment variable SOURCES__GITHUB__BASE_URL/);
    assert.match(out, /access_token +\*\*\* +.dlt\/secrets.toml at sources.github.access_token/);
    assert.match(out, /since +2020-01-01T00:00:00Z +default/);
    assert.match(
      out,
      /ok +issues\n +request +GET \S+\/issues \(params: per_page, state, sort, direction, since\)/,
    );
    assert.match(out, /ok +comments\n +request +GET \S+\/issues\/\d+\/comments/);
    assert.match(out, /answer +200, \d+ records/);
    assert.ok(!out.includes(TOKEN));
    assert.ok(out.includes(url));
  });
});

Deno.test("check --json is one object", async () => {
  await withGithubModule(async ({ sluice }) => {
    const { out } = await sluice("check", "./github.ts", "--json", "--resources", "issues");
    const result = JSON.parse(out);
    assert.equal(result.ok, true);
    assert.deepEqual(result.resources.map((each: { resource: string }) => each.resource), ["issues"]);
    assert.equal(result.resources[0].status, 200);
    assert.equal(result.resources[0].paginator, "header_link");
    assert.deepEqual(result.parameters[1], {
      name: "access_token",
      value: "***",
      from: ".dlt/secrets.toml at sources.github.access_token",
    });
  });
});

Deno.test("check --offline sends nothing", async () => {
  await withModule(
    {},
    '{ client: { base_url: "BASE" }, resources: ["cats"] }',
    async ({ sluice }, _, lines) => {
      const { code, out } = await sluice("check", "./pets.ts", "--offline");
      assert.equal(code, 0);
      assert.match(out, /1 resource, nothing wrong/);
      assert.deepEqual(lines(), []);
    },
  );
});

Deno.test("check goes on after a resource that fails, and ends with the failure's exit code", async () => {
  const config = '{ client: { base_url: "BASE" }, resources: ["cats", "dogs", ' +
    '{ name: "names", endpoint: "cats/{resources.cats.id}/names" }] }';
  const answers = {
    "/dogs": [{ id: 1 }],
    "/cats": () => new Response('{"message":"no cats for you"}', { status: 403 }),
  };
  await withModule(answers, config, async ({ sluice }) => {
    const { code, out } = await sluice("check", "./pets.ts");
    assert.equal(code, 3);
    assert.match(out, /FAILED +cats\n +Cannot read "cats": server answered 403/);
    assert.match(out, /ok +dogs/);
    assert.match(out, /names\n[^]*its parent "cats" could not be read/);
    assert.match(out, /1 of 3 resources failed/);
    const json = await sluice("check", "./pets.ts", "--json");
    assert.equal(json.code, 3);
    assert.equal(JSON.parse(json.out).ok, false);
  });
});

Deno.test("check finds keys and cursors that no record has, and warns of what looks wrong", async () => {
  const config = `{
    client: { base_url: "BASE" },
    resources: [
      { name: "cats", primary_key: "id" },
      { name: "dogs", endpoint: { incremental: { cursor_path: "updated" } } },
      { name: "fish" },
    ],
  }`;
  const answers = {
    "/cats": [{ name: "Tom", url: "/cats/1" }],
    "/dogs": [{ id: 1 }],
    "/fish": { has_more: true, data: [{ id: 1 }] },
  };
  await withModule(answers, config, async ({ sluice }) => {
    const { code, out } = await sluice("check", "./pets.ts");
    assert.equal(code, 1);
    assert.match(
      out,
      /FAILED +cats[^]*"id" of "cats": no record on this page has it[^]*fields that are there: name, url/,
    );
    assert.match(out, /FAILED +dogs[^]*cursor_path "updated"/);
    assert.match(out, /ok +fish[^]*warning +.*has_more/);
    assert.match(out, /2 of 3 resources failed/);
  });
});

Deno.test("check and explain say what was detected, and why", async () => {
  const answers = {
    "/cats": { meta: { next: "/cats?page=2" }, results: [{ id: 1 }] },
    "/dogs": { total_pages: 3, page: 1, items: [{ id: 1 }] },
  };
  const config = '{ client: { base_url: "BASE" }, resources: ["cats", "dogs"] }';
  await withModule(answers, config, async ({ sluice }) => {
    const { out } = await sluice("explain", "./pets.ts");
    assert.match(
      out,
      /endpoint\.paginator +json_link \(next_url_path meta\.next\) +detected: "meta\.next" holds a URL/,
    );
    assert.match(out, /endpoint\.data_selector +results +detected/);
    assert.match(out, /endpoint\.paginator +page_number \([^)]*total_path total_pages[^)]*\) +detected: /);
    const offline = await sluice("explain", "./pets.ts", "cats", "--offline");
    assert.match(offline.out, /endpoint\.paginator +auto +detection, on the first page/);
    assert.doesNotMatch(offline.out, /resource dogs/);
  });
});

Deno.test("explain names the place where each setting was set", async () => {
  const config = `{
    client: { base_url: "BASE", headers: { "X-Key": "sesame-open" }, auth: { type: "bearer", token: "tok-123456" }, paginator: "single_page" },
    resource_defaults: { write_disposition: "replace", endpoint: { params: { size: 50 } } },
    resources: [
      { name: "cats", primary_key: "id", endpoint: { params: { kind: "cat" } } },
      { name: "cat", endpoint: { path: "cats/{resources.cats.id}", method: "POST", json: { a: 1 }, headers: { "X-Key": "other-secret" } } },
    ],
  }`;
  await withModule({ "/cats": [{ id: 1 }] }, config, async ({ sluice }) => {
    const { out } = await sluice("explain", "./pets.ts", "--offline");
    for (
      const line of [
        /endpoint\.params\.size +50 +resource_defaults/,
        /endpoint\.params\.kind +cat +resource\n/,
        /endpoint\.paginator +single_page +client/,
        /endpoint\.paginator +single_page +single entity/,
        /endpoint\.data_selector +\$ +single entity/,
        /write_disposition +replace +resource_defaults/,
        /endpoint\.method +GET +default/,
        /endpoint\.method +POST +resource/,
        /resource cat, for each of cats/,
        /auth +bearer \(token \*\*\*\) +client/,
        /max_concurrency +8 +default/,
      ]
    ) assert.match(out, line);
    assert.doesNotMatch(out, /sesame|tok-123456|other-secret/);
  });
});

Deno.test("explain an unknown resource names the nearest", async () => {
  await withModule({}, '{ client: { base_url: "BASE" }, resources: ["cats"] }', async ({ sluice }) => {
    const { code, err } = await sluice("explain", "./pets.ts", "cat");
    assert.equal(code, 2);
    assert.match(err, /no such resource[^]*did you mean "cats"/);
  });
});

Deno.test("plan tells tables and columns of a new dataset, and counts requests where totals are told", async () => {
  const answers: Answers = ({ path }) => {
    const offset = Number(new URLSearchParams(path.split("?")[1]).get("offset"));
    return { total: 25, data: [{ id: offset, name: "x", tags: ["a"] }] };
  };
  const config = `{
    client: { base_url: "BASE", rate_limit: { requests_per_minute: 60 } },
    resources: [{ name: "cats", primary_key: "id", write_disposition: "merge", endpoint: { paginator: { type: "offset", limit: 1 } } }],
  }`;
  await withModule(answers, config, async ({ sluice, has }, _, lines) => {
    const { code, out } = await sluice("plan", "./pets.ts");
    assert.equal(code, 0);
    assert.match(out, /into dataset pets_dataset on sqlite, which is made by the first run/);
    assert.match(out, /loads +merge by id/);
    assert.match(out, /expects +25 requests/);
    assert.match(out, /table cats +new, \d+ columns: id bigint, name text/);
    assert.match(out, /table cats__tags +new/);
    assert.match(out, /In all 25 requests, about 25 s\. Nothing was written/);
    assert.equal(lines().length, 1);
    assert.ok(!has("pets.sqlite"));
  });
});

Deno.test("plan after a run tells only what would change, and where cursors go on", async () => {
  let more = {};
  const answers: Answers = () => [{ id: 1, at: "2026-01-02T00:00:00Z", ...more }];
  const config = `{
    client: { base_url: "BASE" },
    resources: [{ name: "cats", endpoint: { paginator: "single_page", incremental: { cursor_path: "at", start_param: "since", initial_value: "2026-01-01T00:00:00Z" } } }],
  }`;
  await withModule(answers, config, async ({ sluice }) => {
    assert.match((await sluice("plan", "./pets.ts")).out, /starts +at at 2026-01-01T00:00:00Z/);
    assert.equal((await sluice("run", "./pets.ts", "--progress", "off")).code, 0);
    const same = JSON.parse((await sluice("plan", "./pets.ts", "--json")).out);
    assert.deepEqual(same.resources[0].tables, []);
    assert.equal(same.resources[0].cursor.start, "2026-01-02T00:00:00Z");
    more = { colour: "black" };
    assert.match(
      (await sluice("plan", "./pets.ts")).out,
      /table cats +wider, 1 new column: colour text/,
    );
  });
});

Deno.test("plan --no-probe sends nothing and still builds the first request", async () => {
  const config =
    '{ client: { base_url: "BASE" }, resources: [{ name: "cats", endpoint: { params: { size: 3 }, paginator: "page_number" } }] }';
  await withModule({}, config, async ({ sluice }, _, lines) => {
    const { out } = await sluice("plan", "./pets.ts", "--no-probe");
    assert.match(out, /first request +GET http:\S+\/cats \(params: size, page\)/);
    assert.deepEqual(lines(), []);
  });
});

Deno.test("plan has a line for what cannot be read", async () => {
  await withModule({}, '{ client: { base_url: "BASE" }, resources: ["cats"] }', async ({ sluice }) => {
    const { code, out } = await sluice("plan", "./pets.ts");
    assert.equal(code, 0);
    assert.match(out, /problem +Cannot read "cats": server answered 404/);
  });
});

Deno.test("run takes parameters and configuration from --param and --var", async () => {
  const module = `import { defineSource } from "@sluice/sluice";
export default defineSource("pets", {
  base_url: { type: "text", required: true, help: "Where." },
  size: { type: "integer", default: 1, help: "How many." },
}, ({ base_url, size }) => ({ client: { base_url }, resources: [{ name: "cats", endpoint: { params: { size } } }] }));
`;
  await withApi({ "/cats": [{ id: 1 }] }, async ({ base, lines }) => {
    await withWorkplace({ files: { "pets.ts": module } }, async ({ sluice, has }) => {
      const args = ["run", "./pets.ts", "--progress", "off", "--param", "size=7"];
      const done = await sluice(...args, "--var", `sources.pets.base_url=${base}`);
      assert.equal(done.code, 0, done.err);
      assert.deepEqual(lines(), ["GET /cats?size=7"]);
      assert.ok(has("pets.sqlite"));
      const wrong = await sluice(...args, "--param", "sise=7", "--param", `base_url=${base}`);
      assert.match(wrong.err, /no parameter "sise"[^]*"size"/);
      assert.match((await sluice("run", "./pets.ts", "--param", "size")).err, /must be key=value/);
    });
  });
});

Deno.test("a source that stands in config.toml alone runs by the name rest_api", async () => {
  await withApi({ "/cats": [{ id: 1 }], "/dogs": [{ id: 2 }] }, async ({ base, requests }) => {
    const files = {
      ".dlt/config.toml": `[sources.rest_api]
resources = ["cats", { name = "dogs", primary_key = "id" }]
[sources.rest_api.client]
base_url = "${base}"
auth = { type = "bearer" }
`,
      ".dlt/secrets.toml": '[sources.rest_api.credentials]\ntoken = "tok-987654"\n',
    };
    await withWorkplace({ files }, async ({ sluice }) => {
      const { code, err } = await sluice("run", "rest_api", "--progress", "off");
      assert.equal(code, 0, err);
      assert.equal(requests[0]!.headers.get("authorization"), "Bearer tok-987654");
      const rows = await sluice("query", "--format", "json", "SELECT id FROM cats UNION SELECT id FROM dogs");
      assert.deepEqual(JSON.parse(rows.out), [{ id: 1 }, { id: 2 }]);
    });
  });
});
