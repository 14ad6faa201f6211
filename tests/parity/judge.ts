/**
 * Judges a case: every difference between dlt's answer and Sluice's, and whether it is listed.
 * @module
 */
import { canonicalJson, type JsonObject } from "../../pipeline/json.ts";
import type { Case, Instead } from "./case.ts";
import { compare, type Difference } from "./compare.ts";
import { EXCEPTIONS } from "./exceptions.ts";
import { CHILDREN } from "./row_trees.ts";
import type { Snapshot } from "./snapshot.ts";

/** A difference and the run it was found after. */
export interface Finding extends Difference {
  readonly run: number;
}

/** The judgement of one case. */
export interface Judgement {
  readonly case: Case;
  /** Values that were compared. */
  readonly values: number;
  /** Differences by the exception that covers them. */
  readonly excepted: ReadonlyMap<string, number>;
  /** What is listed nowhere. */
  readonly unlisted: readonly Finding[];
}

/** Compares all runs of a case. */
export function judge(case_: Case, dlt: readonly Snapshot[], sluice: readonly Snapshot[]): Judgement {
  const excepted = new Map<string, number>();
  const unlisted: Finding[] = [];
  let values = 0;
  for (let run = 0; run < case_.runs.length; run++) {
    const comparison = compare(dlt[run], sluice[run]);
    values += comparison.values;
    if (case_.instead) unlisted.push(...insteadFindings(case_.instead, sluice[run], run));
    for (const difference of comparison.differences) {
      const exception = EXCEPTIONS.find(({ covers }) => covers?.(difference))?.id ?? case_.instead?.exception;
      if (exception) excepted.set(exception, (excepted.get(exception) ?? 0) + 1);
      else unlisted.push({ ...difference, run });
    }
  }
  return { case: case_, values, excepted, unlisted };
}

/** Where Sluice has other rows than the case says. */
function insteadFindings(
  { exception, rows, fails }: Instead,
  { tables, failed }: Snapshot,
  run: number,
): Finding[] {
  if (!EXCEPTIONS.some(({ id }) => id === exception)) {
    throw new Error(`no exception is called "${exception}"`);
  }
  const expected = rows[run];
  const flat = flatRows(tables);
  const sorted = (each: readonly JsonObject[] = []) => each.map((row) => canonicalJson(row)).sort();
  const wantsFailure = fails?.[run] ?? false;
  const findings: Finding[] = failed === wantsFailure
    ? []
    : [{ path: "instead: failed, wanted and found", dlt: wantsFailure, sluice: failed, run }];
  for (const name of new Set([...Object.keys(expected), ...flat.keys()])) {
    const [wanted, found] = [sorted(expected[name]), sorted(flat.get(name))];
    if (wanted.join() !== found.join()) {
      findings.push({ path: `instead: rows of ${name}, wanted and found`, dlt: wanted, sluice: found, run });
    }
  }
  return findings;
}

/** Rows of trees by table, without the columns of ids. */
function flatRows(tables: Snapshot["tables"]): Map<string, JsonObject[]> {
  const flat = new Map<string, JsonObject[]>();
  const visit = (table: string, tree: JsonObject) => {
    const row: JsonObject = {};
    for (const [key, value] of Object.entries(tree)) {
      if (key.startsWith(CHILDREN)) {
        for (const child of value as JsonObject[]) visit(key.slice(CHILDREN.length), child);
      } else if (!/^_dlt_(id|load_id|root_id|parent_id)$/.test(key)) row[key] = value;
    }
    flat.set(table, [...flat.get(table) ?? [], row]);
  };
  for (const [name, { rows }] of Object.entries(tables)) rows.forEach((row) => visit(name, row));
  return flat;
}
