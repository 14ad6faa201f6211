/**
 * What the last run of each pipeline wrote to, so that `query` needs no options afterwards.
 * @module
 */
import { join } from "node:path";
import type { LoadInfo } from "../pipeline/load_info.ts";

/** Where a pipeline's data went. */
export type LastRun = Pick<LoadInfo, "pipelineName" | "datasetName" | "destination" | "finishedAt">;

const FILE_NAME = "last_run.json";

/** Remembers a run beside the pipeline's packages. */
export async function rememberRun(projectDirectory: string, info: LoadInfo): Promise<void> {
  const { pipelineName, datasetName, destination, finishedAt } = info;
  const path = join(projectDirectory, ".dlt", ".var", pipelineName, FILE_NAME);
  try {
    await Deno.writeTextFile(
      path,
      JSON.stringify({ pipelineName, datasetName, destination, finishedAt }) + "\n",
    );
  } catch {
    // The data is loaded; without this file `query` only needs its options.
  }
}

/** The last run of every pipeline of a project, newest first. */
export async function lastRuns(projectDirectory: string): Promise<LastRun[]> {
  const directory = join(projectDirectory, ".dlt", ".var");
  const runs: LastRun[] = [];
  try {
    for await (const entry of Deno.readDir(directory)) {
      const run = entry.isDirectory && (await readRun(join(directory, entry.name, FILE_NAME)));
      if (run) runs.push(run);
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return runs.sort((a, b) => (a.finishedAt < b.finishedAt ? 1 : -1));
}

async function readRun(path: string): Promise<LastRun | undefined> {
  try {
    const run = JSON.parse(await Deno.readTextFile(path));
    const names = [run.pipelineName, run.datasetName, run.destination, run.finishedAt];
    return names.every((name) => typeof name === "string") ? run : undefined;
  } catch {
    return undefined;
  }
}
