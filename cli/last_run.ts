/**
 * Where the last run of each pipeline put its data, so that other commands need no options afterwards.
 * @module
 */
import type { Configuration } from "../pipeline/config.ts";
import { pipelineDirectory, pipelineNames } from "../pipeline/pipeline_directory.ts";
import type { Trace } from "../pipeline/trace.ts";
import { newestTrace } from "../pipeline/traces.ts";

/** Where a pipeline's data went. */
export interface LastRun {
  readonly pipelineName: string;
  readonly datasetName: string;
  readonly destination: string;
  /** What a script said about the destination, which no file of the project says. */
  readonly destinationParameters: Readonly<Record<string, unknown>>;
  readonly finishedAt: string;
}

/** The last run that completed of every pipeline of a project, newest first. */
export async function lastRuns(configuration: Configuration): Promise<LastRun[]> {
  const runs: LastRun[] = [];
  for (const name of await pipelineNames(configuration)) {
    const trace = await newestTrace(pipelineDirectory(configuration, name), "completed");
    if (trace) runs.push(lastRunOf(trace));
  }
  return runs.sort((a, b) => (a.finishedAt < b.finishedAt ? 1 : -1));
}

/** What a trace says about where the data is. */
export function lastRunOf(trace: Trace): LastRun {
  const { pipelineName, datasetName, destination, finishedAt, configuration } = trace;
  const given = configuration.filter(({ owner, from, value }) =>
    owner === `destination ${destination}` && from === "argument" && !JSON.stringify(value).includes("***")
  );
  return {
    pipelineName,
    datasetName,
    destination,
    finishedAt,
    destinationParameters: Object.fromEntries(given.map(({ name, value }) => [name, value])),
  };
}
