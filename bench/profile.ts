/**
 * `deno task bench:profile [scenario]`: where the time of a run of Sluice goes, by function.
 * @module
 */
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { type CpuProfile, type SelfTime, selfTimes } from "./cpu_profile.ts";
import { runLoad } from "./run_load.ts";
import { pickScenarios } from "./scenarios/mod.ts";
import { ROOT } from "./subjects.ts";
import { table } from "./tables.ts";

const FUNCTIONS = 25;
const WAITING = "(idle)";

const { values: options, positionals: names } = parseArgs({
  allowPositionals: true,
  options: { scale: { type: "string", default: "1" } },
});
const [scenario] = pickScenarios(names.length ? names : ["okta_users"]);
if ("commands" in scenario) throw new Error(`Cannot profile "${scenario.name}": it is whole processes`);
const folder = await Deno.makeTempDir({ prefix: "sluice_bench_" });
try {
  const profile = join(folder, "profile");
  const records = Math.max(1, Math.round(scenario.records * Number(options.scale)));
  const { rows } = await runLoad({ ...scenario, floor: "not asked for" }, {
    rounds: 1,
    dltRounds: 0,
    records,
    folder,
    profile,
  });
  const profiles: CpuProfile[] = [];
  for await (const { name } of Deno.readDir(profile)) {
    if (name.endsWith(".cpuprofile")) profiles.push(JSON.parse(await Deno.readTextFile(join(profile, name))));
  }
  printTimes(selfTimes(profiles, pathToFileURL(ROOT).href), { rows: rows!, threads: profiles.length });
} finally {
  await Deno.remove(folder, { recursive: true });
}

function printTimes(times: readonly SelfTime[], { rows, threads }: { rows: number; threads: number }): void {
  const working = times.filter(({ name }) => name !== WAITING);
  const sum = (part: readonly SelfTime[]) =>
    part.reduce((total, { milliseconds }) => total + milliseconds, 0);
  const whole = sum(working);
  const line = ({ name, place, milliseconds }: SelfTime) => [
    milliseconds.toFixed(0),
    `${(milliseconds / whole * 100).toFixed(1)} %`,
    name,
    place,
  ];
  console.log(
    `\`${scenario.name}\`, ${rows.toLocaleString("en")} rows, the start of the process included: ` +
      `${whole.toFixed(0)} ms at work in ${threads} thread(s), ${
        (sum(times) - whole).toFixed(0)
      } ms waiting\n`,
  );
  console.log(table(["self ms", "share", "function", "file"], working.slice(0, FUNCTIONS).map(line)));
}
