/**
 * Makes the fixtures beside this file: what a version of Sluice leaves on the disk. To add those of another
 * version, run this file in a checkout of it and keep the folder; fixtures that are here are never made anew.
 *
 *     deno run -A tests/data/make.ts <folder>
 *
 * @module
 */
import { join, resolve } from "node:path";
import { DatabaseSync } from "sqlite";
import { pipeline } from "../../mod.ts";
import { API_PAGES, pets, servePets } from "./pets.ts";

const to = resolve(Deno.args[0]!);
await Deno.mkdir(to, { recursive: true });

for (const destination of ["sqlite", "filesystem"]) {
  const folder = await Deno.makeTempDir();
  let generation = 0;
  let lock: DatabaseSync | undefined;
  const server = servePets(() => generation);
  const run = () =>
    pipeline({
      pipelineName: "pets",
      destination,
      projectDirectory: folder,
      emit: (event) => {
        const isSealed = event.type === "step" && event.step === "extract" && event.state === "finished";
        if (generation === 0 || !isSealed || destination !== "sqlite") return;
        lock = new DatabaseSync(join(folder, "pets.sqlite"));
        lock.exec("BEGIN IMMEDIATE");
      },
      destinationParameters: destination === "sqlite" ? { lock_timeout: 0 } : {},
    }).run(pets(server.url));
  await run();
  await copy(folder, join(to, destination));
  if (destination === "sqlite") {
    generation = 1;
    await run().catch(() => {});
    lock!.close();
    await copy(folder, join(to, "pending"));
    await Deno.remove(join(folder, ".dlt"), { recursive: true });
    server.failAt(API_PAGES);
    generation = 2;
    await run().catch(() => {});
    await copy(folder, join(to, "unfinished"));
  }
  await server.close();
  await Deno.remove(folder, { recursive: true });
}

async function copy(from: string, to: string): Promise<void> {
  await Deno.mkdir(to, { recursive: true });
  for await (const { name, isDirectory } of Deno.readDir(from)) {
    if (["lease", "lock", "traces"].includes(name)) continue;
    if (isDirectory) await copy(join(from, name), join(to, name));
    else await Deno.copyFile(join(from, name), join(to, name));
  }
}
