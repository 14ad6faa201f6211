/**
 * From what an author wrote to what a run works with: short forms are spelled out, defaults laid underneath,
 * the rules for single entities applied, and everything is checked. Each setting remembers where it was set.
 * Pure.
 * @module
 */
import { isJsonObject } from "../../pipeline/json.ts";
import type { ColumnHints, TableHints } from "../../pipeline/table_hints.ts";
import type { AuthConfig, ClientConfig, PaginatorConfig } from "../../rest/types.ts";
import { isBound, RequestTemplate } from "./request_template.ts";
import { foreignOrigin, parentsOf } from "./references.ts";
import type {
  EndpointConfig,
  IncrementalConfig,
  ParamValue,
  Resource,
  ResourceConfig,
  ResourceDefaults,
  ResourceEntry,
  ResourceSettings,
  ResponseAction,
} from "./rest_api_config.ts";
import { isHandWritten, type RecordsFunction } from "./source.ts";

/** Where a setting comes from. */
export type Origin = "resource" | "resource_defaults" | "client" | "single entity" | "default" | "detection";

/** An endpoint with everything spelled out. */
export interface ResolvedEndpoint {
  readonly path: string;
  readonly method: string;
  /** @throws {SyntaxError} for a text that cannot be taken apart */
  readonly template: RequestTemplate;
  readonly paginator: PaginatorConfig;
  readonly data_selector?: string;
  readonly response_actions: NonNullable<EndpointConfig["response_actions"]>;
  readonly response_format?: EndpointConfig["response_format"];
  /** Undefined: the client's; null: none. */
  readonly auth?: AuthConfig | null;
  /** Another origin than the client's, which the path names. */
  readonly origin?: string;
  /** As merged, for showing. */
  readonly config: EndpointConfig;
}

/** A resource with everything spelled out. */
export interface ResolvedResource {
  readonly name: string;
  readonly settings: ResourceSettings;
  /** Absent for one written by hand. */
  readonly endpoint?: ResolvedEndpoint;
  readonly records?: RecordsFunction;
  readonly reads?: string;
  readonly incremental?: IncrementalConfig;
  /** The resource whose records this one is read for. */
  readonly parent?: string;
  /** Where each setting was set, by its path, e.g. `endpoint.params.per_page`. */
  readonly origins: Readonly<Record<string, Origin>>;
}

/** Spells one resource out. It must have passed the schema. */
export function resolveResource(
  entry: ResourceEntry,
  { defaults = {}, client }: { defaults?: ResourceDefaults; client?: ClientConfig },
): ResolvedResource {
  const resource: Resource = typeof entry === "string" ? { name: entry } : entry;
  if (isHandWritten(resource)) {
    const { name, records, reads, data_from, incremental, ...settings } = resource;
    const origins = originsOf(settings, {});
    return { name, records, reads, settings, incremental, parent: data_from, origins };
  }
  return resolveEndpointResource(resource, defaults, client);
}

function resolveEndpointResource(
  resource: ResourceConfig,
  defaults: ResourceDefaults,
  client: ClientConfig | undefined,
): ResolvedResource {
  const { endpoint: _own, name, ...own } = given(resource);
  const { endpoint: _shared, ...shared } = given(defaults);
  const [ownEndpoint, sharedEndpoint] = [endpointOf(resource), given(defaults.endpoint ?? {})];
  const origins: Record<string, Origin> = {
    ...originsOf(own, shared),
    ...endpointOrigins(ownEndpoint, sharedEndpoint),
  };
  const columns = mergeColumns(own.columns, shared.columns);
  const merged = { ...shared, ...own, ...(columns && { columns }) };
  const { incremental: plainCursor, ...settings } = merged;
  // The short forms are spelled out first, so that a name is a path before the defaults are laid underneath.
  const endpointConfig = { ...mergeEndpoints(ownEndpoint, sharedEndpoint), path: ownEndpoint.path ?? name };
  const config = withSingleEntity(endpointConfig, { client, origins });
  const foreign = foreignOrigin(config, client);
  let template: RequestTemplate | undefined;
  const endpoint: ResolvedEndpoint = {
    path: config.path!,
    method: config.method ?? "GET",
    // When it is first needed: what has a text that cannot be taken apart can be looked at all the same.
    get template() {
      return template ??= new RequestTemplate(config);
    },
    paginator: config.paginator!,
    data_selector: config.data_selector ?? undefined,
    response_actions: (config.response_actions ?? []) as ResponseAction[],
    response_format: config.response_format,
    // Those of the defaults are for the client's own server, unless it has none.
    auth: foreign !== undefined && client?.base_url && origins["endpoint.auth"] === "resource_defaults"
      ? null
      : config.auth,
    origin: foreign,
    config,
  };
  const incremental = incrementalOf(config) ?? plainCursor ?? undefined;
  return { name, settings, endpoint, incremental, parent: parentsOf(config)[0], origins };
}

/** The keys that say something: what is undefined was not written. */
function given<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, each]) => each !== undefined)) as T;
}

