/**
 * The few file operations that the `filesystem` destination is made of, so that a test can stop the world
 * between any two of them, and what the operating system's refusals mean to a person.
 * @module
 */
import { LoadError, SluiceError } from "../pipeline/errors.ts";

/** Operations on local files. Everything that changes the disk goes through here. */
export interface FileLayer {
  /** Creates a directory and those above it; one that exists is fine. */
  makeDirectory(path: string): Promise<void>;
  /** Adds bytes to the end of a file, which is created when it is not there. */
  append(path: string, bytes: Uint8Array<ArrayBuffer>): Promise<void>;
  /** Waits until a file's bytes are on the disk. */
  sync(path: string): Promise<void>;
  /** Waits until a directory's names are on the disk. */
  syncDirectory(path: string): Promise<void>;
  /** Moves a file over whatever has the new name. False when there is no such file. */
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

/** The local disk. */
export const disk: FileLayer = {
  makeDirectory: (path) => Deno.mkdir(path, { recursive: true }),
  append: (path, bytes) => Deno.writeFile(path, bytes, { append: true }),
  sync: syncPath,
  async syncDirectory(path) {
    // Windows has no such operation: it cannot open a directory as a file.
    if (Deno.build.os !== "windows") await syncPath(path);
  },
  rename: async (from, to) => await unlessMissing(Deno.rename(from, to).then(() => true)) ?? false,
  remove: (path) => unlessMissing(Deno.remove(path, { recursive: true })),
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

interface Explanation {
  readonly code: string;
  readonly what: string;
  readonly next: string;
}

const CHOOSE_ANOTHER = "choose another bucket_url in [destination.filesystem]";
const NOT_WRITABLE = "not-writable";
const FULL: Explanation = {
  code: "disk-full",
  what: "the disk is full",
  next: "free space and run again; the files are as they were before this load",
};
const DENIED: Explanation = {
  code: NOT_WRITABLE,
  what: "access is denied",
  next: `give the user write access to the folder, or ${CHOOSE_ANOTHER}`,
};
const NOT_A_DIRECTORY: Explanation = {
  code: "not-a-directory",
  what: "a part of the path is a file, not a folder",
  next: CHOOSE_ANOTHER,
};

const EXPLANATIONS: Readonly<Record<string, Explanation>> = {
  EACCES: DENIED,
  EPERM: DENIED,
  EROFS: { ...DENIED, what: "the file system is read-only" },
  ENOTDIR: NOT_A_DIRECTORY,
  EEXIST: NOT_A_DIRECTORY,
  ENOSPC: FULL,
  EDQUOT: { ...FULL, what: "the disk quota is used up" },
  ENAMETOOLONG: {
    code: "name-too-long",
    what: "a name or path is longer than the file system allows",
    next: "give the resource a shorter table_name, or choose a shorter bucket_url",
  },
  ENOLCK: {
    code: "cannot-lock",
    what: "the file system has no locks",
    next: "choose a local bucket_url; two writers could not be kept apart here",
  },
};

/** Any failure of a file operation as an error with a place and a next step. */
export function explain(error: unknown, place: string, doing: string): SluiceError {
  if (error instanceof SluiceError) return error;
  const detail = error instanceof Error ? error.message : String(error);
  const code = (error as { code?: unknown } | null)?.code;
  const known = error instanceof Deno.errors.NotCapable
    ? {
      code: NOT_WRITABLE,
      what: "Deno was started without the permission",
      next: "add --allow-read and --allow-write",
    }
    : EXPLANATIONS[String(code)];
  return new LoadError(`Cannot ${doing}: ${known?.what ?? detail}`, {
    code: known?.code ?? "destination-failed",
    at: { file: place },
    next: known?.next,
    cause: error,
  });
}
