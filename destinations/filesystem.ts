/**
 * The filesystem destination: newline-delimited JSON files in folders, one folder per table, laid out as dlt
 * lays them out. A load becomes true by one small commit record; a reader of the folder never finds half a
 * file.
 * @module
 */
import { join } from "node:path";
import type {
  Destination,
  Load,
  QueryResult,
  Session,
  SessionContext,
  Stored,
} from "../pipeline/destination.ts";
import { LoadError } from "../pipeline/errors.ts";
import { Dataset } from "./filesystem_dataset.ts";
import { disk, type FileLayer } from "../pipeline/file_layer.ts";
import { explain } from "./filesystem_errors.ts";
import { FilesystemLoad } from "./filesystem_load.ts";
import { bucketPath, plainLoadId, plainName } from "./filesystem_names.ts";
import { Queries } from "./filesystem_query.ts";
import { readStored } from "./filesystem_system.ts";
import { replaceStrategy } from "./replace_strategy.ts";
import { readAtOnce, type View } from "./filesystem_view.ts";

const parameters = {
  bucket_url: {
    type: "text",
    help: "Folder for all datasets: a path or file:///absolute/path. Default ./<pipeline name>_data.",
  },
  ...replaceStrategy,
} as const;

/** The destination over some layer of file operations; tests hand in one that fails when told to. */
export function filesystemOver(files: FileLayer): Destination<typeof parameters> {
  return {
    name: "filesystem",
    aliases: ["ndjson"],
    parameters,
    capabilities: {
      // The longest folder name that file systems take.
      maxIdentifierLength: 255,
      writeDispositions: ["append", "replace", "merge", "skip"],
      mergeStrategies: ["replace-per-parent"],
      appendingStrategies: ["delete-insert", "insert-only", "coalesce"],
      batchRows: 5000,
      atomicPublish: true,
      dropsTables: true,
    },
    async open({ bucket_url }, context) {
      const bucket = bucketPath(bucket_url, context);
      const dataset = new Dataset(files, join(bucket, plainName("dataset", context.datasetName)));
      try {
        if (!context.readOnly) await dataset.prepare();
        else if (!await dataset.exists()) throw missing(dataset);
      } catch (error) {
        throw explain(error, dataset.root, "open the dataset");
      }
      return new FilesystemSession(dataset, `file://${bucket}`, context);
    },
  };
}

/** Newline-delimited JSON files on the local disk. */
export const filesystem: Destination<typeof parameters> = filesystemOver(disk);

function missing(dataset: Dataset): LoadError {
  return new LoadError("Cannot open the dataset: there is no such folder", {
    code: "dataset-missing",
    at: { file: dataset.root },
    next: "run the pipeline first, or name its folder in [destination.filesystem] bucket_url",
  });
}

class FilesystemSession implements Session {
  readonly location: string;
  readonly #dataset: Dataset;
  readonly #context: SessionContext;
  readonly #queries: Queries;

  constructor(dataset: Dataset, location: string, context: SessionContext) {
    this.#dataset = dataset;
    this.location = location;
    this.#context = context;
    this.#queries = new Queries(context.datasetName);
  }

  stored(pipelineName: string, schemaName: string): Promise<Stored> {
    return this.#read("read the stored state", (view) => readStored(view, pipelineName, schemaName));
  }

  hasLoad(loadId: string): Promise<boolean> {
    return this.#read("read the list of loads", async (view) => view.loadIds.has(loadId));
  }

  async begin({ loadId }: { loadId: string; schemaName: string }): Promise<Load> {
    if (this.#context.readOnly) throw new TypeError("A session that was opened to read cannot begin a load");
    return await this.#attempt(
      "begin the load",
      () => FilesystemLoad.begin(this.#dataset, plainLoadId(loadId)),
    );
  }

  query(sql: string): Promise<QueryResult> {
    return this.#read("run the query", (view) => this.#queries.run(view, sql));
  }

  #read<T>(doing: string, read: (view: View) => Promise<T>): Promise<T> {
    return this.#attempt(doing, () => readAtOnce(this.#dataset.files, this.#dataset.root, read));
  }

  async #attempt<T>(doing: string, action: () => Promise<T>): Promise<T> {
    try {
      return await action();
    } catch (error) {
      throw explain(error, this.#dataset.root, doing);
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#queries[Symbol.dispose]();
    return Promise.resolve();
  }
}
