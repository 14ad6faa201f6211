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
import { devDataset, dropDevPackages } from "./dev_mode.ts";
import type { Destination, QueryResult, Session } from "./destination.ts";
import { SluiceError } from "./errors.ts";
import type { Emit } from "./events.ts";
import { isDirectory, makeDirectory } from "./files.ts";
import { takeLease } from "./lease.ts";
import { Journal, type LoadInfo } from "./load_info.ts";
import { loadRules, type RunRules } from "./load_rules.ts";
import { Naming } from "./naming.ts";
import { type Plan, type PlanOptions, planRun } from "./plan.ts";
import { interrupted } from "./extraction.ts";
import { loadPending, runPackage, type Work } from "./packages.ts";
import type { Timer } from "../rest/timer.ts";
import { checkedPipelineName, pipelineDirectory } from "./pipeline_directory.ts";
import { checkRefresh, type RefreshMode } from "./refresh.ts";
import { type RunSettings, runSettings } from "./run_settings.ts";
import type { Schema } from "./schema.ts";
import { SchemaFiles } from "./schema_files.ts";
import { newestVersion, schemaHistory } from "./schema_versions.ts";
import { shortage } from "./shortage.ts";
import { markStarted } from "./started_runs.ts";
import { type Trace, TraceRecorder } from "./trace.ts";
import { keepTrace, newestTrace, readTraces } from "./traces.ts";

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
  /** Each run loads into a dataset of its own; else `dev_mode` of the configuration. */
  readonly devMode?: boolean;
  /** Receives progress. */
  readonly emit?: Emit;
  /** @default read from the project's files and the environment */
  readonly configuration?: Configuration;
}

/** What one run does differently. */
export interface RunOptions extends RunRules {
  /** The only resources to load. */
  readonly resources?: readonly string[];
  /** Pages per resource. */
  readonly limit?: number;
  /**
   * Forget the cursors of the selected resources and read everything again, from its start: merged tables are
   * merged, all others hold what was read this time.
   */
  readonly fullRefresh?: boolean;
  /** Read everything from its start, also where an earlier run was cut short. */
  readonly fresh?: boolean;
  /** What goes before the rows of this run come, in the same step; else `refresh` of the configuration. */
  readonly refresh?: RefreshMode;
  /** Seconds to wait while another run of the pipeline is on; `Infinity` for as long as it takes. @default 0 */
  readonly waitSeconds?: number;
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
  /**
   * Runs one read-only SQL statement on the dataset. With `devMode` that is the one of this object's last run.
   */
  query(sql: string): Promise<QueryResult & { location: string }>;
  /**
   * The schema of the dataset as the last load left it; a name says which, where several sources load into it.
   *
   * @example Print the tables as TypeScript types
   * ```ts
   * import assert from "node:assert/strict";
   * import { defineSource, formatSchema, pipeline } from "@sluice/sluice";
   *
   * const pets = defineSource("pets", {}, () => ({
   *   resources: [{ name: "cats", records: async function* () { yield [{ id: 1, name: "Tom" }]; } }],
   * }));
   * const folder = await Deno.makeTempDir();
   * const cats = pipeline({ pipelineName: "cats", projectDirectory: folder });
   * await cats.run(pets());
   * const types = await formatSchema(await cats.schema(), "typescript", { system: false });
   * assert.match(types, /name: string/);
   * await Deno.remove(folder, { recursive: true });
   * ```
   */
  schema(name?: string): Promise<Schema>;
  /**
   * The traces that are kept of this pipeline's runs, newest first; a run that failed has one, too.
   *
   * @example Look what the last run did
   * ```ts
   * import assert from "node:assert/strict";
   * import { defineSource, pipeline } from "@sluice/sluice";
   *
   * const pets = defineSource("pets", {}, () => ({
   *   resources: [{ name: "cats", records: async function* () { yield [{ id: 1 }]; } }],
   * }));
   * const folder = await Deno.makeTempDir();
   * const cats = pipeline({ pipelineName: "cats", projectDirectory: folder });
   * const { traceId } = await cats.run(pets());
   * const [trace] = await cats.traces();
   * assert.equal(trace.id, traceId);
   * assert.deepEqual([trace.status, trace.packages[0].rows], ["completed", { cats: 1 }]);
   * await Deno.remove(folder, { recursive: true });
   * ```
   */
  traces(): Promise<Trace[]>;
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
  /** The dataset of the last run, where each has its own. */
  #devDataset: string | undefined;

  constructor(options: PipelineOptions) {
    this.#options = options;
  }

