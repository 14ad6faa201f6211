/** Wide records. @module */
import { oneList } from "../data/config.ts";
import { list, pageMaker, SERIAL } from "../data/template.ts";
import type { LoadScenario } from "../scenario.ts";

const PAGE_RECORDS = 200;
const COLUMNS = 300;

/** Five thousand rows of three hundred columns. */
export const wide: LoadScenario = {
  name: "wide",
  about: "records of 300 columns",
  records: 5000,
  rounds: 5,
  dataset: (records) => list("/items", records, pageMaker(wideRecord, PAGE_RECORDS), PAGE_RECORDS),
  config: () => oneList("items", "/items"),
  starts: () => ["/items"],
};

function wideRecord(index: number): string {
  const fields = Array.from({ length: COLUMNS - 1 }, (_, column) => {
    const number = index * 31 + column;
    const values = [
      number,
      `text ${number % 500}`,
      number % 1000 + 0.5,
      number % 2 === 0,
      null,
      "2024-02-03T04:05:06Z",
    ];
    // A column that is null on every page would not come to be.
    const value = column % 6 === 4 && index % 2 ? number : values[column % 6];
    return `"column_${column}":${JSON.stringify(value)}`;
  });
  return `{"id":${SERIAL},${fields.join(",")}}`;
}
