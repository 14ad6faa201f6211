/**
 * The load packages of a run: those that earlier ones left, which are loaded first, and its own.
 * @module
 */
import { join } from "node:path";
import { resourceGraph } from "../extract/graph.ts";
import type { Source } from "../extract/definition/source.ts";
import type { ResolvedSource } from "../extract/definition/validate.ts";
import type { Destination, Session } from "./destination.ts";
import { LoadError, NormalizeError, type SluiceError, StateError } from "./errors.ts";
import { extractInto, schemaNameOf } from "./extraction.ts";
import { disk } from "./file_layer.ts";
import { makeDirectory } from "./files.ts";
import { isJsonObject } from "./json.ts";
import type { Journal } from "./load_info.ts";
import type { LoadRules } from "./load_rules.ts";
import { type LoadedPackage, loadPackage } from "./load.ts";
import { isVoid, LoadPackage, type Manifest, newLoadId, removePackage } from "./load_package.ts";
import type { Loader } from "./loader.ts";
import { PACKAGES, SET_ASIDE, subfolders } from "./pipeline_directory.ts";
import type { RunOptions } from "./pipeline.ts";
import type { RunSettings } from "./run_settings.ts";
import type { SchemaFiles } from "./schema_files.ts";
import { sourceHash } from "./state.ts";
import { dispositionOf } from "./table_hints.ts";
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
  /** Folders of packages that are published. They go when what was finished with them is written down elsewhere. */
  readonly published: readonly string[];
  readonly unfinished?: LoadPackage;
  /** Resources that the earlier run read and this one would only append once more. */
  readonly finished: ReadonlySet<string>;
}

/**
 * Loads what an earlier run extracted but did not come to publish, and finds the newest extraction that this run
 * can go on with; others are dropped.
 */
export async function loadPending(work: Work, directory: string): Promise<Pending> {
  const loaded: LoadedPackage[] = [];
  const published: string[] = [];
  const finished = new Set<string>();
  let unfinished: LoadPackage | undefined;
  for (const name of await subfolders(join(directory, PACKAGES))) {
    const path = join(directory, PACKAGES, name);
    if (await isVoid(path)) {
      await removePackage(path);
      continue;
    }
    try {
      const pkg = await LoadPackage.open(path);
      if (pkg.manifest.status === "extracting") {
        if (!isFor(pkg.manifest, work)) continue;
        await unfinished?.remove();
        unfinished = pkg;
        continue;
      }
      if (!isDestinedFor(work, pkg)) continue;
      const package_ = await loadOnePending(work, pkg);
      if (package_) loaded.push(package_);
      published.push(path);
      for (const resource of onlyAppended(pkg.manifest, work)) finished.add(resource);
    } catch (error) {
      if (error instanceof NormalizeError && error.code === "schema-contract") {
        await dropRefused(work, directory, { name, error });
      } else if (isUnusable(error)) await setAside(work, directory, { name, error });
      else throw error;
    }
  }
  const resumed = unfinished && await usable(unfinished, work);
  for (const resource of resumed?.manifest.without ?? []) finished.add(resource);
  return { loaded, published, finished, unfinished: resumed };
}

/**
 * The resources of a package of a run that was cut short, of which nothing is remembered and whose rows are
 * appended: to read them now, in the run that finishes it, would append the same rows twice.
 */
function onlyAppended(manifest: Manifest, work: Work): string[] {
  if (!isGoneOnWith(manifest, work) || !isFor(manifest, work)) return [];
  const sources = manifest.state?.sources;
  const source = isJsonObject(sources) ? sources[manifest.schemaName] : undefined;
  const states = isJsonObject(source) && isJsonObject(source.resources) ? source.resources : {};
  return Object.entries(manifest.resources)
    .filter(([, { hints }]) => dispositionOf(hints).disposition === "append")
    .map(([name]) => name)
    .filter((name) => Object.keys(states[name] ?? {}).length === 0);
}

/** Whether this run goes on with an earlier one, and does not start over. */
function isGoneOnWith({ createdAt }: Manifest, { options, settings: { resumeMaxAge } }: Work): boolean {
  const seconds = (Date.now() - Date.parse(createdAt)) / 1000;
  return !options.fresh && !options.fullRefresh && seconds >= 0 && seconds <= resumeMaxAge;
}

/** Whether an extraction was for the same source and dataset. */
function isFor(manifest: Manifest, work: Work): boolean {
  return manifest.datasetName === work.datasetName && manifest.destination === work.destination.name &&
    manifest.schemaName === schemaNameOf(work);
}

/** The extraction that is gone on with, or undefined where there is nothing in it, or nothing that counts. */
async function usable(pkg: LoadPackage, work: Work): Promise<LoadPackage | undefined> {
  const { journal, settings, session, pipelineName } = work;
  const stored = await session.stored(pipelineName, pkg.manifest.schemaName);
  // What was answered by then may be older than what the dataset has got since, from another machine.
  if (
    isGoneOnWith(pkg.manifest, work) &&
    pkg.manifest.base === sourceHash(stored.state, pkg.manifest.schemaName)
  ) {
    const resumed = await pkg.resume(newLoadId(), settings.refresh);
    const { count } = resumed.answers;
    if (count) journal.emit({ type: "resumed", answers: count, since: pkg.manifest.createdAt });
    if (resumed.isWorthKeeping) return resumed;
    pkg = resumed;
  }
  await pkg.remove();
  return undefined;
}

function isDestinedFor(work: Work, { manifest: { loadId, datasetName, destination } }: LoadPackage): boolean {
  if (datasetName === work.datasetName && destination === work.destination.name) return true;
  const message = `package ${loadId} waits for dataset ${datasetName} on ${destination} and was left there`;
  work.journal.emit({ type: "warning", code: "package-pending", message });
  return false;
}

