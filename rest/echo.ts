/**
 * Servers like to quote what they refuse. A sentence of theirs is shown without the values that were sent, and not
 * at all when it repeats a piece of a credential.
 * @module
 */
import type { JsonValue } from "../pipeline/json.ts";
import { redact } from "../pipeline/secret.ts";
import { queryNames, queryParam } from "./request_url.ts";

/** What was sent, as far as an answer may repeat it. */
export interface SentParts {
  /** With credentials that live in the query. */
  readonly url: string;
  /** With credentials that live there. */
  readonly headers: Headers;
  readonly json?: JsonValue;
}

interface Value {
  readonly text: string;
  readonly isCredential: boolean;
}

/** So long is a piece of a credential that can be told from an ordinary word. */
const PIECE_LENGTH = 6;
/** Shorter values are in too many words. */
const SHORTEST_VALUE = 4;
const PUBLIC_HEADERS = new Set(["accept", "content-type", "user-agent"]);
const CREDENTIAL_NAME_REGEXP = /auth|cookie|credential|key|password|secret|session|signature|token/i;
/** A key of which somebody left the ends to be seen. */
const MASKED_REGEXP = /[*\u2022\u25cf]{3,}/;
/** Digits and letters without end: a key, a token, a hash. */
const OPAQUE_REGEXP = /(?=[\w+=-]*\d)(?=[\w+=-]*[A-Za-z])[\w+=-]{20,}/g;

/** A sentence of the API as it may be shown; undefined when it had better not be. */
export function withoutEcho(sentence: string, sent: SentParts): string | undefined {
  if (MASKED_REGEXP.test(sentence)) return undefined;
  const values = [...headerValues(sent.headers), ...queryValues(sent.url), ...jsonValues(sent.json)];
  const repeatsPiece = values.some(({ text, isCredential }) => isCredential && sharesPiece(sentence, text));
  if (repeatsPiece) return undefined;
  const texts = values.map(({ text }) => text).filter(({ length }) =>
    length >= SHORTEST_VALUE && length <= sentence.length
  );
  // One may be part of another.
  texts.sort((one, other) => other.length - one.length);
  return texts.reduce(withoutValue, sentence).replace(OPAQUE_REGEXP, "***");
}

function headerValues(headers: Headers): Value[] {
  return [...headers].filter(([name]) => !PUBLIC_HEADERS.has(name)).flatMap(([name, value]) =>
    credentialWords(value).map((text) => valueOf(name, text))
  );
}

/** The words of a header without a scheme and without names; what is encoded, also in plain. */
function credentialWords(value: string): string[] {
  const words = value.split(/[\s;,]+/).map((word) => word.replace(/^[\w.-]+=(?=[^=])/, "")).filter(Boolean);
  const [scheme, ...rest] = words;
  if (!rest.length || !/^[A-Za-z-]+$/.test(scheme!)) return words;
  return scheme!.toLowerCase() === "basic" ? [...rest, ...plainText(rest[0]!).split(":")] : rest;
}

function plainText(base64: string): string {
  try {
    return new TextDecoder().decode(Uint8Array.from(atob(base64), (character) => character.charCodeAt(0)));
  } catch {
    return "";
  }
}

function queryValues(url: string): Value[] {
  return queryNames(url).map((name) => valueOf(name, queryParam(url, name) ?? ""));
}

function jsonValues(value: JsonValue | undefined, name = ""): Value[] {
  if (typeof value === "string") return [valueOf(name, value)];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, each]) => jsonValues(each, key));
}

function valueOf(name: string, text: string): Value {
  return { text, isCredential: CREDENTIAL_NAME_REGEXP.test(name) || redact(text) !== text };
}

function sharesPiece(sentence: string, credential: string): boolean {
  const [text, pieces] = [sentence.toLowerCase(), credential.toLowerCase()];
  for (let at = 0; at + PIECE_LENGTH <= pieces.length; at++) {
    if (text.includes(pieces.slice(at, at + PIECE_LENGTH))) return true;
  }
  return false;
}

/** The sentence with stars for a value, where it stands as a word. */
function withoutValue(sentence: string, value: string): string {
  const literal = value.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
  return sentence.replace(new RegExp(`(?<![\\p{L}\\p{N}_])${literal}(?![\\p{L}\\p{N}_])`, "gu"), "***");
}
