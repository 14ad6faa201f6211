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
  /** The module beside this one: it adds arguments, options, help and action to the command. */
  readonly file: string;
}

/** The parser, in a file beside this one. */
export const PARSER_FILE = "parser.ts";

/** Loads a command's module. */
export function loadCommand({ file }: CommandEntry): Promise<CommandModule> {
  return load(file);
}

/** Loads the parser of the command line. */
export function loadParser(): Promise<typeof import("./parser.ts")> {
  return load(PARSER_FILE);
}

/** Not as a literal: of those Deno reads every file, and all that these import, before the first line runs. */
function load<T>(file: string): Promise<T> {
  return import(import.meta.resolve(`./${file}`));
}

/** All commands, in the order of the help. */
export const commands: readonly CommandEntry[] = [
  { name: "run", summary: "Load a source into tables", file: "run.ts" },
  { name: "init", summary: "Write a source module to start from", file: "init.ts" },
  { name: "check", summary: "Look whether a source is right and answers", file: "check.ts" },
  { name: "explain", summary: "Show every setting and where it was set", file: "explain.ts" },
  { name: "plan", summary: "Say what a run would do, without doing it", file: "plan.ts" },
  {
    name: "sources",
    summary: "List sources, their resources and parameters",
    file: "sources.ts",
  },
  { name: "query", summary: "Run one SQL statement on what was loaded", file: "query.ts" },
  { name: "pipelines", summary: "List the pipelines that ran here", file: "pipelines.ts" },
  {
    name: "pipeline",
    summary: "Look at one pipeline: runs, packages, cursors; drop parts of it",
    file: "pipeline.ts",
  },
  {
    name: "schema",
    summary: "Show the tables of a pipeline, and what changed",
    file: "schema.ts",
  },
  { name: "deploy", summary: "Load a source on a schedule", file: "deploy.ts" },
  { name: "simulate", summary: "Serve a simulated API on this machine", file: "simulate.ts" },
  {
    name: "demo",
    summary: "Load a simulated Okta organisation and look at it",
    file: "demo.ts",
  },
];
