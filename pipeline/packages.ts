/**
 * The load packages of a run: those that earlier ones left, which are loaded first, and its own.
 * @module
 */
import { join } from "node:path";
import { extract } from "../extract/mod.ts";
import type { Source } from "../extract/definition/source.ts";
import type { ResolvedSource } from "../extract/definition/validate.ts";
import type { Destination, Session } from "./destination.ts";
import { InterruptedError, NormalizeError, StateError } from "./errors.ts";
import { makeDirectory } from "./files.ts";
import type { Journal } from "./load_info.ts";
import type { LoadRules } from "./load_rules.ts";
import { type LoadedPackage, loadPackage } from "./load.ts";
import { LoadPackage, newLoadId } from "./load_package.ts";
import { Naming } from "./naming.ts";
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
  /** What the run says of all tables. */
  readonly rules: LoadRules;
}

/** Loads what an earlier run extracted but did not come to publish; drops what it had not finished extracting. */
export async function loadPending(work: Work, directory: string): Promise<LoadedPackage[]> {
  const loaded: LoadedPackage[] = [];
  const names: string[] = [];
  for await (const entry of Deno.readDir(join(directory, "packages"))) {
    if (entry.isDirectory) names.push(entry.name);
  }
  for (const name of names.sort()) {
    try {
      const package_ = await loadOnePending(work, join(directory, "packages", name));
      if (package_) loaded.push(package_);
    } catch (error) {
      if (error instanceof NormalizeError && error.code === "schema-contract") {
        await dropRefused(work, directory, { name, error });
      } else if (error instanceof StateError && error.code === "package-corrupt") {
        await setAside(work, directory, { name, error });
      } else throw error;
    }
  }
  return loaded;
}

async function loadOnePending(work: Work, directory: string): Promise<LoadedPackage | undefined> {
  const pkg = await LoadPackage.open(directory);
  const { status, loadId, datasetName, destination } = pkg.manifest;
  if (status === "extracted" && (datasetName !== work.datasetName || destination !== work.destination.name)) {
    const message = `package ${loadId} waits for dataset ${datasetName} on ${destination} and was left there`;
    work.journal.emit({ type: "warning", code: "package-pending", message });
    return undefined;
  }
  const isDue = status === "extracted" && !await work.session.hasLoad(loadId);
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
  const aside = join(directory, "set_aside", name);
  await makeDirectory(join(directory, "set_aside"));
  await Deno.rename(join(directory, "packages", name), aside);
  const message = `${error.message}; it was set aside in ${aside}, and what it held is read again`;
  work.journal.emit({ type: "warning", code: "package-set-aside", message });
}

/** One that a contract still refuses must not block it either: the next one may hold what was put right since. */
async function dropRefused(
  work: Work,
  directory: string,
  { name, error }: { name: string; error: NormalizeError },
): Promise<void> {
  await Deno.remove(join(directory, "packages", name), { recursive: true });
  const message = `${error.message}; package ${name} was dropped, and what it held is read again`;
  work.journal.emit({ type: "warning", code: "package-dropped", message });
}

/** Extracts into a package of its own and publishes it. */
export async function runPackage(work: Work, directory: string): Promise<LoadedPackage> {
  const { pipelineName, datasetName, source, resolved, options, journal, session, destination } = work;
  const schemaName = new Naming().identifier(source.definition.name);
  const stored = await session.stored(pipelineName, schemaName);
  const header = { pipelineName, datasetName, schemaName, destination: destination.name };
  const state = readState(stored.state, header, options.fullRefresh);
  const head = { loadId: newLoadId(), pipelineName, datasetName, destination: destination.name, schemaName };
  await using pkg = await LoadPackage.create(join(directory, "packages"), head);
  try {
    await journal.step("extract", async () => {
      const resources = await extract({
        sourceName: schemaName,
        source: resolved,
        resources: options.resources ?? source.resources,
        limit: options.limit,
        fullRefresh: options.fullRefresh,
        state,
        signal: work.signal,
        emit: journal.emit,
      }, pkg);
      journal.resources = resources;
      await pkg.seal(resources, state);
    });
    work.recorder.extracted(head.loadId);
  } catch (error) {
    // Nothing of an unfinished package is ever loaded, so nothing of it is kept.
    await pkg.remove();
    throw error;
  }
  const loaded = await publishPackage(work, pkg);
  await pkg.remove();
  return loaded;
}

async function publishPackage(work: Work, pkg: LoadPackage): Promise<LoadedPackage> {
  const { session, destination, signal, journal, schemaFiles: { amend } } = work;
  const isOwn = pkg.manifest.schemaName === new Naming().identifier(work.source.definition.name);
  const rules = isOwn ? work.rules : undefined;
  journal.emit({ type: "step", step: "normalize", state: "started" });
  journal.emit({ type: "step", step: "load", state: "started" });
  const loaded = await loadPackage({ pkg, session, destination, signal, emit: journal.emit, amend, rules });
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
  return new InterruptedError("Stopped before the load was published", {
    code: "interrupted",
    next: "run again; the tables are as they were before this run",
    cause: error,
  });
}
