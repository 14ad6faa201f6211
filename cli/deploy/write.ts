/**
 * Writing what a target made. A file that is there is kept when it says the same, and written over only when
 * that is asked for.
 * @module
 */
import { dirname } from "node:path";
import { ConfigError } from "../../pipeline/errors.ts";
import { shownPath } from "../../pipeline/config_files.ts";
import { existingText } from "../init/files.ts";
import type { DeployedFile } from "./deployment.ts";

/** What became of a file. */
export interface Written {
  readonly path: string;
  /** False where the same text was there. */
  readonly isNew: boolean;
}

/** Writes all files or none. @throws {ConfigError} "exists" or "unwritable-file" */
export async function writeDeployed(
  files: readonly DeployedFile[],
  { force }: { force: boolean },
): Promise<Written[]> {
  const written: Written[] = [];
  for (const { path, text } of files) {
    const before = await existingText(path, shownPath(path));
    if (before !== undefined && before !== text && !force) throw existsError(shownPath(path));
    written.push({ path, isNew: before !== text });
  }
  for (const [index, { path, text }] of files.entries()) {
    if (written[index].isNew) await write(path, text);
  }
  return written;
}

async function write(path: string, text: string): Promise<void> {
  try {
    await Deno.mkdir(dirname(path), { recursive: true });
    await Deno.writeTextFile(path, text);
  } catch (cause) {
    throw new ConfigError(
      `Cannot write "${shownPath(path)}": ${cause instanceof Error ? cause.name : "unknown problem"}`,
      { code: "unwritable-file", at: { file: shownPath(path) }, next: "make the folder writable", cause },
    );
  }
}

function existsError(shown: string): ConfigError {
  return new ConfigError(`Cannot write "${shown}": it is there already and says something else`, {
    code: "exists",
    at: { file: shown },
    next: "look at it, and give --force to write over it",
  });
}
