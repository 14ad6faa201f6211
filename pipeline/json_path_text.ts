/**
 * Turns the paths that dlt accepts into the text of RFC 9535: bare and quoted names, `a.[0]`, alternatives
 * (`a | b`), filters with bare fields and single operators. Nothing is evaluated here.
 * @module
 */

/** What is wrong with a path, and where; `position` counts from 0. */
export class PathProblem extends Error {
  readonly reason: string;
  readonly position: number;
  readonly next?: string;
  constructor(reason: string, position: number, next?: string) {
    super(reason);
    this.reason = reason;
    this.position = position;
    this.next = next;
  }
}

/** One alternative of a path as the standard writes it. */
export interface StandardPath {
  readonly text: string;
  /** Where the character at this index came from in the path as it was written. */
  positionOf(index: number): number;
}

/** Translates a path; one standard path for each of its alternatives. @throws {PathProblem} */
export function standardPaths(text: string): StandardPath[] {
  return new PathReader(text).alternatives();
}

const SPACE_REGEXP = /\s/;
/** Characters that end a bare name, outside of filters and in them. */
const NAME_END_REGEXP = /[.[\]|,`*]/;
const FILTER_NAME_END_REGEXP = /[.[\]|,`*\s=!<>&()'"~]/;
const BRACKET_NAME_REGEXP = /^[\p{L}_@][\p{L}\p{N}_@-]*$/u;
const NUMBER_REGEXP = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const OPERATOR_REGEXP = /==|!=|<=|>=|=~|&&|\|\||[=!<>&|]/y;
const OPERATORS: Readonly<Record<string, string>> = { "=": "==", "&": "&&", "|": "||" };

class PathReader {
  readonly #text: string;
  #at = 0;
  #written = "";
  /** Index in what is written, and the position it came from. */
  #marks: [index: number, position: number][] = [];

  constructor(text: string) {
    this.#text = text;
  }

  alternatives(): StandardPath[] {
    const paths: StandardPath[] = [];
    do {
      this.#written = "";
      this.#marks = [];
      this.#path();
      const marks = this.#marks;
      paths.push({ text: this.#written, positionOf: (index) => positionOf(marks, index) });
    } while (this.#takes("|"));
    if (this.#at < this.#text.length) throw this.#unexpected();
    return paths;
  }

  #path(): void {
    this.#skipSpace();
    const start = this.#at;
    const hasRoot = this.#peek() === "$" && /^[\s.[|]?$/.test(this.#text[this.#at + 1] ?? "");
    if (this.#peek() === "$" && !hasRoot) {
      const name = this.#bareText(NAME_END_REGEXP);
      throw new PathProblem(
        `"${name}" is neither a path nor a plain name`,
        start,
        `write "$.${name.slice(1)}" for the field "${name.slice(1)}", "['${name}']" for the field "${name}"`,
      );
    }
    this.#write("$");
    if (hasRoot) this.#at++;
    else if (this.#peek() !== "." && this.#peek() !== "[") this.#names(NAME_END_REGEXP);
    this.#segments(NAME_END_REGEXP);
  }

  /** `.name`, `..name`, `[…]`, one after another. */
  #segments(nameEnd: RegExp): void {
    const isFilter = nameEnd === FILTER_NAME_END_REGEXP;
    for (;;) {
      if (!isFilter) this.#skipSpace();
      if (this.#peek() === "[") {
        this.#brackets();
      } else if (this.#takes(".")) {
        if (this.#takes(".")) this.#write("..", -2);
        if (!isFilter) this.#skipSpace();
        if (this.#peek() !== "[") this.#names(nameEnd);
      } else {
        return;
      }
    }
  }

  /** A name, several with commas between them, or `*`. */
  #names(nameEnd: RegExp): void {
    if (this.#takes("`")) return this.#backtick();
    this.#write("[");
    do {
      if (this.#written.at(-1) !== "[") this.#write(",");
      if (nameEnd === NAME_END_REGEXP) this.#skipSpace();
      this.#name(nameEnd);
    } while (nameEnd === NAME_END_REGEXP && this.#takes(","));
    this.#write("]");
    const after = this.#peek();
    if (nameEnd === NAME_END_REGEXP && after !== undefined && !/[.[|]/.test(after)) throw this.#unexpected();
  }

  #name(nameEnd: RegExp): void {
    const start = this.#at;
    const character = this.#peek();
    if (character === "'" || character === '"') {
      this.#quoted();
    } else if (character === "*") {
      this.#at++;
      this.#write("*", -1);
    } else if (character === "(") {
      throw new PathProblem("parentheses outside of a filter are not supported", start);
    } else {
      this.#quote(this.#bareText(nameEnd), start);
    }
    if (nameEnd === NAME_END_REGEXP) this.#skipSpace();
  }

  #bareText(nameEnd: RegExp): string {
    const start = this.#at;
    while (this.#at < this.#text.length && !nameEnd.test(this.#text[this.#at]!)) this.#at++;
    const name = this.#text.slice(start, this.#at).trim();
    if (name === "") {
      throw this.#at < this.#text.length ? this.#unexpected() : this.#problem("a name is missing");
    }
    const operator = /\s(where|wherenot)\s/.exec(name)?.[1];
    if (operator) throw new PathProblem(`the operator "${operator}" is not supported`, start, USE_FILTER);
    return name;
  }

  /** jsonpath_ng's named operators. Of these, `this` changes nothing. */
  #backtick(): void {
    const start = this.#at - 1;
    const end = this.#text.indexOf("`", this.#at);
    const name = end < 0 ? this.#text.slice(this.#at) : this.#text.slice(this.#at, end);
    if (end < 0 || name !== "this") {
      throw new PathProblem(`the operator \`${name}\` is not supported`, start, USE_FILTER);
    }
    this.#at = end + 1;
  }

  #brackets(): void {
    const start = this.#at++;
    this.#write("[", -1);
    do {
      if (this.#written.at(-1) !== "[") this.#write(",", -1);
      this.#skipSpace();
      this.#selector(start);
      this.#skipSpace();
    } while (this.#takes(","));
    if (this.#peek() === undefined) throw new PathProblem('"[" is not closed', start);
    if (!this.#takes("]")) throw this.#unexpected();
    this.#write("]", -1);
  }

  /** One selector between brackets. */
  #selector(start: number): void {
    const character = this.#peek();
    if (character === undefined) throw new PathProblem('"[" is not closed', start);
    if (character === "]") throw this.#problem("nothing stands between the brackets");
    if (character === "'" || character === '"') return this.#quoted();
    if (this.#takes("?")) {
      this.#write("?", -1);
      return this.#filter(start);
    }
    if (character === "(") {
      throw this.#problem(
        "script expressions are not supported",
        'count from the end with a negative index, "[-1]"',
      );
    }
    if (/[\\/`]/.test(character)) {
      throw this.#problem(`the operator "${character}" is not supported`, USE_FILTER);
    }
    const from = this.#at;
    while (this.#at < this.#text.length && !/[,\]]/.test(this.#text[this.#at]!)) this.#at++;
    const selector = this.#text.slice(from, this.#at).trim();
    if (selector === "") throw this.#unexpected();
    if (selector === "*" || /^[-\d:\s]+$/.test(selector)) return this.#write(selector, from - this.#at);
    if (!BRACKET_NAME_REGEXP.test(selector)) {
      throw new PathProblem(`"${selector}" between brackets is neither an index nor a name`, from);
    }
    this.#quote(selector, from);
  }

  /** A filter up to the bracket or comma that ends it. */
  #filter(start: number): void {
    for (let depth = 0;;) {
      this.#skipSpace();
      const character = this.#peek();
      if (character === undefined) throw new PathProblem('"[" is not closed', start);
      if (depth === 0 && (character === "]" || character === ",")) return;
      if (character === "(" || character === ")" || character === ",") {
        depth += character === "(" ? 1 : character === ")" ? -1 : 0;
        if (depth < 0) throw this.#unexpected();
        this.#at++;
        this.#write(character, -1);
      } else if (character === "'" || character === '"') {
        this.#quoted();
      } else {
        this.#operand();
      }
      // A function's name and its parenthesis must touch.
      if (this.#peek() !== "(") this.#written += " ";
    }
  }

  /** A path, number, word or operator of a filter. */
  #operand(): void {
    const start = this.#at;
    const character = this.#peek()!;
    if (character === "@" || character === "$") {
      this.#at++;
      this.#write(character, -1);
      const next = this.#peek();
      if (character === "@" && next !== undefined && /[\p{L}\p{N}_]/u.test(next)) {
        this.#names(FILTER_NAME_END_REGEXP);
      }
      return this.#segments(FILTER_NAME_END_REGEXP);
    }
    const operator = this.#match(OPERATOR_REGEXP);
    if (operator === "=~") {
      throw new PathProblem(
        'the operator "=~" is not supported',
        start,
        "write \"search(@.name, 'pattern')\"",
      );
    }
    if (operator !== undefined) return this.#write(OPERATORS[operator] ?? operator, -operator.length);
    const number = this.#match(NUMBER_REGEXP);
    if (number !== undefined) return this.#write(standardNumber(number), -number.length);
    const word = this.#bareText(FILTER_NAME_END_REGEXP);
    if (!/^[\p{L}_]/u.test(word)) throw new PathProblem(`"${word}" is not expected`, start);
    if (/^(?:True|False|None|Null)$/.test(word)) {
      throw new PathProblem(`"${word}" is not a value`, start, 'write "true", "false" or "null"');
    }
    const isFunction = this.#peek() === "(";
    if (isFunction || (/^(?:true|false|null)$/.test(word) && !/[.[]/.test(this.#peek() ?? ""))) {
      return this.#write(word, start - this.#at);
    }
    this.#write("@[", start - this.#at);
    this.#quote(word, start);
    this.#write("]");
    this.#segments(FILTER_NAME_END_REGEXP);
  }

  /** Copies a quoted text with its quotes; the library judges what is in it. */
  #quoted(): void {
    const start = this.#at;
    const quote = this.#text[start];
    for (this.#at++; this.#peek() !== quote; this.#at++) {
      if (this.#peek() === undefined) throw new PathProblem(`the quote is not closed`, start);
      if (this.#peek() === "\\") this.#at++;
    }
    this.#at++;
    this.#write(this.#text.slice(start, this.#at), start - this.#at);
  }

  /** Writes a bare name in quotes. */
  #quote(name: string, position: number): void {
    this.#write(`"${name.replace(/["\\]/g, "\\$&").replace(/\t/g, "\\t")}"`, position - this.#at);
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0];
    if (found !== undefined) this.#at += found.length;
    return found;
  }

  #peek(): string | undefined {
    return this.#text[this.#at];
  }

  #takes(character: string): boolean {
    if (this.#peek() !== character) return false;
    this.#at++;
    return true;
  }

  #skipSpace(): void {
    while (this.#at < this.#text.length && SPACE_REGEXP.test(this.#text[this.#at]!)) this.#at++;
  }

  /** Adds to what is written; it came from the present position plus `offset`. */
  #write(text: string, offset = 0): void {
    this.#marks.push([this.#written.length, this.#at + offset]);
    this.#written += text;
  }

  #problem(reason: string, next?: string): PathProblem {
    return new PathProblem(reason, this.#at, next);
  }

  #unexpected(): PathProblem {
    const character = this.#peek();
    return this.#problem(character === undefined ? "it ends too early" : `"${character}" is not expected`);
  }
}

const USE_FILTER = 'choose with a filter, as in "items[?(@.size > 1)]"';

function positionOf(marks: readonly [number, number][], index: number): number {
  const mark = marks.findLast(([start]) => start <= index) ?? [0, 0];
  return mark[1] + (index - mark[0]);
}

/** The same number without a leading zero before a point, which the library takes for an error. */
function standardNumber(text: string): string {
  const parts = /^0\.(\d+)(?:[eE]([+-]?\d+))?$/.exec(text);
  if (!parts) return text;
  const digits = parts[1]!.replace(/^0+/, "");
  return digits === "" ? "0" : `${digits}e${Number(parts[2] ?? 0) - parts[1]!.length}`;
}
