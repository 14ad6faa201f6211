/**
 * What a method of keeping data, and a way to get the program, add to a workflow.
 * @module
 */
import type { Command } from "cli";
import type { Deployment, TargetFlags } from "../deployment.ts";
import type { Permissions, Step } from "./workflow.ts";

/** The folder that data is in while a job runs. */
export const DATA_FOLDER = "sluice-data";

/** File name of the workflow of a source. */
export function workflowName(name: string): string {
  return `sluice-${name}.yml`;
}

/** Steps and settings around the one that loads. */
export interface WorkflowPart {
  readonly permissions?: Permissions;
  /** Environment of the whole job. */
  readonly env?: Readonly<Record<string, string>>;
  readonly before?: readonly Step[];
  /** Run once the load was started, however it ended. */
  readonly after?: readonly Step[];
  readonly notes?: readonly string[];
}

/** Where state and data live between runs. One file in `keep/` and one line in its registry. */
export interface Keep {
  readonly name: string;
  /** Completes "Data and state live …". */
  readonly summary: string;
  /** Data is on the runner's disk, and moved from run to run. */
  readonly isLocal: boolean;
  define?(command: Command): void;
  plan(deployment: Deployment, flags: TargetFlags): WorkflowPart;
}

/** How a runner gets Sluice. One file in `with/` and one line in its registry. */
export interface Program {
  readonly name: string;
  readonly summary: string;
  define?(command: Command): void;
  /** The words that start it, and the steps before. @throws {ConfigError} when that cannot work */
  plan(flags: TargetFlags): Promise<WorkflowPart & { readonly words: readonly string[] }>;
}
