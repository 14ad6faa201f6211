/**
 * `deno task bench [scenario…]`: Sluice, dlt and the least any program must do, on the same served pages.
 * @module
 */
import { cpus, totalmem } from "node:os";
import { parseArgs } from "node:util";
import { environment, NoEnvironment } from "../tests/parity/environment.ts";
import { keepResults, type Results, type ScenarioResult } from "./results.ts";
import { runCommands } from "./run_commands.ts";
import { type DltSide, runLoad, TablesDiffer } from "./run_load.ts";
import type { Scenario } from "./scenario.ts";
import { pickScenarios } from "./scenarios/mod.ts";
import { ROOT } from "./subjects.ts";
import { resultTables } from "./tables.ts";

const PAGE = new URL("../docs/performance.md", import.meta.url);

const { values: options, positionals: names } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: "string" },
    scale: { type: "string", default: "1" },
    json: { type: "string" },
    markdown: { type: "boolean", default: false },
    "no-dlt": { type: "boolean", default: false },
  },
});

const say = (line: string) => console.error(line);
const scenarios = pickScenarios(names);
const dlt = await findDlt();
const results: ScenarioResult[] = [];
const failures: string[] = [];
for (const scenario of scenarios) {
  try {
    results.push(await runScenario(scenario));
  } catch (error) {
    if (!(error instanceof TablesDiffer)) throw error;
    failures.push(`${scenario.name}: no time is reported, ${error.message}`);
    say(failures.at(-1)!);
  }
}
const session: Results = { machine: machineName(), versions: await versionsText(), scenarios: results };
const kept = options.json ? await keepResults(options.json, session) : session;
if (kept.scenarios.length) console.log(resultTables(kept));
if (options.markdown) await writeFigures(kept);
failures.forEach((line) => console.error(line));
Deno.exit(failures.length ? 1 : 0);

async function findDlt(): Promise<DltSide> {
  if (options["no-dlt"]) return {};
  try {
    return { python: await environment(say) };
  } catch (error) {
    if (!(error instanceof NoEnvironment)) throw error;
    say(`dlt is skipped: ${error.message}`);
    return { noPython: "its Python environment could not be made" };
  }
}

async function runScenario(scenario: Scenario): Promise<ScenarioResult> {
  const rounds = Number(options.rounds ?? scenario.rounds);
  const [loadBefore] = Deno.loadavg();
  const commit = await output("git", ["rev-parse", "--short", "HEAD"]);
  const folder = await Deno.makeTempDir({ prefix: "sluice_bench_" });
  const started = performance.now();
  try {
    const outcome = "commands" in scenario
      ? await runCommands(scenario, { rounds, ...dlt, folder })
      : await runLoad(scenario, {
        rounds,
        dltRounds: typeof scenario.dlt === "number" ? Math.min(scenario.dlt, rounds) : rounds,
        records: Math.max(1, Math.round(scenario.records * Number(options.scale))),
        ...dlt,
        folder,
      });
    say(`${scenario.name}: ${rounds} rounds in ${Math.round((performance.now() - started) / 1000)} s`);
    const { name, about } = scenario;
    return {
      name,
      about,
      commit,
      date: new Date().toISOString(),
      load: [loadBefore, Deno.loadavg()[0]],
      ...outcome,
    };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function machineName(): string {
  return `${cpus().length} cores (${cpus()[0]?.model.trim() || "unknown"}), ${
    Math.round(totalmem() / 2 ** 30)
  } GiB`;
}

async function versionsText(): Promise<string> {
  const ask = ["-c", "import dlt; print(dlt.__version__)"];
  const version = dlt.python && await output(dlt.python.python, ask);
  return `Deno ${Deno.version.deno}${version ? `, dlt ${version}` : ""}`;
}

async function output(command: string, args: string[]): Promise<string> {
  const { stdout } = await new Deno.Command(command, { args, cwd: ROOT }).output();
  return new TextDecoder().decode(stdout).trim();
}

async function writeFigures(kept: Results): Promise<void> {
  const page = await Deno.readTextFile(PAGE);
  const [before, after] = [/^[^]*<!-- figures -->\n/, /<!-- \/figures -->[^]*$/].map((part) =>
    part.exec(page)![0]
  );
  await Deno.writeTextFile(PAGE, `${before}\n${resultTables(kept)}\n\n${after}`);
}
