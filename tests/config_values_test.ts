/**
 * What values become: casting, secrets and placeholders.
 * @module
 */
import assert from "assert";
import { Configuration } from "../pipeline/config.ts";
import { isPlaceholder } from "../pipeline/config_placeholder.ts";
import { ConfigError, formatError } from "../pipeline/errors.ts";
import type { ParameterSpec, ParameterType } from "../pipeline/parameters.ts";
import { Secret } from "../pipeline/secret.ts";
import { withProject } from "./config_project.ts";

const sections = [["sources", "pets"], ["sources"], []];

async function withConfiguration(
  files: Record<string, string | Uint8Array>,
  env: Record<string, string>,
  use: (configuration: Configuration, directory: string) => void,
): Promise<void> {
  await withProject(files, async (projectDirectory, machineFolder) => {
    use(await Configuration.load({ projectDirectory, machineFolder, env }), projectDirectory);
  });
}

function caught(run: () => unknown): ConfigError {
  try {
    run();
  } catch (error) {
    assert.ok(error instanceof ConfigError, String(error));
    return error;
  }
  throw new Error("nothing was thrown");
}

const fromText: [ParameterType, string, unknown][] = [
  ["text", "0123", "0123"],
  ["text", "", ""],
  ["boolean", "YES", true],
  ["boolean", "t", true],
  ["boolean", "y", true],
  ["boolean", "1", true],
  ["boolean", "False", false],
  ["boolean", "n", false],
  ["boolean", "0", false],
  ["integer", " 12 ", 12],
  ["integer", "-12", -12],
  ["integer", "0x1F", 31],
  ["integer", "1_000", 1000],
  ["number", "1e3", 1000],
  ["number", "-.5", -0.5],
  ["number", "-inf", -Infinity],
  ["list", '["a", "b"]', ["a", "b"]],
  ["list", "[1, 2]", ["1", "2"]],
  ["object", '{"a": {"b": 1}}', { a: { b: 1 } }],
];

Deno.test("resolve() casts text of the environment as dlt does", async () => {
  for (const [type, given, expected] of fromText) {
    await withConfiguration({}, { VALUE: given }, (configuration) => {
      const value = configuration.value("value", { type, help: "A value." } as ParameterSpec, { sections });
      assert.deepEqual(value, expected, `${type} from ${JSON.stringify(given)}`);
    });
  }
});

const refused: [ParameterType, string][] = [
  ["boolean", "on"],
  ["boolean", ""],
  ["integer", "5.0"],
  ["integer", "1e3"],
  ["integer", ""],
  ["integer", "9007199254740993"],
  ["number", "1,5"],
  ["number", ""],
  ["list", "a,b"],
  ["list", '{"a": 1}'],
  ["list", "[[1]]"],
  ["object", "[]"],
  ["object", "a=b"],
];

Deno.test("resolve() refuses text that is not of the type", async () => {
  for (const [type, given] of refused) {
    await withConfiguration({}, { SOURCES__VALUE: given }, (configuration) => {
      const error = caught(() => configuration.value("value", { type, help: "A value." }, { sections }));
      assert.equal(error.code, "config-cast", `${type} from ${JSON.stringify(given)}`);
      assert.match(formatError(error), /"value".*environment variable SOURCES__VALUE/s);
    });
  }
});

Deno.test("resolve() keeps the types of TOML and explains a wrong one", async () => {
  const toml = 'text = 42\nlarge = 9007199254740993\non = true\nratio = 5\nday = 2024-05-01\nlist = "x"\n';
  await withConfiguration({ "config.toml": toml }, {}, (configuration, directory) => {
    const value = (key: string, type: ParameterType) => configuration.value(key, { type, help: "A value." });
    assert.equal(value("text", "text"), "42");
    assert.equal(value("large", "text"), "9007199254740993");
    assert.equal(value("on", "boolean"), true);
    assert.equal(value("ratio", "number"), 5);
    assert.equal(value("day", "text"), "2024-05-01");
    const error = caught(() => value("list", "list"));
    assert.equal(
      formatError(error).replaceAll(directory, "/project"),
      'Cannot use "list" of "list" as list: found text "x", needed a list of texts, in the environment as JSON: ' +
        '["one", "two"]\n  at /project/.dlt/config.toml\n  next: correct the value of /project/.dlt/config.toml at list',
    );
  });
});

Deno.test("resolve() takes only members of oneOf", async () => {
  const spec = { type: "text", help: "A mode.", oneOf: ["fast", "safe"] } as const;
  await withConfiguration({}, { MODE: "fsat", SOURCES__MODE: "safe" }, (configuration) => {
    assert.equal(configuration.value("mode", spec, { sections }), "safe");
    const error = caught(() => configuration.value("mode", spec));
    assert.match(error.message, /found text "fsat", needed one of "fast", "safe"$/);
  });
});

