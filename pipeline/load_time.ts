/**
 * When a load package was made, which its id says.
 * @module
 */
import { formatUtc } from "./timestamps.ts";

/** The moment in a load id, as destinations store timestamps. */
export function loadTime(loadId: string): string {
  const [seconds, fraction = ""] = loadId.split(".");
  const micros = fraction.padEnd(6, "0").slice(0, 6);
  return formatUtc(Number(seconds) * 1000, micros)!;
}
