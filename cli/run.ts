/**
 * `sluice run <source>`: one run of a pipeline.
 * @module
 */
import { type Command, Option } from "cli";
import { findDestination } from "../destinations/mod.ts";
import type { Configuration } from "../pipeline/config.ts";
import { formatLoadInfo } from "../pipeline/load_info.ts";
import type { RunRules } from "../pipeline/load_rules.ts";
import { pipeline, type RunOptions } from "../pipeline/pipeline.ts";
import { REFRESH_MODES } from "../pipeline/refresh.ts";
import { helpEnd, integerFrom, schemaContract } from "./help.ts";
import { interruptible } from "./interrupt.ts";
import { print } from "./print.ts";
import { openProgress, PROGRESS_KINDS, type ProgressKind } from "./progress.ts";
import { RunReport } from "./run_report.ts";
import { chooseSource, type SourceFlags, withSourceFlags } from "./source_flags.ts";
import { masking } from "./workflow/masking.ts";

interface RunFlags
  extends SourceFlags, Pick<RunOptions, "limit" | "fullRefresh" | "fresh" | "refresh" | keyof RunRules> {
  readonly destination: string;
  readonly pipelineName?: string;
  readonly datasetName?: string;
  readonly devMode?: boolean;
  readonly wait?: number | true;
  readonly progress?: ProgressKind;
  readonly json?: boolean;
}

const EXAMPLES = [
  "run okta",
  "run okta --resources users,groups --destination ndjson",
  "run okta --limit 2 --progress plain",
  "run okta --json --progress off > result.json",
  "run okta --resources users --refresh drop_data",
  "run okta --schema-contract columns=discard_value --rejected-table",
  "run ./pets.ts --param base_url=https://pets.example/v1 --var runtime.progress=plain",
];

/** Adds arguments, options and action. */
export function define(command: Command): void {
  withSourceFlags(command)
    .option("-d, --destination <name>", "where to load: sqlite, or filesystem (ndjson)", "sqlite")
    .option("--pipeline-name <name>", "name that state is kept under (default: the source's own)")
    .option("--dataset-name <name>", "name of the group of tables (default: the source's own)")
    .option("--limit <pages>", "read at most this many pages of each resource", integerFrom(1))
    .option(
      "--full-refresh",
      "forget how far earlier runs came, and read everything again; only merged tables keep other rows",
    )
    .option("--fresh", "do not go on where a run that was cut short stopped")
    .addOption(
      new Option("--refresh <mode>", "what goes before new rows come, in the same step").choices(
        REFRESH_MODES,
      ),
    )
    .option("--dev-mode", "load into a dataset of its own, named by the time")
    .option(
      "--schema-contract <contract>",
      "what may be added to the schema, e.g. freeze, or columns=discard_value",
      schemaContract,
    )
    .option("--rejected-table [name]", "keep what contracts keep out in a table (default: rejected_rows)")
    .option(
      "--wait [seconds]",
      "wait while another run of the pipeline is on (default: as long as it takes)",
      integerFrom(0),
    )
    .addOption(new Option("--progress <how>", "how to show progress (default: auto)").choices(PROGRESS_KINDS))
    .option("--json", "print one JSON object instead of text")
    .addHelpText("after", helpEnd(EXAMPLES))
    .action((source: string, flags: RunFlags) => run(source, flags));
}

async function run(name: string, flags: RunFlags): Promise<void> {
  const destination = await findDestination(flags.destination);
  const { source, configuration } = await chooseSource(name, flags);
  const pipelineName = flags.pipelineName ?? source.definition.pipelineName ?? source.definition.name;
  const names = { pipelineName, source: source.definition.name, destination: destination.name };
  const report = await RunReport.open(configuration, names);
  const info = await interruptible(async (signal) => {
    using progress = await openProgress(flags.progress ?? configuredProgress(configuration));
    const { limit, fullRefresh, fresh, refresh, schemaContract, rejectedTable, wait } = flags;
    const waitSeconds = wait === true ? Infinity : wait;
    return await pipeline({
      pipelineName,
      datasetName: flags.datasetName,
      destination,
      devMode: flags.devMode,
      configuration: masking(configuration),
      emit: (event) => {
        progress.emit(event);
        report.take(event);
      },
    })
      .run(source, {
        ...{ limit, fullRefresh, fresh, refresh, schemaContract, rejectedTable, waitSeconds, signal },
      });
  }).finally(() => report.finish());
  print(flags.json ? JSON.stringify({ ok: true, ...info }) : formatLoadInfo(info));
}

function configuredProgress(configuration: Configuration): ProgressKind {
  const spec = {
    type: "text",
    help: "How to show progress.",
    oneOf: PROGRESS_KINDS,
    default: "auto",
  } as const;
  return configuration.value("progress", spec, { sections: [["runtime"]] }) as ProgressKind;
}
