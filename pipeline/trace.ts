/**
 * The trace of a run: what it did, step by step, whether it came to an end or not. It is written as JSON
 * beside the pipeline's packages and holds neither secrets nor rows.
 * @module
 */
import manifest from "../deno.json" with { type: "json" };
import type { UsedValue } from "./config.ts";
import type { RowChanges } from "./destination.ts";
import type { Discarded } from "./discards.ts";
import { type At, InterruptedError, SluiceError } from "./errors.ts";
import type { RunEvent, StepName } from "./events.ts";
import type { LoadedPackage } from "./load.ts";
import type { Warning } from "./load_info.ts";
import type { RunRules } from "./load_rules.ts";
import { maskedValue, redactAll } from "./masked_value.ts";
import type { RunOptions } from "./pipeline.ts";
import type { TableChange } from "./schema_changes.ts";
import { redact } from "./secret.ts";

/** How a run ended. */
export type RunStatus = "completed" | "failed" | "interrupted";

/** A step of a run; one that was not finished has no end. */
export interface TracedStep {
  readonly step: StepName;
  readonly status: RunStatus;
  readonly startedAt: string;
  readonly finishedAt?: string;
  readonly seconds?: number;
}

/** What became of a load package in a run. */
export interface TracedPackage {
  readonly loadId: string;
  /** `pending`: extracted, and the next run loads it. */
  readonly state: "loaded" | "pending";
  /** Rows per table. */
  readonly rows: Readonly<Record<string, number>>;
  /** What became of the rows of root tables, where the destination can tell. */
  readonly changes?: Readonly<Record<string, RowChanges>>;
  /** What schema contracts kept out, per table; absent in traces of older versions. */
  readonly discarded?: Readonly<Record<string, Discarded>>;
  readonly schemaVersion?: number;
  readonly schemaHash?: string;
  readonly schemaChanges: readonly TableChange[];
}

/** An error as it is kept: what, where and what next. */
export interface TracedError {
  readonly name: string;
  readonly code: string;
  readonly message: string;
  readonly at?: At;
  readonly next?: string;
  readonly exitCode?: number;
}

/** Whose run it was. */
export interface TraceHead {
  readonly pipelineName: string;
  readonly datasetName: string;
  readonly destination: string;
  readonly source: string;
  readonly schemaName: string;
  /** What the run was asked to do differently. */
  readonly options:
    & Pick<RunOptions, "resources" | "limit" | "fullRefresh" | "fresh" | "refresh" | keyof RunRules>
    & { readonly devMode?: boolean };
}

/** One run. Times are ISO 8601 in UTC. */
export interface Trace extends TraceHead {
  readonly format: 1;
  /** Sorts by time. */
  readonly id: string;
  readonly status: RunStatus;
  /** Where the data is; absent when the run did not come so far. */
  readonly location?: string;
  readonly startedAt: string;
  readonly finishedAt: string;
  readonly seconds: number;
  readonly steps: readonly TracedStep[];
  readonly requests: number;
  readonly resources: Readonly<Record<string, { pages: number; rows: number; requests: number }>>;
  readonly packages: readonly TracedPackage[];
  readonly warnings: readonly Warning[];
  readonly error?: TracedError;
  /** Values of the configuration that were used, and where each was set. Secrets are `***`. */
  readonly configuration: readonly UsedValue[];
  readonly versions: { readonly sluice: string; readonly deno: string; readonly system: string };
}

/** Takes down what happens in a run. */
export class TraceRecorder {
  readonly #head: TraceHead;
  readonly #start = new Date();
  /** The run's; sorts by time. */
  readonly id = `${this.#start.toISOString().replace(/[-:.]/g, "")}-${crypto.randomUUID().slice(0, 6)}`;
  readonly #steps: { -readonly [K in keyof TracedStep]: TracedStep[K] }[] = [];
  readonly #resources = new Map<string, { pages: number; rows: number; requests: number }>();
  readonly #packages = new Map<string, TracedPackage>();
  readonly #used = new Map<string, UsedValue>();
  readonly #warnings = new Map<string, Warning>();
  #requests = 0;
  #opened: { destination: string; location: string } | undefined;

