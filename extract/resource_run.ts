/**
 * The walk of one resource in one run: its pages, its cursors, what it hands to its children, and what the
 * following steps must know of it.
 * @module
 */
import { SluiceError } from "../pipeline/errors.ts";
import type { Emit } from "../pipeline/events.ts";
import { fieldAt } from "../pipeline/field_path.ts";
import type { JsonObject } from "../pipeline/json.ts";
import { keyPart, type ResourceSummary, type StoredPage } from "../pipeline/load_package.ts";
import { resourceState } from "../pipeline/state.ts";
import { dispositionOf, keysOf, scopeFields } from "../pipeline/table_hints.ts";
import type { RestClient } from "../rest/client.ts";
import { Cursor } from "./cursor.ts";
import type { CursorValue } from "./cursor_value.ts";
import { ResourceCursors } from "./cursors.ts";
import { type EndedBy, EndpointReader } from "./endpoint_reader.ts";
import { extractContext } from "./extract_context.ts";
import type { ResourceNode } from "./graph.ts";
import { OrderedTasks } from "./ordered_tasks.ts";
import { injected, takePage } from "./page_records.ts";
import { cursorParams } from "./resolve.ts";
import type { ResourceSettings } from "./rest_api_config.ts";
import { storedHints, summaryOf, tableOf } from "./resource_summary.ts";
import type { ExtractedPage } from "./source.ts";
import type { ResolvedSource } from "./validate.ts";

/** What to extract. */
export interface ExtractOptions {
  readonly sourceName: string;
  readonly source: ResolvedSource;
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

/** How a walk went: whether it listed everything that exists, and the server's time when it began. */
interface Walked {
  readonly complete: boolean;
  readonly serverTime: number;
}

/** A page on its way, with what its parent gives to it. */
interface Arrived {
  readonly page: ExtractedPage;
  readonly inject?: JsonObject;
  readonly parent?: JsonObject;
}

// Without a client nothing is limited by an API.
const CLIENTLESS_CONCURRENCY = 8;

/** The walk of one resource in one run. */
export class ResourceRun {
  readonly node: ResourceNode;
  readonly #options: ExtractOptions;
  readonly #client: RestClient | undefined;
  readonly #endpoint: EndpointReader | undefined;
  readonly #sink: ExtractSink;
  readonly #runs: ReadonlyMap<ResourceNode, ResourceRun>;
  readonly #state: JsonObject;
  readonly #cursors: ResourceCursors;
  readonly #tasks: OrderedTasks<Arrived>;
  /** Tables that records chose themselves, where they do. */
  readonly #tables = new Set<string>();
  #pages = 0;
  #rows = 0;
  /** Records met, whether or not they are new. */
  #listed = 0;
  #ignored = 0;
  #skipped = 0;
  #withoutValue = 0;
  /** The page limit cut the walk short. */
  #limited = false;
  /** Everything that exists was listed. */
  #complete = false;
  /** A list of everything came back empty although there must be something. */
  #hidden = false;

