/**
 * The options that say whose data a command reads; without any, that of the pipeline that ran last here.
 * @module
 */
import { resolve } from "node:path";
import { type Command, Option } from "cli";
import { findDestination } from "../destinations/mod.ts";
import { Configuration } from "../pipeline/config.ts";
import { baseDataset } from "../pipeline/dev_mode.ts";
import { type Pipeline, pipeline } from "../pipeline/pipeline.ts";
import { builtInSources } from "../sources/mod.ts";
import { type LastRun, lastRuns } from "./last_run.ts";

/** What the options give. */
export interface PipelineFlags {
  readonly pipelineName?: string;
  readonly destination?: string;
  readonly datasetName?: string;
  readonly database?: string;
}

/** Adds the options. */
export function withPipelineFlags(command: Command): Command {
  return command
    .option("--pipeline-name <name>", "whose data (default: the pipeline that ran last here)")
    .option("-d, --destination <name>", "where the data is (default: where that pipeline loaded it)")
    .option("--dataset-name <name>", "which group of tables (default: that pipeline's)")
    .addOption(
      new Option("--database <file>", "an SQLite file, in place of a pipeline's").conflicts(["destination"]),
    );
}

/** The pipeline that the options name. */
export async function choosePipeline(flags: PipelineFlags): Promise<Pipeline> {
  if (flags.destination !== undefined) await findDestination(flags.destination);
  const configuration = await Configuration.load({ projectDirectory: Deno.cwd() });
  const last = await lastRunOf(configuration, flags.pipelineName);
  const isElsewhere = flags.database !== undefined;
  // The name of a dataset for one run says which file is meant.
  const lastDataset = isElsewhere && last.datasetName ? baseDataset(last.datasetName) : last.datasetName;
  return pipeline({
    configuration,
    pipelineName: flags.pipelineName ?? last.pipelineName,
    datasetName: flags.datasetName ?? lastDataset,
    destination: isElsewhere ? "sqlite" : flags.destination ?? last.destination,
    destinationParameters: isElsewhere
      ? { credentials: `sqlite:///${resolve(flags.database!)}` }
      : flags.destination === undefined
      ? last.destinationParameters
      : undefined,
  });
}

/** The run to go by; before any run, what a built-in source would use. */
async function lastRunOf(configuration: Configuration, pipelineName?: string): Promise<Partial<LastRun>> {
  const runs = await lastRuns(configuration);
  const run = pipelineName === undefined ? runs[0] : runs.find((each) => each.pipelineName === pipelineName);
  if (run) return run;
  for (const load of Object.values(builtInSources)) {
    const { definition } = await load();
    if (pipelineName === undefined || definition.pipelineName === pipelineName) {
      return { pipelineName: definition.pipelineName, datasetName: definition.datasetName };
    }
  }
  return {};
}
