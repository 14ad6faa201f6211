/**
 * Secret values: a box that prints as stars wherever it lands by accident, and the list of revealed texts
 * that {@link redact} removes from everything that is printed or written.
 * @module
 */
const MASK = "***";
const decoder = new TextDecoder();
/** Every known secret in each of its forms. */
const forms = new Set<string>();

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

/** Remembers a text that must never be printed, e.g. a token that a server issued. */
export function register(value: string): void {
  // Shorter texts would blank ordinary words all over the output.
  if (value.length < 6) return;
  // Made once: every page and every line of output is searched for them.
  for (const form of [value, encodeURIComponent(value.toWellFormed()), JSON.stringify(value).slice(1, -1)]) {
    forms.add(form);
  }
}

/** The text with every known secret, also in its URL-encoded and JSON-escaped form, replaced by `***`. */
export function redact(text: string): string {
  for (const form of forms) {
    if (text.includes(form)) text = text.replaceAll(form, MASK);
  }
  return text;
}

/** Whether UTF-8 text holds a known secret in any of these forms. */
export function holdsSecret(bytes: Uint8Array): boolean {
  // A string is searched ten times as fast as bytes are.
  const text = decoder.decode(bytes);
  for (const form of forms) if (text.includes(form)) return true;
  return false;
}
