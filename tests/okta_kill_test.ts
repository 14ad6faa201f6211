/**
 * Killed anywhere, run again: nothing lost, nothing twice. The real command runs as a child process and is
 * killed the moment it reports a chosen event.
 * @module
 */
import assert from "assert";
import { join } from "node:path";
import { TextLineStream } from "./text_lines.ts";
import { type Scene, scene } from "./okta_scene.ts";

const MAIN = new URL("../main.ts", import.meta.url).pathname;
const TABLES = ["users", "users__profile__skills", "groups", "group_users", "apps_assigned", "system_log"];

/** Starts `run okta` in the scene's folder and kills it at the `nth` event that `matches`. Returns whether it got there. */
async function runAndKill(
  stage: Scene,
  destination: string,
  matches?: (event: Record<string, unknown>) => boolean,
  nth = 1,
): Promise<boolean> {
  await using child = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "-q",
      "-P=cli",
      "--no-prompt",
      MAIN,
      "run",
      "okta",
      "--destination",
      destination,
      "--progress",
      "json",
    ],
    cwd: stage.folder,
    env: {
      SOURCES__OKTA_MANAGEMENT_SOURCE__BASE_URL: stage.sim.url,
      SOURCES__OKTA_MANAGEMENT_SOURCE__API_TOKEN: stage.sim.token,
    },
    stdout: "null",
    stderr: "piped",
  }).spawn();
  let left = nth;
  let reached = false;
  for await (
    const line of child.stderr.pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream())
  ) {
    if (!reached && matches?.(JSON.parse(line)) && --left === 0) {
      reached = true;
      child.kill("SIGKILL");
    }
  }
  const { success } = await child.status;
  assert.equal(success, !reached);
  return reached;
}

const MOMENTS: readonly (readonly [string, (event: Record<string, unknown>) => boolean, number])[] = [
  ["at the first page", (event) => event.type === "page", 1],
  ["at the 15th page", (event) => event.type === "page", 15],
  [
    "when everything is extracted",
    (event) => event.type === "step" && event.step === "extract" && event.state === "finished",
    1,
  ],
  ["while rows are written", (event) => event.type === "rows", 8],
  ["after the load was published", (event) => event.type === "loaded", 1],
];

for (const destination of ["sqlite", "filesystem"]) {
  for (const [moment, matches, nth] of MOMENTS) {
    Deno.test(`run okta into ${destination} killed ${moment} and run again loses and doubles nothing`, async () => {
      await using stage = await scene({ destination });
      assert.ok(
        await runAndKill(stage, destination, matches, nth),
        "the run ended before it could be killed",
      );
      await runAndKill(stage, destination);
      for (const resource of ["users", "groups", "group_users", "apps_assigned", "system_log"] as const) {
        assert.equal(
          await stage.value(`SELECT count(*) FROM ${resource}`),
          [...stage.sim.truth(resource)].length,
          resource,
        );
      }
      for (const table of TABLES) {
        assert.equal(await stage.value(`SELECT count(*) - count(DISTINCT _dlt_id) FROM ${table}`), 0, table);
      }
      const packages = [
        ...Deno.readDirSync(join(stage.folder, ".dlt/.var/okta_management_pipeline/packages")),
      ];
      assert.deepEqual(packages, [], "no package is left behind");
    });
  }
}
