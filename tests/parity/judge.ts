/**
 * Judges a case: every difference between dlt's answer and Sluice's, and whether it is listed.
 * @module
 */
import type { Case } from "./case.ts";
import { compare, type Difference } from "./compare.ts";
import { EXCEPTIONS, type Place } from "./exceptions.ts";
import { FAULTS } from "./faults.ts";
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
  /** Differences by the known fault that they are. */
  readonly faults: ReadonlyMap<string, number>;
  /** What is listed nowhere. */
  readonly unlisted: readonly Finding[];
}

/** Compares all runs of a case. */
export function judge(case_: Case, dlt: readonly Snapshot[], sluice: readonly Snapshot[]): Judgement {
  const excepted = new Map<string, number>();
  const faults = new Map<string, number>();
  const unlisted: Finding[] = [];
  let values = 0;
  for (let run = 0; run < case_.runs.length; run++) {
    const comparison = compare(dlt[run], sluice[run]);
    values += comparison.values;
    for (const difference of comparison.differences) {
      const place: Place = { case: case_, run };
      const covering = (each: { covers?: (difference: Difference, place: Place) => boolean }) =>
        each.covers?.(difference, place);
      const exception = EXCEPTIONS.find(covering)?.id;
      const fault = exception ? undefined : FAULTS.find(covering)?.id;
      if (exception) excepted.set(exception, (excepted.get(exception) ?? 0) + 1);
      else if (fault) faults.set(fault, (faults.get(fault) ?? 0) + 1);
      else unlisted.push({ ...difference, run });
    }
  }
  return { case: case_, values, excepted, faults, unlisted };
}
