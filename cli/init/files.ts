/**
 * Files that are planned before any is written: new ones, and lines at the end of those that are there. What
 * is there is never changed.
 * @module
 */
import { dirname } from "node:path";
import { ConfigError } from "../../pipeline/errors.ts";

/** What is to happen to one file. */
export interface PlannedFile {
  readonly path: string;
  /** The path as a reader knows it. */
  readonly shown: string;
  readonly action: "create" | "append" | "keep";
  /** The whole text of a new file, or what is added; empty for one that is kept. */
  readonly text: string;
  /** Permission bits of a new file. */
  readonly mode?: number;
}

/** The text of a file; undefined when there is none. @throws {ConfigError} `unreadable-file` */
export async function existingText(path: string, shown: string): Promise<string | undefined> {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(await Deno.readFile(path));
  } catch (cause) {
    if (cause instanceof Deno.errors.NotFound) return undefined;
    throw new ConfigError(
      `Cannot add to "${shown}": ${
        cause instanceof TypeError ? "it is not UTF-8 text" : "it cannot be read"
      }`,
      {
        code: "unreadable-file",
        at: { file: shown },
        next: "make it a text file that you may read, or move it away",
        cause,
      },
    );
  }
}

/** What to add to a text so that the lines stand at its end, in its own line ends. */
export function appendix(before: string, lines: readonly string[]): string {
  const lineEnd = /\r\n/.test(before) ? "\r\n" : "\n";
  const start = before === "" || before.endsWith("\n") ? [] : [""];
  return [...start, ...lines, ""].join(lineEnd);
}

/** Whether anything is at a path, a dangling link included. */
export async function isTaken(path: string): Promise<boolean> {
  try {
    await Deno.lstat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/**
 * Writes the files in the order given. A file that has come into being since the plan is not touched.
 *
 * @throws {ConfigError} `exists` or `unwritable-file`; what was written before stays and does no harm
 */
export async function writeFiles(files: readonly PlannedFile[]): Promise<void> {
  for (const { path, shown, action, text, mode } of files) {
    if (action === "keep") continue;
    try {
      await Deno.mkdir(dirname(path), { recursive: true });
      const options = action === "create" ? { createNew: true, mode } : { append: true, create: false };
      await Deno.writeTextFile(path, text, options);
    } catch (cause) {
      if (cause instanceof Deno.errors.AlreadyExists) throw existsError(shown);
      throw new ConfigError(
        `Cannot write "${shown}": ${cause instanceof Error ? cause.name : "unknown problem"}`,
        {
          code: "unwritable-file",
          at: { file: shown },
          next: "make the folder writable and run it again: what was written is kept as it is",
          cause,
        },
      );
    }
  }
}

/** The error for a file that is there already. */
export function existsError(shown: string): ConfigError {
  return new ConfigError(`Cannot write "${shown}": it exists already, and nothing is ever overwritten`, {
    code: "exists",
    at: { file: shown },
    next: "choose another name, or move the file away",
  });
}
