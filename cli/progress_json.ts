/**
 * Progress as one JSON object per line: the events themselves, for other programs.
 * @module
 */
import type { Progress } from "./progress.ts";

/** Starts writing events. */
export function openJsonProgress(write: (line: string) => void): Progress {
  return { emit: (event) => write(JSON.stringify(event)), [Symbol.dispose]() {} };
}
