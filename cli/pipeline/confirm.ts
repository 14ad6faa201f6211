/**
 * Asking before something is deleted. Nobody answers in a script, so there it must be said beforehand.
 * @module
 */
import { ConfigError } from "../../pipeline/errors.ts";
import { terminalRespondent } from "../init/questions.ts";
import { note } from "../print.ts";

/** What a question is asked with. */
export interface ConfirmFlags {
  readonly yes?: boolean;
  readonly json?: boolean;
}

/** Whether to go on. @throws {ConfigError} `confirmation-needed` where nobody can be asked */
export async function confirmed(question: string, { yes, json }: ConfirmFlags): Promise<boolean> {
  if (yes) return true;
  if (json || !Deno.stdin.isTerminal() || !Deno.stderr.isTerminal()) {
    throw new ConfigError("Cannot ask whether to go on: nobody is at a terminal", {
      code: "confirmation-needed",
      next: "look at what it said it would do, and repeat with --yes",
    });
  }
  const answer = await terminalRespondent().ask(`${question} [y/N] `);
  const isYes = /^y(es)?$/i.test(answer?.trim() ?? "");
  if (!isYes) note("Nothing was changed");
  return isYes;
}
