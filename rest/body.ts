/**
 * Bodies of answers: unpacking, decoding, and JSON, NDJSON or CSV as one JSON value. Whatever came, the bytes
 * that are handed on are JSON in UTF-8, digit for digit, so that a stored page reads back the same.
 * @module
 */
import { isPlainJson, type JsonValue, parseJson } from "../pipeline/json.ts";
import { readCsv } from "./csv.ts";
import { type Answer, LARGEST_BODY_BYTES } from "./exchange.ts";
import type { Failure } from "./failure.ts";

/** What a body is read as; without one, its content type decides. */
export type BodyFormat = "json" | "ndjson" | "csv";

/** What is wrong with a body. */
export type BodyProblem = Pick<Failure, "code" | "reason" | "isTransient" | "next">;

/** An answer whose body is ready to be read. */
export interface Received extends Answer {
  /** Why the body cannot be read. */
  readonly problem?: BodyProblem;
  /** The body was written by a response action: it need not be what the headers say. */
  readonly isRewritten?: boolean;
}

/** A body that was read. */
export interface ReadBody {
  readonly bytes: Uint8Array;
  readonly body: JsonValue | undefined;
  readonly isPlain: boolean;
}

const NDJSON_TYPES = new Set([
  "application/x-ndjson",
  "application/ndjson",
  "application/jsonl",
  "application/x-jsonl",
  "application/jsonlines",
  "application/x-jsonlines",
  "application/stream+json",
]);
const CSV_TYPES = new Set(["text/csv", "application/csv", "text/x-csv"]);
const LOGIN_PAGE = "check base_url: such an answer is often a login page or a wrong domain";
const AGAIN = "run again later; where it stays so, ask for smaller pages, or look at the answer by hand";
/** Charsets in which a byte is a character, which every text is valid in. */
const BYTEWISE_REGEXP = /^(?:windows-125|iso-8859-|koi8|macintosh|x-mac|ibm866)/;
const HTML_REGEXP = /^\s*<(?:!doctype\s+html|html)\b/i;

const TOO_DEEP: BodyProblem = {
  code: "too-deep",
  reason: "values in the body are nested too deeply to be read",
  isTransient: false,
  next: "ask the API for less, or cut the field out with a response action",
};

/** The answer with its body unpacked, where that is itself a gzip file. */
export async function unpack(answer: Answer, maxBytes = LARGEST_BODY_BYTES): Promise<Received> {
  const { bytes } = answer;
  // No text of any encoding that is in use begins like this.
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return answer;
  const { gunzipSync } = await import("node:zlib");
  try {
    return { ...answer, bytes: new Uint8Array(gunzipSync(bytes, { maxOutputLength: maxBytes })) };
  } catch (error) {
    const isTooLarge = error instanceof RangeError;
    const problem: BodyProblem = isTooLarge
      ? {
        code: "body-too-large",
        reason: `body unpacks to more than ${maxBytes} bytes, which is the limit`,
        isTransient: false,
        next: "ask for less at once, e.g. by smaller pages or a filter",
      }
      : {
        code: "invalid-gzip",
        reason: `body of ${bytes.length} bytes is not valid gzip, it may be cut off`,
        isTransient: true,
        next: AGAIN,
      };
    return { ...answer, problem };
  }
}

/** The text of a body, whatever it is worth: what cannot be decoded becomes replacement characters. */
export function bodyText({ bytes, headers }: Answer): string {
  return (decoder(bytes, headers, false) ?? new TextDecoder()).decode(bytes);
}

/** Reads the body of a successful answer. */
export async function readBody(answer: Received, format?: BodyFormat): Promise<ReadBody | BodyProblem> {
  const { status, bytes, headers, problem, isRewritten = false } = answer;
  if (problem) return problem;
  const type = contentType(headers);
  const isJson = /[/+](?:json|x-json)$/.test(type);
  if (format === undefined && !isRewritten && type.includes("html")) return notJson(answer, type);
  const read = format ?? formatOf(type);
  if (bytes.length === 0) {
    // What announces JSON and brings nothing was most likely cut off.
    if (status === 200 && isJson && read === "json" && !isRewritten) {
      return {
        code: "truncated",
        reason: "server answered 200 with an empty JSON body",
        isTransient: true,
        next: AGAIN,
      };
    }
    return read === "json" ? { bytes, body: undefined, isPlain: true } : listOf([], "[]", true);
  }
  const decoded = decode(bytes, headers);
  if ("code" in decoded) return decoded;
  const { text } = decoded;
  if (read !== "json" && HTML_REGEXP.test(text)) return notJson(answer, "HTML", read);
  // An action may have made JSON of what the headers call something else.
  if (read === "json" || (isRewritten && format === undefined)) {
    const json = readJson(text, decoded.bytes);
    if (json && "code" in json) return json;
    if (json && (read === "json" || typeof json.body === "object")) return json;
    if (read === "json") {
      const isUntold = !isJson && !isRewritten;
      if (isUntold && (format === undefined || HTML_REGEXP.test(text))) return notJson(answer, type);
      return cutOff(`body of ${bytes.length} bytes is not valid JSON, it may be cut off`);
    }
  }
  return read === "ndjson" ? readLines(text) : await readTable(text);
}

