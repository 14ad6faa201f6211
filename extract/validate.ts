/**
 * Checks a whole source and spells it out: the grammar by its schema, then what a schema cannot say. All
 * problems are found before anything is opened or asked.
 * @module
 */
import { jsonPath } from "../pipeline/json_path.ts";
import { nearest } from "../pipeline/nearest.ts";
import { createAuth } from "../rest/auth/mod.ts";
import { checkBaseUrl } from "../rest/origin.ts";
import { createPaginator } from "../rest/paginators/mod.ts";
import type { AuthConfig, ClientConfig, PaginatorConfig } from "../rest/types.ts";
import { Cursor } from "./cursor.ts";
import { type Problem, problemOf, refuse, schemaProblems } from "./problems.ts";
import { parentsOf, referenceProblems } from "./references.ts";
import { endpointOf, type ResolvedResource, resolveResource } from "./resolve.ts";
import { columnsByName } from "./resolve.ts";
import type { IncrementalConfig, ResourceConfig } from "./rest_api_config.ts";
import { KNOWN_KEYS, sourcePartsSchema } from "./schema.ts";
import type { Built, SourceParts } from "./source.ts";

/** A source with everything spelled out. */
export interface ResolvedSource {
  readonly client?: ClientConfig;
  readonly resources: readonly ResolvedResource[];
}

/** What `build` returned, as parts. */
export function partsOf(built: Built): SourceParts {
  return Array.isArray(built) ? { resources: built } : built as SourceParts;
}

/**
 * Checks a source and spells it out.
 *
 * @param owner names the source in messages
 * @throws {ConfigError} "invalid-source" with all problems
 */
export function resolveSource(built: Built, owner: string): ResolvedSource {
  const parts = partsOf(built);
  const problems = schemaProblems(sourcePartsSchema, parts, KNOWN_KEYS);
  // What has the wrong shape cannot be looked at any further; the rest can.
  const isSound = (path: string) => !problems.some((problem) => problem.path.startsWith(path));
  const entries = Array.isArray(parts?.resources) ? parts.resources : [];
  const resources: ResolvedResource[] = [];
  const further: Problem[] = [];
  const context = {
    defaults: isSound("resource_defaults") ? parts.resource_defaults : undefined,
    client: isSound("client") ? parts.client : undefined,
  };
  if (context.client) further.push(...clientProblems(context.client));
  for (const [index, entry] of entries.entries()) {
    if (!isSound(`resources[${index}]`)) continue;
    const name = typeof entry === "string" ? entry : entry.name;
    const at = `resources[${index}]${typeof entry === "string" ? "" : ` "${name}"`}`;
    try {
      const resource = resolveResource(entry, context);
      resources.push(resource);
      further.push(...resourceProblems(resource, { at, hasClient: parts.client !== undefined }));
    } catch (error) {
      // A text that cannot be taken apart is told below, with its place.
      if (!(error instanceof SyntaxError)) throw error;
      further.push(...referenceProblems(endpointOf(entry as ResourceConfig), { at: `${at}.endpoint` }));
    }
  }
  const declared = entries.map((entry) => typeof entry === "string" ? entry : entry?.name);
  refuse(owner, [...problems, ...further, ...graphProblems(resources, declared)]);
  return { client: parts.client, resources };
}

function clientProblems(client: ClientConfig): Problem[] {
  return [
    ...attempt("client.base_url", () => checkBaseUrl(client.base_url)),
    ...attempt("client.auth", () => createAuth(client.auth)),
    ...paginatorProblems("client.paginator", client.paginator),
  ];
}

function attempt(path: string, action: () => unknown): Problem[] {
  try {
    action();
    return [];
  } catch (error) {
    return [problemOf(path, error)];
  }
}

function paginatorProblems(path: string, paginator: PaginatorConfig | undefined | null): Problem[] {
  return attempt(path, () => createPaginator(paginator ?? undefined));
}

function resourceProblems(
  resource: ResolvedResource,
  { at, hasClient }: { at: string; hasClient: boolean },
): Problem[] {
  const { endpoint, incremental, parent, settings, origins } = resource;
  const problems: Problem[] = [];
  if (endpoint) {
    if (!hasClient) problems.push({ path: at, text: 'needs a "client" with a base_url beside "resources"' });
    problems.push(...referenceProblems(endpoint.config, { at: `${at}.endpoint`, parent, incremental }));
    problems.push(...endpointProblems(endpoint, { at: `${at}.endpoint`, origins }));
  }
  if (incremental) problems.push(...cursorProblems(incremental, `${at}.incremental`));
  const { include_from_parent: fields } = settings;
  if (parent === undefined && fields && Object.keys(fields).length) {
    problems.push({
      path: `${at}.include_from_parent`,
      text: "is set, but nothing refers to a parent; use {resources.<name>.<field>} in the endpoint",
    });
  }
  if (settings.columns) {
    const unnamed = Object.keys(columnsByName(settings.columns)).find((name) => !name.trim());
    if (unnamed !== undefined) problems.push({ path: `${at}.columns`, text: "has a column without a name" });
  }
  return problems;
}

