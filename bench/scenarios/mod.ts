/**
 * All scenarios, in the order they run.
 * @module
 */
import { UsageError } from "../command.ts";
import type { Scenario } from "../scenario.ts";
import { children } from "./children.ts";
import { flat } from "./flat.ts";
import { mergeBig } from "./merge_big.ts";
import { mergeHuge } from "./merge_huge.ts";
import { mergeSmall } from "./merge_small.ts";
import { million } from "./million.ts";
import { oktaLog } from "./okta_log.ts";
import { oktaUsers } from "./okta_users.ts";
import { rateLimited } from "./rate_limited.ts";
import { secondRun } from "./second_run.ts";
import { start } from "./start.ts";
import { tenMillion } from "./ten_million.ts";
import { wide } from "./wide.ts";

/** A scenario is a file here and a line in this list. */
export const SCENARIOS: readonly Scenario[] = [
  oktaUsers,
  oktaLog,
  flat,
  wide,
  children,
  rateLimited,
  secondRun,
  mergeSmall,
  mergeBig,
  mergeHuge,
  million,
  tenMillion,
  start,
];

/** The scenarios of these names, or all that run unasked. @throws {UsageError} when there is none of a name */
export function pickScenarios(names: readonly string[]): readonly Scenario[] {
  if (!names.length) return SCENARIOS.filter(({ onDemand }) => !onDemand);
  return names.map((name) => {
    const found = SCENARIOS.find((each) => each.name === name);
    if (found) return found;
    const known = SCENARIOS.map((each) => each.name).join(", ");
    throw new UsageError(`Cannot run scenario "${name}": there are ${known}`);
  });
}
