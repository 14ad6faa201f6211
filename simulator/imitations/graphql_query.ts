/**
 * As much of GraphQL as clients of lists use: one operation with variables, fields with arguments and
 * aliases. Fragments and directives are refused.
 * @module
 */

/** A field of a selection. */
export interface Field {
  readonly name: string;
  /** What it is called in the answer. */
  readonly alias: string;
  readonly args: Readonly<Record<string, unknown>>;
  readonly selection: readonly Field[];
  readonly line: number;
  readonly column: number;
}

/** An error in the form in which an answer lists it. */
export class GraphqlError extends Error {
  override readonly name = "GraphqlError";
  readonly more: Readonly<Record<string, unknown>>;

  constructor(message: string, more: Readonly<Record<string, unknown>> = {}) {
    super(message);
    this.more = more;
  }

  /** As it stands under `errors`. */
  toJSON(): Record<string, unknown> {
    return { ...this.more, message: this.message };
  }
}

interface Token {
  readonly text: string;
  readonly kind: "punctuator" | "name" | "number" | "string" | "end";
  readonly line: number;
  readonly column: number;
}

interface Variable {
  readonly isRequired: boolean;
  readonly type: string;
  readonly standard: unknown;
}

const TOKEN_REGEXP =
  /(?<skip>[\s,\uFEFF]+|#[^\n\r]*)|(?<punctuator>\.{3}|[!$():=@[\]{|}&])|(?<name>[_A-Za-z]\w*)|(?<number>-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|(?<string>"(?:[^"\\\n]|\\.)*")/y;

function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  let [line, lineStart] = [1, 0];
  TOKEN_REGEXP.lastIndex = 0;
  while (TOKEN_REGEXP.lastIndex < text.length) {
    const at = TOKEN_REGEXP.lastIndex;
    const match = TOKEN_REGEXP.exec(text);
    const place = { line, column: at - lineStart + 1 };
    if (!match) throw parseError(`Unexpected character ${JSON.stringify(text[at])}`, place);
    for (const newline of match[0].matchAll(/\n/g)) [line, lineStart] = [line + 1, at + newline.index + 1];
    const { skip: _skip, ...kinds } = match.groups!;
    const [kind] = Object.entries(kinds).find(([, value]) => value !== undefined) ?? [];
    if (kind !== undefined) tokens.push({ text: match[0], kind: kind as Token["kind"], ...place });
  }
  return [...tokens, { text: "", kind: "end", line, column: text.length - lineStart + 1 }];
}

function parseError(message: string, { line, column }: { line: number; column: number }): GraphqlError {
  return new GraphqlError(`Parse error: ${message}`, { locations: [{ line, column }] });
}

/** Reads a document and puts the variables in their places. */
export function parseQuery(text: string, given: Readonly<Record<string, unknown>>): readonly Field[] {
  const tokens = tokenize(text);
  let at = 0;
  const peek = () => tokens[at];
  const isNext = (wanted: string) => peek().text === wanted && peek().kind !== "string";
  const skipped = (wanted: string) => isNext(wanted) && ++at > 0;
  const unexpected = () =>
    parseError(`Unexpected ${peek().kind === "end" ? "end of document" : peek().text}`, peek());
  const expect = (wanted: string) => {
    if (!skipped(wanted)) throw unexpected();
  };
  const name = () => {
    if (peek().kind !== "name") throw unexpected();
    return tokens[at++].text;
  };
  const variables = new Map<string, unknown>();

  function operation(): readonly Field[] {
    if (isNext("mutation") || isNext("subscription")) throw new GraphqlError("Only queries can be executed.");
    if (skipped("query")) {
      if (peek().kind === "name") name();
      if (skipped("(")) { while (!skipped(")")) definition(); }
    }
    const selection = selectionSet();
    if (peek().kind !== "end") throw unexpected();
    return selection;
  }

  function definition(): void {
    expect("$");
    const variable = name();
    expect(":");
    const type = typeReference();
    const standard = skipped("=") ? value() : undefined;
    variables.set(variable, variableValue(variable, { ...type, standard }, given[variable]));
  }

  function typeReference(): { type: string; isRequired: boolean } {
    const isList = skipped("[");
    const inner: string = isList ? `[${typeReference().type}]` : name();
    if (isList) expect("]");
    const isRequired = skipped("!");
    return { type: isRequired ? `${inner}!` : inner, isRequired };
  }

  function selectionSet(): Field[] {
    expect("{");
    const fields: Field[] = [];
    while (!skipped("}")) fields.push(field());
    if (fields.length === 0) throw parseError("Expected a selection", peek());
    return fields;
  }

  function field(): Field {
    if (isNext("...")) throw new GraphqlError("Fragments are not supported here.");
    const { line, column } = peek();
    const first = name();
    const own = skipped(":") ? name() : first;
    const args: Record<string, unknown> = {};
    if (skipped("(")) {
      while (!skipped(")")) {
        const argument = name();
        expect(":");
        args[argument] = value();
      }
    }
    if (isNext("@")) throw new GraphqlError("Directives are not supported here.");
    return { name: own, alias: first, args, selection: isNext("{") ? selectionSet() : [], line, column };
  }

  function value(): unknown {
    const { kind, text } = peek();
    if (skipped("$")) {
      const variable = name();
      if (!variables.has(variable)) throw new GraphqlError(`Variable $${variable} is used but not declared`);
      return variables.get(variable);
    }
    if (skipped("[")) {
      const items: unknown[] = [];
      while (!skipped("]")) items.push(value());
      return items;
    }
    if (kind === "end" || kind === "punctuator") throw unexpected();
    at++;
    if (kind === "string" || kind === "number") return JSON.parse(text);
    return Object.hasOwn(WORDS, text) ? WORDS[text] : text;
  }

  return operation();
}

const WORDS: Readonly<Record<string, unknown>> = { true: true, false: false, null: null };

function variableValue(name: string, { isRequired, type, standard }: Variable, given: unknown): unknown {
  const value = given === undefined ? standard : given;
  const problem = (explanation: string) =>
    new GraphqlError(`Variable $${name} of type ${type} was provided invalid value`, {
      extensions: { value, problems: [{ path: [], explanation }] },
    });
  if (value === undefined || value === null) {
    if (isRequired) throw problem("Expected value to not be null");
    return value;
  }
  if (/^Int!?$/.test(type) && !Number.isInteger(value)) throw problem(`Could not coerce value to Int`);
  if (/^(String|ID)!?$/.test(type) && typeof value !== "string") {
    throw problem(`Could not coerce value to String`);
  }
  return value;
}
