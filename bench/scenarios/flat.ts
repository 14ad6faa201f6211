/** Flat records of ten columns. @module */
import { oneList } from "../data/config.ts";
import { flatRecord, PAGE_RECORDS } from "../data/flat.ts";
import { list, pageMaker } from "../data/template.ts";
import type { LoadScenario } from "../scenario.ts";

/** A hundred thousand rows. */
export const flat: LoadScenario = {
  name: "flat",
  about: "flat records of 10 columns",
  records: 100_000,
  rounds: 5,
  dataset: (records) => list("/items", records, pageMaker(flatRecord, PAGE_RECORDS), PAGE_RECORDS),
  config: () => oneList("items", "/items"),
  starts: () => ["/items"],
};
