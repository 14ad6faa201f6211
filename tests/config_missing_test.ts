/**
 * The report about missing values, word for word.
 * @module
 */
import assert from "assert";
import { Configuration, sourceSections } from "../pipeline/config.ts";
import { ConfigError, formatError } from "../pipeline/errors.ts";
import { withProject } from "./config_project.ts";

const specs = {
  domain: { type: "text", help: "Domain of your Okta organisation.", required: true },
  api_token: {
    type: "text",
    help: "API token.",
    required: true,
    secret: true,
    obtain: "Create one in the Admin Console under Security > API > Tokens.",
  },
  limit: { type: "integer", help: "A limit.", default: 5 },
} as const;
const sections = sourceSections({ name: "okta_management_source", section: "okta_management" });

async function reportOf(
  files: Record<string, string>,
  where: { pipelineName?: string },
  missing: Parameters<Configuration["resolve"]>[0] = specs,
): Promise<string> {
  let text = "";
  await withProject(files, async (projectDirectory, machineFolder) => {
    const configuration = await Configuration.load({ projectDirectory, machineFolder, env: {} });
    assert.throws(
      () => configuration.resolve(missing, { owner: "source okta", sections, ...where }),
      (error) => {
        assert.ok(error instanceof ConfigError && error.code === "config-missing");
        text = formatError(error).replaceAll(projectDirectory, "");
        return true;
      },
    );
  });
  return text;
}

Deno.test("resolve() reports all missing values with every place, in order", async () => {
  assert.equal(
    await reportOf({ "secrets.toml": "[sources.okta_management_source]\napi_tokn = 'x'\n" }, {}),
    `Cannot configure source okta: 2 required values are missing

  domain: Domain of your Okta organisation.
    looked in the environment
      SOURCES__OKTA_MANAGEMENT__OKTA_MANAGEMENT_SOURCE__DOMAIN
      SOURCES__OKTA_MANAGEMENT__DOMAIN
      SOURCES__OKTA_MANAGEMENT_SOURCE__DOMAIN
      SOURCES__DOMAIN
      DOMAIN
    looked in /.dlt/secrets.toml, then /machine/secrets.toml (no such file)
      sources.okta_management.okta_management_source.domain
      sources.okta_management.domain
      sources.okta_management_source.domain
      sources.domain
      domain
    looked in /.dlt/config.toml (no such file), then /machine/config.toml (no such file)
      sources.okta_management.okta_management_source.domain
      sources.okta_management.domain
      sources.okta_management_source.domain
      sources.domain
      domain

  api_token (secret): API token.
    Create one in the Admin Console under Security > API > Tokens.
    looked in the environment
      SOURCES__OKTA_MANAGEMENT__OKTA_MANAGEMENT_SOURCE__API_TOKEN
      SOURCES__OKTA_MANAGEMENT__API_TOKEN
      SOURCES__OKTA_MANAGEMENT_SOURCE__API_TOKEN
      SOURCES__API_TOKEN
      API_TOKEN
    looked in /.dlt/secrets.toml, then /machine/secrets.toml (no such file)
      sources.okta_management.okta_management_source.api_token
      sources.okta_management.api_token
      sources.okta_management_source.api_token
      sources.api_token
      api_token
    found sources.okta_management_source.api_tokn in /.dlt/secrets.toml: is it meant to be api_token?

  Add to /.dlt/secrets.toml:
    [sources.okta_management_source]
    api_token = "…"

  Add to /.dlt/config.toml:
    [sources.okta_management_source]
    domain = "…"
  next: add the lines above, or set the environment variables SOURCES__OKTA_MANAGEMENT_SOURCE__DOMAIN and SOURCES__OKTA_MANAGEMENT_SOURCE__API_TOKEN`,
  );
});

Deno.test("resolve() reports places with the pipeline's name first, and sections in a value's place", async () => {
  const missing = {
    "sessions.ids": { type: "list", help: "Sessions.", required: true, secret: true },
  } as const;
  const text = await reportOf(
    { "secrets.toml": "[sources.sessions.ids]\n" },
    { pipelineName: "okta" },
    missing,
  );
  const looked = text.split("\n").filter((line) => line.startsWith("      ") || line.includes("looked"));
  assert.equal(looked.length, 4 + 4 * 5);
  assert.equal(looked[1].trim(), "OKTA__SOURCES__OKTA_MANAGEMENT__OKTA_MANAGEMENT_SOURCE__SESSIONS__IDS");
  assert.match(text, / {6}sources\.sessions\.ids \(a section, not a value\)/);
  assert.match(text, / {4}\[sources\.okta_management_source\.sessions\]\n {4}ids = \["…"\]/);
});

Deno.test("resolve() asks for a destination's values in the destination's section", async () => {
  await withProject({}, async (projectDirectory, machineFolder) => {
    const configuration = await Configuration.load({ projectDirectory, machineFolder, env: {} });
    const where = {
      owner: "destination filesystem",
      sections: [["destination", "filesystem"], ["destination"], []],
    };
    const missing = { bucket_url: { type: "text", help: "A folder.", required: true } } as const;
    assert.throws(
      () => configuration.resolve(missing, where),
      /Add to .*config\.toml:\n {4}\[destination\.filesystem\]\n {4}bucket_url = "…"/,
    );
  });
});

Deno.test("resolve() asks for a value that others can stand in for only when none of them is there", async () => {
  const either = {
    api_token: { type: "text", help: "A token.", secret: true, requiredUnless: ["client_id"] },
    client_id: { type: "text", help: "A client." },
  } as const;
  assert.match(
    await reportOf({}, {}, either),
    /1 required value is missing.*not needed when client_id is set/s,
  );
  const files = { "secrets.toml": 'api_token = "your_api_token"\n' };
  await withProject(files, async (projectDirectory, machineFolder) => {
    const resolved = async (env: Record<string, string>) =>
      (await Configuration.load({ projectDirectory, machineFolder, env }))
        .resolve(either, { owner: "source okta", sections }).values;
    assert.deepEqual(await resolved({ CLIENT_ID: "0oa1" }), { api_token: undefined, client_id: "0oa1" });
    await assert.rejects(resolved({}), { code: "config-placeholder" });
  });
});
