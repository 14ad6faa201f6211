/**
 * `deno task bench:profile [scenario]`: where the time of a run of Sluice goes, by function.
 * @module
 */
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { positive, runCommand, UsageError } from "./command.ts";
import { type CpuProfile, type SelfTime, selfTimes } from "./cpu_profile.ts";
import { recordsAt, runLoad } from "./run_load.ts";
import { pickScenarios } from "./scenarios/mod.ts";
import { ROOT } from "./subjects.ts";
import { table } from "./tables.ts";

const FUNCTIONS = 25;
const WAITING = "(idle)";
// Regular expressions are named by their whole text.
const LONGEST_NAME = 60;

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { scale: { type: "string", default: "1" } },
  });
  const [scenario] = pickScenarios(positionals.length ? positionals : ["okta_users"]);
  if ("commands" in scenario) throw new UsageError(`Cannot profile "${scenario.name}": it loads nothing`);
  const records = recordsAt(scenario, positive("scale", values.scale));
  const folder = await Deno.makeTempDir({ prefix: "sluice_bench_" });
  try {
    const profile = join(folder, "profile");
    const alone = { ...scenario, floor: "not asked for" };
    const { rows } = await runLoad(alone, { rounds: 1, dltRounds: 0, records, folder, profile });
    console.log(
      `\`${scenario.name}\`, ${rows!.toLocaleString("en")} rows, the start of the process included`,
    );
    printTimes(await readProfiles(profile));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
  return 0;
}

/** One profile for each thread. */
async function readProfiles(folder: string): Promise<CpuProfile[]> {
  const names = [...Deno.readDirSync(folder)].map(({ name }) => name);
  const texts = names.filter((name) => name.endsWith(".cpuprofile")).map((name) =>
    Deno.readTextFile(join(folder, name))
  );
  return (await Promise.all(texts)).map((text) => JSON.parse(text));
}

function printTimes(profiles: readonly CpuProfile[]): void {
  const times = selfTimes(profiles, pathToFileURL(ROOT).href);
  const sum = (part: readonly SelfTime[]) =>
    part.reduce((total, { milliseconds }) => total + milliseconds, 0);
  const working = times.filter(({ name }) => name !== WAITING);
  const whole = sum(working);
  const waiting = sum(times) - whole;
  const rows = working.slice(0, FUNCTIONS).map(({ name, place, milliseconds }) => [
    milliseconds.toFixed(0),
    `${(milliseconds / whole * 100).toFixed(1)} %`,
    name.slice(0, LONGEST_NAME),
    place,
  ]);
  console.log(
    `${whole.toFixed(0)} ms at work in ${profiles.length} thread(s), ${waiting.toFixed(0)} ms waiting\n`,
  );
  console.log(table(["self ms", "share", "function", "file"], rows));
}

await runCommand(main);
