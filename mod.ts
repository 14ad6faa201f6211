/**
 * Sluice as a library: define sources, run pipelines, read what was loaded.
 * @module
 */
export { Configuration, type UsedValue } from "./pipeline/config.ts";
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
export { type JsonPath, jsonPath } from "./pipeline/json_path.ts";
export type { Plan, PlannedRequests, PlannedResource, PlannedTable, PlanOptions } from "./pipeline/plan.ts";
export { Naming } from "./pipeline/naming.ts";
export type { Given, ParameterSpec, ParameterSpecs, ParameterType, Resolved } from "./pipeline/parameters.ts";
export type { RowChanges } from "./pipeline/destination.ts";
export type { Discarded } from "./pipeline/discards.ts";
export { formatLoadInfo, type LoadedPackageInfo, type LoadInfo, type Warning } from "./pipeline/load_info.ts";
export type { RunRules } from "./pipeline/load_rules.ts";
export { type Pipeline, pipeline, type PipelineOptions, type RunOptions } from "./pipeline/pipeline.ts";
export type { RefreshMode } from "./pipeline/refresh.ts";
export { Schema } from "./pipeline/schema.ts";
export { formatSchema, SCHEMA_FORMATS, type SchemaFormat } from "./pipeline/schema_formats/mod.ts";
export type { FormatOptions } from "./pipeline/schema_formats/parts.ts";
export type { TableChange } from "./pipeline/schema_changes.ts";
export type {
  Column,
  ContractEntity,
  ContractMode,
  DataType,
  MergeStrategy,
  RowBatch,
  SchemaContract,
  SqlValue,
  Table,
  WriteDisposition,
} from "./pipeline/schema_types.ts";
export type {
  RunStatus,
  Trace,
  TracedError,
  TracedPackage,
  TracedStep,
  TraceHead,
} from "./pipeline/trace.ts";
export { redact, Secret } from "./pipeline/secret.ts";
export type { ColumnHints, NestedHints, TableHints, WriteDispositionConfig } from "./pipeline/table_hints.ts";
export type * from "./extract/definition/rest_api_config.ts";
export { checkConnection } from "./extract/check_connection.ts";
export * from "./extract/definition/source.ts";
export { restApiJsonSchema } from "./extract/definition/schema.ts";
export {
  apiKey,
  bearer,
  httpBasic,
  oauth2ClientCredentials,
  oauth2Jwt,
  privateKeyJwt,
  registerAuth,
} from "./rest/auth/mod.ts";
export { type PaginateOptions, type RequestOptions, type ResourceClient, RestClient } from "./rest/client.ts";
export {
  auto,
  cursor,
  headerCursor,
  headerLink,
  jsonLink,
  offset,
  pageNumber,
  type PaginatorFactory,
  registerPaginator,
  singlePage,
} from "./rest/paginators/mod.ts";
export { followLink, withQueryParam } from "./rest/request_url.ts";
export { pollFeed, type PollingFeed } from "./rest/polling_feed.ts";
export type {
  ActionResponse,
  Actions,
  Auth,
  AuthConfig,
  AuthContext,
  AuthFunction,
  ClientConfig,
  Doubt,
  ErrorFormat,
  Pace,
  PageView,
  Paginator,
  PaginatorConfig,
  PaginatorFunction,
  RateLimitBucket,
  RateLimitConfig,
  RequestSpec,
  RestPage,
  RestResponse,
  RetryConfig,
} from "./rest/types.ts";
