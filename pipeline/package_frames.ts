/**
 * Frames in a file: a line with a checksum and a JSON header, then a body and a line break. Pages and answers
 * are kept in them, so that damage is noticed and what was cut off is told from what is whole.
 * @module
 */
import { crc32 } from "node:zlib";
import { StateError } from "./errors.ts";
import { hexOf } from "./files.ts";
import { isJsonObject, type JsonObject, parseJson, stringifyJson } from "./json.ts";

/** A header with what it speaks of. */
export interface Frame<H = JsonObject> {
  readonly header: H;
  readonly body: Uint8Array;
}

/** Where a frame is in its file, in bytes. */
export interface FramePlace {
  readonly at: number;
  readonly size: number;
}

// A damaged length must not become an allocation.
const MAX_FRAME_BYTES = 2 ** 31;
const LONGEST_LINE_BYTES = 2 ** 28;
const LINE_BREAK = new Uint8Array([10]);
const CHECKSUM_CHARACTERS = 8;
const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** A frame as bytes. */
export function frameOf({ header, body }: Frame<object>): Uint8Array[] {
  // A parent's fields in it can be whole numbers beyond 2^53.
  const text = stringifyJson({ bytes: body.length, ...header });
  return [encoder.encode(`${checksumOf(text, body)} ${text}\n`), body, LINE_BREAK];
}

function checksumOf(header: string, body: Uint8Array): string {
  return hexOf(crc32(body, crc32(header)));
}

/** The frames of an open file. @throws {StateError} on a damaged one */
export async function* readFrames(file: Deno.FsFile, path: string): AsyncGenerator<Frame> {
  const reader = new FrameReader(file);
  for (let count = 1;; count++) {
    const line = await reader.line();
    if (line === undefined) return;
    const header = parseHeader(line);
    const body = header && await reader.bytes(header.bytes + LINE_BREAK.length);
    const frame = body && checked(line, header, body);
    if (!frame) throw damaged(`page ${count} is damaged or cut off`, path);
    yield frame;
  }
}

/** The frame at a place; undefined when it is not whole. */
export async function readFrame(
  file: Deno.FsFile,
  { at, size }: FramePlace,
): Promise<Frame | undefined> {
  await file.seek(at, Deno.SeekMode.Start);
  const block = await new FrameReader(file, 0).bytes(size);
  const end = block?.indexOf(10) ?? -1;
  if (!block || end < 0) return undefined;
  const line = decoder.decode(block.subarray(0, end));
  const header = parseHeader(line);
  return header && checked(line, header, block.subarray(end + 1));
}

/**
 * The headers of the frames in an open file, without looking at the bodies, up to the first that is damaged or
 * goes on past the end of the file.
 */
export async function* frameHeads(
  file: Deno.FsFile,
): AsyncGenerator<{ header: JsonObject; place: FramePlace }> {
  const { size: fileSize } = await file.stat();
  let at = 0;
  while (at < fileSize) {
    await file.seek(at, Deno.SeekMode.Start);
    const line = await new FrameReader(file, 4096).line();
    const header = line === undefined ? undefined : parseHeader(line);
    if (!header) return;
    const size = encoder.encode(line).length + header.bytes + 2 * LINE_BREAK.length;
    if (at + size > fileSize) return;
    yield { header, place: { at, size } };
    at += size;
  }
}

function checked(line: string, header: JsonObject, rest: Uint8Array): Frame | undefined {
  const body = rest.subarray(0, Number(header.bytes));
  const sum = line.slice(0, CHECKSUM_CHARACTERS);
  if (rest[body.length] !== LINE_BREAK[0]) return undefined;
  return checksumOf(line.slice(CHECKSUM_CHARACTERS + 1), body) === sum ? { header, body } : undefined;
}

/** Reads lines and blocks of bytes in turn, with one buffer. */
class FrameReader {
  readonly #file: Deno.FsFile;
  #buffer: Uint8Array;
  #start = 0;
  #end = 0;

  constructor(file: Deno.FsFile, bufferBytes = 65_536) {
    this.#file = file;
    this.#buffer = new Uint8Array(bufferBytes);
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

function parseHeader(line: string): JsonObject & { bytes: number } | undefined {
  if (line[CHECKSUM_CHARACTERS] !== " ") return undefined;
  try {
    const header = parseJson(line.slice(CHECKSUM_CHARACTERS + 1));
    const isWhole = isJsonObject(header) && Number.isInteger(header.bytes) && Number(header.bytes) >= 0;
    return isWhole ? header as JsonObject & { bytes: number } : undefined;
  } catch {
    return undefined;
  }
}

/** What is said of a package that is not what was written. */
export function damaged(what: string, file: string, cause?: unknown): StateError {
  return new StateError(`Cannot read a load package: ${what}`, {
    code: "package-corrupt",
    at: { file },
    next: "move the package folder away and run again; what it held is read again from the source",
    cause,
  });
}
