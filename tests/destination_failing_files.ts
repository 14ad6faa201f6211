/**
 * A file layer that dies at a chosen operation, as a killed process does: nothing happens after it, and its
 * locks are gone.
 * @module
 */
import { disk, type FileLayer } from "../destinations/filesystem_files.ts";

/** Stands for the end of the process. */
export class Killed extends Error {
  constructor() {
    super("killed");
  }
}

/** The disk until a number of operations have been done. */
export class MortalFiles implements FileLayer {
  /** What was done, in order, for assertions and failure messages. */
  readonly log: string[] = [];
  readonly #fatal: number;
  readonly #half: boolean;
  readonly #locks = new Set<Disposable>();

  /** Dies at operation number `fatal`, counted from 1; with `half`, a write still reaches half its length. */
  constructor(fatal = Infinity, half = false) {
    this.#fatal = fatal;
    this.#half = half;
  }

  /** Whether the chosen operation was reached. */
  get isDead(): boolean {
    return this.log.length >= this.#fatal;
  }

  async #step<T>(
    name: string,
    path: string,
    action: () => Promise<T>,
    halfWay?: () => Promise<T>,
  ): Promise<T> {
    const wasDead = this.isDead;
    if (!wasDead) this.log.push(`${name} ${path}`);
    if (!this.isDead) return await action();
    for (const lock of this.#locks) lock[Symbol.dispose]();
    this.#locks.clear();
    if (!wasDead && this.#half) await halfWay?.();
    throw new Killed();
  }

  makeDirectory(path: string) {
    return this.#step("makeDirectory", path, () => disk.makeDirectory(path));
  }
  append(path: string, bytes: Uint8Array<ArrayBuffer>) {
    const half = bytes.slice(0, bytes.length / 2);
    return this.#step("append", path, () => disk.append(path, bytes), () => disk.append(path, half));
  }
  sync(path: string) {
    return this.#step("sync", path, () => disk.sync(path));
  }
  syncDirectory(path: string) {
    return this.#step("syncDirectory", path, () => disk.syncDirectory(path));
  }
  rename(from: string, to: string) {
    return this.#step("rename", `${from} -> ${to}`, () => disk.rename(from, to));
  }
  remove(path: string) {
    return this.#step("remove", path, () => disk.remove(path));
  }
  list(path: string) {
    return this.#step("list", path, () => disk.list(path));
  }
  readText(path: string) {
    return this.#step("readText", path, () => disk.readText(path));
  }
  read(path: string) {
    return this.#step("read", path, () => disk.read(path));
  }
  lock(path: string, options: { wait: boolean }) {
    return this.#step("lock", path, async () => {
      const lock = await disk.lock(path, options);
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