function endpointProblems(
  endpoint: NonNullable<ResolvedResource["endpoint"]>,
  { at, origins }: { at: string; origins: ResolvedResource["origins"] },
): Problem[] {
  const { auth, config, data_selector } = endpoint;
  const problems: Problem[] = [];
  const isInherited = origins["endpoint.paginator"] === "client";
  if (!isInherited) problems.push(...paginatorProblems(`${at}.paginator`, endpoint.paginator));
  if (auth) problems.push(...attempt(`${at}.auth`, () => createAuth(auth as AuthConfig)));
  if (data_selector !== undefined) {
    problems.push(...attempt(`${at}.data_selector`, () => jsonPath(data_selector)));
  }
  const hasBody = (value: unknown) =>
    value !== undefined && value !== null && value !== "" &&
    !(typeof value === "object" && !(value instanceof Uint8Array) && !Object.keys(value).length);
  if (config.json !== undefined && config.json !== null && hasBody(config.data)) {
    problems.push({ path: `${at}.data`, text: 'excludes "json": a request has one body' });
  }
  if (endpoint.method === "GET" && (hasBody(config.json) || hasBody(config.data))) {
    problems.push({
      path: `${at}.${hasBody(config.json) ? "json" : "data"}`,
      text: 'cannot go with method "GET", which has no body; set method to "POST"',
    });
  }
  return problems;
}

function cursorProblems(incremental: IncrementalConfig, at: string): Problem[] {
  const { initial_value, end_value, cursor_path } = incremental;
  const problems = attempt(`${at}.cursor_path`, () => [cursor_path].flat().forEach((path) => jsonPath(path)));
  if (problems.length) return problems;
  if (end_value !== undefined && end_value !== null) {
    if (initial_value === undefined || initial_value === null) {
      problems.push({ path: `${at}.end_value`, text: "needs initial_value beside it" });
    } else if (typeof initial_value !== typeof end_value) {
      problems.push({ path: `${at}.end_value`, text: "has another type than initial_value" });
    } else {
      const cursor = new Cursor(incremental, { resource: "", state: {} });
      if (!cursor.isRangeValid) {
        problems.push({ path: `${at}.end_value`, text: "lies before initial_value, needed one after it" });
      }
    }
  }
  return problems;
}

/** Names given twice, parents that are none, circles. */
function graphProblems(
  resources: readonly ResolvedResource[],
  declared: readonly (string | undefined)[],
): Problem[] {
  const problems: Problem[] = [];
  const names = declared.filter((name) => typeof name === "string");
  for (const name of new Set(names.filter((each, index) => names.indexOf(each) !== index))) {
    problems.push({ path: "resources", text: `"${name}" is defined twice, a name is needed for each` });
  }
  const byName = new Map(resources.map((resource) => [resource.name, resource]));
  for (const { name, endpoint, parent } of resources) {
    const parents = endpoint ? parentsOf(endpoint.config) : parent === undefined ? [] : [parent];
    for (const above of parents) {
      if (names.includes(above)) continue;
      problems.push({
        path: `resource "${name}"`,
        text: `its parent "${above}" is no resource of this source; did you mean "${nearest(above, names)}"?`,
      });
    }
  }
  const told = new Set<string>();
  for (const { name } of resources) {
    const circle = circleFrom(name, byName);
    if (!circle || circle.some((each) => told.has(each))) continue;
    circle.forEach((each) => told.add(each));
    problems.push({
      path: "resources",
      text: `${[...circle, circle[0]].join(" → ")} is a circle of parents`,
    });
  }
  return problems;
}

function circleFrom(start: string, byName: ReadonlyMap<string, ResolvedResource>): string[] | undefined {
  const path = [start];
  for (let at = byName.get(start)?.parent; at !== undefined; at = byName.get(at)?.parent) {
    if (path.includes(at)) return path.slice(path.indexOf(at));
    path.push(at);
  }
  return undefined;
}
