/**
 * Secret values: a box that prints as stars wherever it lands by accident, and the list of revealed texts
 * that {@link redact} removes from everything that is printed or written.
 * @module
 */
import { Buffer } from "node:buffer";

const MASK = "***";
const SHORTEST_SECRET = 6;
/** A shorter piece of a secret is no sign of it. */
const SHORTEST_CORE = 12;
/** Shorter words of several lines are no part to keep secret, e.g. `PRIVATE`. */
const SHORTEST_LINE = 20;
const values = new Set<string>();
let listener: ((value: string) => void) | undefined;
/** Every known secret in each of its forms, longest first. */
let forms: readonly string[] = [];
/** The least that tells that one is there, as the bytes of UTF-8: pages of megabytes are searched for it. */
const signs = new Set<string>();

/**
 * A value that must not be printed. String conversion, JSON and inspection all give `***`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { Secret } from "@sluice/sluice";
 *
 * const token = new Secret("00abc");
 * assert.equal(`${token}`, "***");
 * assert.equal(token.reveal(), "00abc");
 * ```
 */
export class Secret {
  readonly #value: string;
  constructor(value: string) {
    this.#value = value;
    register(value);
  }
  /** The value itself. Only authentication and destination connections call this. */
  reveal(): string {
    return this.#value;
  }
  toString(): string {
    return MASK;
  }
  toJSON(): string {
    return MASK;
  }
  [Symbol.for("Deno.customInspect")](): string {
    return MASK;
  }
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return MASK;
  }
}

/** The text of a secret or of a plain string. */
export function revealText(value: string | Secret): string {
  return value instanceof Secret ? value.reveal() : value;
}

/** Tells of every secret that is learned from now on. */
export function onSecret(learned: (value: string) => void): void {
  listener = learned;
}

/** Remembers a text that must never be printed, e.g. a token that a server issued. */
export function register(value: string): void {
  // Shorter texts would blank ordinary words all over the output.
  if (value.length < SHORTEST_SECRET || values.has(value)) return;
  values.add(value);
  listener?.(value);
  // Of a key of many lines, each says a part.
  for (const line of value.includes("\n") ? value.split(/\s+/) : []) {
    if (line.length >= SHORTEST_LINE) register(line);
  }
  const core = coreOf(value);
  const whole = [value, encodeURIComponent(value.toWellFormed()), JSON.stringify(value).slice(1, -1)];
  const encoded = core === undefined ? [] : [value, core].flatMap(base64Forms);
  forms = [...new Set([...forms, ...whole, ...encoded, ...(core === undefined ? [] : [core])])]
    // One may be a part of another, of which nothing may stay.
    .sort((one, other) => other.length - one.length);
  for (const sign of core === undefined ? whole : [core, ...base64Forms(core)]) {
    signs.add(Buffer.from(sign).toString("latin1"));
  }
}

/**
 * The longest piece of a secret that every way of writing it down leaves as it is: addresses, JSON, HTML and
 * forms escape other characters, and each has several ways to do it.
 */
function coreOf(value: string): string | undefined {
  const pieces = value.match(/[\w.~-]+/g) ?? [];
  const core = pieces.reduce((longest, piece) => piece.length > longest.length ? piece : longest, "");
  return core.length >= SHORTEST_CORE ? core : undefined;
}

/** What stands in a text in base64 that has this in it, wherever it begins there. */
function base64Forms(value: string): string[] {
  const bytes = Buffer.from(value);
  return [0, 1, 2].flatMap((before) => {
    const text = Buffer.concat([Buffer.alloc(before), bytes]).toString("base64").replace(/=+$/, "");
    // The characters at both ends also depend on what stands beside it.
    const end = (before + bytes.length) % 3 ? -1 : undefined;
    const sure = text.slice(before && before + 1, end);
    return [sure, sure.replaceAll("+", "-").replaceAll("/", "_")];
  });
}

/** The text with every known secret replaced by `***`, also URL-encoded, JSON-escaped, or in base64. */
export function redact(text: string): string {
  for (const form of forms) {
    if (text.includes(form)) text = text.replaceAll(form, MASK);
  }
  return text;
}

/** Whether UTF-8 text holds a known secret, however it is escaped. */
export function holdsSecret(bytes: Uint8Array): boolean {
  // A text of one byte each is searched many times faster than bytes are.
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("latin1");
  for (const sign of signs) if (text.includes(sign)) return true;
  return false;
}
