/**
 * One run of a pipeline at a time on a machine: a locked file that says who runs since when. The
 * operating system drops the lock with the process, however that ends.
 * @module
 */
import { join } from "node:path";
import { StateError } from "./errors.ts";

/** Takes the lease of a pipeline's directory. @throws {StateError} naming the holder when it is taken */
export async function takeLease(directory: string, pipelineName: string): Promise<Disposable> {
  const path = join(directory, "lease");
  const file = await Deno.open(path, { create: true, read: true, write: true });
  if (!file.tryLockSync(true)) {
    const holder = (await new Response(file.readable).text()).trim();
    throw new StateError(
      `Cannot run: pipeline "${pipelineName}" is running already${holder && `, ${holder}`}`,
      {
        code: "pipeline-running",
        at: { pipeline: pipelineName, file: path },
        next: "wait for that run to end, or use another --pipeline-name",
      },
    );
  }
  // At once, so that whoever is refused can read who holds it.
  file.truncateSync();
  file.writeSync(new TextEncoder().encode(`in process ${Deno.pid} since ${new Date().toISOString()}\n`));
  return { [Symbol.dispose]: () => file.close() };
}
