/**
 * The answers of an API as an extraction got them, in one file that only grows: the journal of a load package.
 * A frame has a checksum, so that what was cut off by a crash is told from what is whole; whatever is whole is
 * recalled by the extraction that goes on.
 * @module
 */
import { dirname } from "node:path";
import type { AnswerBook, StoredAnswer } from "../rest/answers.ts";
import { disk } from "./file_layer.ts";
import { AppendFile } from "./files.ts";
import type { JsonObject } from "./json.ts";
import { damaged, type Frame, frameHeads, frameOf, type FramePlace, readFrame } from "./package_frames.ts";
import { writing } from "./shortage.ts";

// What a power cut may cost at most.
const SYNC_AFTER_MS = 1000;

/** How far the answers of one resource carried. */
interface Owned {
  /** Places of answers that were kept before and not recalled yet, oldest first, by what was asked. */
  readonly known: Map<string, FramePlace[]>;
  recalled: number;
  /** New ones. */
  kept: number;
}

/** The answers of one package. */
export class AnswerFile implements AnswerBook, AsyncDisposable {
  readonly #path: string;
  readonly #owners = new Map<string, Owned>();
  #writer: AppendFile | undefined;
  #reader: Deno.FsFile | undefined;
  #reading: Promise<unknown> = Promise.resolve();
  #end = 0;
  #syncedAt = Date.now();

  /** Nothing is made before the first answer. */
  constructor(path: string) {
    this.#path = path;
  }

  /** Finds what was kept before, so that it can be recalled. */
  async index(): Promise<void> {
    this.#owners.clear();
    this.#end = 0;
    const file = await this.#readable();
    if (!file) return;
    for await (const { header, place } of frameHeads(file)) {
      this.#note(header, place);
      this.#end = place.at + place.size;
    }
  }

  /** Cuts away what a crash left half-written at the end. */
  async trim(): Promise<void> {
    const size = await (await this.#readable())?.stat().then((file) => file.size) ?? 0;
    if (size > this.#end) await disk.truncate(this.#path, this.#end);
  }

  #note({ forgotten, owner, key }: JsonObject, place: FramePlace): void {
    if (typeof forgotten === "string") this.#owners.delete(forgotten);
    if (typeof owner !== "string" || typeof key !== "string") return;
    const { known } = this.#of(owner);
    const places = known.get(key);
    if (places) places.push(place);
    else known.set(key, [place]);
  }

  #of(owner: string): Owned {
    let owned = this.#owners.get(owner);
    if (!owned) this.#owners.set(owner, owned = { known: new Map(), recalled: 0, kept: 0 });
    return owned;
  }

  /** Whose answers are kept. */
  get owners(): string[] {
    return [...this.#owners.keys()];
  }

  /** Answers that are kept and can be recalled, now or by a run that goes on. */
  get count(): number {
    return this.#sum(({ known, recalled, kept }) => {
      let waiting = 0;
      for (const places of known.values()) waiting += places.length;
      return waiting + recalled + kept;
    });
  }

  /** Answers that this run got from the API itself. */
  get added(): number {
    return this.#sum(({ kept }) => kept);
  }

  #sum(part: (owned: Owned) => number): number {
    return [...this.#owners.values()].reduce((sum, owned) => sum + part(owned), 0);
  }

  /** Those that have recalled answers, and nothing new since: where they went on, the API gave no answer. */
  get stalled(): string[] {
    return [...this.#owners].filter(([, { recalled, kept }]) => recalled > 0 && kept === 0)
      .map(([owner]) => owner);
  }

  /** Those that have recalled answers. */
  get recalled(): string[] {
    return [...this.#owners].filter(([, { recalled }]) => recalled > 0).map(([owner]) => owner);
  }

  async recall(owner: string, key: string): Promise<StoredAnswer & { place: FramePlace } | undefined> {
    const owned = this.#of(owner);
    for (;;) {
      const place = owned.known.get(key)?.shift();
      if (place === undefined) return undefined;
      const frame = await this.#frame(place);
      // What a power cut left half-written in the middle was asked for again, or will be.
      if (!frame) continue;
      owned.recalled++;
      return { head: frame.header.head as JsonObject, bytes: frame.body, place };
    }
  }

  async keep(owner: string, key: string, { head, bytes }: StoredAnswer): Promise<FramePlace> {
    const place = await this.#append({ header: { owner, key, head }, body: bytes });
    this.#of(owner).kept++;
    return place;
  }

  /** Answers of a resource count no longer, now or later. */
  async forget(owner: string): Promise<void> {
    this.#owners.delete(owner);
    await this.#append({ header: { forgotten: owner }, body: new Uint8Array() });
  }

  async #append(frame: Frame): Promise<FramePlace> {
    const writer = this.#writer ??= new AppendFile(this.#path);
    const parts = frameOf(frame);
    const place = { at: this.#end, size: parts.reduce((sum, part) => sum + part.length, 0) };
    this.#end += place.size;
    await writing(dirname(this.#path), "write to the load package", () => writer.append(parts));
    const now = Date.now();
    if (now - this.#syncedAt >= SYNC_AFTER_MS) {
      this.#syncedAt = now;
      writer.syncSoon();
    }
    return place;
  }

  /** The body of a kept answer. @throws {StateError} when it is damaged */
  async body(place: FramePlace): Promise<Uint8Array> {
    const frame = await this.#frame(place);
    if (frame) return frame.body;
    throw damaged("an answer in it is damaged or cut off", this.#path);
  }

  /** One at a time: the file has one position. */
  #frame(place: FramePlace): Promise<Frame | undefined> {
    const reading = this.#reading.then(async () => {
      const file = await this.#readable();
      return file && await readFrame(file, place);
    });
    this.#reading = reading.catch(() => {});
    return reading;
  }

  async #readable(): Promise<Deno.FsFile | undefined> {
    try {
      return this.#reader ??= await Deno.open(this.#path);
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return undefined;
      throw error;
    }
  }

  /** Makes what was kept durable. */
  async sync(): Promise<void> {
    if (!this.#writer) return;
    await this.#writer.sync();
    await disk.syncDirectory(dirname(this.#path));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#writer?.close();
    await this.#reading;
    this.#reader?.close();
    this.#writer = this.#reader = undefined;
  }
}
