/**
 * Okta-shaped identifiers: 20 characters, a type prefix, case-sensitive. The position of the thing is written
 * inside (base 62, fixed width), so identifiers sort like positions and looking one up needs no index.
 *
 * @module
 */

import { hashOf, hashText, vary } from "./random.ts";

const ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const PAIRS = [...ALPHABET].flatMap((high) => [...ALPHABET].map((low) => high + low));
const PAIR_COUNT = PAIRS.length;
const PAIR_COUNT_SQUARED = PAIR_COUNT * PAIR_COUNT;
const PAIR_VALUES = new Map(PAIRS.map((pair, value) => [pair, value]));

/** A text of `pairs` * 2 characters from a hash, in the alphabet of identifiers. */
export function opaqueText(hash: number, pairs: number): string {
  let text = "";
  for (let at = 0; at < pairs; at++) text += PAIRS[vary(hash, at) % PAIR_COUNT];
  return text;
}

/** A UUID from a hash, in the shape of version 4; families that must never meet use different variant digits. */
export function uuidOf(hash: number, variant: "8" | "a" | "b"): string {
  const hex = (salt: number) => vary(hash, salt).toString(16).padStart(8, "0");
  const [a, b, c, d] = [hex(11), hex(12), hex(13), hex(14)];
  return `${a}-${b.slice(0, 4)}-4${b.slice(5)}-${variant}${c.slice(1, 4)}-${c.slice(4)}${d}`;
}

/** All identifiers of one kind of thing in one organisation. */
export class IdentifierSpace {
  readonly #head: string;
  readonly #seed: number;
  readonly #hasCaseTwins: boolean;

  /** With `hasCaseTwins`, some identifiers differ from another one only in letter case. */
  constructor(prefix: string, seed: number, hasCaseTwins: boolean) {
    this.#seed = hashText(prefix, seed);
    this.#head = prefix + opaqueText(hashText("organisation", seed), 2).slice(0, 3);
    this.#hasCaseTwins = hasCaseTwins;
  }

  /** The identifier of the thing at a position. */
  of(index: number): string {
    const place = PAIRS[Math.floor(index / PAIR_COUNT_SQUARED)] +
      PAIRS[Math.floor(index / PAIR_COUNT) % PAIR_COUNT] + PAIRS[index % PAIR_COUNT];
    // The tail of case twins must agree, so it is then derived from the folded text and not from the position.
    const hash = this.#hasCaseTwins ? hashText(place.toLowerCase(), this.#seed) : hashOf(this.#seed, index);
    const tail = vary(hash, 1);
    return this.#head + place + PAIRS[hash % PAIR_COUNT] + PAIRS[(hash >>> 13) % PAIR_COUNT] +
      PAIRS[tail % PAIR_COUNT] + PAIRS[(tail >>> 13) % PAIR_COUNT];
  }

  /** The position an identifier stands for, or -1 when this organisation never issued it. */
  indexOf(id: string): number {
    if (typeof id !== "string" || id.length !== 20 || !id.startsWith(this.#head)) return -1;
    const [a, b, c] = [id.slice(6, 8), id.slice(8, 10), id.slice(10, 12)].map((pair) =>
      PAIR_VALUES.get(pair)
    );
    if (a === undefined || b === undefined || c === undefined) return -1;
    const index = a * PAIR_COUNT_SQUARED + b * PAIR_COUNT + c;
    return this.of(index) === id ? index : -1;
  }
}
