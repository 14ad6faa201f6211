/**
 * The parser of the command line: finds the command that the arguments name, loads its module, and runs it.
 * @module
 */
import { Command, CommanderError } from "cli";
import { ConfigError } from "../pipeline/errors.ts";
import { nearest } from "../pipeline/nearest.ts";
import { COMMAND, helpEnd } from "./help.ts";
import { type CommandEntry, type CommandModule, commands, loadCommand } from "./mod.ts";
import { printFailure } from "./print.ts";
import { versionText } from "./version.ts";

/** Runs a command line and returns its exit code. */
export async function parse(args: readonly string[]): Promise<number> {
  try {
    const asked = askedCommand(args);
    const module = asked && await loadCommand(asked);
    const program = programFor(args, module && { ...asked, module });
    if (args.length === 0) program.help({ error: true });
    await program.parseAsync(module?.arrange?.(args) ?? args, { from: "user" });
    return 0;
  } catch (error) {
    if (!(error instanceof CommanderError)) return printFailure(error, args);
    if (error.exitCode === 0) return 0;
    return error.code === "commander.help" ? 2 : printFailure(usageError(error, args), args);
  }
}

/** The program with every command's name, and the options of the command that is asked for. */
function programFor(
  args: readonly string[],
  asked?: { readonly name: string; readonly module: CommandModule },
): Command {
  const program = new Command("sluice")
    .description("Loads REST APIs into tables.")
    .version(versionText(args), "-V, --version", "print the version; with --json also what it was made from")
    .option("--debug", "show the stack trace of an error")
    .helpOption("-h, --help", "print help")
    .addHelpText("after", helpEnd(["demo", "run okta", "run --help"]))
    // Errors are printed by `printFailure` alone.
    .configureOutput({ outputError: () => {} })
    .exitOverride();
  for (const { name, summary } of commands) {
    const command = program.command(name).description(summary);
    // The other commands only lend their names to the help, so their modules need not be loaded.
    if (name === asked?.name) asked.module.define(command);
  }
  return program;
}

function askedCommand(args: readonly string[]): CommandEntry | undefined {
  const operands = args.filter((arg) => !arg.startsWith("-"));
  const name = operands[0] === "help" ? operands[1] : operands[0];
  return commands.find((entry) => entry.name === name);
}

/** The parser's complaint in the form of all other errors. */
function usageError(error: CommanderError, args: readonly string[]): ConfigError {
  const [problem, suggestion] = error.message.replace(/^error: /, "").split("\n");
  const asked = askedCommand(args);
  const names = commands.map(({ name }) => name);
  const next = asked
    ? `run "${COMMAND} ${asked.name} --help"`
    : `the commands are ${names.join(", ")}; did you mean "${
      nearest(args.find((arg) => !arg.startsWith("-")) ?? "", names)
    }"?`;
  return new ConfigError(`Cannot read the command line: ${problem.replaceAll("'", '"').replace(/\.$/, "")}`, {
    code: "usage",
    next: suggestion && asked ? suggestion.replace(/^\(D(.*)\)$/, "d$1") : next,
  });
}
