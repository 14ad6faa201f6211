/**
 * `sluice demo`: a simulated Okta organisation loaded into SQLite, and a look at the result. It reads no
 * configuration and writes only below its own folder.
 * @module
 */
import { join, relative } from "node:path";
import type { Command } from "cli";
import { Configuration } from "../pipeline/config.ts";
import { formatLoadInfo } from "../pipeline/load_info.ts";
import { type Pipeline, pipeline } from "../pipeline/pipeline.ts";
import { startOktaSimulator } from "../simulator/okta/mod.ts";
import okta from "../sources/okta.ts";
import { formatRows } from "./format_rows.ts";
import { COMMAND, helpEnd, integerFrom } from "./help.ts";
import { interruptible } from "./interrupt.ts";
import { note, print } from "./print.ts";
import { openProgress } from "./progress.ts";

interface Sample {
  readonly title: string;
  readonly sql: string;
}

const SAMPLES: readonly Sample[] = [
  {
    title: "Users by status",
    sql:
      "SELECT status, count(*) AS users, max(last_login) AS last_login FROM users GROUP BY status ORDER BY users DESC",
  },
  {
    title: "The largest groups",
    sql: "SELECT groups.profile__name AS name, count(*) AS members FROM group_users " +
      "JOIN groups ON groups.id = group_users.group_id GROUP BY groups.id ORDER BY members DESC LIMIT 5",
  },
];

/** Adds options and action. */
export function define(command: Command): void {
  command
    .option("--users <count>", "users of the organisation", integerFrom(1), 1000)
    .addHelpText("after", helpEnd(["demo", "demo --users 10000"]))
    .action(({ users }: { users: number }) => interruptible((signal) => demo(users, signal)));
}

async function demo(users: number, signal: AbortSignal): Promise<void> {
  const stamp = new Date().toISOString().replace(/[-:]/g, "").replace(/\.\d+/, "");
  const folder = join(Deno.cwd(), ".dlt", ".var", "demo", stamp);
  await Deno.mkdir(folder, { recursive: true });
  const database = join(folder, "okta.sqlite");

  await using simulator = await startOktaSimulator({ users, rateLimits: { profile: "none" } });
  note(`Simulated Okta organisation of ${users} users at ${simulator.url}`);
  using progress = await openProgress("auto");
  const loading = pipeline({
    pipelineName: "okta_demo",
    datasetName: "okta_demo",
    projectDirectory: folder,
    destinationParameters: { credentials: `sqlite:///${database}` },
    // An empty environment: the demo must neither read nor write anything of the user's.
    configuration: await Configuration.load({ projectDirectory: folder, env: {} }),
    emit: progress.emit,
  });
  const source = okta({ base_url: simulator.url, api_token: simulator.token });
  const info = await loading.run(source, { signal });
  progress[Symbol.dispose]();

  print(formatLoadInfo(info));
  const rows = info.loadPackages.flatMap((each) => Object.entries(each.rows)).toSorted();
  print(`\nRows per table\n${formatRows({ columns: ["table", "rows"], rows }, "table")}`);
  for (const sample of SAMPLES) await show(loading, sample);
  const file = relative(Deno.cwd(), database);
  print(`\nThe database is ${file}. Ask it more:\n  ${COMMAND} query --database ${file} "${SAMPLES[0].sql}"`);
}

async function show(loading: Pipeline, { title, sql }: Sample): Promise<void> {
  print(`\n${title}\n${formatRows(await loading.query(sql), "table")}`);
}
