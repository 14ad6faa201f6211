/**
 * `sluice run <source>`: one run of a pipeline.
 * @module
 */
import { type Command, Option } from "cli";
import { findDestination } from "../destinations/mod.ts";
import type { Configuration } from "../pipeline/config.ts";
import { formatLoadInfo } from "../pipeline/load_info.ts";
import { pipeline } from "../pipeline/pipeline.ts";
import { REFRESH_MODES, type RefreshMode } from "../pipeline/refresh.ts";
import type { SchemaContract } from "../pipeline/schema_types.ts";
import { helpEnd, integerFrom, schemaContract } from "./help.ts";
import { interruptible } from "./interrupt.ts";
import { print } from "./print.ts";
import { openProgress, PROGRESS_KINDS, type ProgressKind } from "./progress.ts";
import { chooseSource, type SourceFlags, withSourceFlags } from "./source_flags.ts";

interface RunFlags extends SourceFlags {
  readonly destination: string;
  readonly pipelineName?: string;
  readonly datasetName?: string;
  readonly limit?: number;
  readonly fullRefresh?: boolean;
  readonly fresh?: boolean;
  readonly refresh?: RefreshMode;
  readonly devMode?: boolean;
  readonly schemaContract?: SchemaContract;
  readonly rejectedTable?: boolean | string;
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
    .addOption(new Option("--progress <how>", "how to show progress (default: auto)").choices(PROGRESS_KINDS))
    .option("--json", "print one JSON object instead of text")
    .addHelpText("after", helpEnd(EXAMPLES))
    .action((source: string, flags: RunFlags) => run(source, flags));
}

async function run(name: string, flags: RunFlags): Promise<void> {
  const destination = await findDestination(flags.destination);
  const { source, configuration } = await chooseSource(name, flags);
  const pipelineName = flags.pipelineName ?? source.definition.pipelineName ?? source.definition.name;
  const info = await interruptible(async (signal) => {
    using progress = await openProgress(flags.progress ?? configuredProgress(configuration));
    const { limit, fullRefresh, fresh, refresh, schemaContract, rejectedTable } = flags;
    return await pipeline({
      pipelineName,
      datasetName: flags.datasetName,
      destination,
      devMode: flags.devMode,
      configuration,
      emit: progress.emit,
    })
      .run(source, { limit, fullRefresh, fresh, refresh, schemaContract, rejectedTable, signal });
  });
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
