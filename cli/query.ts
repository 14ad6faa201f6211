/**
 * `sluice query "SELECT …"`: one read-only statement on what a pipeline loaded.
 * @module
 */
import { type Command, Option } from "cli";
import { choosePipeline, type PipelineFlags, withPipelineFlags } from "./choose_pipeline.ts";
import { formatRows, ROW_FORMATS, type RowFormat } from "./format_rows.ts";
import { helpEnd } from "./help.ts";
import { note } from "./print.ts";
import { counted } from "./progress_state.ts";

interface QueryFlags extends PipelineFlags {
  readonly format: RowFormat;
}

const EXAMPLES = [
  'query "SELECT status, count(*) FROM users GROUP BY status"',
  'query --format csv "SELECT id, profile__email FROM users" > users.csv',
  'query --database okta.sqlite "SELECT name FROM sqlite_master"',
];

/** Adds arguments, options and action. */
export function define(command: Command): void {
  withPipelineFlags(command)
    .argument("<sql>", "one statement that reads")
    .addOption(new Option("--format <format>", "how to print rows").choices(ROW_FORMATS).default("table"))
    .addHelpText(
      "after",
      `\nThe table shortens cells over 80 characters; json and csv do not.\n${helpEnd(EXAMPLES)}`,
    )
    .action(async (sql: string, flags: QueryFlags) => {
      const result = await (await choosePipeline(flags)).query(sql);
      // Not through `print`: rows are data, and removing what happens to look like a secret would falsify them.
      console.log(formatRows(result, flags.format));
      note(`${counted(result.rows.length, "row")} from ${result.location}`);
    });
}
