/**
 * What the machine is short of when something fails, and what is said when a load package cannot be written.
 * @module
 */
import { LoadError, SluiceError } from "./errors.ts";

interface Shortage {
  readonly sign: RegExp;
  readonly code: string;
  readonly what: string;
  readonly next: string;
}

const SHORTAGES: readonly Shortage[] = [
  {
    sign: /ENOSPC|EDQUOT|No space left|quota exceeded|StorageFull/i,
    code: "disk-full",
    what: "the disk is full",
    next: "free space and run again; the tables are as they were",
  },
  {
    sign: /EMFILE|ENFILE|Too many open files/i,
    code: "too-many-files",
    what: "too many files are open",
    next: "raise the limit, e.g. with ulimit -n 1024, and run again",
  },
];

/** A failure of the operating system that is no fault of the program as one of ours; undefined for any other. */
export function shortage(
  cause: unknown,
  { doing = "go on", file }: { doing?: string; file?: string } = {},
): LoadError | undefined {
  if (!(cause instanceof Error) || cause instanceof SluiceError) return undefined;
  const found = SHORTAGES.find(({ sign }) => sign.test(`${cause.name} ${cause.message}`));
  if (!found) return undefined;
  const { code, what, next } = found;
  return new LoadError(`Cannot ${doing}: ${what}`, { code, at: { file }, next, cause });
}

/**
 * Does what writes into a package's folder.
 *
 * @throws {LoadError} "disk-full", "too-many-files", "package-not-writable"
 */
export async function writing<T>(directory: string, doing: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (cause) {
    if (cause instanceof SluiceError) throw cause;
    throw shortage(cause, { doing, file: directory }) ??
      new LoadError(`Cannot ${doing}: ${cause instanceof Error ? cause.message : cause}`, {
        code: "package-not-writable",
        at: { file: directory },
        next: "make the folder writable and run again",
        cause,
      });
  }
}
