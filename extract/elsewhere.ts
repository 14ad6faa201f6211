/**
 * A source whose code runs somewhere else than the rest, e.g. in a worker that may do little: what is asked of it
 * there.
 * @module
 */
import type { ResourceSummary } from "../pipeline/load_package.ts";
import type { ResolvedSource } from "./definition/validate.ts";
import type { ExtractOptions, ExtractSink } from "./extract_options.ts";
import type { ProbeOptions, ProbeResult } from "./probe.ts";

/** Does there what `extract` and `probe` do here. */
export interface Elsewhere {
  extract(options: ExtractOptions, sink: ExtractSink): Promise<Record<string, ResourceSummary>>;
  probe(source: ResolvedSource, options: ProbeOptions): AsyncGenerator<ProbeResult>;
}
