/**
 * What is kept of pipelines on this machine: a directory for each, with packages that wait, those that were
 * set aside, and traces. All of it may vanish at any time; what counts is at the destination.
 * @module
 */
import { join } from "node:path";
import type { Configuration } from "./config.ts";
import { isDirectory } from "./files.ts";
import { isVoid, LoadPackage, type Manifest } from "./load_package.ts";
import { ConfigError, SluiceError } from "./errors.ts";

/** Where the packages of a pipeline are. */
export const PACKAGES = "packages";
/** Where damaged ones are put. */
export const SET_ASIDE = "set_aside";

/** The directory of a pipeline. */
export function pipelineDirectory({ folder }: Configuration, pipelineName: string): string {
  return join(folder, ".var", pipelineName);
}

/** Names of all pipelines that ran in a project, sorted. */
export async function pipelineNames({ folder }: Configuration): Promise<string[]> {
  const names: string[] = [];
  for (const name of await subfolders(join(folder, ".var"))) {
    // Other things are kept there as well, such as what the demo loads.
    const marks = [PACKAGES, SET_ASIDE, "traces"].map((mark) =>
      isDirectory(join(folder, ".var", name, mark))
    );
    if ((await Promise.all(marks)).includes(true)) names.push(name);
  }
  return names;
}

/** A load package on this machine. */
export interface LocalPackage {
  readonly loadId: string;
  readonly path: string;
  /** `unfinished`: its run was cut short while it read, and the next one goes on with it. */
  readonly status: "pending" | "unfinished" | "damaged" | "set-aside";
  /** Absent when it cannot be read. */
  readonly manifest?: Manifest;
  /** How many answers of the API an unfinished one holds. */
  readonly answers?: number;
}

/** The packages of a pipeline that are still on this machine, oldest first; those that were set aside come last. */
export async function localPackages(directory: string): Promise<LocalPackage[]> {
  const packages: LocalPackage[] = [];
  for (const loadId of await subfolders(join(directory, PACKAGES))) {
    const path = join(directory, PACKAGES, loadId);
    if (await isVoid(path)) continue;
    const { manifest, answers } = await contentOf(path);
    const status = manifest === undefined
      ? "damaged"
      : manifest.status === "extracted"
      ? "pending"
      : "unfinished";
    packages.push({ loadId, path, status, manifest, answers });
  }
  for (const loadId of await subfolders(join(directory, SET_ASIDE))) {
    const path = join(directory, SET_ASIDE, loadId);
    packages.push({ loadId, path, status: "set-aside", manifest: (await contentOf(path)).manifest });
  }
  return packages;
}

async function contentOf(path: string): Promise<Pick<LocalPackage, "manifest" | "answers">> {
  try {
    await using opened = await LoadPackage.open(path);
    const { manifest, answers } = opened;
    if (manifest.status !== "extracting") return { manifest };
    await answers.index();
    return { manifest, answers: answers.count };
  } catch (error) {
    if (error instanceof SluiceError) return {};
    throw error;
  }
}

/** The names of the folders in a folder, sorted; none where there is no such folder. */
export async function subfolders(path: string): Promise<string[]> {
  const names: string[] = [];
  try {
    for await (const entry of Deno.readDir(path)) if (entry.isDirectory) names.push(entry.name);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory)) throw error;
  }
  return names.sort();
}

/** A name that can be a folder. @throws {ConfigError} "invalid-name" */
export function checkedPipelineName(name: string): string {
  if (/^[\p{L}\p{N}_][\p{L}\p{N}_.-]*$/u.test(name)) return name;
  throw new ConfigError(`Cannot use "${name}" as a pipeline name: it becomes a folder`, {
    code: "invalid-name",
    next: "use letters, digits, points, dashes and underscores",
  });
}
