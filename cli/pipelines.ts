/**
 * `sluice pipelines`: the pipelines that ran in this project.
 * @module
 */
import type { Command } from "cli";
import { Configuration } from "../pipeline/config.ts";
import { localPackages, pipelineDirectory, pipelineNames } from "../pipeline/pipeline_directory.ts";
import { newestTrace } from "../pipeline/traces.ts";
import { helpEnd } from "./help.ts";
import { print } from "./print.ts";
import { counted } from "./progress_state.ts";
import { aligned } from "./columns.ts";

/** Adds options and action. */
export function define(command: Command): void {
  command
    .option("--json", "print one JSON object instead of text")
    .addHelpText("after", helpEnd(["pipelines", "pipelines --json"]))
    .action(async ({ json }: { json?: boolean }) => {
      const configuration = await Configuration.load({ projectDirectory: Deno.cwd() });
      const pipelines = await Promise.all(
        (await pipelineNames(configuration)).map((name) => describe(name, configuration)),
      );
      if (json) return print(JSON.stringify({ ok: true, pipelines }));
      print(
        pipelines.length
          ? aligned(pipelines.map(cells), { indent: "" }).join("\n")
          : "No pipeline ran here yet",
      );
    });
}

interface PipelineLine {
  readonly pipeline: string;
  readonly lastRun?: string;
  readonly status?: string;
  readonly source?: string;
  readonly destination?: string;
  readonly dataset?: string;
  readonly pendingPackages: number;
}

async function describe(name: string, configuration: Configuration): Promise<PipelineLine> {
  const directory = pipelineDirectory(configuration, name);
  const trace = await newestTrace(directory);
  const packages = await localPackages(directory);
  return {
    pipeline: name,
    lastRun: trace?.finishedAt,
    status: trace?.status,
    source: trace?.source,
    destination: trace?.destination,
    dataset: trace?.datasetName,
    pendingPackages: packages.filter(({ status }) => status === "pending").length,
  };
}

function cells(line: PipelineLine): string[] {
  const { pipeline, lastRun, status, destination, dataset, pendingPackages } = line;
  return [
    pipeline,
    lastRun ? `${status} ${lastRun}` : "no run is remembered",
    destination ? `${destination}, ${dataset}` : "",
    pendingPackages ? `${counted(pendingPackages, "load package")} waiting` : "",
  ];
}
