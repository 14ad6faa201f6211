/**
 * One page of each resource, parents before children, without storing anything: what `check` and `plan` look
 * at. A child is asked for one of the parents that were read.
 * @module
 */
import { SluiceError } from "../pipeline/errors.ts";
import type { Emit } from "../pipeline/events.ts";
import type { JsonObject } from "../pipeline/json.ts";
import { resourceState } from "../pipeline/state.ts";
import { RestClient } from "../rest/client.ts";
import { describeRequest } from "../rest/origin.ts";
import type { Paginator, RestPage } from "../rest/types.ts";
import { ResourceCursors } from "./cursors.ts";
import type { EndedBy } from "./endpoint_reader.ts";
import { resourceGraph, type ResourceNode } from "./graph.ts";
import { injected, isRestPage, takePage } from "./page_records.ts";
import { recordProblem } from "./record_problem.ts";
import { tableOf } from "./resource_summary.ts";
import { ResourceReader } from "./resource_reader.ts";
import type { ResolvedSource } from "./definition/validate.ts";

/** What one page of a resource told. */
export interface ProbeResult {
  readonly node: ResourceNode;
  /** Method, address and parameter names, without values. */
  readonly request?: string;
  readonly status?: number;
  /** Seconds from asking to having the page. */
  readonly seconds?: number;
  /** Records of the page after processing steps. */
  readonly records: readonly JsonObject[];
  /** The table that each of them chose, where they do. */
  readonly tables?: readonly string[];
  readonly selector?: string;
  readonly paginator?: Paginator;
  /** Whether more pages follow. */
  readonly hasMore: boolean;
  /** Pages in all, where this one tells. */
  readonly pages?: number;
  /** Why there is no page, without an error. */
  readonly nothing?: string;
  readonly error?: SluiceError;
  /** The page came, but a run would fail on records like these. */
  readonly problem?: SluiceError;
}

/** What to probe, and with what. */
export interface ProbeOptions {
  /** Names; undefined for those selected by default. */
  readonly resources?: readonly string[];
  readonly signal: AbortSignal;
  readonly emit?: Emit;
  /** The stored pipeline state, so that cursors start where a run would; it is not changed. */
  readonly state?: JsonObject;
  readonly sourceName?: string;
}

// Some parents have no children, or may not be read.
const PARENTS_TRIED = 5;
const MOST_PAGES_COUNTED = 100_000;

/** Probes resource after resource. A failure is a result; the children of what failed are not asked for. */
export async function* probe(source: ResolvedSource, options: ProbeOptions): AsyncGenerator<ProbeResult> {
  if (source.elsewhere) return yield* source.elsewhere.probe(source, options);
  const nodes = resourceGraph(source.resources, options.resources);
  const emit = options.emit ?? (() => {});
  const client = source.client && new RestClient(source.client, { signal: options.signal, emit });
  const prober = new Prober({ ...options, client, emit, state: structuredClone(options.state ?? {}) });
  const results = new Map<ResourceNode, ProbeResult>();
  for (const node of nodes) {
    const result = await prober.probe(node, node.parent && results.get(node.parent)!);
    results.set(node, result);
    yield result;
  }
}

interface ProberParts extends ProbeOptions {
  readonly client?: RestClient;
  readonly emit: Emit;
  readonly state: JsonObject;
}

type Page = Omit<ProbeResult, "node">;

class Prober {
  readonly #parts: ProberParts;

  constructor(parts: ProberParts) {
    this.#parts = parts;
  }

  async probe(node: ResourceNode, above?: ProbeResult): Promise<ProbeResult> {
    const empty = { node, records: [], hasMore: false };
    if (above?.error) return { ...empty, nothing: `its parent "${above.node.name}" could not be read` };
    if (above && !above.records.length) {
      return { ...empty, nothing: `its parent "${above.node.name}" has no records` };
    }
    try {
      const parents = above ? above.records.slice(0, PARENTS_TRIED) : [undefined];
      let last: Page | undefined;
      for (const parent of parents) {
        last = await this.#read(node, parent);
        if (last.records.length) break;
      }
      const { table_name: choose } = node.resource.settings;
      const tables = typeof choose === "function"
        ? last!.records.map((record) => tableOf(choose, record, node.name))
        : undefined;
      return { ...last!, node, tables, problem: recordProblem(node, last!.records) };
    } catch (error) {
      if (!(error instanceof SluiceError)) throw error;
      return { ...empty, error: error.within({ resource: node.name }) };
    }
  }

  async #read(node: ResourceNode, parent: JsonObject | undefined): Promise<Page> {
    const startedAt = performance.now();
    const seconds = () => (performance.now() - startedAt) / 1000;
    const { sourceName = "", state } = this.#parts;
    const own = resourceState(state, sourceName, node.name);
    const cursor = new ResourceCursors({ node, state: own }).asking(parent);
    const reader = new ResourceReader(node, { ...this.#parts, state: own, prefetch: false });
    let found: Page | undefined;
    const endedBy = await reader.read({ parent, cursor, from: cursor?.from }, (page) => {
      const { records } = takePage(page, node.resource, parent && injected(node, parent));
      // Of hand-written code only its author knows how it goes on.
      const facts = node.resource.endpoint && isRestPage(page) ? pageFacts(page) : { hasMore: true };
      found = { ...facts, seconds: seconds(), records: [...records] };
      return Promise.resolve(false);
    });
    const nothing = node.resource.endpoint ? whyNothing(endedBy) : "it yielded nothing";
    return found ?? { records: [], hasMore: false, seconds: seconds(), nothing };
  }
}

function pageFacts(page: RestPage): Omit<Page, "records" | "seconds"> {
  const { request, response, selector, paginator, next } = page;
  return {
    request: describeRequest(request),
    status: response.status,
    selector,
    paginator,
    hasMore: next !== undefined,
    pages: pagesInAll(page),
  };
}

function pagesInAll(page: RestPage): number | undefined {
  const { request, response, selector, paginator, next, records, index, repeated } = page;
  if (!next) return 1;
  let ahead = 0;
  for (const _ of paginator.ahead?.({ index, request, response, records, selector, repeated }) ?? []) {
    if (++ahead >= MOST_PAGES_COUNTED) break;
  }
  return ahead ? 1 + ahead : undefined;
}

function whyNothing(ended: EndedBy | undefined): string {
  if (ended === "no-value") return "its path has no value";
  if (ended === "ignore" || ended === "skip") return `a response action said "${ended}"`;
  return "no page came";
}
