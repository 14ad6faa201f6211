import type { CaseFile } from "../../case.ts";
import { type Invent, records } from "../../invent.ts";

const cell = (invent: Invent) =>
  invent.one(["", "-", "n/a", "#REF!", "12", "12,5", 12, 12.5, null, "1.000,00 €", "50%"]);

const rows = (seed: number) =>
  records(seed, 14, (invent, index) => ({
    "": index + 2,
    "Customer Name": invent.name(),
    "Net Price (EUR)": cell(invent),
    "Größe/Size": cell(invent),
    "% of total": cell(invent),
    "Q1 '24": invent.below(100),
    "Q1-24": invent.below(100),
    "E-Mail ": `${invent.hex(4)}@example.com`,
    "Paid?": invent.one(["yes", "no", "Y", "", true, 1]),
    "Date": invent.one(["2024-03-01", "01.03.2024", "45352", 45352, "3/1/24"]),
    "__EMPTY": invent.chance(50) ? null : "x",
    "__EMPTY_1": "",
    "1": cell(invent),
  }));

export default {
  shows: "a spreadsheet as objects: headings of people, cells of all kinds in one column",
  runs: [[rows(8)], [rows(9)]],
} satisfies CaseFile;
