/**
 * Checks a whole source and spells it out: the grammar by its schema, then what a schema cannot say. All
 * problems are found before anything is opened or asked.
 * @module
 */
import { createAuth } from "../../rest/auth/mod.ts";
import { checkBaseUrl } from "../../rest/origin.ts";
import { createPaginator } from "../../rest/paginators/mod.ts";
import type { ClientConfig } from "../../rest/types.ts";
import { addressProblems, withParentOrigins } from "./addresses.ts";
import type { Elsewhere } from "../elsewhere.ts";
import { graphProblems } from "./graph_problems.ts";
import { attempt, pathText, type Problem, refuse, whereWritten, wrongWhole } from "./problems.ts";
import { headerProblems, settingProblems } from "./request_problems.ts";
import { resourceProblems } from "./resource_problems.ts";
import { type ResolvedResource, resolveResource } from "./resolve.ts";
import { KNOWN_KEYS, sourcePartsSchema } from "./schema.ts";
import { schemaProblems, withoutRepeats } from "./schema_problems.ts";
import { soundParts } from "./sound_parts.ts";
import type { Built, SourceParts } from "./source.ts";

/** A source with everything spelled out. */
export interface ResolvedSource {
  readonly client?: ClientConfig;
  readonly resources: readonly ResolvedResource[];
  /** Where its code runs, when that is not here. */
  readonly elsewhere?: Elsewhere;
}

/** What `build` returned, as parts. */
export function partsOf(built: Built): SourceParts {
  return Array.isArray(built) ? { resources: built } : built as SourceParts;
}

/** How far {@link resolveSource} looks. */
export interface ResolveOptions {
  /** False while fields of authentications may be missing that the project's files have. @default true */
  readonly hasCredentials?: boolean;
}

/** A resource that was spelled out, with its place for messages. */
export interface PlacedResource {
  readonly at: string;
  readonly resource: ResolvedResource;
}

/**
 * Checks a source and spells it out.
 *
 * @param owner names the source in messages
 * @throws {ConfigError} "invalid-source" with all problems
 */
export function resolveSource(
  built: Built,
  owner: string,
  { hasCredentials = true }: ResolveOptions = {},
): ResolvedSource {
  const parts = partsOf(built);
  refuse(owner, wrongWhole(parts));
  const found = schemaProblems(sourcePartsSchema, parts, KNOWN_KEYS);
  const { client, resource_defaults: defaults = {}, resources: entries } = soundParts(parts, found);
  const problems = withoutRepeats(found);
  const placed = entries.flatMap((entry, index): PlacedResource[] => {
    if (entry === undefined) return [];
    const at = pathText(["resources", index], parts);
    return [{ at, resource: resolveResource(entry, { defaults, client }) }];
  });
  const shared = { at: "resource_defaults.endpoint", hasCredentials };
  problems.push(...settingProblems(defaults.endpoint ?? {}, shared));
  problems.push(...placed.flatMap((each) => resourceProblems(each, hasCredentials)));
  if (client) problems.push(...clientProblems(client, hasCredentials), ...addressProblems(placed, client));
  else if (parts.client === undefined) problems.push(...clientMissing(placed));
  problems.push(...graphProblems(placed, Array.isArray(parts.resources) ? parts.resources : []));
  const places = placed.map(({ at, resource: { origins } }) => ({ at, origins }));
  refuse(owner, problems.map((each) => places.reduce(whereWritten, each)));
  const resources = withParentOrigins(placed.map(({ resource }) => resource), client);
  return { client: parts.client, resources };
}

function clientProblems(client: ClientConfig, hasCredentials: boolean): Problem[] {
  const { base_url, headers, paginator, auth } = client;
  return [
    ...baseUrlProblems(client),
    ...headerProblems(headers ?? {}, "client.headers"),
    ...attempt("client.paginator", () => createPaginator(paginator)),
    ...(hasCredentials && base_url !== "" ? attempt("client.auth", () => createAuth(auth)) : []),
  ];
}

function baseUrlProblems({ base_url, auth, headers }: ClientConfig): Problem[] {
  const at = "client.base_url";
  if (/[{}]/.test(base_url)) {
    return [{ path: at, text: "holds braces; placeholders are for paths, so put the value itself there" }];
  }
  if (base_url !== "") return attempt(at, () => checkBaseUrl(base_url));
  if (!auth && !Object.keys(headers ?? {}).length) return [];
  const text =
    "is empty, so that auth and headers have no server that they are for; set it, or give them to " +
    "each endpoint";
  return [{ path: at, text }];
}

/** Without a connection nothing but functions can be read. */
function clientMissing(placed: readonly PlacedResource[]): Problem[] {
  const reading = placed.find(({ resource }) => resource.endpoint);
  if (!reading) return [];
  return [{
    path: "client",
    text: `is missing; ${reading.at} is read from an API, which needs { base_url: "…" }`,
  }];
}
