/** The same change to a small table, to compare with. @module */
import type { LoadScenario } from "../scenario.ts";
import { mergeBig } from "./merge_big.ts";

/** A thousand changes to ten thousand rows. */
export const mergeSmall: LoadScenario = {
  ...mergeBig,
  name: "merge_small",
  about: "1,000 changes merged into a table of 10,000",
  records: 10_000,
};
