/**
 * The built-in destinations. A new one is a file beside this one and a line in this table.
 * @module
 */
import { type Configuration, destinationSections } from "../pipeline/config.ts";
import type { Destination, Session, SessionContext } from "../pipeline/destination.ts";
import { ConfigError } from "../pipeline/errors.ts";
import { nearest } from "../pipeline/nearest.ts";

// Loaded on demand, so that a destination that is not used costs nothing at the start.
const DESTINATIONS: Readonly<Record<string, () => Promise<unknown>>> = {
  sqlite: async () => (await import("./sqlite.ts")).sqlite,
  filesystem: async () => (await import("./filesystem.ts")).filesystem,
};
const ALIASES: Readonly<Record<string, string>> = { ndjson: "filesystem" };

/** Names and aliases that `--destination` takes. */
export const destinationNames: readonly string[] = [...Object.keys(DESTINATIONS), ...Object.keys(ALIASES)];

/** A built-in destination. @throws {ConfigError} naming the nearest known one */
export async function findDestination(name: string): Promise<Destination> {
  const load = DESTINATIONS[ALIASES[name] ?? name];
  if (load) return await load() as Destination;
  throw new ConfigError(`Cannot load into "${name}": there is no such destination`, {
    code: "unknown-destination",
    next: `did you mean "${nearest(name, destinationNames)}"? The destinations are ${
      destinationNames.join(", ")
    }`,
  });
}

/** Resolves a destination's parameters and opens it. */
export async function openDestination(
  destination: string | Destination,
  options: {
    readonly configuration: Configuration;
    readonly given?: Readonly<Record<string, unknown>>;
    readonly context: SessionContext;
  },
): Promise<{ destination: Destination; session: Session }> {
  const found = typeof destination === "string" ? await findDestination(destination) : destination;
  const { values } = options.configuration.resolve(found.parameters, {
    owner: `destination ${found.name}`,
    sections: destinationSections(found.name),
    pipelineName: options.context.pipelineName,
    given: options.given as never,
  });
  return { destination: found, session: await found.open(values, options.context) };
}
