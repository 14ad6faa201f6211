/**
 * A run that is short of something, or not alone: it says what it lacks, leaves the tables as they were, and the next
 * run brings them to what they should be.
 */
import assert from "assert";
import { join } from "node:path";
import fc from "property";
import { DatabaseSync } from "sqlite";
import { formatError, pipeline, type RunEvent, SluiceError } from "../mod.ts";
import { disk } from "../pipeline/file_layer.ts";
import { differences, type Snapshot, snapshot } from "./crash/snapshot.ts";
import { copyFolder } from "./copy_folder.ts";
import { pets, servePets, truthOf } from "./data/pets.ts";
import { noSmallDisk, noSmallDiskReason, smallDisk } from "./small_disk.ts";
import { watchedFiles } from "./watched_files.ts";

const DESTINATIONS = ["sqlite", "filesystem"];

/** A project that was loaded once, an API that has changed since, and what the next run comes to. */
class Project implements AsyncDisposable {
  readonly destination: string;
  readonly folder: string;
  readonly wanted: Snapshot;
  readonly url: string;
  readonly #server: ReturnType<typeof servePets>;

  private constructor(
    destination: string,
    folder: string,
    wanted: Snapshot,
    server: ReturnType<typeof servePets>,
  ) {
    this.destination = destination;
    this.folder = folder;
    this.wanted = wanted;
    this.url = server.url;
    this.#server = server;
  }

  static async open(destination: string, { isNew = false } = {}): Promise<Project> {
    const folder = await Deno.makeTempDir({ prefix: "sluice_starved_" });
    let generation = 0;
    const server = servePets(() => generation);
    const before = join(folder, "before"), after = join(folder, "after");
    await Deno.mkdir(join(before, ".dlt"), { recursive: true });
    const run = (projectDirectory: string) =>
      pipeline({ pipelineName: "pets", destination, projectDirectory }).run(pets(server.url));
    if (!isNew) await run(before);
    generation = 1;
    await copyFolder(before, after);
    await run(after);
    const wanted = (await snapshot(after, { pipelineName: "pets", destination }))!;
    return new Project(destination, folder, wanted, server);
  }

  /** A folder as it was before the run. */
  async before(to = join(this.folder, crypto.randomUUID())): Promise<string> {
    await copyFolder(join(this.folder, "before"), to);
    return to;
  }

  run(projectDirectory: string, emit?: (event: RunEvent) => void) {
    const parameters = this.destination === "sqlite" ? { lock_timeout: 0.1 } : {};
    const place = { pipelineName: "pets", destination: this.destination, destinationParameters: parameters };
    return pipeline({ ...place, projectDirectory, emit }).run(pets(this.url));
  }

  /** Runs and returns what goes wrong, which must be one of our errors with advice. */
  async failure(folder: string, emit?: (event: RunEvent) => void): Promise<SluiceError | undefined> {
    try {
      await this.run(folder, emit);
      return undefined;
    } catch (error) {
      assert.ok(error instanceof SluiceError, error instanceof Error ? error.stack : String(error));
      assert.ok(error.next, formatError(error));
      return error;
    }
  }

  async isRight(folder: string, message?: string): Promise<void> {
    const found = await snapshot(folder, { pipelineName: "pets", destination: this.destination });
    assert.deepEqual(differences(found, this.wanted, []), [], message);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.close();
    await Deno.remove(this.folder, { recursive: true });
  }
}

