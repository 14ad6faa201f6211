/**
 * Numbers that look random and are a pure function of where they are asked for. Nothing in the organisation
 * is stored: a user, a group or an event is what its hash says, so a million of them cost no memory and the
 * same seed always gives the same organisation.
 *
 * @module
 */

const GOLDEN = 0x9e3779b9;
const TWO_TO_32 = 4294967296;

/** Scatters a 32-bit number; neighbouring inputs give unrelated outputs. */
export function mix(value: number): number {
  let bits = value | 0;
  bits = Math.imul(bits ^ (bits >>> 16), 0x7feb352d);
  bits = Math.imul(bits ^ (bits >>> 15), 0x846ca68b);
  return (bits ^ (bits >>> 16)) >>> 0;
}

/** The hash of one thing: `seed` names its kind and organisation, `index` may be as large as 2^53. */
export function hashOf(seed: number, index: number): number {
  return mix(mix(index % TWO_TO_32 ^ seed) + Math.floor(index / TWO_TO_32));
}

/** Another independent number derived from the same hash; `salt` says which one. */
export function vary(hash: number, salt: number): number {
  return mix(hash + Math.imul(salt + 1, GOLDEN));
}

/** A number in [0, 1) from a hash. */
export function fraction(hash: number): number {
  return hash / TWO_TO_32;
}

/** One element of a list, chosen by a hash. */
export function choose<T>(list: readonly T[], hash: number): T {
  return list[hash % list.length];
}

/** The hash of a text, for seeding by name and for signing cursors against honest mistakes (not for security). */
export function hashText(text: string, seed = 0): number {
  let bits = seed ^ 0x811c9dc5;
  for (let at = 0; at < text.length; at++) bits = Math.imul(bits ^ text.charCodeAt(at), 0x01000193);
  return mix(bits);
}

/** A generator of successive numbers in [0, 1), for the few places that draw over time (faults, latency). */
export function sequence(seed: number): () => number {
  let drawn = 0;
  return () => fraction(hashOf(seed, drawn++));
}
