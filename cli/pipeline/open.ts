/**
 * From a pipeline's name to what is known of it: its directory on this machine, its last run, and its dataset.
 * @module
 */
import type { Command } from "cli";
import { findDestination, openDestination } from "../../destinations/mod.ts";
import { Configuration } from "../../pipeline/config.ts";
import type { Destination, Session, Stored } from "../../pipeline/destination.ts";
import { ConfigError, SluiceError } from "../../pipeline/errors.ts";
import { isJsonObject, type JsonObject } from "../../pipeline/json.ts";
import { nearest } from "../../pipeline/nearest.ts";
import { Naming } from "../../pipeline/naming.ts";
import { checkedPipelineName, pipelineDirectory, pipelineNames } from "../../pipeline/pipeline_directory.ts";
import { Schema } from "../../pipeline/schema.ts";
import { readState, type StateHeader } from "../../pipeline/state.ts";
import type { Trace } from "../../pipeline/trace.ts";
import { newestTrace } from "../../pipeline/traces.ts";
import { lastRunOf } from "../last_run.ts";

/** What every subcommand takes. */
export interface PipelineFlags {
  readonly json?: boolean;
}

/** What subcommands take that look into the dataset. */
export interface DatasetFlags extends PipelineFlags {
  readonly destination?: string;
  readonly datasetName?: string;
  readonly schema?: string;
}

/** A pipeline as this machine knows it. */
export interface KnownPipeline {
  readonly name: string;
  readonly configuration: Configuration;
  readonly directory: string;
  /** Its newest run, however that ended. */
  readonly newest?: Trace;
  /** Its newest run that completed, which says where the data is. */
  readonly completed?: Trace;
}

/** Adds the options of subcommands that look into the dataset. */
export function withDatasetFlags(command: Command): Command {
  return command
    .option("-d, --destination <name>", "where the data is (default: where the last run loaded it)")
    .option("--dataset-name <name>", "which group of tables (default: the last run's)")
    .option("--schema <name>", "which source's tables (default: those of the source that ran last)");
}

/** Finds a pipeline. @throws {ConfigError} naming the nearest one */
export async function findPipeline(name: string, flags: DatasetFlags = {}): Promise<KnownPipeline> {
  if (flags.destination !== undefined) await findDestination(flags.destination);
  const configuration = await Configuration.load({ projectDirectory: Deno.cwd() });
  const names = await pipelineNames(configuration);
  // The data of a pipeline may be looked at from a machine that it never ran on.
  if (!names.includes(name) && flags.destination === undefined) throw unknown(name, names);
  const directory = pipelineDirectory(configuration, checkedPipelineName(name));
  return {
    name,
    configuration,
    directory,
    newest: await newestTrace(directory),
    completed: await newestTrace(directory, "completed"),
  };
}

function unknown(name: string, names: readonly string[]): ConfigError {
  return new ConfigError(`Cannot find pipeline "${name}": no such pipeline ran here`, {
    code: "unknown-pipeline",
    next: names.length
      ? `did you mean "${nearest(name, names)}"? The pipelines are ${names.join(", ")}`
      : "run a source first, or say with --destination and --dataset-name where its data is",
  });
}

/** A dataset that is open, and what it knows of the pipeline. */
export interface OpenDataset extends AsyncDisposable {
  readonly destination: Destination;
  readonly session: Session;
  readonly header: StateHeader;
  readonly stored: Stored;
  /** Absent where nothing is stored. */
  readonly schema?: Schema;
  readonly state?: JsonObject;
}

/** Opens the dataset of a pipeline. @throws {SluiceError} `dataset-missing` when there is none to read */
export async function openDataset(
  known: KnownPipeline,
  flags: DatasetFlags,
  readOnly = true,
): Promise<OpenDataset> {
  const { name, configuration, completed, newest } = known;
  const trace = completed ?? newest;
  const last = trace && lastRunOf(trace);
  const datasetName = new Naming().identifier(flags.datasetName ?? last?.datasetName ?? `${name}_dataset`);
  const { destination, session } = await openDestination(flags.destination ?? last?.destination ?? "sqlite", {
    configuration,
    given: flags.destination === undefined ? last?.destinationParameters : undefined,
    context: { pipelineName: name, datasetName, workingDirectory: Deno.cwd(), readOnly },
  });
  try {
    const names = { pipelineName: name, datasetName, destination: destination.name };
    const schemaName = flags.schema ?? trace?.schemaName ?? await storedSchemaName(session, names);
    const header = { ...names, schemaName };
    const stored = await session.stored(name, schemaName);
    return {
      destination,
      session,
      header,
      stored,
      schema: stored.schema === undefined ? undefined : Schema.parse(stored.schema),
      state: stored.state === undefined ? undefined : readState(stored.state, header),
      [Symbol.asyncDispose]: () => session[Symbol.asyncDispose](),
    };
  } catch (error) {
    await session[Symbol.asyncDispose]();
    throw error;
  }
}

/** The schema that the stored state names; without a state, one of the pipeline's name. */
async function storedSchemaName(session: Session, names: Omit<StateHeader, "schemaName">): Promise<string> {
  const { state } = await session.stored(names.pipelineName, "");
  const { schema_names } = readState(state, { ...names, schemaName: "" });
  const known = Array.isArray(schema_names) ? schema_names.map(String) : [];
  return known.find((name) => name !== "") ?? new Naming().identifier(names.pipelineName);
}

/** Opens the dataset, or tells why there is none. */
export async function tryDataset(
  known: KnownPipeline,
  flags: DatasetFlags,
): Promise<OpenDataset | SluiceError> {
  try {
    return await openDataset(known, flags);
  } catch (error) {
    if (error instanceof SluiceError) return error;
    throw error;
  }
}

/** A cursor and how far it came. */
export interface KnownCursor {
  readonly resource: string;
  readonly cursor: string;
  readonly lastValue?: unknown;
  /** Parents with a cursor of their own. */
  readonly parents?: number;
}

/** The cursors that a state remembers. */
export function cursorsOf(state: JsonObject | undefined): KnownCursor[] {
  const cursors: KnownCursor[] = [];
  for (const [, source] of entries(state?.sources)) {
    for (const [resource, remembered] of entries(source.resources)) {
      for (const [cursor, slot] of entries(remembered.incremental)) {
        const parents = entries(slot.per_parent).length;
        cursors.push({
          resource,
          cursor,
          ...(slot.last_value !== undefined && { lastValue: slot.last_value }),
          ...(parents && { parents }),
        });
      }
    }
  }
  return cursors;
}

function entries(value: unknown): [string, JsonObject][] {
  return Object.entries(isJsonObject(value) ? value : {})
    .filter((entry): entry is [string, JsonObject] => isJsonObject(entry[1]));
}
