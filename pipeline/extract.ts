/**
 * Extraction: walks the selected resources of a source concurrently and hands each page on as it came.
 * It knows no files and no destination; what it produces is plain data, so that it can run on a worker
 * that has the network and nothing else.
 * @module
 */
import type { Emit } from "./events.ts";
import { Cursor } from "./incremental.ts";
import { type JsonObject, stringifyJson } from "./json.ts";
import { keyPart, type PageHeader, type ResourceSummary, type StoredPage } from "./load_package.ts";
import { fieldAt, selectRecords } from "./field_path.ts";
import { OrderedTasks } from "./ordered_tasks.ts";
import { endpointOf, resourceGraph, type ResourceNode } from "./resource_graph.ts";
import {
  type ExtractedPage,
  type IncrementalConfig,
  isHandWritten,
  type Resource,
  type ResourceConfig,
  type SourceParts,
} from "./source.ts";
import { resourceState } from "./state.ts";
import { dispositionOf, keysOf, scopeFields } from "./table_hints.ts";
import { createAuth } from "../rest/auth/mod.ts";
import { RestClient } from "../rest/client.ts";
import { expand, type Values } from "../rest/placeholders.ts";
import type { RequestSpec, RestPage } from "../rest/types.ts";

const DEFAULT_CONCURRENCY = 8;

/** What to extract. */
export interface ExtractOptions {
  readonly sourceName: string;
  readonly parts: SourceParts;
  /** Names of the resources to load; undefined for those selected by default. */
  readonly resources?: readonly string[];
  /** Pages per resource. */
  readonly limit?: number;
  /** Forget the cursors of the selected resources. */
  readonly fullRefresh?: boolean;
  /** The pipeline state; cursors in it are moved. */
  readonly state: JsonObject;
  readonly signal: AbortSignal;
  readonly emit: Emit;
}

/** Receives pages and keys; a slow sink slows the reading. */
export interface ExtractSink {
  append(resource: string, page: StoredPage): Promise<void>;
  addKey(resource: string, key: readonly string[], walked: boolean): Promise<void>;
}

/** Finds what is wrong with a source's setup before anything is opened or asked. @throws {ConfigError} */
export function checkExtract(
  { parts, resources, signal }: Pick<ExtractOptions, "parts" | "resources" | "signal">,
): void {
  resourceGraph(parts, resources);
  new RestClient(parts.client, { signal, emit: () => {} });
}

/** Reads everything that is selected. @throws {SluiceError} the first failure; the rest is stopped */
export async function extract(
  options: ExtractOptions,
  sink: ExtractSink,
): Promise<Record<string, ResourceSummary>> {
  const nodes = resourceGraph(options.parts, options.resources);
  const stop = new AbortController();
  const signal = AbortSignal.any([options.signal, stop.signal]);
  const client = new RestClient(options.parts.client, { signal, emit: options.emit });
  const runs = new Map<ResourceNode, ResourceRun>();
  for (const node of nodes) runs.set(node, new ResourceRun(node, { ...options, signal }, client, sink, runs));
  const roots = [...runs.values()].filter((run) => !run.node.parent);
  const results = await Promise.allSettled(roots.map((run) =>
    run.walk().catch((error) => {
      // The first failure is the cause; what follows are requests cut short by it.
      stop.abort(error);
      throw error;
    })
  ));
  const failed = results.find((result) => result.status === "rejected");
  if (failed) {
    // Walks of children may still be under way; nothing may be written once the caller has the error.
    for (const run of runs.values()) await run.cancel(failed.reason);
    options.signal.throwIfAborted();
    throw stop.signal.reason;
  }
  return Object.fromEntries(
    [...runs.values()].filter((run) => run.node.loads).map((run) => [run.node.name, run.summary()]),
  );
}

/** The walk of one resource in one run. */
class ResourceRun {
  readonly node: ResourceNode;
  readonly #options: ExtractOptions;
  readonly #client: RestClient;
  readonly #sink: ExtractSink;
  readonly #runs: ReadonlyMap<ResourceNode, ResourceRun>;
  readonly #state: JsonObject;
  /** On the resource's own records. */
  readonly #cursor: Cursor | undefined;
  /** On the parent's records: which of them have news for this resource. */
  readonly #parentCursor: Cursor | undefined;
  /** No cursor held anything back when the walk began; committing moves the cursors. */
  readonly #fromStart: boolean;
  readonly #tasks: OrderedTasks<{ page: RestPage; inject: JsonObject }>;
  #pages = 0;
  #rows = 0;
  #ignored = 0;
  #skipped = 0;
  /** The page limit cut the walk short. */
  #limited = false;
  /** Everything that exists was listed. */
  #complete = false;

