/**
 * The end of patience: a limit that asks for more waiting than a request may do.
 * @module
 */
import { ExtractError } from "../pipeline/errors.ts";

/** What makes a wait too long. */
export interface LongWait {
  readonly bucket?: string;
  readonly ms: number;
  readonly waitedMs: number;
  readonly maxWaitMs: number;
  readonly advice?: string;
}

/** The error of a request whose limits ask for more waiting than allowed. */
export function waitTooLong({ bucket, ms, waitedMs, maxWaitMs, advice }: LongWait): ExtractError {
  const seconds = (ms: number) => `${Math.ceil(ms / 1000)} s`;
  const what = bucket ? `rate limit of bucket "${bucket}"` : "server";
  const before = waitedMs > 0 ? ` after ${seconds(waitedMs)} of waiting` : "";
  const next = advice ?? "rerun later, or raise max_wait of the client's rate_limit";
  return new ExtractError(
    `Cannot send request: ${what} asks to wait ${seconds(ms)}${before}, limit is ${seconds(maxWaitMs)}`,
    { code: "rate-limit", recovery: "retry", next },
  );
}
