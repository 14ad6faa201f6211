/**
 * A pipeline: a source, a destination and what happened between them so far. `run` takes the path of a
 * record from one end to the other: config → extract → normalise → load → publish.
 * @module
 */
import { join } from "node:path";
import { findDestination, openDestination } from "../destinations/mod.ts";
import { resourceGraph, type ResourceNode } from "../extract/graph.ts";
import type { ResolvedResource } from "../extract/definition/resolve.ts";
import type { Source } from "../extract/definition/source.ts";
import { buildSource, strayKeys } from "./build_source.ts";
import { Configuration, pipelineSections } from "./config.ts";
import { checkDispositions } from "./disposition_rules.ts";
import type { Destination, QueryResult, Session } from "./destination.ts";
import { SluiceError } from "./errors.ts";
import type { Emit } from "./events.ts";
import { isDirectory, makeDirectory } from "./files.ts";
import { takeLease } from "./lease.ts";
import { Journal, type LoadInfo } from "./load_info.ts";
import { Naming } from "./naming.ts";
import { type Plan, type PlanOptions, planRun } from "./plan.ts";
import { interrupted, loadPending, runPackage, type Work } from "./packages.ts";
import type { Timer } from "../rest/timer.ts";
import { checkedPipelineName, pipelineDirectory } from "./pipeline_directory.ts";
import { SchemaFiles } from "./schema_files.ts";
import { type Trace, TraceRecorder } from "./trace.ts";
import { keepTrace } from "./traces.ts";

/** How a pipeline is set up. */
export interface PipelineOptions {
  /** Default: what the source suggests, else `sluice`. */
  readonly pipelineName?: string;
  /** Default: what the source suggests, else `<pipelineName>_dataset`. */
  readonly datasetName?: string;
  /** A built-in destination by name, or one of your own. @default "sqlite" */
  readonly destination?: string | Destination;
  /** Explicit parameters of the destination; what is not given is looked up. */
  readonly destinationParameters?: Readonly<Record<string, unknown>>;
  /** The folder with `.dlt`. @default the working directory */
  readonly projectDirectory?: string;
  /** Receives progress. */
  readonly emit?: Emit;
  /** @default read from the project's files and the environment */
  readonly configuration?: Configuration;
}

/** What one run does differently. */
export interface RunOptions {
  /** The only resources to load. */
  readonly resources?: readonly string[];
  /** Pages per resource. */
  readonly limit?: number;
  /** Forget the cursors of the selected resources and read everything again, from its start. */
  readonly fullRefresh?: boolean;
  /** Read everything from its start, also where an earlier run was cut short. */
  readonly fresh?: boolean;
  readonly signal?: AbortSignal;
  /** How the client reads the clock and sleeps; tests pass their own. */
  readonly timer?: Timer;
}

/** A pipeline that can be run and queried. */
export interface Pipeline {
  // deno-lint-ignore no-explicit-any
  run(source: Source<any>, options?: RunOptions): Promise<LoadInfo>;
  /**
   * Says what a run would do, without doing it: it reads one page of each resource, or nothing at all.
   */
  // deno-lint-ignore no-explicit-any -- each source has parameters of its own
  plan(source: Source<any>, options?: PlanOptions): Promise<Plan>;
  /** Runs one read-only SQL statement on the dataset. */
  query(sql: string): Promise<QueryResult & { location: string }>;
}

interface Names {
  readonly pipelineName: string;
  readonly datasetName: string;
}

/**
 * Sets up a pipeline. Nothing happens until it runs.
 *
 * @example Load two records into SQLite
 * ```ts
 * import assert from "node:assert/strict";
 * import { defineSource, pipeline } from "@sluice/sluice";
 *
 * const pets = defineSource({
 *   name: "pets",
 *   parameters: {},
 *   build: () => ({
 *     client: { base_url: "https://pets.example" },
 *     resources: [{ name: "cats", records: async function* () { yield [{ id: 1 }, { id: 2 }]; } }],
 *   }),
 * });
 *
 * const folder = await Deno.makeTempDir();
 * const cats = pipeline({ pipelineName: "cats", projectDirectory: folder });
 * const info = await cats.run(pets());
 * assert.equal(info.loadPackages[0].rows.cats, 2);
 * assert.deepEqual((await cats.query("SELECT count(*) FROM cats")).rows, [[2]]);
 * await Deno.remove(folder, { recursive: true });
 * ```
 */
export function pipeline(options: PipelineOptions = {}): Pipeline {
  return new ConfiguredPipeline(options);
}

class ConfiguredPipeline implements Pipeline {
  readonly #options: PipelineOptions;

  constructor(options: PipelineOptions) {
    this.#options = options;
  }

  async run(source: Source, options: RunOptions = {}): Promise<LoadInfo> {
    const read = await this.#configuration();
    const names = this.#names(read, source);
    const { resources, limit, fullRefresh, fresh } = options;
    const { destination = "sqlite" } = this.#options;
    const recorder = new TraceRecorder({
      ...names,
      destination: typeof destination === "string" ? destination : destination.name,
      source: source.definition.name,
      schemaName: new Naming().identifier(source.definition.name),
      options: { resources, limit, fullRefresh, fresh },
    });
    const journal = new Journal((event) => {
      recorder.take(event);
      this.#options.emit?.(event);
    });
    const configuration = read.recording(recorder.use);
    const directory = pipelineDirectory(configuration, names.pipelineName);
    try {
      const info = await this.#run(source, { configuration, names, options, journal, recorder, directory });
      await this.#keepTrace(directory, recorder.finish(), journal.emit);
      return info;
    } catch (error) {
      // A command in a folder that is no project leaves nothing there.
      const isProject = await isDirectory(configuration.folder);
      if (isProject) await this.#keepTrace(directory, recorder.finish(error), journal.emit);
      throw error;
    }
  }

