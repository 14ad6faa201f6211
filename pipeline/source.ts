/**
 * What a source is: parameters, a connection and resources, as data. Everything here is what a source
 * author writes; `pipeline/extract.ts` is what reads it.
 * @module
 */
import type { JsonObject, JsonValue } from "./json.ts";
import type { Given, ParameterSpecs, Resolved } from "./parameters.ts";
import type { Column, MergeStrategy, WriteDisposition } from "./schema_types.ts";
import type { AuthConfig, ClientConfig, PaginatorConfig, RestPage } from "../rest/types.ts";
import type { ResourceClient } from "../rest/client.ts";

/** A write disposition with its strategy. */
export interface WriteDispositionConfig {
  readonly disposition: WriteDisposition;
  readonly strategy?: MergeStrategy;
  /** After a walk that listed everything, rows that were not listed leave the table. Default false. */
  readonly prune?: boolean;
}

/** What a resource may say about its table. */
export interface TableHints {
  readonly table_name?: string;
  readonly write_disposition?: WriteDisposition | WriteDispositionConfig;
  readonly primary_key?: string | readonly string[];
  readonly merge_key?: string | readonly string[];
  readonly columns?: Readonly<Record<string, Omit<Column, "name">>>;
  /** Depth of child tables; beyond it values stay JSON. Default 1000. */
  readonly max_table_nesting?: number;
}

/** A cursor: what was read up to, and how the next run goes on. */
export interface IncrementalConfig {
  /** JSON path of the cursor in a record, e.g. `lastUpdated`; several paths take the greatest value. */
  readonly cursor_path: string | readonly string[];
  readonly initial_value?: string | number;
  /** Shifts the start back: seconds for date-times, units for numbers. Default 0. */
  readonly lag?: number;
  /** The stored value never passes the server's time at the start of the walk; for unordered lists. */
  readonly cap_at_run_start?: boolean;
  readonly on_cursor_value_missing?: "raise" | "include" | "exclude";
}

/** What a response of some status means. */
export interface ResponseAction {
  readonly status_code?: number;
  /** Text that the body must contain. */
  readonly content?: string;
  /**
   * Ends this request's walk without an error: `ignore` takes what was read as all there is, `skip` leaves
   * the rows of this parent as they are and says so.
   */
  readonly action: "ignore" | "skip";
}

/** How a resource is read from a REST API. */
export interface EndpointConfig {
  /** Relative to `base_url`; placeholders `{resources.<parent>.<path>}` and `{incremental.start_value}`. */
  readonly path?: string;
  readonly method?: string;
  readonly params?: Readonly<Record<string, string | number | boolean | null>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly json?: JsonValue;
  readonly paginator?: PaginatorConfig;
  /** Where the records are in the body; default: the body itself, a list or one object. */
  readonly data_selector?: string;
  readonly response_actions?: readonly ResponseAction[];
  readonly incremental?: IncrementalConfig;
  readonly auth?: AuthConfig | null;
}

/** A step that each record of a page takes, in order, before it is stored and before children see it. */
export type ProcessingStep =
  | { readonly filter: (record: JsonObject) => unknown }
  | { readonly map: (record: JsonObject) => JsonObject }
  | { readonly yield_map: (record: JsonObject) => Iterable<JsonObject> };

/** A resource as data. */
export interface ResourceConfig extends TableHints {
  readonly name: string;
  /** One sentence for `sources`. */
  readonly description?: string;
  readonly endpoint?: string | EndpointConfig;
  /** Parent fields copied into each record as `_<parent>_<field>`; an object gives own names. */
  readonly include_from_parent?: readonly string[] | Readonly<Record<string, string>>;
  /**
   * Only parents whose cursor moved since this resource last read them; path in the parent's record.
   * Default: the parent's own cursor, remembered for this resource apart.
   */
  readonly parent_cursor?: {
    readonly cursor_path: string;
    readonly lag?: number;
    /** Parents that are read each time, because their cursor does not tell of every change. */
    readonly except?: (parent: JsonObject) => boolean;
  };
  /** Reads every parent each time, also where the parent is incremental. Default false. */
  readonly every_parent?: boolean;
  /** Parents for which this returns false count as read and empty, without a request. */
  readonly parent_filter?: (parent: JsonObject) => boolean;
  readonly processing_steps?: readonly ProcessingStep[];
  /**
   * Records are copies of that resource's records, with the parent's fields added: when one changes there,
   * its copies under parents that were not read again are renewed too.
   */
  readonly copies_of?: string;
  /** Not loaded unless named, though still read when another resource needs it. Default true. */
  readonly selected?: boolean;
  /** Said when a walk of everything found no record at all. */
  readonly warn_if_empty?: string;
}

