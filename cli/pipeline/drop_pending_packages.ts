/**
 * `pipeline <name> drop-pending-packages`: gives up what was extracted but not loaded.
 * @module
 */
import type { Command } from "cli";
import { removePackage } from "../../pipeline/load_package.ts";
import { takeLease } from "../../pipeline/lease.ts";
import { type LocalPackage, localPackages } from "../../pipeline/pipeline_directory.ts";
import { helpEnd } from "../help.ts";
import { note, print } from "../print.ts";
import { counted } from "../progress_state.ts";
import { confirmed, type ConfirmFlags } from "./confirm.ts";
import { findPipeline, type PipelineFlags } from "./open.ts";

interface DropPendingFlags extends PipelineFlags, ConfirmFlags {
  readonly setAside?: boolean;
}

/** Adds options and action. */
export function define(command: Command): void {
  command
    .option("--set-aside", "also those that were set aside as damaged")
    .option("--yes", "do not ask")
    .addHelpText(
      "after",
      `\nCursors have not moved for what waits: the next run reads it again.\n${
        helpEnd([
          "pipeline pets drop-pending-packages",
          "pipeline pets drop-pending-packages --set-aside --yes",
        ])
      }`,
    )
    .action(async (name: string, flags: DropPendingFlags) => {
      const { directory } = await findPipeline(name);
      const found = await waiting(directory, flags.setAside);
      if (found.length && !flags.json) note(packagesText(found));
      if (found.length && !await confirmed("Delete them?", flags)) return;
      const deleted = found.length ? await deletePackages(directory, { name, setAside: flags.setAside }) : [];
      print(
        flags.json
          ? JSON.stringify({ ok: true, pipeline: name, deleted: deleted.map(({ loadId }) => loadId) })
          : deleted.length
          ? `Deleted ${counted(deleted.length, "load package")}`
          : "No load package waits",
      );
    });
}

/** The packages as lines. */
export function packagesText(packages: readonly LocalPackage[]): string {
  return packages.map(({ loadId, status, path }) => `Load package ${loadId}, ${status}: ${path}`).join("\n");
}

/** Packages that a run has not loaded, with those that were set aside where these are meant too. */
export async function waiting(directory: string, setAside = false): Promise<LocalPackage[]> {
  return (await localPackages(directory)).filter(({ status }) => setAside || status !== "set-aside");
}

/** Deletes packages while no run is on. Returns what was deleted. */
export async function deletePackages(
  directory: string,
  { name, setAside }: { name: string; setAside?: boolean },
): Promise<LocalPackage[]> {
  using _lease = await takeLease(directory, name);
  // Read again: until the lease was ours, a run could load them.
  const packages = await waiting(directory, setAside);
  for (const { path } of packages) await removePackage(path);
  return packages;
}