  async #keepTrace(directory: string, trace: Trace, emit: Emit): Promise<void> {
    const problem = await keepTrace(directory, trace);
    if (problem === undefined) return;
    emit({
      type: "warning",
      code: "trace-not-kept",
      message: `the trace of this run was not kept: ${problem}`,
    });
  }

  async #run(source: Source, run: Run): Promise<LoadInfo> {
    const { configuration, names, options, journal, recorder, directory } = run;
    const signal = options.signal ?? new AbortController().signal;
    configuration.warnings.forEach((message) =>
      journal.emit({ type: "warning", code: "configuration", message })
    );
    const built = await buildSource(source, { configuration, pipelineName: names.pipelineName });
    strayKeys(source, configuration).forEach((message) =>
      journal.emit({ type: "warning", code: "unknown-key", message })
    );
    const target = await this.#destination();
    const emit = journal.emit;
    const schemaFiles = await SchemaFiles.open(source, {
      ...names,
      configuration,
      destination: target,
      emit,
    });
    const resolved = schemaFiles.source(built.resolved);
    const nodes = resourceGraph(resolved.resources, options.resources ?? source.resources);
    checkDispositions(writtenOf(nodes), target).forEach(({ resource, message }) =>
      emit({ type: "warning", code: "merge-without-key", resource, message })
    );
    const { session } = await this.#open(configuration, names, false);
    await using _session = session;
    recorder.opened(target.name, session.location);
    const resumeMaxAge = configuration.value("resume_max_age", RESUME_MAX_AGE, {
      sections: pipelineSections(names.pipelineName),
    }) as number;
    const parts = {
      source,
      resolved,
      options,
      signal,
      journal,
      recorder,
      session,
      schemaFiles,
      resumeMaxAge,
    };
    const work: Work = { ...names, ...parts, destination: target };
    try {
      await makeDirectory(join(directory, "packages"));
      using _lease = await takeLease(directory, names.pipelineName);
      const { loaded: before, unfinished } = await loadPending(work, directory);
      const loaded = [...before, await runPackage(work, directory, unfinished)];
      await schemaFiles.write(session, built.resolved);
      return journal.loadInfo(names, target.name, session.location, loaded);
    } catch (error) {
      throw interrupted(error, signal) ??
        (error instanceof SluiceError ? error.within({ pipeline: names.pipelineName }) : error);
    }
  }

  async plan(source: Source, options: PlanOptions = {}): Promise<Plan> {
    const configuration = await this.#configuration();
    const names = this.#names(configuration, source);
    const built = await buildSource(source, { configuration, pipelineName: names.pipelineName });
    const destination = await this.#destination();
    const schemaFiles = await SchemaFiles.open(source, { ...names, configuration, destination });
    const resolved = schemaFiles.source(built.resolved);
    const resources = options.resources ?? source.resources;
    checkDispositions(writtenOf(resourceGraph(resolved.resources, resources)), destination);
    await using session = await this.#openToRead(configuration, names);
    const schemaName = new Naming().identifier(source.definition.name);
    return await planRun(resolved, { ...names, ...options, resources, schemaName, destination, session });
  }

  async query(sql: string): Promise<QueryResult & { location: string }> {
    const configuration = await this.#configuration();
    const { session } = await this.#open(configuration, this.#names(configuration), true);
    await using _session = session;
    return { ...await session.query(sql), location: session.location };
  }

  #names(configuration: Configuration, source?: Source): Names {
    const wanted = this.#options.pipelineName ?? source?.definition.pipelineName ?? "sluice";
    const pipelineName = checkedPipelineName(wanted);
    const configured = () =>
      configuration.value("dataset_name", DATASET_NAME, { sections: pipelineSections(pipelineName) });
    const datasetName = this.#options.datasetName ?? configured() ?? source?.definition.datasetName ??
      `${pipelineName}_dataset`;
    return { pipelineName, datasetName: new Naming().identifier(datasetName) };
  }

  async #configuration(): Promise<Configuration> {
    return this.#options.configuration ??
      await Configuration.load({ projectDirectory: this.#options.projectDirectory ?? Deno.cwd() });
  }

  /** Undefined where the dataset is yet to be made. */
  async #openToRead(configuration: Configuration, names: Names): Promise<Session | undefined> {
    try {
      return (await this.#open(configuration, names, true)).session;
    } catch (error) {
      if (!(error instanceof SluiceError) || error.code !== "dataset-missing") throw error;
      return undefined;
    }
  }

  async #destination(): Promise<Destination> {
    const { destination = "sqlite" } = this.#options;
    return typeof destination === "string" ? await findDestination(destination) : destination;
  }

  #open(
    configuration: Configuration,
    names: Names,
    readOnly: boolean,
  ): Promise<{ destination: Destination; session: Session }> {
    return openDestination(this.#options.destination ?? "sqlite", {
      configuration,
      given: this.#options.destinationParameters,
      context: { ...names, workingDirectory: this.#options.projectDirectory ?? Deno.cwd(), readOnly },
    });
  }
}

function writtenOf(nodes: readonly ResourceNode[]): ResolvedResource[] {
  return nodes.filter(({ loads }) => loads).map(({ resource }) => resource);
}

const RESUME_MAX_AGE = {
  type: "integer",
  help: "Seconds after which an extraction that was cut short is started over.",
  default: 86_400,
} as const;

const DATASET_NAME = { type: "text", help: "Name of the dataset." } as const;

/** A run before its source is built and its destination open. */
interface Run {
  readonly configuration: Configuration;
  readonly names: Names;
  readonly options: RunOptions;
  readonly journal: Journal;
  readonly recorder: TraceRecorder;
  readonly directory: string;
}
