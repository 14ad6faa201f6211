/**
 * What a compiled binary carries, read from the binary itself: the section that `deno compile` adds to its
 * base executable. Pure.
 * @module
 */

/** A file in the binary. */
export interface EmbeddedFile {
  /** From the root of the embedded file system, with slashes. */
  readonly path: string;
  /** Its source and, for a module, what it was compiled to. */
  readonly bytes: number;
}

/** The section's content as far as it is looked at. */
export interface Embedded {
  /** The module that starts. */
  readonly entrypoint: string;
  /** What bare names in modules stand for, as in an import map. */
  readonly imports: Readonly<Record<string, string>>;
  readonly files: readonly EmbeddedFile[];
  /** All of the section. */
  readonly bytes: number;
}

const MAGIC = new TextEncoder().encode("d3n0l4nd");
const METADATA_START = new TextEncoder().encode('{"argv"');
/** Modules from the network would be listed in three tables here; empty ones are a count of zero each. */
const EMPTY_TABLES_BYTES = 12;

/** Reads the section. @throws {Error} when there is none, or it is not laid out as this version of Deno does it */
export function readEmbedded(binary: Uint8Array): Embedded {
  const start = sectionStart(binary);
  const view = new DataView(binary.buffer, binary.byteOffset, binary.byteLength);
  let at = start + MAGIC.length;
  const block = (): Uint8Array => {
    const length = Number(view.getBigUint64(at, true));
    if (at + 8 + length > binary.length) throw new Error("Cannot read the binary: its section is cut off");
    const bytes = binary.subarray(at + 8, at + 8 + length);
    at += 8 + length;
    return bytes;
  };
  const metadata = parsed(block());
  block(); // the npm resolution, which the files themselves show
  if (binary.subarray(at, at + EMPTY_TABLES_BYTES).some((byte) => byte !== 0)) {
    throw new Error("Cannot read the binary: it carries modules from the network, and none is expected");
  }
  at += EMPTY_TABLES_BYTES;
  const tree: Entry[] = parsed(block());
  block();
  if (!startsWith(binary, MAGIC, at)) throw new Error("Cannot read the binary: its section has no end");
  const { entrypoint_key: entrypoint, workspace_resolver: { import_map: map } } = metadata;
  return {
    entrypoint,
    imports: JSON.parse(map?.json ?? "{}").imports ?? {},
    files: [...filesOf(tree)],
    bytes: at + MAGIC.length - start,
  };
}

/** One entry of the tree: a folder, a file or a link, by names of one letter as the section has them. */
interface Entry {
  readonly Dir?: { readonly n: string; readonly e: readonly Entry[] };
  readonly File?: { readonly n: string } & Readonly<Record<string, unknown>>;
  readonly Symlink?: { readonly n: string };
}

/** Offset and length pairs of a file: source, compiled text, exports, source map. */
const PARTS = ["o", "m", "c", "s"];

function* filesOf(entries: readonly Entry[], folder = ""): Generator<EmbeddedFile> {
  for (const { Dir, File, Symlink } of entries) {
    if (Dir) yield* filesOf(Dir.e, `${folder}${Dir.n}/`);
    else if (File) {
      const bytes = PARTS.map((part) => (File[part] as [number, number] | undefined)?.[1] ?? 0);
      yield { path: folder + File.n, bytes: bytes.reduce((sum, each) => sum + each) };
    } else if (Symlink) yield { path: folder + Symlink.n, bytes: 0 };
  }
}

function sectionStart(binary: Uint8Array): number {
  // The base executable holds the same mark as a constant, without metadata behind it.
  for (let at = indexOf(binary, MAGIC, 0); at >= 0; at = indexOf(binary, MAGIC, at + 1)) {
    if (startsWith(binary, METADATA_START, at + MAGIC.length + 8)) return at;
  }
  throw new Error("Cannot read the binary: deno compile has added nothing to it");
}

function indexOf(bytes: Uint8Array, part: Uint8Array, from: number): number {
  for (let at = bytes.indexOf(part[0], from); at >= 0; at = bytes.indexOf(part[0], at + 1)) {
    if (startsWith(bytes, part, at)) return at;
  }
  return -1;
}

function startsWith(bytes: Uint8Array, part: Uint8Array, at: number): boolean {
  return part.every((byte, index) => bytes[at + index] === byte);
}

// deno-lint-ignore no-explicit-any -- the layout is Deno's own
function parsed(bytes: Uint8Array): any {
  return JSON.parse(new TextDecoder().decode(bytes));
}
