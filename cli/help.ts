/**
 * What the help of every command ends with, and option values that several commands check.
 * @module
 */
import { InvalidArgumentError } from "cli";
import { contractProblem } from "../pipeline/contracts.ts";
import { CONTRACT_MODES, type SchemaContract } from "../pipeline/schema_types.ts";

/** How this program is called: as a binary, or as a task in a checkout. */
export const COMMAND = Deno.build.standalone ? "sluice" : "deno task sluice";

/** The exit codes, as help text. */
export function exitCodes(): string {
  return `Exit codes:
  0    done
  1    the data does not fit
  2    wrong or missing options or configuration
  3    the API could not be read
  4    the destination could not be written, or stored state not used
  70   a bug of Sluice
  130  interrupted`;
}

/** The end of a command's help: examples, then exit codes. */
export function helpEnd(examples: readonly string[]): string {
  return `\nExamples:\n${examples.map((example) => `  ${COMMAND} ${example}`).join("\n")}\n\n${exitCodes()}`;
}

/** A checker for options that take an integer from `least` on. */
export function integerFrom(least: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && Number.isSafeInteger(value) && value >= least) return value;
    throw new InvalidArgumentError(`It must be an integer from ${least} on`);
  };
}

/** Names separated by commas. */
export function nameList(text: string): string[] {
  const names = text.split(",").map((name) => name.trim()).filter(Boolean);
  if (names.length) return names;
  throw new InvalidArgumentError("It must be names separated by commas");
}

/** A schema contract: a mode for everything, or entities with their modes, separated by commas. */
export function schemaContract(text: string): SchemaContract {
  const contract = text.includes("=")
    ? Object.fromEntries(text.split(",").map((part) => part.split("=").map((each) => each.trim())))
    : text.trim();
  const problem = contractProblem(contract);
  if (problem === undefined) return contract;
  throw new InvalidArgumentError(`It must be one of ${CONTRACT_MODES.join(", ")}, or e.g. columns=freeze`);
}
