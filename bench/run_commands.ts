/**
 * Times the commands of a scenario, taking turns.
 * @module
 */
import type { Run, ScenarioResult } from "./results.ts";
import type { DltSide, LoadOptions } from "./run_load.ts";
import type { CommandScenario } from "./scenario.ts";
import { timeCommand } from "./subjects.ts";

/** Runs all commands `rounds` times, after once that does not count. */
export async function runCommands(
  { commands }: CommandScenario,
  { rounds, python, noPython, folder }: Pick<LoadOptions, "rounds" | "folder"> & DltSide,
): Promise<Pick<ScenarioResult, "runs" | "skipped">> {
  const runs: Record<string, Run[]> = {};
  const possible = Object.entries(commands).filter(([, { dlt }]) => !dlt || python);
  // The first start fills caches.
  for (let round = -1; round < rounds; round++) {
    for (const [name, command] of possible) {
      const seconds = await timeCommand(name, command, { python, folder });
      if (round >= 0) (runs[name] ??= []).push({ round, seconds });
    }
  }
  return { runs, skipped: python ? {} : { dlt: noPython ?? "not asked for" } };
}
