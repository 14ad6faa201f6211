/**
 * The walk of one resource in one run: its pages, its cursors, what it hands to its children, and what the
 * following steps must know of it.
 * @module
 */
import { type EndedBy, EndpointReader } from "./endpoint_reader.ts";
import type { Emit } from "./events.ts";
import { fieldAt } from "./field_path.ts";
import { Cursor, type CursorValue } from "./incremental.ts";
import type { JsonObject } from "./json.ts";
import { keyPart, type ResourceSummary, type StoredPage } from "./load_package.ts";
import { OrderedTasks } from "./ordered_tasks.ts";
import { injected, takePage } from "./page_records.ts";
import { endpointOf, type ResourceNode } from "./resource_graph.ts";
import {
  type ExtractedPage,
  type HandWrittenResource,
  type IncrementalConfig,
  isHandWritten,
  type ResourceConfig,
  type SourceParts,
} from "./source.ts";
import { resourceState } from "./state.ts";
import { dispositionOf, keysOf, scopeFields } from "./table_hints.ts";
import type { RestClient } from "../rest/client.ts";
import type { Values } from "../rest/placeholders.ts";
import type { RestPage } from "../rest/types.ts";

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

/** How a walk went: whether it listed everything that exists, and the server's time when it began. */
interface Walked {
  readonly complete: boolean;
  readonly serverTime: number;
}

/** The walk of one resource in one run. */
export class ResourceRun {
  readonly node: ResourceNode;
  readonly #options: ExtractOptions;
  readonly #client: RestClient;
  readonly #endpoint: EndpointReader | undefined;
  readonly #sink: ExtractSink;
  readonly #runs: ReadonlyMap<ResourceNode, ResourceRun>;
  readonly #state: JsonObject;
  /** On the resource's own records. */
  readonly #cursor: Cursor | undefined;
  /** On the parent's records: which of them have news for this resource. */
  readonly #parentCursor: Cursor | undefined;
  readonly #tasks: OrderedTasks<{ page: RestPage; inject: JsonObject }>;
  #pages = 0;
  #rows = 0;
  /** Records met, whether or not they are new. */
  #listed = 0;
  #ignored = 0;
  #skipped = 0;
  /** The page limit cut the walk short. */
  #limited = false;
  /** Everything that exists was listed. */
  #complete = false;
  /** A list of everything came back empty although there must be something. */
  #hidden = false;

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
    if (!isHandWritten(node.resource)) {
      this.#endpoint = new EndpointReader(node.resource, { client, prefetch: options.limit === undefined });
    }
    this.#sink = sink;
    this.#runs = runs;
    this.#state = resourceState(options.state, options.sourceName, node.name);
    if (options.fullRefresh && node.loads) {
      for (const key of Object.keys(this.#state)) delete this.#state[key];
    }
    this.#cursor = this.#ownCursor();
    this.#parentCursor = this.#cursorOnParent();
    this.#tasks = new OrderedTasks(client.maxConcurrency, ({ page, inject }) => this.#take(page, inject));
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
    const { resource } = this.node;
    const walked = isHandWritten(resource) ? await this.#walkByHand(resource) : await this.#walkEndpoint();
    this.#finish(walked.complete, walked.serverTime);
    await this.#finishChildren(walked.serverTime);
  }

  async #walkByHand(resource: HandWrittenResource): Promise<Walked> {
    const context = {
      client: this.#client.forResource(this.node.name),
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

  async #walkEndpoint(): Promise<Walked> {
    const start = this.#fetchStart();
    let serverTime: number | undefined;
    const ended = await this.#endpoint!.read({ incremental: this.#cursorValues(start) }, async (page) => {
      serverTime ??= page.response.serverTime;
      await this.#take(page);
      if (this.#limitReached && page.next) this.#limited = true;
      return !this.#limitReached;
    });
    this.#count(ended);
    // A list that must have something in it and has nothing tells of missing rights, not of missing rows.
    const mustHaveSome = (this.node.resource as ResourceConfig).warn_if_empty !== undefined;
    this.#hidden = mustHaveSome && start === undefined && !this.#listed && !this.#limited && !this.#skipped;
    return {
      complete: start === undefined && !this.#limited && !this.#skipped && !this.#hidden,
      serverTime: serverTime ?? this.#serverTime,
    };
  }

  /** The earliest start that any consumer of this walk needs; undefined when one needs everything. */
  #fetchStart(): CursorValue | undefined {
    const starts: (CursorValue | undefined)[] = this.#children.map((child) =>
      (child.node.resource as ResourceConfig).parent_cursor?.except ? undefined : child.#parentCursor?.start
    );
    if (this.node.loads) starts.push(this.#cursor?.start);
    return starts.some((start) => start === undefined)
      ? undefined
      : (starts as CursorValue[]).reduce((least, start) => start < least ? start : least);
  }

  #cursorValues(start: CursorValue | undefined): Values["incremental"] {
    const incremental = endpointOf(this.node.resource as ResourceConfig).incremental;
    if (!incremental) return undefined;
    const initial = incremental.initial_value;
    return {
      start_value: start ?? initial,
      initial_value: initial,
      last_value: this.#cursor?.lastValue ?? initial,
    };
  }

  #count(ended: EndedBy | undefined): void {
    if (ended === "ignore") this.#ignored++;
    if (ended === "skip") this.#skipped++;
  }

  get #limitReached(): boolean {
    return this.#options.limit !== undefined && this.#pages >= this.#options.limit;
  }

  /** Passes a page on and feeds its records to the children. */
  async #take(page: ExtractedPage, inject?: JsonObject): Promise<void> {
    const { records, store } = takePage(page, this.node.resource);
    const drop: number[] = [];
    const listsKeys = this.#listsKeys;
    for (let index = 0; index < records.length; index++) {
      if (this.#cursor && !this.#cursor.take(records[index])) drop.push(index);
      if (listsKeys) await this.#sink.addKey(this.node.name, this.#keyOf(records[index]), false);
    }
    this.#pages++;
    this.#listed += records.length;
    this.#rows += records.length - drop.length;
    if (this.node.loads && records.length > drop.length) {
      await this.#sink.append(this.node.name, store(drop, inject));
    }
    this.#options.emit({ type: "page", resource: this.node.name, pages: this.#pages, rows: this.#rows });
    for (const child of this.#children) for (const record of records) await child.#takeParent(record);
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
    const inject = injected(resource, this.node.parent!.name, parent);
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
    await this.#tasks.add(async (emit) => {
      let cut = false;
      const ended = await this.#endpoint!.read(values, async (page) => {
        if (this.#limitReached) {
          cut = this.#limited = true;
          return false;
        }
        await emit({ page, inject });
        return true;
      });
      this.#count(ended);
      await note(ended !== "skip" && !cut);
    });
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
    if (this.#hidden) this.#warn("empty", (resource as ResourceConfig).warn_if_empty!);
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
    const fresh = this.#complete && this.#cursor?.start === undefined &&
      this.#parentCursor?.start === undefined && !this.#skipped;
    const hints = Object.fromEntries(
      ["table_name", "write_disposition", "primary_key", "merge_key", "columns", "max_table_nesting"]
        .filter((key) => key in resource).map((key) => [key, resource[key as keyof typeof resource]]),
    );
    const scope = perParent
      ? { fields: scopeFields(resource), complete: this.#complete }
      : prune && this.#complete && !fresh
      ? { fields: keysOf(resource).primary, complete: true }
      : undefined;
    const replaceAll = (disposition === "replace" && !this.#skipped) || ((perParent || prune) && fresh);
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
