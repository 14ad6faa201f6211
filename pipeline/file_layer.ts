/**
 * The few file operations that load packages, traces and the `filesystem` destination are made of. Everything
 * that changes the disk goes through {@link disk}, so that a test can stop the world between any two of them, or
 * lose what a power cut would lose.
 * @module
 */

import { dirname } from "node:path";

/** Operations on local files. */
export interface FileLayer {
  /** Creates a directory and those above it; one that exists is fine. */
  makeDirectory(path: string): Promise<void>;
  /** Adds bytes to the end of a file, which is created when it is not there. */
  append(path: string, bytes: Uint8Array<ArrayBuffer>): Promise<void>;
  /** Opens a file to add to its end many times; it is created when it is not there. */
  appender(path: string): Promise<Appender>;
  /** Cuts a file off. */
  truncate(path: string, bytes: number): Promise<void>;
  /** Waits until a file's bytes are on the disk. */
  sync(path: string): Promise<void>;
  /** Waits until a directory's names are on the disk. */
  syncDirectory(path: string): Promise<void>;
  /** Moves a file or directory over whatever has the new name. False when there is no such file. */
  rename(from: string, to: string): Promise<boolean>;
  /** Removes a file or a directory with all in it; one that is gone is fine. */
  remove(path: string): Promise<void>;
  /** Takes an exclusive lock that ends with the process; undefined when it is taken and `wait` is false. */
  lock(path: string, options: { wait: boolean }): Promise<Disposable | undefined>;
  /** Entries of a directory; undefined when there is none. */
  list(path: string): Promise<Deno.DirEntry[] | undefined>;
  /** A file's text; undefined when there is none. */
  readText(path: string): Promise<string | undefined>;
  /** A file's bytes; undefined when there is none. */
  read(path: string): Promise<ReadableStream<Uint8Array<ArrayBuffer>> | undefined>;
}

/**
 * Creates a directory and those above it so that a power cut does not take them back: what is synced in a directory
 * is lost with the directory's own name.
 */
export async function makeDurable(files: FileLayer, path: string): Promise<void> {
  const made: string[] = [];
  for (let at = path; await isMissing(files, at); at = dirname(at)) made.push(at);
  await files.makeDirectory(path);
  for (const each of made) await files.syncDirectory(dirname(each));
}

async function isMissing(files: FileLayer, path: string): Promise<boolean> {
  try {
    return await files.list(path) === undefined;
  } catch (error) {
    // A folder that may not be read is there.
    if (error instanceof Deno.errors.PermissionDenied) return false;
    throw error;
  }
}

/** A file that grows at its end. */
export interface Appender {
  append(bytes: Uint8Array): Promise<void>;
  /** Waits until the file's bytes are on the disk. */
  sync(): Promise<void>;
  close(): void;
}

async function unlessMissing<T>(action: Promise<T>): Promise<T | undefined> {
  try {
    return await action;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

async function syncPath(path: string): Promise<void> {
  using file = await Deno.open(path, { read: true });
  await file.sync();
}

async function appender(path: string): Promise<Appender> {
  const file = await Deno.open(path, { create: true, append: true });
  return {
    async append(bytes) {
      for (let written = 0; written < bytes.length;) written += await file.write(bytes.subarray(written));
    },
    sync: () => file.syncData(),
    close: () => file.close(),
  };
}

/** The local disk. */
export const disk: FileLayer = {
  makeDirectory: (path) => Deno.mkdir(path, { recursive: true }),
  append: (path, bytes) => Deno.writeFile(path, bytes, { append: true }),
  appender,
  truncate: (path, bytes) => Deno.truncate(path, bytes),
  sync: syncPath,
  async syncDirectory(path) {
    // Windows has no such operation: it cannot open a directory as a file.
    if (Deno.build.os !== "windows") await syncPath(path);
  },
  rename: async (from, to) => await unlessMissing(Deno.rename(from, to).then(() => true)) ?? false,
  remove: async (path) => await unlessMissing(Deno.remove(path, { recursive: true })),
  async lock(path, { wait }) {
    const file = await Deno.open(path, { create: true, write: true });
    try {
      if (wait) await file.lock(true);
      else if (!await file.tryLock(true)) {
        file.close();
        return undefined;
      }
    } catch (error) {
      file.close();
      throw error;
    }
    return file;
  },
  list: (path) => unlessMissing(Array.fromAsync(Deno.readDir(path))),
  readText: (path) => unlessMissing(Deno.readTextFile(path)),
  read: async (path) => (await unlessMissing(Deno.open(path, { read: true })))?.readable,
};