/** What a hand-written resource works with. */
export interface ExtractContext {
  readonly client: ResourceClient;
  /** Kept between runs under this resource; published together with the rows. */
  readonly state: JsonObject;
  readonly signal: AbortSignal;
  /** Says something once per run. */
  warn(code: string, message: string): void;
}

/** What a hand-written resource yields: a page as the client read it, or records of its own. */
export type ExtractedPage = RestPage | JsonObject[];

/** A resource as a function; hints stand beside it. */
export interface HandWrittenResource extends TableHints {
  readonly name: string;
  readonly description?: string;
  readonly selected?: boolean;
  readonly records: (context: ExtractContext) => AsyncIterable<ExtractedPage>;
  /** For listings: what is read, e.g. `GET /logs`. */
  readonly reads?: string;
}

/** Either form of a resource. */
export type Resource = ResourceConfig | HandWrittenResource;

/** What `build` returns. */
export interface SourceParts {
  readonly client: ClientConfig;
  readonly resource_defaults?: Partial<Omit<ResourceConfig, "name">>;
  readonly resources: readonly (string | Resource)[];
}

/** Definition of a source, before configuration. */
export interface SourceDefinition<P extends ParameterSpecs = ParameterSpecs> {
  /** The config section and schema name, e.g. `okta_management_source`. */
  readonly name: string;
  /** A wider config section tried around the name, as dlt's module section. */
  readonly section?: string;
  readonly description?: string;
  /** Used where a run names neither. */
  readonly pipelineName?: string;
  readonly datasetName?: string;
  readonly parameters: P;
  readonly build: (parameters: Resolved<P>) => SourceParts;
}

/** A source with what was said about it for one run. */
export interface Source<P extends ParameterSpecs = ParameterSpecs> {
  readonly definition: SourceDefinition<P>;
  readonly given: Given<P>;
  /** Names of the only resources to load; undefined: those selected by default. */
  readonly resources?: readonly string[];
  /** The same source with only these resources. */
  withResources(...names: string[]): Source<P>;
}

/** The default export of a source module: call it for a {@link Source}. */
export interface SourceFactory<P extends ParameterSpecs = ParameterSpecs> {
  (given?: Given<P>): Source<P>;
  readonly definition: SourceDefinition<P>;
}

/**
 * Defines a source: its parameters and how they become a connection and resources. Nothing is read until
 * a pipeline runs it.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { defineSource } from "@sluice/sluice";
 *
 * const pets = defineSource({
 *   name: "pets",
 *   parameters: { base_url: { type: "text", help: "Where the API lives.", required: true } },
 *   build: ({ base_url }) => ({ client: { base_url }, resources: ["cats", "dogs"] }),
 * });
 * assert.equal(pets({ base_url: "https://pets.example" }).definition.name, "pets");
 * ```
 */
export function defineSource<const P extends ParameterSpecs>(
  definition: SourceDefinition<P>,
): SourceFactory<P> {
  const source = (given: Given<P>, resources?: readonly string[]): Source<P> => ({
    definition,
    given,
    resources,
    withResources: (...names) => source(given, names),
  });
  return Object.assign((given: Given<P> = {}) => source(given), { definition });
}

/** Whether a resource is written as a function. */
export function isHandWritten(resource: Resource): resource is HandWrittenResource {
  return "records" in resource;
}