async function loadOnePending(work: Work, pkg: LoadPackage): Promise<LoadedPackage | undefined> {
  const { loadId } = pkg.manifest;
  await using _open = pkg;
  if (await work.session.hasLoad(loadId)) return undefined;
  work.recorder.extracted(loadId);
  return await publishPackage(work, pkg);
}

/** Whether it is the package that makes it fail: it is damaged, or holds what cannot become rows. */
function isUnusable(error: unknown): error is SluiceError {
  return error instanceof NormalizeError || (error instanceof LoadError && error.isAboutData) ||
    (error instanceof StateError && /^package-(corrupt|outdated)$/.test(error.code));
}

/** Such a package must not block the pipeline: the state has not moved, so its data is read again. */
async function setAside(
  work: Work,
  directory: string,
  { name, error }: { name: string; error: SluiceError },
): Promise<void> {
  const aside = join(directory, SET_ASIDE, name);
  await makeDirectory(join(directory, SET_ASIDE));
  await disk.rename(join(directory, PACKAGES, name), aside);
  const message = `${error.message}; it was set aside in ${aside}, and what it held is read again`;
  work.journal.emit({ type: "warning", code: "package-set-aside", message });
}

/** One that a contract still refuses must not block it either: the next one may hold what was put right since. */
async function dropRefused(
  work: Work,
  directory: string,
  { name, error }: { name: string; error: NormalizeError },
): Promise<void> {
  await removePackage(join(directory, PACKAGES, name));
  const message = `${error.message}; package ${name} was dropped, and what it held is read again`;
  work.journal.emit({ type: "warning", code: "package-dropped", message });
}

/**
 * Extracts into a package, the one to go on with or a new one, and publishes it. Undefined where the earlier run
 * has read all there is to read.
 */
export async function runPackage(
  work: Work,
  directory: string,
  pending: Pending,
): Promise<LoadedPackage | undefined> {
  const { unfinished } = pending;
  try {
    return await extractAndPublish(work, directory, pending);
  } catch (error) {
    // What was kept of an earlier run may be what cannot be loaded: the API may answer otherwise by now.
    if (unfinished?.manifest.status !== "extracted" || !isUnusable(error)) throw error;
    await setAside(work, directory, { name: unfinished.manifest.loadId, error });
    return await extractAndPublish(work, directory, { ...pending, unfinished: undefined, published: [] });
  }
}

async function extractAndPublish(
  work: Work,
  directory: string,
  { unfinished, finished, published }: Pending,
): Promise<LoadedPackage | undefined> {
  const { pipelineName, datasetName, source, journal, destination, session, settings: { refresh } } = work;
  const resources = selection(work, finished);
  const clear = async () => {
    for (const path of published) await removePackage(path);
  };
  if (!resources.length && finished.size) return void await clear();
  const schemaName = schemaNameOf(work);
  const stored = await session.stored(pipelineName, schemaName);
  const base = sourceHash(stored.state, schemaName);
  const { maxTableNesting } = source.definition;
  const names = { pipelineName, datasetName, destination: destination.name, schemaName };
  const head = { loadId: newLoadId(), ...names, base, without: [...finished], refresh, maxTableNesting };
  await using pkg = unfinished ?? await LoadPackage.create(join(directory, PACKAGES), head);
  await clear();
  const since = unfinished?.answers.count ? Date.parse(unfinished.manifest.createdAt) : undefined;
  const secondsOf = (loader: Loader) => loader.seconds().normalize + loader.seconds().load;
  await using loader = await journal.step(
    "extract",
    () => extractInto(work, pkg, { stored, resources, since }),
    secondsOf,
  );
  work.recorder.extracted(pkg.manifest.loadId);
  const loaded = await publish(work, () => loadOnto(work, pkg, loader));
  await pkg.remove();
  return loaded;
}

/** The resources that are read: those that were asked for, without those that the earlier run has finished. */
function selection({ resolved, options, source, journal }: Work, finished: ReadonlySet<string>): string[] {
  const wanted = resourceGraph(resolved.resources, options.resources ?? source.resources)
    .filter(({ loads }) => loads).map(({ name }) => name);
  for (const resource of wanted.filter((name) => finished.has(name))) {
    const message =
      "was read by the run that was cut short, and is not read again: its rows would come twice";
    journal.emit({ type: "warning", code: "already-read", resource, message });
  }
  return wanted.filter((name) => !finished.has(name));
}

/** Loads a package that an earlier run left. */
function publishPackage(work: Work, pkg: LoadPackage): Promise<LoadedPackage> {
  return publish(work, () => loadOnto(work, pkg));
}

const MOST_TRIES = 5;

/** Publishes what is prepared, or prepares it anew where another load came first. */
async function loadOnto(work: Work, pkg: LoadPackage, prepared?: Loader): Promise<LoadedPackage> {
  const { session, destination, signal, journal: { emit }, schemaFiles: { amend } } = work;
  const rules = pkg.manifest.schemaName === schemaNameOf(work) ? work.rules : undefined;
  let loader = prepared;
  for (let tries = 1;; tries++) {
    try {
      return loader
        ? await loader.finish(pkg)
        : await loadPackage(pkg, { session, destination, signal, emit, amend, rules });
    } catch (error) {
      const isOvertaken = error instanceof LoadError && error.code === "dataset-changed";
      if (!isOvertaken || tries === MOST_TRIES) throw error;
      await loader?.[Symbol.asyncDispose]();
      loader = undefined;
    }
  }
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
