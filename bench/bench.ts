/**
 * `deno task bench [scenario…]`: Sluice, dlt and the least any program must do, on the same served pages.
 * @module
 */
import { cpus, totalmem } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { environment, NoEnvironment } from "../tests/parity/environment.ts";
import { positive, runCommand } from "./command.ts";
import { keepResults, type Results, type ScenarioResult } from "./results.ts";
import { runCommands } from "./run_commands.ts";
import { type DltSide, recordsAt, runLoad, TablesDiffer } from "./run_load.ts";
import type { Scenario } from "./scenario.ts";
import { pickScenarios } from "./scenarios/mod.ts";
import { ROOT } from "./subjects.ts";
import { resultTables } from "./tables.ts";

const PAGE = new URL("../docs/performance.md", import.meta.url);

interface Options {
  readonly rounds?: number;
  readonly scale: number;
  readonly dlt: DltSide;
}

const say = (line: string) => console.error(line);

/** Runs it and returns the exit code: 1 when tables were not the same. */
async function main(): Promise<number> {
  const { values, positionals: names } = parseArgs({
    allowPositionals: true,
    options: {
      rounds: { type: "string" },
      scale: { type: "string", default: "1" },
      json: { type: "string" },
      markdown: { type: "boolean", default: false },
      "no-dlt": { type: "boolean", default: false },
    },
  });
  const scenarios = pickScenarios(names);
  const rounds = values.rounds === undefined ? undefined : positive("rounds", values.rounds, { whole: true });
  const scale = positive("scale", values.scale);
  const dlt = values["no-dlt"] ? {} : await findDlt();
  const session: Results = { machine: machineName(), versions: await versionsText(dlt), scenarios: [] };
  const ran: ScenarioResult[] = [];
  const failed: string[] = [];
  let results = session;
  for (const scenario of scenarios) {
    try {
      ran.push(await runScenario(scenario, { rounds, scale, dlt }));
    } catch (error) {
      if (!(error instanceof TablesDiffer)) throw error;
      failed.push(scenario.name);
      say(`${scenario.name}: no time is reported, ${error.message}`);
    }
    // Written each time: a session takes long, and may be cut short.
    const now = { ...session, scenarios: ran };
    results = values.json ? await keepResults(values.json, now, failed) : now;
  }
  if (results.scenarios.length) console.log(resultTables(results));
  if (values.markdown) await writeFigures(results);
  return failed.length ? 1 : 0;
}

async function findDlt(): Promise<DltSide> {
  try {
    return { python: await environment(say) };
  } catch (error) {
    if (!(error instanceof NoEnvironment)) throw error;
    say(`dlt is skipped: ${error.message}`);
    return { noPython: "its Python environment could not be made" };
  }
}

async function runScenario(scenario: Scenario, { dlt, scale, ...given }: Options): Promise<ScenarioResult> {
  const { name, about } = scenario;
  const rounds = given.rounds ?? scenario.rounds;
  const loadBefore = Deno.loadavg()[0];
  const commit = await output("git", ["describe", "--always", "--dirty"]);
  const folder = await Deno.makeTempDir({ prefix: "sluice_bench_" });
  const started = performance.now();
  try {
    const outcome = "commands" in scenario
      ? await runCommands(scenario, { rounds, ...dlt, folder })
      : await runLoad(scenario, {
        rounds,
        dltRounds: typeof scenario.dlt === "number" ? Math.min(scenario.dlt, rounds) : rounds,
        records: recordsAt(scenario, scale),
        ...dlt,
        folder,
      });
    say(`${name}: ${rounds} rounds in ${Math.round((performance.now() - started) / 1000)} s`);
    const load = [loadBefore, Deno.loadavg()[0]] as const;
    return { name, about, commit, date: new Date().toISOString(), load, ...outcome };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function machineName(): string {
  return `${cpus().length} cores (${cpus()[0]?.model.trim() || "unknown"}), ${
    Math.round(totalmem() / 2 ** 30)
  } GiB`;
}

async function versionsText(dlt: DltSide): Promise<string> {
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
  await output(Deno.execPath(), ["fmt", "-q", fileURLToPath(PAGE)]);
}

await runCommand(main);
