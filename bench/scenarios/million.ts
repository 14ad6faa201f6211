/** Flat records by the million. @module */
import type { LoadScenario } from "../scenario.ts";
import { flat } from "./flat.ts";

/** A million rows. */
export const million: LoadScenario = {
  ...flat,
  name: "million",
  about: "the same, a million",
  records: 1_000_000,
  rounds: 3,
  dlt: 1,
};
