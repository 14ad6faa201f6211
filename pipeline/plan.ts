/**
 * What a run would do: the resources in order, where each starts, how many requests it takes where the API
 * tells, and which tables and columns the first page would make. Nothing is written.
 * @module
 */
import type { Cursor } from "../extract/cursor.ts";
import { ResourceCursors } from "../extract/cursors.ts";
import { EndpointReader } from "../extract/endpoint_reader.ts";
import { resourceGraph, type ResourceNode } from "../extract/graph.ts";
import { probe, type ProbeResult } from "../extract/probe.ts";
import { cursorParams } from "../extract/definition/resolve.ts";
import { planned } from "../extract/resource_summary.ts";
import type { ResolvedSource } from "../extract/definition/validate.ts";
import { CLIENT_DEFAULTS, RestClient } from "../rest/client.ts";
import { describeRequest } from "../rest/origin.ts";
import { createPaginator } from "../rest/paginators/mod.ts";
import type { ClientConfig, Paginator, RequestSpec } from "../rest/types.ts";
import type { Destination, Session } from "./destination.ts";
import { Contracts } from "./contracts.ts";
import { Discards } from "./discards.ts";
import { formatError, NormalizeError, SluiceError } from "./errors.ts";
import type { Emit, RunEvent } from "./events.ts";
import type { JsonObject } from "./json.ts";
import { applyRules, contractOf, type LoadRules, NO_RULES, type RunRules } from "./load_rules.ts";
import { Naming } from "./naming.ts";
import { Normalizer } from "./normalize.ts";
import { refreshSchema } from "./refresh.ts";
import { ResourceTables } from "./resource_tables.ts";
import { type RunSettings, startingState } from "./run_settings.ts";
import { Schema } from "./schema.ts";
import { knownColumns, schemaChanges, type TableChange } from "./schema_changes.ts";
import type { MergeStrategy, WriteDisposition } from "./schema_types.ts";
import { resourceState } from "./state.ts";
import { dispositionOf, handsDownRootKeys, keysOf } from "./table_hints.ts";

/** How a plan is made. */
export interface PlanOptions extends RunRules {
  /** The only resources to look at. */
  readonly resources?: readonly string[];
  /** False sends no request; pages, tables and columns are then unknown. @default true */
  readonly probe?: boolean;
  readonly signal?: AbortSignal;
  readonly emit?: Emit;
}

/** A table that a run would make or widen, as far as one page tells. */
export type PlannedTable = TableChange;

/** How many requests something takes; not exact where the API does not tell. */
export interface PlannedRequests {
  readonly count: number;
  readonly isExact: boolean;
}

/** One resource of a plan. */
export interface PlannedResource {
  readonly resource: string;
  /** False: only read for the resources that it feeds. */
  readonly loads: boolean;
  readonly parent?: string;
  /** Method and path as they are written. */
  readonly reads: string;
  readonly disposition: WriteDisposition;
  readonly strategy?: MergeStrategy;
  readonly primaryKey: readonly string[];
  /** The cursor, and where it starts; undefined start: at the beginning. */
  readonly cursor?: { readonly path: string; readonly start?: string };
  /** Method, address and parameter names of the first request. */
  readonly firstRequest?: string;
  readonly records?: number;
  readonly requests?: PlannedRequests;
  readonly paginator?: string;
  readonly selector?: string;
  readonly tables: readonly PlannedTable[];
  /** What stood in the way of looking closer. */
  readonly problem?: string;
}

/** What a run would do. */
export interface Plan {
  readonly pipelineName: string;
  readonly datasetName: string;
  readonly destination: string;
  /** Undefined: the dataset does not exist yet. */
  readonly location?: string;
  readonly resources: readonly PlannedResource[];
  /** Requests in all; absent without a probe. */
  readonly requests?: PlannedRequests;
  /** About how long these take, in seconds. */
  readonly seconds?: number;
}

/** What a plan is made of. */
export interface PlanParts extends PlanOptions {
  readonly pipelineName: string;
  readonly datasetName: string;
  readonly schemaName: string;
  readonly settings: RunSettings;
  readonly maxTableNesting?: number;
  readonly destination: Destination;
  readonly session?: Session;
  readonly rules?: LoadRules;
}

