/**
 * What a source is: parameters, and a function that makes a connection and resources of their values. Both
 * are plain data and functions; nothing is read until a pipeline runs them.
 * @module
 */
import type { JsonObject, JsonValue } from "../../pipeline/json.ts";
import type { Given, ParameterSpecs, Resolved } from "../../pipeline/parameters.ts";
import type { SchemaContract } from "../../pipeline/schema_types.ts";
import type { Elsewhere } from "../elsewhere.ts";
import type { ResourceClient, RestClient } from "../../rest/client.ts";
import type { ClientConfig, RestPage } from "../../rest/types.ts";
import type {
  IncrementalConfig,
  Resource,
  ResourceDefaults,
  ResourceEntry,
  ResourceSettings,
  RestApiConfig,
} from "./rest_api_config.ts";

/** Where a hand-written resource goes on; `start_value` is what was read last less the lag, else the initial value. */
export interface IncrementalValues {
  readonly start_value?: JsonValue;
  readonly last_value?: JsonValue;
  readonly initial_value?: JsonValue;
  readonly end_value?: JsonValue;
}

/** What a hand-written resource works with. */
export interface ExtractContext {
  /**
   * The source's client.
   *
   * @throws {ConfigError} "no-client" when the source has none
   */
  readonly client: ResourceClient;
  /** Makes another client, for a second API; it ends with the run and reports to it. */
  restClient(config: ClientConfig): RestClient;
  /** The record of `data_from` that this call is for. */
  readonly parent: JsonObject;
  /** The cursor, when the resource has `incremental`. */
  readonly incremental: IncrementalValues;
  /** Kept between runs under this resource; published together with the rows. */
  readonly state: JsonObject;
  /** Ends all work of the run. */
  readonly signal: AbortSignal;
  /** Says something once per run. */
  warn(code: string, message: string): void;
}

/** What a hand-written resource yields: a page as the client read it, records of its own, or one record. */
export type ExtractedPage = RestPage | readonly unknown[] | Readonly<Record<string, unknown>>;

/** Yields pages of records, or returns the only one. */
export type RecordsFunction = (
  context: ExtractContext,
) => AsyncIterable<ExtractedPage> | Iterable<ExtractedPage> | Promise<ExtractedPage>;

/** What stands beside the function of a hand-written resource. */
export interface HandWrittenSettings extends ResourceSettings {
  /** The resource whose records this one is called with, one by one. */
  readonly data_from?: string;
  /** Records are chosen by it, and the function is told where to start. */
  readonly incremental?: IncrementalConfig;
  /** For listings: what is read, e.g. `GET /logs`. */
  readonly reads?: string;
}

/** A resource as a function; hints stand beside it. */
export interface HandWrittenResource extends HandWrittenSettings {
  readonly name: string;
  readonly records: RecordsFunction;
}

/** What `build` may return: a configuration, resources alone, or a configuration without a connection. */
export type Built = RestApiConfig | SourceParts | readonly ResourceEntry[];

/** A connection and resources. Without a client all resources are written by hand. */
export interface SourceParts {
  readonly client?: ClientConfig;
  readonly resource_defaults?: ResourceDefaults;
  readonly resources: readonly ResourceEntry[];
}

/** What is said about a source besides its parameters. */
export interface SourceSettings {
  /** A wider config section tried around the name, as dlt's module section. */
  readonly section?: string;
  readonly description?: string;
  /** Used where a run names neither. */
  readonly pipelineName?: string;
  readonly datasetName?: string;
  /** What may be added to the schema, for resources that say nothing. Default: everything. */
  readonly schemaContract?: SchemaContract;
  /** Where rows and values are kept that contracts keep out; true is the table `rejected_rows`. */
  readonly rejectedTable?: boolean | string;
  /** Rows of child tables carry the key of their root row: all or none. Default: where a merge needs it. */
  readonly rootKey?: boolean;
  /** Depth of child tables, for resources that say nothing of their own. */
  readonly maxTableNesting?: number;
  /**
   * Origins that its code talks to besides its client's, e.g. `["https://files.example"]`. A source in a module of
   * its own is kept from all others.
   */
  readonly origins?: readonly string[];
}

