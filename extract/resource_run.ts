/**
 * The walk of one resource in one run: its pages, what it keeps of them, and what it hands to its children. A
 * walk is made for an audience: each resource below has cursors of its own, and may need more or less of it than
 * the others.
 * @module
 */
import type { JsonObject } from "../pipeline/json.ts";
import { keyPart, type ResourceSummary } from "../pipeline/load_package.ts";
import { keepResourceState, resetResourceState, resourceState } from "../pipeline/state.ts";
import { dispositionOf, scopeFields } from "../pipeline/table_hints.ts";
import { MOST_REMEMBERED } from "./boundary.ts";
import type { Cursor } from "./cursor.ts";
import type { CursorValue } from "./cursor_value.ts";
import { isPerParent, ResourceCursors } from "./cursors.ts";
import type { EndedBy } from "./endpoint_reader.ts";
import { settleState } from "./extract_context.ts";
import type { ResourceNode } from "./graph.ts";
import { OrderedTasks } from "./ordered_tasks.ts";
import { callOwn } from "./own_code.ts";
import { injected, isRestPage, takePage } from "./page_records.ts";
import { ResourceReader } from "./resource_reader.ts";
import { ResourceStore } from "./resource_store.ts";
import { summaryOf } from "./resource_summary.ts";
import type { ResourceSettings } from "./definition/rest_api_config.ts";
import type { Arrived, Audience, RunParts, Walk } from "./resource_walk.ts";
import type { ExtractedPage } from "./definition/source.ts";
import { WalkTally } from "./walk_tally.ts";

// Without a client nothing is limited by an API.
const CLIENTLESS_CONCURRENCY = 8;

/** The walk of one resource in one run. */
export class ResourceRun {
  readonly node: ResourceNode;
  readonly #parts: RunParts;
  readonly #state: JsonObject;
  /** Hand-written code remembers something by itself, so that what it reads need not be everything. */
  readonly #remembers: boolean;
  readonly #cursors: ResourceCursors;
  readonly #reader: ResourceReader;
  readonly #store: ResourceStore;
  readonly #tasks: OrderedTasks<Arrived>;
  readonly #tally = new WalkTally();
  #knownLoading: readonly ResourceRun[] | undefined;

  constructor(node: ResourceNode, parts: RunParts) {
    this.node = node;
    this.#parts = parts;
    const { options, client, sink } = parts;
    const startsOver = options.fullRefresh || dispositionOf(this.#settings).disposition === "replace";
    if (startsOver && node.loads) resetResourceState(options.state, options.sourceName, node.name);
    const state = this.#state = resourceState(options.state, options.sourceName, node.name);
    this.#remembers = node.resource.records !== undefined &&
      Object.keys(state).some((key) => key !== "incremental");
    this.#cursors = new ResourceCursors({ node, state });
    const prefetch = options.limit === undefined && !node.resource.incremental?.row_order;
    this.#reader = new ResourceReader(node, { ...options, client, state, prefetch });
    this.#store = new ResourceStore(node, sink);
    const most = client?.maxConcurrency ?? CLIENTLESS_CONCURRENCY;
    const limits = {
      atOnce: this.#settings.parallelized === false ? 1 : most,
      // Each parent has a page at least, mostly.
      inLine: () => (options.limit ?? Infinity) - this.#tally.pages,
    };
    this.#tasks = new OrderedTasks(limits, (arrived) => this.#arrive(arrived));
  }

  get #settings(): ResourceSettings {
    return this.node.resource.settings;
  }

  get #children(): ResourceRun[] {
    return this.node.children.map((child) => this.#parts.runs.get(child)!);
  }

