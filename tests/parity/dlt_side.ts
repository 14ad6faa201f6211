/**
 * Runs cases and other work through dlt, in Python processes that see nothing of this machine's settings.
 * @module
 */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  isJsonObject,
  type JsonObject,
  type JsonValue,
  parseJson,
  stringifyJson,
} from "../../pipeline/json.ts";
import { type Case, configOf } from "./case.ts";
import type { Environment } from "./environment.ts";
import type { RawRun, RawTables } from "./raw.ts";

const PROCESSES = 2;

/** Runs one of the scripts beside this file. @throws {Error} with the end of what it wrote */
export async function runPython(
  { python }: Environment,
  script: string,
  args: readonly string[],
  folder: string,
): Promise<void> {
  const command = new Deno.Command(python, {
    args: [fileURLToPath(new URL(`./${script}`, import.meta.url)), ...args],
    cwd: folder,
    clearEnv: true,
    env: {
      PATH: Deno.env.get("PATH") ?? "",
      HOME: folder,
      TZ: "UTC",
      PYTHONWARNINGS: "ignore",
      PYTHONDONTWRITEBYTECODE: "1",
      PYTHONHASHSEED: "0",
      DLT_PROJECT_DIR: folder,
      DLT_DATA_DIR: join(folder, "dlt_data"),
      RUNTIME__LOG_LEVEL: "CRITICAL",
      RUNTIME__DLTHUB_TELEMETRY: "false",
    },
  });
  const { success, stdout, stderr } = await command.output();
  if (success) return;
  const decoder = new TextDecoder();
  throw new Error(`${script} failed:\n${(decoder.decode(stdout) + decoder.decode(stderr)).slice(-4000)}`);
}

/** One run of a case. */
export interface Answered extends RawRun {
  readonly case: string;
  readonly run: number;
  /** What dlt found in a dataset that was there already, where it was asked to look. */
  readonly restored?: JsonObject;
}

/** All runs of all cases, by case. */
export async function runThroughDlt(
  environment: Environment,
  cases: readonly Case[],
  base: string,
  folder: string,
): Promise<Map<string, RawRun[]>> {
  const shares = Array.from(
    { length: PROCESSES },
    (_, share) => cases.filter((_, index) => index % PROCESSES === share),
  );
  const outputs = await Promise.all(shares.map((share, index) => {
    const own = join(folder, `process_${index}`);
    return runPlan(environment, share.map((each) => planOf(each, base, own)), own);
  }));
  const runs = new Map<string, RawRun[]>();
  for (const { case: name, run, error, tables } of outputs.flat()) {
    const known = runs.get(name) ?? [];
    known[run] = { error, tables };
    runs.set(name, known);
  }
  return runs;
}

/** One run of each case, on databases that are there already, as on a machine that has never seen them. */
export function continueWithDlt(
  environment: Environment,
  cases: readonly Case[],
  run: number,
  { base, folder, database }: { base: string; folder: string; database: (case_: Case) => string },
): Promise<Answered[]> {
  const plan = cases.map((each) => {
    const whole = planOf(each, base, folder);
    const runs = (whole.runs as JsonValue[]).slice(run, run + 1);
    return { ...whole, runs, database: database(each), restore: true };
  });
  return runPlan(environment, plan, folder);
}

/** Runs what a plan for `judge.py` says. */
export async function runPlan(
  environment: Environment,
  plan: readonly JsonObject[],
  folder: string,
): Promise<Answered[]> {
  if (!plan.length) return [];
  await Deno.mkdir(folder, { recursive: true });
  const planFile = join(folder, "plan.json");
  const out = join(folder, "answers.jsonl");
  await Deno.writeTextFile(planFile, stringifyJson(plan));
  await runPython(environment, "judge.py", [planFile, out], folder);
  const text = await Deno.readTextFile(out);
  return text.trim().split("\n").map((line) => {
    const answer = parseJson(line) as JsonObject;
    const error = isJsonObject(answer.error)
      ? { kind: String(answer.error.kind), text: String(answer.error.text) }
      : undefined;
    return {
      case: String(answer.case),
      run: Number(answer.run),
      error,
      tables: answer.tables as unknown as RawTables,
      restored: isJsonObject(answer.restored) ? answer.restored : undefined,
    };
  });
}

function planOf(case_: Case, base: string, folder: string): JsonObject {
  return {
    name: case_.name,
    folder: join(folder, case_.name.replace("/", "__")),
    via: case_.via,
    destination: case_.destination,
    destination_options: case_.replaceStrategy ? { replace_strategy: case_.replaceStrategy } : {},
    runs: case_.runs.map(({ run = {} }, number) => ({
      number,
      config: configOf(case_, number, base),
      source: case_.source,
      run,
    })),
  };
}
