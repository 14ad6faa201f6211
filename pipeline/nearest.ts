/**
 * The known name that a mistyped one most resembles.
 * @module
 */
import { closest } from "levenshtein";

/** The most similar of the known names; empty when there are none. */
export function nearest(name: string, known: readonly string[]): string {
  return known.length ? closest(name, [...known]) : "";
}
