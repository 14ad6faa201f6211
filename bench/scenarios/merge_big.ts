/** A small change to a big table. @module */
import { oneList } from "../data/config.ts";
import { flatRecord, PAGE_RECORDS } from "../data/flat.ts";
import { list, pageMaker } from "../data/template.ts";
import type { LoadScenario } from "../scenario.ts";

const CHANGES = 1000;

/** A thousand changes to a million rows. */
export const mergeBig: LoadScenario = {
  name: "merge_big",
  about: "1,000 changes merged into a table of a million",
  records: 1_000_000,
  rounds: 5,
  dlt: 1,
  dataset(records) {
    const changes = Math.min(CHANGES, records);
    const changed = (index: number) => flatRecord(index, undefined, "Changed");
    const all = list("/items", records, pageMaker(flatRecord, PAGE_RECORDS), PAGE_RECORDS);
    const stride = Math.floor(records / changes);
    const some = list("/changes", changes, pageMaker(changed, PAGE_RECORDS, stride), PAGE_RECORDS);
    return (url) => all(url) ?? some(url);
  },
  config: (run) =>
    oneList("items", run === "first" ? "/items" : "/changes", {
      write_disposition: "merge",
      primary_key: "id",
    }),
  starts: () => ["/changes"],
  changesBy: "id",
};