  constructor(
    node: ResourceNode,
    options: ExtractOptions,
    client: RestClient | undefined,
    sink: ExtractSink,
    runs: ReadonlyMap<ResourceNode, ResourceRun>,
  ) {
    this.node = node;
    this.#options = options;
    this.#client = client;
    this.#sink = sink;
    this.#runs = runs;
    const { endpoint, incremental } = node.resource;
    if (endpoint) {
      const prefetch = options.limit === undefined && !incremental?.row_order;
      this.#endpoint = new EndpointReader(endpoint, { name: node.name, client: client!, prefetch });
    }
    this.#state = resourceState(options.state, options.sourceName, node.name);
    const startsOver = options.fullRefresh || dispositionOf(this.#settings).disposition === "replace";
    if (startsOver && node.loads) {
      for (const key of Object.keys(this.#state)) delete this.#state[key];
    }
    this.#cursors = new ResourceCursors({ node, state: this.#state });
    const concurrency = this.#settings.parallelized === false
      ? 1
      : client?.maxConcurrency ?? CLIENTLESS_CONCURRENCY;
    this.#tasks = new OrderedTasks(concurrency, (arrived) => this.#take(arrived));
  }

  get #settings(): ResourceSettings {
    return this.node.resource.settings;
  }

  get #serverTime(): number {
    return this.#client?.lastServerTime ?? Date.now();
  }

  get #children(): ResourceRun[] {
    return this.node.children.map((child) => this.#runs.get(child)!);
  }

  /** Walks a root resource and, page by page, its children. */
  async walk(): Promise<void> {
    this.#say("started");
    const walked = this.#endpoint ? await this.#walkEndpoint(this.#endpoint) : await this.#walkByHand();
    this.#finish(walked.complete, walked.serverTime);
    await this.#finishChildren(walked.serverTime);
  }

  async #walkByHand(): Promise<Walked> {
    const start = this.#fetchStart();
    for await (const page of this.#callByHand({ from: start })) {
      await this.#take({ page });
      if (this.#isOver) break;
      if (this.#limitReached) {
        this.#limited = true;
        break;
      }
    }
    return { complete: !this.#limited, serverTime: this.#serverTime };
  }

  /** Calls the author's function, for a parent or for all. */
  #callByHand({ parent, from }: { parent?: JsonObject; from?: CursorValue }): AsyncIterable<ExtractedPage> {
    const cursor = this.#cursorFor(parent);
    return this.node.resource.records!(extractContext({
      name: this.node.name,
      client: this.#client,
      parent,
      incremental: cursor?.values(from ?? cursor.initial),
      state: this.#state,
      signal: this.#options.signal,
      emit: this.#options.emit,
    }));
  }

  async #walkEndpoint(endpoint: EndpointReader): Promise<Walked> {
    const start = this.#fetchStart();
    let serverTime: number | undefined;
    const { values, params } = this.#cursorValues(undefined, start);
    const ended = await endpoint.read({ incremental: values }, params, async (page) => {
      serverTime ??= page.response.serverTime;
      await this.#take({ page });
      if (this.#isOver) return false;
      if (this.#limitReached && page.next) this.#limited = true;
      return !this.#limitReached;
    });
    this.#count(ended);
    // A list that must have something in it and has nothing tells of missing rights, not of missing rows.
    const mustHaveSome = this.#settings.warn_if_empty !== undefined;
    this.#hidden = mustHaveSome && start === undefined && !this.#listed && !this.#limited && !this.#skipped;
    return {
      complete: start === undefined && !this.#limited && !this.#skipped && !this.#hidden,
      serverTime: serverTime ?? this.#serverTime,
    };
  }

  /** The earliest start that any consumer of this walk needs; undefined when one needs everything. */
  #fetchStart(): CursorValue | undefined {
    const starts: (CursorValue | undefined)[] = this.#children.map((child) =>
      child.#settings.parent_cursor?.except ? undefined : child.#cursors.onParent?.start
    );
    if (this.node.loads) starts.push(this.#cursors.own?.start);
    if (!starts.length || starts.some((start) => start === undefined)) return undefined;
    const isDescending = this.node.resource.incremental?.last_value_func === "min";
    return (starts as CursorValue[]).reduce((first, start) =>
      (start < first) !== isDescending ? start : first
    );
  }

  /** The cursor that a request is made for, also where nothing is loaded and so nothing remembered. */
  #cursorFor(parent?: JsonObject): Cursor | undefined {
    const { incremental } = this.node.resource;
    if (!incremental) return undefined;
    return this.#cursors.of(parent) ?? new Cursor(incremental, { state: {}, resource: this.node.name });
  }

  #cursorValues(parent: JsonObject | undefined, from?: CursorValue) {
    const { incremental } = this.node.resource;
    const cursor = this.#cursorFor(parent);
    if (!incremental || !cursor) return { values: undefined, params: {} };
    const values = cursor.values(parent ? undefined : from ?? cursor.initial);
    return { values, params: cursorParams(incremental, values) };
  }

