/**
 * A load package: the pages of one run as they came, on disk. Extraction only ever appends to it; what
 * follows only reads it. A page is a frame that points to the answer it came in, or has records of its own.
 * A package counts once its manifest says `extracted`; until then nothing in it will be loaded, and an
 * extraction that goes on starts from its answers alone.
 * @module
 */
import { dirname, join } from "node:path";
import { crc32 } from "node:zlib";
import { AnswerFile } from "./answer_file.ts";
import { type JsonObject, type JsonValue, parseJson, stringifyJson } from "./json.ts";
import type { RefreshMode } from "./refresh.ts";
import type { StoredHints } from "./table_hints.ts";
import { disk, makeDurable } from "./file_layer.ts";
import { AppendFile, type FileSeal, hexOf, isDeviceName, readLines, replaceFile } from "./files.ts";
import { damaged, frameOf, type FramePlace, readFrames } from "./package_frames.ts";
import { writing } from "./shortage.ts";

/** How a page's body becomes records. */
export interface PageHeader {
  /** Where the records are in the body. */
  readonly select?: string;
  /** Indexes of records that were read before and are left out. */
  readonly drop?: readonly number[];
  /** Fields added to every record, e.g. the parent's id. */
  readonly inject?: JsonObject;
  /** The table that the records chose, by its raw name. */
  readonly table?: string;
  /** `JSON.parse` alone loses nothing of the body. */
  readonly plain?: boolean;
  /** Records that count, after dropping. */
  readonly records: number;
}

/** A page as it is stored. */
export interface StoredPage {
  readonly header: PageHeader;
  readonly body: Uint8Array;
}

/** A page to be stored: its body is new, or a kept answer. */
export interface NewPage {
  readonly header: PageHeader;
  readonly body: Uint8Array | FramePlace;
}

/** What the steps after extraction must know of a resource; plain data, so that a package stands alone. */
export interface ResourceSummary {
  readonly hints: StoredHints;
  readonly pages: number;
  readonly rows: number;
  /** This load's rows are all there is: everything older gives way. */
  readonly replaceAll: boolean;
  /** Raw names of the fields that the listed keys are made of, when there is a scope. */
  readonly scope?: { readonly fields: readonly string[]; readonly complete: boolean };
  /** The resource whose records these are copies of. */
  readonly copiesOf?: string;
  /** Raw names of the tables that records chose, where they do. */
  readonly tables?: readonly string[];
}

/** What a package is for. */
export type PackageHead = Omit<
  Manifest,
  "format" | "status" | "resources" | "createdAt" | "state" | "onto" | "files"
>;

/** The head of a package. */
export interface Manifest {
  readonly format: 1 | 2 | 3;
  readonly loadId: string;
  readonly pipelineName: string;
  readonly datasetName: string;
  readonly destination: string;
  readonly schemaName: string;
  /** What goes before this package's rows come. */
  readonly refresh?: RefreshMode;
  /** Depth of child tables of all resources that say nothing of their own. */
  readonly maxTableNesting?: number;
  readonly createdAt: string;
  readonly status: "extracting" | "extracted";
  /** Which state of the source the extraction began from; absent in older formats. */
  readonly base?: string;
  /** Resources that an earlier run has read and this one leaves out. */
  readonly without?: readonly string[];
  readonly resources: Readonly<Record<string, ResourceSummary>>;
  /** The pipeline state that becomes true when this package is published. */
  readonly state?: JsonObject;
  /** Which stored state it was read for, null: for none; absent in older formats. */
  readonly onto?: string | null;
  /** What the files beside the answers must turn out to be; absent in older formats. */
  readonly files?: Readonly<Record<string, FileSeal>>;
}

const MANIFEST = "package.json";
const ANSWERS = "answers";
/** Pages of format 1 hold their bodies themselves; up to format 2 a manifest has no checksum. */
const FORMAT = 3;
const CHECKED = 3;
const NOTHING = new Uint8Array();
const LONGEST_NAME = 150;
const encoder = new TextEncoder();

let lastLoadId = 0;

/** A load id as dlt makes them: seconds since 1970 with a fraction, always greater than the one before. */
export function newLoadId(now = Date.now()): string {
  lastLoadId = Math.max(now * 1000, lastLoadId + 1);
  return (lastLoadId / 1e6).toFixed(6);
}

/** One package directory. */
export class LoadPackage implements AsyncDisposable {
  readonly directory: string;
  manifest: Manifest;
  /** What the API answered so far. */
  readonly answers: AnswerFile;
  readonly #files = new Map<string, AppendFile>();