for (const destination of DESTINATIONS) {
  Deno.test(`run into ${destination} says that the disk is full at any write, and the next run goes on`, async () => {
    await using project = await Project.open(destination);
    const real = { ...disk };
    for (let fatal = 1, isReached = true; isReached; fatal++) {
      const folder = await project.before();
      let count = 0;
      let what = "";
      isReached = false;
      Object.assign(
        disk,
        watchedFiles(real, async ({ kind, path }, action, half) => {
          if (kind !== "append" || ++count < fatal || isReached) return await action();
          isReached = true;
          what = path;
          await half?.();
          throw Object.assign(new Error("No space left on device (os error 28)"), { code: "ENOSPC" });
        }),
      );
      const error = await project.failure(folder).finally(() => Object.assign(disk, real));
      // Without its trace a run has still succeeded.
      if (isReached && !what.includes("traces")) assert.equal(error?.code, "disk-full", what);
      if (error) await project.run(folder);
      await project.isRight(folder, `after write ${fatal}, to ${what}`);
      await Deno.remove(folder, { recursive: true });
    }
  });

  Deno.test({
    name:
      `run into ${destination} on a disk of any size ends well or says that it is full${noSmallDiskReason}`,
    ignore: noSmallDisk,
    async fn() {
      await using project = await Project.open(destination, { isNew: true });
      for (const pages of [4, 8, 12, 16, 24, 32, 48]) {
        await using small = (await smallDisk(`${pages * 4}k`))!;
        const folder = join(small.path, "project");
        await Deno.mkdir(join(folder, ".dlt"), { recursive: true });
        const error = await project.failure(folder);
        if (error) assert.match(error.code, /^disk-(?:full|error)$/, `${pages} pages: ${formatError(error)}`);
        await small.remount("size=16m");
        if (error) await project.run(folder);
        await project.isRight(folder, `${pages} pages`);
      }
    },
  });

  Deno.test({
    name: `run into ${destination} on a disk that is read-only says so${noSmallDiskReason}`,
    ignore: noSmallDisk,
    async fn() {
      await using project = await Project.open(destination);
      await using small = (await smallDisk("16m"))!;
      const folder = await project.before(join(small.path, "project"));
      await small.remount("ro");
      const error = await project.failure(folder);
      assert.match(String(error?.code), /not-writable$/, error && formatError(error));
      await small.remount("rw");
      await project.run(folder);
      await project.isRight(folder);
    },
  });

  for (const moment of ["extract", "rows"] as const) {
    Deno.test(`run into ${destination} that is removed meanwhile (${moment}) loses nothing`, async () => {
      await using project = await Project.open(destination, { isNew: true });
      const folder = await project.before();
      await project.run(folder);
      let isGone = false;
      const error = await project.failure(folder, (event) => {
        const isMoment = moment === "rows"
          ? event.type === "rows"
          : event.type === "step" && event.state === "finished";
        if (isGone || !isMoment) return;
        isGone = true;
        for (const { name } of Deno.readDirSync(folder)) {
          if (name.startsWith("pets")) Deno.removeSync(join(folder, name), { recursive: true });
        }
      });
      assert.ok(isGone);
      assert.ok(error, "the run succeeded");
      await project.run(folder);
      await project.isRight(folder, formatError(error));
    });
  }

  Deno.test(`runs of two pipelines into one dataset of ${destination} do not disturb each other`, async () => {
    const folder = await Deno.makeTempDir({ prefix: "sluice_two_" });
    const servers = [servePets(() => 0), servePets(() => 1)];
    const destinationParameters = destination === "sqlite"
      ? { credentials: "sqlite:///both.sqlite" }
      : { bucket_url: join(folder, "both") };
    const place = (pipelineName: string) =>
      pipeline({
        pipelineName,
        datasetName: "both",
        destination,
        destinationParameters,
        projectDirectory: folder,
      });
    for (let round = 1; round <= 3; round++) {
      const both = servers.map(({ url }, index) => place(`pets${index}`).run(pets(url, `pets${index}`)));
      await Promise.all(both);
      for (const index of [0, 1]) {
        const { rows } = await place("pets0").query(`SELECT id, name FROM pets${index}_cats ORDER BY id`);
        assert.deepEqual(rows.map(([, name]) => name), truthOf("cats", index).map(({ name }) => name));
        const log = await place("pets0").query(
          `SELECT count(*), count(DISTINCT event) FROM pets${index}_log`,
        );
        assert.deepEqual(log.rows[0]!.map(Number), Array(2).fill(truthOf("log", index).length));
      }
      const { rows } = await place("pets0").query("SELECT count(*) FROM _dlt_loads");
      assert.equal(Number(rows[0]![0]), round * 2);
    }
    for (const server of servers) await server.close();
    await Deno.remove(folder, { recursive: true });
  });
}

