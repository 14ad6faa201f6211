/**
 * Extraction: walks the selected resources of a source concurrently and hands each page on as it came.
 * It knows no files and no destination; what it produces is plain data, so that it can run on a worker
 * that has the network and nothing else.
 * @module
 */
import type { ResourceSummary } from "../pipeline/load_package.ts";
import { RestClient } from "../rest/client.ts";
import { resourceGraph, type ResourceNode } from "./graph.ts";
import type { ExtractOptions, ExtractSink } from "./extract_options.ts";
import { ResourceRun } from "./resource_run.ts";

export type { ExtractOptions, ExtractSink };

/** Reads everything that is selected. @throws {SluiceError} the first failure; the rest is stopped */
export async function extract(
  options: ExtractOptions,
  sink: ExtractSink,
): Promise<Record<string, ResourceSummary>> {
  const { elsewhere } = options.source;
  if (elsewhere) return await elsewhere.extract(options, sink);
  const nodes = resourceGraph(options.source.resources, options.resources);
  const stop = new AbortController();
  const signal = AbortSignal.any([options.signal, stop.signal]);
  const { source: { client: config }, emit, answers, timer } = options;
  const client = config && new RestClient(config, { signal, emit, answers, timer });
  const runs = new Map<ResourceNode, ResourceRun>();
  const parts = { options: { ...options, signal }, client, sink, runs };
  for (const node of nodes) runs.set(node, new ResourceRun(node, parts));
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
  const loading = [...runs.values()].filter(({ node }) => node.loads);
  return Object.fromEntries(loading.map((run) => [run.node.name, run.summary()]));
}
