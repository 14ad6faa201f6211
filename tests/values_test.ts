/** Lossless JSON, type inference, coercion and timestamps. @module */
import assert from "assert";
import property from "property";
import { Double, parseJson, stringifyJson } from "../mod.ts";
import { type Cell, coerce, inferType } from "../pipeline/coerce.ts";
import { canonicalJson } from "../pipeline/json.ts";
import type { DataType, SqlValue } from "../pipeline/schema_types.ts";
import { parseTimestamp } from "../pipeline/timestamps.ts";

const EXACT = [
  "9007199254740993",
  '{"a":9223372036854775807,"b":-9223372036854775808}',
  "[1.0,1000.0,-0.0,0.1,12345678901234567890,1]",
  '{"s":"1.0 , 9007199254740993","t":[100.0]}',
  '{"__proto__":{"x":1},"constructor":2}',
  '["\\ud83d\\ude00","\\u0000","é"]',
];
for (const text of EXACT) {
  Deno.test(`parseJson() and stringifyJson() keep ${text}`, () => {
    assert.deepEqual(
      JSON.stringify(stringifyJson(parseJson(text))),
      JSON.stringify(text.replace("\\ud83d\\ude00", "😀")),
    );
  });
}

Deno.test("parseJson() agrees with JSON.parse() for any value without big or pointed numbers", () => {
  property.assert(property.property(property.json(), (text) => {
    const plain = (value: unknown): unknown =>
      value instanceof Double || typeof value === "bigint" ? Number(value) : value;
    assert.deepEqual(
      JSON.parse(stringifyJson(parseJson(text)), (_key, value) => plain(value)),
      JSON.parse(text),
    );
  }));
});

const big = 2n ** 63n;
const TYPES: readonly (readonly [Cell, DataType])[] = [
  ["x", "text"],
  ["", "text"],
  ["2024-01-01", "text"],
  ["2024-01-01T10:00:00Z", "timestamp"],
  [1, "bigint"],
  [1.5, "double"],
  [new Double(1), "double"],
  [true, "bool"],
  [big - 1n, "bigint"],
  [big, "wei"],
  [[1], "json"],
  [{ a: 1 }, "json"],
];
for (const [value, type] of TYPES) {
  Deno.test(`inferType() says ${type} for ${stringifyJson(value)}`, () =>
    assert.equal(inferType(value), type));
}

const COERCIONS: readonly (readonly [Cell, DataType, SqlValue | undefined])[] = [
  [true, "text", "True"],
  [1.5, "text", "1.5"],
  [new Double(1e16), "text", "1e+16"],
  [0.00001, "text", "1e-05"],
  [{ a: [1] }, "text", '{"a":[1]}'],
  [" 12 ", "bigint", 12],
  ["0x1F", "bigint", 31],
  ["1_000", "bigint", 1000],
  ["12.0", "bigint", undefined],
  ["", "bigint", undefined],
  [new Double(7), "bigint", 7],
  [1.5, "bigint", undefined],
  [true, "bigint", undefined],
  [big, "bigint", undefined],
  ["9223372036854775807", "bigint", big - 1n],
  ["1e3", "double", 1000],
  ["Infinity", "double", Infinity],
  ["nope", "double", undefined],
  ["yes", "bool", true],
  ["N", "bool", false],
  ["on", "bool", undefined],
  [2, "bool", true],
  ["2024-01-02", "timestamp", "2024-01-02 00:00:00.000000"],
  [1700000000, "timestamp", "2023-11-14 22:13:20.000000"],
  ["1700000000.5", "timestamp", "2023-11-14 22:13:20.500000"],
  [1700000000000, "timestamp", undefined],
  ["2024-01-01T23:30:00-05:00", "date", "2024-01-02"],
  ["10:00:00+02:00", "time", "08:00:00.000000"],
  ["12345678901234567890.123456789", "decimal", "12345678901234567890.123456789"],
  ["1.5e3", "decimal", "1500"],
  ["1.5e-3", "decimal", "0.0015"],
  [2n ** 200n, "wei", (2n ** 200n).toString()],
  ["1", "json", "1"],
  ["not json", "json", undefined],
  ["null", "json", null],
  ["1e400", "json", undefined],
  [7, "json", undefined],
  [true, "json", undefined],
  ["0XAb", "bigint", undefined],
  ["0x_1F", "bigint", undefined],
  ["１２", "bigint", 12],
  ["\u00a012\u2003", "bigint", 12],
  ["\ufeff12", "bigint", undefined],
  ["1__0", "bigint", undefined],
  [new Double(1e300), "bigint", undefined],
  ["0x1F", "double", 31],
  ["1_0.0_1", "double", 10.01],
  [" yes", "bool", undefined],
  ["9223372036854775808", "bigint", undefined],
  ["1e5000000", "decimal", undefined],
  ["_1_", "decimal", "1"],
  ["NaN", "decimal", undefined],
  [0.1, "decimal", "0.1"],
  ["20240101", "timestamp", "2024-01-01 00:00:00.000000"],
  ["2024", "date", "2024-01-01"],
  ["T1010", "time", "10:10:00.000000"],
  ["9:30", "time", "09:30:00.000000"],
  ["T10:00:00", "time", undefined],
  [-0.5, "timestamp", "1969-12-31 23:59:59.500000"],
];
for (const [value, type, stored] of COERCIONS) {
  const shown = stored === undefined || stored === null
    ? stored === null ? "no value" : "nothing"
    : typeof stored === "bigint"
    ? `${stored}n`
    : JSON.stringify(stored);
  Deno.test(`coerce() makes ${shown} of ${stringifyJson(value)} as ${type}`, () =>
    assert.equal(coerce(value, type), stored));
}

