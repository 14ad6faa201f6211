/**
 * The declarative grammar as types: what an author writes to describe a REST API. Keys are dlt's, so that a
 * configuration of dlt needs no change but its brackets; what Sluice adds says so. The same grammar as a
 * schema, which checks at run time, is `schema.ts`.
 * @module
 */
import type { JsonObject, JsonValue } from "../../pipeline/json.ts";
import type { TableHints } from "../../pipeline/table_hints.ts";
import type { ActionResponse, AuthConfig, ClientConfig, PaginatorConfig } from "../../rest/types.ts";
import type { HandWrittenResource } from "./source.ts";

/** A record or cursor value in the hands of an author's own function: whatever the API sends. */
// deno-lint-ignore no-explicit-any
export type Anything = any;

/**
 * A whole source as data.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { type RestApiConfig, restApiSource } from "@sluice/sluice";
 *
 * const config = {
 *   client: { base_url: "https://pets.example/v1" },
 *   resource_defaults: { primary_key: "id", write_disposition: "merge" },
 *   resources: ["owners", { name: "pets", endpoint: "owners/{resources.owners.id}/pets" }],
 * } satisfies RestApiConfig;
 * assert.equal(restApiSource(config, { name: "pets" }).definition.name, "pets");
 * ```
 */
export interface RestApiConfig {
  readonly client: ClientConfig;
  /** Laid under every resource that is not written by hand. */
  readonly resource_defaults?: ResourceDefaults;
  readonly resources: readonly ResourceEntry[];
}

/** A resource as its name alone, as data, or written by hand. */
export type ResourceEntry = string | Resource;
/** Either form of a resource. */
export type Resource = ResourceConfig | HandWrittenResource;

/** What all resources share. */
export type ResourceDefaults = Partial<Omit<ResourceConfig, "name" | "endpoint">> & {
  readonly endpoint?: EndpointConfig;
};

/** A value of a query parameter. */
export type ParamValue = string | number | boolean | null | undefined;
/** A parameter whose value is the cursor: the older form of `endpoint.incremental`. */
export type IncrementalParam = IncrementalConfig & { readonly type: "incremental" };
/** A path parameter taken from a parent: the older form of `{resources.<parent>.<field>}`. */
export interface ResolveParam {
  readonly type: "resolve";
  readonly resource: string;
  readonly field: string;
}

/** A cursor: what was read up to, and how the next run goes on. */
export interface IncrementalConfig {
  /** JSON path of the cursor in a record, e.g. `lastUpdated`. Sluice: several paths take the greatest value. */
  readonly cursor_path: string | readonly string[];
  readonly initial_value?: CursorInput;
  /** Upper bound of this run; nothing is remembered then. Needs `initial_value`. */
  readonly end_value?: CursorInput;
  /** Query parameter that gets the start; left out while there is none. */
  readonly start_param?: string;
  /** Query parameter that gets the end value. */
  readonly end_param?: string;
  /** What a value becomes before it is put into a request; the stored value stays as it is. */
  readonly convert?: (value: Anything) => unknown;
  /** An older name of `convert`. */
  readonly transform?: (value: Anything) => unknown;
  /** Shifts the start back: seconds for date-times, days for dates, units for numbers. Default 0. */
  readonly lag?: number;
  /** The order in which the API lists records: the walk ends as soon as a bound is passed. */
  readonly row_order?: "asc" | "desc";
  /** What becomes of records without the cursor. Default `raise`. */
  readonly on_cursor_value_missing?: "raise" | "include" | "exclude";
  /** Whether a record at the start counts. Default `closed`: it does. */
  readonly range_start?: "open" | "closed";
  /** Whether a record at `end_value` counts. Default `open`: it does not. */
  readonly range_end?: "open" | "closed";
  /** Which of two values is remembered. Default `max`. */
  readonly last_value_func?: "max" | "min" | ((values: readonly Anything[]) => unknown);
  /** Tells records at the boundary apart. Default: the resource's; an empty list tells none apart. */
  readonly primary_key?: string | readonly string[];
  /** Takes the bounds from `DLT_INTERVAL_START` and `DLT_INTERVAL_END` where these are set. Default false. */
  readonly allow_external_schedulers?: boolean;
  /** Sluice: one cursor for each parent record instead of one for all. Default false. */
  readonly per_parent?: boolean;
  /** Sluice: the stored value never passes the server's time at the start of the walk; for unordered lists. */
  readonly cap_at_run_start?: boolean;
}

