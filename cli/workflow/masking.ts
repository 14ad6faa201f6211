/**
 * Secrets that a workflow's runner cannot know. Those in the environment came from it, and it blanks them in
 * every log; one that stands in a file it has to be told, by the line that is made for that.
 * @module
 */
import { fstatSync } from "node:fs";
import type { Configuration } from "../../pipeline/config.ts";
import { Secret } from "../../pipeline/secret.ts";
import { inWorkflow, masks } from "./commands.ts";

/** The same configuration, which in a workflow tells the runner of each such secret that is used. */
export function masking(configuration: Configuration): Configuration {
  if (!inWorkflow() || !isReadByRunner()) return configuration;
  return configuration.recording(({ value, from }) => {
    if (!(value instanceof Secret) || from.startsWith("environment variable ")) return;
    // Not through `note`, which would blank it: the runner takes this line out of the log.
    for (const line of masks(value.reveal())) console.error(line);
  });
}

/** Standard error that goes into a file would keep the secret. */
function isReadByRunner(): boolean {
  return !fstatSync(2).isFile();
}
