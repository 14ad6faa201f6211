/**
 * Bytes that come in parts.
 * @module
 */

/** The parts as one; a single one is not copied. `size` is how long they are together, which callers know. */
export function concatenated<T extends Uint8Array>(
  parts: readonly T[],
  size: number,
): T | Uint8Array<ArrayBuffer> {
  if (parts.length === 1) return parts[0]!;
  const all = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
