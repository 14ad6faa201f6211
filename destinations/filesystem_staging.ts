/**
 * The files of a load before it is published: new rows, rewritten files, bookkeeping, and the plan of where
 * each will go. Nothing here is visible to a reader.
 * @module
 */
import { join } from "node:path";
import { concatenated } from "../pipeline/bytes.ts";
import type { RowBatch } from "../pipeline/schema_types.ts";
import { type Commit, type Move, stagingFolder } from "./filesystem_commit.ts";
import type { FileLayer } from "../pipeline/file_layer.ts";
import { count, type IsGone, survivors } from "./filesystem_filter.ts";
import { readLines, rowEncoder } from "./filesystem_rows.ts";

/** Bytes of one table that are written at once; more brings nothing. */
const CHUNK_BYTES = 512 * 1024;
/** Bytes of all tables that may wait: many small child tables must not add up. */
const MAX_WAITING_BYTES = 16 * 1024 * 1024;
/** UTF-8 takes at most so many bytes for a UTF-16 unit. */
const MAX_BYTES_PER_UNIT = 3;
/** A load writes one file for each table; the id is there because dlt's layout has it. */
const FILE_ID = "0001";

type Bytes = Uint8Array<ArrayBuffer>;

interface TableFile {
  path: string;
  waiting: Bytes[];
  waitingBytes: number;
}

/** A load's own files. Paths start at the dataset. */
export class StagedFiles {
  readonly #files: FileLayer;
  readonly #root: string;
  readonly #loadId: string;
  readonly #tables = new Map<string, TableFile>();
  readonly #moves: Move[] = [];
  readonly #removes = new Set<string>();
  readonly #emptied: string[] = [];
  readonly #encoder = new TextEncoder();
  #made = 0;
  #waitingBytes = 0;
  /** A buffer that no write is using. */
  #spare?: Bytes;

  constructor(files: FileLayer, root: string, loadId: string) {
    this.#files = files;
    this.#root = root;
    this.#loadId = loadId;
  }

  /** Takes rows of a table. */
  async write({ table, rows }: RowBatch): Promise<void> {
    let file = this.#tables.get(table.name);
    if (!file) {
      file = { path: this.#newPath(), waiting: [], waitingBytes: 0 };
      this.#tables.set(table.name, file);
    }
    const encode = rowEncoder(table);
    // Encoding line by line into one buffer is twice as fast as encoding a long text that was pieced together.
    const buffer = this.#spare ?? new Uint8Array(CHUNK_BYTES);
    this.#spare = undefined;
    let used = 0;
    for (const row of rows) {
      const line = encode(row);
      const needed = line.length * MAX_BYTES_PER_UNIT;
      if (needed > CHUNK_BYTES - used) {
        await this.#take(file, buffer.subarray(0, used));
        used = 0;
      }
      if (needed > CHUNK_BYTES) await this.#take(file, this.#encoder.encode(line));
      else used += this.#encoder.encodeInto(line, buffer.subarray(used)).written;
    }
    await this.#take(file, buffer.subarray(0, used));
    this.#spare = buffer;
    if (this.#waitingBytes >= MAX_WAITING_BYTES) await this.flush();
  }

  /** Writes bytes when there are enough, otherwise keeps a copy. */
  async #take(file: TableFile, bytes: Bytes): Promise<void> {
    if (bytes.length >= CHUNK_BYTES / 2) {
      await this.#flush(file);
      await this.#append(file.path, bytes);
    } else if (bytes.length) {
      file.waiting.push(bytes.slice());
      file.waitingBytes += bytes.length;
      this.#waitingBytes += bytes.length;
      if (file.waitingBytes >= CHUNK_BYTES) await this.#flush(file);
    }
  }

  /** Hands all waiting rows to the operating system. */
  async flush(): Promise<void> {
    for (const file of this.#tables.values()) await this.#flush(file);
  }

  async #flush(file: TableFile): Promise<void> {
    if (!file.waitingBytes) return;
    const bytes = concatenated(file.waiting, file.waitingBytes);
    this.#waitingBytes -= file.waitingBytes;
    file.waiting = [];
    file.waitingBytes = 0;
    await this.#append(file.path, bytes);
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

  /** Lets a folder of the dataset go once its files are gone. */
  removeFolder(path: string): void {
    this.#emptied.push(path);
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
      ...(this.#emptied.length && { emptied: this.#emptied }),
      loaded: marker,
    };
  }

  #newPath(): string {
    return `${stagingFolder(this.#loadId)}/${this.#made++}.jsonl`;
  }

  async #writeText(text: string): Promise<string> {
    const path = this.#newPath();
    await this.#append(path, this.#encoder.encode(text));
    return path;
  }

  async #writeLines(batches: AsyncIterable<string[]>): Promise<string> {
    const path = this.#newPath();
    let waiting = "";
    for await (const lines of batches) {
      if (lines.length) waiting += lines.join("\n") + "\n";
      if (waiting.length < CHUNK_BYTES) continue;
      await this.#append(path, this.#encoder.encode(waiting));
      waiting = "";
    }
    if (waiting) await this.#append(path, this.#encoder.encode(waiting));
    return path;
  }

  #append(path: string, bytes: Bytes): Promise<void> {
    return this.#files.append(join(this.#root, path), bytes);
  }
}
