/**
 * `deno task example <name>`: starts the imitation of an API, loads it with the example source beside this
 * file, and shows what came of it. Nothing leaves the machine.
 * @module
 */
import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import {
  ConfigError,
  Configuration,
  formatLoadInfo,
  pipeline,
  restApiSource,
  type Source,
} from "@sluice/sluice";
import { formatRows } from "../../cli/format_rows.ts";
import { COMMAND } from "../../cli/help.ts";
import { note, print, printFailure } from "../../cli/print.ts";
import { type Imitation, startGithub, startNotion, startPokeapi } from "../../simulator/imitations/mod.ts";
import github from "./github.ts";
import notion from "./notion.ts";
import pokeapi from "./pokeapi.ts";

/** An example that is ready to run. */
export interface Example {
  readonly imitation: Imitation<unknown>;
  // deno-lint-ignore no-explicit-any -- each source has parameters of its own
  readonly source: Source<any>;
  /** Questions to the tables. */
  readonly samples: readonly string[];
}

/** All examples; each starts its imitation. */
export const examples: Readonly<Record<string, () => Promise<Example>>> = {
  async github() {
    const imitation = await startGithub();
    const { url: base_url, token: access_token, owner, repo: repository } = imitation;
    return {
      imitation,
      source: github({ base_url, access_token, owner, repository }),
      samples: [
        "SELECT number, state, title, user__login FROM issues ORDER BY number DESC LIMIT 5",
        "SELECT name, count(*) AS issues FROM issues__labels GROUP BY name ORDER BY issues DESC",
        "SELECT _issues_number AS issue, user__login, body FROM comments ORDER BY created_at LIMIT 3",
      ],
    };
  },
  async pokeapi() {
    const imitation = await startPokeapi();
    // A configuration is data, so another address is put into a copy of it.
    const client = { ...pokeapi.client, base_url: imitation.baseUrl };
    return {
      imitation,
      source: restApiSource({ ...pokeapi, client }, { name: "pokeapi" }),
      samples: [
        "SELECT id, name, height, weight FROM details ORDER BY id LIMIT 5",
        "SELECT type__name AS type, count(*) AS pokemon FROM details__types GROUP BY type ORDER BY pokemon DESC",
      ],
    };
  },
  async notion() {
    const imitation = await startNotion();
    const { url: base_url, token, databaseId: database_id } = imitation;
    return {
      imitation,
      source: notion({ base_url, token, database_id }),
      samples: [
        "SELECT properties__status__status__name AS status, count(*) AS pages FROM pages GROUP BY status",
        "SELECT plain_text AS name FROM pages__properties__name__title LIMIT 3",
        "SELECT type, name, person__email FROM users LIMIT 3",
      ],
    };
  },
};

async function main([name = "", ...rest]: readonly string[]): Promise<void> {
  if (!Object.hasOwn(examples, name) || rest.length) {
    throw new ConfigError("Cannot run the example: it has no name that is known", {
      code: "usage",
      next: `run "deno task example <name>"; the examples are ${Object.keys(examples).join(", ")}`,
    });
  }
  const { imitation, source, samples } = await examples[name]();
  await using _imitation = imitation;
  note(`Imitation of the API at ${imitation.url}`);
  const folder = fileURLToPath(new URL(`../../.dlt/.var/examples/${name}`, import.meta.url));
  await Deno.remove(folder, { recursive: true }).catch(() => {});
  await Deno.mkdir(folder, { recursive: true });
  const loading = pipeline({
    pipelineName: name,
    datasetName: name,
    projectDirectory: folder,
    // Nothing of the user's own configuration: the example must not reach the real API.
    configuration: await Configuration.load({ projectDirectory: folder, env: {} }),
  });
  const info = await loading.run(source);
  print(`${formatLoadInfo(info)}\n\n${info.requests} requests`);
  for (const sql of samples) print(`\n${sql}\n${formatRows(await loading.query(sql), "table")}`);
  const file = relative(Deno.cwd(), `${folder}/${name}.sqlite`);
  print(`\nThe database is ${file}. Ask it more:\n  ${COMMAND} query --database ${file} "${samples[0]}"`);
}

if (import.meta.main) {
  try {
    await main(Deno.args);
  } catch (error) {
    Deno.exitCode = printFailure(error, Deno.args);
  }
}
