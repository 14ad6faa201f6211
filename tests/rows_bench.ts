/**
 * A pipeline in a folder of its own, whose resource `t` yields what each load is given. Holds no tests itself.
 * @module
 */
import {
  Configuration,
  defineSource,
  type HandWrittenResource,
  type LoadInfo,
  pipeline,
  type RunEvent,
  type RunOptions,
  type SourceSettings,
  type SqlRow,
} from "../mod.ts";

/** What is said of the resource. */
export type Settings = Omit<HandWrittenResource, "name" | "records">;
/** The records of one load. */
export type Rows = readonly Record<string, unknown>[];

/** What one load differs in. */
export interface LoadMore {
  readonly destination?: string;
  /** The project's `config.toml`. */
  readonly toml?: string;
  readonly run?: RunOptions;
  /** What is said of the source. */
  readonly about?: SourceSettings;
}

/** Loads rows, and asks for them. */
export class RowsBench implements AsyncDisposable {
  readonly name: string;
  readonly folder: string;
  readonly warnings: string[] = [];
  /** How often records were asked for. */
  reads = 0;

  private constructor(name: string, folder: string) {
    this.name = name;
    this.folder = folder;
  }

  /** Makes one whose pipeline and source have this name. */
  static async create(name: string): Promise<RowsBench> {
    return new RowsBench(name, await Deno.makeTempDir({ prefix: `sluice_${name}_` }));
  }

  async #pipeline(destination: string, toml: string) {
    await Deno.mkdir(`${this.folder}/.dlt`, { recursive: true });
    await Deno.writeTextFile(`${this.folder}/.dlt/config.toml`, toml);
    return pipeline({
      pipelineName: this.name,
      destination,
      projectDirectory: this.folder,
      configuration: await Configuration.load({
        projectDirectory: this.folder,
        env: {},
        machineFolder: `${this.folder}/machine`,
      }),
      emit: (event: RunEvent) => {
        if (event.type === "warning") this.warnings.push(event.code);
      },
    });
  }

  async load(settings: Settings, rows: Rows, more: LoadMore = {}): Promise<LoadInfo> {
    const { destination = "sqlite", toml = "", run, about } = more;
    const count = () => this.reads++;
    const resource = {
      name: "t",
      ...settings,
      records: async function* () {
        count();
        yield [...rows];
      },
    };
    const source = defineSource(this.name, {}, () => [resource], about);
    return await (await this.#pipeline(destination, toml)).run(source(), run);
  }

  async query(sql: string, destination = "sqlite"): Promise<SqlRow[]> {
    return (await (await this.#pipeline(destination, "")).query(sql)).rows;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.folder, { recursive: true });
  }
}
