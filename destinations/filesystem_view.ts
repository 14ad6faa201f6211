/**
 * Reading a dataset as it is at one moment. Readers take no lock: they read through a commit record that is
 * not carried out yet, and read again when a load became true meanwhile.
 * @module
 */
import { join } from "node:path";
import { LoadError } from "../pipeline/errors.ts";
import { SYSTEM_TABLES } from "../pipeline/schema.ts";
import { type Commit, readCommit } from "./filesystem_commit.ts";
import type { FileLayer } from "../pipeline/file_layer.ts";
import { compareLoadIds, NAME_SEPARATOR } from "./filesystem_names.ts";
import { loadIdOf, readLines } from "./filesystem_rows.ts";

const ATTEMPTS = 10;
const DATA_FILE_REGEXP = /^[^.].*\.jsonl(?:\.gz)?$/;

/** A file of a table. */
export interface StoredFile {
  readonly name: string;
  /** Path from the dataset, as a reader without Sluice finds it. */
  readonly path: string;
  /** Where it lies as long as a commit record is not carried out. */
  readonly staged?: string;
}

/** A file that was listed is gone: another process published. */
class FileVanished extends Error {}

/** A dataset at one moment. */
export class View {
  readonly #files: FileLayer;
  readonly #root: string;
  readonly #commit?: Commit;
  /** Ids of all loads that are true. */
  readonly loadIds: ReadonlySet<string>;

  private constructor(files: FileLayer, root: string, commit: Commit | undefined, loadIds: Set<string>) {
    this.#files = files;
    this.#root = root;
    this.#commit = commit;
    this.loadIds = loadIds;
  }

  /** Looks at the dataset now. */
  static async take(files: FileLayer, root: string): Promise<View> {
    const commit = await readCommit(files, root);
    const entries = await files.list(join(root, SYSTEM_TABLES.loads)) ?? [];
    const loadIds = new Set(
      entries.filter((entry) => DATA_FILE_REGEXP.test(entry.name)).map((entry) => loadIdOfMarker(entry.name)),
    );
    if (commit) loadIds.add(commit.loadId);
    return new View(files, root, commit, loadIds);
  }

  /** Folders of tables, system tables included. */
  async tables(): Promise<string[]> {
    const entries = await this.#files.list(this.#root) ?? [];
    const names = entries.filter((entry) => entry.isDirectory && !entry.name.startsWith("."))
      .map((entry) => entry.name);
    const coming = this.#moves().map((move) => move.to.split("/")[0]);
    const going = new Set(this.#commit?.emptied);
    return [...new Set([...names.filter((name) => !going.has(name)), ...coming])].sort();
  }

  /** Files of a table, oldest load first. */
  async list(table: string): Promise<StoredFile[]> {
    const found = new Map<string, StoredFile>();
    for (const { name, isFile } of await this.#files.list(join(this.#root, table)) ?? []) {
      if (isFile && DATA_FILE_REGEXP.test(name)) found.set(name, { name, path: `${table}/${name}` });
    }
    for (const path of this.#commit?.removes ?? []) {
      if (path.startsWith(`${table}/`)) found.delete(path.slice(table.length + 1));
    }
    for (const { from, to } of this.#moves()) {
      const name = to.slice(table.length + 1);
      if (to === `${table}/${name}`) found.set(name, { name, path: to, staged: from });
    }
    return [...found.values()].sort((left, right) =>
      compareLoadIds(loadIdOf(left.name), loadIdOf(right.name)) || (left.name < right.name ? -1 : 1)
    );
  }

  /** Lines of a file, some at a time. */
  async *lines(file: StoredFile): AsyncGenerator<string[]> {
    const staged = file.staged && await this.#files.read(join(this.#root, file.staged));
    const bytes = staged || await this.#files.read(join(this.#root, file.path));
    if (!bytes) throw new FileVanished(file.path);
    yield* readLines(file.name.endsWith(".gz") ? bytes.pipeThrough(new DecompressionStream("gzip")) : bytes);
  }

  #moves() {
    return this.#commit ? [...this.#commit.moves, this.#commit.loaded] : [];
  }
}

/** `<schema>__<load_id>.jsonl` */
function loadIdOfMarker(name: string): string {
  return name.replace(/\.jsonl(?:\.gz)?$/, "").split(NAME_SEPARATOR).at(-1)!;
}

/** Reads something that must all be of one moment. */
export async function readAtOnce<T>(
  files: FileLayer,
  root: string,
  read: (view: View) => Promise<T>,
): Promise<T> {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const view = await View.take(files, root);
    try {
      const result = await read(view);
      if ((await View.take(files, root)).loadIds.symmetricDifference(view.loadIds).size === 0) return result;
    } catch (error) {
      if (!(error instanceof FileVanished)) throw error;
    }
  }
  throw new LoadError(`Cannot read the dataset: it changed ${ATTEMPTS} times while being read`, {
    code: "dataset-busy",
    at: { file: root },
    next: "try again when the pipelines that write it are done",
    recovery: "retry",
  });
}
