/**
 * Runs a case through Sluice.
 * @module
 */
import { join } from "node:path";
import {
  Configuration,
  pipeline,
  type PipelineOptions,
  type RestApiConfig,
  restApiSource,
  SluiceError,
} from "../../mod.ts";
import type { JsonObject } from "../../pipeline/json.ts";
import { type Case, configOf } from "./case.ts";
import { type RawRun, readFiles, readSqlite } from "./raw.ts";

/** Name of the pipeline and of its schema, on both sides. */
export const PIPELINE = "parity";
/** Name of the dataset, on both sides: dlt's word for the database file itself. */
export const DATASET = "main";

/** All runs of a case, one after the other into one file in `folder`. */
export async function runThroughSluice(case_: Case, base: string, folder: string): Promise<RawRun[]> {
  const runs: RawRun[] = [];
  for (const number of case_.runs.keys()) {
    runs.push(await runOnce(case_, number, { base, folder, database: join(folder, "sluice.sqlite") }));
  }
  return runs;
}

/** One run of a case into a database, which may be there already. */
export async function runOnce(
  case_: Case,
  number: number,
  { base, folder, database }: { base: string; folder: string; database: string },
): Promise<RawRun> {
  const configuration = await Configuration.load({ projectDirectory: folder, env: {} });
  const error = await attempt(async () => {
    const place = pipeline({
      pipelineName: PIPELINE,
      datasetName: DATASET,
      projectDirectory: folder,
      ...destinationOf(case_, database),
      configuration,
    });
    const config = configOf(case_, number, base) as unknown as RestApiConfig;
    const source = restApiSource(config, { name: PIPELINE, ...optionsOf(case_.source) });
    await place.run(source, optionsOf(case_.runs[number].run));
  });
  const isFiles = case_.destination === "filesystem";
  return { error, tables: isFiles ? readFiles(join(database, DATASET)) : readSqlite(database) };
}

/** The file is the database, or for files the folder that holds them. */
function destinationOf({ destination, replaceStrategy }: Case, file: string): PipelineOptions {
  const replace = { replace_strategy: replaceStrategy };
  return destination === "filesystem"
    ? { destination, destinationParameters: { bucket_url: file, ...replace } }
    : { destinationParameters: { credentials: `sqlite:///${file}`, ...replace } };
}

/** Arguments in dlt's spelling as options in Sluice's. */
function optionsOf(source: JsonObject = {}): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(source).map(([key, value]) => [
      key.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()),
      value,
    ]),
  );
}

async function attempt(action: () => Promise<void>): Promise<RawRun["error"]> {
  try {
    await action();
    return undefined;
  } catch (error) {
    if (error instanceof SluiceError) return { kind: error.code, text: error.message };
    return {
      kind: error instanceof Error ? error.name : "Error",
      text: String(error instanceof Error ? error.stack : error),
    };
  }
}

// Runs mostly wait for the disk.
const AT_ONCE = 8;

/** Runs of each case, several cases at once. */
export async function runAllThroughSluice(
  cases: readonly Case[],
  base: string,
  folder: string,
): Promise<Map<string, RawRun[]>> {
  const runs = new Map<string, RawRun[]>();
  const waiting = [...cases];
  const work = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const own = join(folder, "sluice", next.name.replace("/", "__"));
      await Deno.mkdir(own, { recursive: true });
      runs.set(next.name, await runThroughSluice(next, base, own));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return runs;
}
