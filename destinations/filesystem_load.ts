/**
 * One load into files: rows are staged, and publishing is one commit record.
 * @module
 */
import type { Load, Publication } from "../pipeline/destination.ts";
import { LoadError } from "../pipeline/errors.ts";
import type { RowBatch, Table } from "../pipeline/schema_types.ts";
import { applyCommit, writeCommit } from "./filesystem_commit.ts";
import type { Dataset } from "./filesystem_dataset.ts";
import { explain } from "./filesystem_files.ts";
import { checkTable, plainName } from "./filesystem_names.ts";
import { StagedFiles } from "./filesystem_staging.ts";
import { supersede } from "./filesystem_supersede.ts";
import { loadedFile, outdatedStates, versionAndStateFiles, versionFiles } from "./filesystem_system.ts";
import { View } from "./filesystem_view.ts";

/** Rows that become true together, or leave nothing behind. */
export class FilesystemLoad implements Load {
  readonly #dataset: Dataset;
  readonly #loadId: string;
  readonly #lock: Disposable;
  readonly #staged: StagedFiles;
  /** Table names by their lower-case form: those of the dataset and those of this load. */
  readonly #taken: Map<string, string>;
  /** Tables whose rows go, whatever the load brings; true for those that are dropped. */
  readonly #cleared = new Map<string, boolean>();
  #open = true;

  private constructor(dataset: Dataset, loadId: string, lock: Disposable, tables: string[]) {
    this.#dataset = dataset;
    this.#loadId = loadId;
    this.#lock = lock;
    this.#staged = new StagedFiles(dataset.files, dataset.root, loadId);
    this.#taken = new Map(tables.map((name) => [name.toLowerCase(), name]));
  }

  /** Begins a load in a dataset that is ready for one. */
  static begin(dataset: Dataset, loadId: string): Promise<FilesystemLoad> {
    return dataset.locked(async () => {
      const tables = await (await View.take(dataset.files, dataset.root)).tables();
      return new FilesystemLoad(dataset, loadId, await dataset.stage(loadId), tables);
    });
  }

  drop(tables: readonly string[]): Promise<void> {
    return this.#clear("drop tables", tables, true);
  }

  truncate(tables: readonly string[]): Promise<void> {
    return this.#clear("empty tables", tables, false);
  }

  #clear(doing: string, tables: readonly string[], isDropped: boolean): Promise<void> {
    return this.#attempt(doing, async () => {
      for (const table of tables) this.#cleared.set(plainName("table", table), isDropped);
    });
  }

  /** Files need no definition of their columns; only names can be refused. */
  migrate(tables: readonly Table[]): Promise<void> {
    return this.#attempt(
      "create tables",
      async () => tables.forEach((table) => checkTable(table, this.#taken)),
    );
  }

  write(batch: RowBatch): Promise<void> {
    return this.#attempt(`write rows to "${batch.table.name}"`, async () => {
      if (!this.#taken.has(batch.table.name.toLowerCase())) checkTable(batch.table, this.#taken);
      await this.#staged.write(batch);
    });
  }

  publish(publication: Publication): Promise<void> {
    return this.#attempt("publish the load", async () => {
      await this.#staged.flush();
      await this.#dataset.locked(() => this.#publish(publication));
    });
  }

  async #publish(publication: Publication): Promise<void> {
    const { files, root } = this.#dataset;
    const view = await View.take(files, root);
    // A load package that is handed over twice is true once.
    if (view.loadIds.has(this.#loadId)) return;
    for (const each of publication.tables) {
      const replaceAll = each.replaceAll || this.#cleared.has(each.table.name);
      await supersede(view, this.#staged, { ...each, replaceAll });
    }
    for (const [table, isDropped] of this.#cleared) {
      for (const { path } of await view.list(table)) this.#staged.remove(path);
      if (isDropped && !this.#staged.has(table)) this.#staged.removeFolder(table);
    }
    if (publication.version?.replacesOlder) {
      for (const { path } of await versionFiles(view, publication.schemaName)) this.#staged.remove(path);
    }
    for (const { path, text } of versionAndStateFiles(publication)) await this.#staged.add(path, text);
    if (publication.state) {
      const outdated = await outdatedStates(view, publication.state.pipelineName);
      for (const { path } of outdated) this.#staged.remove(path);
    }
    const commit = await this.#staged.complete(loadedFile(publication));
    try {
      await writeCommit(files, root, commit);
      await applyCommit(files, root, commit);
    } catch (cause) {
      throw await this.#isPublished() ? this.#notApplied(cause) : cause;
    }
  }

  async #isPublished(): Promise<boolean> {
    return (await View.take(this.#dataset.files, this.#dataset.root)).loadIds.has(this.#loadId);
  }

  #notApplied(cause: unknown): LoadError {
    const { root } = this.#dataset;
    return new LoadError("Cannot move all files of the load into place, though the load is published", {
      code: "commit-not-applied",
      at: { file: root, loadId: this.#loadId },
      next: "solve what is named as the cause; whoever opens the dataset next finishes the move",
      cause: explain(cause, root, "move files"),
    });
  }

  async #attempt<T>(doing: string, action: () => Promise<T>): Promise<T> {
    try {
      return await action();
    } catch (error) {
      throw explain(error, this.#dataset.root, doing);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#open) return;
    this.#open = false;
    this.#lock[Symbol.dispose]();
    try {
      await this.#dataset.unstage(this.#loadId);
    } catch {
      // What cannot be removed now is removed by whoever opens the dataset next; an error here would hide
      // the one that ended the load.
    }
  }
}
