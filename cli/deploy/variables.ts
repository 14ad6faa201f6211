/**
 * Which values have to travel to the place where a source will run: those that are missing here, and those
 * that stand where only this machine has them. Values themselves are never looked at.
 * @module
 */
import { destinationSections } from "../../pipeline/config.ts";
import { Configuration } from "../../pipeline/config.ts";
import { environmentName } from "../../pipeline/config_places.ts";
import { buildSource } from "../../pipeline/build_source.ts";
import type { Destination } from "../../pipeline/destination.ts";
import { ConfigError } from "../../pipeline/errors.ts";
import type { Source } from "../../extract/definition/source.ts";

const CONFIG_FILE_REGEXP = /^(?![~/]|[A-Za-z]:)\S*config\.toml at /;
const VARIABLE_REGEXP = /\b[A-Z0-9_.-]+(?:__[A-Z0-9_.-]+)+\b/g;
const STAND_IN = "https://stand-in.invalid";
/** Parameters first, then credentials, which are asked for once the source can be built. */
const ROUNDS = 3;

/** Names of environment variables, sorted as they are met. */
export async function neededVariables(
  source: Source,
  { destination, pipelineName, needsDestination }: {
    destination: Destination;
    pipelineName: string;
    /** The destination is elsewhere, too. */
    needsDestination: boolean;
  },
): Promise<string[]> {
  const found = new Set<string>();
  const missing = new Set<string>();
  for (let round = 0; round < ROUNDS; round++) {
    const configuration = (await Configuration.load({
      projectDirectory: Deno.cwd(),
      env: { ...Deno.env.toObject(), ...Object.fromEntries([...missing].map((name) => [name, STAND_IN])) },
    })).recording(({ from }) => variableOf(from).forEach((name) => found.add(name)));
    try {
      if (needsDestination) resolveDestination(destination, configuration, pipelineName);
      await buildSource(source, { configuration, pipelineName });
      break;
    } catch (error) {
      const names = error instanceof ConfigError ? missingIn(error) : [];
      // Anything else comes of the stand-ins, or `check` will tell it.
      if (names.length === 0) break;
      names.forEach((name) => missing.add(name));
    }
  }
  return [...new Set([...missing, ...found])].sort();
}

function resolveDestination(
  { name, parameters }: Destination,
  configuration: Configuration,
  pipelineName: string,
): void {
  configuration.resolve(parameters, {
    owner: `destination ${name}`,
    sections: destinationSections(name),
    pipelineName,
  });
}

/** The variable that carries a value from where it was found; none for what is committed, given or a default. */
function variableOf(from: string): string[] {
  const variable = /^environment variable (.+)$/.exec(from)?.[1];
  if (variable !== undefined) return [variable];
  if (CONFIG_FILE_REGEXP.test(from)) return [];
  const path = /\.toml at (.+)$/.exec(from)?.[1];
  return path === undefined ? [] : [environmentName(path.replaceAll('"', "").split("."))];
}

/** What an error says is missing, or still a template's text. */
function missingIn({ code, message, next = "" }: ConfigError): string[] {
  if (code === "config-missing") return [...next.matchAll(VARIABLE_REGEXP)].map(([name]) => name);
  if (code !== "config-placeholder") return [];
  return [...message.matchAll(/: (environment variable .+|.+\.toml at .+)$/gm)].flatMap(([, from]) =>
    variableOf(from.replace(/config\.toml at/, "secrets.toml at"))
  );
}
