/**
 * What an extraction is asked to do, and where what it reads goes.
 * @module
 */
import type { Emit } from "../pipeline/events.ts";
import type { JsonObject } from "../pipeline/json.ts";
import type { NewPage } from "../pipeline/load_package.ts";
import type { AnswerBook } from "../rest/answers.ts";
import type { Timer } from "../rest/timer.ts";
import type { ResolvedSource } from "./definition/validate.ts";

/** What to extract. */
export interface ExtractOptions {
  readonly sourceName: string;
  readonly source: ResolvedSource;
  /** Names of the resources to load; undefined for those selected by default. */
  readonly resources?: readonly string[];
  /** Pages per resource. */
  readonly limit?: number;
  /** Forget the cursors of the selected resources. */
  readonly fullRefresh?: boolean;
  /** The pipeline state; cursors in it are moved. */
  readonly state: JsonObject;
  /** Answers are put into it, and those that are in it are not asked for again. */
  readonly answers?: AnswerBook;
  /**
   * When the extraction began that is gone on with, epoch milliseconds: some answers are as old as that, and what
   * changed since they came may be missing.
   */
  readonly since?: number;
  readonly signal: AbortSignal;
  readonly emit: Emit;
  /** The clock and sleep of the client. */
  readonly timer?: Timer;
}

/** Receives pages and keys; a slow sink slows the reading. */
export interface ExtractSink {
  /** `records` are those of the page, where it points to an answer and they are at hand. */
  append(resource: string, page: NewPage, records?: readonly JsonObject[]): Promise<void>;
  addKey(resource: string, key: readonly string[], walked: boolean): Promise<void>;
}