  private constructor(directory: string, manifest: Manifest) {
    this.directory = directory;
    this.manifest = manifest;
    this.answers = new AnswerFile(join(directory, ANSWERS));
  }

  /** Creates an empty package below `parent`. */
  static async create(
    parent: string,
    head: PackageHead,
  ): Promise<LoadPackage> {
    const directory = join(parent, head.loadId);
    const manifest: Manifest = {
      ...head,
      format: FORMAT,
      createdAt: new Date().toISOString(),
      status: "extracting",
      resources: {},
    };
    const created = new LoadPackage(directory, manifest);
    await writing(directory, "create the load package", async () => {
      await makeDurable(disk, directory);
      await replaceFile(join(directory, MANIFEST), manifestText(manifest));
    });
    return created;
  }

  /** Opens a package that is on disk. @throws {StateError} when it is not what was written */
  static async open(directory: string): Promise<LoadPackage> {
    const file = join(directory, MANIFEST);
    let manifest: Manifest;
    try {
      manifest = manifestOf(await Deno.readTextFile(file));
    } catch (cause) {
      throw damaged("its manifest is damaged", file, cause);
    }
    if (manifest.format > FORMAT) throw damaged("a newer version of Sluice wrote it", file);
    return new LoadPackage(directory, manifest);
  }

  /**
   * Takes up an extraction that was cut short, under a new load id: what is published last must also be the
   * last by its id. Answers stay, everything that was made of them is made anew.
   */
  async resume(loadId: string, refresh?: RefreshMode): Promise<LoadPackage> {
    await this.startOver();
    const directory = join(dirname(this.directory), loadId);
    const manifest: Manifest = { ...this.manifest, format: FORMAT, loadId, refresh };
    await writing(this.directory, "go on with the load package", async () => {
      await replaceFile(join(this.directory, MANIFEST), manifestText(manifest));
      await disk.rename(this.directory, directory);
      await disk.syncDirectory(dirname(directory));
    });
    const resumed = new LoadPackage(directory, manifest);
    await resumed.answers.index();
    await resumed.answers.trim();
    return resumed;
  }

  /** Whether an extraction that is cut short leaves something to go on with: answers, or what is not to be read again. */
  get isWorthKeeping(): boolean {
    return this.answers.count > 0 || (this.manifest.without?.length ?? 0) > 0;
  }

  /** Drops everything but the manifest and the answers. */
  async startOver(): Promise<void> {
    await this[Symbol.asyncDispose]();
    await writing(this.directory, "clear the load package", async () => {
      for await (const { name } of Deno.readDir(this.directory)) {
        if (name !== MANIFEST && name !== ANSWERS) await disk.remove(join(this.directory, name));
      }
    });
  }

  /** Appends a page to a resource. */
  async append(resource: string, { header, body }: NewPage): Promise<void> {
    const frame = body instanceof Uint8Array
      ? { header, body }
      : { header: { ...header, answer: body }, body: NOTHING };
    await this.#write(`${fileName(resource)}.pages`, frameOf(frame));
  }

  /** Notes a key that was listed, and whether its rows were read again in full. */
  async addKey(resource: string, key: readonly string[], walked: boolean): Promise<void> {
    await this.#write(`${fileName(resource)}.keys`, [encoder.encode(`${JSON.stringify({ key, walked })}\n`)]);
  }