function formatOf(type: string): BodyFormat {
  return NDJSON_TYPES.has(type) ? "ndjson" : CSV_TYPES.has(type) ? "csv" : "json";
}

function readJson(text: string, bytes: Uint8Array): ReadBody | BodyProblem | undefined {
  try {
    const isPlain = isPlainJson(text);
    return { bytes, body: parseJson(text, isPlain), isPlain };
  } catch (error) {
    if (error instanceof RangeError) return TOO_DEEP;
    return undefined;
  }
}

/** One JSON value a line; empty lines are nothing. */
function readLines(text: string): ReadBody | BodyProblem {
  const lines = text.split("\n");
  const kept: string[] = [];
  const values: JsonValue[] = [];
  for (const [index, line] of lines.entries()) {
    const trimmed = line.trim();
    if (trimmed === "") continue;
    try {
      values.push(parseJson(trimmed));
    } catch (error) {
      if (error instanceof RangeError) return TOO_DEEP;
      return cutOff(`line ${index + 1} of ${lines.length} is not valid JSON, it may be cut off`);
    }
    kept.push(trimmed);
  }
  // Joined as they are: written anew, numbers would not keep their digits.
  const joined = `[${kept.join(",")}]`;
  return listOf(values, joined, isPlainJson(joined));
}

async function readTable(text: string): Promise<ReadBody | BodyProblem> {
  const table = await readCsv(text);
  if ("reason" in table) return { code: "invalid-csv", ...table };
  // Values are text, so there are no digits to lose.
  return listOf(table.rows, JSON.stringify(table.rows), true);
}

function listOf(body: JsonValue[], text: string, isPlain: boolean): ReadBody {
  return { bytes: new TextEncoder().encode(text), body, isPlain };
}

/** The text of a body, and the same text as UTF-8 without a byte order mark. */
function decode(bytes: Uint8Array, headers: Headers): { text: string; bytes: Uint8Array } | BodyProblem {
  const size = `body of ${bytes.length} bytes`;
  const decoding = decoder(bytes, headers, true);
  if (!decoding) {
    return {
      code: "invalid-charset",
      reason: `${size} has a charset that is not known`,
      isTransient: false,
      next: "correct the charset with a response action",
    };
  }
  try {
    const text = BYTEWISE_REGEXP.test(decoding.encoding)
      ? utf8OrBytewise(bytes, decoding)
      : decoding.decode(bytes);
    if (decoding.encoding !== "utf-8") return { text, bytes: new TextEncoder().encode(text) };
    return { text, bytes: hasUtf8Mark(bytes) ? bytes.subarray(3) : bytes };
  } catch {
    const name = decoding.encoding === "utf-8" ? "UTF-8" : decoding.encoding;
    return { code: "invalid-utf8", reason: `${size} is not valid ${name}`, isTransient: true, next: AGAIN };
  }
}

/** Servers name such a charset and send UTF-8: what is valid as that and beyond ASCII is nothing else. */
function utf8OrBytewise(bytes: Uint8Array, decoding: TextDecoder): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return decoding.decode(bytes);
  }
}

/** A byte order mark says more than a header. */
function decoder(bytes: Uint8Array, headers: Headers, fatal: boolean): TextDecoder | undefined {
  const marked = hasUtf8Mark(bytes)
    ? "utf-8"
    : bytes[0] === 0xff && bytes[1] === 0xfe
    ? "utf-16le"
    : bytes[0] === 0xfe && bytes[1] === 0xff
    ? "utf-16be"
    : undefined;
  const charset = /;\s*charset\s*=\s*["']?([^\s;,"']+)/i.exec(headers.get("content-type") ?? "")?.[1];
  try {
    return new TextDecoder(marked ?? charset ?? "utf-8", { fatal });
  } catch {
    return undefined;
  }
}

function hasUtf8Mark(bytes: Uint8Array): boolean {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
}

function contentType(headers: Headers): string {
  return (headers.get("content-type") ?? "").split(/[;,]/)[0]!.trim().toLowerCase();
}

function cutOff(reason: string): BodyProblem {
  return { code: "invalid-json", reason, isTransient: true, next: AGAIN };
}

function notJson({ status }: Answer, type: string, wanted: BodyFormat = "json"): BodyProblem {
  return {
    code: "not-json",
    reason: `server answered ${status} with ${type || "an unnamed content type"} ` +
      `where ${wanted === "json" ? "JSON" : wanted.toUpperCase()} is required`,
    isTransient: false,
    next: type.includes("html")
      ? LOGIN_PAGE
      : `${LOGIN_PAGE}; where it is NDJSON or CSV all the same, set response_format`,
  };
}
