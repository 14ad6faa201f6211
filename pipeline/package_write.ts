/**
 * Writing into a load package, and what is said when that fails.
 * @module
 */
import { LoadError, SluiceError } from "./errors.ts";

/** Does what writes into a package's folder. @throws {LoadError} "disk-full", "package-not-writable" */
export async function writing<T>(directory: string, doing: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (cause) {
    if (cause instanceof SluiceError) throw cause;
    const full = cause instanceof Error &&
      /ENOSPC|No space left|StorageFull/i.test(`${cause.name} ${cause.message}`);
    const why = full ? "the disk is full" : cause instanceof Error ? cause.message : cause;
    throw new LoadError(`Cannot ${doing}: ${why}`, {
      code: full ? "disk-full" : "package-not-writable",
      at: { file: directory },
      next: full
        ? "free space and run again; the tables are as they were"
        : "make the folder writable and run again",
      cause,
    });
  }
}