/** The endpoint of a resource as an object. */
export function endpointOf({ endpoint }: Pick<ResourceConfig, "endpoint">): EndpointConfig {
  return typeof endpoint === "string" ? { path: endpoint } : given(endpoint ?? {});
}

/** The resource's keys win as a whole; `params` and `json` are merged key by key. */
function mergeEndpoints(own: EndpointConfig, shared: EndpointConfig): EndpointConfig {
  const merged: Record<string, unknown> = { ...shared, ...own };
  for (const key of ["params", "json"] as const) {
    const [mine, theirs] = [own[key], shared[key]];
    if (isJsonObject(mine) && isJsonObject(theirs)) merged[key] = { ...theirs, ...mine };
  }
  return merged;
}

/** Column hints merged per column; one that only the resource gives a type stands last. */
function mergeColumns(own: TableHints["columns"], shared: TableHints["columns"]): TableHints["columns"] {
  if (!own || !shared) return undefined;
  const merged = { ...columnsByName(shared) };
  for (const [name, hints] of Object.entries(columnsByName(own))) {
    const known = merged[name];
    if (known && !known.data_type && hints.data_type) delete merged[name];
    merged[name] = { ...known, ...hints };
  }
  return merged;
}

/** Columns by name, in whichever form they were given. */
export function columnsByName(columns: NonNullable<TableHints["columns"]>): Record<string, ColumnHints> {
  if (!Array.isArray(columns)) return columns as Record<string, ColumnHints>;
  return Object.fromEntries(columns.map(({ name, ...hints }) => [name, hints]));
}

/** Whether a paginator is chosen; `auto` means that nothing is. */
function isChosen(paginator: PaginatorConfig | null | undefined): paginator is PaginatorConfig {
  if (paginator === undefined || paginator === null || paginator === "auto") return false;
  return typeof paginator !== "object" || paginator.type !== "auto" || "next" in paginator;
}

/**
 * A path that ends in a placeholder names one entity: no paging, and the body is the record. `auto`, where it is
 * written, says that pages follow all the same.
 */
function withSingleEntity(
  config: EndpointConfig,
  { client, origins }: { client?: ClientConfig; origins: Record<string, Origin> },
): EndpointConfig {
  const isSingle = isSingleEntity(config.path!);
  let { paginator, data_selector } = config;
  if (data_selector === undefined || data_selector === null) {
    data_selector = isSingle ? "$" : undefined;
    origins["endpoint.data_selector"] = isSingle ? "single entity" : "detection";
  }
  if (isSingle && (paginator === undefined || paginator === null)) {
    paginator = "single_page";
    origins["endpoint.paginator"] = "single entity";
  } else if (!isChosen(paginator)) {
    const isClients = isChosen(client?.paginator);
    paginator = isClients ? client!.paginator : "auto";
    origins["endpoint.paginator"] = isClients ? "client" : "detection";
  }
  return { ...config, paginator, data_selector };
}

/** Whether the last segment of a path holds a placeholder. */
export function isSingleEntity(path: string): boolean {
  return /\{[\w.-]+\}/.test(path.replace(/(?:\/\.?)+$/, "").split("/").at(-1)!);
}

/** The cursor of an endpoint; one that a parameter holds goes before `endpoint.incremental`. */
function incrementalOf({ params, incremental }: EndpointConfig): IncrementalConfig | undefined {
  for (const [name, value] of Object.entries(params ?? {})) {
    if (!isBound(value) || value.type !== "incremental") continue;
    const { type: _type, ...config } = value as IncrementalConfig & { type: string };
    return { ...config, start_param: name };
  }
  return incremental ?? undefined;
}

function originsOf(own: object, shared: object): Record<string, Origin> {
  return {
    ...Object.fromEntries(Object.keys(shared).map((key) => [key, "resource_defaults" as const])),
    ...Object.fromEntries(Object.keys(own).map((key) => [key, "resource" as const])),
  };
}

function endpointOrigins(own: EndpointConfig, shared: EndpointConfig): Record<string, Origin> {
  const origins: Record<string, Origin> = {};
  for (const [key, origin] of Object.entries(originsOf(own, shared))) origins[`endpoint.${key}`] = origin;
  for (const part of ["params", "json"] as const) {
    const all = originsOf(keysOf(own[part]), own[part] === null ? {} : keysOf(shared[part]));
    for (const [key, origin] of Object.entries(all)) origins[`endpoint.${part}.${key}`] = origin;
  }
  return origins;
}

function keysOf(value: unknown): object {
  return isJsonObject(value) ? value : {};
}

/** The cursor's own parameters for a request. */
export function cursorParams(
  { start_param, end_param }: IncrementalConfig,
  values: Readonly<Record<string, unknown>>,
): Record<string, ParamValue> {
  const params: Record<string, ParamValue> = {};
  if (start_param) params[start_param] = (values.start_value ?? undefined) as ParamValue;
  if (end_param) params[end_param] = (values.end_value ?? undefined) as ParamValue;
  return params;
}
