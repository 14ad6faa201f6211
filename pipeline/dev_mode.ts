/**
 * `dev_mode`: each run loads into a dataset of its own, so that nothing of earlier runs counts. Its name ends
 * with the second in which the run began, in UTC.
 * @module
 */
import { localPackages } from "./pipeline_directory.ts";

const SUFFIX_REGEXP = /_\d{14}$/;
const SECOND_MS = 1000;

let lastMs = 0;

/** A name that no earlier run had: neither one of this process nor that of the dataset `last`. */
export function devDataset(datasetName: string, last?: string): string {
  lastMs = Math.max(Date.now(), lastMs + SECOND_MS, last === undefined ? 0 : timeOf(last) + SECOND_MS);
  return `${datasetName}_${new Date(lastMs).toISOString().slice(0, 19).replace(/\D/g, "")}`;
}

/** What sets the dataset of one run apart, e.g. `_20260131235959`; empty for other datasets. */
export function devSuffix(datasetName: string): string {
  return SUFFIX_REGEXP.exec(datasetName)?.[0] ?? "";
}

/** The name of a dataset without what sets it apart. */
export function baseDataset(datasetName: string): string {
  return datasetName.replace(SUFFIX_REGEXP, "");
}

function timeOf(datasetName: string): number {
  const time = devSuffix(datasetName).slice(1).replace(/(....)(..)(..)(..)(..)(..)/, "$1-$2-$3T$4:$5:$6Z");
  return Date.parse(time) || 0;
}

/** Deletes packages that wait for the datasets of earlier runs: nobody loads into these again. */
export async function dropDevPackages(directory: string, datasetName: string): Promise<void> {
  for (const { path, manifest, status } of await localPackages(directory)) {
    const isOlder = manifest && manifest.datasetName !== datasetName &&
      devSuffix(manifest.datasetName) !== "";
    if (isOlder && status !== "set-aside") await Deno.remove(path, { recursive: true });
  }
}