  async run(source: Source, options: RunOptions = {}): Promise<LoadInfo> {
    const read = await this.#configuration();
    const { pipelineName, ...named } = this.#names(read, source);
    const settings = this.#settings(read, pipelineName, options);
    const { refresh, devMode } = settings;
    const last = devMode ? await newestTrace(pipelineDirectory(read, pipelineName)) : undefined;
    if (devMode) this.#devDataset = devDataset(named.datasetName, last?.datasetName);
    const names = { pipelineName, datasetName: this.#devDataset ?? named.datasetName };
    const { resources, limit, fullRefresh, fresh, schemaContract, rejectedTable } = options;
    const { destination = "sqlite" } = this.#options;
    const recorder = new TraceRecorder({
      ...names,
      destination: typeof destination === "string" ? destination : destination.name,
      source: source.definition.name,
      schemaName: new Naming().identifier(source.definition.name),
      options: {
        ...{ resources, limit, fullRefresh, fresh, refresh, schemaContract, rejectedTable },
        devMode: devMode || undefined,
      },
    });
    const journal = new Journal((event) => {
      recorder.take(event);
      this.#options.emit?.(event);
    });
    const configuration = read.recording(recorder.use);
    const directory = pipelineDirectory(configuration, names.pipelineName);
    try {
      const info = await this.#run(source, {
        configuration,
        names,
        options,
        settings,
        journal,
        recorder,
        directory,
      });
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
    const { configuration, names, options, settings, journal, recorder, directory } = run;
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
    const rules = loadRules(source.definition, resolved, options);
    const nodes = resourceGraph(resolved.resources, options.resources ?? source.resources);
    checkDispositions(writtenOf(nodes), target).forEach(({ resource, message }) =>
      emit({ type: "warning", code: "merge-without-key", resource, message })
    );
    checkRefresh(settings.refresh, target);
    const lease = () =>
      takeLease(directory, names.pipelineName, {
        waitSeconds: options.waitSeconds,
        signal,
        onWait: (holder) =>
          emit({ type: "warning", code: "pipeline-waits", message: `another run is on, ${holder}; waiting` }),
      });
    using held = new DisposableStack();
    // Before the destination, which another run may hold; but a run that cannot begin leaves no folder behind.
    const isKnown = await isDirectory(directory);
    if (isKnown) held.use(await lease());
    const { session } = await this.#open(configuration, names, false);
    await using _session = session;
    recorder.opened(target.name, session.location);
    const parts = {
      source,
      resolved,
      options,
      settings,
      rules,
      signal,
      journal,
      recorder,
      session,
      schemaFiles,
    };
    const work: Work = { ...names, ...parts, destination: target };
    try {
      await makeDirectory(join(directory, "packages"));
      if (!isKnown) held.use(await lease());
      await using _mark = await markStarted(directory, recorder);
      if (settings.devMode) await dropDevPackages(directory, names.datasetName);
      const pending = await loadPending(work, directory);
      const own = await runPackage(work, directory, pending);
      const loaded = own ? [...pending.loaded, own] : pending.loaded;
      await schemaFiles.write(session, built.resolved);
      return journal.loadInfo({ traceId: recorder.id, ...names }, target.name, session.location, loaded);
    } catch (cause) {
      const error = shortage(cause) ?? cause;
      throw interrupted(error, signal) ??
        (error instanceof SluiceError ? error.within({ pipeline: names.pipelineName }) : error);
    }
  }

  async plan(source: Source, options: PlanOptions = {}): Promise<Plan> {
    const configuration = await this.#configuration();
    const { pipelineName, ...named } = this.#names(configuration, source);
    const settings = this.#settings(configuration, pipelineName);
    const names = {
      pipelineName,
      datasetName: settings.devMode ? devDataset(named.datasetName) : named.datasetName,
    };
    const built = await buildSource(source, { configuration, pipelineName });
    const destination = await this.#destination();
    const schemaFiles = await SchemaFiles.open(source, { ...names, configuration, destination });
    const resolved = schemaFiles.source(built.resolved);
    const resources = options.resources ?? source.resources;
    checkDispositions(writtenOf(resourceGraph(resolved.resources, resources)), destination);
    await using session = await this.#openToRead(configuration, names);
    const schemaName = new Naming().identifier(source.definition.name);
    const rules = loadRules(source.definition, resolved, options);
    const { maxTableNesting } = source.definition;
    return await planRun(resolved, {
      ...names,
      ...options,
      resources,
      settings,
      schemaName,
      maxTableNesting,
      destination,
      session,
      rules,
    });
  }

  async query(sql: string): Promise<QueryResult & { location: string }> {
    const configuration = await this.#configuration();
    const { pipelineName, datasetName } = this.#names(configuration);
    const names = { pipelineName, datasetName: this.#devDataset ?? datasetName };
    const { session } = await this.#open(configuration, names, true);
    await using _session = session;
    return { ...await session.query(sql), location: session.location };
  }

  async schema(name?: string): Promise<Schema> {
    return newestVersion(await schemaHistory((sql) => this.query(sql), name)).schema;
  }

  async traces(): Promise<Trace[]> {
    const configuration = await this.#configuration();
    return await readTraces(pipelineDirectory(configuration, this.#names(configuration).pipelineName));
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

  #settings(configuration: Configuration, pipelineName: string, { refresh }: RunOptions = {}): RunSettings {
    return runSettings(configuration, { pipelineName, refresh, devMode: this.#options.devMode });
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

const DATASET_NAME = { type: "text", help: "Name of the dataset." } as const;

/** A run before its source is built and its destination open. */
interface Run {
  readonly configuration: Configuration;
  readonly names: Names;
  readonly options: RunOptions;
  readonly settings: RunSettings;
  readonly journal: Journal;
  readonly recorder: TraceRecorder;
  readonly directory: string;
}
