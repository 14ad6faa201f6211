/**
 * Digits of numbers as Python writes them: rounded from the exact value of the double, a tie to the even digit.
 * Pure.
 * @module
 */

/** How many digits, and whether a point and zeros stay that say nothing. */
export interface Digits {
  readonly digits: number;
  readonly isAlternate?: boolean;
}

const FRACTION_BITS = 52n;

/** A double, not negative, as `mantissa * 2 ** exponent`. */
function exact(size: number): { mantissa: bigint; exponent: number } {
  const [bits] = new BigUint64Array(new Float64Array([size]).buffer);
  const raw = Number(bits! >> FRACTION_BITS);
  const fraction = bits! & ((1n << FRACTION_BITS) - 1n);
  return raw === 0
    ? { mantissa: fraction, exponent: -1074 }
    : { mantissa: fraction | (1n << FRACTION_BITS), exponent: raw - 1075 };
}

/** `size * 10 ** power` rounded to a whole number, a tie to the even one. */
function scaled(size: number, power: number): bigint {
  const { mantissa, exponent } = exact(size);
  let over = mantissa;
  let under = 1n;
  if (power >= 0) over *= 10n ** BigInt(power);
  else under *= 10n ** BigInt(-power);
  if (exponent >= 0) over <<= BigInt(exponent);
  else under <<= BigInt(-exponent);
  const whole = over / under;
  const twice = (over % under) * 2n;
  return twice > under || (twice === under && whole % 2n === 1n) ? whole + 1n : whole;
}

/** `12.50`: so many digits after the point. */
export function fixedDigits(size: number, { digits, isAlternate }: Digits): string {
  const text = scaled(size, digits).toString().padStart(digits + 1, "0");
  const whole = text.slice(0, text.length - digits);
  return digits ? `${whole}.${text.slice(-digits)}` : isAlternate ? `${whole}.` : whole;
}

/** The significant digits of a number, and the power of ten of the first. */
function significant(size: number, count: number): { text: string; power: number } {
  if (size === 0) return { text: "0".repeat(count), power: 0 };
  let power = Math.floor(Math.log10(size));
  let text = scaled(size, count - 1 - power).toString();
  // The logarithm may be off by one, and rounding may add a digit.
  while (text.length > count) text = scaled(size, count - 1 - ++power).toString();
  while (text.length < count) text = scaled(size, count - 1 - --power).toString();
  return { text, power };
}

/** `1.25e+01`: so many digits after the point. */
export function scientificDigits(size: number, { digits, isAlternate }: Digits): string {
  const { text, power } = significant(size, digits + 1);
  const point = digits || isAlternate ? "." : "";
  return text[0] + point + text.slice(1) + exponentOf(power);
}

function exponentOf(power: number): string {
  return `e${power < 0 ? "-" : "+"}${String(Math.abs(power)).padStart(2, "0")}`;
}

/** The shorter of both: so many significant digits, without zeros at the end. */
export function generalDigits(
  size: number,
  { digits, isAlternate, keepsPoint }: Digits & { readonly keepsPoint?: boolean },
): string {
  const count = digits || 1;
  const { text, power } = significant(size, count);
  const trimmed = (fraction: string) => isAlternate ? fraction : fraction.replace(/0+$/, "");
  if (power < -4 || power >= count - (keepsPoint ? 1 : 0)) {
    const fraction = trimmed(text.slice(1));
    return text[0] + (fraction || isAlternate ? "." : "") + fraction + exponentOf(power);
  }
  const all = power < 0 ? "0".repeat(-power) + text : text;
  const wholeLength = power < 0 ? 1 : power + 1;
  const fraction = trimmed(all.slice(wholeLength));
  const point = fraction || isAlternate ? "." : keepsPoint ? ".0" : "";
  return all.slice(0, wholeLength) + point + fraction;
}
