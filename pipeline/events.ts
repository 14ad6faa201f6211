/**
 * What a run tells while it works. Events are plain data, so that they can cross a worker boundary, become
 * one JSON line each, or be drawn on a terminal.
 * @module
 */

/** The steps of a run, in order. */
export type StepName = "extract" | "normalize" | "load";

/** Why a request waits. */
export type WaitReason = "rate-limit" | "concurrency" | "retry";

/** One thing that happened in a run. Times are seconds, `resetAt` and `until` epoch milliseconds. */
export type RunEvent =
  | { type: "step"; step: StepName; state: "started" | "finished"; seconds?: number }
  | { type: "resource"; resource: string; state: "started" | "finished"; pages: number; rows: number }
  | { type: "page"; resource: string; pages: number; rows: number }
  | { type: "request"; resource?: string; request: string; status: number; seconds: number; bytes: number }
  | { type: "budget"; resource?: string; bucket: string; limit: number; remaining: number; resetAt: number }
  | {
    type: "wait";
    resource?: string;
    bucket?: string;
    reason: WaitReason;
    seconds: number;
    until: number;
    attempt?: number;
  }
  /** What an earlier run read counts: `answers` of the API, kept since `since`, an ISO time. */
  | { type: "resumed"; answers: number; since: string }
  | { type: "warning"; code: string; message: string; resource?: string }
  | { type: "rows"; rows: number }
  | { type: "loaded"; loadId: string; tables: Record<string, number> };

/** Receives events; must not throw. */
export type Emit = (event: RunEvent) => void;
