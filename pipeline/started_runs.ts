/**
 * Marks of runs that have begun and not come to an end. A run locks its mark and removes it at the end; one
 * that is left and not locked tells of a run that was killed.
 * @module
 */
import { join } from "node:path";

const FOLDER = "traces";
const NAME_REGEXP = /^(\w+-\w+)\.started$/;
const KEPT_MARKS = 100;

/** A run without a trace. */
export interface UnfinishedRun {
  readonly id: string;
  readonly status: "running" | "killed";
  readonly startedAt: string;
}

/** Marks a run as begun until the mark is disposed of. */
export async function markStarted(
  directory: string,
  { id, startedAt }: Omit<UnfinishedRun, "status">,
): Promise<AsyncDisposable> {
  const folder = join(directory, FOLDER);
  const path = join(folder, `${id}.started`);
  try {
    await Deno.mkdir(folder, { recursive: true });
    const file = await Deno.open(path, { create: true, write: true });
    file.tryLockSync(true);
    await file.write(new TextEncoder().encode(startedAt));
    await prune(folder);
    return {
      [Symbol.asyncDispose]: async () => {
        await Deno.remove(path).catch(() => {});
        file.close();
      },
    };
  } catch {
    // A run does not fail for it; that its trace cannot be kept either is said at its end.
    return { [Symbol.asyncDispose]: () => Promise.resolve() };
  }
}

/** The runs that have begun and left no trace, newest first. */
export async function unfinishedRuns(directory: string): Promise<UnfinishedRun[]> {
  const folder = join(directory, FOLDER);
  const runs: UnfinishedRun[] = [];
  for (const id of await marks(folder)) {
    try {
      const path = join(folder, `${id}.started`);
      using file = await Deno.open(path, { read: true, write: true });
      const status = file.tryLockSync(true) ? "killed" : "running";
      runs.push({ id, status, startedAt: await Deno.readTextFile(path) });
    } catch (error) {
      // It came to its end meanwhile.
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
  return runs;
}

async function prune(folder: string): Promise<void> {
  for (const id of (await marks(folder)).slice(KEPT_MARKS)) {
    await Deno.remove(join(folder, `${id}.started`)).catch(() => {});
  }
}

async function marks(folder: string): Promise<string[]> {
  const ids: string[] = [];
  try {
    for await (const { name } of Deno.readDir(folder)) {
      const id = NAME_REGEXP.exec(name)?.[1];
      if (id !== undefined) ids.push(id);
    }
  } catch (error) {
    const isMissing = error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory;
    if (!isMissing) throw error;
  }
  return ids.sort().reverse();
}
