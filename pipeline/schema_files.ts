/**
 * Schema files of a project: what a person edited in the import folder is read before a run, what a run made
 * is written to the export folder after it.
 * @module
 */
import { createHash } from "node:crypto";
import { join, resolve } from "node:path";
import { storedHints } from "../extract/resource_summary.ts";
import type { ResolvedSource } from "../extract/definition/validate.ts";
import { type Configuration, sourceSections } from "./config.ts";
import type { Source } from "../extract/definition/source.ts";
import type { Destination, Session } from "./destination.ts";
import { ConfigError } from "./errors.ts";
import type { Emit } from "./events.ts";
import { makeDirectory, replaceFile } from "./files.ts";
import { canonicalJson } from "./json.ts";
import { Naming } from "./naming.ts";
import type { ParameterSpecs } from "./parameters.ts";
import { amendSchema, amendSource } from "./schema_amend.ts";
import { parseSchemaFile, type SchemaFile } from "./schema_file.ts";
import { schemaToYaml } from "./schema_formats/yaml.ts";
import { Schema } from "./schema.ts";
import { rootTable } from "./table_hints.ts";

/** Where the folders are set: in `[schema]`, or in `[sources.<name>.schema]` for one source. */
export const SCHEMA_FILE_PARAMETERS = {
  export_schema_path: { type: "text", help: "Folder that each run writes the schema to." },
  import_schema_path: { type: "text", help: "Folder whose schema files may be edited." },
} as const satisfies ParameterSpecs;

/** What a run needs to find its schema files. */
export interface SchemaFilesOptions {
  readonly configuration: Configuration;
  readonly pipelineName: string;
  readonly destination: Destination;
  readonly emit?: Emit;
}

/** The schema files of one source in one run. */
export class SchemaFiles {
  readonly #options: SchemaFilesOptions;
  readonly #naming: Naming;
  readonly #schemaName: string;
  readonly #exportPath: string | undefined;
  readonly #importPath: string | undefined;
  #file: SchemaFile | undefined;
  #isThere = false;

  private constructor({ definition }: Source, options: SchemaFilesOptions) {
    const { configuration, pipelineName, destination } = options;
    this.#options = options;
    this.#naming = new Naming(destination.capabilities.maxIdentifierLength);
    this.#schemaName = new Naming().identifier(definition.name);
    const { values } = configuration.resolve(SCHEMA_FILE_PARAMETERS, {
      owner: "schema files",
      sections: sourceSections(definition).map((section) => [...section, "schema"]),
      pipelineName,
    });
    const folders = [values.export_schema_path, values.import_schema_path].map((folder) =>
      folder === undefined ? undefined : resolve(configuration.projectDirectory, folder)
    );
    if (folders[0] !== undefined && folders[0] === folders[1]) {
      throw new ConfigError(
        "Cannot use one folder to import and export schemas: a run would undo your edits",
        {
          code: "schema-paths",
          at: { file: folders[0] },
          next: "set another export_schema_path",
        },
      );
    }
    [this.#exportPath, this.#importPath] = folders.map((folder) =>
      folder && join(folder, `${this.#schemaName}.schema.yaml`)
    );
  }

  /** Reads what was edited. @throws {ConfigError} "schema-file-invalid" with file, line and reason */
  static async open(source: Source, options: SchemaFilesOptions): Promise<SchemaFiles> {
    const files = new SchemaFiles(source, options);
    const path = files.#importPath;
    const text = path && await readIfThere(path);
    if (path && text !== undefined) {
      files.#isThere = true;
      const file = files.#parse(text, path);
      // What nobody changed since a run wrote it must not hold against a source that was changed.
      if (fingerprint(file) !== WRITTEN_REGEXP.exec(text)?.[1]) files.#file = file;
    }
    return files;
  }

  /** The source with what was edited. */
  source(source: ResolvedSource): ResolvedSource {
    if (!this.#file) return source;
    const say = (message: string) =>
      this.#options.emit?.({ type: "warning", code: "schema-file-followed", message });
    return amendSource(source, { file: this.#file, path: this.#importPath!, naming: this.#naming, say });
  }

  /** Puts what was edited into the schema, for the tables of these resources. */
  readonly amend = (schema: Schema, resources: readonly string[]): void => {
    if (!this.#file || schema.name !== this.#schemaName) return;
    for (const message of amendSchema(schema, this.#file, resources)) {
      this.#options.emit?.({ type: "warning", code: "schema-type-kept", message });
    }
  };

  /** Writes the files after a run. The data is loaded by then, so what fails is a warning. */
  async write(session: Session, source: ResolvedSource): Promise<void> {
    await this.#attempt(this.#exportPath, async () => {
      const { schema } = await session.stored(this.#options.pipelineName, this.#schemaName);
      return schema === undefined ? undefined : schemaToYaml(Schema.parse(schema));
    });
    if (!this.#isThere) await this.#attempt(this.#importPath, () => this.#firstFile(source));
  }

  /** What the source says, without what came with the data: that is what there is to edit. */
  #firstFile(source: ResolvedSource): string {
    const schema = new Schema(this.#schemaName);
    for (const resource of source.resources) {
      if (typeof resource.settings.table_name !== "function") {
        rootTable(schema, this.#naming, resource.name, storedHints(resource));
      }
    }
    schema.bump();
    const text = schemaToYaml(schema);
    const mark = fingerprint(this.#parse(text, this.#importPath!));
    return `# Edit it, and the next run does as it says. Written by a run as ${mark}\n${text}`;
  }

  #parse(text: string, file: string): SchemaFile {
    return parseSchemaFile(text, { file, schemaName: this.#schemaName, naming: this.#naming });
  }

  async #attempt(
    path: string | undefined,
    text: () => string | undefined | Promise<string | undefined>,
  ): Promise<void> {
    if (path === undefined) return;
    try {
      const written = await text();
      if (written === undefined || written === await readIfThere(path)) return;
      await makeDirectory(resolve(path, ".."));
      await replaceFile(path, written);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.#options.emit?.({
        type: "warning",
        code: "schema-file-not-written",
        message: `the schema was not written to ${path}: ${reason}`,
      });
    }
  }
}

const WRITTEN_REGEXP = /^# .* Written by a run as ([0-9a-f]{64})\r?\n/;

/** The same for files that say the same of their tables. */
function fingerprint({ tables }: SchemaFile): string {
  const said = tables.map((table) => [table.name, { ...table, columns: Object.fromEntries(table.columns) }]);
  return createHash("sha256").update(canonicalJson(Object.fromEntries(said))).digest("hex");
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(await Deno.readFile(path));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    const reason = error instanceof TypeError ? "it is not UTF-8" : "it cannot be read";
    throw new ConfigError(`Cannot use the schema file: ${reason}`, {
      code: "schema-file-unreadable",
      at: { file: path },
      next: "make it a text file that your user may read, or remove it",
      cause: error,
    });
  }
}
