/**
 * What the main thread and the worker of a source say to each other.
 * @module
 */
import type { ParameterSpecs } from "../pipeline/parameters.ts";
import type { Source, SourceDefinition } from "../extract/definition/source.ts";
import type { ResolvedResource } from "../extract/definition/resolve.ts";

/** A module's source before it is built. */
export interface Described {
  readonly definition: Omit<SourceDefinition, "build" | "confinement">;
  /** What it was told already, when the module exports a source that was called. */
  readonly given: Source["given"];
  readonly resources?: readonly string[];
  /** Kinds that the module has registered. */
  readonly kinds: Readonly<Record<"auth" | "paginator", Readonly<Record<string, ParameterSpecs>>>>;
}

/** What is to be read: what was built with its credentials, and what was settled about each resource since. */
export interface Asked {
  readonly parts: unknown;
  readonly owner: string;
  readonly settled: readonly Pick<ResolvedResource, "name" | "settings" | "incremental">[];
  readonly resources?: readonly string[];
}
