/**
 * What SQLite's result codes mean to a person.
 * @module
 */
import { LoadError, SluiceError } from "../pipeline/errors.ts";

interface Explanation {
  readonly code: string;
  readonly what: string;
  readonly next: string;
}

// Primary result codes; extended codes carry theirs in the low byte.
const EXPLANATIONS: Readonly<Record<number, Explanation>> = {
  3: {
    code: "not-writable",
    what: "access is denied",
    next: "give the user write access to the file and its folder",
  },
  5: {
    code: "locked",
    what: "another process is writing to it",
    next: "wait for it to finish, or find it with `fuser` or `lsof` on the file, then run again",
  },
  8: {
    code: "not-writable",
    what: "it is read-only",
    next: "make the file and its folder writable, or choose another path in [destination.sqlite] credentials",
  },
  10: {
    code: "disk-error",
    what: "reading or writing the disk failed",
    next: "check the disk, and whether it is full, then run again",
  },
  11: {
    code: "corrupt-database",
    what: "the file is damaged",
    next: "restore it from a backup, or move it away and run again with --full-refresh",
  },
  13: {
    code: "disk-full",
    what: "the disk is full",
    next: "free space and run again; the tables are as they were before this run",
  },
  14: {
    code: "not-writable",
    what: "the file cannot be opened or created",
    next:
      "check that its folder exists and is writable, or choose another path in [destination.sqlite] credentials",
  },
  19: {
    code: "constraint",
    what: "a value is missing in a column that needs one",
    next: "check the resource's primary_key: every record must have it",
  },
  26: {
    code: "not-a-database",
    what: "the file is not an SQLite database",
    next: "choose another path in [destination.sqlite] credentials; the file was left alone",
  },
};

// `exec` throws without a code (seen in Deno 2.9.6); SQLite's own sentences stand in for it.
const SENTENCES: readonly (readonly [RegExp, number])[] = [
  [/^database (?:table )?is locked/, 5],
  [/^attempt to write a readonly database/, 8],
  [/^disk I\/O error/, 10],
  [/^database disk image is malformed/, 11],
  [/^database or disk is full/, 13],
  [/^unable to open database file/, 14],
  [/constraint failed/, 19],
  [/^file is not a database/, 26],
];

/** The primary SQLite result code of an error, if it is one. */
export function resultCode(error: unknown): number | undefined {
  const { errcode, message } = (error ?? {}) as { errcode?: unknown; message?: unknown };
  if (typeof errcode === "number") return errcode & 0xff;
  return SENTENCES.find(([sentence]) => sentence.test(String(message)))?.[1];
}

/** Whether waiting may help. */
export function isBusy(error: unknown): boolean {
  const code = resultCode(error);
  return code === 5 || code === 6;
}

/** Any failure at the database as an error with a place and a next step. */
export function explain(error: unknown, location: string, doing: string): SluiceError {
  if (error instanceof SluiceError) return error;
  const code = resultCode(error);
  const known = code === undefined ? undefined : EXPLANATIONS[code];
  const detail = error instanceof Error ? error.message : String(error);
  if (!known) {
    return new LoadError(`Cannot ${doing}: ${detail}`, {
      code: "destination-failed",
      at: { file: location },
      cause: error,
    });
  }
  const column = /constraint failed: (.+)$/.exec(detail)?.[1];
  return new LoadError(`Cannot ${doing}: ${known.what}${column ? ` (${column})` : ""}`, {
    code: known.code,
    at: { file: location },
    next: known.next,
    recovery: code === 5 ? "retry" : "abort",
    cause: error,
  });
}
