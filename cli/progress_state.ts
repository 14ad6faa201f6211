/**
 * Where a run stands, added up from its events. The renderers only differ in how they write this down.
 * @module
 */
import type { RunEvent, StepName, WaitReason } from "../pipeline/events.ts";

/** One resource so far. Times are epoch milliseconds. */
export interface ResourceProgress {
  readonly name: string;
  readonly startedAt: number;
  pages: number;
  rows: number;
  finishedAt?: number;
  /** What it waits for, possibly over already. */
  wait?: { until: number; reason: WaitReason; bucket?: string };
  /** What its last answer left of the rate limit. */
  budget?: { remaining: number; limit: number };
}

const REASONS: Record<WaitReason, string> = {
  "rate-limit": "for the rate limit",
  concurrency: "for other requests to end",
  retry: "to try again",
};

/** A run as far as it has come. */
export class RunProgress {
  readonly resources = new Map<string, ResourceProgress>();
  readonly budgets = new Map<string, { remaining: number; limit: number }>();
  readonly startedAt: number;
  step: StepName | undefined;
  requests = 0;
  /** Records that went through normalising. */
  normalized = 0;
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
    this.startedAt = now();
  }

  /** Adds an event. */
  take(event: RunEvent): void {
    switch (event.type) {
      case "step":
        if (event.state === "started") this.step = event.step;
        break;
      case "resource": {
        const resource = this.#count(event);
        if (event.state === "finished") resource.finishedAt = this.#now();
        break;
      }
      case "page":
        this.#count(event);
        break;
      case "request":
        this.requests++;
        break;
      case "budget":
        this.budgets.set(event.bucket, event);
        if (event.resource !== undefined) this.#resource(event.resource).budget = event;
        break;
      case "wait":
        if (event.resource !== undefined) this.#resource(event.resource).wait = event;
        break;
      case "rows":
        this.normalized += event.rows;
        break;
    }
  }

  /** Seconds until a resource goes on, undefined when it is not waiting. */
  waitingSeconds({ wait, finishedAt }: ResourceProgress): number | undefined {
    if (!wait || finishedAt !== undefined || wait.until <= this.#now()) return undefined;
    return Math.ceil((wait.until - this.#now()) / 1000);
  }

  /** Rows per second since the resource started. */
  rate({ rows, startedAt, finishedAt }: ResourceProgress): number {
    const seconds = ((finishedAt ?? this.#now()) - startedAt) / 1000;
    return seconds > 0 ? rows / seconds : 0;
  }

  #count(
    { resource: name, pages, rows }: { resource: string; pages: number; rows: number },
  ): ResourceProgress {
    return Object.assign(this.#resource(name), { pages, rows });
  }

  #resource(name: string): ResourceProgress {
    let resource = this.resources.get(name);
    if (!resource) {
      resource = { name, startedAt: this.#now(), pages: 0, rows: 0 };
      this.resources.set(name, resource);
    }
    return resource;
  }
}

/** Why something waits, e.g. `for the rate limit of /users`. */
export function waitText({ reason, bucket }: { reason: WaitReason; bucket?: string }): string {
  return REASONS[reason] + (reason === "rate-limit" && bucket ? ` of ${bucket}` : "");
}

/** A count with its word, e.g. `1 page`, `12,000 rows`. */
export function counted(count: number, word: string): string {
  return `${count.toLocaleString("en-US")} ${word}${count === 1 ? "" : "s"}`;
}

/** The rate budgets, e.g. `/users 590/600, /logs 57/60`; empty when none is known. */
export function budgetsText(budgets: RunProgress["budgets"]): string {
  return [...budgets].map(([bucket, { remaining, limit }]) => `${bucket} ${remaining}/${limit}`).join(", ");
}
