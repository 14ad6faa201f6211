/**
 * From a source and the project's configuration to what a run works with: parameters are resolved, the source
 * is built, and everything it says is checked.
 * @module
 */
import { withCredentials } from "../extract/definition/credentials.ts";
import { withIntervals } from "../extract/definition/intervals.ts";
import { buildFailure } from "../extract/own_code.ts";
import type { Built, Source, SourceDefinition } from "../extract/definition/source.ts";
import { partsOf, type ResolvedSource, resolveSource } from "../extract/definition/validate.ts";
import { type Configuration, sourceSections } from "./config.ts";
import type { ParameterSpecs } from "./parameters.ts";

/** Where a source is built: the configuration, and the pipeline whose values go before others. */
export interface BuildContext {
  readonly configuration: Configuration;
  readonly pipelineName?: string;
}

/** A source that is ready to run, with its parameters. */
export interface BuiltSource {
  readonly resolved: ResolvedSource;
  /** Parameters; secrets are boxed. */
  readonly values: Readonly<Record<string, unknown>>;
  /** Where each came from, for a person. */
  readonly origins: Readonly<Record<string, string>>;
}

/**
 * Resolves a source's parameters, builds it, and checks what was built.
 *
 * @throws {ConfigError} for parameters that are missing or wrong, and for all problems of the configuration
 * @throws {ExtractError} "source-failed" for what the source's own function throws
 */
export async function buildSource(
  { definition, given }: Source,
  { configuration, pipelineName }: BuildContext,
): Promise<BuiltSource> {
  const where = {
    owner: `source ${definition.name}`,
    sections: sourceSections(definition),
    pipelineName,
    variables: definition.confinement?.variables,
  };
  const { values, origins } = configuration.resolve(definition.parameters as ParameterSpecs, {
    ...where,
    given,
  });
  const parts = partsOf(await built(definition, values));
  // What is wrong with what was written comes before what is missing in the project's files.
  resolveSource(parts, where.owner, { hasCredentials: false });
  const complete = withCredentials(parts, { ...where, configuration });
  const resolved = resolveSource(complete, where.owner);
  return {
    resolved: {
      ...resolved,
      resources: withIntervals(resolved.resources, configuration),
      elsewhere: definition.confinement?.elsewhere(complete, where.owner),
    },
    values,
    origins,
  };
}

async function built({ name, build }: SourceDefinition, values: unknown): Promise<Built> {
  try {
    return await build(values as never);
  } catch (error) {
    throw buildFailure(error, name);
  }
}

/** Sentences about keys in a source's own tables of the configuration that it does not know. */
export function strayKeys({ definition }: Source, configuration: Configuration): string[] {
  const sections = sourceSections(definition).filter((section) => section.includes(definition.name));
  // Fields of its authentication stand in a table of their own, which is not looked into.
  return configuration.strayKeys(definition.parameters as ParameterSpecs, {
    owner: `source ${definition.name}`,
    sections,
  });
}
