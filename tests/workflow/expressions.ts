/**
 * The expressions of workflows, as far as the workflows under test use them. Holds no tests itself.
 * @module
 */

/** What expressions can name: `secrets.TOKEN`, `github.run_id`, `steps.load.outcome` and so on. */
export type Contexts = Readonly<Record<string, string>>;

/** How the job stands. */
export interface JobStatus {
  readonly failed: boolean;
  readonly cancelled: boolean;
}

const TOKEN_REGEXP = /\s*(\|\||&&|!=|==|!|\(|\)|,|'(?:[^']|'')*'|[\w.-]+)/y;

/** A text with its expressions replaced. */
export function filledIn(text: string, contexts: Contexts): string {
  return text.replaceAll(
    /\$\{\{((?:'(?:[^']|'')*'|[^}'])*)\}\}/g,
    (_, expression) => String(evaluate(expression, contexts, { failed: false, cancelled: false })),
  );
}

/** Whether a step runs. Without a word about the status, it runs only while nothing failed. */
export function isDue(condition: string | undefined, contexts: Contexts, status: JobStatus): boolean {
  const isFine = !status.failed && !status.cancelled;
  if (condition === undefined) return isFine;
  const value = Boolean(evaluate(condition, contexts, status));
  return /\b(?:always|failure|cancelled|success)\(\)/.test(condition) ? value : isFine && value;
}

type Value = string | boolean;

function evaluate(expression: string, contexts: Contexts, status: JobStatus): Value {
  const tokens = tokensOf(expression);
  let at = 0;
  const expect = (token: string) => {
    if (tokens[at++] !== token) throw new Error(`Cannot evaluate ${expression}: no "${token}"`);
  };
  const or = (): Value => {
    let value = and();
    while (tokens[at] === "||") {
      at++;
      const right = and();
      value = value || right;
    }
    return value;
  };
  const and = (): Value => {
    let value = comparison();
    while (tokens[at] === "&&") {
      at++;
      const right = comparison();
      value = value && right;
    }
    return value;
  };
  const comparison = (): Value => {
    const left = term();
    const operator = tokens[at];
    if (operator !== "==" && operator !== "!=") return left;
    at++;
    return (left === term()) === (operator === "==");
  };
  const term = (): Value => {
    const token = tokens[at++];
    if (token === "!") return !term();
    if (token === "(") {
      const value = or();
      expect(")");
      return value;
    }
    if (token.startsWith("'")) return token.slice(1, -1).replaceAll("''", "'");
    if (tokens[at] !== "(") return contexts[token] ?? "";
    at++;
    expect(")");
    return called(token, status);
  };
  const value = or();
  if (at !== tokens.length) throw new Error(`Cannot evaluate ${expression}`);
  return value;
}

function called(name: string, { failed, cancelled }: JobStatus): boolean {
  switch (name) {
    case "always":
      return true;
    case "success":
      return !failed && !cancelled;
    case "failure":
      return failed;
    case "cancelled":
      return cancelled;
  }
  throw new Error(`Cannot evaluate ${name}(): the runner of the tests has no such function`);
}

function tokensOf(expression: string): string[] {
  const text = expression.trim();
  const tokens: string[] = [];
  TOKEN_REGEXP.lastIndex = 0;
  while (TOKEN_REGEXP.lastIndex < text.length) {
    const match = TOKEN_REGEXP.exec(text);
    if (!match) throw new Error(`Cannot read the expression ${expression}`);
    tokens.push(match[1]);
  }
  return tokens;
}
