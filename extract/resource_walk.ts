/**
 * Walks as data: one request with its pages, whom it is made for, and what comes of it.
 * @module
 */
import type { JsonObject } from "../pipeline/json.ts";
import type { RestClient } from "../rest/client.ts";
import type { EndedBy } from "./endpoint_reader.ts";
import type { ExtractOptions, ExtractSink } from "./extract_options.ts";
import type { ResourceNode } from "./graph.ts";
import type { ResourceRun } from "./resource_run.ts";
import type { ExtractedPage } from "./definition/source.ts";

/** What all runs of an extraction share. */
export interface RunParts {
  readonly options: ExtractOptions;
  readonly client: RestClient | undefined;
  readonly sink: ExtractSink;
  readonly runs: ReadonlyMap<ResourceNode, ResourceRun>;
}

/** Those that a walk is made for. */
export type Audience = ReadonlySet<ResourceRun>;

/** One request with all its pages: of a root resource, or for one parent record. */
export interface Walk {
  /** Those it is made for; only they take records of it. */
  readonly audience: Audience;
  readonly parent?: JsonObject;
  /** What every record gets from the parent. */
  readonly inject?: JsonObject;
  /** The parent's key, where it is to be noted. */
  readonly key?: readonly string[];
  /** The page limit left something of it out. */
  isCut: boolean;
}

/** A page of a walk on its way, or, without one, its end. */
export interface Arrived {
  readonly walk: Walk;
  readonly page?: ExtractedPage;
  readonly endedBy?: EndedBy;
}
