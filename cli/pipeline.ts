/**
 * `sluice pipeline <name> <command>`: what a pipeline did, what it knows, and what to do about it.
 * @module
 */
import type { Command } from "cli";
import { helpEnd } from "./help.ts";
import { pipelineCommands } from "./pipeline/mod.ts";

const EXAMPLES = [
  "pipeline okta_management_pipeline info",
  "pipeline okta_management_pipeline trace --json",
  'pipeline okta_management_pipeline drop "re:^group"',
];
const NAMES = pipelineCommands.map(({ name }) => name);

/** Adds the subcommands. */
export function define(command: Command): void {
  command.usage("<name> <command> [options]")
    .addHelpText("after", `\nWithout a command: info. "pipelines" lists the names.\n${helpEnd(EXAMPLES)}`);
  for (const { name, summary, module } of pipelineCommands) {
    const subcommand = command.command(name).description(summary)
      .argument("<name>", "the pipeline")
      .option("--json", "print one JSON object instead of text");
    module.define(subcommand);
    subcommand.configureHelp({
      commandUsage: (shown) =>
        `sluice pipeline ${shown.usage().replace("[options] <name>", `<name> ${name} [options]`)}`,
    });
  }
}

/** A pipeline's name stands before the subcommand; the parser wants it after. */
export function arrange(args: readonly string[]): string[] {
  const arranged = [...args];
  const [command, first, second] = args.flatMap((arg, index) => arg.startsWith("-") ? [] : [index]);
  if (args[command] === "help") return arranged;
  if (first === undefined || (NAMES.includes(args[first]) && !NAMES.includes(args[second]))) return arranged;
  const asksForHelp = args.some((arg) => arg === "--help" || arg === "-h");
  if (second !== undefined) [arranged[first], arranged[second]] = [args[second], args[first]];
  else if (!asksForHelp) arranged.splice(first, 0, "info");
  return arranged;
}
