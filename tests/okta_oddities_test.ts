/** Records that are odd for good: every oddity of the simulator is loaded, and no row is lost. @module */
import assert from "assert";
import { ODDITIES, type OddityName } from "../simulator/okta/mod.ts";
import { scene } from "./okta_scene.ts";

for (const name of Object.keys(ODDITIES) as OddityName[]) {
  Deno.test(`run loads records with ${name}: ${ODDITIES[name].help}`, async () => {
    await using stage = await scene({}, { users: 16, events: 5, switches: { oddities: [name] } });
    await stage.run({ resources: ["users"] });
    assert.equal(await stage.value("SELECT count(*) FROM users"), [...stage.sim.truth("users")].length);
    const columns = await stage.value("SELECT count(*) FROM pragma_table_info('users')");
    await using plain = await scene({}, { users: 16, events: 5 });
    await plain.run({ resources: ["users"] });
    assert.ok(Number(columns) > Number(await plain.value("SELECT count(*) FROM pragma_table_info('users')")));
  });
}
