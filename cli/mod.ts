/**
 * The commands. A new one is a file beside this one and a line in this table.
 * @module
 */
import type { Command } from "cli";

/** What a command's module has. */
export interface CommandModule {
  define(command: Command): void;
  /** The arguments in the order that the parser wants, where people write them in another one. */
  arrange?(args: readonly string[]): string[];
}

/** A command as the program knows it before its module is loaded. */
export interface CommandEntry {
  readonly name: string;
  /** One line for the program's help. */
  readonly summary: string;
  /** The module: it adds arguments, options, help and action to the command. */
  load(): Promise<CommandModule>;
}

/** All commands, in the order of the help. */
export const commands: readonly CommandEntry[] = [
  { name: "run", summary: "Load a source into tables", load: () => import("./run.ts") },
  { name: "init", summary: "Write a source module to start from", load: () => import("./init.ts") },
  { name: "check", summary: "Look whether a source is right and answers", load: () => import("./check.ts") },
  { name: "explain", summary: "Show every setting and where it was set", load: () => import("./explain.ts") },
  { name: "plan", summary: "Say what a run would do, without doing it", load: () => import("./plan.ts") },
  {
    name: "sources",
    summary: "List sources, their resources and parameters",
    load: () => import("./sources.ts"),
  },
  { name: "query", summary: "Run one SQL statement on what was loaded", load: () => import("./query.ts") },
  { name: "pipelines", summary: "List the pipelines that ran here", load: () => import("./pipelines.ts") },
  {
    name: "pipeline",
    summary: "Look at one pipeline: runs, packages, cursors; drop parts of it",
    load: () => import("./pipeline.ts"),
  },
  {
    name: "schema",
    summary: "Show the tables of a pipeline, and what changed",
    load: () => import("./schema.ts"),
  },
  { name: "deploy", summary: "Load a source on a schedule", load: () => import("./deploy.ts") },
  { name: "simulate", summary: "Serve a simulated API on this machine", load: () => import("./simulate.ts") },
  {
    name: "demo",
    summary: "Load a simulated Okta organisation and look at it",
    load: () => import("./demo.ts"),
  },
];
