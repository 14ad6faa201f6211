/**
 * Parameters as data: one record says what a source or destination can be told, and from it come the
 * look-up, casting, checks, help text and redaction.
 * @module
 */
import type { Secret } from "./secret.ts";

/**
 * Types a parameter can have; `list` and `object` are given as JSON in environment variables, and so is `json`,
 * which takes any value.
 */
export type ParameterType = "text" | "integer" | "number" | "boolean" | "list" | "object" | "json";

/** One parameter. */
export interface ParameterSpec {
  readonly type: ParameterType;
  /** Starts with one sentence under 80 characters. */
  readonly help: string;
  /** A missing required parameter is an error that lists every place looked at. */
  readonly required?: boolean;
  /** Required as long as none of these other parameters is set. */
  readonly requiredUnless?: readonly string[];
  readonly default?: unknown;
  /** Resolves to a {@link Secret}; may stand in secrets.toml or the environment, not in config.toml. */
  readonly secret?: boolean;
  /** Says where to get the value; printed when it is missing or still a placeholder. */
  readonly obtain?: string;
  readonly oneOf?: readonly string[];
  /** Bounds of a number; `above` excludes the bound itself. */
  readonly range?: { readonly min?: number; readonly above?: number; readonly max?: number };
}

/** Parameters by name; names are snake_case, as in TOML. */
export type ParameterSpecs = Readonly<Record<string, ParameterSpec>>;

type ValueOf<S extends ParameterSpec> = S["secret"] extends true ? Secret
  : S["type"] extends "text" ? string
  : S["type"] extends "integer" | "number" ? number
  : S["type"] extends "boolean" ? boolean
  : S["type"] extends "list" ? string[]
  : S["type"] extends "json" ? unknown
  : Record<string, unknown>;

/** The values of {@link ParameterSpecs} once resolved: required or defaulted ones are there, others may not be. */
export type Resolved<P extends ParameterSpecs> = {
  readonly [K in keyof P]: P[K] extends { required: true } | { default: unknown } ? ValueOf<P[K]>
    : ValueOf<P[K]> | undefined;
};

/** Explicit values: plain text is accepted for a secret. */
export type Given<P extends ParameterSpecs> = {
  readonly [K in keyof P]?: P[K]["secret"] extends true ? string | Secret : ValueOf<P[K]>;
};
