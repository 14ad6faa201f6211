/**
 * Sluice as a library: define sources, run pipelines, read what was loaded.
 * @module
 */
export { Configuration } from "./pipeline/config.ts";
export type {
  Capabilities,
  Destination,
  Load,
  Publication,
  QueryResult,
  Scope,
  Session,
  SessionContext,
  SqlRow,
  Stored,
  TablePublication,
} from "./pipeline/destination.ts";
export * from "./pipeline/errors.ts";
export type { Emit, RunEvent, StepName, WaitReason } from "./pipeline/events.ts";
export { Double, type JsonObject, type JsonValue, parseJson, stringifyJson } from "./pipeline/json.ts";
export { fieldAt } from "./pipeline/field_path.ts";
export { Naming } from "./pipeline/naming.ts";
export type { Given, ParameterSpec, ParameterSpecs, ParameterType, Resolved } from "./pipeline/parameters.ts";
export { formatLoadInfo, type LoadInfo, type Warning } from "./pipeline/load_info.ts";
export { type Pipeline, pipeline, type PipelineOptions, type RunOptions } from "./pipeline/pipeline.ts";
export type {
  Column,
  DataType,
  MergeStrategy,
  RowBatch,
  SqlValue,
  Table,
  WriteDisposition,
} from "./pipeline/schema_types.ts";
export { redact, Secret } from "./pipeline/secret.ts";
export * from "./pipeline/source.ts";
export { type ResourceClient, RestClient } from "./rest/client.ts";
export { pollFeed, type PollingFeed } from "./rest/polling_feed.ts";
export type {
  Auth,
  AuthConfig,
  AuthContext,
  ClientConfig,
  ErrorFormat,
  PageView,
  Paginator,
  PaginatorConfig,
  RateLimitBucket,
  RateLimitConfig,
  RequestSpec,
  RestPage,
  RestResponse,
  RetryConfig,
} from "./rest/types.ts";
