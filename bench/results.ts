/**
 * Results of scenarios, and the file that keeps them: a later session replaces the scenarios it has run and
 * keeps the others.
 * @module
 */
import type { Subject } from "./scenario.ts";
import type { Measured } from "./stopwatch.ts";

/** One run of one subject. Commands measure the seconds of the whole process and nothing else. */
export interface Run extends Partial<Omit<Measured, "seconds">> {
  readonly round: number;
  readonly seconds: number;
  readonly requests?: number;
}

/** What a scenario came to. */
export interface ScenarioResult {
  readonly name: string;
  readonly about: string;
  readonly commit: string;
  readonly date: string;
  /** Processes that wanted to run at its start and end, this one's among them. */
  readonly load: readonly [number, number];
  /** Rows that one run writes. */
  readonly rows?: number;
  readonly runs: Readonly<Partial<Record<Subject | "plan", readonly Run[]>>>;
  /** Why a subject did not run. */
  readonly skipped: Readonly<Partial<Record<Subject, string>>>;
  /** Shares of the budget that each round used in whole minutes, and refusals after first minutes. */
  readonly budget?: { readonly shares: readonly number[]; readonly refused: number };
}

/** Results of one machine. */
export interface Results {
  readonly machine: string;
  readonly versions: string;
  readonly scenarios: readonly ScenarioResult[];
}

/** Reads a file of results. */
export async function readResults(file: string): Promise<Results> {
  return JSON.parse(await Deno.readTextFile(file));
}

/** Adds results to a file, which may not be there yet, and takes out scenarios that have failed since. */
export async function keepResults(
  file: string,
  results: Results,
  failed: readonly string[] = [],
): Promise<Results> {
  const kept = await readResults(file).catch((error) => {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  });
  const all = new Map([...kept?.scenarios ?? [], ...results.scenarios].map((each) => [each.name, each]));
  failed.forEach((name) => all.delete(name));
  const merged = { ...results, scenarios: [...all.values()] };
  await Deno.writeTextFile(file, `${JSON.stringify(merged, null, 2)}\n`);
  return merged;
}
