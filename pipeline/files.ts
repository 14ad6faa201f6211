/**
 * Files that are there whole or not at all.
 * @module
 */
import { dirname } from "node:path";
import { crc32 } from "node:zlib";
import { concatenated } from "./bytes.ts";
import { LoadError } from "./errors.ts";
import { type Appender, disk, makeDurable } from "./file_layer.ts";

const LARGEST_COPY_BYTES = 256 * 1024;
const encoder = new TextEncoder();

/** Writes a file so that a reader, or a crash, meets either the old content or the new one. */
export async function replaceFile(path: string, text: string): Promise<void> {
  const temporary = `${path}.new`;
  await disk.remove(temporary);
  await disk.append(temporary, encoder.encode(text));
  await disk.sync(temporary);
  await disk.rename(temporary, path);
  await disk.syncDirectory(dirname(path));
}

/** Creates a directory and those above it. @throws {LoadError} that names it */
export async function makeDirectory(path: string): Promise<void> {
  try {
    await makeDurable(disk, path);
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

/** What a file must turn out to be when it is read again. */
export interface FileSeal {
  readonly bytes: number;
  /** 8 hex digits. */
  readonly crc32: string;
}

/** A file that grows at its end. Calls may overlap; what they append stays whole and in order. */
export class AppendFile {
  readonly #path: string;
  #file: Appender | undefined;
  #last: Promise<void> = Promise.resolve();
  #syncing: Promise<void> | undefined;
  #isNamed = false;
  #bytes = 0;
  #crc = 0;

  constructor(path: string) {
    this.#path = path;
  }

  /** What was appended so far. */
  get seal(): FileSeal {
    return { bytes: this.#bytes, crc32: hexOf(this.#crc) };
  }

  /** Appends bytes. The file is created with the first of them. */
  append(parts: readonly Uint8Array[]): Promise<void> {
    return this.#next(async () => {
      this.#file ??= await disk.appender(this.#path);
      for (const bytes of together(parts)) {
        await this.#file.append(bytes);
        this.#bytes += bytes.length;
        this.#crc = crc32(bytes, this.#crc);
      }
    });
  }

  /**
   * Makes what was appended durable; the name of the file is its directory's to keep.
   *
   * @throws also what an earlier {@link syncSoon} met
   */
  async sync(): Promise<void> {
    await this.#syncing;
    await this.#next(async () => await this.#file?.sync());
  }

  /** The same with the name, but nobody waits for it; one at a time. */
  syncSoon(): void {
    if (this.#syncing) return;
    const syncing = this.#syncing = this.#last.then(async () => {
      await this.#file?.sync();
      if (!this.#isNamed) await disk.syncDirectory(dirname(this.#path));
      this.#isNamed = true;
    });
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

/** Small parts as one, since each write costs a call; what is large is not copied. */
function together(parts: readonly Uint8Array[]): readonly Uint8Array[] {
  const size = parts.reduce((sum, { length }) => sum + length, 0);
  if (parts.length < 2 || size > LARGEST_COPY_BYTES) return parts;
  return [concatenated(parts, size)];
}

/** A checksum as text. */
export const hexOf = (sum: number) => sum.toString(16).padStart(8, "0");

/** Whether Windows takes a file name for a device, whatever extension it has. */
export function isDeviceName(name: string): boolean {
  return /^(?:aux|con|nul|prn|com[\d¹²³]|lpt[\d¹²³]|conin\$|conout\$)(?:$|[ .])/i.test(name);
}