  constructor(
    node: ResourceNode,
    options: ExtractOptions,
    client: RestClient,
    sink: ExtractSink,
    runs: ReadonlyMap<ResourceNode, ResourceRun>,
  ) {
    this.node = node;
    this.#options = options;
    this.#client = client;
    this.#sink = sink;
    this.#runs = runs;
    this.#state = resourceState(options.state, options.sourceName, node.name);
    if (options.fullRefresh && node.loads) {
      for (const key of Object.keys(this.#state)) delete this.#state[key];
    }
    this.#cursor = this.#ownCursor();
    this.#parentCursor = this.#cursorOnParent();
    this.#fromStart = this.#cursor?.start === undefined && this.#parentCursor?.start === undefined;
    const concurrency = options.parts.client.max_concurrency ?? DEFAULT_CONCURRENCY;
    this.#tasks = new OrderedTasks(concurrency, ({ page, inject }) => this.#take(page, inject));
  }

  #ownCursor(): Cursor | undefined {
    const { resource, name, loads } = this.node;
    const incremental = loads && !isHandWritten(resource) ? endpointOf(resource).incremental : undefined;
    return incremental && new Cursor(incremental, this.#state, name);
  }

  #cursorOnParent(): Cursor | undefined {
    const { resource, parent, name, loads } = this.node;
    if (!parent || !loads || isHandWritten(resource) || resource.every_parent) return undefined;
    const inherited = isHandWritten(parent.resource) ? undefined : endpointOf(parent.resource).incremental;
    if (!resource.parent_cursor && !inherited) return undefined;
    const config = {
      ...inherited,
      ...resource.parent_cursor,
      on_cursor_value_missing: "include",
    } as IncrementalConfig;
    return new Cursor(config, this.#state, name, `${parent.name}:`);
  }

  get #serverTime(): number {
    return this.#client.lastServerTime ?? Date.now();
  }

  get #children(): ResourceRun[] {
    return this.node.children.map((child) => this.#runs.get(child)!);
  }

  /** Walks a root resource and, page by page, its children. */
  async walk(): Promise<void> {
    this.#say("started");
    const walked = isHandWritten(this.node.resource) ? await this.#walkByHand() : await this.#walkEndpoint();
    this.#finish(walked.complete, walked.serverTime);
    await this.#finishChildren(walked.serverTime);
  }

  async #walkByHand(): Promise<{ complete: boolean; serverTime: number }> {
    const resource = this.node.resource;
    if (!isHandWritten(resource)) throw new TypeError("not a hand-written resource");
    const context = {
      client: this.#client,
      state: this.#state,
      signal: this.#options.signal,
      warn: (code: string, message: string) => this.#warn(code, message),
    };
    for await (const page of resource.records(context)) {
      await this.#take(page);
      if (this.#limitReached) {
        this.#limited = true;
        break;
      }
    }
    return { complete: !this.#limited, serverTime: this.#serverTime };
  }

  async #walkEndpoint(): Promise<{ complete: boolean; serverTime: number }> {
    const start = this.#fetchStart();
    let serverTime: number | undefined;
    const request = this.#request({ incremental: this.#placeholders(start) });
    await this.#pagesOf(request, async (page) => {
      serverTime ??= page.response.serverTime;
      await this.#take(page);
      if (this.#limitReached && page.next) this.#limited = true;
      return !this.#limitReached;
    });
    return {
      complete: start === undefined && !this.#limited && !this.#skipped,
      serverTime: serverTime ?? this.#serverTime,
    };
  }

  /** The earliest start that any consumer of this walk needs; undefined when one needs everything. */
  #fetchStart(): string | number | undefined {
    const starts: (string | number | undefined)[] = this.#children.map((child) =>
      (child.node.resource as ResourceConfig).parent_cursor?.except ? undefined : child.#parentCursor?.start
    );
    if (this.node.loads) starts.push(this.#cursor?.start);
    return starts.some((start) => start === undefined)
      ? undefined
      : (starts as (string | number)[]).reduce((least, start) => start < least ? start : least);
  }

  #placeholders(start: string | number | undefined): Values["incremental"] {
    const incremental = endpointOf(this.node.resource as ResourceConfig).incremental;
    if (!incremental) return undefined;
    const initial = incremental.initial_value;
    return {
      start_value: start ?? initial,
      initial_value: initial,
      last_value: this.#cursor?.lastValue ?? initial,
    };
  }

  #request(values: Values): RequestSpec {
    const { path = "", method, params = {}, headers, json } = endpointOf(
      this.node.resource as ResourceConfig,
    );
    const fill = (value: string | number | boolean | null) =>
      typeof value === "string" ? expand(value, values) : value;
    return this.#client.request(expand(path, values, encodeURIComponent), {
      method,
      params: Object.fromEntries(Object.entries(params).map(([key, value]) => [key, fill(value)])),
      headers: headers &&
        Object.fromEntries(Object.entries(headers).map(([key, value]) => [key, String(fill(value))])),
      json,
    });
  }

  /** Walks one request's pages until `use` returns false. Returns the response action that ended it, if any. */
  async #pagesOf(
    request: RequestSpec,
    use: (page: RestPage) => Promise<boolean>,
  ): Promise<"ignore" | "skip" | undefined> {
    const endpoint = endpointOf(this.node.resource as ResourceConfig);
    let ended: "ignore" | "skip" | undefined;
    const accept = (status: number, body: string) => {
      ended = endpoint.response_actions?.find((each) =>
        (each.status_code ?? status) === status && body.includes(each.content ?? "")
      )?.action;
      return ended !== undefined;
    };
    const pages = this.#client.paginate(request, {
      resource: this.node.name,
      paginator: endpoint.paginator,
      auth: endpoint.auth ? createAuth(endpoint.auth) : endpoint.auth as null | undefined,
      select: (body) => selectRecords(body, endpoint.data_selector),
      accept,
      // One page is asked for while the one before is dealt with, unless the walk may end early.
      prefetch: this.#options.limit === undefined,
    });
    for await (const page of pages) {
      if (ended) break;
      if (!await use(page)) break;
    }
    if (ended === "ignore") this.#ignored++;
    if (ended === "skip") this.#skipped++;
    return ended;
  }

  get #limitReached(): boolean {
    return this.#options.limit !== undefined && this.#pages >= this.#options.limit;
  }

  /** Passes a page on and feeds its records to the children. */
  async #take(page: ExtractedPage, inject?: JsonObject): Promise<void> {
    const arrived = Array.isArray(page) ? page : page.records;
    const records = process(arrived, this.node.resource);
    const drop: number[] = [];
    for (let index = 0; index < records.length; index++) {
      if (this.#cursor && !this.#cursor.take(records[index])) drop.push(index);
      if (this.#listsKeys) await this.#sink.addKey(this.node.name, this.#keyOf(records[index]), false);
    }
    this.#pages++;
    this.#rows += records.length - drop.length;
    if (this.node.loads && records.length > drop.length) {
      const asItCame = !Array.isArray(page) && records === arrived;
      const header: PageHeader = {
        select: asItCame ? this.#selector : undefined,
        drop: drop.length ? drop : undefined,
        plain: asItCame ? page.response.isPlain : undefined,
        inject,
        records: records.length - drop.length,
      };
      const body = asItCame ? page.response.bytes : new TextEncoder().encode(stringifyJson(records));
      await this.#sink.append(this.node.name, { header, body });
    }
    this.#options.emit({ type: "page", resource: this.node.name, pages: this.#pages, rows: this.#rows });
    for (const child of this.#children) for (const record of records) await child.#takeParent(record);
  }

  get #selector(): string | undefined {
    return isHandWritten(this.node.resource) ? undefined : endpointOf(this.node.resource).data_selector;
  }

  /** Keys are listed when a later publish may have to tell which rows are gone. */
  get #listsKeys(): boolean {
    return this.node.loads && !this.node.parent && dispositionOf(this.node.resource).prune &&
      this.#cursor?.start !== undefined;
  }

  #keyOf(record: JsonObject): string[] {
    return keysOf(this.node.resource).primary.map((field) => keyPart(fieldAt(record, field)));
  }

  /** Starts the walk of one parent record, unless it is known to hold nothing new. */
  async #takeParent(parent: JsonObject): Promise<void> {
    const resource = this.node.resource as ResourceConfig;
    const inject = this.#injected(parent);
    const key = scopeFields(resource).map((field) => keyPart(inject[field]));
    const note = (walked: boolean) =>
      key.length ? this.#sink.addKey(this.node.name, key, walked) : Promise.resolve();
    const isNew = this.#parentCursor?.take(parent) ?? true;
    if (!isNew && !resource.parent_cursor?.except?.(parent)) return await note(false);
    if (resource.parent_filter && !resource.parent_filter(parent)) return await note(true);
    if (this.#limitReached) {
      this.#limited = true;
      return;
    }
    const values: Values = { parent: { name: this.node.parent!.name, record: parent } };
    const request = this.#request(values);
    await this.#tasks.add(async (emit) => {
      let cut = false;
      const ended = await this.#pagesOf(request, async (page) => {
        if (this.#limitReached) {
          cut = this.#limited = true;
          return false;
        }
        await emit({ page, inject });
        return true;
      });
      await note(ended !== "skip" && !cut);
    });
  }

  #injected(parent: JsonObject): JsonObject {
    const { include_from_parent: fields = [] } = this.node.resource as ResourceConfig;
    const pairs = Array.isArray(fields)
      ? fields.map((field: string) => [`_${this.node.parent!.name}_${field}`, field])
      : Object.entries(fields);
    return Object.fromEntries(pairs.map(([name, path]) => [name, fieldAt(parent, path) ?? null]));
  }

  async #finishChildren(serverTime: number): Promise<void> {
    for (const child of this.#children) {
      await child.#tasks.finish();
      child.#finish(this.#complete && !child.#limited, serverTime, this.#limited);
      await child.#finishChildren(serverTime);
    }
  }

  #finish(complete: boolean, serverTime: number, parentLimited = false): void {
    this.#complete = complete;
    if (!this.#limited && !parentLimited) {
      this.#cursor?.commit(serverTime);
      this.#parentCursor?.commit(serverTime);
    }
    if (this.#ignored && this.node.parent) {
      this.#warn(
        "parents-vanished",
        `${this.#ignored} ${this.node.parent.name} vanished while they were read and were skipped`,
      );
    }
    if (this.#skipped) {
      const what = this.node.parent ? `${this.#skipped} ${this.node.parent.name}` : "the endpoint";
      this.#warn("not-readable", `${what} could not be read with these rights and kept their rows`);
    }
    const { resource } = this.node;
    if (!isHandWritten(resource) && resource.warn_if_empty && complete && !this.#rows) {
      this.#warn("empty", resource.warn_if_empty);
    }
    this.#say("finished");
  }

  #say(state: "started" | "finished"): void {
    if (!this.node.loads) return;
    this.#options.emit({
      type: "resource",
      resource: this.node.name,
      state,
      pages: this.#pages,
      rows: this.#rows,
    });
  }

  #warn(code: string, message: string): void {
    this.#options.emit({ type: "warning", code, message, resource: this.node.name });
  }

  /** Ends what still runs for this resource after a failure elsewhere. */
  cancel(reason: unknown): Promise<void> {
    return this.#tasks.cancel(reason);
  }

  /** What the following steps must know. */
  summary(): ResourceSummary {
    const { resource, parent } = this.node;
    const { disposition, prune, strategy } = dispositionOf(resource);
    const perParent = parent !== undefined && strategy === "replace-per-parent";
    const fresh = this.#complete && this.#fromStart && !this.#skipped;
    const hints = Object.fromEntries(
      ["table_name", "write_disposition", "primary_key", "merge_key", "columns", "max_table_nesting"]
        .filter((key) => key in resource).map((key) => [key, resource[key as keyof typeof resource]]),
    );
    const scope = perParent
      ? { fields: scopeFields(resource), complete: this.#complete }
      : prune && this.#complete && !fresh
      ? { fields: keysOf(resource).primary, complete: true }
      : undefined;
    const replaceAll = disposition === "replace" || ((perParent || prune) && fresh);
    const copiesOf = isHandWritten(resource) ? undefined : resource.copies_of;
    return {
      hints,
      pages: this.#pages,
      rows: this.#rows,
      replaceAll,
      scope: replaceAll ? undefined : scope,
      copiesOf,
    };
  }
}

/** The records after the resource's processing steps; the very same list when there are none. */
function process(records: JsonObject[], resource: Resource): JsonObject[] {
  if (isHandWritten(resource) || !resource.processing_steps?.length) return records;
  let processed: JsonObject[] = records;
  for (const step of resource.processing_steps) {
    if ("filter" in step) processed = processed.filter(step.filter);
    if ("map" in step) processed = processed.map(step.map);
    if ("yield_map" in step) processed = processed.flatMap((record) => [...step.yield_map(record)]);
  }
  return processed;
}
