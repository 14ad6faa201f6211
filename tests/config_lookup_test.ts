/**
 * The order in which configuration is looked up, rung by rung.
 * @module
 */
import assert from "assert";
import * as property from "property";
import { Configuration, destinationSections, pipelineSections, sourceSections } from "../pipeline/config.ts";
import { places } from "../pipeline/config_places.ts";
import { withProject } from "./config_project.ts";

const okta = sourceSections({ name: "okta_management_source", section: "okta_management" });
const where = { owner: "source okta", sections: okta, pipelineName: "okta" };
const text = { domain: { type: "text", help: "A domain." } } as const;

Deno.test("sourceSections() has dlt's order and no repeated rung", () => {
  assert.deepEqual(okta, [
    ["sources", "okta_management", "okta_management_source"],
    ["sources", "okta_management"],
    ["sources", "okta_management_source"],
    ["sources"],
    [],
  ]);
  assert.deepEqual(sourceSections({ name: "pets" }), [["sources", "pets"], ["sources"], []]);
  assert.deepEqual(sourceSections({ name: "pets", section: "pets" }), [
    ["sources", "pets", "pets"],
    ["sources", "pets"],
    ["sources"],
    [],
  ]);
  assert.deepEqual(destinationSections("sqlite"), [["destination", "sqlite"], ["destination"], []]);
  assert.deepEqual(pipelineSections("okta"), [["pipelines", "okta"], []]);
});

Deno.test("places() names every place once, pipeline first, environment before files", () => {
  const names = places("domain", where).map(({ provider, name }) => `${provider} ${name}`);
  const rungs = [
    "sources.okta_management.okta_management_source.domain",
    "sources.okta_management.domain",
    "sources.okta_management_source.domain",
    "sources.domain",
    "domain",
  ];
  const expected = ["okta.", ""].flatMap((prefix) => [
    ...rungs.map((rung) => `environment ${(prefix + rung).replaceAll(".", "__").toUpperCase()}`),
    ...rungs.map((rung) => `secrets.toml ${prefix}${rung}`),
    ...rungs.map((rung) => `config.toml ${prefix}${rung}`),
  ]);
  assert.deepEqual(names, expected);
});

Deno.test("resolve() takes the earliest place when all later ones have a value too", async () => {
  const all = places("domain", where);
  for (let first = 0; first < all.length; first++) {
    const { env, files } = filled(all.slice(first));
    await withProject(files, async (projectDirectory, machineFolder) => {
      const configuration = await Configuration.load({ projectDirectory, machineFolder, env });
      assert.equal(
        configuration.resolve(text, where).values.domain,
        `${all[first].provider} ${all[first].name}`,
      );
    });
  }
});

Deno.test("resolve() takes an argument, then an override, before any provider", async () => {
  await withProject({}, async (projectDirectory, machineFolder) => {
    const env = { OKTA__SOURCES__DOMAIN: "from env" };
    const overrides = { "sources.okta_management_source.domain": "from option" };
    const configuration = await Configuration.load({ projectDirectory, machineFolder, env, overrides });
    const given = configuration.resolve(text, { ...where, given: { domain: "from argument" } });
    assert.deepEqual(given, { values: { domain: "from argument" }, origins: { domain: "argument" } });
    assert.deepEqual(configuration.resolve(text, where), {
      values: { domain: "from option" },
      origins: { domain: "option sources.okta_management_source.domain" },
    });
  });
});

Deno.test("resolve() finds any subset of places in the order of places()", async () => {
  const all = places("domain", where);
  await property.assert(
    property.asyncProperty(property.subarray(all, { minLength: 1 }), async (chosen) => {
      const { env, files } = filled(chosen);
      await withProject(files, async (projectDirectory, machineFolder) => {
        const configuration = await Configuration.load({ projectDirectory, machineFolder, env });
        const { values } = configuration.resolve(text, where);
        assert.equal(values.domain, `${chosen[0].provider} ${chosen[0].name}`);
      });
    }),
    { numRuns: 60 },
  );
});

