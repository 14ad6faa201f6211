/**
 * What schedulers of a machine of one's own have in common: the folder that files go into, the command, and
 * the values that nobody is there to give.
 * @module
 */
import { join } from "node:path";
import type { Deployed, Deployment } from "../deployment.ts";
import { ownProgram } from "../program.ts";
import { checkedWords } from "../quote.ts";

/** The folder in a project that files of schedulers go into. */
export const DEPLOY_FOLDER = "deploy";

/** Path of a file of a deployment. */
export function deployPath({ projectDirectory }: Deployment, file: string): string {
  return join(projectDirectory, DEPLOY_FOLDER, file);
}

/** Where the output of runs goes where the scheduler keeps none. */
export function logPath({ projectDirectory, name }: Deployment): string {
  return join(projectDirectory, DEPLOY_FOLDER, `${name}.log`);
}

/** The words of the command line. @throws {ConfigError} "unusable-path" */
export function commandWords(deployment: Deployment): readonly string[] {
  return checkedWords([...ownProgram(), "run", ...deployment.runArguments]);
}

/** What may go wrong with the command later on. */
export function programNotes(): string[] {
  if (!/[\\/]_npx[\\/]/.test(ownProgram()[0])) return [];
  return ["Deno is started from the cache of npx, which may be cleared: install Deno, or take the binary"];
}

/** A scheduler starts with an empty environment, so that values have to be in files. */
export function valuesLeft({ variables }: Deployment): Deployed["left"] {
  if (variables.length === 0) return [];
  return [{
    what:
      `Make sure that .dlt/secrets.toml has what these variables say, since a scheduler does not set them`,
    commands: [...variables],
  }];
}