const BYTES: readonly (readonly [Cell, string | undefined])[] = [
  ["0x00ff", "00ff"],
  ["0x 0a 0B", "0a0b"],
  ["0x123", undefined],
  ["AAEC", "000102"],
  ["AA==", "00"],
  ["AA", undefined],
  ["AAEC AAEC", undefined],
  ["", ""],
  [258, "0201"],
  [0, ""],
  [-1, undefined],
];
for (const [value, hex] of BYTES) {
  Deno.test(`coerce() makes ${hex === undefined ? "nothing" : `bytes ${hex}`} of ${stringifyJson(value)}`, () => {
    const stored = coerce(value, "binary");
    assert.equal(stored === undefined ? undefined : (stored as Uint8Array).toHex(), hex);
  });
}

const WRITTEN: readonly (readonly [string, string])[] = [
  ["[1e16]", "[1e+16]"],
  ["[123456789012345680000.0]", "[1.2345678901234568e+20]"],
  ["[0.00001]", "[0.00001]"],
  ["[0.000001]", "[1e-6]"],
  ["[1.5e-7]", "[1.5e-7]"],
  ["[1679730021.9999999]", "[1679730022.0]"],
  ["[0.99999999999999999]", "[1.0]"],
];
for (const [text, written] of WRITTEN) {
  Deno.test(`stringifyJson() writes ${text} as ${written}, as dlt hashes it`, () =>
    assert.equal(stringifyJson(parseJson(text)), written));
}

Deno.test("canonicalJson() sorts keys by code point, also beyond the first plane", () => {
  assert.equal(
    canonicalJson({ "\uffee": 1, "😀": 2, "\ue000": 3, a: 4, ab: 5 }),
    '{"a":4,"ab":5,"\ue000":3,"\uffee":1,"😀":2}',
  );
});

const TIMESTAMPS: readonly (readonly [string, string])[] = [
  ["2024-01-01T10:00:00Z", "2024-01-01 10:00:00.000000"],
  ["2026-02-03T04:05:06.789Z", "2026-02-03 04:05:06.789000"],
  ["2024-02-29T04:05:06.789Z", "2024-02-29 04:05:06.789000"],
  ["2024-01-01T10:00:00+02:00", "2024-01-01 08:00:00.000000"],
  ["2024-01-01T10:00:00-0500", "2024-01-01 15:00:00.000000"],
  ["2024-01-01T10:00:00,1234567Z", "2024-01-01 10:00:00.123456"],
  ["2024-01-01 10:00:00", "2024-01-01 10:00:00.000000"],
  ["20240101T101010", "2024-01-01 10:10:10.000000"],
  ["2024-001T10:00:00Z", "2024-01-01 10:00:00.000000"],
  ["2024-W05-1T10:00", "2024-01-29 10:00:00.000000"],
  ["2024/01/15 10:00", "2024-01-15 10:00:00.000000"],
  ["0001-01-01T00:00:00Z", "0001-01-01 00:00:00.000000"],
  ["2024-01 10:00", "2024-01-01 10:00:00.000000"],
  ["2020-W53-7T10:00", "2021-01-03 10:00:00.000000"],
  ["2024-W01-0T10:00", "2023-12-31 10:00:00.000000"],
  ["2024-01-01T10:00:00+02:", "2024-01-01 08:00:00.000000"],
  ["20240101T10:00", "2024-01-01 10:00:00.000000"],
  ["2024 9:5", "2024-01-01 09:05:00.000000"],
  ["2024:01:15 10:00:00.5", "2024-01-15 10:00:00.500000"],
  ["٢٠٢٤ 10:00", "2024-01-01 10:00:00.000000"],
  ["9999-12-31T23:59:59.999Z", "9999-12-31 23:59:59.999000"],
];
for (const [text, stored] of TIMESTAMPS) {
  Deno.test(`parseTimestamp() reads ${text}`, () => assert.equal(parseTimestamp(text), stored));
}

const NO_TIMESTAMPS = [
  "2024-01-01",
  "20240101",
  "10:00:00",
  "2024-01-01T24:00:00Z",
  "2024-01-01T10:60:00",
  "2024-02-30T10:00:00.000Z",
]
  .concat([
    "2024-01-01t10:00:00z",
    " 2024-01-01T10:00:00Z",
    "2024-01-01 10:00 UTC",
    "2024-1-1 10:00",
    "01/02/2024",
    "P1D",
    "0000-01-01T00:00:00.000Z",
    "2024-W53-1T10:00",
    "2024-01-01T1000",
    "20240101T10:00:00",
    "2024/01/15T10:00",
    "2024-01-01T10:00:00+24:00",
    "2024-01-01T10:00:00-99:00",
    "0001-01-01T00:00:00+02:00",
    "9999-12-31T23:59:59-02:00",
    "2024-01-01T10:00:00Z/P1D",
  ]);
for (const text of NO_TIMESTAMPS) {
  Deno.test(`parseTimestamp() leaves ${JSON.stringify(text)} alone`, () =>
    assert.equal(parseTimestamp(text), undefined));
}
