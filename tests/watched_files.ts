/**
 * A file layer that is watched: every operation goes by a function that may let it happen, do half of it, or end
 * the world instead.
 * @module
 */
import type { FileLayer } from "../pipeline/file_layer.ts";

/** One operation on a file. */
export interface FileOperation {
  readonly kind:
    | Exclude<keyof FileLayer, "appender">
    /** Opening a file to append to it. */
    | "open";
  readonly path: string;
  /** The new name, of a rename. */
  readonly to?: string;
  /** What is appended. */
  readonly bytes?: Uint8Array;
  /** Where a file is cut off. */
  readonly size?: number;
}

/** Does an operation, or something else. `half` writes the first half of what is appended. */
export type Watch = <T>(
  operation: FileOperation,
  action: () => Promise<T>,
  half?: () => Promise<T>,
) => Promise<T>;

/** Operations that change what a reader can find. */
export const CHANGES: ReadonlySet<FileOperation["kind"]> = new Set(
  ["makeDirectory", "append", "open", "truncate", "sync", "syncDirectory", "rename", "remove"],
);

/** The same layer, watched. */
export function watchedFiles(files: FileLayer, watch: Watch): FileLayer {
  const half = (bytes: Uint8Array) => bytes.slice(0, bytes.length / 2) as Uint8Array<ArrayBuffer>;
  return {
    makeDirectory: (path) => watch({ kind: "makeDirectory", path }, () => files.makeDirectory(path)),
    append: (path, bytes) =>
      watch(
        { kind: "append", path, bytes },
        () => files.append(path, bytes),
        () => files.append(path, half(bytes)),
      ),
    async appender(path) {
      const file = await watch({ kind: "open", path }, () => files.appender(path));
      return {
        append: (bytes) =>
          watch(
            { kind: "append", path, bytes },
            () => file.append(bytes),
            () => file.append(half(bytes)),
          ),
        sync: () => watch({ kind: "sync", path }, () => file.sync()),
        close: () => file.close(),
      };
    },
    truncate: (path, size) => watch({ kind: "truncate", path, size }, () => files.truncate(path, size)),
    sync: (path) => watch({ kind: "sync", path }, () => files.sync(path)),
    syncDirectory: (path) => watch({ kind: "syncDirectory", path }, () => files.syncDirectory(path)),
    rename: (path, to) => watch({ kind: "rename", path, to }, () => files.rename(path, to)),
    remove: (path) => watch({ kind: "remove", path }, () => files.remove(path)),
    lock: (path, options) => watch({ kind: "lock", path }, () => files.lock(path, options)),
    list: (path) => watch({ kind: "list", path }, () => files.list(path)),
    readText: (path) => watch({ kind: "readText", path }, () => files.readText(path)),
    read: (path) => watch({ kind: "read", path }, () => files.read(path)),
  };
}
