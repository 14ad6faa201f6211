/** A small change to a table of ten million rows. @module */
import type { LoadScenario } from "../scenario.ts";
import { mergeBig } from "./merge_big.ts";

/** A thousand changes to ten million rows. */
export const mergeHuge: LoadScenario = {
  ...mergeBig,
  name: "merge_huge",
  about: "the same, ten million",
  records: 10_000_000,
  rounds: 3,
  dlt: "it takes most of an hour to load the rows first",
  onDemand: true,
};
