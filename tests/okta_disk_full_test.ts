/**
 * A disk that fills up, for real: a small file system in memory. It takes the right to mount one; where that
 * is missing the tests are skipped, and say so.
 * @module
 */
import assert from "assert";
import { join } from "node:path";
import { formatError } from "../mod.ts";
import { scene } from "./okta_scene.ts";

async function command(name: string, ...args: string[]): Promise<boolean> {
  try {
    return (await new Deno.Command(name, { args, stdout: "null", stderr: "null" }).output()).success;
  } catch {
    return false;
  }
}

/** A file system of this size; disposing it unmounts it. Undefined where it cannot be had. */
async function smallDisk(size: string): Promise<(AsyncDisposable & { path: string }) | undefined> {
  if (Deno.build.os !== "linux") return undefined;
  const path = await Deno.makeTempDir({ prefix: "sluice_disk_" });
  if (!await command("mount", "-t", "tmpfs", "-o", `size=${size}`, "tmpfs", path)) {
    await Deno.remove(path);
    return undefined;
  }
  return {
    path,
    async [Symbol.asyncDispose]() {
      await command("umount", path);
      await Deno.remove(path);
    },
  };
}

const probe = await smallDisk("1m");
const ignore = probe === undefined;
await probe?.[Symbol.asyncDispose]();
const reason = ignore ? " (skipped: mounting a small file system needs root)" : "";

for (const destination of ["sqlite", "filesystem"]) {
  Deno.test({
    name: `run okta into ${destination} on a full disk says so and leaves the tables as they were${reason}`,
    ignore,
    async fn() {
      await using disk = (await smallDisk("1500k"))!;
      const place = destination === "sqlite"
        ? { credentials: `sqlite:///${join(disk.path, "okta.sqlite")}` }
        : { bucket_url: join(disk.path, "data") };
      await using stage = await scene({ destination, destinationParameters: place }, { users: 400 });
      await stage.run({ resources: ["users_me"] });
      const error = await stage.run().then(() => assert.fail("the run succeeded"), (error) => error);
      assert.equal(error.code, "disk-full", formatError(error));
      assert.match(formatError(error), /next: .*free space/);
      assert.equal(await stage.value("SELECT count(*) FROM users_me"), 1);
      assert.equal(await stage.value("SELECT count(*) FROM _dlt_loads"), 1);
    },
  });
}

Deno.test({
  name: `run okta with its load package on a full disk says so and writes nothing${reason}`,
  ignore,
  async fn() {
    await using disk = (await smallDisk("300k"))!;
    await using stage = await scene({ destinationParameters: {} }, { users: 400 });
    await Deno.symlink(disk.path, join(stage.folder, ".dlt"));
    const error = await stage.run().then(() => assert.fail("the run succeeded"), (error) => error);
    assert.equal(error.code, "disk-full", formatError(error));
    assert.deepEqual([...Deno.readDirSync(stage.folder)].map((entry) => entry.name), [".dlt"]);
  },
});
