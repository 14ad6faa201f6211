/**
 * The load packages of a run: those that earlier ones left, which are loaded first, and its own.
 * @module
 */
import { join } from "node:path";
import type { Source } from "../extract/definition/source.ts";
import type { ResolvedSource } from "../extract/definition/validate.ts";
import type { Destination, Session } from "./destination.ts";
import { LoadError, NormalizeError, type SluiceError, StateError } from "./errors.ts";
import { extractInto, schemaNameOf } from "./extraction.ts";
import { makeDirectory } from "./files.ts";
import type { Journal } from "./load_info.ts";
import type { LoadRules } from "./load_rules.ts";
import { type LoadedPackage, loadPackage } from "./load.ts";
import type { Loader } from "./loader.ts";
import { LoadPackage, newLoadId } from "./load_package.ts";
import { PACKAGES, SET_ASIDE, subfolders } from "./pipeline_directory.ts";
import type { RunOptions } from "./pipeline.ts";
import type { RunSettings } from "./run_settings.ts";
import type { SchemaFiles } from "./schema_files.ts";
import type { TraceRecorder } from "./trace.ts";

/** Everything one run needs, once it is settled. */
export interface Work {
  readonly pipelineName: string;
  readonly datasetName: string;
  readonly source: Source;
  readonly resolved: ResolvedSource;
  readonly options: RunOptions;
  readonly settings: RunSettings;
  readonly signal: AbortSignal;
  readonly journal: Journal;
  readonly recorder: TraceRecorder;
  readonly destination: Destination;
  readonly session: Session;
  readonly schemaFiles: SchemaFiles;
  /** What the run says of all tables. */
  readonly rules: LoadRules;
}

/** What earlier runs left: what they extracted is loaded now, what they did not finish may be gone on with. */
export interface Pending {
  readonly loaded: readonly LoadedPackage[];
  readonly unfinished?: LoadPackage;
}

/**
 * Loads what an earlier run extracted but did not come to publish, and finds the newest extraction that this run
 * can go on with; others are dropped.
 */
export async function loadPending(work: Work, directory: string): Promise<Pending> {
  const loaded: LoadedPackage[] = [];
  let unfinished: LoadPackage | undefined;
  for (const name of await subfolders(join(directory, PACKAGES))) {
    try {
      const pkg = await LoadPackage.open(join(directory, PACKAGES, name));
      if (pkg.manifest.status === "extracting") {
        if (!isFor(pkg, work)) continue;
        await unfinished?.remove();
        unfinished = pkg;
        continue;
      }
      const package_ = await loadOnePending(work, pkg);
      if (package_) loaded.push(package_);
    } catch (error) {
      if (error instanceof NormalizeError && error.code === "schema-contract") {
        await dropRefused(work, directory, { name, error });
      } else if (isUnusable(error)) await setAside(work, directory, { name, error });
      else throw error;
    }
  }
  return { loaded, unfinished: unfinished && await usable(unfinished, work) };
}

/** Whether an extraction was for the same source and dataset. */
function isFor({ manifest }: LoadPackage, work: Work): boolean {
  return manifest.datasetName === work.datasetName && manifest.destination === work.destination.name &&
    manifest.schemaName === schemaNameOf(work);
}

/** The extraction that is gone on with, or undefined where there is nothing in it, or nothing that counts. */
async function usable(
  pkg: LoadPackage,
  { options, journal, settings }: Work,
): Promise<LoadPackage | undefined> {
  const seconds = (Date.now() - Date.parse(pkg.manifest.createdAt)) / 1000;
  const isTooOld = !(seconds >= 0 && seconds <= settings.resumeMaxAge);
  if (!options.fresh && !options.fullRefresh && !isTooOld) {
    const resumed = await pkg.resume(newLoadId(), settings.refresh);
    const { count } = resumed.answers;
    if (count) {
      const since = pkg.manifest.createdAt;
      journal.emit({ type: "resumed", answers: count, since });
      return resumed;
    }
    pkg = resumed;
  }
  await pkg.remove();
  return undefined;
}

