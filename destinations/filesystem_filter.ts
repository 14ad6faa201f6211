/**
 * Leaving rows out of a file, line by line.
 * @module
 */
import { type JsonObject, parseJson } from "../pipeline/json.ts";

/** Says whether a row goes. `ordinal` counts the rows of the file from 0. Must answer the same when asked again. */
export type IsGone = (row: JsonObject, ordinal: number) => boolean;

/** How many rows would stay and go. */
export async function count(
  batches: AsyncIterable<string[]>,
  isGone: IsGone,
): Promise<{ gone: number; kept: number }> {
  let gone = 0;
  let ordinal = 0;
  for await (const lines of batches) {
    for (const line of lines) {
      if (isGone(parseJson(line) as JsonObject, ordinal++)) gone++;
    }
  }
  return { gone, kept: ordinal - gone };
}

/** The lines that stay, as they were written. */
export async function* survivors(batches: AsyncIterable<string[]>, isGone: IsGone): AsyncGenerator<string[]> {
  let ordinal = 0;
  for await (const lines of batches) {
    yield lines.filter((line) => !isGone(parseJson(line) as JsonObject, ordinal++));
  }
}
