/**
 * `sluice query "SELECT …"`: one read-only statement on what a pipeline loaded.
 * @module
 */
import { resolve } from "node:path";
import { type Command, Option } from "cli";
import { findDestination } from "../destinations/mod.ts";
import { Configuration } from "../pipeline/config.ts";
import { type Pipeline, pipeline } from "../pipeline/pipeline.ts";
import { builtInSources } from "../sources/mod.ts";
import { formatRows, ROW_FORMATS, type RowFormat } from "./format_rows.ts";
import { helpEnd } from "./help.ts";
import { type LastRun, lastRuns } from "./last_run.ts";
import { note } from "./print.ts";
import { counted } from "./progress_state.ts";

interface QueryFlags {
  readonly pipelineName?: string;
  readonly destination?: string;
  readonly datasetName?: string;
  readonly database?: string;
  readonly format: RowFormat;
}

const EXAMPLES = [
  'query "SELECT status, count(*) FROM users GROUP BY status"',
  'query --format csv "SELECT id, profile__email FROM users" > users.csv',
  'query --database okta.sqlite "SELECT name FROM sqlite_master"',
];

/** Adds arguments, options and action. */
export function define(command: Command): void {
  command
    .argument("<sql>", "one statement that reads")
    .option("--pipeline-name <name>", "whose data (default: the pipeline that ran last here)")
    .option("-d, --destination <name>", "where the data is (default: where that pipeline loaded it)")
    .option("--dataset-name <name>", "which group of tables (default: that pipeline's)")
    .addOption(
      new Option("--database <file>", "an SQLite file, in place of a pipeline's").conflicts(["destination"]),
    )
    .addOption(new Option("--format <format>", "how to print rows").choices(ROW_FORMATS).default("table"))
    .addHelpText(
      "after",
      `\nThe table shortens cells over 80 characters; json and csv do not.\n${helpEnd(EXAMPLES)}`,
    )
    .action(async (sql: string, flags: QueryFlags) => {
      const result = await (await target(flags)).query(sql);
      // Not through `print`: rows are data, and removing what happens to look like a secret would falsify them.
      console.log(formatRows(result, flags.format));
      note(`${counted(result.rows.length, "row")} from ${result.location}`);
    });
}

async function target(flags: QueryFlags): Promise<Pipeline> {
  if (flags.destination !== undefined) await findDestination(flags.destination);
  const configuration = await Configuration.load({ projectDirectory: Deno.cwd() });
  const last = await lastRunOf(configuration, flags.pipelineName);
  const isElsewhere = flags.database !== undefined;
  return pipeline({
    configuration,
    pipelineName: flags.pipelineName ?? last.pipelineName,
    datasetName: flags.datasetName ?? last.datasetName,
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
