/**
 * `sluice init`: what it writes, what it asks, what it leaves alone, and that what it wrote can be run.
 * @module
 */
import assert from "assert";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { init, type InitFlags } from "../cli/init.ts";
import { missingRules } from "../cli/init/ignore_rules.ts";
import type { Respondent } from "../cli/init/questions.ts";
import { type Report, reportData, reportText } from "../cli/init/report.ts";
import { SIGN_IN_KINDS } from "../openapi/sign_in.ts";
import { isPlaceholder } from "../pipeline/config_placeholder.ts";
import type { ConfigError } from "../pipeline/errors.ts";
import { parseToml, type TomlTable } from "../pipeline/toml_file.ts";
import { type Printed, sluice as runSluice } from "./cli_commands.ts";
import { homeIn } from "./deno_directory.ts";
import { built, evaluate } from "./init_module.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const CONFIG = join(ROOT, "deno.json");
const DOCUMENTS = join(ROOT, "tests", "openapi");

/** A folder with some files in it, and `init` in that folder. */
interface Project {
  readonly directory: string;
  init(name: string, flags?: InitFlags, respondent?: Respondent): Promise<Report>;
  read(path: string): Promise<string>;
  /** Every file with its text. */
  snapshot(): Promise<Record<string, string>>;
}