async function loadOnePending(work: Work, pkg: LoadPackage): Promise<LoadedPackage | undefined> {
  const { loadId, datasetName, destination } = pkg.manifest;
  if (datasetName !== work.datasetName || destination !== work.destination.name) {
    const message = `package ${loadId} waits for dataset ${datasetName} on ${destination} and was left there`;
    work.journal.emit({ type: "warning", code: "package-pending", message });
    return undefined;
  }
  await using _open = pkg;
  const isDue = !await work.session.hasLoad(loadId);
  if (isDue) work.recorder.extracted(loadId);
  const loaded = isDue ? await publishPackage(work, pkg) : undefined;
  await pkg.remove();
  return loaded;
}

/** Whether it is the package that makes it fail: it is damaged, or holds what cannot become rows. */
function isUnusable(error: unknown): error is SluiceError {
  return error instanceof NormalizeError || (error instanceof LoadError && error.code === "constraint") ||
    (error instanceof StateError && error.code === "package-corrupt");
}

/** Such a package must not block the pipeline: the state has not moved, so its data is read again. */
async function setAside(
  work: Work,
  directory: string,
  { name, error }: { name: string; error: SluiceError },
): Promise<void> {
  const aside = join(directory, SET_ASIDE, name);
  await makeDirectory(join(directory, SET_ASIDE));
  await Deno.rename(join(directory, PACKAGES, name), aside);
  const message = `${error.message}; it was set aside in ${aside}, and what it held is read again`;
  work.journal.emit({ type: "warning", code: "package-set-aside", message });
}

/** One that a contract still refuses must not block it either: the next one may hold what was put right since. */
async function dropRefused(
  work: Work,
  directory: string,
  { name, error }: { name: string; error: NormalizeError },
): Promise<void> {
  await Deno.remove(join(directory, PACKAGES, name), { recursive: true });
  const message = `${error.message}; package ${name} was dropped, and what it held is read again`;
  work.journal.emit({ type: "warning", code: "package-dropped", message });
}

/** Extracts into a package, the one to go on with or a new one, and publishes it. */
export async function runPackage(
  work: Work,
  directory: string,
  unfinished: LoadPackage | undefined,
): Promise<LoadedPackage> {
  try {
    return await extractAndPublish(work, directory, unfinished);
  } catch (error) {
    // What was kept of an earlier run may be what cannot be loaded: the API may answer otherwise by now.
    if (unfinished?.manifest.status !== "extracted" || !isUnusable(error)) throw error;
    await setAside(work, directory, { name: unfinished.manifest.loadId, error });
    return await extractAndPublish(work, directory, undefined);
  }
}

async function extractAndPublish(
  work: Work,
  directory: string,
  unfinished: LoadPackage | undefined,
): Promise<LoadedPackage> {
  const { pipelineName, datasetName, source, journal, destination, settings: { refresh } } = work;
  const header = { pipelineName, datasetName, destination: destination.name, schemaName: schemaNameOf(work) };
  const { maxTableNesting } = source.definition;
  const head = { loadId: newLoadId(), ...header, refresh, maxTableNesting };
  await using pkg = unfinished ?? await LoadPackage.create(join(directory, PACKAGES), head);
  const secondsOf = (loader: Loader) => loader.seconds().normalize + loader.seconds().load;
  await using loader = await journal.step(
    "extract",
    () => extractInto(work, pkg, unfinished !== undefined),
    secondsOf,
  );
  work.recorder.extracted(pkg.manifest.loadId);
  const loaded = await publish(work, () => loader.finish(pkg));
  await pkg.remove();
  return loaded;
}

/** Loads a package that an earlier run left. */
function publishPackage(work: Work, pkg: LoadPackage): Promise<LoadedPackage> {
  const { session, destination, signal, journal: { emit }, schemaFiles: { amend } } = work;
  const rules = pkg.manifest.schemaName === schemaNameOf(work) ? work.rules : undefined;
  return publish(work, () => loadPackage(pkg, { session, destination, signal, emit, amend, rules }));
}

async function publish(
  { journal, recorder }: Work,
  load: () => Promise<LoadedPackage>,
): Promise<LoadedPackage> {
  journal.emit({ type: "step", step: "normalize", state: "started" });
  journal.emit({ type: "step", step: "load", state: "started" });
  const loaded = await load();
  recorder.loaded(loaded);
  journal.seconds.normalize += loaded.seconds.normalize;
  journal.seconds.load += loaded.seconds.load;
  journal.emit({ type: "step", step: "normalize", state: "finished", seconds: loaded.seconds.normalize });
  journal.emit({ type: "step", step: "load", state: "finished", seconds: loaded.seconds.load });
  return loaded;
}
