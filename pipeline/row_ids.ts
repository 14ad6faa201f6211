/**
 * Row keys (`_dlt_id`) by dlt's recipes: random for root rows, a hash of the place for child rows.
 * @module
 */
import { shake128 } from "./keccak.ts";

const ID_BYTES = 10;
const POOL_IDS = 512;
const ALPHABET = [..."ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"];

let pool = new Uint8Array(0);
let used = 0;

/** A random key of 14 characters. Randomness is drawn for many at once: one call each would dominate a load. */
export function randomRowId(): string {
  if (used >= pool.length) {
    pool = crypto.getRandomValues(new Uint8Array(ID_BYTES * POOL_IDS));
    used = 0;
  }
  const id = base64(pool, used);
  used += ID_BYTES;
  return id;
}

/** Base64 of ten bytes without padding; a dozen times faster than encoding and slicing. */
function base64(bytes: Uint8Array, start: number): string {
  let text = "";
  for (let at = start; at < start + 9; at += 3) {
    const bits = (bytes[at] << 16) | (bytes[at + 1] << 8) | bytes[at + 2];
    text += ALPHABET[bits >> 18] + ALPHABET[(bits >> 12) & 63] + ALPHABET[(bits >> 6) & 63] +
      ALPHABET[bits & 63];
  }
  const last = bytes[start + 9];
  return text + ALPHABET[last >> 2] + ALPHABET[(last & 3) << 4];
}

/** The key of the `index`-th row of a list: the same again whenever the parent has the same key. */
export function nestedRowId(parentId: string, table: string, index: number): string {
  return hashRowId(`${parentId}_${table}_${index}`);
}

/** A key made from text, e.g. the canonical JSON of a row's primary key. */
export function hashRowId(text: string): string {
  return base64(shake128(text, ID_BYTES), 0);
}

const BOUNDARY_BYTES = 15;

/** What a cursor remembers of a record at its boundary, from canonical JSON of its key or of all of it. */
export function hashBoundary(text: string): string {
  return shake128(text, BOUNDARY_BYTES).toBase64();
}
