/**
 * The options that say what a source is told: values of its parameters and overrides of the configuration.
 * Every command that builds a source has them.
 * @module
 */
import { type Command, InvalidArgumentError } from "cli";
import { type Allowed, parseAllowed } from "../confine/permissions.ts";
import type { AnySource } from "../extract/definition/source_module.ts";
import type { Source } from "../extract/definition/source.ts";
import { Configuration } from "../pipeline/config.ts";
import { findSource } from "./find_source.ts";
import { nameList } from "./help.ts";

/** What the options give. */
export interface SourceFlags {
  readonly param?: Record<string, string>;
  readonly var?: Record<string, string>;
  readonly resources?: string[];
  readonly allow?: Allowed;
}

/** A source as the options say it, with the configuration that it is looked up in. */
export interface ChosenSource {
  readonly factory: AnySource;
  readonly source: Source;
  readonly configuration: Configuration;
}

/** Adds the argument `<source>` and the options. */
export function withSourceFlags(command: Command): Command {
  return command
    .argument("<source>", 'name of a built-in source (see "sluice sources"), or a file such as ./pets.ts')
    .option("-r, --resources <names>", "only these resources, separated by commas", nameList)
    .option("--param <key=value>", "a parameter of the source; may be given again", collectPair)
    .option(
      "--var <path=value>",
      "a value of the configuration by its TOML path; may be given again",
      collectPair,
    )
    .option(
      "--allow <kind=name>",
      "let a module do more than talk to its API, e.g. net=host,read=path,env=NAME; may be given again",
      parseAllowed,
    );
}

function collectPair(text: string, before: Record<string, string> = {}): Record<string, string> {
  const at = text.indexOf("=");
  const key = text.slice(0, at).trim();
  if (at > 0 && key) return { ...before, [key]: text.slice(at + 1) };
  throw new InvalidArgumentError("It must be key=value");
}

/**
 * Finds the source and reads the configuration.
 *
 * @throws {ConfigError} when there is no such source, or the configuration cannot be read
 */
export async function chooseSource(name: string, flags: SourceFlags): Promise<ChosenSource> {
  const factory = await findSource(name, flags.allow);
  const configuration = await Configuration.load({ projectDirectory: Deno.cwd(), overrides: flags.var });
  const source = factory(flags.param);
  return {
    factory,
    source: flags.resources ? source.withResources(...flags.resources) : source,
    configuration,
  };
}
