/**
 * One TOML file of the configuration, read whole. What is wrong with a file is said with its line and
 * column and in our words, never with the text of the line, which may hold a secret.
 * @module
 */
import { parse, TomlError } from "toml";
import { ConfigError } from "./errors.ts";
import { shortage } from "./shortage.ts";

/** A value in a TOML file. Dates and times are objects of the parser that print as they were written. */
export type TomlValue = string | number | bigint | boolean | Date | TomlValue[] | TomlTable;
/** A table in a TOML file. */
export interface TomlTable {
  [key: string]: TomlValue;
}

/** A file that was looked for. */
export interface TomlFile {
  /** The path as a reader knows it: relative to the working directory, or below `~`. */
  readonly shown: string;
  readonly exists: boolean;
  readonly table: TomlTable;
  /** Unix permission bits, when the file exists and the system has them. */
  readonly mode?: number;
}

/** What the parser says, and what we say instead; anything else could quote the file. */
const PLAIN_WORDS: readonly [starts: string, problem: string][] = [
  ["trying to redefine", "this key or section is there twice"],
  ["unfinished string", "a text has no closing quote"],
  [
    "control characters are not allowed",
    "a text has no closing quote on its line, or holds a control character",
  ],
  ["invalid value", "the value is neither quoted text, number, true, false, list nor table"],
  ["each key-value declaration must be", "something follows the value on the same line"],
  ["expected comma or end of structure", "a list or inline table lacks a comma or its closing bracket"],
  ["expected end of table array", 'the section name lacks its closing "]]"'],
  [
    "illegal character in key",
    "the key holds a character that needs quotes, or lacks its equals sign or bracket",
  ],
  ["illegal empty bare key", "there is no key before the equals sign"],
  ["incomplete key-value", "the line has no equals sign"],
  ["illegal quoted key", "the key is a text of several lines"],
  ["unexpected end of key", "the key is not finished"],
  ["unfinished array", 'a list lacks its closing "]"'],
  ["unfinished table", 'an inline table lacks its closing "}"'],
  ["unfinished numeric value", "a number is not finished"],
  ["illegal leading zero", "a number starts with a zero; put quotes round it if it is text"],
  ["illegal underscore", "a number has an underscore in the wrong place"],
  ["illegal character in numeric", "a number holds another character; put quotes round it if it is text"],
  ["integer value cannot", "an integer is too large"],
  ["invalid date", "a date or time is not valid; put quotes round it if it is text"],
  ["invalid escape", "a backslash stands before a character that it cannot escape; double it"],
  ["unrecognised escape", "a backslash stands before a character that it cannot escape; double it"],
  ["invalid unicode escape", "a unicode escape is not valid"],
  ["invalid non-hex character", "a unicode escape is not valid"],
  ["document contains excessively", "tables are nested too deeply"],
];

/**
 * Reads a file; one that does not exist is an empty table.
 *
 * @throws {ConfigError} `toml-syntax` when it is not TOML, `config-unreadable` when it cannot be read.
 * @throws {LoadError} `too-many-files`
 */
export async function readTomlFile(path: string, shown: string): Promise<TomlFile> {
  let bytes: Uint8Array;
  let mode: number | undefined;
  try {
    bytes = await Deno.readFile(path);
    mode = (await Deno.stat(path)).mode ?? undefined;
  } catch (error) {
    // A file where a folder should be is also a file that is not there.
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) {
      return { shown, exists: false, table: {} };
    }
    throw shortage(error, { doing: `read "${shown}"`, file: shown }) ?? new ConfigError(
      `Cannot read "${shown}": ${error instanceof Error ? error.name : "unknown problem"}`,
      {
        code: "config-unreadable",
        at: { file: shown },
        next: "make it a file that your user may read",
        cause: error,
      },
    );
  }
  return { shown, exists: true, table: parseToml(decode(bytes, shown), shown), mode };
}

/** Parses TOML text; `shown` names the file in errors. */
export function parseToml(text: string, shown: string): TomlTable {
  try {
    // Old Mac line ends are valid nowhere in TOML, yet some editors still write them.
    const source = text.replace(/^\uFEFF/, "").replace(/\r(?!\n)/g, "\n");
    return parse(source, { integersAsBigInt: "asNeeded" }) as TomlTable;
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    throw new ConfigError(`Cannot read "${shown}": ${plainWords(error)}`, {
      code: "toml-syntax",
      at: { file: shown, line: error.line, columnNumber: error.column },
      next: `correct line ${error.line}; text values stand in double quotes`,
      // No `cause`: the parser's message quotes the lines around the problem.
    });
  }
}

function plainWords(error: TomlError): string {
  const said = error.message.replace(/^Invalid TOML document: /, "");
  return PLAIN_WORDS.find(([starts]) => said.startsWith(starts))?.[1] ?? "this is not valid TOML";
}

function decode(bytes: Uint8Array, shown: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new ConfigError(`Cannot read "${shown}": it is not UTF-8 text`, {
      code: "toml-syntax",
      at: { file: shown, line: 1, columnNumber: 1 },
      next: "save it with the encoding UTF-8; a shell's redirection may have written UTF-16",
    });
  }
}

/** Whether a TOML value is a table. */
export function isTomlTable(value: unknown): value is TomlTable {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Date);
}

/** A key as it is written in TOML, quoted when it must be. */
export function tomlKey(key: string): string {
  return /^[A-Za-z0-9_-]+$/.test(key) ? key : JSON.stringify(key);
}
