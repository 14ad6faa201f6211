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
import { StateError } from "./errors.ts";
import { type JsonObject, type JsonValue, parseJson, stringifyJson } from "./json.ts";
import type { StoredHints } from "./table_hints.ts";
import { AppendFile, isDeviceName, readLines, replaceFile, syncDirectory } from "./files.ts";
import { frameOf, type FramePlace, readFrames } from "./package_frames.ts";
import { writing } from "./package_write.ts";

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
export type PackageHead = Omit<Manifest, "format" | "status" | "resources" | "createdAt">;

/** The head of a package. */
export interface Manifest {
  readonly format: 1 | 2;
  readonly loadId: string;
  readonly pipelineName: string;
  readonly datasetName: string;
  readonly destination: string;
  readonly schemaName: string;
  readonly createdAt: string;
  readonly status: "extracting" | "extracted";
  readonly resources: Readonly<Record<string, ResourceSummary>>;
  /** The pipeline state that becomes true when this package is published. */
  readonly state?: JsonObject;
}

const MANIFEST = "package.json";
const ANSWERS = "answers";
/** Pages of format 1 hold their bodies themselves. */
const FORMAT = 2;
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
      await Deno.mkdir(directory, { recursive: true });
      await replaceFile(join(directory, MANIFEST), stringifyJson(manifest));
    });
    return created;
  }

  /** Opens a package that is on disk. @throws {StateError} when its manifest cannot be read */
  static async open(directory: string): Promise<LoadPackage> {
    const file = join(directory, MANIFEST);
    try {
      const manifest = parseJson(await Deno.readTextFile(file)) as unknown as Manifest;
      if (!(manifest.format <= FORMAT) || !manifest.loadId) throw new Error("unknown format");
      return new LoadPackage(directory, manifest);
    } catch (cause) {
      throw new StateError("Cannot read a load package: its manifest is damaged", {
        code: "package-corrupt",
        at: { file },
        next: "move the folder away and run again; what it held is read again from the source",
        cause,
      });
    }
  }

  /**
   * Takes up an extraction that was cut short, under a new load id: what is published last must also be the
   * last by its id. Answers stay, everything that was made of them is made anew.
   */
  async resume(loadId: string): Promise<LoadPackage> {
    await this.startOver();
    const directory = join(dirname(this.directory), loadId);
    const manifest: Manifest = { ...this.manifest, format: FORMAT, loadId };
    await writing(this.directory, "go on with the load package", async () => {
      await replaceFile(join(this.directory, MANIFEST), stringifyJson(manifest));
      await Deno.rename(this.directory, directory);
      await syncDirectory(dirname(directory));
    });
    const resumed = new LoadPackage(directory, manifest);
    await resumed.answers.index();
    await resumed.answers.trim();
    return resumed;
  }

  /** Drops everything but the manifest and the answers. */
  async startOver(): Promise<void> {
    await this[Symbol.asyncDispose]();
    await writing(this.directory, "clear the load package", async () => {
      for await (const { name } of Deno.readDir(this.directory)) {
        if (name !== MANIFEST && name !== ANSWERS) await Deno.remove(join(this.directory, name));
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
  async seal(resources: Manifest["resources"], state: JsonObject): Promise<void> {
    await writing(this.directory, "finish the load package", async () => {
      await this.answers.sync();
      for (const file of this.#files.values()) await file.sync();
      await this[Symbol.asyncDispose]();
      this.manifest = { ...this.manifest, status: "extracted", resources, state };
      await replaceFile(join(this.directory, MANIFEST), stringifyJson(this.manifest));
    });
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
        yield { header: rest, body: answer ? await this.answers.body(answer) : body };
      }
    } finally {
      file.close();
    }
  }

  /** The listed keys of a resource. */
  async *keys(resource: string): AsyncGenerator<{ key: string[]; walked: boolean }> {
    for await (const line of readLines(join(this.directory, `${fileName(resource)}.keys`))) {
      yield JSON.parse(line);
    }
  }

  /** Deletes the package. */
  async remove(): Promise<void> {
    await this[Symbol.asyncDispose]();
    // The manifest goes last, so that a half-deleted package still says what it is.
    for await (const entry of Deno.readDir(this.directory)) {
      if (entry.name !== MANIFEST) await Deno.remove(join(this.directory, entry.name), { recursive: true });
    }
    await Deno.remove(this.directory, { recursive: true });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const file of this.#files.values()) await file.close();
    this.#files.clear();
    await this.answers[Symbol.asyncDispose]();
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
