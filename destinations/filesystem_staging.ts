/**
 * The files of a load before it is published: new rows, rewritten files, bookkeeping, and the plan of where
 * each will go. Nothing here is visible to a reader.
 * @module
 */
import { join } from "node:path";
import type { RowBatch } from "../pipeline/schema_types.ts";
import { type Commit, type Move, stagingFolder } from "./filesystem_commit.ts";
import type { FileLayer } from "./filesystem_files.ts";
import { count, type IsGone, survivors } from "./filesystem_filter.ts";
import { readLines, rowEncoder } from "./filesystem_rows.ts";

/** Text of one table that is written at once, in UTF-16 units; larger brings nothing more. */
const CHUNK_CHARACTERS = 512 * 1024;
/** Text of all tables that may wait: many small child tables must not add up. */
const MAX_WAITING_CHARACTERS = 16 * 1024 * 1024;
/** A load writes one file for each table; the id is there because dlt's layout has it. */
const FILE_ID = "0001";

interface TableFile {
  path: string;
  waiting: string;
}

/** A load's own files. Paths start at the dataset. */
export class StagedFiles {
  readonly #files: FileLayer;
  readonly #root: string;
  readonly #loadId: string;
  readonly #tables = new Map<string, TableFile>();
  readonly #moves: Move[] = [];
  readonly #removes = new Set<string>();
  readonly #encoder = new TextEncoder();
  #made = 0;
  #waiting = 0;

  constructor(files: FileLayer, root: string, loadId: string) {
    this.#files = files;
    this.#root = root;
    this.#loadId = loadId;
  }

  /** Takes rows of a table. */
  async write({ table, rows }: RowBatch): Promise<void> {
    let file = this.#tables.get(table.name);
    if (!file) this.#tables.set(table.name, file = { path: this.#newPath(), waiting: "" });
    const encode = rowEncoder(table);
    for (const row of rows) {
      const line = encode(row);
      file.waiting += line;
      this.#waiting += line.length;
      if (file.waiting.length >= CHUNK_CHARACTERS) await this.#flush(file);
    }
    if (this.#waiting >= MAX_WAITING_CHARACTERS) await this.flush();
  }

  /** Hands all waiting rows to the operating system. */
  async flush(): Promise<void> {
    for (const file of this.#tables.values()) await this.#flush(file);
  }

  async #flush(file: TableFile): Promise<void> {
    if (!file.waiting) return;
    const text = file.waiting;
    file.waiting = "";
    this.#waiting -= text.length;
    await this.#append(file.path, text);
  }

  /** Whether the load has rows for a table. */
  has(table: string): boolean {
    return this.#tables.has(table);
  }

  /** Lines of the load's own rows of a table, some at a time. */
  async *lines(table: string): AsyncGenerator<string[]> {
    const file = this.#tables.get(table);
    const bytes = file && await this.#files.read(join(this.#root, file.path));
    if (bytes) yield* readLines(bytes);
  }

  /** Leaves rows out of the load's own rows of a table. */
  async filter(table: string, isGone: IsGone): Promise<void> {
    const { gone, kept } = await count(this.lines(table), isGone);
    if (!gone) return;
    if (kept) this.#tables.get(table)!.path = await this.#writeLines(survivors(this.lines(table), isGone));
    else this.#tables.delete(table);
  }

  /** Puts lines where a file of the dataset is now. */
  async replace(path: string, batches: AsyncIterable<string[]>): Promise<void> {
    this.#moves.push({ from: await this.#writeLines(batches), to: path });
  }

  /** Adds a file with a text. */
  async add(path: string, text: string): Promise<void> {
    this.#moves.push({ from: await this.#writeText(text), to: path });
  }

  /** Lets a file of the dataset go. */
  remove(path: string): void {
    this.#removes.add(path);
  }

  /** Waits until all files are on the disk, then says what publishing them means. */
  async complete(loaded: { path: string; text: string }): Promise<Commit> {
    for (const [table, { path }] of this.#tables) {
      this.#moves.push({ from: path, to: `${table}/${this.#loadId}.${FILE_ID}.jsonl` });
    }
    const marker = { from: await this.#writeText(loaded.text), to: loaded.path };
    for (const { from } of [...this.#moves, marker]) await this.#files.sync(join(this.#root, from));
    return {
      version: 1,
      loadId: this.#loadId,
      moves: this.#moves,
      removes: [...this.#removes],
      loaded: marker,
    };
  }

  #newPath(): string {
    return `${stagingFolder(this.#loadId)}/${this.#made++}.jsonl`;
  }

  async #writeText(text: string): Promise<string> {
    const path = this.#newPath();
    await this.#append(path, text);
    return path;
  }

  async #writeLines(batches: AsyncIterable<string[]>): Promise<string> {
    const path = this.#newPath();
    let waiting = "";
    for await (const lines of batches) {
      if (lines.length) waiting += lines.join("\n") + "\n";
      if (waiting.length < CHUNK_CHARACTERS) continue;
      await this.#append(path, waiting);
      waiting = "";
    }
    if (waiting) await this.#append(path, waiting);
    return path;
  }

  #append(path: string, text: string): Promise<void> {
    return this.#files.append(join(this.#root, path), this.#encoder.encode(text));
  }
}
