/**
 * `pipeline <name> drop [resources…]`: drops tables and state of resources, after saying what will go.
 * @module
 */
import type { Command } from "cli";
import { type DropPlan, dropResources, type DropSelection, planDrop } from "../../pipeline/drop.ts";
import { StateError } from "../../pipeline/errors.ts";
import { makeDirectory } from "../../pipeline/files.ts";
import { takeLease } from "../../pipeline/lease.ts";
import { localPackages } from "../../pipeline/pipeline_directory.ts";
import { helpEnd } from "../help.ts";
import { note, print } from "../print.ts";
import { counted } from "../progress_state.ts";
import { confirmed, type ConfirmFlags } from "./confirm.ts";
import {
  type DatasetFlags,
  findPipeline,
  type KnownPipeline,
  openDataset,
  withDatasetFlags,
} from "./open.ts";

interface DropFlags extends DatasetFlags, ConfirmFlags {
  readonly dropAll?: boolean;
  readonly statePaths?: string[];
  readonly stateOnly?: boolean;
}

const EXAMPLES = [
  "pipeline pets drop cats",
  'pipeline pets drop "re:^c" dogs --yes',
  "pipeline pets drop cats --state-only",
  "pipeline pets drop --state-paths last_token",
];

/** Adds arguments, options and action. */
export function define(command: Command): void {
  withDatasetFlags(command)
    .argument("[resources...]", 'names, or patterns such as "re:^group"')
    .option("--drop-all", "every resource")
    .option(
      "--state-paths <jsonpath>",
      "also forget what is at this path in the source's state; may be given again",
      (path: string, before: string[] = []) => [...before, path],
    )
    .option("--state-only", "keep the tables; only forget how far cursors came")
    .option("--yes", "do not ask")
    .addHelpText("after", `\nThe next run reads what was dropped from the start.\n${helpEnd(EXAMPLES)}`)
    .action(drop);
}

async function drop(name: string, resources: string[], flags: DropFlags): Promise<void> {
  const known = await findPipeline(name, flags);
  const selection: DropSelection = {
    resources,
    all: flags.dropAll,
    stateOnly: flags.stateOnly,
    statePaths: flags.statePaths,
  };
  const { plan, location } = await preview(known, selection, flags);
  const isNothing = !plan.tables.length && !plan.states.length && !plan.statePaths.length;
  if (!flags.json) {
    note(`${location}, pipeline ${name}`);
    note(isNothing ? "There is nothing to drop" : planLines(plan).join("\n"));
  }
  if (isNothing) return flags.json ? print(JSON.stringify({ ok: true, pipeline: name, ...plan })) : undefined;
  if (!await confirmed("Drop all of this?", flags)) return;
  await makeDirectory(known.directory);
  using _lease = await takeLease(known.directory, name);
  // What waits was read before, with cursors that would come back with it.
  await refusePending(known);
  await using dataset = await openDataset(known, flags, false);
  const done = await dropResources(dataset, { ...selection, resources: plan.resources, all: false });
  print(
    flags.json
      ? JSON.stringify({ ok: true, pipeline: name, ...done })
      : `Dropped ${counted(done.tables.length, "table")} and the state of ${
        counted(done.states.length, "resource")
      }${
        done.statePaths.length ? `, and ${counted(done.statePaths.length, "other place")} of the state` : ""
      }`,
  );
}

async function preview(
  known: KnownPipeline,
  selection: DropSelection,
  flags: DropFlags,
): Promise<{ plan: DropPlan; location: string }> {
  await refusePending(known);
  await using dataset = await openDataset(known, flags);
  return { plan: await planDrop(dataset, selection), location: dataset.session.location };
}

async function refusePending({ name, directory }: KnownPipeline): Promise<void> {
  const pending = (await localPackages(directory)).filter(({ status }) => status === "pending");
  if (!pending.length) return;
  throw new StateError(`Cannot drop: load package ${pending[0].loadId} waits to be loaded`, {
    code: "package-waits",
    at: { pipeline: name, file: pending[0].path },
    next: 'run the pipeline so that it is loaded, or give it up with "drop-pending-packages"',
  });
}

function planLines({ tables, states, statePaths }: DropPlan): string[] {
  return [
    ...(tables.length ? [`Tables, with all their rows: ${tables.join(", ")}`] : []),
    ...(states.length ? [`What is remembered of: ${states.join(", ")}`] : []),
    ...(statePaths.length ? [`What is remembered at: ${statePaths.join(", ")}`] : []),
  ];
}
