/**
 * What a subject is told, in a file whose path is its argument.
 * @module
 */
import type { JsonObject } from "../pipeline/json.ts";

/** Name of the pipeline, its dataset and its source, for all subjects. */
export const PIPELINE = "bench";

/** One run of one subject. */
export interface Task {
  readonly pipeline: typeof PIPELINE;
  /** The source, with its address. */
  readonly config: JsonObject;
  readonly database: string;
  /** A folder of its own. */
  readonly folder: string;
  /** Where the pages are. */
  readonly url: string;
  /** First pages of the lists there. */
  readonly starts: readonly string[];
  readonly lanes: number;
  /** A database with the rows to insert, for the floor. */
  readonly from?: string;
  readonly changesBy?: string;
  /** How much faster than real time is. */
  readonly timeScale?: number;
}

/** The task of the running subject. */
export function readTask(): Task {
  return JSON.parse(Deno.readTextFileSync(Deno.args[0]));
}