async function withProject(
  files: Readonly<Record<string, string>>,
  use: (project: Project) => Promise<void>,
): Promise<void> {
  const directory = await Deno.makeTempDir({ prefix: "sluice_init_" });
  try {
    for (const [name, text] of Object.entries(files)) {
      await Deno.mkdir(dirname(join(directory, name)), { recursive: true });
      await Deno.writeTextFile(join(directory, name), text);
    }
    const places = { directory, projectDirectory: directory, folder: join(directory, ".dlt") };
    await use({
      directory,
      init: (name, flags = {}, respondent) => init(name, flags, places, respondent),
      read: (path) => Deno.readTextFile(join(directory, path)),
      snapshot: () => snapshot(directory),
    });
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

async function snapshot(directory: string, below = ""): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for await (const { name, isDirectory } of Deno.readDir(join(directory, below))) {
    const path = join(below, name);
    if (isDirectory) Object.assign(found, await snapshot(directory, path));
    else found[path] = await Deno.readTextFile(join(directory, path)).catch(() => "unreadable");
  }
  return found;
}

/** Answers in order; notes the questions. */
function respondent(
  ...answers: (string | undefined)[]
): Respondent & { questions: string[]; told: string[] } {
  const questions: string[] = [];
  const told: string[] = [];
  return {
    questions,
    told,
    ask: (question) => {
      questions.push(question);
      return Promise.resolve(answers.shift());
    },
    tell: (text) => told.push(text),
  };
}

function refused(code: string, message: RegExp) {
  return (error: ConfigError) => {
    assert.deepEqual([error.code, error.exitCode], [code, 2]);
    assert.match(error.message, /^Cannot /);
    assert.match(error.message, message);
    assert.ok(error.next);
    return true;
  };
}

const section = (text: string, name: string) =>
  (parseToml(text, "x").sources as TomlTable)[name] as TomlTable;

// What is written

Deno.test("init() writes a module, two files of configuration and rules for git", async () => {
  await withProject({}, async ({ init, read, snapshot, directory }) => {
    await init("pets", { baseUrl: "https://api.example.com/v1/", auth: "bearer", path: ["/v1/pets"] });
    assert.deepEqual(Object.keys(await snapshot()).toSorted(), [
      ".dlt/config.toml",
      ".dlt/secrets.toml",
      ".gitignore",
      "pets.ts",
    ]);
    const source = await evaluate(await read("pets.ts"));
    assert.equal(source.name, "pets");
    assert.equal(source.parameters.base_url.default, "https://api.example.com/v1");
    assert.deepEqual(built(source).resources, [{ name: "pets", endpoint: "v1/pets" }]);
    assert.deepEqual(Object.keys(section(await read(".dlt/config.toml"), "pets")), []);
    assert.equal(section(await read(".dlt/secrets.toml"), "pets").api_token, "your_api_token");
    assert.match(await read(".gitignore"), /^\.dlt\/secrets\.toml\n\.dlt\/\.var\/\n\*\.sqlite\n/);
    if (Deno.build.os !== "windows") {
      assert.equal((await Deno.stat(join(directory, ".dlt/secrets.toml"))).mode! & 0o777, 0o600);
    }
  });
});

Deno.test("init() leaves placeholders that a run recognises where it was told nothing", async () => {
  for (const auth of SIGN_IN_KINDS) {
    await withProject({}, async ({ init, read }) => {
      const { plan } = await init("pets", { auth });
      const source = await evaluate(await read("pets.ts"));
      const values = {
        ...section(await read(".dlt/config.toml"), "pets"),
        ...(auth === "none" ? {} : section(await read(".dlt/secrets.toml"), "pets")),
      };
      const needed = Object.entries(source.parameters).filter(([, spec]) => spec.required).map(([name]) =>
        name
      );
      assert.deepEqual(Object.keys(values).toSorted(), needed.toSorted());
      for (const value of Object.values(values)) assert.ok(isPlaceholder(String(value)), String(value));
      assert.deepEqual(plan.open.map(({ parameter }) => parameter.name).toSorted(), needed.toSorted());
    });
  }
});

Deno.test("init() writes starter modules that the grammar accepts, the formatter keeps and the compiler checks", async () => {
  await withProject({}, async ({ init, read, directory }) => {
    const files: string[] = [];
    for (const auth of SIGN_IN_KINDS) {
      const name = `api_${auth}`;
      await init(name, { auth, path: ["v2/orgs", "v2/orgs/{org}/users", "shops/{shop}/carts"] });
      const config = built(await evaluate(await read(`${name}.ts`)));
      assert.deepEqual(config.resources.map((each) => (typeof each === "string" ? each : each.name)), [
        "orgs",
        "users",
        "carts",
      ]);
      files.push(join(directory, `${name}.ts`));
    }
    for (
      const args of [
        ["fmt", "--check", "--no-config", "--line-width", "110"],
        ["check", "-q", "--config", CONFIG],
        ["lint", "-q", "--config", CONFIG],
      ]
    ) {
      const { code, stderr } = await new Deno.Command(Deno.execPath(), {
        args: [...args, ...files],
        env: { NO_COLOR: "1" },
      }).output();
      assert.equal(code, 0, `${args[0]}: ${new TextDecoder().decode(stderr)}`);
    }
  });
});

Deno.test("init() binds a path to the list it is below, or to the one that it names itself", async () => {
  await withProject({}, async ({ init, read }) => {
    await init("pets", {
      auth: "none",
      resource: ["owners"],
      path: ["owners/{id}/pets", "x/{resources.owners.id}/y", "owners"],
    });
    assert.deepEqual(built(await evaluate(await read("pets.ts"))).resources, [
      "owners",
      {
        name: "pets",
        include_from_parent: ["id"],
        endpoint: "owners/{resources.owners.id}/pets",
      },
      {
        name: "y",
        include_from_parent: ["id"],
        endpoint: "x/{resources.owners.id}/y",
      },
    ]);
  });
});

// What is left alone

Deno.test("init() refuses to write a module that exists, and writes nothing", async () => {
  await withProject({ "pets.ts": "mine\n" }, async ({ init, snapshot }) => {
    const before = await snapshot();
    await assert.rejects(init("pets"), refused("exists", /"\.\/pets\.ts": it exists already/));
    await assert.rejects(
      init("pets", { fromOpenapi: join(DOCUMENTS, "shop.yaml") }),
      refused("exists", /exists/),
    );
    assert.deepEqual(await snapshot(), before);
  });
});

Deno.test({
  name: "init() takes a link that leads nowhere for a file that exists",
  ignore: Deno.build.os === "windows",
  async fn() {
    await withProject({}, async ({ init, directory }) => {
      await Deno.symlink(join(directory, "elsewhere"), join(directory, "pets.ts"));
      await assert.rejects(init("pets"), refused("exists", /exists/));
      assert.deepEqual([...Deno.readDirSync(directory)].map(({ name }) => name), ["pets.ts"]);
    });
  },
});

Deno.test("init() adds a section to files that exist, and changes nothing in them", async () => {
  const files = {
    ".dlt/config.toml": '[runtime]\r\nprogress = "plain"\r\n',
    ".dlt/secrets.toml": '[sources.cats]\napi_token = "real"',
    ".gitignore": "node_modules\n*.sqlite\n/.dlt/secrets.toml",
  };
  await withProject(files, async ({ init, snapshot }) => {
    await init("pets", { path: ["pets"] });
    const after = await snapshot();
    for (const [name, text] of Object.entries(files)) assert.ok(after[name].startsWith(text), name);
    assert.equal(after[".dlt/config.toml"].replaceAll("\r\n", "").includes("\n"), false);
    assert.equal(section(after[".dlt/secrets.toml"], "cats").api_token, "real");
    assert.equal(section(after[".dlt/secrets.toml"], "pets").api_token, "your_api_token");
    assert.equal(
      after[".gitignore"].slice(files[".gitignore"].length),
      "\n.dlt/.var/\n*.sqlite-shm\n*.sqlite-wal\n*.sqlite-journal\npets_data/\n",
    );

    await init("birds", { baseUrl: "https://b.example", auth: "api_key", path: ["birds"] });
    const later = await snapshot();
    for (const name of Object.keys(files)) assert.ok(later[name].startsWith(after[name]), name);
    assert.equal(section(later[".dlt/secrets.toml"], "birds").api_key, "your_api_key");
  });
});

Deno.test("init() leaves a section that exists as it is, and says what is missing in it", async () => {
  const files = {
    ".dlt/secrets.toml": "[sources.pets.credentials]\nother = 1\n",
    ".dlt/config.toml": "sources.pets.base_url = 'https://p.example'\n",
  };
  await withProject(files, async ({ init, read }) => {
    const report = await init("pets", { auth: "bearer", path: ["pets"] });
    for (const [name, text] of Object.entries(files)) assert.equal(await read(name), text);
    assert.match(reportText(report), /Kept +.*config\.toml/);
    assert.match(reportText(report), /api_token +\S+secrets\.toml \(add it\)/);
    assert.doesNotMatch(reportText(report), /base_url/);
  });
});

const conflicts: [name: string, files: Record<string, string>, code: string][] = [
  [
    "a table that takes no more",
    { ".dlt/config.toml": "sources = { a = { b = 1 } }\n" },
    "settings-conflict",
  ],
  ["a value where a table should be", { ".dlt/secrets.toml": "sources.pets = 1\n" }, "settings-conflict"],
  ["a list of tables", { ".dlt/secrets.toml": "[[sources.pets]]\na = 1\n" }, "settings-conflict"],
  ["a file that is no TOML", { ".dlt/secrets.toml": "a = \n" }, "toml-syntax"],
  ["a file where a folder should be", { ".dlt": "" }, "unreadable-file"],
];
for (const [name, files, code] of conflicts) {
  Deno.test(`init() refuses ${name}, and writes nothing`, async () => {
    await withProject(files, async ({ init, snapshot }) => {
      const before = await snapshot();
      await assert.rejects(init("pets"), refused(code, /toml"/));
      assert.deepEqual(await snapshot(), before);
    });
  });
}

const ignored: [before: string, added: string][] = [
  ["", ".dlt/secrets.toml\n"],
  [".dlt/secrets.toml\n", ""],
  ["/.dlt/\n", ""],
  [".dlt\r\n", ""],
  ["**/secrets.toml\n", ""],
  ["secrets.toml", ""],
  [".dlt/*\n", ""],
  ["# .dlt/secrets.toml\n", ".dlt/secrets.toml\n"],
  [".dlt/secrets.toml\n!.dlt/secrets.toml\n", ".dlt/secrets.toml\n"],
  ["!.dlt/secrets.toml\n.dlt/secrets.toml  \n", ""],
  ["a\r\nb", "\r\n.dlt/secrets.toml\r\n"],
];
for (const [before, added] of ignored) {
  Deno.test(`missingRules() adds ${JSON.stringify(added)} to ${JSON.stringify(before)}`, () => {
    assert.equal(missingRules(before, [".dlt/secrets.toml"]), added);
  });
}

// Names and addresses

const names: [name: string, suggestion: RegExp][] = [
  ["Pets", /"pets"/],
  ["my-pets", /"my_pets"/],
  ["pets.ts", /"pets"/],
  ["../pets", /"pets"/],
  ["/etc/passwd", /"passwd"/],
  ["a__b", /"a_b"/],
  ["1password", /"n1password"/],
  ["", /"my_api"/],
  ["漢字", /"my_api"/],
  ["con", /"con_api"/],
  ["sources", /"sources_api"/],
  ["x".repeat(61), /"x+"/],
  ["__proto__", /"proto"/],
  ["a\nb", /"a_b"/],
];
for (const [name, suggestion] of names) {
  Deno.test(`init() refuses the name ${JSON.stringify(name.slice(0, 20))} and suggests another`, async () => {
    await withProject({}, async ({ init, snapshot }) => {
      await assert.rejects(init(name), (error: ConfigError) => {
        assert.equal(error.code, "invalid-name");
        assert.match(error.next!, suggestion);
        return true;
      });
      assert.deepEqual(await snapshot(), {});
    });
  });
}

const addresses: [text: string, url: string | undefined][] = [
  ["https://api.example.com/v1/", "https://api.example.com/v1"],
  [" HTTP://LOCALHOST:8080 ", "http://localhost:8080"],
  ["api.example.com/v1", "https://api.example.com/v1"],
  ["https://me:secret@api.example.com", undefined],
  ["https://api.example.com?key=secret", undefined],
  ["ftp://api.example.com", undefined],
  ["https://{tenant}.example.com", undefined],
  ["v1/users", undefined],
];
for (const [text, url] of addresses) {
  Deno.test(`init() ${url ? `takes ${text} for ${url}` : `refuses the base URL ${text}`}`, async () => {
    await withProject({}, async ({ init }) => {
      if (url) assert.equal((await init("pets", { baseUrl: text })).api.baseUrl, url);
      else {
        await assert.rejects(init("pets", { baseUrl: text }), (error: ConfigError) => {
          assert.equal(error.code, "invalid-base-url");
          assert.doesNotMatch(`${error.message} ${error.next}`, /secret/);
          return true;
        });
      }
    });
  });
}

Deno.test("init() refuses paths with a host or spaces", async () => {
  await withProject({}, async ({ init }) => {
    await assert.rejects(
      init("pets", { path: ["https://a.example/x"] }),
      refused("invalid-path", /without a host/),
    );
    await assert.rejects(init("pets", { path: ["a b"] }), refused("invalid-path", /without spaces/));
  });
});

// Questions

Deno.test("init() asks for what nobody else can know", async () => {
  await withProject({}, async ({ init, read }) => {
    const person = respondent("https://p.example", "http-basic", "v1/pets");
    await init("pets", {}, person);
    assert.deepEqual(person.questions.length, 3);
    const { client, resources } = built(await evaluate(await read("pets.ts")));
    assert.equal(client.base_url, "https://p.example");
    assert.equal((client.auth as { type: string }).type, "http_basic");
    assert.deepEqual(resources, [{ name: "pets", endpoint: "v1/pets" }]);
  });
});

Deno.test("init() asks nothing that it was told", async () => {
  await withProject({}, async ({ init }) => {
    const person = respondent();
    await init("pets", { baseUrl: "https://p.example", auth: "none", resource: ["pets"] }, person);
    await init("shop", { fromOpenapi: join(DOCUMENTS, "shop.yaml") }, person);
    assert.deepEqual(person.questions, []);
  });
});

Deno.test("init() asks again for what cannot be used, and takes Enter or the end of input for the default", async () => {
  await withProject({}, async ({ init }) => {
    const person = respondent("ftp://x", "", "token", undefined, "https://a.example/x", "");
    const { api } = await init("pets", {}, person);
    assert.equal(person.told.length, 3);
    assert.match(person.told[1], /did you mean "/);
    assert.deepEqual([api.baseUrl, api.signIn.auth?.type, api.resources[0].path], [
      undefined,
      "bearer",
      "users",
    ]);
  });
});

Deno.test("init() asks for the base URL of a document that has none", async () => {
  await withProject({}, async ({ init, read }) => {
    const person = respondent("https://sensors.example/api/v3");
    await init("sensors", { fromOpenapi: join(DOCUMENTS, "sensors.yaml") }, person);
    assert.equal(person.questions.length, 1);
    assert.equal(
      built(await evaluate(await read("sensors.ts"))).client.base_url,
      "https://sensors.example/api/v3",
    );
  });
});

// Reports

Deno.test("init() says what was written, what to fill in and what to run next", async () => {
  await withProject({}, async ({ init }) => {
    const text = reportText(await init("pets"));
    assert.match(text, /^Wrote +\.\/pets\.ts: 1 resource, users\n/);
    assert.match(
      text,
      /Fill in, below \[sources\.pets\]\n +base_url +\S*config\.toml +Where the API lives\.\n +api_token/,
    );
    assert.match(text, /resources +\.\/pets\.ts +What to load; "users" is an example\./);
    assert.match(
      text,
      /Then\n {2}deno task sluice check \.\/pets\.ts\n {2}deno task sluice run \.\/pets\.ts$/,
    );
    assert.match(reportText(await init("okta")), /"okta" is also a built-in source/);
  });
});

Deno.test("init() says what it found in a document and what it left out", async () => {
  await withProject({}, async ({ init }) => {
    const report = await init("tangled", { fromOpenapi: join(DOCUMENTS, "tangled.yaml") });
    const text = reportText(report);
    assert.match(text, /7 endpoints found, 7 of them read with GET\n {2}3 resources\n/);
    // No text of the document starts a line.
    assert.match(text, /\nRead "\*\/ globalThis[^\n]*" 1 \*\/ globalThis\.wasRun = 1 \/\/: 7 endpoints/);
    assert.match(text, /left out 1, it needs a cookie, "csrf": GET \/cookies/);
    assert.match(text, /references led out of the document or nowhere: /);
    const data = JSON.parse(JSON.stringify(reportData(report)));
    assert.deepEqual(data.resources, ["loops", "knots", "odd"]);
    assert.deepEqual([data.openapi.operations, data.openapi.left_out.length], [7, 6]);
    assert.equal(data.files.length, 4);
  });
});

// Files of documents

const documents: [name: string, file: string, code: string, message: RegExp][] = [
  ["a file that is not there", "nowhere.yaml", "openapi-unreadable", /there is no such file/],
  [
    "an address",
    "https://user:secret@api.example.com/openapi.json",
    "openapi-unreadable",
    /nothing is fetched/,
  ],
  ["a folder", DOCUMENTS, "openapi-unreadable", /is a folder|cannot be opened/],
  ["something else", CONFIG, "openapi-invalid", /neither "openapi" nor "swagger"/],
];
if (Deno.build.os !== "windows") {
  documents.push(["a file without an end", "/dev/zero", "openapi-unreadable", /more than 64 MiB/]);
}
for (const [name, file, code, message] of documents) {
  Deno.test(`init() refuses ${name} as a document, and writes nothing`, async () => {
    await withProject({}, async ({ init, snapshot }) => {
      await assert.rejects(init("pets", { fromOpenapi: file }), (error: ConfigError) => {
        assert.doesNotMatch(JSON.stringify([error.message, error.next, error.at]), /secret/);
        return refused(code, message)(error);
      });
      assert.deepEqual(await snapshot(), {});
    });
  });
}

Deno.test("init() refuses a document without anything to read", async () => {
  await withProject(
    { "empty.json": '{"openapi":"3.1.0","paths":{"/a":{"post":{}}}}' },
    async ({ init, directory }) => {
      await assert.rejects(
        init("pets", { fromOpenapi: join(directory, "empty.json") }),
        refused("openapi-no-endpoints", /none of its 1 endpoints/),
      );
    },
  );
});

// From nothing to a table

/** The command line in a folder that is also its home. */
async function sluice(cwd: string, ...args: string[]): Promise<Printed> {
  return await runSluice(args, { cwd, env: await homeIn(cwd) });
}

Deno.test("sluice init, then check and run, loads a table; before it is filled in, run says what to fill in", async () => {
  await using server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, (request) => {
    if (request.headers.get("authorization") !== "Bearer t0ken-for-pets") {
      return new Response("{}", { status: 401 });
    }
    return Response.json(
      new URL(request.url).pathname === "/v1/pets" ? { data: [{ id: 1 }, { id: 2 }] } : [],
    );
  });
  await withProject({}, async ({ directory, read }) => {
    const base = `http://127.0.0.1:${server.addr.port}/v1`;
    const made = await sluice(directory, "init", "pets", "--base-url", base, "--path", "pets", "--json");
    assert.equal(made.code, 0, made.err);
    assert.equal(JSON.parse(made.out).fill_in[0].parameter, "api_token");

    const early = await sluice(directory, "run", "./pets.ts");
    assert.equal(early.code, 2);
    assert.match(early.err, /1 value is empty or still a placeholder/);

    const secrets = await read(".dlt/secrets.toml");
    await Deno.writeTextFile(
      join(directory, ".dlt/secrets.toml"),
      secrets.replace("your_api_token", "t0ken-for-pets"),
    );
    const checked = await sluice(directory, "check", "./pets.ts");
    assert.equal(checked.code, 0, checked.err);
    const run = await sluice(directory, "run", "./pets.ts", "--progress", "off");
    assert.equal(run.code, 0, run.err);
    const rows = await sluice(directory, "query", "SELECT count(*) AS n FROM pets", "--format", "csv");
    assert.equal(rows.out, "n\n2\n");
  });
});

Deno.test("sluice init --from-openapi, then run, loads lists and the lists below them", async () => {
  const owners = Array.from({ length: 300 }, (_, id) => ({ id, name: `owner ${id}` }));
  const page = (all: unknown[], url: URL) => {
    const [number, size] = [Number(url.searchParams.get("page")), Number(url.searchParams.get("per_page"))];
    const data = all.slice((number - 1) * size, number * size);
    return Response.json({ data, page: number, total_pages: Math.ceil(all.length / size) });
  };
  await using server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, (request) => {
    const url = new URL(request.url);
    const path = url.pathname.replace("/v2/", "");
    if (path === "breeds") return Response.json([{ name: "Beagle" }, { name: "Manx" }]);
    if (path === "owners") return page(owners, url);
    const pets = /^owners\/(\d+)\/pets$/.exec(path);
    if (pets) return page([{ uuid: `pet of ${pets[1]}` }], url);
    const visits = /^owners\/(\d+)\/pets\/([^/]+)\/visits$/.exec(path);
    if (visits && decodeURIComponent(visits[2]) === `pet of ${visits[1]}`) {
      return page([{ visitId: "v1" }], url);
    }
    return new Response(null, { status: 404 });
  });
  await withProject({}, async ({ directory, read }) => {
    const base = `http://127.0.0.1:${server.addr.port}/v2`;
    const document = join(DOCUMENTS, "shop.yaml");
    const made = await sluice(
      directory,
      "init",
      "shop",
      "--from-openapi",
      document,
      "--base-url",
      base,
      "--auth",
      "none",
    );
    assert.equal(made.code, 0, made.err);
    assert.doesNotMatch(await read("shop.ts"), new RegExp(document));
    const run = await sluice(directory, "run", "./shop.ts", "--progress", "off");
    assert.equal(run.code, 0, run.err);
    const sql =
      "SELECT (SELECT count(*) FROM owners), (SELECT count(*) FROM pets), (SELECT count(*) FROM visits), " +
      "(SELECT count(*) FROM breeds)";
    const rows = await sluice(directory, "query", sql, "--format", "json");
    assert.deepEqual(Object.values(JSON.parse(rows.out)[0]), [300, 300, 300, 2]);
  });
});

Deno.test("sluice init says what is wrong with its options, and that a file is there", async () => {
  await withProject({ "pets.ts": "" }, async ({ directory }) => {
    const cases: [args: string[], problem: RegExp][] = [
      [["init"], /missing required argument "name"/],
      [["init", "a", "--auth", "magic"], /Allowed choices are none, bearer/],
      [["init", "a", "--from-openapi", "x.json", "--path", "y"], /cannot be used with/],
      [["init", "pets"], /"\.\/pets\.ts": it exists already/],
    ];
    for (const [args, problem] of cases) {
      const { code, out, err } = await sluice(directory, ...args);
      assert.deepEqual([code, out], [2, ""]);
      assert.match(err, problem);
    }
    const { out } = await sluice(directory, "init", "pets", "--json");
    assert.equal(JSON.parse(out).error.code, "exists");
  });
});

Deno.test("init() signs in as it is told rather than as a document says, without taking a name twice", async () => {
  const document = {
    openapi: "3.0.0",
    paths: {
      "/{api_token}/things": {
        get: {
          responses: {
            200: { description: "", content: { "application/json": { schema: { type: "array" } } } },
          },
        },
      },
    },
  };
  await withProject({ "api.json": JSON.stringify(document) }, async ({ init, read, directory }) => {
    await init("things", { fromOpenapi: join(directory, "api.json"), auth: "bearer" });
    const { parameters } = await evaluate(await read("things.ts"));
    assert.deepEqual(Object.keys(parameters), ["base_url", "api_token", "api_token_value"]);
  });
});
