import type { CaseFile } from "../../case.ts";

export default {
  shows: "a spreadsheet as ranges of values: lists of lists of whatever was in the cells",
  runs: [
    [[
      {
        range: "'Q1 2024'!A1:D5",
        majorDimension: "ROWS",
        values: [
          ["Name", "Net Price (EUR)", "", "OK?"],
          ["Æther", 12.5, "", true],
          ["", "n/a", "", false],
          [],
          ["Σ", 12.5, 0, "TRUE"],
        ],
      },
      { range: "'Q2'!A1", majorDimension: "COLUMNS" },
    ]],
    [[{
      range: "'Q3'!A1:B2",
      majorDimension: "ROWS",
      values: [[1, "2024-05-01T10:00:00Z"], [2.5, "2024-05-02"]],
    }]],
  ],
} satisfies CaseFile;
