/**
 * What is known of an API: everything a source module is written from, whether it was read from a document or
 * said on a command line. Texts in it are raw; whoever writes them escapes them.
 * @module
 */

/** A value that is written as a literal. */
export type Literal = null | boolean | number | string | readonly Literal[] | LiteralObject;
/** An object of literals. */
export interface LiteralObject {
  readonly [key: string]: Literal;
}

/** Stands for the value of a source parameter. */
export class ParameterUse {
  /** @param parameter its name */
  constructor(readonly parameter: string) {}
}

/** A literal, or the value of a source parameter. */
export type Value = Literal | ParameterUse;

/** A parameter of the source. */
export interface ParameterDescription {
  readonly name: string;
  readonly type: "text" | "integer" | "number" | "boolean";
  readonly help: string;
  readonly obtain?: string;
  readonly isSecret?: boolean;
  readonly isRequired?: boolean;
  readonly default?: Literal;
  readonly oneOf?: readonly string[];
  /** What stands in the configuration until the real value does. */
  readonly placeholder?: string;
}

/** How requests are authenticated. */
export interface SignIn {
  /** Options of `auth`; undefined: none. */
  readonly auth?: Readonly<Record<string, Value>>;
  readonly parameters: readonly ParameterDescription[];
  /** What else there is to know, one line each. */
  readonly notes: readonly string[];
}

/** A resource to be. */
export interface ResourceDescription {
  readonly name: string;
  /** In the declarative grammar: parameters are placeholders, other braces are doubled. */
  readonly path: string;
  /** E.g. `GET /users`, and what the document says of it. */
  readonly operation?: string;
  readonly summary?: string;
  readonly method?: "POST";
  /** Empty: no key is known, so the table is replaced by each run. */
  readonly primaryKey: readonly string[];
  readonly includeFromParent?: readonly string[];
  readonly params: ReadonlyMap<string, Value>;
  readonly headers?: ReadonlyMap<string, Value>;
  readonly json?: LiteralObject;
  readonly dataSelector?: string;
  /** Undefined: nothing is known. */
  readonly paginator?: Paging;
  /** It may page in a way that its first answer tells. */
  readonly isPaged?: boolean;
  /** A guess that is written as a comment. */
  readonly incremental?: LiteralObject;
  /** The whole resource is a guess, for this reason, and is written as a comment. */
  readonly suggested?: string;
  /** The last segment of the path is a parameter, where the grammar reads a single record unless told. */
  readonly endsInParameter?: boolean;
}

/** A paginator as data. */
export type Paging = LiteralObject & { readonly type: string };

/** Something that was left out, and why. */
export interface LeftOut {
  readonly operation: string;
  readonly reason: string;
}

/** An API. */
export interface ApiDescription {
  /** Where the facts come from. */
  readonly origin?: { readonly title: string; readonly version: string; readonly file: string };
  /** Undefined: not known. */
  readonly baseUrl?: string;
  /** What stands in the configuration while the base URL is not known. */
  readonly baseUrlPlaceholder: string;
  /** Other addresses it has, one line each. */
  readonly baseUrlNotes: readonly string[];
  readonly signIn: SignIn;
  /** Besides base URL and sign-in. */
  readonly parameters: readonly ParameterDescription[];
  /** What most resources page by. */
  readonly paginator?: Paging;
  readonly resources: readonly ResourceDescription[];
  readonly leftOut: readonly LeftOut[];
}
