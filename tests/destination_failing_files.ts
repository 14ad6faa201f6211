/**
 * A file layer in which a chosen operation fails: as in a killed process, where nothing happens after it and
 * all locks are gone, or once, as on a full disk.
 * @module
 */
import { disk, type FileLayer } from "../pipeline/file_layer.ts";
import { type FileOperation, watchedFiles } from "./watched_files.ts";

/** The disk without waiting for it: a killed process loses nothing that it handed to the operating system. */
export const swiftDisk: FileLayer = { ...disk, sync: async () => {}, syncDirectory: async () => {} };

/** What the chosen operation does: nothing, or half a write, and then the process ends; or it fails, once. */
export type Failure = "killed" | "killed-halfway" | "disk-full";

/** The disk until a number of operations have been done. */
export class FailingFiles {
  /** What was asked for, in order, for assertions and failure messages. */
  readonly log: string[] = [];
  readonly files: FileLayer;
  readonly #failAt: number;
  readonly #failure: Failure;
  readonly #locks = new Set<Disposable>();

  /** Lets operation number `failAt`, counted from 1, fail. */
  constructor(failAt = Infinity, failure: Failure = "killed") {
    this.#failAt = failAt;
    this.#failure = failure;
    const lock: FileLayer["lock"] = (path, options) => this.#lock(path, options);
    this.files = watchedFiles({ ...swiftDisk, lock }, (...step) => this.#step(...step));
  }

  /** Whether the chosen operation was reached. */
  get hasFailed(): boolean {
    return this.log.length >= this.#failAt;
  }

  async #step<T>(
    { kind, path, to }: FileOperation,
    action: () => Promise<T>,
    halfWay?: () => Promise<T>,
  ): Promise<T> {
    const isDead = this.hasFailed && this.#failure !== "disk-full";
    if (!isDead) this.log.push(`${kind} ${path}${to === undefined ? "" : ` -> ${to}`}`);
    if (!isDead && this.log.length !== this.#failAt) return await action();
    if (this.#failure === "disk-full") throw Object.assign(new Error("No space left"), { code: "ENOSPC" });
    for (const lock of this.#locks) lock[Symbol.dispose]();
    this.#locks.clear();
    if (!isDead && this.#failure === "killed-halfway") await halfWay?.();
    throw new Error("killed");
  }

  async #lock(path: string, options: { wait: boolean }): Promise<Disposable | undefined> {
    const lock = await swiftDisk.lock(path, options);
    if (!lock) return undefined;
    this.#locks.add(lock);
    return {
      [Symbol.dispose]: () => {
        if (this.#locks.delete(lock)) lock[Symbol.dispose]();
      },
    };
  }
}
