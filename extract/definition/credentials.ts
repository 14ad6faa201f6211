/**
 * What a declarative configuration leaves to the project's files and the environment: fields of its
 * authentication.
 * @module
 */
import type { Configuration } from "../../pipeline/config.ts";
import type { ConfigScope } from "../../pipeline/config_places.ts";
import type { ParameterSpec, ParameterSpecs } from "../../pipeline/parameters.ts";
import { authParameters } from "../../rest/auth/mod.ts";
import type { AuthConfig } from "../../rest/types.ts";
import { endpointOf } from "./resolve.ts";
import type { ResourceConfig, ResourceEntry } from "./rest_api_config.ts";
import { isHandWritten, type SourceParts } from "./source.ts";

const SECTION = "credentials";

/** Where the missing values of a source are looked for. */
export interface Lookup extends ConfigScope {
  readonly configuration: Configuration;
  /** For messages, e.g. `source github`. */
  readonly owner: string;
}

/**
 * Fills in the fields that authentications do not say, from `credentials.<field>` in the source's sections.
 *
 * @throws {ConfigError} "config-missing" when a required one is nowhere
 */
export function withCredentials(parts: SourceParts, lookup: Lookup): SourceParts {
  if (parts === null || typeof parts !== "object") return parts;
  const { client, resource_defaults: defaults, resources } = parts;
  return {
    ...parts,
    ...(client && { client: withAuth(client, lookup) }),
    ...(defaults?.endpoint &&
      { resource_defaults: { ...defaults, endpoint: withAuth(defaults.endpoint, lookup) } }),
    ...(Array.isArray(resources) && { resources: resources.map((entry) => entryWithAuth(entry, lookup)) }),
  };
}

function entryWithAuth(entry: ResourceEntry, lookup: Lookup): ResourceEntry {
  if (typeof entry !== "object" || entry === null || isHandWritten(entry)) return entry;
  const endpoint = endpointOf(entry as ResourceConfig);
  return endpoint?.auth ? { ...entry, endpoint: withAuth(endpoint, lookup) } : entry;
}

function withAuth<T extends { readonly auth?: AuthConfig | null }>(holder: T, lookup: Lookup): T {
  const { auth } = holder;
  const given = typeof auth === "string" ? { type: auth } : auth;
  if (!given || typeof given !== "object" || "headers" in given && typeof given.headers === "function") {
    return holder;
  }
  const type = typeof given.type === "string" ? given.type : "bearer";
  const specs = Object.hasOwn(authParameters, type) ? authParameters[type]! : {};
  const found = lookUp(given as Readonly<Record<string, unknown>>, specs, lookup);
  return Object.keys(found).length ? { ...holder, auth: { ...given, ...found } } : holder;
}

function lookUp(
  given: Readonly<Record<string, unknown>>,
  specs: ParameterSpecs,
  { configuration, ...where }: Lookup,
): Record<string, unknown> {
  const isGiven = (name: string) => given[name] !== undefined && given[name] !== null;
  const wanted = Object.entries(specs).filter(([name]) => !isGiven(name));
  const prefixed = (name: string) => `${SECTION}.${name}`;
  const missing: Record<string, ParameterSpec> = Object.fromEntries(
    wanted.map(([name, { default: _default, requiredUnless, ...spec }]) => [prefixed(name), {
      ...spec,
      // One that stands in for it may be given beside it.
      ...(requiredUnless && !requiredUnless.some(isGiven) &&
        { requiredUnless: requiredUnless.map(prefixed) }),
    }]),
  );
  const { values } = configuration.resolve(missing, where);
  return Object.fromEntries(
    Object.entries(values).filter(([, value]) => value !== undefined).map((
      [name, value],
    ) => [name.slice(SECTION.length + 1), value]),
  );
}
