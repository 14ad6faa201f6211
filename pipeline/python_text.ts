/**
 * Texts as Python reads them: which characters are spaces, and what is a whole number, a floating-point number
 * or a decimal. dlt's names and conversions rest on these rules, which are wider than JavaScript's in places
 * (digits of other scripts, underscores between digits) and narrower in others (a byte order mark is no space).
 * @module
 */

const SPACE = "\\t-\\r\\x1c- \\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000";
const SPACES_AROUND_REGEXP = new RegExp(`^[${SPACE}]+|[${SPACE}]+$`, "g");
const INTEGER_REGEXP = /^([+-]?)(\d+(?:_\d+)*)$/;
const HEX_REGEXP = /^([+-]?)(?:0[xX]_?)?([0-9a-fA-F]+(?:_[0-9a-fA-F]+)*)$/;
const FLOAT_REGEXP =
  /^[+-]?(?:\d+(?:_\d+)*(?:\.(?:\d+(?:_\d+)*)?)?|\.\d+(?:_\d+)*)(?:[eE][+-]?\d+(?:_\d+)*)?$/;
const FLOAT_WORD_REGEXP = /^([+-]?)(nan|inf|infinity)$/i;
const DECIMAL_REGEXP = /^([+-]?)(?:(\d+)(?:\.(\d*))?|\.(\d+))(?:[eE]([+-]?\d+))?$/;
// Beyond it the digits alone would fill the memory.
const MAX_EXPONENT = 10_000;

/** The text without the spaces around it. */
export function trimSpaces(text: string): string {
  return text.replace(SPACES_AROUND_REGEXP, "");
}

/** Digits of other scripts as ASCII ones. */
export function asciiDigits(text: string): string {
  // deno-lint-ignore no-control-regex -- most texts are ASCII and need no look at each character
  return /^[\x00-\x7f]*$/.test(text) ? text : text.replace(/\p{Nd}/gu, (digit) => String(digitValue(digit)));
}

/** Digits of a script stand in a row from its zero on, and some scripts follow each other without a gap. */
function digitValue(digit: string): number {
  let steps = 0;
  for (let point = digit.codePointAt(0)! - 1; /\p{Nd}/u.test(String.fromCodePoint(point)); point--) steps++;
  return steps % 10;
}

/** A whole number, `0x…` in hex; undefined when the text is none. */
export function readInteger(text: string): bigint | undefined {
  const trimmed = asciiDigits(trimSpaces(text));
  if (trimmed.startsWith("0x")) return readHex(trimmed.slice(2));
  const match = INTEGER_REGEXP.exec(trimmed);
  return match ? signed(match[1], match[2].replaceAll("_", "")) : undefined;
}

function readHex(text: string): bigint | undefined {
  const match = HEX_REGEXP.exec(trimSpaces(text));
  return match ? signed(match[1], `0x${match[2].replaceAll("_", "")}`) : undefined;
}

function signed(sign: string, digits: string): bigint {
  return sign === "-" ? -BigInt(digits) : BigInt(digits);
}

/** A floating-point number, also `nan` and `inf`, but not hex; undefined when the text is none. */
export function readFloat(text: string): number | undefined {
  const trimmed = asciiDigits(trimSpaces(text));
  if (FLOAT_REGEXP.test(trimmed)) return Number(trimmed.replaceAll("_", ""));
  const word = FLOAT_WORD_REGEXP.exec(trimmed);
  if (!word) return undefined;
  return word[2].toLowerCase() === "nan" ? NaN : word[1] === "-" ? -Infinity : Infinity;
}

/** A decimal number as plain digits, none of them lost; undefined when the text is none. */
export function readDecimal(text: string): string | undefined {
  const trimmed = asciiDigits(trimSpaces(text));
  if (trimmed.startsWith("0x")) return readHex(trimmed.slice(2))?.toString();
  const match = DECIMAL_REGEXP.exec(trimmed.replaceAll("_", ""));
  return match ? plainDigits(match) : undefined;
}

function plainDigits(match: RegExpExecArray): string | undefined {
  const [, sign, whole = "", fraction = match[4] ?? "", , exponent = "0"] = match;
  const digits = whole + fraction;
  const point = whole.length + Number(exponent);
  if (Math.abs(point) > MAX_EXPONENT) return undefined;
  const padded = point <= 0 ? "0".repeat(1 - point) + digits : digits.padEnd(point, "0");
  const at = Math.max(point, 1);
  const integer = padded.slice(0, at).replace(/^0+(?=\d)/, "");
  const rest = padded.slice(at);
  return (sign === "-" ? "-" : "") + integer + (rest ? `.${rest}` : "");
}