  constructor(head: TraceHead) {
    this.#head = head;
  }

  /** When the run began, ISO 8601. */
  get startedAt(): string {
    return this.#start.toISOString();
  }

  /** Takes an event. */
  readonly take = (event: RunEvent): void => {
    switch (event.type) {
      case "step":
        this.#step(event);
        break;
      case "page":
      case "resource":
        Object.assign(this.#resource(event.resource), { pages: event.pages, rows: event.rows });
        break;
      case "request":
        this.#requests++;
        if (event.resource !== undefined) this.#resource(event.resource).requests++;
        break;
      case "warning": {
        const { code, message, resource } = event;
        this.#warnings.set(JSON.stringify([code, message, resource]), { code, message, resource });
      }
    }
  };

  /** Takes a value of the configuration that was used. */
  readonly use = (used: UsedValue): void => {
    if (used.value === undefined) return;
    this.#used.set(`${used.owner} ${used.name}`, { ...used, value: maskedValue(used.name, used.value) });
  };

  /** The destination is open. */
  opened(destination: string, location: string): void {
    this.#opened = { destination, location };
  }

  /** A package is complete on this machine. */
  extracted(loadId: string): void {
    this.#packages.set(loadId, { loadId, state: "pending", rows: {}, schemaChanges: [] });
  }

  /** A package is in the tables. */
  loaded({ loadId, rows, changes, discarded, schema }: LoadedPackage): void {
    this.#packages.set(loadId, {
      loadId,
      state: "loaded",
      rows,
      ...changes && { changes },
      discarded,
      schemaVersion: schema.version,
      schemaHash: schema.hash,
      schemaChanges: schema.changes,
    });
  }

  /** The trace of a run that has come to its end, or to this error. */
  finish(error?: unknown): Trace {
    const end = new Date();
    const status = error === undefined
      ? "completed"
      : error instanceof InterruptedError
      ? "interrupted"
      : "failed";
    return redactAll({
      format: 1,
      id: this.id,
      ...this.#head,
      status,
      ...this.#opened,
      startedAt: this.startedAt,
      finishedAt: end.toISOString(),
      seconds: (end.getTime() - this.#start.getTime()) / 1000,
      steps: this.#steps.map((step) => step.finishedAt === undefined ? { ...step, status } : step),
      requests: this.#requests,
      resources: Object.fromEntries(this.#resources),
      packages: [...this.#packages.values()],
      warnings: [...this.#warnings.values()],
      error: error === undefined ? undefined : tracedError(error),
      configuration: [...this.#used.values()],
      versions: {
        sluice: manifest.version,
        deno: Deno.version.deno,
        system: Deno.build.target,
      },
    });
  }

  #step({ step, state, seconds }: RunEvent & { type: "step" }): void {
    const now = new Date().toISOString();
    if (state === "started") this.#steps.push({ step, status: "completed", startedAt: now });
    const open = this.#steps.findLast((each) => each.step === step && each.finishedAt === undefined);
    if (state === "finished" && open) Object.assign(open, { finishedAt: now, seconds });
  }

  #resource(name: string): { pages: number; rows: number; requests: number } {
    let resource = this.#resources.get(name);
    if (!resource) this.#resources.set(name, resource = { pages: 0, rows: 0, requests: 0 });
    return resource;
  }
}

/** What goes wrong by mistake may quote anything, so only its first line is kept. */
function tracedError(error: unknown): TracedError {
  if (!(error instanceof SluiceError)) {
    const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    return { name: "InternalError", code: "bug", message: redact(text).split("\n")[0] };
  }
  const { name, code, message, at, next, exitCode } = error;
  return { name, code, message, at, next, exitCode };
}
