/**
 * What a kind of authentication is to the registry: how it is made, and what it can be told.
 * @module
 */
import type { ParameterSpecs } from "../../pipeline/parameters.ts";
import type { Options } from "../options.ts";
import type { Auth, AuthFunction } from "../types.ts";

/** A kind of authentication that can be written as data. */
export interface AuthKind {
  /** Makes one. @throws {ConfigError} when an option is wrong */
  create(options: Options): Auth | AuthFunction;
  /** What it takes from the configuration when the data does not say it. */
  readonly parameters: ParameterSpecs;
}
