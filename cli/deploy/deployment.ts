/**
 * What is to be scheduled, as every target is told it, and what a target makes of it.
 * @module
 */
import type { Command } from "cli";
import type { Schedule } from "./schedule.ts";

/** A source that is to be run again and again. */
export interface Deployment {
  /** Source and options as `run` takes them. */
  readonly runArguments: readonly string[];
  /** The source as the reader wrote it. */
  readonly source: string;
  /** For names of files and units: letters, digits, `_`, `-` and points. */
  readonly name: string;
  readonly pipelineName: string;
  readonly destination: string;
  /** The folder with `.dlt`. */
  readonly projectDirectory: string;
  readonly schedule: Schedule;
  /** Environment variables that carry what is not in committed files. */
  readonly variables: readonly string[];
}

/** A file to write. */
export interface DeployedFile {
  readonly path: string;
  readonly text: string;
}

/** What a target makes of a deployment. */
export interface Deployed {
  readonly files: readonly DeployedFile[];
  /** What is left to a person, in order: what it is for, and the command lines. */
  readonly left: readonly { readonly what: string; readonly commands: readonly string[] }[];
  /** Sentences a reader should know before the first run. */
  readonly notes: readonly string[];
}

/** Options of the command line, by the names that the targets gave them. */
export type TargetFlags = Readonly<Record<string, unknown>>;

/** A scheduler. One file in `cli/deploy/target/` and one line in its registry. */
export interface Target {
  readonly name: string;
  /** One line of help. */
  readonly summary: string;
  /** Adds options of its own. */
  define?(command: Command): void;
  plan(deployment: Deployment, flags: TargetFlags): Promise<Deployed> | Deployed;
}
