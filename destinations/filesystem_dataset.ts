/**
 * The folder of a dataset: making it, locking it against other writers, and finishing or clearing what a
 * process that was killed left behind.
 * @module
 */
import { join } from "node:path";
import { LoadError } from "../pipeline/errors.ts";
import { applyCommit, readCommit, stagingFolder } from "./filesystem_commit.ts";
import { type FileLayer, makeDurable } from "../pipeline/file_layer.ts";
import { MARKER, SYSTEM_FOLDER } from "./filesystem_names.ts";

const LOCK = "lock";
const MARKER_TEXT = '{"initial_version":2,"current_version":2}';

/** A dataset's folder and the file operations on it. */
export class Dataset {
  readonly files: FileLayer;
  readonly root: string;

  constructor(files: FileLayer, root: string) {
    this.files = files;
    this.root = root;
  }

  /** The path of something in the dataset. */
  path(...parts: string[]): string {
    return join(this.root, ...parts);
  }

  /** Whether there is a dataset at all. */
  async exists(): Promise<boolean> {
    return await this.files.list(this.root) !== undefined;
  }

  /** Creates what is missing, finishes a load that became true, and clears away those that never will. */
  async prepare(): Promise<void> {
    await makeDurable(this.files, this.path(SYSTEM_FOLDER));
    const isNew = await this.files.readText(this.path(MARKER)) === undefined;
    const isUnfinished = await readCommit(this.files, this.root) !== undefined;
    // A writer at work clears up itself; waiting for it is needed only where its work is.
    using lock = await this.files.lock(this.path(SYSTEM_FOLDER, LOCK), { wait: isNew || isUnfinished });
    if (!lock) return;
    if (isNew) await this.#mark();
    await this.#finishCommit();
    await this.#sweep();
  }

  /** Does something while nobody else writes, starting from a dataset without an unfinished load. */
  async locked<T>(action: () => Promise<T>): Promise<T> {
    using _lock = await this.files.lock(this.path(SYSTEM_FOLDER, LOCK), { wait: true });
    await this.#finishCommit();
    return await action();
  }

  /** Makes an empty folder for a load's files; it is the load's until the lock that comes back is let go. */
  async stage(loadId: string): Promise<Disposable> {
    const folder = this.path(stagingFolder(loadId));
    // A commit record must never be there without the files that it names.
    await makeDurable(this.files, folder);
    const lock = await this.files.lock(join(folder, LOCK), { wait: false });
    if (!lock) {
      throw new LoadError("Cannot begin the load: another process is loading this load package", {
        code: "load-in-progress",
        at: { loadId },
        next: "wait for it to finish",
      });
    }
    using held = new DisposableStack();
    held.use(lock);
    for (const { name } of await this.files.list(folder) ?? []) {
      if (name !== LOCK) await this.files.remove(join(folder, name));
    }
    return held.move();
  }

  /** Removes a load's unpublished files, unless a record says that they are needed. */
  async unstage(loadId: string): Promise<void> {
    if ((await readCommit(this.files, this.root))?.loadId === loadId) return;
    await this.files.remove(this.path(stagingFolder(loadId)));
  }

  async #mark(): Promise<void> {
    if (await this.files.readText(this.path(MARKER)) !== undefined) return;
    const written = this.path(SYSTEM_FOLDER, MARKER);
    await this.files.remove(written);
    await this.files.append(written, new TextEncoder().encode(MARKER_TEXT));
    await this.files.sync(written);
    await this.files.rename(written, this.path(MARKER));
    await this.files.syncDirectory(this.root);
  }

  async #finishCommit(): Promise<void> {
    const commit = await readCommit(this.files, this.root);
    if (!commit) return;
    await applyCommit(this.files, this.root, commit);
    await this.#sweepOne(commit.loadId);
  }

  async #sweep(): Promise<void> {
    for (const { name, isDirectory } of await this.files.list(this.path(SYSTEM_FOLDER)) ?? []) {
      if (isDirectory) await this.#sweepOne(name);
    }
  }

  /** Removes the files of a load whose process is gone. */
  async #sweepOne(loadId: string): Promise<void> {
    const folder = this.path(stagingFolder(loadId));
    if (await this.files.list(folder) === undefined) return;
    const lock = await this.files.lock(join(folder, LOCK), { wait: false });
    if (!lock) return;
    lock[Symbol.dispose]();
    await this.files.remove(folder);
  }
}
