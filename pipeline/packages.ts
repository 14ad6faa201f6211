/**
 * The load packages of a run: those that earlier ones left, which are loaded first, and its own.
 * @module
 */
import { join } from "node:path";
import { extract } from "../extract/mod.ts";
import type { Source } from "../extract/definition/source.ts";
import type { ResolvedSource } from "../extract/definition/validate.ts";
import type { Destination, Session, Stored } from "./destination.ts";
import type { AnswerFile } from "./answer_file.ts";
import { ExtractError, InterruptedError, LoadError, SluiceError, StateError } from "./errors.ts";
import type { Emit } from "./events.ts";
import { resourceGraph } from "../extract/graph.ts";
import { disk } from "./file_layer.ts";
import { makeDirectory } from "./files.ts";
import { isJsonObject } from "./json.ts";
import type { Journal } from "./load_info.ts";
import { type LoadedPackage, loadPackage } from "./load.ts";
import { isVoid, LoadPackage, type Manifest, newLoadId, removePackage } from "./load_package.ts";
import { Naming } from "./naming.ts";
import { PACKAGES, SET_ASIDE, subfolders } from "./pipeline_directory.ts";
import type { RunOptions } from "./pipeline.ts";
import type { SchemaFiles } from "./schema_files.ts";
import { readState, sourceHash } from "./state.ts";
import { dispositionOf } from "./table_hints.ts";
import type { TraceRecorder } from "./trace.ts";

/** Everything one run needs, once it is settled. */
export interface Work {
  readonly pipelineName: string;
  readonly datasetName: string;
  readonly source: Source;
  readonly resolved: ResolvedSource;
  readonly options: RunOptions;
  readonly signal: AbortSignal;
  readonly journal: Journal;
  readonly recorder: TraceRecorder;
  readonly destination: Destination;
  readonly session: Session;
  readonly schemaFiles: SchemaFiles;
  /** Seconds after which an extraction that was cut short is started over. */
  readonly resumeMaxAge: number;
}

/** What earlier runs left: what they extracted is loaded now, what they did not finish may be gone on with. */
export interface Pending {
  readonly loaded: readonly LoadedPackage[];
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
      const package_ = await loadOnePending(work, pkg);
      if (package_) loaded.push(package_);
      for (const resource of onlyAppended(pkg.manifest, work)) finished.add(resource);
    } catch (error) {
      if (!(error instanceof StateError) || !UNUSABLE.has(error.code)) throw error;
      await setAside(work, directory, { name, error });
    }
  }
  return { loaded, finished, unfinished: unfinished && await usable(unfinished, work) };
}

/** What is wrong with a package that must not be loaded, now or ever. */
const UNUSABLE: ReadonlySet<string> = new Set(["package-corrupt", "package-outdated"]);

/**
 * The resources of a package of a run that was cut short, of which nothing is remembered and whose rows are
 * appended: to read them now, in the run that finishes it, would append the same rows twice.
 */
function onlyAppended(manifest: Manifest, work: Work): string[] {
  const { options, resumeMaxAge } = work;
  const isAnotherRun = options.fresh || options.fullRefresh || !isRecent(manifest, resumeMaxAge);
  if (isAnotherRun || !isFor(manifest, work)) return [];
  const sources = manifest.state?.sources;
  const source = isJsonObject(sources) ? sources[manifest.schemaName] : undefined;
  const states = isJsonObject(source) && isJsonObject(source.resources) ? source.resources : {};
  return Object.entries(manifest.resources)
    .filter(([, { hints }]) => dispositionOf(hints).disposition === "append")
    .map(([name]) => name)
    .filter((name) => Object.keys(states[name] ?? {}).length === 0);
}

function isRecent({ createdAt }: Manifest, maxAge: number): boolean {
  const seconds = (Date.now() - Date.parse(createdAt)) / 1000;
  return seconds >= 0 && seconds <= maxAge;
}

/** Whether an extraction was for the same source and dataset. */
function isFor(manifest: Manifest, work: Work): boolean {
  return manifest.datasetName === work.datasetName && manifest.destination === work.destination.name &&
    manifest.schemaName === schemaNameOf(work);
}

