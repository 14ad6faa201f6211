/** A second run with a cursor. @module */
import { oneList } from "../data/config.ts";
import { FIRST_MOMENT, flatRecord, PAGE_RECORDS } from "../data/flat.ts";
import { list, pageMaker } from "../data/template.ts";
import type { LoadScenario } from "../scenario.ts";

const LATER = "2024-02-02T00:00:00Z";
const CHANGED_SHARE = 100;
const INITIAL = "2023-01-01T00:00:00Z";

/** A hundred thousand rows of which one in a hundred has changed. */
export const secondRun: LoadScenario = {
  name: "second_run",
  about: "second run, 1 % changed",
  records: 100_000,
  rounds: 5,
  dataset(records) {
    const all = list("/items", records, pageMaker(flatRecord, PAGE_RECORDS), PAGE_RECORDS);
    const changed = (index: number) => flatRecord(index, LATER, "Changed");
    const some = list(
      "/items",
      Math.ceil(records / CHANGED_SHARE),
      pageMaker(changed, PAGE_RECORDS, CHANGED_SHARE),
      PAGE_RECORDS,
    );
    return (url) => (String(url.searchParams.get("since")) > INITIAL ? some : all)(url);
  },
  config: () =>
    oneList("items", "/items", { write_disposition: "merge", primary_key: "id" }, {
      params: { since: "{incremental.start_value}" },
      incremental: { cursor_path: "updated_at", initial_value: INITIAL },
    }),
  starts: () => [`/items?since=${FIRST_MOMENT}`],
  changesBy: "id",
};