Deno.test("resolve() reads a dotted name as a table and a key", async () => {
  const specs = { "sessions.ids": { type: "list", help: "Sessions." } } as const;
  const files = { "secrets.toml": '[sources.okta_management_source.sessions]\nids = ["a", "b"]\n' };
  await withProject(files, async (projectDirectory, machineFolder) => {
    const fromFile = await Configuration.load({ projectDirectory, machineFolder, env: {} });
    assert.deepEqual(fromFile.resolve(specs, where).values, { "sessions.ids": ["a", "b"] });
    const env = { SOURCES__OKTA_MANAGEMENT_SOURCE__SESSIONS__IDS: '["c"]' };
    const fromEnv = await Configuration.load({ projectDirectory, machineFolder, env });
    const { values, origins } = fromEnv.resolve(specs, where);
    assert.deepEqual(values, { "sessions.ids": ["c"] });
    assert.deepEqual(origins, {
      "sessions.ids": "environment variable SOURCES__OKTA_MANAGEMENT_SOURCE__SESSIONS__IDS",
    });
  });
});

Deno.test("resolve() puts the project's file over the machine's, key by key", async () => {
  const files = {
    "config.toml": '[sources.a]\ndomain = "project"\n[sources.a.headers]\nx = "project"\n',
    "machine/config.toml":
      '[sources.a]\ndomain = "machine"\nlimit = 3\n[sources.a.headers]\nx = "machine"\ny = "machine"\n',
  };
  const specs = {
    domain: { type: "text", help: "A domain." },
    limit: { type: "integer", help: "A limit." },
    headers: { type: "object", help: "Headers." },
  } as const;
  await withProject(files, async (projectDirectory, machineFolder) => {
    const configuration = await Configuration.load({ projectDirectory, machineFolder, env: {} });
    const { values, origins } = configuration.resolve(specs, { owner: "a", sections: [["sources", "a"]] });
    assert.deepEqual(values, { domain: "project", limit: 3, headers: { x: "project", y: "machine" } });
    assert.match(origins.limit, /machine\/config\.toml at sources\.a\.limit$/);
  });
});

Deno.test("resolve() lets a plain value of the project hide a table of the machine", async () => {
  const files = { "config.toml": "a = 1\n", "machine/config.toml": "[a]\nb = 2\n" };
  await withProject(files, async (projectDirectory, machineFolder) => {
    const configuration = await Configuration.load({ projectDirectory, machineFolder, env: {} });
    assert.equal(configuration.value("b", { type: "integer", help: "B." }, { sections: [["a"]] }), undefined);
  });
});

Deno.test("load() follows DLT_PROJECT_DIR and DLT_CONFIG_FOLDER", async () => {
  await withProject(
    { "elsewhere/settings/config.toml": "a = 1\n" },
    async (projectDirectory, machineFolder) => {
      const env = { DLT_PROJECT_DIR: `${projectDirectory}/elsewhere`, DLT_CONFIG_FOLDER: "settings" };
      const configuration = await Configuration.load({ projectDirectory: "/nowhere", machineFolder, env });
      assert.equal(configuration.value("a", { type: "integer", help: "A." }), 1);
      assert.equal(configuration.folder, `${projectDirectory}/elsewhere/settings`);
    },
  );
});

Deno.test("value() finds a pipeline's settings in its section and at the top", async () => {
  const files = { "config.toml": 'dataset_name = "top"\n[pipelines.okta]\ndataset_name = "own"\n' };
  const spec = { type: "text", help: "Dataset." } as const;
  await withProject(files, async (projectDirectory, machineFolder) => {
    const configuration = await Configuration.load({ projectDirectory, machineFolder, env: {} });
    assert.equal(configuration.value("dataset_name", spec, { sections: pipelineSections("okta") }), "own");
    assert.equal(configuration.value("dataset_name", spec, { sections: pipelineSections("pets") }), "top");
    assert.equal(configuration.value("toString", spec), undefined);
    assert.equal(configuration.value("__proto__", { type: "object", help: "No." }), undefined);
  });
});

/** The environment and files in which exactly these places hold their own name. */
function filled(
  chosen: ReturnType<typeof places>,
): { env: Record<string, string>; files: Record<string, string> } {
  const env: Record<string, string> = {};
  const files: Record<string, string> = { "secrets.toml": "", "config.toml": "" };
  for (const { provider, name } of chosen) {
    if (provider === "environment") env[name] = `${provider} ${name}`;
    else files[provider] += `${name} = "${provider} ${name}"\n`;
  }
  return { env, files };
}