  async #write(name: string, parts: readonly Uint8Array[]): Promise<void> {
    let file = this.#files.get(name);
    if (!file) this.#files.set(name, file = new AppendFile(join(this.directory, name)));
    await writing(this.directory, "write to the load package", () => file.append(parts));
  }

  /** Makes the package durable and marks it as ready to load. */
  async seal(
    { resources, state, onto }: Pick<Required<Manifest>, "resources" | "state" | "onto">,
  ): Promise<void> {
    await writing(this.directory, "finish the load package", async () => {
      await this.answers.sync();
      for (const file of this.#files.values()) await file.sync();
      const files = Object.fromEntries([...this.#files].map(([name, { seal }]) => [name, seal]));
      await this[Symbol.asyncDispose]();
      await disk.syncDirectory(this.directory);
      this.manifest = { ...this.manifest, status: "extracted", resources, state, onto, files };
      await replaceFile(join(this.directory, MANIFEST), manifestText(this.manifest));
    });
  }

  /** Makes sure that all files are there in full. @throws {StateError} when they are not */
  async check(): Promise<void> {
    for (const [name, { bytes }] of Object.entries(this.manifest.files ?? {})) {
      const path = join(this.directory, name);
      // A file that is missing or short would be a shorter list that nobody notices.
      if (await sizeOf(path) !== bytes) throw damaged(`${name} is not as long as it was`, path);
    }
  }

  /** A page as it will be read. @throws {StateError} when its answer is damaged */
  async readBack({ header, body }: NewPage): Promise<StoredPage> {
    return { header, body: body instanceof Uint8Array ? body : await this.answers.body(body) };
  }

  /** The pages of a resource in the order they were appended. @throws {StateError} on a damaged frame */
  async *pages(resource: string): AsyncGenerator<StoredPage> {
    const path = join(this.directory, `${fileName(resource)}.pages`);
    let file: Deno.FsFile;
    try {
      file = await Deno.open(path);
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return;
      throw error;
    }
    try {
      for await (const { header, body } of readFrames(file, path)) {
        const { answer, ...rest } = header as unknown as PageHeader & { answer?: FramePlace };
        yield await this.readBack({ header: rest, body: answer ?? body });
      }
    } finally {
      file.close();
    }
  }

  /** The listed keys of a resource. @throws {StateError} when they are damaged */
  async *keys(resource: string): AsyncGenerator<{ key: string[]; walked: boolean }> {
    const name = `${fileName(resource)}.keys`;
    const path = join(this.directory, name);
    let sum = 0;
    for await (const line of readLines(path)) {
      sum = crc32(`${line}\n`, sum);
      yield keyOf(line, path);
    }
    const sealed = this.manifest.files?.[name];
    if (sealed && sealed.crc32 !== hexOf(sum)) throw damaged(`${name} is damaged`, path);
  }

  /** Deletes the package. */
  async remove(): Promise<void> {
    await this[Symbol.asyncDispose]();
    await removePackage(this.directory);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const file of this.#files.values()) await file.close();
    this.#files.clear();
    await this.answers[Symbol.asyncDispose]();
  }
}

/** Deletes a package, whatever state it is in. */
export async function removePackage(directory: string): Promise<void> {
  // The manifest goes last, so that a half-deleted package still says what it is.
  for (const { name } of await disk.list(directory) ?? []) {
    if (name !== MANIFEST) await disk.remove(join(directory, name));
  }
  await disk.syncDirectory(directory);
  await disk.remove(directory);
}

/** Whether a package was about to be made, or all but deleted: there is nothing in it yet, or any more. */
export async function isVoid(directory: string): Promise<boolean> {
  const entries = await disk.list(directory) ?? [];
  return entries.every(({ name }) => name === `${MANIFEST}.new`);
}

/** A manifest as text, with a checksum in front. */
function manifestText(manifest: Manifest): string {
  const text = stringifyJson(manifest);
  return `{"crc32":"${hexOf(crc32(text))}",${text.slice(1)}`;
}

function manifestOf(text: string): Manifest {
  const head = /^\{"crc32":"([0-9a-f]{8})",/.exec(text);
  const content = head ? `{${text.slice(head[0].length)}` : text;
  if (head && hexOf(crc32(content)) !== head[1]) throw new Error("its checksum does not match");
  const manifest = parseJson(content) as unknown as Manifest;
  if (!manifest.format || !manifest.loadId) throw new Error("it is no manifest");
  if (!head && manifest.format >= CHECKED && manifest.format <= FORMAT) throw new Error("it has no checksum");
  return manifest;
}

function keyOf(line: string, path: string): { key: string[]; walked: boolean } {
  try {
    return JSON.parse(line);
  } catch (cause) {
    throw damaged("a key in it is damaged", path, cause);
  }
}

async function sizeOf(path: string): Promise<number | undefined> {
  try {
    return (await Deno.stat(path)).size;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** Resource names are free text; file names are short, and on some machines capital letters do not count. */
function fileName(resource: string): string {
  const text = encodeURIComponent(resource.toWellFormed()).replaceAll("*", "%2A");
  const isHidden = text.startsWith(".") || isDeviceName(text);
  const name = isHidden ? `%${text.charCodeAt(0).toString(16).toUpperCase()}${text.slice(1)}` : text;
  if (name.length <= LONGEST_NAME && resource === resource.toLowerCase()) return name;
  return `${name.slice(0, LONGEST_NAME)}~${crc32(resource).toString(16)}`;
}

/** The value as a key part: text, numbers in digits. */
export function keyPart(value: JsonValue | undefined): string {
  return typeof value === "string" ? value : stringifyJson(value ?? null);
}
