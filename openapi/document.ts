/**
 * From the text of an OpenAPI document, JSON or YAML, to plain values. The text may come from anywhere, so its
 * size and the expansion of YAML aliases are bounded, and custom YAML tags mean nothing.
 * @module
 */
import { parseDocument } from "yaml";
import { ConfigError } from "../pipeline/errors.ts";
import { isTree, own, type Tree, wordAt } from "./tree.ts";

/** A document whose version is known. */
export interface OpenApiDocument {
  readonly root: Tree;
  /** 2 is Swagger. */
  readonly major: 2 | 3;
  /** As it is written, e.g. `3.1.0`. */
  readonly version: string;
}

/** The largest document that is read, in bytes. */
export const MAX_DOCUMENT_BYTES = 64 * 1024 * 1024;
// YAML takes a second for each megabyte, JSON a hundredth of it.
const MAX_YAML_CHARACTERS = 16 * 1024 * 1024;
const MAX_ALIASES = 1000;

/**
 * Reads a document; `shown` names it in errors.
 *
 * @throws {ConfigError} `openapi-invalid` when it is neither JSON nor YAML, or no OpenAPI document
 */
export function parseOpenApi(text: string, shown: string): OpenApiDocument {
  const source = text.replace(/^\uFEFF/, "");
  const root = jsonOf(source) ?? yamlOf(source, shown);
  if (!isTree(root)) throw invalid(shown, "it is no object");
  return { root, ...versionOf(root, shown) };
}

function jsonOf(text: string): unknown {
  if (!/^\s*\{/.test(text)) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    // YAML may start with a brace as well, and its parser tells where the slip is.
    return undefined;
  }
}

function yamlOf(text: string, shown: string): unknown {
  if (text.length > MAX_YAML_CHARACTERS) {
    throw invalid(
      shown,
      `it is no JSON, and YAML of more than ${MAX_YAML_CHARACTERS / 1024 / 1024} MiB is not read`,
      "convert it to JSON",
    );
  }
  try {
    const document = parseDocument(text, {
      // The check for keys that are there twice takes quadratic time; the last one counts, as in JSON.
      uniqueKeys: false,
      stringKeys: true,
      merge: true,
      logLevel: "silent",
    });
    const [error] = document.errors;
    if (error) throw syntaxError(shown, error);
    return document.toJS({ maxAliasCount: MAX_ALIASES });
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    if (error instanceof RangeError) throw invalid(shown, "it is nested too deeply");
    if (error instanceof ReferenceError) {
      throw invalid(
        shown,
        /excessive/i.test(error.message)
          ? `its aliases expand to more than ${MAX_ALIASES} times its size`
          : "an alias stands before its anchor",
      );
    }
    throw error;
  }
}

interface YamlError {
  readonly code: string;
  readonly message: string;
  readonly linePos?: readonly { readonly line: number; readonly col: number }[];
}

function syntaxError(shown: string, { code, message, linePos }: YamlError): ConfigError {
  const place = { file: shown, line: linePos?.[0].line, columnNumber: linePos?.[0].col };
  if (code === "RESOURCE_EXHAUSTION") return invalid(shown, "it is nested too deeply", undefined, place);
  const said = message.split("\n")[0].replace(/ at line \d+, column \d+:?$/, "");
  return invalid(
    shown,
    `it is neither JSON nor YAML (${said[0].toLowerCase()}${said.slice(1)})`,
    undefined,
    place,
  );
}

function versionOf(root: Tree, shown: string): { major: 2 | 3; version: string } {
  const version = wordAt(root, "openapi") || wordAt(root, "swagger");
  // YAML without quotes makes a number of "2.0".
  if (/^2(?:\.0)?$/.test(version) && own(root, "openapi") === undefined) return { major: 2, version: "2.0" };
  if (/^3(?:\.\d+){0,2}(?:-[\w.-]+)?$/.test(version)) return { major: 3, version };
  throw invalid(
    shown,
    version
      ? "its version is none of 2.0, 3.0 and 3.1"
      : 'it has neither "openapi" nor "swagger" at its top, which name the version',
    "take the API's OpenAPI (or Swagger) document; Postman collections and RAML are not read",
  );
}

function invalid(
  shown: string,
  state: string,
  next = "check that it is the document itself, not a web page about it",
  at: ConfigError["at"] = { file: shown },
): ConfigError {
  return new ConfigError(`Cannot read OpenAPI document "${shown}": ${state}`, {
    code: "openapi-invalid",
    at,
    next,
  });
}