/** Makes the plan of a run. A resource that cannot be read is a line of the plan, not an error. */
export async function planRun(source: ResolvedSource, parts: PlanParts): Promise<Plan> {
  const { pipelineName, datasetName, schemaName, settings, destination, session } = parts;
  const stored = session ? await session.stored(pipelineName, schemaName) : {};
  const header = { pipelineName, datasetName, schemaName, destination: destination.name };
  const state = startingState(stored.state, header, settings);
  const nodes = resourceGraph(source.resources, parts.resources);
  const loaded = nodes.filter(({ loads }) => loads).map(({ name }) => name);
  if (settings.refresh) loaded.forEach((name) => forget(state, schemaName, name));
  const budgets = new Budgets(parts.emit);
  const results = new Map<string, ProbeResult>();
  if (parts.probe !== false) {
    const signal = parts.signal ?? new AbortController().signal;
    const options = { resources: parts.resources, signal, emit: budgets.emit, state, sourceName: schemaName };
    for await (const result of probe(source, options)) results.set(result.node.name, result);
  }
  const schema = stored.schema === undefined ? new Schema(schemaName) : Schema.parse(stored.schema);
  refreshSchema(settings.refresh, schema, loaded);
  if (parts.maxTableNesting !== undefined) schema.normalizer.max_nesting = parts.maxTableNesting;
  const { rules = NO_RULES } = parts;
  applyRules(schema, rules);
  const naming = new Naming(destination.capabilities.maxIdentifierLength);
  const counts = requestCounts(nodes, results);
  const client = source.client && new RestClient(source.client);
  const resources = nodes.map((node): PlannedResource => {
    const result = results.get(node.name);
    const known = resourceState(state, schemaName, node.name);
    return {
      ...plannedNode(node, known),
      ...(result ? plannedProbe(result) : { firstRequest: firstRequest(client, node, known) }),
      requests: counts.get(node),
      ...(node.loads && result ? plannedTables(result, { schema, naming, rules }) : { tables: [] }),
    };
  });
  const requests = results.size ? total([...counts.values()]) : undefined;
  return {
    pipelineName,
    datasetName,
    destination: destination.name,
    location: session?.location,
    resources,
    requests,
    seconds: requests &&
      budgets.seconds(requests.count, { client: source.client, results: [...results.values()] }),
  };
}

/** A refresh begins without what is remembered of the resources that it loads. */
function forget(state: JsonObject, schemaName: string, resource: string): void {
  const known = resourceState(state, schemaName, resource);
  for (const key of Object.keys(known)) delete known[key];
}

function plannedNode(node: ResourceNode, state: JsonObject) {
  const { settings, incremental, endpoint, reads } = node.resource;
  const { disposition, strategy } = dispositionOf(settings);
  const from = cursorOf(node, state)?.from;
  return {
    resource: node.name,
    loads: node.loads,
    parent: node.parent?.name,
    reads: endpoint ? `${endpoint.method} ${endpoint.path}` : reads ?? "own code",
    disposition,
    strategy,
    primaryKey: keysOf(settings).primary,
    cursor: incremental && {
      path: [incremental.cursor_path].flat().join(", "),
      start: from === undefined ? undefined : String(from),
    },
  };
}

/** The first request as a run would build it; what a child asks depends on its parents. */
function firstRequest(
  client: RestClient | undefined,
  node: ResourceNode,
  state: JsonObject,
): string | undefined {
  const { endpoint, incremental } = node.resource;
  if (!endpoint || !client || node.parent) return undefined;
  const reader = new EndpointReader(endpoint, { name: node.name, client, prefetch: false });
  const cursor = cursorOf(node, state);
  const values = cursor?.values(cursor.from);
  const request = reader.request(
    { incremental: values },
    incremental && values ? cursorParams(incremental, values) : {},
  );
  return request && describeRequest(firstPage(createPaginator(endpoint.paginator), request));
}

/** The request for the first page; of a paginator that is elsewhere, what it begins with. */
function firstPage(paginator: Paginator, request: RequestSpec): RequestSpec {
  try {
    return paginator.first(request);
  } catch (error) {
    if (error instanceof SluiceError && error.code === "confined-function") return request;
    throw error;
  }
}

function cursorOf(node: ResourceNode, state: JsonObject): Cursor | undefined {
  const startsOver = dispositionOf(node.resource.settings).disposition === "replace";
  return new ResourceCursors({ node, state: startsOver ? {} : structuredClone(state) }).asking();
}

