/**
 * `pipeline <name> schema`: the tables of the pipeline, as `sluice schema <name>` shows them.
 * @module
 */
import type { Command } from "cli";
import { helpEnd } from "../help.ts";
import { type ShowFlags, showSchema, withShowFlags } from "../schema.ts";
import { type DatasetFlags, findPipeline, withDatasetFlags } from "./open.ts";

/** Adds options and action. */
export function define(command: Command): void {
  withShowFlags(withDatasetFlags(command))
    .addHelpText("after", helpEnd(["pipeline pets schema", "pipeline pets schema --format dbml --no-system"]))
    .action(async (pipelineName: string, { schema, ...flags }: ShowFlags & DatasetFlags) => {
      await findPipeline(pipelineName, flags);
      await showSchema({ ...flags, pipelineName, schemaName: schema });
    });
}
