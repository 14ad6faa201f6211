/**
 * The parameter by which dlt's destinations are told how to replace tables. Here every load becomes visible in one
 * step, so each way gives what the safest of them promises, and the parameter is there to be understood.
 * @module
 */

/** dlt's ways to replace a table. */
type ReplaceStrategy = "truncate-and-insert" | "insert-from-staging" | "staging-optimized";
const REPLACE_STRATEGIES: readonly ReplaceStrategy[] = [
  "truncate-and-insert",
  "insert-from-staging",
  "staging-optimized",
];

/** The parameter of a destination that publishes in one step. */
export const replaceStrategy = {
  replace_strategy: {
    type: "text",
    oneOf: REPLACE_STRATEGIES,
    help: "How tables are replaced, by dlt's names; all are one step here.",
  },
} as const;
