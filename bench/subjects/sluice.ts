/** A whole run: users into SQLite. @module */
import { dirname } from "node:path";
import { pipeline } from "../../mod.ts";
import okta from "../../sources/okta.ts";
import { report, taskOf } from "../measure.ts";

const { url, token, database } = taskOf();
const project = await Deno.makeTempDir({ dir: dirname(database) });
await report(async () => {
  const load = pipeline({
    projectDirectory: project,
    destinationParameters: { credentials: `sqlite:///${database}` },
  });
  const info = await load.run(okta({ base_url: url, api_token: token }), { resources: ["users"] });
  return Object.values(info.loadPackages[0].rows).reduce((sum, rows) => sum + rows, 0);
});
await Deno.remove(project, { recursive: true });