function plannedProbe(result: ProbeResult) {
  const fault = result.error ?? result.problem;
  return {
    firstRequest: result.request,
    records: result.records.length,
    paginator: result.paginator?.type,
    selector: result.selector,
    problem: fault ? formatError(fault) : result.nothing,
  };
}

/** Requests by resource: pages where they are known, times the parents of a child. */
function requestCounts(
  nodes: readonly ResourceNode[],
  results: ReadonlyMap<string, ProbeResult>,
): Map<ResourceNode, PlannedRequests> {
  const counts = new Map<ResourceNode, PlannedRequests>();
  const records = new Map<ResourceNode, number>();
  for (const node of nodes) {
    const result = results.get(node.name);
    if (!result || result.error) continue;
    const above = node.parent && counts.get(node.parent);
    const parents = node.parent ? records.get(node.parent) ?? 0 : 1;
    const pages = result.pages ?? (result.hasMore ? 2 : 1);
    // Each parent may have another number of pages; one was looked at.
    const isExact = (above?.isExact ?? true) && (result.pages !== undefined || !result.hasMore) &&
      (!node.parent || parents <= 1);
    counts.set(node, { count: parents * pages, isExact });
    records.set(node, parents * pages * result.records.length);
  }
  return counts;
}

function total(counts: readonly PlannedRequests[]): PlannedRequests {
  return {
    count: counts.reduce((sum, { count }) => sum + count, 0),
    isExact: counts.every(({ isExact }) => isExact),
  };
}

/** Takes the records of a page into the schema and tells what that changed, or what its contract refuses. */
function plannedTables(
  { node, records, tables: chosen }: ProbeResult,
  { schema, naming, rules }: { schema: Schema; naming: Naming; rules: LoadRules },
): { tables: PlannedTable[]; problem?: string } {
  const { settings, name: resource } = node.resource;
  const known = knownColumns(schema);
  const contracts = new Contracts(schema, known);
  const filling = { schema, naming, loadId: "0", batchRows: 1000, sink: () => {} };
  const normalizer = new Normalizer({ ...filling, rules: { contracts, discards: new Discards(filling) } });
  const contract = contractOf(rules, resource);
  const context = { schema, naming, contracts, contract, owners: new Map() };
  const tables = new ResourceTables([resource, planned(node.resource)], context);
  const hints = { rootKey: handsDownRootKeys(settings) };
  try {
    for (const [index, record] of records.entries()) {
      const { table } = tables.of(chosen?.[index]);
      if (table) normalizer.add(table.name, record, hints);
    }
    return { tables: schemaChanges(known, schema) };
  } catch (error) {
    if (!(error instanceof NormalizeError)) throw error;
    return { tables: schemaChanges(known, schema), problem: formatError(error.within({ resource })) };
  }
}

/** What answers told about rate limits, and how long requests take under them. */
class Budgets {
  readonly #forward: Emit | undefined;
  readonly #budgets = new Map<string, RunEvent & { type: "budget" }>();

  constructor(forward: Emit | undefined) {
    this.#forward = forward;
  }

  readonly emit = (event: RunEvent): void => {
    if (event.type === "budget") this.#budgets.set(event.bucket, event);
    this.#forward?.(event);
  };

  /** About how long so many requests take: by their own time, by the pace, and by what is left of limits. */
  seconds(
    requests: number,
    { client, results }: { client?: ClientConfig; results: readonly ProbeResult[] },
  ): number {
    const times = results.map(({ seconds = 0 }) => seconds);
    const average = times.reduce((sum, each) => sum + each, 0) / Math.max(1, times.length);
    const { requests_per_second: perSecond, requests_per_minute: perMinute } = client?.rate_limit ?? {};
    return Math.max(
      requests * average / (client?.max_concurrency ?? CLIENT_DEFAULTS.max_concurrency),
      perSecond ? requests / perSecond : 0,
      perMinute ? requests * 60 / perMinute : 0,
      ...[...this.#budgets.values()].map((budget) => waitFor(requests, budget)),
    );
  }
}

/** Seconds spent waiting for the windows of a limit to begin anew. */
function waitFor(requests: number, { limit, remaining, resetAt }: RunEvent & { type: "budget" }): number {
  if (requests <= remaining || limit <= 0) return 0;
  const untilReset = Math.max(1, (resetAt - Date.now()) / 1000);
  const windows = Math.ceil((requests - remaining) / limit);
  return untilReset + (windows - 1) * Math.max(60, untilReset);
}
