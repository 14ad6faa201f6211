/**
 * What the bench's commands have in common: options are checked, and wrong use is one line without a stack.
 * @module
 */

/** The command was called in a wrong way. */
export class UsageError extends Error {}

/** Runs a command to its exit code. */
export async function runCommand(main: () => Promise<number>): Promise<never> {
  try {
    Deno.exit(await main());
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    if (!(error instanceof UsageError) && !code.startsWith("ERR_PARSE_ARGS")) throw error;
    console.error((error as Error).message);
    Deno.exit(2);
  }
}

/** A number above zero. @throws {UsageError} when it is none */
export function positive(option: string, text: string, { whole = false } = {}): number {
  const value = Number(text);
  if (value > 0 && value < Infinity && (!whole || Number.isInteger(value))) return value;
  throw new UsageError(`Cannot use --${option} "${text}": it takes a ${whole ? "whole " : ""}number above 0`);
}
