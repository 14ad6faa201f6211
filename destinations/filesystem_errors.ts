/**
 * What the operating system's refusals mean to a person.
 * @module
 */
import { LoadError, SluiceError } from "../pipeline/errors.ts";

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
  ENOENT: {
    code: "dataset-gone",
    what: "the dataset was removed meanwhile",
    next: "run again; the dataset is made anew, and what belongs into it is read again",
  },
  EMFILE: {
    code: "too-many-files",
    what: "too many files are open",
    next: "raise the limit, e.g. with ulimit -n 1024, and run again",
  },
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
