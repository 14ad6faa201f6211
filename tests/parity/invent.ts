/**
 * Invented values for the larger documents, the same at every start.
 * @module
 */
import type { JsonValue } from "../../pipeline/json.ts";

/** Draws values from a seed. */
export class Invent {
  #state: number;

  constructor(seed: number) {
    this.#state = seed * 2_654_435_761 >>> 0 || 1;
  }

  /** A whole number from 0 up to, not including, `limit`. */
  below(limit: number): number {
    let x = this.#state;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.#state = x >>> 0;
    return this.#state % limit;
  }

  /** One of several. */
  one<T>(values: readonly T[]): T {
    return values[this.below(values.length)];
  }

  /** True in so many of a hundred. */
  chance(percent: number): boolean {
    return this.below(100) < percent;
  }

  /** A list of up to `most` items. */
  some<T>(most: number, make: (index: number) => T): T[] {
    return Array.from({ length: this.below(most + 1) }, (_, index) => make(index));
  }

  /** A name of a person or place. */
  name(): string {
    return this.one([
      "Ada",
      "Björn",
      "Chloë",
      "Dmitri",
      "Éva",
      "Fatima",
      "Grace",
      "Håkon",
      "Ines",
      "Jürgen",
    ]) + " " +
      this.one([
        "Ångström",
        "Brown",
        "Çelik",
        "O'Neill",
        "Müller",
        "Nguyễn",
        "Łukasz",
        "van der Berg",
        "北村",
      ]);
  }

  /** Hexadecimal digits. */
  hex(length: number): string {
    return Array.from({ length }, () => this.below(16).toString(16)).join("");
  }

  /** A point in time in one of the spellings of APIs. */
  time(day: number): string {
    const two = (limit: number) => String(this.below(limit)).padStart(2, "0");
    return `2024-03-${String(1 + day % 28).padStart(2, "0")}T${two(24)}:${two(60)}:${two(60)}`;
  }

  /** An amount with two digits behind the point. */
  amount(limit: number): number {
    return this.below(limit * 100) / 100;
  }
}

/** Records of several runs: `make` gets the seed's values and the number of the record. */
export function records(
  seed: number,
  count: number,
  make: (invent: Invent, index: number) => JsonValue,
): JsonValue[] {
  const invent = new Invent(seed);
  return Array.from({ length: count }, (_, index) => make(invent, index));
}