  /** This resource and those below it, as far as they are loaded. */
  get #loading(): readonly ResourceRun[] {
    const below = () => this.#children.flatMap((child) => child.#loading);
    return this.#knownLoading ??= this.node.loads ? [this, ...below()] : below();
  }

  get #isLimitReached(): boolean {
    const { limit } = this.#parts.options;
    return limit !== undefined && this.#tally.pages >= limit;
  }

  get #serverTime(): number {
    return this.#parts.client?.lastServerTime ?? Date.now();
  }

  /** Walks a root resource and, page by page, its children. */
  async walk(): Promise<void> {
    this.#say("started");
    const walk: Walk = { audience: new Set(this.#loading), isCut: false };
    let began: number | undefined;
    const endedBy = await this.#read(walk, async (page) => {
      began ??= isRestPage(page) ? page.response.serverTime : this.#serverTime;
      await this.#take(page, walk);
      return this.#goesOn(page, walk);
    });
    this.#tally.end(endedBy);
    await this.#finish(began ?? this.#serverTime);
  }

  async #read(walk: Walk, use: (page: ExtractedPage) => Promise<boolean>): Promise<EndedBy | undefined> {
    const { parent } = walk;
    const cursor = this.#cursors.asking(parent);
    const start = this.#startOf(walk);
    if (start !== undefined || cursor?.isStateless || this.#remembers) this.#tally.isPartial = true;
    return await this.#reader.read({ parent, cursor, from: start ?? cursor?.initial }, use);
  }

  /** The earliest start that anybody in the audience needs; undefined when one needs everything. */
  #startOf({ audience, parent }: Walk): CursorValue | undefined {
    if (!this.node.resource.incremental) return undefined;
    const [first, ...others] = [...audience].map((run) => this.#cursorOf(run, parent));
    return others.reduce((start, cursor) => first?.earlier(start, cursor?.start), first?.start);
  }

  /** The cursor by which one of the audience tells what is new among the records of this resource. */
  #cursorOf(run: ResourceRun, parent: JsonObject | undefined): Cursor | undefined {
    return run === this ? this.#cursors.own(parent) : run.#cursors.gate(this.node, parent);
  }

  /** Whether a walk goes on after a page. */
  #goesOn(page: ExtractedPage, walk: Walk): boolean {
    if (!this.#isLimitReached) return !this.#isOver(walk);
    // Only of an endpoint's page it is known whether another one follows.
    const isLast = this.node.resource.endpoint && isRestPage(page) && !page.next;
    if (!isLast) this.#cut(walk);
    return false;
  }

  /** The page limit leaves something out. */
  #cut(walk: Walk): void {
    this.#tally.isLimited = walk.isCut = true;
  }

  /** Whether the order of the records can end a walk; a cursor that several walks share says nothing of one. */
  #mayBeOver({ parent }: Walk): boolean {
    return Boolean(this.node.resource.incremental?.row_order) && (!parent || isPerParent(this.node));
  }

  /** By the order of the records nothing new can follow, for nobody in the audience. */
  #isOver(walk: Walk): boolean {
    return this.#mayBeOver(walk) &&
      [...walk.audience].every((run) => this.#cursorOf(run, walk.parent)?.isOver ?? false);
  }

  /** Keeps what is new of a page and feeds its records to the children. */
  async #take(page: ExtractedPage, { audience, parent, inject }: Walk): Promise<void> {
    const taken = takePage(page, this.node.resource, inject);
    this.#tally.pages++;
    this.#tally.listed += taken.records.length;
    if (audience.has(this)) this.#tally.rows += await this.#store.keep(taken, this.#cursors.own(parent));
    const { pages, rows } = this.#tally;
    this.#parts.options.emit({ type: "page", resource: this.node.name, pages, rows });
    for (const child of this.#children) {
      for (const record of taken.records) await child.#offer(record, { audience, above: parent });
    }
  }

  /** Takes a parent record: starts a walk for those in the audience to whom it is news. */
  async #offer(
    record: JsonObject,
    { audience, above }: { audience: Audience; above: JsonObject | undefined },
  ): Promise<void> {
    const offered = this.#loading.filter((run) => audience.has(run));
    const interested = new Set(offered.filter((run) => run.#isNews(record, this.node.parent!, above)));
    const isOffered = audience.has(this);
    if (!isOffered) this.#tally.missedParents = true;
    if (!interested.size) this.#tally.isPartial = true;
    const fields = isOffered ? scopeFields(this.#settings) : [];
    if (!interested.size && !fields.length) return;
    const inject = injected(this.node, record);
    const key = fields.map((field) => keyPart(inject?.[field]));
    const walk: Walk = { audience: interested, parent: record, inject, key, isCut: false };
    if (interested.size && this.#isWanted(record)) await this.#start(walk);
    else await this.#note(walk, true);
  }

  /** Whether a record of one above has changed since this resource last saw it. */
  #isNews(record: JsonObject, node: ResourceNode, above: JsonObject | undefined): boolean {
    const isNew = this.#cursors.gate(node, above)?.take(record) ?? true;
    const except = node === this.node.parent ? this.#settings.parent_cursor?.except : undefined;
    return isNew || Boolean(except && this.#callOwn('"except" of parent_cursor', () => except(record)));
  }

  #isWanted(record: JsonObject): boolean {
    const { parent_filter } = this.#settings;
    return !parent_filter || Boolean(this.#callOwn('"parent_filter"', () => parent_filter(record)));
  }

  #callOwn<T>(what: string, call: () => T): T {
    return callOwn({ what, resource: this.node.name }, call);
  }

  /** Starts the walk of one parent record as soon as there is room. */
  async #start(walk: Walk): Promise<void> {
    // Whether the next page is needed is known once this one was taken.
    const isAwaited = this.#mayBeOver(walk);
    await this.#tasks.add(async (emit) => {
      if (this.#isLimitReached) return this.#cut(walk);
      const endedBy = await this.#read(walk, async (page) => {
        await emit({ walk, page }, isAwaited);
        return this.#goesOn(page, walk);
      });
      await emit({ walk, endedBy });
    });
  }

  /** Takes what the walks of parent records bring, in the order of these. */
  async #arrive({ walk, page, endedBy }: Arrived): Promise<void> {
    if (!page) {
      this.#tally.end(endedBy);
      await this.#note(walk, endedBy !== "skip" && !walk.isCut);
    } else if (!this.#isLimitReached) await this.#take(page, walk);
    else this.#cut(walk);
  }

  async #note({ key, audience }: Walk, isRead: boolean): Promise<void> {
    if (key?.length) await this.#store.noteParent(key, isRead && audience.has(this));
  }

  /** Settles what the walk came to, for this resource and then for those below it. */
  async #finish(began: number, above?: ResourceRun): Promise<void> {
    await this.#tasks.finish();
    if (this.node.resource.records) settleState(this.#state, this.node.name);
    const { warn_if_empty: ifEmpty } = this.#settings;
    this.#tally.settle({ above: above && above.#tally, mustHaveSome: ifEmpty !== undefined });
    if (!this.#tally.isLimited) this.#commit(began);
    const { state, sourceName } = this.#parts.options;
    keepResourceState(state, sourceName, this.node.name, this.#state);
    const parents = this.node.parent?.name;
    for (const { code, message } of this.#tally.notices({ parents, ifEmpty })) this.#warn(code, message);
    this.#say("finished");
    for (const child of this.#children) await child.#finish(began, this);
  }

  #commit(began: number): void {
    const many = this.#cursors.commit({ serverTime: began, isResumed: this.#parts.options.isResumed });
    if (!many) return;
    this.#warn(
      "coarse-cursor",
      Number.isFinite(many)
        ? `${many} records share the last cursor value and have to be remembered; choose a finer cursor_path`
        : `more than ${MOST_REMEMBERED} records share the last cursor value, too many to be remembered: the ` +
          "next run reads them again, and append adds them again; merge by a key, or choose a finer cursor_path",
    );
  }

  #say(state: "started" | "finished"): void {
    if (!this.node.loads) return;
    const { pages, rows } = this.#tally;
    this.#parts.options.emit({ type: "resource", resource: this.node.name, state, pages, rows });
  }

  #warn(code: string, message: string): void {
    this.#parts.options.emit({ type: "warning", code, message, resource: this.node.name });
  }

  /** Ends what still runs for this resource after a failure elsewhere. */
  cancel(reason: unknown): Promise<void> {
    return this.#tasks.cancel(reason);
  }

  /** What the following steps must know. */
  summary(): ResourceSummary {
    return summaryOf({
      node: this.node,
      tally: this.#tally,
      hasStart: this.#cursors.hasStart,
      startsOver: this.#parts.options.fullRefresh ?? false,
      tables: this.#store.tables,
    });
  }
}
