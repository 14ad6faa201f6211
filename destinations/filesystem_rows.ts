/**
 * Rows as newline-delimited JSON and back. Written by hand rather than through objects, so that digits stay
 * exact, columns keep their order whatever they are called, and 30 columns cost a few microseconds.
 * @module
 */
import { Double, doubleText, type JsonObject, type JsonValue, stringifyJson } from "../pipeline/json.ts";
import type { Column, SqlValue, Table } from "../pipeline/schema_types.ts";

/** How a value looks in the file, where its type does not say it. */
type Form = "plain" | "utc" | "naive" | "json" | "double" | "digits";

function formOf(column: Column): Form {
  switch (column.data_type) {
    case "timestamp":
      return column.timezone === false ? "naive" : "utc";
    case "json":
    case "double":
      return column.data_type;
    case "decimal":
    case "wei":
      return "digits";
    default:
      return "plain";
  }
}

/** A function that turns one row into one line. Columns that never had a value are left out. */
export function rowEncoder(table: Table): (row: readonly SqlValue[]) => string {
  const places: { readonly at: number; readonly key: string; readonly form: Form }[] = [];
  let at = 0;
  for (const column of table.columns.values()) {
    if (column.data_type) places.push({ at, key: `${quote(column.name)}:`, form: formOf(column) });
    at++;
  }
  return (row) => {
    let line = "";
    for (const { at, key, form } of places) {
      const value = row[at];
      if (value === null || value === undefined) continue;
      line += (line === "" ? "{" : ",") + key + encode(value, form);
    }
    return line === "" ? "{}\n" : line + "}\n";
  };
}

function encode(value: NonNullable<SqlValue>, form: Form): string {
  if (typeof value === "string") return encodeText(value, form);
  if (typeof value === "number") return encodeNumber(value, form);
  if (typeof value === "boolean") return value ? "true" : "false";
  if (typeof value === "bigint") return form === "digits" ? `"${value}"` : String(value);
  return `"${value.toBase64()}"`;
}

function encodeText(text: string, form: Form): string {
  if (form === "json") return inlineJson(text);
  if ((form === "utc" || form === "naive") && text.charCodeAt(10) === 32) {
    return quote(`${text.slice(0, 10)}T${text.slice(11)}${form === "utc" ? "Z" : ""}`);
  }
  return quote(text);
}

function encodeNumber(value: number, form: Form): string {
  if (form === "digits" || !Number.isFinite(value)) return `"${value}"`;
  return form === "double" && Number.isInteger(value) ? doubleText(value) : String(value);
}

/** A JSON string that every reader takes: half a surrogate pair becomes U+FFFD. */
function quote(text: string): string {
  return JSON.stringify(text.isWellFormed() ? text : text.toWellFormed());
}

const ESCAPE_REGEXP =
  /\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[dD][89a-fA-F][0-9a-fA-F]{2}|\\./g;

/** JSON text on one line, with escaped half surrogate pairs replaced. */
function inlineJson(text: string): string {
  // A raw line break is white space here: inside a string it would be escaped.
  if (/[\r\n]/.test(text)) text = text.replace(/[\r\n]+/g, " ");
  if (!/\\u[dD]/.test(text)) return text;
  return text.replace(
    ESCAPE_REGEXP,
    (escape) => /^\\u[dD]/.test(escape) && escape.length === 6 ? "\\ufffd" : escape,
  );
}

/** The load that a data file belongs to: `<load_id>.<file_id>.jsonl`. */
export function loadIdOf(fileName: string): string {
  const stem = fileName.replace(/\.jsonl(?:\.gz)?$/, "");
  return stem.slice(0, Math.max(0, stem.lastIndexOf(".")));
}

/** Lines of a file, as many at a time as a read brought. */
export async function* readLines(bytes: ReadableStream<Uint8Array<ArrayBuffer>>): AsyncGenerator<string[]> {
  let rest = "";
  for await (const text of bytes.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop()!;
    yield lines.filter((line) => line !== "");
  }
  if (rest) yield [rest];
}

/** The values of key columns as one text; undefined when one of them is null, since null equals nothing. */
export function keyText(columns: readonly Column[], row: JsonObject): string | undefined {
  const parts: string[] = [];
  for (const column of columns) {
    const value = row[column.name];
    if (value === null || value === undefined) return undefined;
    parts.push(valueText(column, value));
  }
  return joinKey(parts);
}

/** One text for the parts of a key. */
export function joinKey(parts: readonly string[]): string {
  return parts.length === 1 ? parts[0] : JSON.stringify(parts);
}

/** A value as the engine spells it in keys: the text of the {@link SqlValue}. */
function valueText(column: Column, value: NonNullable<JsonValue>): string {
  if (typeof value === "string") {
    return column.data_type === "timestamp" ? value.replace("T", " ").replace(/Z$/, "") : value;
  }
  return typeof value === "object" && !(value instanceof Double) ? stringifyJson(value) : String(value);
}
