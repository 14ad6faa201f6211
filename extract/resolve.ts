/**
 * From what an author wrote to what a run works with: short forms are spelled out, defaults laid underneath,
 * the rules for single entities applied, and everything is checked. Each setting remembers where it was set.
 * Pure.
 * @module
 */
import { isJsonObject } from "../pipeline/json.ts";
import type { ColumnHints, TableHints } from "../pipeline/table_hints.ts";
import type { AuthConfig, ClientConfig, PaginatorConfig } from "../rest/types.ts";
import { isBound, RequestTemplate } from "./request_template.ts";
import { pathValuesOf } from "./references.ts";
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
  const { endpoint: _own, name, incremental: ownIncremental, ...own } = resource;
  const { endpoint: _shared, incremental: sharedIncremental, ...shared } = defaults;
  const merged = mergeEndpoints(endpointOf(resource), defaults.endpoint ?? {});
  const origins: Record<string, Origin> = {
    ...originsOf(own, shared),
    ...endpointOrigins(endpointOf(resource), defaults.endpoint ?? {}),
  };
  const columns = mergeColumns(own.columns, shared.columns);
  const settings: ResourceSettings = { ...shared, ...own, ...(columns && { columns }) };
  const config = withSingleEntity({ ...merged, path: merged.path ?? name }, { client, origins });
  const incremental = incrementalOf(config) ?? ownIncremental ?? sharedIncremental;
  const { pathValues, parent, origin } = pathValuesOf(config, client);
  const endpoint: ResolvedEndpoint = {
    path: config.path!,
    method: config.method ?? "GET",
    template: new RequestTemplate(config, pathValues),
    paginator: config.paginator!,
    data_selector: config.data_selector ?? undefined,
    response_actions: (config.response_actions ?? []) as ResponseAction[],
    response_format: config.response_format,
    auth: config.auth,
    origin,
    config,
  };
  return { name, settings, endpoint, incremental: incremental ?? undefined, parent, origins };
}

/** The endpoint of a resource as an object. */
export function endpointOf({ endpoint }: Pick<ResourceConfig, "endpoint">): EndpointConfig {
  return typeof endpoint === "string" ? { path: endpoint } : endpoint ?? {};
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

/** Column hints merged per column; those that the resource describes stand last. */
function mergeColumns(own: TableHints["columns"], shared: TableHints["columns"]): TableHints["columns"] {
  if (!own || !shared) return undefined;
  const merged = { ...columnsByName(shared) };
  for (const [name, hints] of Object.entries(columnsByName(own))) {
    const known = merged[name];
    delete merged[name];
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

/** A path that ends in a placeholder names one entity: no paging, and the body is the record. */
function withSingleEntity(
  config: EndpointConfig,
  { client, origins }: { client?: ClientConfig; origins: Record<string, Origin> },
): EndpointConfig {
  const isSingle = isSingleEntity(config.path!);
  const choose = (key: string, origin: Origin) => origins[`endpoint.${key}`] = origin;
  let { paginator, data_selector } = config;
  if (isSingle && (data_selector === undefined || data_selector === null)) {
    data_selector = "$";
    choose("data_selector", "single entity");
  }
  if (!isChosen(paginator)) {
    if (isSingle) choose("paginator", "single entity");
    else choose("paginator", isChosen(client?.paginator) ? "client" : "detection");
    paginator = isSingle ? "single_page" : isChosen(client?.paginator) ? client.paginator : "auto";
  }
  if (data_selector === undefined || data_selector === null) choose("data_selector", "detection");
  return { ...config, paginator, data_selector };
}

/** Whether the last segment of a path holds a placeholder. */
export function isSingleEntity(path: string): boolean {
  return /\{[\w.-]+\}/.test(path.replace(/\/+$/, "").split("/").at(-1)!);
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