/** The extraction that is gone on with, or undefined where there is nothing in it, or nothing that counts. */
async function usable(
  pkg: LoadPackage,
  { options, journal, resumeMaxAge, session, pipelineName }: Work,
): Promise<LoadPackage | undefined> {
  const stored = await session.stored(pipelineName, pkg.manifest.schemaName);
  const isMeant = !options.fresh && !options.fullRefresh && isRecent(pkg.manifest, resumeMaxAge);
  // What was answered by then may be older than what the dataset has got since, from another machine.
  if (isMeant && pkg.manifest.base === sourceHash(stored.state, pkg.manifest.schemaName)) {
    const resumed = await pkg.resume(newLoadId());
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

/** A damaged package must not block the pipeline: the state has not moved, so its data is read again. */
async function setAside(
  work: Work,
  directory: string,
  { name, error }: { name: string; error: StateError },
): Promise<void> {
  const aside = join(directory, SET_ASIDE, name);
  await makeDirectory(join(directory, SET_ASIDE));
  await disk.rename(join(directory, PACKAGES, name), aside);
  const message = `${error.message}; it was set aside in ${aside}, and what it held is read again`;
  work.journal.emit({ type: "warning", code: "package-set-aside", message });
}

/**
 * Extracts into a package, the one to go on with or a new one, and publishes it. Undefined where the earlier run
 * has read all there is to read.
 */
export async function runPackage(
  work: Work,
  directory: string,
  { unfinished, finished: read }: Pending,
): Promise<LoadedPackage | undefined> {
  const { pipelineName, datasetName, journal, destination, session } = work;
  const finished = new Set([...read, ...unfinished?.manifest.without ?? []]);
  const resources = selection(work, finished);
  if (!resources.length && finished.size) return undefined;
  const schemaName = schemaNameOf(work);
  const stored = await session.stored(pipelineName, schemaName);
  const base = sourceHash(stored.state, schemaName);
  const ids = { loadId: newLoadId(), pipelineName, datasetName, destination: destination.name, schemaName };
  const head = { ...ids, base, without: [...finished] };
  await using pkg = unfinished ?? await LoadPackage.create(join(directory, PACKAGES), head);
  const since = unfinished && Date.parse(unfinished.manifest.createdAt);
  try {
    await journal.step("extract", () => extractInto(work, pkg, { stored, resources, since }));
  } catch (error) {
    throw await keepAnswers(work, pkg, error);
  }
  work.recorder.extracted(pkg.manifest.loadId);
  const loaded = await publishPackage(work, pkg);
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

interface Extracting {
  readonly stored: Stored;
  readonly resources: readonly string[];
  /** When the extraction that is gone on with began, epoch milliseconds. */
  readonly since?: number;
}

/** Extracts until it works or there is nothing more to fall back from. */
async function extractInto(
  work: Work,
  pkg: LoadPackage,
  { stored, resources: selected, since }: Extracting,
): Promise<void> {
  const { pipelineName, datasetName, resolved, options, journal, destination } = work;
  const schemaName = schemaNameOf(work);
  const { answers } = pkg;
  const header = { pipelineName, datasetName, schemaName, destination: destination.name };
  for (;;) {
    // An extraction moves the cursors in the state that it is given.
    const state = readState(stored.state, header, options.fullRefresh);
    try {
      const resources = journal.resources = await extract({
        sourceName: schemaName,
        source: resolved,
        resources: selected,
        limit: options.limit,
        fullRefresh: options.fullRefresh,
        state,
        answers,
        since,
        signal: work.signal,
        emit: journal.emit,
      }, pkg);
      return await pkg.seal(resources, state);
    } catch (error) {
      if (work.signal.aborted || !await fallBack(answers, error, journal.emit)) throw error;
      await pkg.startOver();
      await answers.index();
    }
  }
}

/** Drops answers that an extraction could not go on from, so that those resources are read from their start. */
async function fallBack(answers: AnswerFile, error: unknown, emit: Emit): Promise<boolean> {
  const owners = stale(answers, error);
  for (const owner of owners) {
    await answers.forget(owner);
    const message = "could not go on where the earlier run stopped, and is read from its start";
    emit({ type: "warning", code: "resume-refused", resource: owner, message });
  }
  return owners.length > 0;
}

/** Whose old answers an error speaks against: the API has forgotten a cursor, or a page was not what it seemed. */
function stale({ stalled, added }: AnswerFile, error: unknown): string[] {
  // The disk, the network and the credentials are another matter.
  if (error instanceof LoadError || error instanceof StateError) return [];
  if (error instanceof SluiceError && error.recovery === "retry") return [];
  if (error instanceof ExtractError && (error.status === 401 || error.status === 403)) return [];
  const failed = error instanceof SluiceError ? error.at.resource : undefined;
  if (failed !== undefined && stalled.includes(failed)) return [failed];
  return added ? [] : stalled;
}

/** Keeps what the API answered for the next run, if there is any of it, and returns what is to be thrown. */
async function keepAnswers({ journal, signal }: Work, pkg: LoadPackage, error: unknown): Promise<unknown> {
  const { count } = pkg.answers;
  if (count) await pkg.answers.sync().catch(() => {});
  else await pkg.remove();
  const kept = `${count} answer${count === 1 ? "" : "s"} of the API`;
  if (signal.aborted) {
    return stopped(error, count ? `run again: it goes on after ${kept}; --fresh starts over` : undefined);
  }
  if (count) {
    const message = `${kept} are kept: the next run goes on after them, --fresh starts over`;
    journal.emit({ type: "warning", code: "extraction-kept", message });
  }
  return error;
}

async function publishPackage(work: Work, pkg: LoadPackage): Promise<LoadedPackage> {
  const { session, destination, signal, journal, schemaFiles: { amend } } = work;
  journal.emit({ type: "step", step: "normalize", state: "started" });
  journal.emit({ type: "step", step: "load", state: "started" });
  const loaded = await loadPackage({ pkg, session, destination, signal, emit: journal.emit, amend });
  work.recorder.loaded(loaded);
  journal.seconds.normalize += loaded.seconds.normalize;
  journal.seconds.load += loaded.seconds.load;
  journal.emit({ type: "step", step: "normalize", state: "finished", seconds: loaded.seconds.normalize });
  journal.emit({ type: "step", step: "load", state: "finished", seconds: loaded.seconds.load });
  return loaded;
}

/** What an error is once the run was asked to stop. */
export function interrupted(error: unknown, signal: AbortSignal): InterruptedError | undefined {
  if (!signal.aborted) return undefined;
  return error instanceof InterruptedError && error !== signal.reason ? error : stopped(error);
}

function stopped(
  cause: unknown,
  next = "run again; the tables are as they were before this run",
): InterruptedError {
  return new InterruptedError("Stopped before the load was published", { code: "interrupted", next, cause });
}

function schemaNameOf({ source }: Work): string {
  return new Naming().identifier(source.definition.name);
}
