/**
 * A disk that fills up, for real: a small file system in memory. It takes the right to mount one; where that
 * is missing the tests are skipped, and say so.
 * @module
 */
import assert from "assert";
import { join } from "node:path";
import { formatError } from "../mod.ts";
import { scene } from "./okta_scene.ts";
import { noSmallDisk as ignore, noSmallDiskReason as reason, smallDisk } from "./small_disk.ts";

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
