/**
 * As much of the query language of Jira as a loader needs: comparisons joined by AND, and one ORDER BY.
 * @module
 */
import type { JiraIssue } from "./jira_data.ts";

/** A query that was understood. */
export interface JiraQuery {
  matches(issue: JiraIssue): boolean;
  compare(left: JiraIssue, right: JiraIssue): number;
}

/** A query that was not understood; the message is for `errorMessages`. */
export class JiraQueryError extends Error {
  override readonly name = "JiraQueryError";
}

type Value = string | number;

const OPERATORS = ["=", "!=", "<", ">", "<=", ">="];
const DATE_REGEXP = /^(\d{4})[-/](\d\d)[-/](\d\d)(?: (\d\d):(\d\d))?$/;
const TOKEN_REGEXP = /\s*(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|(<=|>=|!=|[=<>(),])|([^\s"'=<>!(),]+))/y;

const FIELDS: Readonly<Record<string, (issue: JiraIssue) => Value | undefined>> = {
  project: ({ fields }) => (fields.project as { key: string }).key,
  key: ({ key }) => key,
  id: ({ id }) => Number(id),
  status: ({ fields }) => (fields.status as { name: string }).name,
  issuetype: ({ fields }) => (fields.issuetype as { name: string }).name,
  created: ({ fields }) => minute(String(fields.created)),
  updated: ({ fields }) => minute(String(fields.updated)),
};

/** Dates of queries have minutes, so seconds of issues do not count. */
function minute(text: string): number {
  return Math.floor(Date.parse(text) / 60_000);
}

interface Token {
  readonly text: string;
  readonly isQuoted: boolean;
}

/** Understands a query; an empty one matches everything, newest first. */
export function parseQuery(text: string): JiraQuery {
  const tokens = tokenize(text);
  let at = 0;
  const peek = () => (tokens[at]?.isQuoted ? "" : tokens[at]?.text.toUpperCase());
  const clauses: ((issue: JiraIssue) => boolean)[] = [];
  while (at < tokens.length && peek() !== "ORDER") {
    if (clauses.length) {
      if (peek() !== "AND") throw expecting("AND or ORDER BY", tokens[at]);
      at++;
    }
    const field = fieldOf(tokens[at]?.text);
    const operator = peek() === undefined ? undefined : tokens[at + 1]?.text.toUpperCase();
    at += 2;
    if (operator === "IN") {
      const values = listOf(tokens.slice(at), field.name);
      at += values.length * 2 + 1;
      clauses.push((issue) => values.includes(comparable(field.read(issue))));
    } else {
      if (operator === undefined || !OPERATORS.includes(operator)) {
        throw expecting("operator", tokens[at - 1]);
      }
      if (!tokens[at]) throw expecting("value", undefined);
      const value = valueOf(tokens[at++].text, field.name);
      clauses.push((issue) => holds(comparable(field.read(issue)), operator, value));
    }
  }
  const order = at < tokens.length ? orderOf(tokens.slice(at)) : { read: FIELDS.created, sign: -1 };
  return {
    matches: (issue) => clauses.every((clause) => clause(issue)),
    compare: (left, right) => {
      const [a, b] = [order.read(left) ?? "", order.read(right) ?? ""];
      return (a === b ? Number(left.id) - Number(right.id) : a < b ? -1 : 1) * order.sign;
    },
  };
}

function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  const end = text.trimEnd().length;
  TOKEN_REGEXP.lastIndex = 0;
  while (TOKEN_REGEXP.lastIndex < end) {
    const from = TOKEN_REGEXP.lastIndex;
    const match = TOKEN_REGEXP.exec(text);
    if (!match) {
      throw new JiraQueryError(`Error in the JQL Query: cannot read it from character ${from + 1} on`);
    }
    const quoted = match[1] ?? match[2];
    tokens.push({ text: quoted ?? match[3] ?? match[4], isQuoted: quoted !== undefined });
  }
  return tokens;
}

function expecting(what: string, got: Token | undefined): JiraQueryError {
  const found = got ? `but got '${got.text}'` : "before the end of the query";
  return new JiraQueryError(`Error in the JQL Query: Expecting ${what} ${found}.`);
}

function fieldOf(name: string | undefined): { name: string; read: (issue: JiraIssue) => Value | undefined } {
  const lower = (name ?? "").toLowerCase();
  if (Object.hasOwn(FIELDS, lower)) return { name: lower, read: FIELDS[lower] };
  throw new JiraQueryError(`Field '${name}' does not exist or you do not have permission to view it.`);
}

function valueOf(text: string, field: string): Value {
  if (field === "id") return Number(text);
  if (field !== "created" && field !== "updated") return text.toLowerCase();
  const [, year, month, day, hour = "0", minutes = "0"] = DATE_REGEXP.exec(text) ?? [];
  if (year !== undefined) return Date.UTC(+year, +month - 1, +day, +hour, +minutes) / 60_000;
  throw new JiraQueryError(
    `Date value '${text}' for field '${field}' is invalid. Valid formats include: 'yyyy/MM/dd HH:mm', ` +
      "'yyyy-MM-dd HH:mm', 'yyyy/MM/dd', 'yyyy-MM-dd'.",
  );
}

function listOf(tokens: readonly Token[], field: string): Value[] {
  const end = tokens.findIndex(({ text }) => text === ")");
  if (tokens[0]?.text !== "(" || end < 2) throw expecting("a list", tokens[0]);
  return tokens.slice(1, end).filter(({ text }) => text !== ",").map(({ text }) => valueOf(text, field));
}

function orderOf(tokens: readonly Token[]): { read: (issue: JiraIssue) => Value | undefined; sign: number } {
  const [, by, field, direction = { text: "ASC" }, ...rest] = tokens;
  if (by?.text.toUpperCase() !== "BY") throw expecting("BY", by);
  const sign = { ASC: 1, DESC: -1 }[direction.text.toUpperCase()];
  if (sign === undefined || rest.length) throw expecting("the end of the query", rest[0] ?? tokens[3]);
  return { read: fieldOf(field?.text).read, sign };
}

function comparable(value: Value | undefined): Value {
  return typeof value === "string" ? value.toLowerCase() : value ?? "";
}

function holds(held: Value, operator: string, value: Value): boolean {
  switch (operator) {
    case "=":
      return held === value;
    case "!=":
      return held !== value;
    case "<":
      return held < value;
    case "<=":
      return held <= value;
    case ">":
      return held > value;
    default:
      return held >= value;
  }
}
