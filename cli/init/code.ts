/**
 * Writes values as TypeScript, laid out as the formatter would. Texts may come from anywhere: they become
 * string literals that cannot end early, or comments of one line.
 * @module
 */
import { type Literal, ParameterUse, type Value } from "../../openapi/description.ts";
import { printable } from "../printable.ts";

/** The longest line that is written. */
export const LINE_WIDTH = 110;

/** Something to write: a value, an object or a list of such. */
export type Code = Value | CodeObject | CodeList;

/** An object with its entries in order; a comment stands before what follows it. */
export class CodeObject {
  /** @param entries pairs of key and value, comments, and code that is commented out */
  constructor(readonly entries: readonly (readonly [key: string, value: Code] | Remark)[]) {}
}

/** A list with its items in order. */
export class CodeList {
  /** @param items values, comments, and code that is commented out */
  constructor(readonly items: readonly (Code | Remark)[]) {}
}

/** A line comment, or code that is commented out. */
export class Remark {
  /** @param content text of one line; an entry or item to write as a comment */
  constructor(readonly content: string | Commented) {}
}

/** What can be commented out: an entry of an object, or an item of a list. */
export type Commented = { readonly key?: string; readonly value: Code };

/** A value as code; `indent` is where its line starts, `used` the columns before it, `after` those behind it. */
export function writeCode(code: Code, indent = 0, used = indent, after = 1): string {
  const flat = flatCode(code);
  if (flat !== undefined && used + width(flat) + after <= LINE_WIDTH) return flat;
  if (code instanceof CodeObject) {
    return block(code.entries.map((each) => writeEntry(each, indent + 2)), indent, "{}");
  }
  if (code instanceof CodeList) {
    return block(code.items.map((each) => writeItem(each, indent + 2)), indent, "[]");
  }
  if (Array.isArray(code)) return writeCode(new CodeList(code), indent, used, after);
  if (isPlainObject(code)) return writeCode(objectOf(code), indent, used, after);
  return flat!;
}

/** An object as code, each entry on a line of its own. */
export function writeExpanded({ entries }: CodeObject): string {
  return block(entries.map((each) => writeEntry(each, 2)), 0, "{}");
}

/** An object of literals, or of anything else that can be written. */
export function objectOf(values: Readonly<Record<string, Code>> | ReadonlyMap<string, Code>): CodeObject {
  return new CodeObject(values instanceof Map ? [...values] : Object.entries(values));
}

/** A text as a string literal. */
export function stringLiteral(text: string): string {
  const escaped = JSON.stringify(text).slice(1, -1)
    // The formatter would change the quotes round a text with double quotes in it.
    .replace(/\\(.)/g, (pair, character) => (character === '"' ? "\\u0022" : pair))
    // Line ends of JavaScript, and marks that are not seen or reorder text on screen.
    .replace(
      /[\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]/g,
      (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
    );
  return `"${escaped}"`;
}

const MOST_READ = 5000;

/** A text of any origin as one line for a person, cut where it is longer than is good. */
export function oneLine(text: string, longest = 90): string {
  const line = printable(text.slice(0, MOST_READ).toWellFormed().replace(/\s+/g, " ").trim()).replace(
    /[\u200b-\u200d\u2060\ufeff]/g,
    "",
  );
  return line.length > longest ? `${[...line].slice(0, longest - 1).join("")}…` : line;
}

/** A text of any origin as part of a comment: nothing in it ends the comment or commands the compiler. */
export function commentText(text: string, longest = 90): string {
  // Last of all: what is taken out before could have kept the two characters apart.
  return oneLine(text, longest).replaceAll("*/", "* /").replaceAll("@", "(at)");
}

function block(lines: readonly string[], indent: number, [open, close]: string): string {
  const pad = " ".repeat(indent + 2);
  return `${open}\n${lines.map((line) => `${pad}${line}\n`).join("")}${" ".repeat(indent)}${close}`;
}

function writeEntry(entry: readonly [string, Code] | Remark, indent: number): string {
  if (entry instanceof Remark) return writeRemark(entry, indent);
  const [key, value] = entry;
  if (isShorthand(key, value)) return `${key},`;
  const head = `${propertyKey(key)}:`;
  const text = writeCode(value, indent, indent + width(head) + 1);
  const isTooLong = !text.includes("\n") && indent + width(head) + width(text) + 2 > LINE_WIDTH;
  // Behind a key of one letter the next line would gain nothing.
  return isTooLong && width(head) > 2 && isAtom(value)
    ? `${head}\n${" ".repeat(indent + 2)}${text},`
    : `${head} ${text},`;
}

function writeItem(item: Code | Remark, indent: number): string {
  return item instanceof Remark ? writeRemark(item, indent) : `${writeCode(item, indent)},`;
}

function writeRemark({ content }: Remark, indent: number): string {
  if (typeof content === "string") return `// ${content}`;
  const { key, value } = content;
  // What is commented out starts three columns further right.
  const text = key === undefined ? writeItem(value, indent + 3) : writeEntry([key, value], indent + 3);
  const pad = " ".repeat(indent);
  return text.split("\n").map((line, index) => index ? `${pad}// ${line.slice(indent + 3)}` : `// ${line}`)
    .join("\n");
}

/** On one line; undefined when there is a comment in it. */
function flatCode(code: Code): string | undefined {
  if (code instanceof ParameterUse) return code.parameter;
  if (typeof code === "string") return stringLiteral(code);
  if (code === null || typeof code !== "object") return String(code);
  const isList = code instanceof CodeList || Array.isArray(code);
  const parts = isList
    ? (code instanceof CodeList ? code.items : code as readonly Literal[]).map((each) =>
      each instanceof Remark ? undefined : flatCode(each)
    )
    : (code instanceof CodeObject ? code.entries : Object.entries(code as Record<string, Code>)).map(
      flatEntry,
    );
  if (parts.some((part) => part === undefined)) return undefined;
  if (parts.length === 0) return isList ? "[]" : "{}";
  return isList ? `[${parts.join(", ")}]` : `{ ${parts.join(", ")} }`;
}

function flatEntry(entry: readonly [string, Code] | Remark): string | undefined {
  if (entry instanceof Remark) return undefined;
  const [key, value] = entry;
  if (isShorthand(key, value)) return key;
  const text = flatCode(value);
  return text === undefined ? undefined : `${propertyKey(key)}: ${text}`;
}

function isShorthand(key: string, value: Code): boolean {
  return value instanceof ParameterUse && value.parameter === key;
}

function propertyKey(key: string): string {
  // Written plainly, this one key would set the prototype.
  if (key === "__proto__") return '["__proto__"]';
  return /^[A-Za-z_$][\w$]*$/.test(key) ? key : stringLiteral(key);
}

/** What cannot be broken into lines, and stands on the next one where it is too long. */
function isAtom(code: Code): boolean {
  return typeof code !== "object" || code === null || code instanceof ParameterUse;
}

function isPlainObject(code: Code): code is Readonly<Record<string, Literal>> {
  return typeof code === "object" && code !== null && !(code instanceof ParameterUse);
}

// Characters of East Asian scripts and pictures take two columns, accents none.
const WIDE_REGEXP =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/gu;

/** Columns of a text as the formatter counts them. */
function width(text: string): number {
  // deno-lint-ignore no-control-regex
  if (/^[\u0000-\u007f]*$/.test(text)) return text.length;
  return [...text.replace(/\p{M}/gu, "")].length + (text.match(WIDE_REGEXP)?.length ?? 0);
}
