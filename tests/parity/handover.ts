/**
 * One dataset, written by dlt and Sluice in turn: each takes over where the other left off, on a machine that
 * has never seen the dataset, and what comes out is compared with what dlt alone makes of the same runs.
 * @module
 */
import { join } from "node:path";
import { canonicalJson, type JsonValue } from "../../pipeline/json.ts";
import { SYSTEM_TABLES } from "../../pipeline/schema.ts";
import type { Case } from "./case.ts";
import { type Answered, continueWithDlt } from "./dlt_side.ts";
import type { Environment } from "./environment.ts";
import { type Finding, judge } from "./judge.ts";
import type { RawRun, RawTables } from "./raw.ts";
import { runOnce } from "./sluice_side.ts";
import { type Snapshot, snapshot } from "./snapshot.ts";

/** Cases that are handed over, by name. */
export const HANDED_OVER: readonly string[] = [
  "dispositions/merge_grandchildren",
  "dispositions/replace_children",
  "incremental/boundary_key",
  "incremental/camel_case",
  "real/bank_transactions",
  "real/event_stream",
  "real/okta_groups",
  "real/webshop_orders",
  "schema/five_versions",
  "variants/across_runs",
];

// Who takes over notes it in the state, and writes down a schema that it would have written otherwise.
const NOTES_REGEXP = /^(system\._dlt_(version|pipeline_state)\.rows|state\._state_version)/;

/** What came of it. */
export interface HandOver {
  /** Runs that continued what the other had written. */
  readonly steps: number;
  readonly values: number;
  /** By case and order, e.g. `real/webshop_orders (Sluice first)`. */
  readonly unlisted: readonly (Finding & { readonly name: string })[];
}

/** Hands each case over at each run, once begun by Sluice and once by dlt. */
export async function handOver(
  environment: Environment,
  cases: readonly Case[],
  answers: ReadonlyMap<string, readonly Snapshot[]>,
  { base, folder }: { base: string; folder: string },
): Promise<HandOver> {
  const handed = cases.filter(({ name }) => HANDED_OVER.includes(name));
  const result = { steps: 0, values: 0, unlisted: [] as (Finding & { name: string })[] };
  for (const first of ["Sluice", "dlt"] as const) {
    const runs = await takeTurns(environment, handed, first, { base, folder: join(folder, first) });
    for (const case_ of handed) {
      const name = `${case_.name} (${first} first)`;
      const own = runs.get(case_.name)!;
      const judgement = judge(case_, answers.get(case_.name)!, own.map((run) => snapshot(run, case_)));
      result.steps += own.length - 1;
      result.values += judgement.values;
      const unlisted = judgement.unlisted.filter(({ path }) => !NOTES_REGEXP.test(path));
      result.unlisted.push(...[...unlisted, ...restoredFindings(own)].map((each) => ({ ...each, name })));
    }
  }
  return result;
}

async function takeTurns(
  environment: Environment,
  cases: readonly Case[],
  first: "Sluice" | "dlt",
  { base, folder }: { base: string; folder: string },
): Promise<Map<string, (RawRun | Answered)[]>> {
  const runs = new Map<string, (RawRun | Answered)[]>(cases.map(({ name }) => [name, []]));
  const database = ({ name }: Case) => join(folder, `${name.replace("/", "__")}.sqlite`);
  await Deno.mkdir(folder, { recursive: true });
  const most = Math.max(...cases.map((each) => each.runs.length));
  for (let run = 0; run < most; run++) {
    const due = cases.filter((each) => run < each.runs.length);
    const own = join(folder, `run_${run}`);
    if ((run % 2 === 0) === (first === "dlt")) {
      const answered = await continueWithDlt(environment, due, run, { base, folder: own, database });
      for (const each of answered) runs.get(each.case)!.push(each);
      continue;
    }
    for (const each of due) {
      const place = join(own, each.name.replace("/", "__"));
      await Deno.mkdir(place, { recursive: true });
      runs.get(each.name)!.push(await runOnce(each, run, { base, folder: place, database: database(each) }));
    }
  }
  return runs;
}

/** Where dlt did not find what Sluice had left: the schema under its hash, and the rows of each table. */
function restoredFindings(runs: readonly (RawRun | Answered)[]): Finding[] {
  const findings: Finding[] = [];
  runs.forEach((each, run) => {
    if (run === 0 || !("restored" in each)) return;
    const check = (path: string, wanted: JsonValue, found: JsonValue | undefined) => {
      if (canonicalJson(wanted) === canonicalJson(found ?? null)) return;
      findings.push({ path: `restored: ${path}, wanted and found`, dlt: wanted, sluice: found, run });
    };
    const counts = rowCounts(runs[run - 1].tables);
    check("default_schema", "parity", each.restored?.default_schema);
    check("hash_is_right", true, each.restored?.hash_is_right);
    check("tables", Object.keys(counts).sort(), each.restored?.tables);
    check("counts", counts, each.restored?.counts);
  });
  return findings;
}

function rowCounts(tables: RawTables): Record<string, number> {
  const system: readonly string[] = Object.values(SYSTEM_TABLES);
  const data = Object.entries(tables).filter(([name]) => !system.includes(name));
  return Object.fromEntries(data.map(([name, { rows }]) => [name, rows.length]));
}
