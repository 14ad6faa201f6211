/**
 * The subcommands of `pipeline <name>`. A new one is a file beside this one and a line in this table.
 * @module
 */
import type { Command } from "cli";
import * as drop from "./drop.ts";
import * as dropPendingPackages from "./drop_pending_packages.ts";
import * as failedJobs from "./failed_jobs.ts";
import * as info from "./info.ts";
import * as loadPackage from "./load_package.ts";
import * as runs from "./runs.ts";
import * as schema from "./schema.ts";
import * as sync from "./sync.ts";
import * as trace from "./trace.ts";

/** A subcommand: its name, one line of help, and a module that adds options, examples and action. */
export interface PipelineCommand {
  readonly name: string;
  readonly summary: string;
  readonly module: { define(command: Command): void };
}

/** All subcommands, in the order of the help. */
export const pipelineCommands: readonly PipelineCommand[] = [
  { name: "info", summary: "Show where things are, what is stored and what waits", module: info },
  { name: "runs", summary: "List the runs that are remembered", module: runs },
  { name: "trace", summary: "Show what one run did, step by step", module: trace },
  { name: "schema", summary: "Show the tables in one of several languages", module: schema },
  { name: "load-package", summary: "Show what a load package holds", module: loadPackage },
  { name: "failed-jobs", summary: "List what could not be loaded", module: failedJobs },
  { name: "sync", summary: "Start from what the destination knows", module: sync },
  { name: "drop", summary: "Drop tables and state of resources", module: drop },
  {
    name: "drop-pending-packages",
    summary: "Delete what was extracted but not loaded",
    module: dropPendingPackages,
  },
];
