/**
 * Conformance cases for values: what goes in comes out, digit for digit.
 * @module
 */
import assert from "assert";
import { parseJson, stringifyJson } from "../pipeline/json.ts";
import type { DataType, SqlValue } from "../pipeline/schema_types.ts";
import { type Case, type Part, table } from "./destination_workplace.ts";

interface Value {
  readonly name: string;
  readonly type: DataType;
  readonly value: SqlValue;
  /** What a query answers, in the spelling of {@link plain}; default: the value. */
  readonly answer?: string | number | bigint;
  /** What the query selects; default the column. */
  readonly select?: string;
}

const LONG_JSON = '{"a":[1,{"b":null}],"n":9007199254740993,"d":1.0,"s":"é\\"\\\\"}';

const VALUES: readonly Value[] = [
  { name: "zero", type: "bigint", value: 0 },
  { name: "2^53 + 1", type: "bigint", value: 2n ** 53n + 1n },
  { name: "2^63 - 1", type: "bigint", value: 2n ** 63n - 1n },
  { name: "-2^63", type: "bigint", value: -(2n ** 63n) },
  { name: "0.1", type: "double", value: 0.1 },
  { name: "-0.0", type: "double", value: -0, answer: 0 },
  { name: "a whole double", type: "double", value: 3 },
  { name: "1e308", type: "double", value: 1e308 },
  { name: "the smallest double", type: "double", value: 5e-324 },
  { name: "a whole double is no integer", type: "double", value: 3, select: "v / 2", answer: 1.5 },
  { name: "true", type: "bool", value: true, answer: 1 },
  { name: "false", type: "bool", value: false, answer: 0 },
  { name: "empty text", type: "text", value: "" },
  { name: "4096 characters", type: "text", value: "x".repeat(4095) + "é" },
  { name: "emoji", type: "text", value: "👩‍👩‍👧 🎉" },
  { name: "quotes and line breaks", type: "text", value: 'a"b\\c\r\n\t\u2028d' },
  { name: "right to left", type: "text", value: "שלום \u202eabc" },
  // Read as hexadecimal: Deno's SQLite client cuts text at U+0000 when it hands it over.
  { name: "U+0000", type: "text", value: "a\0b", select: "hex(v)", answer: "610062" },
  { name: "half a surrogate pair", type: "text", value: "a\ud83d-b\udc00", answer: "a\ufffd-b\ufffd" },
  { name: "text that looks like a number", type: "text", value: "0123" },
  { name: "text that looks like a time", type: "text", value: "2024-01-01 10:00:00" },
  { name: "bytes", type: "binary", value: new Uint8Array([0, 1, 127, 128, 255]), answer: "AAF/gP8=" },
  { name: "no bytes", type: "binary", value: new Uint8Array(), answer: "" },
  { name: "a timestamp with microseconds", type: "timestamp", value: "2024-02-29 23:59:59.123456" },
  { name: "a date", type: "date", value: "2024-02-29" },
  { name: "a time", type: "time", value: "23:59:59.000001" },
  { name: "json", type: "json", value: LONG_JSON },
  { name: "json text", type: "json", value: '"just text"' },
  { name: "38 digits", type: "decimal", value: "12345678901234567890123456789.123456789" },
  { name: "a decimal with zeros", type: "decimal", value: "1.500" },
  {
    name: "wei",
    type: "wei",
    value: "115792089237316195423570985008687907853269984665640564039457584007913129639935",
  },
];

/** A value in the one spelling that answers are compared in. */
function plain(value: unknown, type: DataType): unknown {
  if (value instanceof Uint8Array) return value.toBase64();
  if (typeof value === "boolean") return Number(value);
  if (typeof value !== "string") return typeof value === "bigint" ? value : Object.is(value, -0) ? 0 : value;
  if (type === "timestamp") return value.replace("T", " ").replace(/(Z|\+00(:?00)?)$/, "");
  // A destination may write JSON with spaces, and a lone text with or without quotes.
  if (type === "json" && /^[[{"]/.test(value)) return stringifyJson(parseJson(value));
  return type === "json" ? JSON.stringify(value) : value;
}

/** Cases for single values. */
export const valueCases: readonly Case[] = [
  ...VALUES.map(({ name, type, value, answer, select = "v" }): Case => ({
    name: `keeps a value: ${name}`,
    async run(place) {
      const values = table("kept_values", { id: "bigint", v: type, after: "text" });
      await place.load([{ table: values, rows: [{ id: 1, v: value, after: "x" }] }]);
      const [[got, after]] = await place.rows(`SELECT ${select}, after FROM kept_values`);
      assert.equal(plain(got, type), answer ?? plain(value, type));
      assert.equal(after, "x");
    },
  })),
  {
    name: "keeps nulls of every type",
    async run(place) {
      const types: DataType[] = [...new Set(VALUES.map((value) => value.type))];
      const columns = Object.fromEntries(types.map((type) => [`c_${type}`, type]));
      const part: Part = {
        table: table("nulls", { id: "bigint", ...columns }),
        rows: [{ id: 1 }, { id: 2 }],
      };
      await place.load([part]);
      const names = Object.keys(columns).join(", ");
      await place.expect(`SELECT id, ${names} FROM nulls ORDER BY id`, [
        [1, ...types.map(() => null)],
        [2, ...types.map(() => null)],
      ]);
    },
  },
];
