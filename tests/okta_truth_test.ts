/**
 * The main job, whole: an organisation is loaded, changes, and is loaded again; afterwards every table
 * holds what the organisation holds, row by row.
 * @module
 */
import assert from "assert";
import type { OktaSimulator, TruthResource } from "../simulator/okta/mod.ts";
import type { Pipeline } from "../mod.ts";
import { type Scene, scene } from "./okta_scene.ts";
import { assertTableHolds } from "./table_truth.ts";

const KEYS: Partial<Record<TruthResource, string[]>> = {
  users: ["id"],
  groups: ["id"],
  group_users: ["group_id", "id"],
  apps: ["id"],
  apps_assigned: ["app_id", "id"],
  groups_assigned_apps: ["group_id", "id"],
  system_log: ["uuid"],
  users_me: ["id"],
};

/** Names of all tables, from the schema that the load stored. */
async function tableNames(pipeline: Pipeline): Promise<string[]> {
  const { rows } = await pipeline.query("SELECT schema FROM _dlt_version ORDER BY version DESC LIMIT 1");
  return Object.keys(JSON.parse(String(rows[0][0])).tables).filter((name) => !name.startsWith("_dlt"));
}

async function assertTruth(
  { sim, pipeline }: Scene,
  resources = Object.keys(KEYS) as TruthResource[],
): Promise<number> {
  let rows = 0;
  const tables = await tableNames(pipeline());
  for (const resource of resources) {
    rows += await assertTableHolds(pipeline(), resource, sim.truthLines(resource), {
      tables,
      key: KEYS[resource]!,
      ignore: /client_secret$/,
    });
  }
  return rows;
}

/** A working day: people change, leave and join, memberships end, events arrive, some of them late. */
function changeOrganisation(sim: OktaSimulator): void {
  const user = (index: number) => sim.idOf("user", index);
  const group = (index: number) => sim.idOf("group", index);
  sim.clock.advance(3_600_000);
  for (let index = 0; index < 5; index++) {
    sim.mutate({
      op: "user.update",
      id: user(index),
      profile: { department: `Moved ${index}`, nickName: null },
    });
  }
  sim.mutate({ op: "user.deactivate", id: user(10) });
  sim.mutate({ op: "user.create", status: "ACTIVE", profile: { login: "new@acme.test", firstName: "Nova" } });
  const members = [...sim.truth("group_users")].filter((each) => each.groupId === group(3));
  for (const member of members) {
    sim.mutate({ op: "group.removeMember", groupId: group(3), userId: String(member.id) });
  }
  sim.mutate({ op: "group.addMember", groupId: group(5), userId: user(20) });
  sim.mutate({ op: "group.update", id: group(6), profile: { description: "renamed" } });
  sim.mutate({ op: "group.delete", id: group(7) });
  sim.mutate({ op: "app.delete", id: sim.idOf("app", 3) });
  sim.mutate({ op: "app.unassign", appId: sim.idOf("app", 5), userId: user(2) });
  sim.mutate({ op: "app.create", label: "Brand new" });
  sim.mutate({ op: "event.emit", count: 7 });
  const earlier = new Date(sim.clock.now() - 1_800_000).toISOString();
  sim.mutate({ op: "event.emit", count: 3, published: earlier, delayMs: 1_799_000 });
  sim.clock.advance(60_000);
}

for (const destination of ["sqlite", "filesystem"]) {
  Deno.test(`run okta into ${destination} holds every record after a first and a second run`, async () => {
    await using stage = await scene({ destination }, { users: 240, seed: 11, events: 1500 });
    await stage.run();
    // One look at the files costs seconds, and the second run's tables contain the first's.
    if (destination === "sqlite") assert.ok(await assertTruth(stage) > 1000);

    changeOrganisation(stage.sim);
    stage.sim.clearRequests();
    const second = await stage.run();
    await assertTruth(stage);
    assert.ok(second.resources.users.rows < 20, `${second.resources.users.rows} users were read again`);
    assert.ok(second.resources.group_users.pages < 12, "only changed groups are read again");
  });
}

for (const destination of ["sqlite", "filesystem"]) {
  Deno.test(`run okta into ${destination} keeps hostile data: odd texts, numbers, names and drifting types`, async () => {
    // Which event is the first decides the types of columns, so the time is always the same.
    const now = { at: Date.UTC(2026, 10, 24, 14), frozen: true };
    await using stage = await scene({ destination }, {
      data: "hostile",
      users: 60,
      seed: 5,
      events: 200,
      now,
    });
    const { warnings } = await stage.run();
    assert.ok(await assertTruth(stage) > 200);
    assert.ok(warnings.some((each) => each.code === "identifier-collision"), "colliding names are said");
  });
}
