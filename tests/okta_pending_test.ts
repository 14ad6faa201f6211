/**
 * Load packages between runs: one that was extracted but not published is published by the next run; one that
 * was published but not removed is not loaded again; a damaged one is named and set aside.
 * @module
 */
import assert from "assert";
import { join } from "node:path";
import { DatabaseSync } from "sqlite";
import type { RunEvent } from "../mod.ts";
import { type Scene, scene } from "./okta_scene.ts";

const packagesOf = (stage: Scene) => join(stage.folder, ".dlt/.var/okta_management_pipeline/packages");

function copyFolder(from: string, to: string): void {
  Deno.mkdirSync(to, { recursive: true });
  for (const entry of Deno.readDirSync(from)) {
    if (entry.isDirectory) copyFolder(join(from, entry.name), join(to, entry.name));
    else Deno.copyFileSync(join(from, entry.name), join(to, entry.name));
  }
}

/** Runs the scene and does something at once when an event comes, before the run goes on. */
async function sceneWith(act: (event: RunEvent, stage: Scene) => void): Promise<Scene> {
  const box: { stage?: Scene } = {};
  box.stage = await scene({
    destinationParameters: { lock_timeout: 0.2 },
    emit: (event) => box.stage && act(event, box.stage),
  });
  return box.stage;
}

Deno.test("run okta publishes first what an earlier run extracted but could not load", async () => {
  let lock: DatabaseSync | undefined;
  await using stage = await sceneWith((event, { folder }) => {
    if (lock || event.type !== "step" || event.step !== "extract" || event.state !== "finished") return;
    lock = new DatabaseSync(join(folder, "okta_management_pipeline.sqlite"));
    lock.exec("BEGIN IMMEDIATE");
  });
  await assert.rejects(stage.run({ resources: ["users", "system_log"] }), { code: "locked" });
  lock!.close();
  const info = await stage.run({ resources: ["users", "system_log"] });
  assert.equal(info.loadPackages.length, 2);
  assert.equal(info.loadPackages[0].rows.users, 60);
  assert.equal(await stage.value("SELECT count(*) FROM users"), 60);
  assert.equal(await stage.value("SELECT count(*) - count(DISTINCT uuid) FROM system_log"), 0);
});

Deno.test("run okta does not load a package again that was published but not removed", async () => {
  await using stage = await sceneWith((event, { folder }) => {
    if (event.type === "loaded") {
      copyFolder(join(folder, ".dlt/.var/okta_management_pipeline/packages"), join(folder, "kept"));
    }
  });
  await stage.run({ resources: ["users_me"] });
  copyFolder(join(stage.folder, "kept"), packagesOf(stage));
  const info = await stage.run({ resources: ["users"] });
  assert.equal(info.loadPackages.length, 1);
  assert.equal(await stage.value("SELECT count(*) FROM _dlt_loads"), 2);
  assert.deepEqual([...Deno.readDirSync(packagesOf(stage))], []);
});

Deno.test("run okta names a damaged package, sets it aside and reads its data again", async () => {
  let lock: DatabaseSync | undefined;
  await using stage = await sceneWith((event, { folder }) => {
    if (lock || event.type !== "step" || event.step !== "extract" || event.state !== "finished") return;
    lock = new DatabaseSync(join(folder, "okta_management_pipeline.sqlite"));
    lock.exec("BEGIN IMMEDIATE");
  });
  await assert.rejects(stage.run({ resources: ["users"] }), { code: "locked" });
  lock!.close();
  const [{ name }] = [...Deno.readDirSync(packagesOf(stage))];
  const pages = join(packagesOf(stage), name, "users.pages");
  const bytes = Deno.readFileSync(pages);
  bytes[bytes.length >> 1] ^= 1;
  Deno.writeFileSync(pages, bytes);
  const info = await stage.run({ resources: ["users"] });
  assert.match(info.warnings[0].message, /page 1 is damaged or cut off; it was set aside in .*set_aside/);
  assert.equal(info.loadPackages.length, 1);
  assert.equal(await stage.value("SELECT count(*) FROM users"), 60);
});
