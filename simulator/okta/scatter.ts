/**
 * A fixed pseudo-random subset of `0..total-1`, known by arithmetic alone: its k-th element and whether it holds
 * a number are both one multiplication. Memberships and assignments are such subsets, so they are never stored.
 *
 * @module
 */

/** A subset of the numbers below `total`. */
export interface Scatter {
  /** How many numbers it holds. */
  readonly size: number;
  /** The k-th number, for k below `size`. */
  at(k: number): number;
  /** Whether it holds a number. */
  has(value: number): boolean;
}

/** The subset of `size` numbers below `total` that a hash stands for; `start` is its first element. */
export function scatter(total: number, size: number, hash: number, start = hash % total): Scatter {
  if (total === 0 || size === 0) return { size: 0, at: () => -1, has: () => false };
  const stride = coprimeNear((hash >>> 3) % total, total);
  const inverse = inverseOf(stride, total);
  return {
    size,
    at: (k) => (start + k * stride) % total,
    has: (value) => value >= 0 && value < total && ((value - start + total) % total * inverse) % total < size,
  };
}

function greatestCommonDivisor(a: number, b: number): number {
  while (b !== 0) [a, b] = [b, a % b];
  return a;
}

function coprimeNear(wanted: number, total: number): number {
  let stride = Math.max(1, wanted);
  while (greatestCommonDivisor(stride, total) !== 1) stride++;
  return stride % total || 1;
}

function inverseOf(value: number, modulus: number): number {
  let [remainder, next] = [modulus, value];
  let [factor, nextFactor] = [0, 1];
  while (next !== 0) {
    const quotient = Math.floor(remainder / next);
    [remainder, next] = [next, remainder - quotient * next];
    [factor, nextFactor] = [nextFactor, factor - quotient * nextFactor];
  }
  return (factor + modulus) % modulus;
}
