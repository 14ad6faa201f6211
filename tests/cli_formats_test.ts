/**
 * Rows and texts as the command line prints them.
 * @module
 */
import assert from "assert";
import * as property from "property";
import { formatRows } from "../cli/format_rows.ts";
import { printable } from "../cli/printable.ts";
import type { SqlRow } from "../pipeline/destination.ts";

const columns = ["id", "name"];
const rows: SqlRow[] = [
  [9007199254740993n, "plain"],
  [-1, "\u001b[31mred\u001b[0m"],
  [null, "two\nlines\tand, a comma"],
  [1.5, '=HYPERLINK("x")'],
  [new Uint8Array([0, 255]), "\u009b2J\u202e\u007f"],
];

Deno.test("formatRows() writes a table of one line per row with nothing a terminal obeys", () => {
  assert.equal(
    formatRows({ columns, rows }, "table"),
    `┌──────────────────┬──────────────────────────┐
│ id               │ name                     │
├──────────────────┼──────────────────────────┤
│ 9007199254740993 │ plain                    │
│ -1               │ \\u001b[31mred\\u001b[0m   │
│ NULL             │ two\\nlines\\tand, a comma │
│ 1.5              │ =HYPERLINK("x")          │
│ 0x00ff           │ \\u009b2J\\u202e\\u007f     │
└──────────────────┴──────────────────────────┘`,
  );
});

Deno.test("formatRows() aligns numbers to the right and shortens long cells in a table only", () => {
  const long = "x".repeat(100);
  const result = { columns: ["n", "text"], rows: [[1, long], [10n, "a"]] as SqlRow[] };
  const table = formatRows(result, "table");
  assert.match(table, /│ {2}1 │ x{79}… │\n│ 10 │ a/);
  assert.ok(formatRows(result, "csv").includes(long));
  assert.ok(formatRows(result, "json").includes(long));
});

Deno.test("formatRows() writes CSV with line ends as data and formulas as they are", () => {
  assert.equal(
    formatRows({ columns, rows }, "csv"),
    `id,name
9007199254740993,plain
-1,\\u001b[31mred\\u001b[0m
,"two
lines\tand, a comma"
1.5,"=HYPERLINK(""x"")"
0x00ff,\\u009b2J\\u202e\\u007f`,
  );
});

Deno.test("formatRows() begins no line with what a workflow's runner would obey", () => {
  const result = { columns: ["a"], rows: [["::add-mask::x"], ["  ##[error]y"]] as SqlRow[] };
  for (const format of ["table", "json", "csv"] as const) {
    const lines = formatRows(result, format).split("\n");
    assert.ok(lines.every((line) => !/^\s*(?:::|##\[)/.test(line)), format);
  }
});

Deno.test("formatRows() writes JSON with exact integers and distinct keys", () => {
  const text = formatRows(
    { columns: ["a", "a", "b"], rows: [[9007199254740993n, null, "\u009b\n"]] },
    "json",
  );
  assert.equal(text, '[\n{"a":9007199254740993,"a_2":null,"b":"\\u009b\\n"}\n]');
  assert.deepEqual(JSON.parse(formatRows({ columns, rows }, "json"))[2].name, rows[2][1]);
  assert.equal(formatRows({ columns, rows: [] }, "json"), "[]");
});

Deno.test("formatRows() never lets an escape byte through, whatever the data", () => {
  // deno-lint-ignore no-control-regex
  const dangerous = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/;
  const cell = property.oneof(
    property.string({ unit: "binary" }),
    property.bigInt(),
    property.constant(null),
  );
  property.assert(property.property(property.array(property.tuple(cell, cell)), (rows) => {
    for (const format of ["table", "json", "csv"] as const) {
      assert.doesNotMatch(formatRows({ columns, rows }, format), dangerous);
    }
  }));
});

Deno.test("printable() keeps ordinary text and what it is told to keep", () => {
  assert.equal(printable("Zoë 😀 \\u001b"), "Zoë 😀 \\u001b");
  assert.equal(printable("a\nb\u0007", "\n"), "a\nb\\u0007");
});
