/** Flat records by ten million. @module */
import type { LoadScenario } from "../scenario.ts";
import { flat } from "./flat.ts";

/** Ten million rows. */
export const tenMillion: LoadScenario = {
  ...flat,
  name: "ten_million",
  about: "the same, ten million",
  records: 10_000_000,
  rounds: 1,
  dlt: "it takes most of an hour, and `million` shows the ratio",
  onDemand: true,
};
