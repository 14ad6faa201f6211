/**
 * Power cuts: a run is taken down, the power goes at some moment of it, and the next run must bring the tables to
 * what they should be, from whatever the disk has kept.
 * @module
 */
import { join } from "node:path";
import { pipeline } from "../../mod.ts";
import { disk } from "../../pipeline/file_layer.ts";
import { copyFolder } from "../copy_folder.ts";
import { pets, servePets } from "../data/pets.ts";
import { generator } from "./cases.ts";
import { PowerDisk } from "./power_disk.ts";
import { differences, type Snapshot, snapshot } from "./snapshot.ts";

const PIPELINE = "pets";
const MARK = "pets.sqlite";

/** A run whose power can be cut. */
export class PowerStage implements AsyncDisposable {
  readonly destination: string;
  readonly #server: ReturnType<typeof servePets>;
  readonly #folder: string;
  readonly #disk: PowerDisk;
  readonly #wanted: Snapshot;
  /** SQLite writes by itself, durably when it commits: from this moment on its file is that of the end. */
  readonly #committedAt: number;
  #cuts = 0;

  private constructor(parts: {
    destination: string;
    server: ReturnType<typeof servePets>;
    folder: string;
    disk: PowerDisk;
    wanted: Snapshot;
    committedAt: number;
  }) {
    this.destination = parts.destination;
    this.#server = parts.server;
    this.#folder = parts.folder;
    this.#disk = parts.disk;
    this.#wanted = parts.wanted;
    this.#committedAt = parts.committedAt;
  }

  /** Takes down a run into a new dataset, or into one that has been loaded before. */
  static async open(destination: string, isFirst: boolean): Promise<PowerStage> {
    const folder = await Deno.makeTempDir({ prefix: "sluice_power_" });
    let generation = 0;
    const server = servePets(() => generation);
    const run = join(folder, "run");
    await Deno.mkdir(join(run, ".dlt"), { recursive: true });
    const place = { pipelineName: PIPELINE, destination };
    if (!isFirst) await pipeline({ ...place, projectDirectory: run }).run(pets(server.url));
    generation = 1;
    await copyFolder(run, join(folder, "before"));
    const power = await PowerDisk.of(run);
    const real = { ...disk };
    let committedAt = Infinity;
    Object.assign(disk, power.files);
    try {
      const emit = (event: { type: string }) => {
        if (event.type === "loaded") committedAt = power.count;
      };
      await pipeline({ ...place, projectDirectory: run, emit }).run(pets(server.url));
    } finally {
      Object.assign(disk, real);
    }
    const wanted = (await snapshot(run, place))!;
    return new PowerStage({ destination, server, folder, disk: power, wanted, committedAt });
  }

  /** How many moments there are. */
  get moments(): number {
    return this.#disk.count + 1;
  }

  /** Cuts the power at a moment, runs again and says what is wrong with the tables. */
  async cut(moment: number, seed: number): Promise<string[]> {
    const folder = join(this.#folder, `cut${this.#cuts++}`);
    await this.#disk.leave(moment, generator(seed), folder);
    if (this.destination === "sqlite") {
      const from = join(this.#folder, moment >= this.#committedAt ? "run" : "before", MARK);
      await Deno.copyFile(from, join(folder, MARK)).catch(() => {});
    }
    const place = { pipelineName: PIPELINE, destination: this.destination, projectDirectory: folder };
    const where = `seed ${seed}, cut ${moment}, after ${this.#disk.describe(moment)}`;
    try {
      const { warnings } = await pipeline(place).run(pets(this.#server.url));
      const odd = warnings.filter(({ code }) => code === "package-set-aside").map(({ message }) => message);
      const wrong = [...odd, ...differences(await snapshot(folder, place), this.#wanted, [])];
      return wrong.map((problem) => `${where}: ${problem}`);
    } catch (error) {
      return [`${where}: ${error}`];
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.close();
    await Deno.remove(this.#folder, { recursive: true });
  }
}
