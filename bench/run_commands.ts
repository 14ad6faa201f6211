/**
 * Times the commands of a scenario, taking turns.
 * @module
 */
import type { Environment } from "../tests/parity/environment.ts";
import type { Run, ScenarioResult } from "./results.ts";
import type { CommandScenario } from "./scenario.ts";
import { timeCommand } from "./subjects.ts";

/** Runs all commands `rounds` times, after once that does not count. */
export async function runCommands(
  { commands }: CommandScenario,
  { rounds, python, folder }: { rounds: number; python?: Environment; folder: string },
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
  return { runs, skipped: python ? {} : { dlt: NO_PYTHON } };
}

/** Why dlt is left out where its environment could not be made. */
export const NO_PYTHON = "no Python environment";
