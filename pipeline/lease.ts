/**
 * One run of a pipeline at a time on a machine: a locked file that says who runs where since when. The
 * operating system drops the lock with the process, however that ends.
 * @module
 */
import { join } from "node:path";
import { StateError } from "./errors.ts";
import { writing } from "./shortage.ts";

const PAUSE_MS = 200;

/** How long to wait for a lease that is taken. */
export interface LeaseOptions {
  /** @default 0 */
  readonly waitSeconds?: number;
  /** Ends the waiting; its reason is what is thrown. */
  readonly signal?: AbortSignal;
  /** Hears once who is waited for. */
  readonly onWait?: (holder: string) => void;
}

/** Takes the lease of a pipeline's directory. @throws {StateError} naming the holder when it stays taken */
export async function takeLease(
  directory: string,
  pipelineName: string,
  { waitSeconds = 0, signal, onWait }: LeaseOptions = {},
): Promise<Disposable> {
  const path = join(directory, "lease");
  const file = await writing(
    directory,
    "begin a run",
    () => Deno.open(path, { create: true, read: true, write: true }),
  );
  try {
    const deadline = performance.now() + waitSeconds * 1000;
    for (let isFirst = true; !file.tryLockSync(true); isFirst = false) {
      if (isFirst && waitSeconds > 0) onWait?.(await holderIn(path));
      signal?.throwIfAborted();
      const leftMs = deadline - performance.now();
      if (leftMs <= 0) throw await taken(path, pipelineName, waitSeconds);
      await new Promise((resolve) => setTimeout(resolve, Math.min(PAUSE_MS, leftMs)));
    }
    // At once, so that whoever is refused can read who holds it.
    const holder = `in process ${Deno.pid}${host()} since ${new Date().toISOString()}\n`;
    await writing(directory, "begin a run", async () => {
      file.truncateSync();
      file.writeSync(new TextEncoder().encode(holder));
    });
  } catch (error) {
    file.close();
    throw error;
  }
  return { [Symbol.dispose]: () => file.close() };
}

async function holderIn(path: string): Promise<string> {
  return (await Deno.readTextFile(path)).trim();
}

async function taken(path: string, pipelineName: string, waitSeconds: number): Promise<StateError> {
  const holder = await holderIn(path);
  const waited = waitSeconds > 0 ? `, and was after ${waitSeconds} s` : "";
  return new StateError(
    `Cannot run: pipeline "${pipelineName}" is running already${holder && `, ${holder}`}${waited}`,
    {
      code: "pipeline-running",
      at: { pipeline: pipelineName, file: path },
      next: "wait for that run to end, as --wait does, or use another --pipeline-name",
    },
  );
}

/** The folder may be one that machines share. */
function host(): string {
  try {
    return ` on ${Deno.hostname()}`;
  } catch {
    return "";
  }
}
