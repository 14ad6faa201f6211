/**
 * Formats and conversions of placeholders against what Python itself writes. The table in
 * tests/data/python_formats.json was written by Python 3.11: kind, value, format, and the result or null where
 * Python refuses.
 * @module
 */
import assert from "assert";
import { convert, formatValue, parseFormat } from "../extract/definition/python_format.ts";
import { Double, type JsonValue } from "../pipeline/json.ts";
import table from "./data/python_formats.json" with { type: "json" };

type Row = [kind: string, value: unknown, format: string, result: string | null];

/** JSON of the table cannot say which numbers are floats, nor long integers. */
function valueOf(kind: string, value: unknown): JsonValue {
  if (typeof value === "object" && value !== null) return BigInt((value as { big: string }).big);
  return kind === "float" && Number.isInteger(value) ? new Double(value as number) : value as JsonValue;
}

function written(value: JsonValue, text: string): string | null {
  const format = parseFormat(text);
  if (!format) return null;
  try {
    return formatValue(value, format);
  } catch (error) {
    assert.ok(error instanceof RangeError, String(error));
    return null;
  }
}

// Where we say more than Python, on purpose: a float that is whole is a whole number, a number is text for "s".
const isMore = (kind: string, format: string) =>
  format.endsWith("s") && kind !== "text" || kind === "float" && /[dx]$/.test(format);

for (const kind of ["int", "float", "text", "bool"]) {
  const rows = (table.formats as Row[]).filter((row) => row[0] === kind);
  Deno.test(`formatValue() writes ${rows.length} values of kind ${kind} as Python does`, () => {
    const wrong = rows.flatMap(([, given, format, result]) => {
      const value = valueOf(kind, given);
      const ours = written(value, format);
      if (ours === result || (result === null && isMore(kind, format))) return [];
      return [`${String(value)} by "${format}": ${ours}, in Python ${result}`];
    });
    assert.deepEqual(wrong, []);
  });
}

Deno.test("convert() quotes texts as Python's repr() and ascii() do", () => {
  for (const [text, repr, ascii] of table.conversions as [string, string, string][]) {
    assert.equal(convert(text, "r"), repr);
    assert.equal(convert(text, "a"), ascii);
    assert.equal(convert(text, "s"), text);
  }
});

Deno.test("convert() leaves what is no text as JSON", () => {
  const values: [JsonValue, string][] = [[true, "true"], [1, "1"], [["a"], '["a"]'], [{ a: 1 }, '{"a":1}']];
  for (const [value, text] of values) assert.equal(convert(value, "r"), text);
});

Deno.test("formatValue() writes whole floats as whole numbers, and numbers as text", () => {
  assert.equal(written(new Double(3), "03d"), "003");
  assert.equal(written(12, "5s"), "12   ");
  assert.equal(written(true, "6"), "true  ");
});

Deno.test("formatValue() refuses lists and objects, which have no format", () => {
  assert.equal(written([1], ">5"), null);
  assert.equal(written({ a: 1 }, "d"), null);
});

Deno.test("parseFormat() refuses what no value can be written by", () => {
  for (
    const text of ["5y", "{}", ":", "5.", ".d", ",,", "1001d", ".1001f", "d5", "zz", "+s", ",s", ",x", ".2d"]
  ) {
    assert.equal(parseFormat(text), undefined, text);
  }
});
