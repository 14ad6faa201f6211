/**
 * Pages as frames in a file: a line with a checksum and a JSON header, then the body and a line break.
 * @module
 */
import { crc32 } from "node:zlib";
import { StateError } from "./errors.ts";
import { parseJson, stringifyJson } from "./json.ts";
import type { PageHeader, StoredPage } from "./load_package.ts";

// A damaged length must not become an allocation.
const MAX_FRAME_BYTES = 2 ** 31;
const LONGEST_LINE_BYTES = 2 ** 28;
const LINE_BREAK = new Uint8Array([10]);
const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** A page as bytes. */
export function frameOf({ header, body }: StoredPage): Uint8Array[] {
  // A parent's fields in it can be whole numbers beyond 2^53.
  const text = stringifyJson({ bytes: body.length, ...header });
  return [encoder.encode(`${checksumOf(text, body)} ${text}\n`), body, LINE_BREAK];
}

function checksumOf(header: string, body: Uint8Array): string {
  return crc32(body, crc32(header)).toString(16).padStart(8, "0");
}

/** The pages of an open file. @throws {StateError} on a damaged frame */
export async function* readFrames(file: Deno.FsFile, path: string): AsyncGenerator<StoredPage> {
  const reader = new FrameReader(file);
  for (let frame = 1;; frame++) {
    const line = await reader.line();
    if (line === undefined) return;
    const header = parseHeader(line.slice(9), path, frame);
    const body = await reader.bytes(header.bytes + LINE_BREAK.length);
    if (!body) throw damaged(path, frame);
    const page = body.subarray(0, header.bytes);
    if (checksumOf(line.slice(9), page) !== line.slice(0, 8)) throw damaged(path, frame);
    yield { header, body: page };
  }
}

/** Reads lines and blocks of bytes in turn, with one buffer. */
class FrameReader {
  readonly #file: Deno.FsFile;
  #buffer = new Uint8Array(65_536);
  #start = 0;
  #end = 0;

  constructor(file: Deno.FsFile) {
    this.#file = file;
  }

  /** The text up to the next line break; undefined at the end of the file. */
  async line(): Promise<string | undefined> {
    while (true) {
      const at = this.#buffer.subarray(this.#start, this.#end).indexOf(10);
      if (at >= 0) {
        const text = decoder.decode(this.#buffer.subarray(this.#start, this.#start + at));
        this.#start += at + 1;
        return text;
      }
      this.#makeRoom();
      const isTooLong = this.#end > LONGEST_LINE_BYTES;
      const read = isTooLong ? null : await this.#file.read(this.#buffer.subarray(this.#end));
      // What is left without a line break is a frame cut off: its checksum will not match.
      if (read === null) return this.#end ? decoder.decode(this.#buffer.subarray(0, this.#end)) : undefined;
      this.#end += read;
    }
  }

  /** Moves what is left to the front; where it fills the buffer, as a long list of dropped records may, that grows. */
  #makeRoom(): void {
    const left = this.#buffer.subarray(this.#start, this.#end);
    if (left.length === this.#buffer.length) this.#buffer = new Uint8Array(left.length * 2);
    this.#buffer.set(left);
    this.#end = left.length;
    this.#start = 0;
  }

  /** The next bytes, or undefined when the file ends before them. */
  async bytes(size: number): Promise<Uint8Array | undefined> {
    if (size > MAX_FRAME_BYTES) return undefined;
    const block = new Uint8Array(size);
    let filled = Math.min(size, this.#end - this.#start);
    block.set(this.#buffer.subarray(this.#start, this.#start + filled));
    this.#start += filled;
    while (filled < size) {
      const read = await this.#file.read(block.subarray(filled));
      if (read === null) return undefined;
      filled += read;
    }
    return block;
  }
}

function parseHeader(text: string, path: string, frame: number): PageHeader & { bytes: number } {
  try {
    const header = parseJson(text) as unknown as PageHeader & { bytes: number };
    if (Number.isInteger(header.bytes) && header.bytes >= 0) return header;
  } catch { /* reported below with its place */ }
  throw damaged(path, frame);
}

function damaged(path: string, frame: number): StateError {
  return new StateError(`Cannot read a load package: page ${frame} is damaged or cut off`, {
    code: "package-corrupt",
    at: { file: path },
    next: "move the package folder away and run again; what it held is read again from the source",
  });
}
