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
import { Cursor } from "./cursor.ts";
import { ResourceCursors } from "./cursors.ts";
import { type EndedBy, EndpointReader } from "./endpoint_reader.ts";
import { extractContext } from "./extract_context.ts";
import { resourceGraph, type ResourceNode } from "./graph.ts";
import { injected, takePage } from "./page_records.ts";
import { cursorParams } from "./resolve.ts";
import type { ExtractedPage } from "./source.ts";
import type { ResolvedSource } from "./validate.ts";

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
  readonly selector?: string;
  readonly paginator?: Paginator;
  /** Whether more pages follow. */
  readonly hasMore: boolean;
  /** Pages in all, where this one tells. */
  readonly pages?: number;
  /** Why there is no page, without an error. */
  readonly nothing?: string;
  readonly error?: SluiceError;
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
  const nodes = resourceGraph(source.resources, options.resources);
  const emit = options.emit ?? (() => {});
  const client = source.client && new RestClient(source.client, { signal: options.signal, emit });
  const prober = new Prober({
    client,
    emit,
    options: { ...options, state: structuredClone(options.state ?? {}) },
  });
  const results = new Map<ResourceNode, ProbeResult>();
  for (const node of nodes) {
    const result = await prober.probe(node, node.parent && results.get(node.parent)!);
    results.set(node, result);
    yield result;
  }
}

interface ProberParts {
  readonly client?: RestClient;
  readonly emit: Emit;
  readonly options: ProbeOptions & { readonly state: JsonObject };
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
      return { ...last!, node };
    } catch (error) {
      if (!(error instanceof SluiceError)) throw error;
      return { ...empty, error: error.within({ resource: node.name }) };
    }
  }

  async #read(node: ResourceNode, parent: JsonObject | undefined): Promise<Page> {
    const startedAt = performance.now();
    const inject = parent && injected(node.resource.settings, node.parent!.name, parent);
    const take = (page: ExtractedPage) => [...takePage(page, node.resource.settings, inject).records];
    const seconds = () => (performance.now() - startedAt) / 1000;
    if (node.resource.records) {
      const context = extractContext({
        ...this.#parts,
        name: node.name,
        parent,
        incremental: this.#cursor(node, parent)?.values(),
        state: this.#state(node),
        signal: this.#parts.options.signal,
      });
      for await (const page of node.resource.records(context)) {
        return { records: take(page), hasMore: true, seconds: seconds() };
      }
      return { records: [], hasMore: false, seconds: seconds(), nothing: "it yielded nothing" };
    }
    let found: Page | undefined;
    const ended = await this.#readEndpoint(node, parent, (page) => {
      found = { ...pageFacts(page), seconds: seconds(), records: take(page) };
    });
    return found ?? { records: [], hasMore: false, seconds: seconds(), nothing: whyNothing(ended) };
  }

  async #readEndpoint(
    node: ResourceNode,
    parent: JsonObject | undefined,
    use: (page: RestPage) => void,
  ): Promise<EndedBy | undefined> {
    const { endpoint, incremental } = node.resource;
    const reader = new EndpointReader(endpoint!, {
      name: node.name,
      client: this.#parts.client!,
      prefetch: false,
    });
    const values = this.#cursor(node, parent)?.values();
    const params = incremental && values ? cursorParams(incremental, values) : {};
    const from = parent && { name: node.parent!.name, record: parent };
    return await reader.read({ parent: from, incremental: values }, params, (page) => {
      use(page);
      return Promise.resolve(false);
    });
  }

  #cursor(node: ResourceNode, parent: JsonObject | undefined): Cursor | undefined {
    const { incremental } = node.resource;
    if (!incremental) return undefined;
    const cursors = new ResourceCursors({ node, state: this.#state(node) });
    return cursors.of(parent) ?? new Cursor(incremental, { state: {}, resource: node.name });
  }

  #state(node: ResourceNode): JsonObject {
    const { state, sourceName = "" } = this.#parts.options;
    return resourceState(state, sourceName, node.name);
  }
}

function pageFacts(page: RestPage): Omit<Page, "records" | "seconds"> {
  const { request, response, selector, paginator, next } = page;
  const { records, index, repeated } = page;
  let pages = next ? undefined : 1;
  if (next && paginator.ahead) {
    let ahead = 0;
    for (const _ of paginator.ahead({ index, request, response, records, selector, repeated })) {
      if (++ahead >= MOST_PAGES_COUNTED) break;
    }
    if (ahead) pages = 1 + ahead;
  }
  return {
    request: describeRequest(request),
    status: response.status,
    selector,
    paginator,
    hasMore: next !== undefined,
    pages,
  };
}

function whyNothing(ended: EndedBy | undefined): string {
  if (ended === "no-value") return "its path has no value";
  if (ended === "ignore" || ended === "skip") return `a response action said "${ended}"`;
  return "no page came";
}
