/**
 * The filter language: from text to a tree, with the precedence `not`, `and`, `or`, parentheses and JSON-style
 * escapes. What may be compared where is in `dialects.ts`; running the tree over records is in `matcher.ts`.
 *
 * @module
 */

/** The comparisons of the language. */
export type Comparison = "eq" | "ne" | "sw" | "co" | "ew" | "gt" | "ge" | "lt" | "le" | "pr";

/** A value as written: text in quotes, or a bare number, boolean or null. */
export type Literal = string | number | boolean | null;

/** A parsed expression. */
export type Filter =
  | { readonly kind: "and" | "or"; readonly parts: readonly Filter[] }
  | { readonly kind: "not"; readonly part: Filter }
  | {
    readonly kind: "compare";
    readonly attribute: string;
    readonly operator: Comparison;
    readonly value?: Literal;
  };

/** An expression that cannot be read, or that an endpoint does not support. */
export class FilterError extends Error {
  override readonly name = "FilterError";
}

const COMPARISONS = new Set<string>(["eq", "ne", "sw", "co", "ew", "gt", "ge", "lt", "le", "pr"]);
const TOKEN_REGEXP = /\s*(?:([()])|("(?:[^"\\]|\\.)*")|([^\s()"]+))/y;
const ATTRIBUTE_REGEXP = /^[A-Za-z_][\w.$:-]*(\[[^\]]*\])?$/;

interface Token {
  readonly text: string;
  readonly kind: "parenthesis" | "string" | "word";
}

function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  TOKEN_REGEXP.lastIndex = 0;
  while (TOKEN_REGEXP.lastIndex < text.trimEnd().length) {
    const match = TOKEN_REGEXP.exec(text);
    if (!match) throw new FilterError("Unterminated string in expression");
    const kind = match[1] ? "parenthesis" : match[2] ? "string" : "word";
    tokens.push({ text: match[1] ?? match[2] ?? match[3], kind });
  }
  return tokens;
}

/** Parses an expression. */
export function parseFilter(text: string): Filter {
  const tokens = tokenize(text);
  let at = 0;
  const isWord = (word: string) => tokens[at]?.kind === "word" && tokens[at].text.toLowerCase() === word;
  const isPunctuation = (text: string) => tokens[at]?.kind === "parenthesis" && tokens[at].text === text;
  const filter = joined("or", () => joined("and", negation));
  if (at < tokens.length) throw new FilterError(`Unexpected "${tokens[at].text}" in expression`);
  return filter;

  function joined(kind: "and" | "or", part: () => Filter): Filter {
    const parts = [part()];
    while (isWord(kind)) {
      at++;
      parts.push(part());
    }
    return parts.length === 1 ? parts[0] : { kind, parts };
  }

  function negation(): Filter {
    if (isWord("not") && tokens[at + 1]?.text === "(") {
      at++;
      return { kind: "not", part: group() };
    }
    return isPunctuation("(") ? group() : comparison();
  }

  function group(): Filter {
    at++;
    const inner = joined("or", () => joined("and", negation));
    if (!isPunctuation(")")) throw new FilterError("Missing closing parenthesis in expression");
    at++;
    return inner;
  }

  function comparison(): Filter {
    const attribute = tokens[at++];
    if (!attribute) throw new FilterError("Unexpected end of expression");
    if (attribute.kind !== "word" || !ATTRIBUTE_REGEXP.test(attribute.text)) {
      throw new FilterError(`Expected an attribute, found ${attribute.text}`);
    }
    const operator = tokens[at++]?.text.toLowerCase();
    if (!operator || !COMPARISONS.has(operator)) {
      throw new FilterError(`Unrecognized attribute operator '${operator ?? ""}'`);
    }
    const shared = { kind: "compare", attribute: attribute.text, operator: operator as Comparison } as const;
    return operator === "pr" ? shared : { ...shared, value: literal(tokens[at++]) };
  }
}

function literal(token: Token | undefined): Literal {
  if (!token) throw new FilterError("Unexpected end of expression");
  if (token.kind === "string") return unescaped(token.text);
  if (token.kind === "word") {
    if (token.text === "true" || token.text === "false") return token.text === "true";
    if (token.text === "null") return null;
    if (/^-?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(token.text)) return Number(token.text);
  }
  throw new FilterError(`Invalid value ${token.text}: text and dates need double quotes`);
}

function unescaped(quoted: string): string {
  return quoted.slice(1, -1).replaceAll(/\\(.)/gs, "$1");
}