Deno.test("resolve() refuses an argument that is no parameter and names the nearest", async () => {
  const specs = {
    base_url: { type: "text", help: "A URL." },
    limit: { type: "integer", help: "A limit." },
  } as const;
  await withConfiguration({}, {}, (configuration) => {
    const given = { bas_url: "x" } as { base_url?: string };
    const error = caught(() => configuration.resolve(specs, { owner: "source pets", sections, given }));
    assert.equal(error.code, "config-unknown");
    assert.match(formatError(error), /"bas_url"\n {2}next: use "base_url"/);
  });
});

Deno.test("resolve() boxes secrets wherever they come from", async () => {
  const spec = { type: "text", help: "A token.", secret: true } as const;
  await withConfiguration({ "secrets.toml": "pin = 123456\n" }, { TOKEN: "env-token" }, (configuration) => {
    assert.equal(configuration.value("token", spec)?.reveal(), "env-token");
    assert.equal(configuration.value("pin", spec)?.reveal(), "123456");
    assert.equal(configuration.value("key", { ...spec, default: "usual-key" }).reveal(), "usual-key");
    const token = new Secret("given-token");
    const where = { owner: "source pets", sections, given: { token } };
    assert.equal(configuration.resolve({ token: spec }, where).values.token, token);
  });
});

Deno.test("resolve() treats an empty optional secret as not given", async () => {
  const spec = { type: "text", help: "A token.", secret: true } as const;
  await withConfiguration({ "secrets.toml": 'token = ""\n' }, {}, (configuration) => {
    assert.equal(configuration.value("token", spec), undefined);
  });
});

Deno.test("resolve() refuses a secret from config.toml without repeating it", async () => {
  const spec = { type: "text", help: "A token.", secret: true, required: true } as const;
  const toml = '[sources.pets]\ntoken = "canary-1234"\n';
  await withConfiguration({ "config.toml": toml }, {}, (configuration, directory) => {
    const error = caught(() => configuration.value("token", spec, { sections }));
    assert.equal(error.code, "secret-in-config");
    assert.equal(
      formatError(error).replaceAll(directory, ""),
      'Cannot use secret "token" from "/.dlt/config.toml": that file is for values that may be shared\n' +
        "  at /.dlt/config.toml\n" +
        "  next: move sources.pets.token to /.dlt/secrets.toml, and replace the secret if the file was ever committed",
    );
  });
  await withConfiguration({ "config.toml": toml }, { SOURCES__TOKEN: "better" }, (configuration) => {
    assert.equal(configuration.value("token", spec, { sections }).reveal(), "better");
  });
});

Deno.test("resolve() never shows the value of a secret that it cannot cast", async () => {
  const spec = { type: "integer", help: "A pin.", secret: true } as const;
  await withConfiguration({}, { PIN: "canary" }, (configuration) => {
    const error = caught(() => configuration.value("pin", spec));
    assert.doesNotMatch(formatError(error), /canary/);
    assert.match(error.message, /found text, needed an integer/);
  });
});

Deno.test("isPlaceholder() knows templates from values", () => {
  const placeholders = [
    "",
    "  ",
    "…",
    "...",
    "<configure me>",
    "your_api_token",
    "your-token-here",
    "yourOktaDomain",
    "https://{yourOktaDomain}",
    "{yourOktaDomain}.okta.com",
    "YOUR_API_TOKEN",
    "https://your-domain.okta.com",
    "changeme",
    "CHANGE_ME",
    "replace-me",
    "xxxx",
    "00xxxxxxxxxx",
    "********",
  ];
  for (const text of placeholders) assert.equal(isPlaceholder(text), true, text);
  const values = [
    "acme.okta.com",
    "yourself.okta.com",
    "00abXXcd",
    "dev-1234567.okta.com",
    "https://id.example.com/{x}",
  ];
  for (const text of values) assert.equal(isPlaceholder(text), false, text);
});

Deno.test("resolve() refuses placeholders of required values and secrets together", async () => {
  const specs = {
    domain: { type: "text", help: "A domain.", required: true, obtain: "It stands in the address bar." },
    token: { type: "text", help: "A token.", secret: true, obtain: "Create one in the console." },
    note: { type: "text", help: "A note." },
  } as const;
  const files = { "secrets.toml": '[sources.pets]\ntoken = "your_api_token"\n' };
  const env = { DOMAIN: "", NOTE: "changeme" };
  await withConfiguration(files, env, (configuration, directory) => {
    const error = caught(() => configuration.resolve(specs, { owner: "source pets", sections }));
    assert.equal(error.code, "config-placeholder");
    assert.equal(
      formatError(error).replaceAll(directory, ""),
      `Cannot configure source pets: 2 values are empty or still a placeholder
  domain: environment variable DOMAIN
    It stands in the address bar.
  token (secret): /.dlt/secrets.toml at sources.pets.token
    Create one in the console.
  next: put the real values there`,
    );
  });
});
