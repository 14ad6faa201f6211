/**
 * A file layer in which a chosen operation fails: as in a killed process, where nothing happens after it and
 * all locks are gone, or once, as on a full disk.
 * @module
 */
import { disk, type FileLayer } from "../destinations/filesystem_files.ts";

/** The disk without waiting for it: a killed process loses nothing that it handed to the operating system. */
export const swiftDisk: FileLayer = { ...disk, sync: async () => {}, syncDirectory: async () => {} };

/** What the chosen operation does: nothing, or half a write, and then the process ends; or it fails, once. */
export type Failure = "killed" | "killed-halfway" | "disk-full";

/** The disk until a number of operations have been done. */
export class FailingFiles implements FileLayer {
  /** What was asked for, in order, for assertions and failure messages. */
  readonly log: string[] = [];
  readonly #failAt: number;
  readonly #failure: Failure;
  readonly #locks = new Set<Disposable>();

  /** Lets operation number `failAt`, counted from 1, fail. */
  constructor(failAt = Infinity, failure: Failure = "killed") {
    this.#failAt = failAt;
    this.#failure = failure;
  }

  /** Whether the chosen operation was reached. */
  get hasFailed(): boolean {
    return this.log.length >= this.#failAt;
  }

  async #step<T>(
    name: string,
    path: string,
    action: () => Promise<T>,
    halfWay?: () => Promise<T>,
  ): Promise<T> {
    const isDead = this.hasFailed && this.#failure !== "disk-full";
    if (!isDead) this.log.push(`${name} ${path}`);
    if (!isDead && this.log.length !== this.#failAt) return await action();
    if (this.#failure === "disk-full") throw Object.assign(new Error("No space left"), { code: "ENOSPC" });
    for (const lock of this.#locks) lock[Symbol.dispose]();
    this.#locks.clear();
    if (!isDead && this.#failure === "killed-halfway") await halfWay?.();
    throw new Error("killed");
  }

  makeDirectory(path: string) {
    return this.#step("makeDirectory", path, () => swiftDisk.makeDirectory(path));
  }
  append(path: string, bytes: Uint8Array<ArrayBuffer>) {
    const half = bytes.slice(0, bytes.length / 2);
    return this.#step(
      "append",
      path,
      () => swiftDisk.append(path, bytes),
      () => swiftDisk.append(path, half),
    );
  }
  sync(path: string) {
    return this.#step("sync", path, () => swiftDisk.sync(path));
  }
  syncDirectory(path: string) {
    return this.#step("syncDirectory", path, () => swiftDisk.syncDirectory(path));
  }
  rename(from: string, to: string) {
    return this.#step("rename", `${from} -> ${to}`, () => swiftDisk.rename(from, to));
  }
  remove(path: string) {
    return this.#step("remove", path, () => swiftDisk.remove(path));
  }
  list(path: string) {
    return this.#step("list", path, () => swiftDisk.list(path));
  }
  readText(path: string) {
    return this.#step("readText", path, () => swiftDisk.readText(path));
  }
  read(path: string) {
    return this.#step("read", path, () => swiftDisk.read(path));
  }
  lock(path: string, options: { wait: boolean }) {
    return this.#step("lock", path, async () => {
      const lock = await swiftDisk.lock(path, options);
      if (!lock) return undefined;
      this.#locks.add(lock);
      return {
        [Symbol.dispose]: () => {
          if (this.#locks.delete(lock)) lock[Symbol.dispose]();
        },
      };
    });
  }
}