Deno.test("run finds any flipped bit in a package that waits: it is set aside, and its data read again", async () => {
  await using project = await Project.open("sqlite");
  const waiting = await project.before();
  let lock: DatabaseSync | undefined;
  const error = await project.failure(waiting, (event) => {
    if (lock || event.type !== "step" || event.step !== "extract" || event.state !== "finished") return;
    lock = new DatabaseSync(join(waiting, "pets.sqlite"));
    lock.exec("BEGIN IMMEDIATE");
  });
  lock!.close();
  assert.equal(error?.code, "locked");
  const packages = join(".dlt/.var/pets/packages");
  const [{ name: loadId }] = [...Deno.readDirSync(join(waiting, packages))];
  const files = [...Deno.readDirSync(join(waiting, packages, loadId))].map(({ name }) => name).sort();
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...files), fc.nat(), fc.nat(7), async (name, at, bit) => {
      const folder = join(project.folder, crypto.randomUUID());
      await copyFolder(waiting, folder);
      const path = join(folder, packages, loadId, name);
      const bytes = await Deno.readFile(path);
      bytes[at % bytes.length]! ^= 1 << bit;
      await Deno.writeFile(path, bytes);
      const { warnings } = await project.run(folder);
      await project.isRight(folder, `bit ${bit} of byte ${at % bytes.length} of ${name}`);
      assert.deepEqual(warnings.map(({ code }) => code), ["package-set-aside"]);
      await Deno.remove(folder, { recursive: true });
    }),
    { numRuns: Number(Deno.env.get("SLUICE_FLIPS") ?? 40), endOnFailure: true },
  );
});

Deno.test("run names a commit record that is damaged", async () => {
  await using project = await Project.open("filesystem");
  const folder = await project.before();
  await Deno.writeTextFile(join(folder, "pets_data/pets_dataset/.sluice/commit.json"), '{"version":1,"lo');
  const error = await project.failure(folder);
  assert.equal(error?.code, "commit-corrupt");
});

Deno.test({
  name: "run with too few file descriptors ends well or says so, and the next run goes on",
  ignore: Deno.build.os === "windows",
  async fn() {
    const main = new URL("./crash/entry.ts", import.meta.url).pathname;
    const DATA = new URL("./data/", import.meta.url).pathname;
    for (const destination of DESTINATIONS) {
      await using project = await Project.open(destination);
      for (const limit of [24, 28, 32]) {
        const folder = await project.before();
        await Deno.writeTextFile(
          join(folder, "pets.ts"),
          `import { definePets } from ${JSON.stringify(new URL("./data/pets.ts", import.meta.url).href)};\n` +
            `export default definePets(${JSON.stringify(project.url)});\n`,
        );
        const command =
          `ulimit -n ${limit}; exec "$0" run -q -A --no-check --no-prompt "${main}" run ./pets.ts ` +
          `--pipeline-name pets --destination ${destination} --progress off --allow "read=${DATA}"`;
        const { code, stderr } = await new Deno.Command("sh", {
          args: ["-c", command, Deno.execPath()],
          cwd: folder,
        })
          .output();
        const text = new TextDecoder().decode(stderr);
        // Below what the runtime needs itself it cannot say anything.
        const isOurs = /next: /.test(text);
        if (isOurs) assert.match(text, /too many|Too many/, `${limit}: ${text}`);
        assert.notEqual(code, 70, `${limit}: ${text}`);
        if (code !== 0) await project.run(folder);
        await project.isRight(folder, `${limit} files: ${text}`);
      }
    }
  },
});