/** A bound of a cursor. */
export type CursorInput = string | number | bigint | Date;

/** What an action does with an answer. It may change it, or return another one. */
export type ActionFunction = (
  response: ActionResponse,
) => void | Partial<Pick<ActionResponse, "status" | "text">> | Promise<void>;

/** What a response means, by status and content. */
export interface ResponseAction {
  readonly status_code?: number | string;
  /** Text that the body must contain. */
  readonly content?: string;
  /**
   * `ignore` ends this request's pages without an error, what was read stays. Sluice: `skip` also leaves the
   * rows of this parent as they are, and says so.
   */
  readonly action: "ignore" | "skip" | ActionFunction | readonly ActionFunction[];
}

/** How a resource is read from a REST API. Texts may hold placeholders. */
export interface EndpointConfig {
  /** Relative to `base_url`, or a whole URL. Default: the resource's name. */
  readonly path?: string;
  /** Default GET. */
  readonly method?: "GET" | "POST" | "PUT";
  readonly params?:
    | Readonly<Record<string, ParamValue | readonly ParamValue[] | IncrementalParam | ResolveParam>>
    | null;
  readonly json?: JsonValue;
  /** A form (an object or list of pairs), or a raw body (text or bytes). */
  readonly data?: JsonObject | readonly (readonly [string, ParamValue])[] | string | Uint8Array | null;
  readonly headers?: Readonly<Record<string, string>> | null;
  readonly paginator?: PaginatorConfig | null;
  /** JSON path of the records in the body. Default: found out on the first page. */
  readonly data_selector?: string | null;
  readonly response_actions?: readonly (ResponseAction | ActionFunction)[] | null;
  readonly incremental?: IncrementalConfig | null;
  /** Other credentials than the client's; null sends none. */
  readonly auth?: AuthConfig | null;
  /** Sluice: how bodies are read where the content type does not tell. */
  readonly response_format?: "json" | "ndjson" | "csv";
}

/** A step that each record of a page takes, in order, before it is stored and before children see it. */
export interface ProcessingStep {
  readonly filter?: (record: Anything) => unknown;
  readonly map?: (record: Anything) => unknown;
  readonly yield_map?: (record: Anything) => Iterable<unknown>;
}

/** What both forms of a resource can say. */
export interface ResourceSettings extends TableHints {
  /** One sentence for `sources`. */
  readonly description?: string;
  /** Not loaded unless named, though still read when another resource needs it. Default true. */
  readonly selected?: boolean;
  /** False reads one parent after the other. Default: as many at once as the client allows. */
  readonly parallelized?: boolean;
  /** Parent fields copied into each record as `_<parent>_<field>`. Sluice: an object gives names of your own. */
  readonly include_from_parent?: readonly string[] | Readonly<Record<string, string>>;
  readonly processing_steps?: readonly ProcessingStep[];
  /** Sluice: said when a walk of everything found no record at all. */
  readonly warn_if_empty?: string;
  /**
   * Sluice: only parents whose cursor moved since this resource last read them; path in the parent's record.
   * Default: the parent's own cursor, remembered for this resource apart.
   */
  readonly parent_cursor?: {
    readonly cursor_path: string;
    readonly lag?: number;
    /** Parents that are read each time, because their cursor does not tell of every change. */
    readonly except?: (parent: Anything) => boolean;
  };
  /** Sluice: reads every parent each time, also where the parent is incremental. Default false. */
  readonly every_parent?: boolean;
  /** Sluice: parents for which this returns false count as read and empty, without a request. */
  readonly parent_filter?: (parent: Anything) => boolean;
  /**
   * Sluice: records are copies of that resource's records, with the parent's fields added: when one changes
   * there, its copies under parents that were not read again are renewed too.
   */
  readonly copies_of?: string;
}

/** A resource as data. */
export interface ResourceConfig extends ResourceSettings {
  readonly name: string;
  /** A path, or all of the endpoint. Default: the resource's name as the path. */
  readonly endpoint?: string | EndpointConfig;
  /** A cursor that only chooses records; `endpoint.incremental` can also put it into the request. */
  readonly incremental?: IncrementalConfig;
}
