/**
 * What a kind of paginator is to the registry: how it is made, and what it can be told.
 * @module
 */
import type { ParameterSpecs } from "../../pipeline/parameters.ts";
import type { Options } from "../options.ts";
import type { Paginator } from "../types.ts";

/** A kind of paginator that can be written as data. */
export interface PaginatorKind {
  /** Makes one. @throws {ConfigError} when an argument is wrong */
  create(options: Options): Paginator;
  /** Its arguments; null stands for one that is not given. */
  readonly parameters: ParameterSpecs;
}