  #count(ended: EndedBy | undefined): void {
    if (ended === "ignore") this.#ignored++;
    if (ended === "skip") this.#skipped++;
    if (ended === "no-value") this.#withoutValue++;
  }

  get #limitReached(): boolean {
    return this.#options.limit !== undefined && this.#pages >= this.#options.limit;
  }

  /** By the order of the records nothing new can follow, for this resource and for those it feeds. */
  get #isOver(): boolean {
    if (!this.#cursors.own?.isOver) return false;
    return this.#children.every((child) => child.#cursors.onParent?.isOver ?? false);
  }

  /** Passes a page on and feeds its records to the children. */
  async #take({ page, inject, parent }: Arrived): Promise<void> {
    const taken = takePage(page, this.#settings, inject);
    const { records } = taken;
    const drop: number[] = [];
    const listsKeys = this.#listsKeys;
    const cursor = this.#cursors.of(parent);
    for (let index = 0; index < records.length; index++) {
      if (cursor && !cursor.take(records[index]!)) drop.push(index);
      if (listsKeys) await this.#sink.addKey(this.node.name, this.#keyOf(records[index]!), false);
    }
    this.#pages++;
    this.#listed += records.length;
    this.#rows += records.length - drop.length;
    if (this.node.loads && records.length > drop.length) await this.#append(taken, drop);
    this.#options.emit({ type: "page", resource: this.node.name, pages: this.#pages, rows: this.#rows });
    for (const child of this.#children) for (const record of records) await child.#takeParent(record);
  }

  async #append(
    { records, store, storeOnly }: ReturnType<typeof takePage>,
    drop: readonly number[],
  ): Promise<void> {
    const { table_name } = this.#settings;
    if (typeof table_name !== "function") return await this.#sink.append(this.node.name, store(drop));
    const dropped = new Set(drop);
    const kept = records.filter((_, index) => !dropped.has(index));
    for (const [table, some] of Map.groupBy(kept, (record) => tableOf(table_name, record, this.node.name))) {
      this.#tables.add(table);
      await this.#sink.append(`${this.node.name}/${table}`, storeOnly(some));
    }
  }

  /** Keys are listed when a later publish may have to tell which rows are gone. */
  get #listsKeys(): boolean {
    return this.node.loads && !this.node.parent && dispositionOf(this.#settings).prune &&
      this.#cursors.own?.start !== undefined;
  }

  #keyOf(record: JsonObject): string[] {
    return keysOf(this.#settings).primary.map((field) => keyPart(fieldAt(record, field)));
  }

  /** Starts the walk of one parent record, unless it is known to hold nothing new. */
  async #takeParent(parent: JsonObject): Promise<void> {
    const settings = this.#settings;
    const { onParent } = this.#cursors;
    const inject = this.#attempt(() => injected(settings, this.node.parent!.name, parent));
    const key = scopeFields(settings).map((field) => keyPart(inject?.[field]));
    const note = (walked: boolean) =>
      key.length ? this.#sink.addKey(this.node.name, key, walked) : Promise.resolve();
    const isNew = onParent?.take(parent) ?? true;
    if (!isNew && !settings.parent_cursor?.except?.(parent)) return await note(false);
    if (settings.parent_filter && !settings.parent_filter(parent)) return await note(true);
    if (this.#limitReached) {
      this.#limited = true;
      return;
    }
    await this.#tasks.add(async (emit) => {
      let cut = false;
      const ended = await this.#readFor(parent, async (page) => {
        if (this.#limitReached) {
          cut = this.#limited = true;
          return false;
        }
        await emit({ page, inject, parent });
        return true;
      });
      this.#count(ended);
      await note(ended !== "skip" && !cut);
    });
  }

  /** Reads what belongs to one parent. */
  async #readFor(
    parent: JsonObject,
    use: (page: ExtractedPage) => Promise<boolean>,
  ): Promise<EndedBy | undefined> {
    if (!this.#endpoint) {
      for await (const page of this.#callByHand({ parent })) if (!await use(page)) break;
      return undefined;
    }
    const { values, params } = this.#cursorValues(parent);
    const name = this.node.parent!.name;
    try {
      return await this.#endpoint.read(
        { parent: { name, record: parent }, incremental: values },
        params,
        use,
      );
    } catch (error) {
      throw withResource(error, this.node.name);
    }
  }

  #attempt<T>(action: () => T): T {
    try {
      return action();
    } catch (error) {
      throw withResource(error, this.node.name);
    }
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
    if (!this.#limited && !parentLimited) this.#commit(serverTime);
    const parents = this.node.parent?.name;
    if (this.#ignored && parents) {
      this.#warn(
        "parents-vanished",
        `${this.#ignored} ${parents} vanished while they were read and were skipped`,
      );
    }
    if (this.#withoutValue) {
      const what = parents ? `${this.#withoutValue} ${parents} have` : "the endpoint has";
      this.#warn("no-value", `${what} no value for the path and were not asked for`);
    }
    if (this.#skipped) {
      const what = parents ? `${this.#skipped} ${parents}` : "the endpoint";
      this.#warn("not-readable", `${what} could not be read with these rights and kept their rows`);
    }
    if (this.#hidden) this.#warn("empty", this.#settings.warn_if_empty!);
    this.#say("finished");
  }

  #commit(serverTime: number): void {
    const many = this.#cursors.commit(serverTime);
    if (!many) return;
    this.#warn(
      "coarse-cursor",
      `${many} records share the last cursor value and have to be remembered; choose a finer cursor_path`,
    );
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

  /** What the following steps must know, by the name that pages were appended under. */
  summaries(): [string, ResourceSummary][] {
    const { name } = this.node;
    const facts = {
      node: this.node,
      pages: this.#pages,
      rows: this.#rows,
      complete: this.#complete,
      skipped: this.#skipped > 0,
      hasStart: this.#cursors.hasStart,
    };
    if (typeof this.#settings.table_name !== "function") return [[name, summaryOf(facts)]];
    return [...this.#tables].map((table) => [
      `${name}/${table}`,
      { ...summaryOf(facts), resource: name, hints: { ...storedHints(this.#settings), table_name: table } },
    ]);
  }
}

/** An error with the resource that it concerns, where it says none. */
function withResource(error: unknown, resource: string): unknown {
  return error instanceof SluiceError ? error.within({ resource }) : error;
}
