/**
 * Files that are there whole or not at all.
 * @module
 */
import { dirname } from "node:path";
import { LoadError } from "./errors.ts";

/** Writes a file so that a reader, or a crash, meets either the old content or the new one. */
export async function replaceFile(path: string, text: string): Promise<void> {
  const temporary = `${path}.new`;
  using file = await Deno.open(temporary, { write: true, create: true, truncate: true });
  const bytes = new TextEncoder().encode(text);
  for (let written = 0; written < bytes.length;) written += await file.write(bytes.subarray(written));
  await file.sync();
  await Deno.rename(temporary, path);
  await syncDirectory(dirname(path));
}

/** Creates a directory and those above it. @throws {LoadError} that names it */
export async function makeDirectory(path: string): Promise<void> {
  try {
    await Deno.mkdir(path, { recursive: true });
  } catch (cause) {
    throw new LoadError(
      `Cannot create the working folder: ${cause instanceof Error ? cause.message : cause}`,
      {
        code: "package-not-writable",
        at: { file: path },
        next: "make the folder above it writable, or run somewhere else",
        cause,
      },
    );
  }
}

/** Whether there is a directory at a path. */
export async function isDirectory(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isDirectory;
  } catch {
    return false;
  }
}

/** Makes renames in a directory durable. Windows has no such call and needs none. */
export async function syncDirectory(path: string): Promise<void> {
  if (Deno.build.os === "windows") return;
  using directory = await Deno.open(path);
  await directory.sync();
}

/** The lines of a text file, one at a time; none when there is no such file. */
export async function* readLines(path: string): AsyncGenerator<string> {
  let file: Deno.FsFile;
  try {
    file = await Deno.open(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return;
    throw error;
  }
  let rest = "";
  for await (const text of file.readable.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop()!;
    yield* lines;
  }
  if (rest) yield rest;
}

/** A file that grows at its end. Calls may overlap; what they append stays whole and in order. */
export class AppendFile {
  readonly #path: string;
  #file: Deno.FsFile | undefined;
  #last: Promise<void> = Promise.resolve();
  #syncing: Promise<void> | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  /** Appends bytes. The file is created with the first of them. */
  append(parts: readonly Uint8Array[]): Promise<void> {
    return this.#next(async () => {
      this.#file ??= await Deno.open(this.#path, { create: true, append: true });
      for (const bytes of parts) {
        for (let written = 0; written < bytes.length;) {
          written += await this.#file.write(bytes.subarray(written));
        }
      }
    });
  }

  /** Makes what was appended durable. @throws also what an earlier {@link syncSoon} met */
  async sync(): Promise<void> {
    await this.#syncing;
    await this.#next(async () => await this.#file?.syncData());
  }

  /** The same, but nobody waits for it; one at a time. */
  syncSoon(): void {
    if (this.#syncing) return;
    const syncing = this.#syncing = this.#last.then(async () => await this.#file?.syncData());
    // A failure stays, for whoever has to rely on it.
    syncing.then(() => this.#syncing = undefined, () => {});
  }

  /** Closes the file after what is under way; never throws. */
  async close(): Promise<void> {
    await this.#syncing?.catch(() => {});
    await this.#last.catch(() => {});
    this.#file?.close();
    this.#file = undefined;
  }

  #next(action: () => Promise<void>): Promise<void> {
    return this.#last = this.#last.then(action);
  }
}

/** Whether Windows takes a file name for a device, whatever extension it has. */
export function isDeviceName(name: string): boolean {
  return /^(?:aux|con|nul|prn|com[\d¹²³]|lpt[\d¹²³]|conin\$|conout\$)(?:$|[ .])/i.test(name);
}
