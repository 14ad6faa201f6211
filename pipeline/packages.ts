/**
 * The load packages of a run: those that earlier ones left, which are loaded first, and its own.
 * @module
 */
import { join } from "node:path";
import { extract } from "../extract/mod.ts";
import type { Source } from "../extract/definition/source.ts";
import type { ResolvedSource } from "../extract/definition/validate.ts";
import type { Destination, Session } from "./destination.ts";
import type { AnswerFile } from "./answer_file.ts";
import {
  ExtractError,
  InterruptedError,
  LoadError,
  NormalizeError,
  SluiceError,
  StateError,
} from "./errors.ts";
import type { Emit } from "./events.ts";
import { makeDirectory } from "./files.ts";
import type { Journal } from "./load_info.ts";
import { type LoadedPackage, loadPackage } from "./load.ts";
import { LoadPackage, newLoadId } from "./load_package.ts";
import { Naming } from "./naming.ts";
import { PACKAGES, SET_ASIDE, subfolders } from "./pipeline_directory.ts";
import type { RunOptions } from "./pipeline.ts";
import type { SchemaFiles } from "./schema_files.ts";
import { readState } from "./state.ts";
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
      if (!isUnusable(error)) throw error;
      await setAside(work, directory, { name, error });
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
  { options, journal, resumeMaxAge }: Work,
): Promise<LoadPackage | undefined> {
  const seconds = (Date.now() - Date.parse(pkg.manifest.createdAt)) / 1000;
  const isTooOld = !(seconds >= 0 && seconds <= resumeMaxAge);
  if (!options.fresh && !options.fullRefresh && !isTooOld) {
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

/** Extracts into a package, the one to go on with or a new one, and publishes it. */
export async function runPackage(
  work: Work,
  directory: string,
  unfinished: LoadPackage | undefined,
): Promise<LoadedPackage> {
  const { pipelineName, datasetName, journal, destination } = work;
  const schemaName = schemaNameOf(work);
  const head = { loadId: newLoadId(), pipelineName, datasetName, destination: destination.name, schemaName };
  await using pkg = unfinished ?? await LoadPackage.create(join(directory, PACKAGES), head);
  try {
    await journal.step("extract", () => extractInto(work, pkg, unfinished !== undefined));
  } catch (error) {
    throw await keepAnswers(work, pkg, error);
  }
  work.recorder.extracted(pkg.manifest.loadId);
  try {
    const loaded = await publishPackage(work, pkg);
    await pkg.remove();
    return loaded;
  } catch (error) {
    // What was kept of an earlier run may be what cannot be loaded: the API may answer otherwise by now.
    if (!unfinished || !isUnusable(error)) throw error;
    await setAside(work, directory, { name: pkg.manifest.loadId, error });
    return await runPackage(work, directory, undefined);
  }
}

/** Extracts until it works or there is nothing more to fall back from. */
async function extractInto(work: Work, pkg: LoadPackage, isResumed: boolean): Promise<void> {
  const { pipelineName, datasetName, source, resolved, options, journal, session, destination } = work;
  const schemaName = schemaNameOf(work);
  const { answers } = pkg;
  const header = { pipelineName, datasetName, schemaName, destination: destination.name };
  const stored = await session.stored(pipelineName, schemaName);
  for (;;) {
    // An extraction moves the cursors in the state that it is given.
    const state = readState(stored.state, header, options.fullRefresh);
    try {
      const resources = journal.resources = await extract({
        sourceName: schemaName,
        source: resolved,
        resources: options.resources ?? source.resources,
        limit: options.limit,
        fullRefresh: options.fullRefresh,
        state,
        answers,
        isResumed,
        signal: work.signal,
        emit: journal.emit,
        timer: options.timer,
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
