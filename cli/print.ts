/**
 * The two streams: results on standard output, everything else on standard error. Whatever passes here
 * has secrets removed and is safe for a terminal.
 * @module
 */
import { BUG_EXIT_CODE, formatError, SluiceError } from "../pipeline/errors.ts";
import { redact } from "../pipeline/secret.ts";
import { printable } from "./printable.ts";
import { annotation, inWorkflow, withoutCommands } from "./workflow/commands.ts";

/** Writes a result to standard output. */
export function print(text: string): void {
  console.log(safe(text));
}

/** Tells something on standard error. */
export function note(text: string): void {
  console.error(safe(text));
}

/** Tells the runner of a workflow something: one of the lines of `workflow/commands.ts`. */
export function tellRunner(command: string): void {
  console.error(redact(command));
}

/** In a workflow the runner looks for commands in everything that is printed. */
function safe(text: string): string {
  const shown = printable(redact(text), "\n");
  return inWorkflow() ? withoutCommands(shown) : shown;
}

/** Ends a command with an exit code after it has said itself what is wrong. */
export class Reported extends Error {
  override readonly name = "Reported";
  readonly exitCode: number;
  constructor(exitCode: number) {
    super("The command has told what is wrong");
    this.exitCode = exitCode;
  }
}

/** Prints what ended a command and returns the exit code that goes with it. */
export function printFailure(error: unknown, args: readonly string[]): number {
  if (error instanceof Reported) return error.exitCode;
  const exitCode = error instanceof SluiceError ? error.exitCode : BUG_EXIT_CODE;
  if (args.includes("--json")) print(JSON.stringify({ ok: false, error: { ...describe(error), exitCode } }));
  if (error instanceof SluiceError) note(formatError(error));
  else {
    note(`Internal error: ${oneLine(error)}`);
    note('This is a bug, please report it; "--debug" shows where it happened');
  }
  if (inWorkflow()) tellRunner(errorAnnotation(error));
  if (args.includes("--debug")) note(stackOf(error));
  return exitCode;
}

function errorAnnotation(error: unknown): string {
  const { code, message, at, next } = describe(error) as Partial<SluiceError>;
  const text = [message, next && `next: ${next}`].filter(Boolean).join("\n");
  const { file, line } = at ?? {};
  return annotation("error", {
    title: `Sluice: ${code}`,
    message: printable(redact(text), "\n"),
    file,
    line,
  });
}

/** An error as data for scripts. */
function describe(error: unknown): Record<string, unknown> {
  if (!(error instanceof SluiceError)) return { name: "InternalError", code: "bug", message: oneLine(error) };
  const { name, code, message, at, next } = error;
  return { name, code, message, at, next };
}

function oneLine(error: unknown): string {
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return text.split("\n")[0];
}

function stackOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause === undefined ? "" : `\ncaused by ${stackOf(error.cause)}`;
  return `${error.stack ?? error}${cause}`;
}
