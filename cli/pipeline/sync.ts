/**
 * `pipeline <name> sync`: gives up what is left on this machine, and says what the destination knows. State and
 * schema live there only, so that there is nothing to copy.
 * @module
 */
import type { Command } from "cli";
import { stringifyJson } from "../../pipeline/json.ts";
import { helpEnd } from "../help.ts";
import { note, print } from "../print.ts";
import { counted } from "../progress_state.ts";
import { aligned } from "../columns.ts";
import { confirmed, type ConfirmFlags } from "./confirm.ts";
import { deletePackages, packagesText, waiting } from "./drop_pending_packages.ts";
import { cursorLines, storedFacts } from "./facts.ts";
import { type DatasetFlags, findPipeline, openDataset, withDatasetFlags } from "./open.ts";
import { section } from "./trace_text.ts";

type SyncFlags = DatasetFlags & ConfirmFlags;

/** Adds options and action. */
export function define(command: Command): void {
  withDatasetFlags(command)
    .option("--yes", "do not ask before deleting load packages")
    .addHelpText(
      "after",
      `\nTraces stay: they are history, not state.\n${
        helpEnd([
          "pipeline pets sync",
          "pipeline pets sync --destination sqlite --dataset-name pets_data --yes",
        ])
      }`,
    )
    .action(sync);
}

async function sync(name: string, flags: SyncFlags): Promise<void> {
  const known = await findPipeline(name, flags);
  // First what is stored: where that cannot be read, what is left here may be all there is.
  await using dataset = await openDataset(known, flags);
  const facts = storedFacts(dataset);
  const left = await waiting(known.directory, true);
  if (left.length && !flags.json) note(packagesText(left));
  if (left.length && !await confirmed("Delete them? What they hold is read again.", flags)) return;
  const deleted = left.length ? await deletePackages(known.directory, { name, setAside: true }) : [];
  if (flags.json) {
    const data = { ok: true, pipeline: name, deleted: deleted.map(({ loadId }) => loadId), ...facts };
    return print(stringifyJson(data));
  }
  const { schema, stateVersion, destination, dataset: datasetName, location, cursors } = facts;
  print([
    deleted.length
      ? `Deleted ${counted(deleted.length, "load package")} from this machine`
      : "Nothing was left on this machine",
    `Found in dataset ${datasetName} on ${destination}`,
    ...aligned([
      ["location", location],
      ["schema", schema ? `version ${schema.version}, ${counted(schema.tables, "table")}` : "none"],
      [
        "state",
        stateVersion === undefined ? "none: the next run reads everything" : `version ${stateVersion}`,
      ],
    ]),
    ...section("Cursors", cursorLines(cursors)),
  ].join("\n"));
}
