/**
 * Rows as newline-delimited JSON and back. Written by hand rather than through objects, so that digits stay
 * exact, columns keep their order whatever they are called, and 30 columns cost a few microseconds.
 * @module
 */
import { Double, doubleText, type JsonObject, type JsonValue, stringifyJson } from "../pipeline/json.ts";
import type { Column, SqlValue, Table } from "../pipeline/schema_types.ts";

/** How a value looks in the file, where its type does not say it. */
type Form = "plain" | "utc" | "naive" | "time" | "json" | "double" | "digits";

function formOf(column: Column): Form {
  switch (column.data_type) {
    case "timestamp":
      return column.timezone === false ? "naive" : "utc";
    case "time":
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
  const places: Place[] = [];
  let at = 0;
  for (const column of table.columns.values()) {
    const key = `${quote(column.name)}:`;
    if (column.data_type) places.push({ at, first: `{${key}`, next: `,${key}`, form: formOf(column) });
    at++;
  }
  return (row) => {
    let line = "";
    for (let index = 0; index < places.length; index++) {
      const place = places[index];
      const value = row[place.at];
      if (value === null || value === undefined) continue;
      line += line === "" ? place.first : place.next;
      line += typeof value === "string" ? encodeText(value, place.form) : encodeOther(value, place.form);
    }
    return line === "" ? "{}\n" : line + "}\n";
  };
}

/** A column in a row: where its value is and what stands before it. */
interface Place {
  readonly at: number;
  readonly first: string;
  readonly next: string;
  readonly form: Form;
}

const TIMESTAMP_REGEXP = /^[\d-]{10} [\d:.]+$/;

function encodeText(text: string, form: Form): string {
  switch (form) {
    case "json":
      return inlineJson(text);
    case "utc":
    case "naive":
      if (!TIMESTAMP_REGEXP.test(text)) return quote(text);
      return '"' + text.slice(0, 10) + "T" + shortTime(text.slice(11)) + (form === "utc" ? '+00:00"' : '"');
    case "time":
      return quote(shortTime(text));
    default:
      return quote(text);
  }
}

/** As dlt writes it: a whole second has no fraction. */
function shortTime(time: string): string {
  return time.endsWith(".000000") ? time.slice(0, -7) : time;
}

function encodeOther(value: number | bigint | boolean | Uint8Array, form: Form): string {
  if (typeof value === "number") {
    if (form === "digits" || !Number.isFinite(value)) return `"${value}"`;
    return form === "double" && Number.isInteger(value) ? doubleText(value) : String(value);
  }
  if (typeof value === "bigint") return form === "digits" ? `"${value}"` : String(value);
  return typeof value === "boolean" ? String(value) : `"${value.toBase64()}"`;
}

/** A JSON string that every reader takes: half a surrogate pair becomes U+FFFD. */
function quote(text: string): string {
  return JSON.stringify(text.isWellFormed() ? text : text.toWellFormed());
}

const ESCAPE_REGEXP =
  /\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[dD][89a-fA-F][0-9a-fA-F]{2}|\\./g;

const LINE_BREAK_REGEXP = /[\r\n]/;
const HALF_PAIR_REGEXP = /\\u[dD]/;

/** JSON text on one line, with escaped half surrogate pairs replaced. */
function inlineJson(text: string): string {
  // A raw line break is white space here: inside a string it would be escaped.
  if (LINE_BREAK_REGEXP.test(text)) text = text.replace(/[\r\n]+/g, " ");
  if (!HALF_PAIR_REGEXP.test(text)) return text;
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

/** The engine's spelling of a timestamp in a file; those of earlier versions end in `Z`. */
function longTimestamp(text: string): string {
  const plain = text.replace("T", " ").replace(/(Z|\+00:00)$/, "");
  return plain.includes(".") ? plain : `${plain}.000000`;
}

/** A value as the engine spells it in keys: the text of the {@link SqlValue}. */
function valueText(column: Column, value: NonNullable<JsonValue>): string {
  if (typeof value === "string") {
    return column.data_type === "timestamp" ? longTimestamp(value) : value;
  }
  return typeof value === "object" && !(value instanceof Double) ? stringifyJson(value) : String(value);
}
