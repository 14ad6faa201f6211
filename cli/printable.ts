/**
 * Text that a terminal shows as it is. Data comes from elsewhere: an escape sequence in it could move the
 * cursor, rename the window or hide what follows.
 * @module
 */

// C0, DEL, C1, and the marks that break lines or reorder text on screen.
const UNPRINTABLE_REGEXP =
  // deno-lint-ignore no-control-regex
  /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;
const SHORT: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

/** The text with every control character written as an escape; those in `keep` stay. */
export function printable(text: string, keep = ""): string {
  return text.replace(UNPRINTABLE_REGEXP, (character) => {
    if (keep.includes(character)) return character;
    return SHORT[character] ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
}