/** Makes a connection and resources of the values of parameters. */
export type Build<P extends ParameterSpecs> = (parameters: Resolved<P>) => Built | Promise<Built>;

/** What is settled about the code of a source that does not run here. */
export interface Confinement {
  /** Environment variables that need not have its name in theirs. */
  readonly variables: readonly string[];
  /** Where what was built runs. */
  elsewhere(built: SourceParts, owner: string): Elsewhere;
}

/** Definition of a source, before configuration. */
export interface SourceDefinition<P extends ParameterSpecs = ParameterSpecs> extends SourceSettings {
  /** The config section and schema name, e.g. `okta_management_source`. */
  readonly name: string;
  readonly parameters: P;
  readonly build: Build<P>;
  /** How its code is kept from the rest. Set by what loads a module, not by its author. */
  readonly confinement?: Confinement;
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
 * Defines a source: its name, its parameters, and how they become a connection and resources. Values are
 * looked up as `sources.<name>.<parameter>` in `.dlt/secrets.toml`, `.dlt/config.toml` and the environment.
 *
 * @param about description, pipeline and dataset names, section. All four can be given as one object, too.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { defineSource } from "@sluice/sluice";
 *
 * const pets = defineSource(
 *   "pets",
 *   { base_url: { type: "text", help: "Where the API lives.", default: "https://pets.example" } },
 *   ({ base_url }) => ({ client: { base_url }, resources: ["cats", "dogs"] }),
 * );
 * assert.equal(pets().definition.name, "pets");
 * ```
 */
export function defineSource<const P extends ParameterSpecs>(
  name: string,
  parameters: P,
  build: Build<P>,
  about?: SourceSettings,
): SourceFactory<P>;
export function defineSource<const P extends ParameterSpecs>(
  definition: SourceDefinition<P>,
): SourceFactory<P>;
export function defineSource<const P extends ParameterSpecs>(
  first: string | SourceDefinition<P>,
  parameters?: P,
  build?: Build<P>,
  about?: SourceSettings,
): SourceFactory<P> {
  const definition = typeof first === "string"
    ? { ...about, name: first, parameters: parameters!, build: build! }
    : first;
  const source = (given: Given<P>, resources?: readonly string[]): Source<P> => ({
    definition,
    given,
    resources,
    withResources: (...names) => source(given, names),
  });
  return Object.assign((given: Given<P> = {}) => source(given), { definition });
}

/** How {@link restApiSource} names and shapes a source. */
export interface RestApiSourceOptions extends SourceSettings {
  /** The config section and schema name. @default "rest_api" */
  readonly name?: string;
}

/**
 * A source of a declarative configuration alone. Credentials that it leaves out are looked up as
 * `sources.<section>.<name>.credentials.<field>` and less specific places.
 */
export function restApiSource(config: RestApiConfig, options: RestApiSourceOptions = {}): Source {
  return restApiDefinition(config, options)();
}

/** The same, as a factory. */
export function restApiDefinition(
  config: RestApiConfig,
  { name = "rest_api", ...about }: RestApiSourceOptions = {},
): SourceFactory {
  return defineSource({ section: "rest_api", ...about, name, parameters: {}, build: () => config });
}

/**
 * Defines a resource as a function that yields pages of records.
 *
 * @example Lines of a text, with the place where the last run ended
 * ```ts
 * import assert from "node:assert/strict";
 * import { defineResource } from "@sluice/sluice";
 *
 * const numbers = defineResource("numbers", { primary_key: "n" }, async function* ({ state }) {
 *   const from = Number(state.next ?? 0);
 *   yield [{ n: from }, { n: from + 1 }];
 *   state.next = from + 2;
 * });
 * assert.equal(numbers.primary_key, "n");
 * ```
 */
export function defineResource(
  name: string,
  settings: HandWrittenSettings,
  records: RecordsFunction,
): HandWrittenResource {
  return { ...settings, name, records };
}

/** Whether a resource is written as a function. */
export function isHandWritten(resource: Resource): resource is HandWrittenResource {
  return "records" in resource;
}
