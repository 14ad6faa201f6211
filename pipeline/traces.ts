/**
 * The traces that are kept of a pipeline: one file each, written whole or not at all. The newest hundred
 * stay, and with them the newest run that completed, since that says where the data is.
 * @module
 */
import { join } from "node:path";
import { stringifyJson } from "./json.ts";
import { disk } from "./file_layer.ts";
import { replaceFile } from "./files.ts";
import type { RunStatus, Trace } from "./trace.ts";

const FOLDER = "traces";
const KEPT_TRACES = 100;
const NAME_REGEXP = /^(\w+-\w+)\.(completed|failed|interrupted)\.json$/;

/** A trace that is kept, as its file's name tells. */
export interface KeptTrace {
  readonly id: string;
  readonly status: RunStatus;
  readonly path: string;
}

/** Keeps a trace in a pipeline's directory. Returns why it could not, so that a run need not fail for it. */
export async function keepTrace(directory: string, trace: Trace): Promise<string | undefined> {
  const folder = join(directory, FOLDER);
  const path = join(folder, `${trace.id}.${trace.status}.json`);
  try {
    await disk.makeDirectory(folder);
    await replaceFile(path, stringifyJson(trace) + "\n");
    await prune(directory);
  } catch (error) {
    await disk.remove(`${path}.new`).catch(() => {});
    return error instanceof Error ? error.message : String(error);
  }
}

async function prune(directory: string): Promise<void> {
  const kept = await keptTraces(directory);
  const completed = kept.find(({ status }) => status === "completed");
  for (const each of kept.slice(KEPT_TRACES)) {
    // Another run may have removed it.
    if (each !== completed) await disk.remove(each.path).catch(() => {});
  }
}

/** The traces that are kept of a pipeline, newest first. */
export async function keptTraces(directory: string): Promise<KeptTrace[]> {
  const folder = join(directory, FOLDER);
  const kept: KeptTrace[] = [];
  try {
    for await (const { name } of Deno.readDir(folder)) {
      const [, id, status] = NAME_REGEXP.exec(name) ?? [];
      if (id !== undefined) kept.push({ id, status: status as RunStatus, path: join(folder, name) });
    }
  } catch (error) {
    const isMissing = error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory;
    if (!isMissing) throw error;
  }
  return kept.sort((left, right) => left.id < right.id ? 1 : -1);
}

/** Reads a trace; undefined when it is gone, or not what was written. */
export async function readTrace({ path, id }: KeptTrace): Promise<Trace | undefined> {
  try {
    const trace = JSON.parse(await Deno.readTextFile(path));
    const names = [
      trace.pipelineName,
      trace.datasetName,
      trace.destination,
      trace.startedAt,
      trace.finishedAt,
    ];
    const isWhole = trace.format === 1 && trace.id === id && names.every((name) =>
      typeof name === "string"
    ) &&
      [trace.steps, trace.packages, trace.warnings, trace.configuration].every(Array.isArray) &&
      typeof trace.resources === "object" && trace.resources !== null;
    return isWhole ? trace : undefined;
  } catch {
    return undefined;
  }
}

/** All traces of a pipeline that can be read, newest first. */
export async function readTraces(directory: string): Promise<Trace[]> {
  const traces = await Promise.all((await keptTraces(directory)).map(readTrace));
  return traces.filter((trace) => trace !== undefined);
}

/** The newest trace of a pipeline, or the newest with this status. */
export async function newestTrace(directory: string, status?: RunStatus): Promise<Trace | undefined> {
  for (const each of await keptTraces(directory)) {
    if (status !== undefined && each.status !== status) continue;
    const trace = await readTrace(each);
    if (trace) return trace;
  }
}
